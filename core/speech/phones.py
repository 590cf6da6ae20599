"""Phones and timed words. Phones are ARPAbet's 39 without stress, and SIL for pauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PHONES: Final[tuple[str, ...]] = tuple(
    "SIL AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)
PHONE_INDEX: Final[dict[str, int]] = {p: i for i, p in enumerate(PHONES)}


@dataclass(frozen=True)
class Phone:
    """One phone: `name` of PHONES, `stress` 0, 1 or 2 (vowels; -1 where not known), start and end in seconds."""

    name: str
    start: float
    end: float
    stress: int = -1


@dataclass(frozen=True)
class Word:
    """One word with its phones, start and end in seconds from the start of the speech."""

    text: str
    start: float
    end: float
    phones: tuple[Phone, ...] = ()
