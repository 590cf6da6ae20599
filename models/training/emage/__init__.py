"""Random checkpoints in EMAGE's published layout, and the benchmark against the published order of operations."""
