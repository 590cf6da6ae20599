"""Conversations for judging: dialogues with known turns, and what two performances of them are measured by."""
