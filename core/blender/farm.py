"""The open scene as a bundle for a render farm: its speeches, its file and what the panels say, as lines of work."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy

from ..batch.runner import AUDIO
from ..catalogue.controls import CONTROL_NAMES
from ..emotion import EmotionTrack
from ..errors import OratorError
from ..farm.lines import FarmLine
from ..files import explain_write_error, write_atomically
from ..learned_style import Worn
from ..settings import Settings
from . import generation, seats, strips
from .bake_target import read_target
from .emotion import read_emotion

if TYPE_CHECKING:
    from ..speech.speech import Speech

SUBMITTERS: Final = {"openjd": ("deadline", "bundle", "submit")}
"""What hands a bundle to a farm, by engine, where it is on the PATH. (Flamenco's Manager has no such program.)"""


def unready(context: bpy.types.Context, every: bool) -> str:
    """Why nothing can be submitted, or ''."""
    reason = generation.missing_character(context)
    if reason:
        return reason
    if every:
        found = any(True for _ in strips.all_sound_strips(context))
        return "" if found else "There is no sound strip in the Video Sequencer: add one, or submit the chosen speech"
    return generation.missing_speech(context)


def scene_lines(context: bpy.types.Context, bundle: Path, every: bool, takes: int) -> tuple[tuple[FarmLine, ...], str]:
    """Write the scene's speeches and a copy of its file into the bundle; the lines, and what they leave out ('' when
    nothing).

    every  all sound strips of the Sequencer that are not muted, else the speech that the panel has chosen
    takes  how many takes each line makes
    Raises OratorError.
    """
    reason = unready(context, every)
    if reason:
        raise OratorError(f"{reason}.")
    scene, character = context.scene, generation.active_character(context)
    assert character is not None
    speeches = _speeches(context) if every else [generation.read_speech(context)]
    copy = _copied_file(bundle)
    lines, notes = [], []
    for number, speech in enumerate(speeches, 1):
        sound = bundle / "inputs" / f"speech-{number:03d}.wav"
        _write_sound(sound, speech)
        settings = generation.read_settings(scene, speech)
        settings = seats.on_objects(settings, scene, character, read_target(character, scene))[0]
        options, left_out = _options(settings, read_emotion(scene, speech, character), len(speeches) == 1)
        notes += left_out
        if settings.learned is not None:
            options["style"] = _style_file(bundle, settings.learned)
        fps = scene.render.fps / scene.render.fps_base
        options |= {"character": f"{copy}:{character.name}", "frame": f"{speech.start * fps:g}", "takes": str(takes)}
        options["seed"] = str(scene.orator.seed)
        output = f"{number:03d}_{_stem(speech.name)}.blend"
        lines.append(FarmLine(number, sound.absolute(), options, output, (output,)))
    return tuple(lines), " ".join(dict.fromkeys(notes))


def _style_file(bundle: Path, worn: Worn) -> str:
    """The learned style as a file of the bundle, and how far it is worn."""
    from ..style.file import write_style

    path = bundle / "inputs" / f"style-{worn.identity}.npz"
    write_style(worn.style, path)
    return f"{path.absolute()}:{worn.amount:g}"


def _stem(name: str) -> str:
    """A strip's or a sound file's name as the stem of a file's name."""
    path = Path(name)
    name = path.stem if path.suffix.lower() in AUDIO else name
    return "".join(c if c.isalnum() or c in "-_ " else "_" for c in name).strip()[:60] or "speech"


def _speeches(context: bpy.types.Context) -> list[Speech]:
    return [strips.speech_of_strip(scene, strip) for scene, strip in strips.all_sound_strips(context) if not strip.mute]


def _options(settings: Settings, emotion: EmotionTrack, alone: bool) -> tuple[dict[str, str], list[str]]:
    """The panels' choices as options of `generate`; what options cannot say is named."""
    plain, notes = Settings(), []
    options = {
        name.replace("_", "-"): f"{getattr(settings, name):g}"
        for name in CONTROL_NAMES
        if getattr(settings, name) != getattr(plain, name)
    }
    options |= {"parts": ",".join(settings.parts), "style": settings.style, "model": settings.model}
    if settings.curves:
        notes.append("Keyed controls stay at their value now.")
    if settings.transcript and alone:
        options["transcript"] = settings.transcript
    elif settings.transcript:
        notes.append("The transcript belongs to one strip and was left out.")
    told = emotion.as_meta()
    if emotion.reference is not None:
        notes.append("The reference clip of the emotion was left out.")
    elif emotion.guess:
        options["emotion"] = "guess"
    else:
        options["emotion"] = ",".join(
            f"{seconds:g}=" + ("+".join(f"{name}:{value:g}" for name, value in felt.items()) or "neutral")
            for seconds, felt in told["keys"]
        )
    return options, notes


def _write_sound(path: Path, speech: Speech) -> None:
    import soundfile

    write_atomically(path, lambda stream: soundfile.write(stream, speech.samples, 16000, format="WAV", subtype="FLOAT"))


def _copied_file(bundle: Path) -> Path:
    """A copy of the open file in the bundle, as it is now; the file itself is neither saved nor changed."""
    path = bundle.absolute() / "inputs" / "scene.blend"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, check_existing=False, relative_remap=True)
    except RuntimeError as error:
        raise OratorError(f"'{path}' could not be written ({str(error).strip()}). Choose another folder.") from error
    except OSError as error:
        raise explain_write_error(error, path) from error
    return path


def submit(engine: str, bundle: Path) -> str:
    """Hand the bundle to its farm where a program for that is on the PATH; a sentence that says what happened.

    Raises OratorError with the program's last words when it refuses.
    """
    words = SUBMITTERS.get(engine)
    program = shutil.which(words[0]) if words else None
    if words is None or program is None:
        return "Nothing was submitted: the bundle is ready for your farm."
    command = [program, *words[1:], str(bundle)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OratorError(
            f"'{words[0]}' did not answer ({error}). The bundle is written: submit it by hand."
        ) from error
    last = (said.stderr.strip() or said.stdout.strip() or "no reason given").splitlines()[-1]
    if said.returncode:
        raise OratorError(f"'{words[0]}' refused: {last} The bundle is written: submit it by hand.")
    return f"Submitted with '{words[0]}'."
