"""The emotion track as the artist set it: one emotion, keyed weights, markers, a reference clip, a guess."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy
import numpy as np

from ..arrays import Array
from ..catalogue.emotions import EMOTIONS
from ..emotion import EmotionTrack, parse_emotion
from ..errors import OratorError
from ..face.marks import Mark, marked, read_mark
from ..speech.speech import Speech
from . import compat, lists
from .groups import SceneGroup
from .scene_rate import scene_fps
from .take_store import load_performance

if TYPE_CHECKING:
    from ..emotion import FaceReference

WEIGHTS: Final[tuple[str, ...]] = tuple(f"weight_{name}" for name in EMOTIONS)
"""The scene's properties that mix emotions, in the order of EMOTIONS."""
_FRAME: Final = 1.0 / 30.0
"""Seconds of a frame inside the models."""


def sampled(scene: bpy.types.Scene, path: str, speech: Speech, step: float = _FRAME) -> tuple[Array, Array] | None:
    """A keyed property over the speech: seconds (K,) and values (K,), or None when it is not keyed."""
    curve = next((c for c in compat.animated_curves(scene) if c.data_path == path and not c.mute), None)
    if curve is None or curve.is_empty:
        return None
    seconds = np.append(np.arange(0.0, speech.seconds, step), speech.seconds)
    fps = scene_fps(scene)
    return seconds, np.array([curve.evaluate((speech.start + s) * fps) for s in seconds])


def read_emotion(scene: bpy.types.Scene, speech: Speech, character: bpy.types.Object | None = None) -> EmotionTrack:
    """The emotion on the speech's own time, one key a frame where anything is keyed.

    Raises OratorError for markers that cannot be read and for references that are not there.
    """
    options = scene.orator
    if options.emotion_source == "REFERENCE":
        from ..face.reference import reference_track

        return reference_track(read_face_reference(options, character))
    if options.emotion_source == "GUESS":
        return parse_emotion("guess")
    track = _mixed(scene, speech) if uses_weights(scene) else _chosen(scene, speech)
    return marked(track, marks_of(scene, speech)) if options.use_markers else track


def uses_weights(scene: bpy.types.Scene) -> bool:
    """Whether the eight weights say what is felt: as soon as one of them is keyed, or not 0."""
    if any(getattr(scene.orator, name) > 0.0 for name in WEIGHTS):
        return True
    paths = {f"orator.{name}" for name in WEIGHTS}
    return any(c.data_path in paths and not c.mute and not c.is_empty for c in compat.animated_curves(scene))


def _chosen(scene: bpy.types.Scene, speech: Speech) -> EmotionTrack:
    """The one emotion and its intensity, either of them keyed or not."""
    options = scene.orator
    constant = EMOTIONS.index(options.emotion.lower())
    kinds = sampled(scene, "orator.emotion", speech)
    strength = sampled(scene, "orator.intensity", speech)
    times = next((keyed[0] for keyed in (kinds, strength) if keyed is not None), np.zeros(1))
    chosen = np.full(len(times), constant) if kinds is None else np.round(kinds[1]).astype(int)
    intensity = np.full(len(times), options.intensity) if strength is None else strength[1]
    return EmotionTrack(times, np.eye(len(EMOTIONS))[chosen.clip(0, len(EMOTIONS) - 1)], intensity.clip(0.0, 1.0))


def _mixed(scene: bpy.types.Scene, speech: Speech) -> EmotionTrack:
    """The mixture that the weights make, times the intensity."""
    options = scene.orator
    keyed = [sampled(scene, f"orator.{name}", speech) for name in (*WEIGHTS, "intensity")]
    constants = [getattr(options, name) for name in (*WEIGHTS, "intensity")]
    times = next((k[0] for k in keyed if k is not None), np.zeros(1))
    columns = [
        np.full(len(times), value) if curve is None else curve[1] for curve, value in zip(keyed, constants, strict=True)
    ]
    values = np.clip(np.stack(columns, axis=1), 0.0, 1.0)
    return EmotionTrack(times, values[:, :-1], values[:, -1])


def marks_of(scene: bpy.types.Scene, speech: Speech) -> tuple[Mark, ...]:
    """The emotion markers that matter to a speech: those within it, and the last one before it.

    Raises OratorError, with the frame, for one that cannot be read.
    """
    fps = scene_fps(scene)
    found: list[Mark] = []
    for marker in sorted(scene.timeline_markers, key=lambda m: m.frame):
        at = marker.frame / fps - speech.start
        if at > speech.seconds:
            break
        try:
            read = read_mark(marker.name)
        except OratorError as error:
            raise OratorError(f"Frame {marker.frame}: {error}") from None
        if read is not None:
            if at <= 0.0:
                found.clear()
            found.append(Mark(at, *read))
    return tuple(found)


def read_face_reference(options: SceneGroup, character: bpy.types.Object | None) -> FaceReference:
    """The style of the clip that is chosen: a take of the character, else a file. Raises OratorError."""
    from ..face.reference import reference_of
    from ..formats.reference import face_reference

    if options.reference_take:
        data = lists.character_data(character) if character is not None else None
        take = next((t for t in data.takes if t.name == options.reference_take), None) if data is not None else None
        if take is None:
            raise OratorError(
                f"The reference take '{options.reference_take}' is not in the character's list any more; choose one."
            )
        clip = load_performance(take)
        return reference_of(clip.face, clip.fps, take.name, options.reference_strength)
    if not options.reference_file.strip():
        raise OratorError("No reference is chosen for Like a Clip: choose a take, or a Live Link Face .csv.")
    return face_reference(Path(bpy.path.abspath(options.reference_file)), options.reference_strength)


def emotion_notes(track: EmotionTrack) -> tuple[str, ...]:
    """What the artist should know about where the emotion comes from."""
    if track.guess:
        return ("The emotion is a guess from the voice's loudness and pitch: look at it, and key your own if it errs.",)
    if track.reference is None:
        return ()
    from ..face.reference import describe

    return (describe(track.reference),)


def summary(scene: bpy.types.Scene) -> str:
    """One line for the panel: what sets the emotion now, beyond the sliders that it shows; '' for nothing more."""
    if scene.orator.emotion_source != "SET" or not scene.orator.use_markers:
        return ""
    count = 0
    for marker in scene.timeline_markers:
        try:
            count += read_mark(marker.name) is not None
        except OratorError:
            return f"The marker '{marker.name}' cannot be read"
    if count == 0:
        return ""
    return f"{count} emotion marker{'s set' if count > 1 else ' sets'} it from there on"
