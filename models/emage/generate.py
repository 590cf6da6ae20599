"""EMAGE behind the one entry to generation: neutral performances in orator mode, published arrays in reference mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...core.arkit import ARKIT
from ...core.arrays import Array
from ...core.directing.calm import meet
from ...core.face.eyes import EyeSliders, apply_eyes
from ...core.mask import Mask, everything
from ...core.model_card import card_of
from ...core.performance import Performance, make_performance, rest_performance
from ...core.request.generation import GenerationRequest
from ...core.rotations import from_rot6d, from_rotvec, to_rot6d, to_rotvec
from ...core.settings import Settings
from ...core.skeleton import INDEX, PART_JOINTS
from ...core.smplx.arkit_map import eye_rotations, map_beside, performance_face, to_arkit, to_expressions
from ...core.smplx.hands import FINGERS, FLAT_HANDS, HANDS_AT_REST, from_flat, from_mean, hand_mean_beside
from ...core.speech.speech import Speech
from ...core.stance import relaxed_performance
from ..interface.pipeline import Performed
from ..interface.progress import Stages, Tick

if TYPE_CHECKING:
    from .model import EmageModel


@dataclass(frozen=True)
class EmageResult:
    """The performance (the whole speech), and in reference mode the published arrays.

    poses (T, 165) axis-angle radians, expressions (T, 100), trans (T, 3) metres; T as published, which can be less
    than the performance's frames: the performance holds its last frame to the end.
    """

    performance: Performance
    poses: Array | None = None
    expressions: Array | None = None
    trans: Array | None = None

    @property
    def extra(self) -> dict[str, Array]:
        """The published arrays to store beside a take; empty in orator mode."""
        arrays = {"poses": self.poses, "expressions": self.expressions, "trans": self.trans}
        return {name: value for name, value in arrays.items() if value is not None}


def read_hints(path: Path) -> tuple[Array, Array | None]:
    """hint_motion (T, 337) and hint_mask (T, 337) or None from a HINTS.npz. Raises OratorError."""
    from ...core.npz import read_npz

    data = read_npz(Path(path), ("hint_motion",), "hints file", ("hint_mask",))
    return data["hint_motion"], data.get("hint_mask")


def hints_of(mask: Mask, hints: Performance, mean: Array) -> tuple[Array, Array]:
    """What a mask and its given values say in EMAGE's own terms: motion and mask (T, 337), mask 1 = generate.

    Fingers count from the mean hands `mean` (30, 3) there. Translation and contacts stay with the network (its
    translation is a velocity); the residual that makes pins exact brings the root to them.
    """
    frames = hints.frames
    motion, ones = np.zeros((frames, 337), np.float32), np.ones((frames, 337), np.float32)
    motion[:, :330] = to_rot6d(from_rotvec(from_mean(to_rotvec(hints.rotations), mean))).reshape(frames, 330)
    ones[:, :330] = np.repeat(mask.joints, 6, axis=1)
    return motion, ones


def given_by(motion: Array, ones: Array | None, frames: int, mean: Array) -> tuple[Mask, Performance]:
    """The joints that EMAGE's own hints (T, 337) give whole, as a mask and given values of `frames` frames.

    Fingers count from the mean hands `mean` (30, 3) there. Translation stays with the network, as in `hints_of`.
    Without a mask nothing is given.
    """
    mask, hints = everything(frames), rest_performance(frames)
    rows = np.asarray(motion, np.float64)[:frames, :330].reshape(-1, 55, 6)
    if ones is None:
        return mask, hints
    wanted = (np.asarray(ones)[: len(rows), :330].reshape(-1, 55, 6) == 0).all(axis=2)
    # Rows that span no plane are no rotation: nothing can meet them.
    wanted &= np.linalg.norm(np.cross(rows[..., :3], rows[..., 3:]), axis=-1) > 1e-3
    vectors = np.zeros((len(rows), 55, 3))
    vectors[wanted] = to_rotvec(from_rot6d(rows[wanted]))
    hints.rotations[: len(rows)][wanted] = from_rotvec(from_flat(vectors, mean))[wanted]
    mask.joints[: len(rows)] = ~wanted
    return mask, hints


def _mean_hands(folder: Path, options: Mapping[str, Any], stand_in: bool) -> Array:
    """What the network counts fingers from, (30, 3).

    Where neither the options nor an SMPL-X file tell, hands at rest stand in for artists; what is asked in the
    published terms, as reference mode and EMAGE's own hints are, stays in them.
    """
    if options.get("hand_mean") is not None:
        return np.array(options["hand_mean"], np.float64)
    known = hand_mean_beside(folder, str(options.get("smplx_file", "")))
    if known is not None:
        return known
    return HANDS_AT_REST if stand_in else FLAT_HANDS


class EmageSession:
    """The checkpoint of a folder at work.

    Options (core/settings.py): `mode`, orator or reference; `hints`, a path of EMAGE's own hints, which lead the
    network instead of what is given otherwise, and are met in orator mode; `smplx_file`, the SMPL-X model for face and
    fingers; `hand_mean` (30, 3), which fingers count from, instead of that file's.
    """

    stages: Final = {"Body": 1.0}

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def perform(self, request: GenerationRequest, seed: int, stages: Stages) -> Performed:
        """As models/interface/pipeline.py says; in reference mode with the published arrays."""
        hints = request.settings.options.get("hints")
        own = None if hints is None else read_hints(Path(hints))
        result = run_emage(self._folder, request, seed, stages.tick("Body"), own)
        made = result.performance
        if own is not None and card_of(request.settings.model).mode(request.settings.options).keeps:
            given, values = given_by(*own, made.frames, _mean_hands(self._folder, request.settings.options, False))
            made = meet(made, values, given) if given.anything_given else made
        return Performed(made, result.extra)


def run_emage(
    folder: Path,
    request: GenerationRequest,
    seed: int,
    tick: Tick,
    own_hints: tuple[Array, Array | None] | None = None,
) -> EmageResult:
    """Speech to a performance of `request.frames` frames by the checkpoint in `folder`, in the mode of the options.

    `own_hints` are EMAGE's own; they win over what is given, which conditions the network and is not met here.
    Raises OratorError, and what `tick` raises.
    """
    from .model import cached

    settings, given, frames = request.settings, request.given, request.frames
    reference = settings.options.get("mode", "orator") == "reference"
    mean = _mean_hands(folder, settings.options, not reference and own_hints is None)
    told: tuple[Array | None, Array | None] = (None, None)
    if own_hints is not None:
        told = own_hints
    elif given is not None and given.anything:
        told = hints_of(given.mask, given.values, mean)
    tick(0.0)
    model = cached(folder, reference, lambda: tick(0.0))
    if reference:
        from .reference import run_reference

        ran = run_reference(model.network, model.codes, request.speech.samples, *told, tick)
        turns = from_rotvec(from_flat(ran.poses.reshape(len(ran.poses), 55, 3), mean))
        held = np.minimum(np.arange(frames), len(turns) - 1)
        face = performance_face(turns, ran.expressions, folder, str(settings.options.get("smplx_file", "")))
        made = make_performance(turns[held], ran.trans[held], face[held], 30.0, ran.expressions[held])
        return EmageResult(made, ran.poses, ran.expressions, ran.trans)
    return EmageResult(_artist(model, folder, request.speech, settings, told, frames, seed, tick, mean))


def _artist(
    model: EmageModel,
    folder: Path,
    speech: Speech,
    settings: Settings,
    given: tuple[Array | None, Array | None],
    frames: int,
    seed: int,
    tick: Tick,
    mean: Array,
) -> Performance:
    from .artist import run_artist
    from .feet import stand
    from .reference import given_hints

    motion, ones = given_hints(frames, *given) if given[0] is not None else (None, None)
    made = run_artist(
        model.network, model.codes, speech.samples, frames, motion, ones, seed, settings.temperature, tick, mean
    )
    made.axis_angle[:, FINGERS] += mean.astype(np.float32)
    rest = relaxed_performance(frames)
    rotations, translation = rest.rotations.astype(np.float64), rest.translation
    for joint in (j for part in settings.parts for j in PART_JOINTS[part]):
        # One at a time: an hour of all of them in float64, and what the conversion needs, is half a gigabyte.
        rotations[:, joint] = from_rotvec(made.axis_angle[:, joint])
    face, expressions = rest.face, None
    if "lower" in settings.parts:
        rotations, translation = stand(rotations, made.path, settings.travel)
    if "face" in settings.parts:
        mapping = map_beside(folder, str(settings.options.get("smplx_file", "")))
        expressions, plain = made.expressions, to_arkit(made.expressions, rotations[:, INDEX["jaw"]], mapping)
        face = apply_eyes(plain, 30.0, seed, EyeSliders(rate=settings.blink_rate))
        if mapping is not None:
            # Blinks are the eye layer's: bodies with expressions blink as ARKit faces do.
            added = face - plain
            added[:, [k for k, name in enumerate(ARKIT) if not name.startswith("eyeBlink")]] = 0.0
            expressions = expressions + to_expressions(added, mapping)
        for side, eye in (("Left", "left_eye_smplhf"), ("Right", "right_eye_smplhf")):
            rotations[:, INDEX[eye]] = eye_rotations(face, side)
    tick(1.0)
    return make_performance(rotations, translation, face, 30.0, expressions)
