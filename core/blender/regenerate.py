"""Making a part of a take anew: everything else of it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..directing.pins import pins_at_times
from ..errors import OratorError
from ..mask import Mask
from ..model_card import card_of
from ..performance import MODEL_FPS, Performance
from . import seats
from .given import digest
from .groups import TakeGroup
from .take_store import load_meta, load_performance

if TYPE_CHECKING:
    from ..directing.directions import Directions
    from ..settings import Settings
    from ..speech.speech import Speech
    from .generation import TakeRequest


def read_regenerate_request(
    context: bpy.types.Context,
    take: TakeGroup,
    regions: tuple[str, ...],
    span: tuple[int, int],
    within: Sequence[tuple[float, float]] = (),
) -> TakeRequest:
    """A request that makes `regions` of a take again within the scene frames `span` (first, after the last).

    within  if any, only in these seconds of the take.
    Everything else of the take is given: its motion to the bit, its pins, its sliders. Raises OratorError when the
    speech is not the take's any more.
    """
    from .scene_rate import check_rate
    from .take_speech import request_of

    check_rate(take, context.scene)
    request = request_of(context, take)
    fps, start = request.target.fps, request.speech.start
    first, last = (round((frame / fps - start) * MODEL_FPS) for frame in span)
    spans = [(max(first, round(a * MODEL_FPS)), min(last, round(b * MODEL_FPS))) for a, b in within] or [(first, last)]
    return regenerated(take, request, tuple((regions, begin, end) for begin, end in spans if begin < end))


def regenerated(
    take: TakeGroup,
    request: TakeRequest,
    pieces: tuple[tuple[tuple[str, ...], int, int], ...],
    other_speech: bool = False,
) -> TakeRequest:
    """A request's own take made anew in pieces: regions, and their first frame and the one after the last, at 30 fps.

    other_speech  in the pieces the speech is another one by intent, and may last longer than the take
    Raises OratorError when the speech is not the take's any more.
    """
    from ..bake.face import convert_face
    from ..body.wishes import merged, wishes_of
    from ..regions import parts_of
    from ..request.generation import Given
    from .directions import directions_record, slider_record

    asked = request.asked
    old, before = load_performance(take), load_meta(take)
    speech, frames = asked.speech, asked.frames
    if other_speech:
        old, before = _for_another_speech(old, before, pieces, frames)
    notes = request.notes if other_speech else (*request.notes, *_fits(take, old, before, speech, frames))
    regions = tuple(dict.fromkeys(region for piece in pieces for region in piece[0]))
    directions, mask = _directed(take, before, request, pieces)
    first, last = max(min(p[1] for p in pieces), 0), min(max(p[2] for p in pieces), frames)
    if other_speech and request.directions is not None:
        directions = replace(directions, pauses=request.directions.pauses)
    target, face_terms = request.target, None
    settings = seats.kept(replace(asked.settings, parts=parts_of(regions)), before)
    card = card_of(settings.model)
    settings, said = _in_a_mode_that_keeps(settings)
    notes = (*notes, *said)
    if old.expressions is not None or (card.expressive and "face" in settings.parts):
        # One of the two has expressions: both are converted in them, so that the rest stays and the seam holds.
        def face_terms(performance: Performance) -> Performance:
            return convert_face(performance, target.description, target.expressions, fully=True).performance

        old = _without_expressions(face_terms(old), mask)
    hints = old
    if asked.given is not None:
        hints, mask = _pinned(old, mask, request.directions)
    meta = {
        **request.meta, **directions_record(directions), "made_from": take.name, "made_from_seed": before.get("seed"),
        "layer_seed": before.get("layer_seed", before.get("seed", 0)),
        "again": {"regions": list(regions), "frames": [first, last]},
    }  # fmt: skip
    meta.pop("seated", None)
    meta |= {name: before[name] for name in ("comp", "seated") if name in before}
    wishes = merged(wishes_of(before), asked.wishes)
    asked = replace(asked, settings=settings, given=Given(mask, hints), face_terms=face_terms, wishes=wishes)
    return replace(
        request, asked=asked, meta=meta, directions=directions, sliders=slider_record(take.layers), notes=notes
    )


def _directed(
    take: TakeGroup, before: dict[str, Any], request: TakeRequest, pieces: tuple[tuple[tuple[str, ...], int, int], ...]
) -> tuple[Directions, Mask]:
    """The take's directions with the request's in the pieces, and what is made anew."""
    from ..directing.directions import Directions
    from ..directing.splice import cut_of, spliced
    from ..regions import regenerate_mask
    from .directions import read_directions

    frames, wanted = request.asked.frames, request.directions or Directions()
    directions, masks = read_directions(take.layers, before), []
    for some, first, last in pieces:
        masks.append(regenerate_mask(frames, some, first, last))
        cut = cut_of(some, max(first, 0) / MODEL_FPS, min(last, frames) / MODEL_FPS)
        directions = spliced(directions, wanted, cut)
    return directions, Mask(*(np.logical_or.reduce([getattr(m, n) for m in masks]) for n in ("joints", "root", "face")))


def _for_another_speech(
    old: Performance, before: dict[str, Any], pieces: tuple[tuple[tuple[str, ...], int, int], ...], frames: int
) -> tuple[Performance, dict[str, Any]]:
    """A take as long as the speech is now, and its record without the gestures that were wished for in the pieces."""
    from ..conversation.lines import lengthened

    def stays(wish: dict[str, Any]) -> bool:
        return not any(first <= wish["time"] * MODEL_FPS < last for _, first, last in pieces)

    return lengthened(old, frames), {**before, "wishes": [w for w in before.get("wishes", ()) if stays(w)]}


def _fits(take: TakeGroup, old: Performance, before: dict[str, Any], speech: Speech, frames: int) -> tuple[str, ...]:
    """Notes on a speech that has changed since. Raises OratorError when it is not the take's any more."""
    if frames != old.frames or abs(old.fps - MODEL_FPS) > 1e-9:
        raise OratorError(
            f"The speech is not the one '{take.name}' was made for: it lasts {speech.seconds:.2f} s, the take "
            f"{old.seconds:.2f} s. Choose that strip again, or generate a new take."
        )
    if before.get("speech", {}).get("digest", digest(speech)) == digest(speech):
        return ()
    if before.get("lines"):
        return (
            f"The scene's lines are not those '{take.name}' was made for: Regenerate Changed Lines makes what changed.",
        )
    return (f"'{take.name}' was made for another sound of the same length: the rest of it does not fit.",)


def _in_a_mode_that_keeps(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """The settings in a mode of their model that keeps what is given, and a note where that is another one."""
    card = card_of(settings.model)
    mode = card.mode(settings.options)
    if mode.keeps:
        return settings, ()
    keeper = next(mode for mode in card.modes if mode.keeps)
    said = (
        f"{card.label}'s {mode.label.lower()} mode keeps nothing of a take: this part was made in "
        f"{keeper.label.lower()} mode."
    )
    return replace(settings, options={**settings.options, "mode": keeper.name}), (said,)


def _pinned(old: Performance, mask: Mask, directions: Directions | None) -> tuple[Performance, Mask]:
    """A take's motion with the artist's pins of now where it is made anew; these are then given too."""
    if directions is None:
        return old, mask
    pinned, free = pins_at_times(directions.pins, np.arange(old.frames) / MODEL_FPS, directions.motions)
    joints, root, face = (~free.joints & mask.joints), (~free.root & mask.root), (~free.face & mask.face)
    hints = Performance(
        np.where(joints[..., None], pinned.rotations, old.rotations),
        np.where(root[:, None], pinned.translation, old.translation),
        np.where(face, pinned.face, old.face), old.fps, old.expressions,
    )  # fmt: skip
    return hints, Mask(mask.joints & free.joints, mask.root & free.root, mask.face & free.face)


def _without_expressions(old: Performance, mask: Mask) -> Performance:
    """The take with its expressions free, NaN, where its face is made anew."""
    spoken = np.array(old.expressions)
    spoken[mask.face.any(axis=1)] = np.nan
    return replace(old, expressions=spoken)
