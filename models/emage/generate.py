"""EMAGE behind the one entry to generation: neutral performances in orator mode, published arrays in reference mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.arkit import ARKIT
from ...core.calm import meet
from ...core.errors import OratorError
from ...core.face.eyes import EyeControls, apply_eyes
from ...core.mask import Mask, everything
from ...core.performance import Performance, frame_count, make_performance, rest_performance
from ...core.rotations import from_rot6d, from_rotvec, to_rot6d, to_rotvec
from ...core.settings import Settings
from ...core.skeleton import INDEX, PART_JOINTS
from ...core.smplx.arkit_map import eye_rotations, map_beside, performance_face, to_arkit, to_expressions
from ...core.smplx.hands import FINGERS, FLAT_HANDS, HANDS_AT_REST, from_flat, from_mean, hand_mean_beside
from ...core.speech.speech import Speech
from ...core.stance import relaxed_performance
from ..progress import Progress, Stages, Tick


@dataclass(frozen=True)
class EmageResult:
    """The performance (the whole speech), and in reference mode the published arrays.

    poses (T, 165) axis-angle radians, expressions (T, 100), trans (T, 3) metres; T as published, which can be less
    than the performance's frames: the performance holds its last frame to the end.
    """

    performance: Performance
    poses: np.ndarray | None = None
    expressions: np.ndarray | None = None
    trans: np.ndarray | None = None

    @property
    def extra(self) -> dict[str, np.ndarray]:
        """The published arrays to store beside a take; empty in orator mode."""
        arrays = {"poses": self.poses, "expressions": self.expressions, "trans": self.trans}
        return {name: value for name, value in arrays.items() if value is not None}


def read_hints(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """hint_motion (T, 337) and hint_mask (T, 337) or None from a HINTS.npz. Raises OratorError."""
    from ...core.formats.npz import read_npz

    data = read_npz(Path(path), ("hint_motion",), "hints file")
    return data["hint_motion"], data.get("hint_mask")


def hints_of(mask: Mask, hints: Performance, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a mask and its given values say in EMAGE's own terms: motion and mask (T, 337), mask 1 = generate.

    Fingers count from the mean hands `mean` (30, 3) there. Translation and contacts stay with the network (its
    translation is a velocity); the residual that makes pins exact brings the root to them.
    """
    frames = hints.frames
    motion, ones = np.zeros((frames, 337), np.float32), np.ones((frames, 337), np.float32)
    motion[:, :330] = to_rot6d(from_rotvec(from_mean(to_rotvec(hints.rotations), mean))).reshape(frames, 330)
    ones[:, :330] = np.repeat(mask.joints, 6, axis=1)
    return motion, ones


def given_by(motion: np.ndarray, ones: np.ndarray | None, frames: int, mean: np.ndarray) -> tuple[Mask, Performance]:
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


def _mean_hands(folder: Path, settings: Settings, stand_in: bool) -> np.ndarray:
    """What the network counts fingers from, (30, 3).

    Where neither the settings nor an SMPL-X file tell, hands at rest stand in for artists; what is asked in the
    published terms, as reference mode and EMAGE's own hints are, stays in them.
    """
    if settings.hand_mean is not None:
        return np.array(settings.hand_mean, np.float64)
    known = hand_mean_beside(folder, settings.smplx_file)
    if known is not None:
        return known
    return HANDS_AT_REST if stand_in else FLAT_HANDS


def generate_emage(
    folder: str | Path,
    speech: Speech,
    settings: Settings,
    mask: Mask | None,
    hints: Performance | None,
    seed: int,
    tick: Tick,
    hints_337: tuple[np.ndarray, np.ndarray | None] | str | Path | None = None,
) -> EmageResult:
    """Speech to a performance of ceil(seconds * 30) frames by the checkpoint in `folder`, in settings.emage_mode.

    `hints_337` are EMAGE's own hints, arrays or a file; they win over `mask` and `hints`. Given values condition the
    network; generate() makes them exact afterwards. Raises OratorError, and what `tick` raises.
    """
    from .model import cached

    if settings.emage_mode not in ("orator", "reference"):
        raise OratorError(f"The EMAGE mode '{settings.emage_mode}' is not known: use 'orator' or 'reference'.")
    folder = Path(folder).expanduser()
    mean = _mean_hands(folder, settings, settings.emage_mode == "orator" and hints_337 is None)
    given: tuple[np.ndarray | None, np.ndarray | None] = (None, None)
    if isinstance(hints_337, (str, Path)):
        given = read_hints(Path(hints_337))
    elif hints_337 is not None:
        given = hints_337
    elif mask is not None and hints is not None and mask.anything_given:
        given = hints_of(mask, hints, mean)
    tick(0.0)
    model = cached(folder, settings.emage_mode == "reference", lambda: tick(0.0))
    frames = frame_count(speech.seconds)
    if settings.emage_mode == "reference":
        from .reference import run_reference

        ran = run_reference(model.network, model.codes, speech.samples, *given, tick)
        turns = from_rotvec(from_flat(ran.poses.reshape(len(ran.poses), 55, 3), mean))
        held = np.minimum(np.arange(frames), len(turns) - 1)
        face = performance_face(turns, ran.expressions, folder, settings.smplx_file)
        made = make_performance(turns[held], ran.trans[held], face[held], 30.0, ran.expressions[held])
        return EmageResult(made, ran.poses, ran.expressions, ran.trans)
    return EmageResult(_artist(model, folder, speech, settings, given, frames, seed, tick, mean))


def _artist(
    model: object,
    folder: Path,
    speech: Speech,
    settings: Settings,
    given: tuple[np.ndarray | None, np.ndarray | None],
    frames: int,
    seed: int,
    tick: Tick,
    mean: np.ndarray,
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
        mapping = map_beside(folder, settings.smplx_file)
        expressions, plain = made.expressions, to_arkit(made.expressions, rotations[:, INDEX["jaw"]], mapping)
        face = apply_eyes(plain, 30.0, seed, EyeControls(rate=settings.blink_rate))
        if mapping is not None:
            # Blinks are the eye layer's: bodies with expressions blink as ARKit faces do.
            added = face - plain
            added[:, [k for k, name in enumerate(ARKIT) if not name.startswith("eyeBlink")]] = 0.0
            expressions = expressions + to_expressions(added, mapping)
        for side, joint in (("Left", "left_eye_smplhf"), ("Right", "right_eye_smplhf")):
            rotations[:, INDEX[joint]] = eye_rotations(face, side)
    tick(1.0)
    return make_performance(rotations, translation, face, 30.0, expressions)


def generate_emage_reference(
    settings: Settings,
    speech: Speech,
    hints_337: tuple[np.ndarray, np.ndarray | None] | str | Path | None,
    seed: int,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    mask: Mask | None = None,
    hints: Performance | None = None,
) -> tuple[Performance, dict[str, np.ndarray]]:
    """For the command line: the performance, and the arrays that go into TAKE.npz beside it.

    In orator mode the joints that `hints_337` gives are met exactly, and so is what `mask` and `hints` give (pins).
    """
    kind, _, folder = settings.model.partition(":")
    if kind != "emage" or not folder:
        raise OratorError(f"The model '{settings.model}' is not EMAGE: write emage:FOLDER.")
    stages = Stages({"Body": 1.0}, progress, cancelled)
    if isinstance(hints_337, (str, Path)):
        hints_337 = read_hints(Path(hints_337))
    result = generate_emage(folder, speech, settings, mask, hints, seed, stages.tick("Body"), hints_337)
    made = result.performance
    if settings.emage_mode == "orator":
        if hints_337 is not None:
            given, values = given_by(*hints_337, made.frames, _mean_hands(Path(folder), settings, False))
            made = meet(made, values, given) if given.anything_given else made
        if mask is not None and hints is not None and mask.anything_given:
            made = meet(made, hints, mask)
    if progress is not None:
        progress(1.0, "Done")
    return made, result.extra
