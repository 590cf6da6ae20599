"""The body networks: speech, hints and controls in; rotations and translation out. The networks load on first use."""

from __future__ import annotations

from typing import Any


def generate_body(*arguments: Any, **options: Any) -> Any:
    """See `generate.generate_body`; importing this room loads nothing."""
    from .generate import generate_body as generate

    return generate(*arguments, **options)
