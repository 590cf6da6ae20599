"""Which model generates, as the artist chose it, and motion files of EMAGE and BEAT2 as takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import bpy

from ..baking import BakeStyle, prepare
from ..errors import OratorError
from ..settings import CONTROLS, EmotionTrack, Settings
from . import bake, preferences
from .model_file import chosen_file, known_hand_mean

FOLDER_NAME = "emage"


def default_folder() -> Path:
    """Where fetched weights go: the cache folder of the preferences."""
    return preferences.read().cache / FOLDER_NAME


def chosen_folder(scene: bpy.types.Scene) -> Path:
    """The folder with EMAGE's files: the artist's, or the one they are fetched to."""
    folder = scene.orator_emage.folder
    return Path(bpy.path.abspath(folder)) if folder else default_folder()


def missing_weights(scene: bpy.types.Scene) -> str:
    """Why EMAGE cannot run, or ''."""
    folder = chosen_folder(scene)
    return "" if (folder / "config.json").is_file() else f"EMAGE's files are not in '{folder}': fetch or choose them"


def revision_line(scene: bpy.types.Scene) -> str:
    """Which weights the chosen folder holds, for the panel: fetched ones know their revision."""
    folder = chosen_folder(scene)
    try:
        revision = json.loads((folder / "orator-emage.json").read_text())["revision"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"EMAGE from '{folder.name}'"
    return f"EMAGE from the hub, revision {str(revision)[:10]}"


def with_model(scene: bpy.types.Scene, settings: Settings) -> Settings:
    """The settings with the chosen model. Raises OratorError when EMAGE is chosen and its files are missing."""
    chosen = getattr(scene, "orator_emage", None)
    if chosen is None or chosen.model != "EMAGE":
        return settings
    reason = missing_weights(scene)
    if reason:
        raise OratorError(f"{reason}.")
    return replace(
        settings,
        model=f"emage:{chosen_folder(scene)}",
        emage_mode=chosen.mode.lower(),
        smplx_file=chosen_file(scene),
    )


def with_hands(scene: bpy.types.Scene, character: bpy.types.Object, settings: Settings) -> Settings:
    """The settings with the mean hands that the character's own model or the scene's file has, for EMAGE."""
    mean = known_hand_mean(character, scene) if settings.model != "embedded" else None
    return settings if mean is None else replace(settings, hand_mean=tuple(map(tuple, mean.tolist())))


HEARD: Final = ("travel", "temperature", "blink_rate")
"""Controls that EMAGE follows in orator mode; in reference mode it follows none."""


def heard(scene: bpy.types.Scene) -> tuple[str, ...] | None:
    """The controls that the chosen model follows; None when it is Orator's own, which follows all."""
    chosen = getattr(scene, "orator_emage", None)
    if chosen is None or chosen.model != "EMAGE":
        return None
    return HEARD if chosen.mode == "ORATOR" else ()


def unheard_notes(scene: bpy.types.Scene, settings: Settings, emotion: EmotionTrack) -> tuple[str, ...]:
    """What the artist set and EMAGE does not hear, as a sentence for the report."""
    follows = heard(scene)
    if follows is None:
        return ()
    plain = Settings()
    names = [n for n in (*CONTROLS, "style", "transcript") if n not in follows]
    lost = [n for n in names if n in settings.curves or getattr(settings, n) != getattr(plain, n)]
    if emotion.guess or emotion.style is not None or emotion.at(emotion.times)[:, 1:].max(initial=0.0) > 0.005:
        lost.append("emotion")
    if not lost:
        return ()
    return (f"EMAGE does not hear {', '.join(lost).replace('_', ' ')}: the face can be changed by the take's layers.",)


def hand_notes(settings: Settings) -> tuple[str, ...]:
    """What EMAGE's fingers count from where the model's mean hands are not known, as a sentence for the report."""
    if settings.model == "embedded" or settings.hand_mean is not None or "hands" not in settings.parts:
        return ()
    what = "flat hands" if settings.emage_mode == "reference" else "Orator's own resting hands"
    return (f"EMAGE's fingers start from {what}: choose your SMPL-X file for the mean hands that it counts from.",)


def import_motion(
    character: bpy.types.Object, path: Path, scene: bpy.types.Scene, start: float, style: BakeStyle
) -> tuple[str, str]:
    """A BEAT2 or EMAGE .npz as a take on the character; frame 0 is at `start` seconds. The take's uid and a sentence.

    Raises OratorError for other files; nothing changes then.
    """
    # scipy comes with these: not before it is needed.
    from ..formats.smplx_npz import read_smplx, tells_hand_mean
    from ..performance import Take
    from ..skeleton import INDEX
    from ..smplx.arkit_map import to_arkit
    from ..smplx.hands import FLAT_HANDS

    hands = known_hand_mean(character, scene)
    performance = read_smplx(path, FLAT_HANDS if hands is None else hands)
    target = bake.read_target(character, scene)
    said = ""
    if performance.expressions is not None:
        face = to_arkit(performance.expressions, performance.rotations[:, INDEX["jaw"]], target.expressions)
        performance = replace(performance, face=face)
        if target.expressions is None:
            said = " ARKit faces follow the jaw: an SMPL-X file gives the rest."
        if hands is None and not tells_hand_mean(path):
            said += " Fingers count from flat hands: an SMPL-X file gives the mean hands that BEAT2 counts from."
    prepared = prepare(performance, start, target, style)
    notes = "".join(f"; {note}" for note in prepared.coverage.notes)
    meta = {"seed": 0, "source": path.name}
    item = bake.add_take(character, Take(performance, path.stem, meta), start, prepared)
    return item.uid, f"{path.name}: {prepared.coverage.sentence()}{notes}.{said}"
