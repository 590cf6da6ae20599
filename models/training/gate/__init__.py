"""What is speech and what is not: synthetic music, noises and laughs, and the trainer of the small gate network."""
