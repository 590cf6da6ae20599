"""The networks that come with Orator, behind the interface of all models."""
