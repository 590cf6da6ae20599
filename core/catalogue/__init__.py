"""One frozen row for each thing an artist can choose; settings, command line, batch and panels are made of them."""
