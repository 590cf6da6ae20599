"""The published EMAGE model (Liu et al., CVPR 2024): its files, its numbers, and an artist's mode on top."""

from .generate import EmageResult, generate_emage, generate_emage_reference, read_hints

__all__ = ["EmageResult", "generate_emage", "generate_emage_reference", "read_hints"]
