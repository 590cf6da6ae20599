"""The published EMAGE model (Liu et al., CVPR 2024): its files, its numbers, and an artist's mode on top."""
