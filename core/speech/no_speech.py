"""What of a sound is no speech: stretches that a character listens or laughs in instead of performing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class NoSpeech:
    """Stretches in seconds (start, end) that are no speech.

    other   music, noise or anything else that would have been performed as speech
    laughs  laughter
    """

    other: tuple[tuple[float, float], ...]
    laughs: tuple[tuple[float, float], ...]

    def as_meta(self) -> dict[str, list[list[float]]]:
        """For a take's provenance, seconds."""
        return {
            "other": [[round(a, 3), round(b, 3)] for a, b in self.other],
            "laughs": [[round(a, 3), round(b, 3)] for a, b in self.laughs],
        }

    def notes(self) -> tuple[str, ...]:
        """Sentences for the artist: which stretches the character listens to, or laughs in."""
        said = []
        if self.other:
            said.append(f"No speech at {_times(self.other)}: the character listens there.")
        if self.laughs:
            said.append(f"Laughter at {_times(self.laughs)}.")
        return tuple(said)


def _times(spans: tuple[tuple[float, float], ...]) -> str:
    shown = ", ".join(f"{a:.1f}-{b:.1f} s" for a, b in spans[:4])
    return f"{shown} and {len(spans) - 4} more" if len(spans) > 4 else shown


def notes_of(meta: Mapping[str, object]) -> tuple[str, ...]:
    """The sentences for a take by its provenance; none for a take that was all speech."""
    found = meta.get("no_speech")
    if not isinstance(found, Mapping):
        return ()
    try:
        spans = {name: tuple((float(a), float(b)) for a, b in found.get(name, ())) for name in ("other", "laughs")}
    except (TypeError, ValueError):
        return ()
    return NoSpeech(**spans).notes()
