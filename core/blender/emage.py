"""Which model generates, as the artist chose it, and motion files of EMAGE and BEAT2 as takes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

import bpy

from ..baking import BakeStyle, prepare
from ..errors import OratorError
from ..settings import CONTROLS, EmotionTrack, Settings
from . import bake, preferences
from .model_file import known_hand_mean

FOLDER_NAME = "emage"
_GIVEN_FILE: Final = os.environ.get("ORATOR_SMPLX", "")
"""The SMPL-X file that Blender was started with."""


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
    # The worker looks here for face landmarks and mean hands; a file that is no longer chosen is not looked into.
    os.environ["ORATOR_SMPLX"] = bpy.path.abspath(chosen.smplx_file) if chosen.smplx_file else _GIVEN_FILE
    return replace(settings, model=f"emage:{chosen_folder(scene)}", emage_mode=chosen.mode.lower())


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


def hand_notes(scene: bpy.types.Scene) -> tuple[str, ...]:
    """Whether EMAGE's fingers count from a stand-in, as a sentence for the report; after `with_model`.

    Raises OratorError when the chosen SMPL-X file is none.
    """
    from ..smplx.hands import hand_mean_beside

    if not heard(scene) or hand_mean_beside(chosen_folder(scene)) is not None:
        return ()
    return ("fingers start from Orator's own resting hands: choose your SMPL-X file for the model's mean hands",)


def import_motion(
    character: bpy.types.Object, path: Path, scene: bpy.types.Scene, start: float, style: BakeStyle
) -> tuple[str, str]:
    """A BEAT2 or EMAGE .npz as a take on the character; frame 0 is at `start` seconds. The take's uid and a sentence.

    Raises OratorError for other files; nothing changes then.
    """
    # scipy comes with these: not before it is needed.
    from ..formats.smplx_npz import read_smplx
    from ..performance import Take
    from ..skeleton import INDEX
    from ..smplx.arkit_map import to_arkit
    from ..smplx.hands import FLAT_HANDS

    hands = known_hand_mean(scene)
    performance = read_smplx(path, FLAT_HANDS if hands is None else hands)
    target = bake.read_target(character, scene)
    said = ""
    if performance.expressions is not None:
        face = to_arkit(performance.expressions, performance.rotations[:, INDEX["jaw"]], target.expressions)
        performance = replace(performance, face=face)
        if target.expressions is None:
            said = " ARKit faces follow the jaw: an SMPL-X file gives the rest."
        if hands is None:
            said += " Fingers count from flat hands: an SMPL-X file gives the mean hands that BEAT2 counts from."
    prepared = prepare(performance, start, target, style)
    notes = "".join(f"; {note}" for note in prepared.coverage.notes)
    meta = {"seed": 0, "source": path.name}
    item = bake.add_take(character, Take(performance, path.stem, meta), start, prepared)
    return item.uid, f"{path.name}: {prepared.coverage.sentence()}{notes}.{said}"
