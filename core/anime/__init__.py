"""Talking anime heads: the numbers that drive one, made of a performance, and which drawings are held."""
