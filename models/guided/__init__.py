"""The guided model: guide poses about one a second, and a diffusion in between."""
