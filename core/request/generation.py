"""What is asked of a model: whose speech, how, what is given. The same from Blender, the command line and a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..emotion import EmotionTrack, constant_emotion
from ..errors import OratorError
from ..settings import Settings

if TYPE_CHECKING:  # scipy comes with these: not while Blender registers
    from ..bake.target import BakeTarget
    from ..body.wishes import Wish
    from ..conversation.conduct import Listening
    from ..directing.kept import KeptMotion
    from ..directing.pins import PosePin
    from ..mask import Mask
    from ..performance import Performance
    from ..speech.speech import Speech
    from ..speech.words import PlacedWord

    FaceTerms = Callable[[Performance], Performance]


@dataclass(frozen=True)
class Given:
    """What is given and what is generated, frame by frame at 30 fps: `values` count where `mask` is False."""

    mask: Mask
    values: Performance

    @property
    def anything(self) -> bool:
        """Whether anything at all is given."""
        return self.mask.anything_given

    def parts(self) -> tuple[Performance, Mask]:
        """The values and the mask, in the order in which core/residual.py and core/directing/calm.py take them."""
        return self.values, self.mask


@dataclass(frozen=True)
class GenerationRequest:
    """Everything that makes a performance what it is; frozen, so that a worker may have it.

    speeches    the one that is performed first, then those that it is an answer to (of the same length and start)
    seeds       one take each
    given       what is met exactly, or None
    target      what the take will be shown on, for models that care; None: anything
    face_terms  tells a generated performance in the terms that `given` is in (core/bake/face.py): expressions and
                ARKit weights cannot be mixed otherwise. None: as it is
    wishes      gestures that the take is to show, or not to
    words       words whose times were corrected, that were typed in, or that are not to be said
    listening   how the second speech is attended to; None: as people do, facing each other
    """

    speeches: tuple[Speech, ...]
    settings: Settings = field(default_factory=Settings)
    emotion: EmotionTrack = field(default_factory=constant_emotion)
    seeds: tuple[int, ...] = (0,)
    given: Given | None = None
    target: BakeTarget | None = None
    face_terms: FaceTerms | None = None
    listening: Listening | None = None
    wishes: tuple[Wish, ...] = ()
    words: tuple[PlacedWord, ...] = ()

    @property
    def speech(self) -> Speech:
        """The speech that is performed."""
        return self.speeches[0]

    @property
    def frames(self) -> int:
        """Frames of the performance at 30 fps, the tail included."""
        from ..performance import frame_count

        return frame_count(self.speech.seconds)


def check_request(request: GenerationRequest) -> None:
    """Raises OratorError for speech or given values that no model can use."""
    if not request.speeches:
        raise OratorError("There is no speech to perform. Choose a strip or file that holds sound.")
    for speech in request.speeches:
        if len(speech.samples) == 0:
            raise OratorError("The speech is empty. Choose a strip or file that holds sound.")
        if not np.isfinite(speech.samples).all():
            raise OratorError("The speech holds values that are not numbers. Export the sound again.")
    if request.given is None:
        return
    for what, found in (("mask", len(request.given.mask.root)), ("hints", request.given.values.frames)):
        if found != request.frames:
            raise OratorError(f"The {what} cover {found} frames, but the speech has {request.frames}. Make them again.")


def given_by_pins(pins: tuple[PosePin, ...], motions: tuple[KeptMotion, ...], seconds: float) -> Given | None:
    """What exact pins and given motion give a generation of a speech of `seconds`; None when nothing is.

    Raises OratorError that names the pin outside the speech, or those that contradict each other.
    """
    from ..directing.pins import check_pose_pins, pins_at_times
    from ..performance import MODEL_FPS, frame_count

    check_pose_pins(pins, seconds, motions)
    if not motions and not any(pin.exact for pin in pins):
        return None
    values, mask = pins_at_times(pins, np.arange(frame_count(seconds)) / MODEL_FPS, motions)
    return Given(mask, values)
