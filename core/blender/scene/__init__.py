"""What the scene gives: sound strips, lines, seats, the view, and playing."""
