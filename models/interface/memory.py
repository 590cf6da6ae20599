"""Freed memory back to the system, which the C library would keep in the holes between what is still used."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL(None).malloc_trim if sys.platform == "linux" else None
    except (OSError, AttributeError):
        # A C library other than glibc.
        return None


def give_back() -> None:
    """Return what is free to the system; takes milliseconds, and does nothing where the C library has no such call."""
    trim = _trim()
    if trim is not None:
        trim(0)
