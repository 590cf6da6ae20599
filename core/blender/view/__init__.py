"""What is drawn over the editors, ghosts of comparing, and what is forgotten at undo."""
