"""What the published networks for drawn faces cost."""
