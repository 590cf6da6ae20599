"""What the artist's pins, looks and own animation mean for generating, and for making a part of a take again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..errors import OratorError
from . import bake, takes
from .characters import pose_bones

if TYPE_CHECKING:
    from ..request import Given
    from ..shaping import Shaping
    from ..speech.speech import Speech
    from .generation import TakeRequest


@dataclass(frozen=True)
class Directed:
    """What is given to a generation, and what is laid over it when it is baked."""

    shaping: Shaping
    given: Given | None
    meta: dict[str, Any]
    notes: tuple[str, ...]


def read_direction(character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech) -> Directed:
    """The character's pins, and the animation to go around, on this speech.

    Raises OratorError when they contradict each other or lie outside.
    """
    from ..directing import unreachable_pins
    from ..request import given_by_pins
    from ..shaping import Shaping
    from ..speech.pauses import find_pauses
    from .direction import pins_for
    from .shaped import direction_meta

    pins, looks, notes = pins_for(character, scene, speech.start, speech.seconds)
    keys, motions = read_around(character, scene, speech)
    pins = (*keys, *pins)
    given = given_by_pins(pins, motions, speech.seconds)
    shaping = Shaping(pins=pins, looks=looks, pauses=find_pauses(speech), motions=motions)
    meta = {**direction_meta(shaping), "speech": {"name": speech.name, "digest": digest(speech)}}
    return Directed(shaping, given, meta, (*notes, *unreachable_pins(pins)))


def read_around(character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech) -> tuple[tuple, tuple]:
    """The pins and the motion that the artist's own animation gives; nothing when it is not asked for."""
    options = scene.orator.loop
    if not options.around:
        return (), ()
    from .around import given_of

    chosen = None
    if options.around_bones == "CHOSEN":
        chosen = frozenset(line for line in options.around_chosen.splitlines() if line)
        lost = sorted(chosen - {bone.name for bone in pose_bones(character)})
        if not chosen or lost:
            which = f"'{lost[0]}' is no bone of '{character.name}' any more" if lost else "No bone is chosen"
            raise OratorError(f"{which}. Select bones in Pose Mode and press Use Selected Bones again.")
    return given_of(
        character, scene, options.around_action, chosen, options.around_keep == "MOTION", options.around_face,
        speech.start, speech.seconds, bake.scene_fps(scene),
    )  # fmt: skip


def digest(speech: Speech) -> str:
    """Tells one sound from another."""
    return hashlib.blake2b(np.ascontiguousarray(speech.samples).tobytes(), digest_size=8).hexdigest()


def read_again_request(
    context: bpy.types.Context, take: Any, regions: tuple[str, ...], span: tuple[int, int]
) -> TakeRequest:
    """A request that makes `regions` of a take again within the scene frames `span` (first, after the last).

    Everything else of the take is given: its motion to the bit, its pins, its sliders. Raises OratorError when the
    speech is not the take's any more.
    """
    from ..directing import pins_at_times
    from ..mask import Mask
    from ..model_card import card_of
    from ..performance import MODEL_FPS, Performance
    from ..regions import parts_of, regenerate_mask
    from ..request import Given
    from ..smplx.at_bake import tell
    from ..splice import cut_of, spliced
    from .follow import check_rate
    from .generation import read_request
    from .shaped import direction_meta, laid, read_shaping

    check_rate(take, context.scene)
    request = read_request(context)
    asked = request.asked
    old, before = takes.load_performance(take), takes.load_meta(take)
    speech, frames = asked.speech, asked.frames
    if frames != old.frames or abs(old.fps - MODEL_FPS) > 1e-9:
        raise OratorError(
            f"The speech is not the one '{take.name}' was made for: it lasts {speech.seconds:.2f} s, the take "
            f"{old.seconds:.2f} s. Choose that strip again, or generate a new take."
        )
    notes = request.notes
    if "speech" in before and before["speech"]["digest"] != digest(speech):
        notes = (*notes, f"'{take.name}' was made for another sound of the same length: the rest of it does not fit.")
    fps = request.target.fps
    first, last = (round((frame / fps - speech.start) * MODEL_FPS) for frame in span)
    mask = regenerate_mask(frames, regions, first, last)
    first, last = max(first, 0), min(last, frames)
    cut = cut_of(regions, first / MODEL_FPS, last / MODEL_FPS)
    shaping = spliced(read_shaping(take.layers, before), request.shaping, cut)
    target, face_terms = request.target, None
    settings = replace(asked.settings, parts=parts_of(regions))
    card = card_of(settings.model)
    mode = card.mode(settings.options)
    if not mode.keeps:
        keeper = next(mode for mode in card.modes if mode.keeps)
        settings = replace(settings, options={**settings.options, "mode": keeper.name})
        notes = (
            *notes,
            f"{card.label}'s {mode.label.lower()} mode keeps nothing of a take: this part was made in "
            f"{keeper.label.lower()} mode.",
        )
    if old.expressions is not None or (card.expressive and "face" in settings.parts):
        # One of the two has expressions: both are told in them, so that the rest stays and the seam holds.
        def face_terms(performance: Performance) -> Performance:
            return tell(performance, target.description, target.expressions, fully=True).performance

        old = face_terms(old)
        spoken = np.array(old.expressions)
        spoken[mask.face.any(axis=1)] = np.nan
        old = replace(old, expressions=spoken)
    hints = old
    if asked.given is not None:
        times = np.arange(frames) / MODEL_FPS
        pinned, free = pins_at_times(request.shaping.pins, times, request.shaping.motions)
        joints, root, face = (~free.joints & mask.joints), (~free.root & mask.root), (~free.face & mask.face)
        hints = Performance(
            np.where(joints[..., None], pinned.rotations, old.rotations),
            np.where(root[:, None], pinned.translation, old.translation),
            np.where(face, pinned.face, old.face), old.fps, old.expressions,
        )  # fmt: skip
        mask = Mask(mask.joints & free.joints, mask.root & free.root, mask.face & free.face)
    meta = {
        **request.meta, **direction_meta(shaping), "made_from": take.name, "made_from_seed": before.get("seed"),
        "layer_seed": before.get("layer_seed", before.get("seed", 0)),
        "again": {"regions": list(regions), "frames": [first, last]},
    }  # fmt: skip
    if "comp" in before:
        meta["comp"] = before["comp"]
    asked = replace(asked, settings=settings, given=Given(mask, hints), face_terms=face_terms)
    return replace(request, asked=asked, meta=meta, shaping=shaping, sliders=laid(take.layers), notes=notes)
