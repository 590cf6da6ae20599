"""Talking pictures, drawings, and image sequences."""
