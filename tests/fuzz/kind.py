"""What the fuzzer knows of a format: a row of FORMATS in formats.py, or of a table of its own that is merged there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Format:
    """suffix of its files, whole ones as bytes, how they are damaged, and what reads one."""

    suffix: str
    seeds: Callable[[Path], list[bytes]]
    damage: Damage
    read: Callable[[Path], Any]
