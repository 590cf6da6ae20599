"""From what the artist set to a request and its takes: pins, kept animation, emotion, styles, conversations."""
