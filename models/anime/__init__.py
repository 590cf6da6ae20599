"""The published networks of "Talking Head Anime from a Single Image" 1 to 3, from checkpoints that the artist has."""
