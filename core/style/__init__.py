"""A studio's own style: learned from motion, kept in a file, played by the acted body and the face."""
