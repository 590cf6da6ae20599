"""From what the artist set in the scene to takes in the character's list; the operators only call this."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy
import numpy as np

from ..bake.road import prepare
from ..bake.target import BakeTarget, Keying, PreparedBake
from ..catalogue.controls import CONTROLS, NUMBER_OF
from ..errors import OratorError
from ..ranges import within
from ..request.generation import GenerationRequest
from ..settings import Settings
from ..speech.no_speech import notes_of
from ..speech.speech import Speech
from ..speech.words import unheard_notes
from . import bake, characters, copies, gestures, lists, own_animation, playback, seats, strips, styles, takes
from .bake_target import editable, read_keying, read_target, up_to_date
from .emage import hand_notes, own_of, with_hands, with_model
from .emage import unheard_notes as unheard_controls
from .emotion import emotion_notes, read_emotion, sampled
from .groups import CharacterGroup, TakeGroup
from .scene_rate import scene_fps, time_notes
from .take_store import speech_of

if TYPE_CHECKING:
    from ..conversation.conduct import Listening
    from ..directing.directions import Directions
    from ..performance import Take

_CURVE_STEP: Final = 0.1


@dataclass(frozen=True)
class TakeRequest:
    """Everything a worker needs to make takes on a character; plain data only.

    asked   what is generated.      target  what it is baked to, by `keying`, under `directions` and with `sliders`.
    scene   its name.               meta    what the takes' provenance gets beside what generating tells.
    spans   seconds of the timeline that are made again; None for all of the speech.
    """

    asked: GenerationRequest
    target: BakeTarget
    keying: Keying
    scene: str
    directions: Directions | None = None
    sliders: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    spans: tuple[tuple[float, float], ...] | None = None
    threads: int = 0
    device: str = "auto"
    runtime: str = "auto"

    @property
    def speech(self) -> Speech:
        """The speech that is asked for."""
        return self.asked.speech


@dataclass(frozen=True)
class Made:
    """One generated take, ready to be written."""

    take: Take
    prepared: PreparedBake


# --- Before: reading the scene -------------------------------------------------------------------------------------


def active_character(context: bpy.types.Context) -> bpy.types.Object | None:
    """The chosen character; else the active object's own, or what deforms or carries it; else the only one."""
    chosen = context.scene.orator.character
    if chosen is not None and chosen.name in context.scene.objects:
        return chosen
    obj = context.active_object if hasattr(context, "active_object") else context.view_layer.objects.active
    owner = characters.character_of(obj)
    if owner is not None:
        return owner
    found = characters.characters_in(context.scene)
    return found[0] if len(found) == 1 else None


def chosen_character(context: bpy.types.Context) -> bpy.types.Object:
    """The character as `active_character` finds it. Raises OratorError, with a sentence why, where there is none."""
    character = active_character(context)
    if character is None:
        raise OratorError(f"{missing_character(context)}.")
    return character


def highlighted_take(context: bpy.types.Context) -> tuple[CharacterGroup | None, TakeGroup | None]:
    """The list of takes of the character, and the highlighted one; None for what there is not."""
    character = active_character(context)
    data = lists.character_data(character) if character is not None else None
    if data is None or not 0 <= data.active < len(data.takes):
        return data, None
    return data, data.takes[data.active]


def chosen_take(context: bpy.types.Context) -> tuple[CharacterGroup, TakeGroup]:
    """The same where a take is highlighted. Raises OratorError where none is."""
    data, take = highlighted_take(context)
    if data is None or take is None:
        raise OratorError("This character has no take yet: press Generate.")
    return data, take


def missing_character(context: bpy.types.Context) -> str:
    """Why there is no character to perform, or ''."""
    if active_character(context) is not None:
        return ""
    if not characters.characters_in(context.scene):
        return "There is no armature and no face in the scene: press Add Character, or append one of your own"
    return "Select a character (an armature, or a face without one), or choose it in the Character panel"


def missing_speech(context: bpy.types.Context) -> str:
    """Why there is no speech to perform, or ''."""
    options = context.scene.orator
    if options.source == "FILE":
        return "" if options.file.strip() else "Choose a sound file in the Speech panel"
    if strips.find_strip(context, options.strip, options.strip_scene) is not None:
        return ""
    if options.strip:
        return f"The strip '{options.strip}' is not in the Video Sequencer any more: choose another"
    if any(True for _ in strips.all_sound_strips(context)):
        return "There are several sound strips: choose one in the Speech panel"
    return "There is no sound strip in the Video Sequencer: add one, or choose a sound file"


def read_speech(context: bpy.types.Context) -> Speech:
    """The speech the artist chose. Raises OratorError."""
    reason = missing_speech(context)
    if reason:
        raise OratorError(f"{reason}.")
    options = context.scene.orator
    if options.source == "FILE":
        return strips.speech_of_file(options.file, options.file_frame, context.scene, options.channel)
    found = strips.find_strip(context, options.strip, options.strip_scene)
    assert found is not None
    return strips.speech_of_strip(*found, options.channel)


def speech_seconds(context: bpy.types.Context) -> float | None:
    """How long the chosen strip or file lasts; None where that is not known. Quick enough for drawing."""
    options = context.scene.orator
    if options.source == "FILE":
        return strips.seconds_of_file(options.file)
    found = strips.find_strip(context, options.strip, options.strip_scene)
    if found is None:
        return None
    left, right, _ = strips.audible_bounds(*found)
    return max(right - left, 0) / scene_fps(found[0])


def seeds_from(scene: bpy.types.Scene) -> tuple[int, ...]:
    """The seeds of the next takes."""
    return tuple(range(scene.orator.seed, scene.orator.seed + scene.orator.count))


def move_seed_on(scene: bpy.types.Scene, used: tuple[int, ...]) -> None:
    """After takes were made with these seeds, the next press makes others; a locked seed stays."""
    options = scene.orator
    if options.lock_seed or options.seed not in used:
        return
    options.seed = (max(used) + 1) % (int(NUMBER_OF["seed"].high) + 1)


def read_speech_start(context: bpy.types.Context) -> float:
    """The timeline second at which the chosen speech starts, without decoding it. Raises OratorError."""
    reason = missing_speech(context)
    if reason:
        raise OratorError(f"{reason}.")
    options = context.scene.orator
    if options.source == "FILE":
        return options.file_frame / scene_fps(context.scene)
    found = strips.find_strip(context, options.strip, options.strip_scene)
    assert found is not None
    return strips.start_of_strip(*found)


def start_for(context: bpy.types.Context, take: TakeGroup) -> float | None:
    """The timeline second at which the speech that a take was made from starts now; None where it is not at hand.

    That strip counts, whichever is picked. Of takes that do not know theirs the chosen speech is taken for it.
    """
    name, options = speech_of(take), context.scene.orator
    if not name:
        return None if missing_speech(context) else read_speech_start(context)
    picked = strips.find_strip(context, options.strip, options.strip_scene)
    if options.source == "FILE" and Path(options.file).name == name:
        return options.file_frame / scene_fps(context.scene)
    found = picked if picked is not None and picked[1].name == name else None
    found = found or next((pair for pair in strips.all_sound_strips(context) if pair[1].name == name), None)
    return None if found is None else strips.start_of_strip(*found)


def read_settings(scene: bpy.types.Scene, speech: Speech) -> Settings:
    """The artist's controls, with their animation."""
    options = scene.orator
    parts = tuple(part for part in ("upper", "hands", "lower", "face") if getattr(options, f"use_{part}"))
    curves = {}
    rows = {f"orator.{row.name}": row for row in CONTROLS} | {f"orator_model.{row.name}": row for row in own_of(scene)}
    for path, row in rows.items():
        keyed = sampled(scene, path, speech, _CURVE_STEP)
        if keyed is not None:
            # As Blender shows it: a curve that swings beyond the range stays at its end.
            held = np.clip(keyed[1], row.low, row.high)
            curves[row.name] = tuple(zip(keyed[0].tolist(), held.tolist(), strict=True))
    text = options.transcript_text.as_string() if options.transcript_text is not None else options.transcript
    values: dict[str, Any] = {row.name: within(row, getattr(options, row.name)) for row in CONTROLS}
    settings = Settings(
        parts=parts, style=options.style, learned=styles.worn(scene), transcript=text.strip() or None, curves=curves,
        **values,
    )  # fmt: skip
    return with_model(scene, settings)


def read_request(context: bpy.types.Context, again: bool = False, directed: bool = True) -> TakeRequest:
    """Everything that the artist chose, checked before any work; again: of a take, which keeps its seat.

    directed: False leaves pins and kept animation out. Raises OratorError.
    """
    character, speech = chosen_character(context), read_speech(context)
    return request_for(context.scene, character, (speech,), again=again, directed=directed)


def request_for(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    speeches: tuple[Speech, ...],
    listening: Listening | None = None,
    again: bool = False,
    directed: bool = True,
) -> TakeRequest:
    """The request of one character for speeches of one length, its own first. Raises OratorError."""
    from . import preferences
    from .corrections import corrected
    from .given import read_character_directions, undirected

    speech = speeches[0]
    chosen = preferences.read()
    given = read_character_directions(character, scene, speech) if directed else undirected()
    emotion = read_emotion(scene, speech, character)
    settings = with_hands(scene, character, read_settings(scene, speech))
    target = read_target(character, scene)
    settings, seated = (settings, {}) if again else seats.on_objects(settings, scene, character, target)
    return TakeRequest(
        asked=GenerationRequest(
            speeches,
            settings,
            emotion,
            seeds_from(scene),
            given.given,
            target,
            listening=listening,
            wishes=gestures.marked(scene, speech),
            words=corrected(scene, speech, settings.transcript),
        ),
        target=target,
        keying=read_keying(scene),
        scene=scene.name,
        threads=chosen.threads,
        device=chosen.device,
        runtime=chosen.runtime,
        meta={**given.meta, **seated},
        directions=given.directions,
        notes=(
            *given.notes,
            *emotion_notes(emotion),
            *unheard_controls(settings, emotion),
            *hand_notes(settings),
            *time_notes(scene),
        ),
    )


# --- After: writing the result -------------------------------------------------------------------------------------


def deliver(request: TakeRequest, made: tuple[Made, ...]) -> tuple[str, ...]:
    """Write takes onto the character, looked up again by name; returns sentences for the artist.

    Raises OratorError when the character or the scene is gone; nothing changes then.
    """
    scene: bpy.types.Scene | None = bpy.data.scenes.get(request.scene)
    character = None if scene is None else scene.objects.get(request.target.name)
    if scene is None or character is None or not characters.is_character(character):
        raise OratorError(
            f"'{request.target.name}' is not in the scene any more, so the result was dropped. Nothing was changed."
        )
    linked = character
    character = editable(linked, scene)
    if scene.orator.character == linked:
        scene.orator.character = character
    made_ids: list[str] = []
    parted = copies.separate(character)
    try:
        for one in made:
            prepared, start = one.prepared, request.speech.start
            fps = scene_fps(scene)
            if not up_to_date(character, prepared) or fps != request.target.fps:
                start *= request.target.fps / fps  # at another rate a strip keeps its frame
                target = read_target(character, scene)
                prepared = prepare(one.take.performance, start, target, request.keying, directions=request.directions)
            item = bake.add_take(
                character, one.take, start, prepared, show=not made_ids, sliders=request.sliders, rate=fps
            )
            made_ids.append(item.uid)
    except Exception:
        for uid in made_ids:
            takes.remove(character, uid)
        raise
    data = lists.character_data(character)
    names = ", ".join(take.name for take in data.takes if take.uid in made_ids)
    coverage = made[0].prepared.coverage
    keys = "; ".join(one.prepared.keys() for one in made)
    sentences = [f"{names} on '{character.name}': {coverage.sentence()}; {keys}."]
    rests = own_animation.notes(data, lists.find(data, made_ids[0]))
    played = playback.follow_sound(scene, request.speech.start, request.speech.seconds)
    return (
        *sentences,
        *notes_of(made[0].take.meta),
        *unheard_notes(made[0].take.meta),
        *coverage.notes,
        *parted,
        *rests,
        *played,
        *request.speech.notes,
        *request.notes,
    )
