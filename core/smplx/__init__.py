"""SMPL-X from the artist's own licensed files: the body, its face's landmarks, and its kind of characters."""
