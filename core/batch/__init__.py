"""Many speech files in one go."""
