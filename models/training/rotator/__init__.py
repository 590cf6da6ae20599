"""Our own small rotator: drawn heads to learn from, its networks, their training and their table. Not shipped."""
