"""Which model generates, as the artist chose it, and motion files of EMAGE and BEAT2 as takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from ..bake.road import prepare
from ..bake.target import Keying
from ..catalogue.controls import Control
from ..editions import without_torch
from ..emotion import EmotionTrack
from ..errors import OratorError
from ..model_card import ModelCard, card_of, cards
from ..ranges import within
from ..settings import Settings, unheard
from . import bake
from .bake_target import read_target
from .model_file import chosen_file, chosen_folder, known_hand_mean


def missing_weights(scene: bpy.types.Scene) -> str:
    """Why EMAGE cannot run, or ''."""
    reason = without_torch("EMAGE")
    if reason:
        return reason
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


def chosen_card(scene: bpy.types.Scene) -> ModelCard:
    """The card of the chosen model; the first one's, where a file names one that is not installed."""
    chosen = getattr(scene, "orator_emage", None)
    name = "" if chosen is None else chosen.model.lower()
    return next((card for card in cards() if card.name == name), cards()[0])


def with_model(scene: bpy.types.Scene, settings: Settings) -> Settings:
    """The settings with the chosen model and its options. Raises OratorError when its files are missing."""
    card = chosen_card(scene)
    name = card.name
    options: dict[str, Any] = {control.name: own_value(scene, control) for control in card.controls}
    if not card.in_folder:
        return replace(settings, model=name, options=options)
    reason = missing_weights(scene)
    if reason:
        raise OratorError(f"{reason}.")
    options.update(mode=scene.orator_emage.mode.lower(), smplx_file=chosen_file(scene))
    return replace(settings, model=f"{name}:{chosen_folder(scene)}", options=options)


def own_of(scene: bpy.types.Scene) -> tuple[Control, ...]:
    """The chosen model's own controls."""
    return chosen_card(scene).controls


def own_value(scene: bpy.types.Scene, control: Control) -> float:
    """What a model's own control is set to."""
    return within(control, getattr(scene.orator_model, control.name))


def with_hands(scene: bpy.types.Scene, character: bpy.types.Object, settings: Settings) -> Settings:
    """The settings with the mean hands that the character's own model or the scene's file has."""
    mean = known_hand_mean(character, scene) if card_of(settings.model).expressive else None
    if mean is None:
        return settings
    return replace(settings, options={**settings.options, "hand_mean": tuple(map(tuple, mean.tolist()))})


def hears(scene: bpy.types.Scene) -> tuple[ModelCard, frozenset[str]]:
    """The chosen model, and the controls and inputs that it follows in its mode."""
    card = chosen_card(scene)
    mode = scene.orator_emage.mode.lower() if len(card.modes) > 1 else card.modes[0].name
    return card, card.mode({"mode": mode}).hears


def unheard_notes(settings: Settings, emotion: EmotionTrack) -> tuple[str, ...]:
    """What the artist set and the model does not hear, as a sentence for the report."""
    felt = emotion.guess or emotion.reference is not None or emotion.at(emotion.times)[:, 1:].max(initial=0.0) > 0.005
    lost = unheard(settings, bool(felt))
    if not lost:
        return ()
    label = card_of(settings.model).label
    return (f"{label} does not hear {', '.join(lost)}: the face can be changed by the take's layers.",)


def hand_notes(settings: Settings) -> tuple[str, ...]:
    """What EMAGE's fingers count from where the model's mean hands are not known, as a sentence for the report."""
    options = settings.options
    if not card_of(settings.model).expressive or options.get("hand_mean") or "hands" not in settings.parts:
        return ()
    what = "flat hands" if options.get("mode") == "reference" else "Orator's own resting hands"
    return (f"EMAGE's fingers start from {what}: choose your SMPL-X file for the mean hands that it counts from.",)


def import_motion(
    character: bpy.types.Object, path: Path, scene: bpy.types.Scene, start: float, keying: Keying
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
    target = read_target(character, scene)
    said = ""
    if performance.expressions is not None:
        face = to_arkit(performance.expressions, performance.rotations[:, INDEX["jaw"]], target.expressions)
        performance = replace(performance, face=face)
        if target.expressions is None:
            said = " ARKit faces follow the jaw: an SMPL-X file gives the rest."
        if hands is None and not tells_hand_mean(path):
            said += " Fingers count from flat hands: an SMPL-X file gives the mean hands that BEAT2 counts from."
    prepared = prepare(performance, start, target, keying)
    notes = "".join(f"; {note}" for note in prepared.coverage.notes)
    meta = {"seed": 0, "source": path.name}
    item = bake.add_take(character, Take(performance, path.stem, meta), start, prepared)
    return item.uid, f"{path.name}: {prepared.coverage.sentence()}{notes}.{said}"
