"""Faces from films, by trackers that the artist has."""
