"""What a take keeps inside the .blend file: its performance, bit for bit, and where it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from .groups import TakeGroup
from .lists import text_name

if TYPE_CHECKING:
    from ..performance import Performance

_PERFORMANCE: Final = "orator_performance"


_META: Final = "orator_meta"


_START: Final = "orator_start"


_RATE: Final = "orator_rate"


_SPEECH: Final = "orator_speech"


def store_performance(take: TakeGroup, performance: Any, meta: dict[str, Any]) -> None:
    """Keep a Performance (bit for bit) and the take's provenance inside the .blend file, in a text of the take's own.

    A text, because it is saved, undone and appended with the take, and is never copied for evaluation.
    """
    from ..storage import pack

    text = take.data
    if text is None:
        text = take.data = bpy.data.texts.new(text_name(take.name))
        text.write(f"This text keeps the performance of the take '{take.name}'. Deleting it loses the performance.\n")
    text[_PERFORMANCE] = pack(performance)
    store_meta(take, meta)


def load_performance(take: TakeGroup) -> Performance:
    """The stored Performance of a take. Raises OratorError when it is gone or damaged."""
    from ..storage import unpack

    if take.data is None or _PERFORMANCE not in take.data:
        raise OratorError(f"The performance of '{take.name}' is no longer in this file. Generate the take again.")
    kept = take.data[_PERFORMANCE]
    return unpack(kept if isinstance(kept, bytes) else b"")


def load_meta(take: TakeGroup) -> dict[str, Any]:
    """The take's provenance: seed, settings, model ids, and `start`, the timeline second of its first frame.

    Raises OratorError where it is damaged.
    """
    if take.data is None or _META not in take.data:
        return {}
    from ..directing.records import take_record

    return take_record(take.data[_META], take.name)


def meta_text(take: TakeGroup) -> str:
    """The take's provenance as it is stored, '' without any."""
    return "" if take.data is None else str(take.data.get(_META, ""))


def store_meta(take: TakeGroup, meta: dict[str, Any]) -> None:
    """Replace the take's provenance."""
    if take.data is not None:
        from ..provenance import stamped

        take.data[_META] = json.dumps(stamped(meta))
        take.data[_START] = float(meta.get("start", 0.0))
        if meta.get("rate"):
            take.data[_RATE] = float(meta["rate"])
        take.data[_SPEECH] = str(meta.get("speech", {}).get("name", ""))


def speech_of(take: TakeGroup) -> str:
    """The name of the strip or file that the take was made from; '' where it is not known. Quick enough for drawing."""
    name = "" if take.data is None else take.data.get(_SPEECH, "")
    return name if isinstance(name, str) else ""


def start_of(take: TakeGroup) -> float | None:
    """The timeline second of the take's first frame; None where it is not known. Quick enough for drawing."""
    return _kept_number(take, _START)


def rate_of(take: TakeGroup) -> float | None:
    """Frames a second that the take's keys were made for; None where it is not known. Quick enough for drawing."""
    rate = _kept_number(take, _RATE)
    return rate if rate is not None and rate > 0.0 else None


def _kept_number(take: TakeGroup, name: str) -> float | None:
    from ..directing.records import stored_number

    return None if take.data is None else stored_number(take.data.get(name))
