"""The first seconds of a long speech as a speech of their own: playable while the whole is still being made.

An opening hears nothing of what follows, so it is a take like any other, and differs in detail from the start of the
whole one, which takes its place. Each opening is several times as long as the one before, and a small part of the
whole: an artist who plays what is there finds more when it ends, and all openings together cost little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..directing.directions import Directions
from ..directing.kept import within
from ..errors import OratorError
from ..mask import Mask
from ..speech.speech import SAMPLE_RATE, Speech
from .generation import GenerationRequest, Given

LONG: Final = 60.0
"""Seconds of a speech that is worth an opening."""
FIRST: Final = 12.0
"""Seconds of the shortest opening: ten of them to play, and an end."""
TIMES: Final = 6.0
"""How much longer the next opening is."""
SHARE: Final = 0.2
"""The most that an opening is of the whole."""


def openings(seconds: float) -> tuple[float, ...]:
    """Lengths in seconds of the openings of a speech of `seconds`, ascending; none of a short one."""
    out: list[float] = []
    length = FIRST
    while seconds > LONG and length <= SHARE * seconds:
        out.append(length)
        length *= TIMES
    return tuple(out)


def opened(request: GenerationRequest, seconds: float) -> GenerationRequest:
    """The request for the first `seconds` of its speeches alone, for one take.

    A transcript is of the whole speech: an opening goes without. Raises OratorError where nothing would be left.
    """
    count = round(seconds * SAMPLE_RATE)
    if not all(len(speech.samples) > count > 0 for speech in request.speeches):
        raise OratorError("An opening is shorter than its speech.")
    speeches = tuple(Speech(s.samples[:count], s.start, s.name, s.notes) for s in request.speeches)
    short = replace(request, speeches=speeches, settings=replace(request.settings, transcript=None),
                    seeds=request.seeds[:1], wishes=tuple(w for w in request.wishes if w.time < seconds))  # fmt: skip
    if request.given is None:
        return short
    mask, frames = request.given.mask, short.frames
    part = Mask(mask.joints[:frames], mask.root[:frames], mask.face[:frames])
    return replace(short, given=Given(part, request.given.values.cut(0, frames)) if part.anything_given else None)


def opened_directions(directions: Directions | None, seconds: float) -> Directions | None:
    """What is laid over an opening; motion that is given further on is left out, pins there count by their times."""
    if directions is None:
        return None
    motions = (within(motion, -np.inf, seconds) for motion in directions.motions)
    return replace(directions, motions=tuple(motion for motion in motions if motion is not None))
