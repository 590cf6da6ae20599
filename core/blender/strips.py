"""Sound strips of the Video Sequencer as speech: trimmed as on the timeline, and at their place on it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..arrays import Array
from ..errors import OratorError
from . import compat

if TYPE_CHECKING:
    from ..speech.speech import Speech

_TICK, _PATIENCE = 0.05, 20.0
"""Seconds between two looks at a mixdown, and without any progress until it is given up."""
SOUND_CHANNELS = (
    ("auto", "Automatic", "All of them, or the one with speech where they hold different things"),
    ("mix", "Mix", "All of them together"),
    ("1", "Left", "The first channel"),
    ("2", "Right", "The second channel"),
)
"""Which channel of a sound is performed: what the panels offer of core/speech/load.py."""
FILMS = (".mp4", ".m4a", ".mov", ".mkv", ".avi", ".aac", ".webm", ".wma")


def sound_strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    """The scene's sound strips, in the order of the timeline."""
    found = (strip for strip in compat.sequencer_strips(scene) if strip.type == "SOUND")
    return tuple(sorted(found, key=lambda strip: (compat.strip_bounds(strip)[0], strip.channel)))


def all_sound_strips(context: bpy.types.Context) -> Iterator[tuple[bpy.types.Scene, Any]]:
    """Every sound strip with its scene; the scene that is most likely meant comes first."""
    for scene in compat.sequencer_scenes(context):
        for strip in sound_strips(scene):
            yield scene, strip


def find_strip(
    context: bpy.types.Context, name: str = "", scene: bpy.types.Scene | None = None
) -> tuple[bpy.types.Scene, Any] | None:
    """The strip of that name; without a name the active, else the first selected, else the only one. None: no choice.

    The scenes are searched in the order of `compat.sequencer_scenes`; a given scene comes first.
    """
    found = list(all_sound_strips(context))
    if name:
        named = [(owner, strip) for owner, strip in found if strip.name == name]
        return next((pair for pair in named if pair[0] == scene), named[0] if named else None)
    for scene in compat.sequencer_scenes(context):
        active = compat.active_strip(scene)
        if active is not None and active.type == "SOUND" and active.select:
            return scene, active
        selected = [strip for strip in sound_strips(scene) if strip.select]
        if selected:
            return scene, selected[0]
        if active is not None and active.type == "SOUND":
            return scene, active
    return found[0] if len(found) == 1 else None


def audible_bounds(scene: bpy.types.Scene, strip: Any) -> tuple[int, int, float]:
    """As `compat.strip_bounds`, between the handles of the meta strips around it too."""
    left, right, content = compat.strip_bounds(strip)
    for meta in compat.metas_around(scene, strip):
        first, last, _ = compat.strip_bounds(meta)
        left, right = max(left, first), min(right, last)
    return left, right, content


def speech_of_strip(scene: bpy.types.Scene, strip: Any, channel: str = "auto") -> Speech:
    """The Speech of a sound strip: what is heard between its handles, from its left handle on.

    channel: see core/speech/load.py. Of a long file only what lies between the handles is kept.

    Raises OratorError when the sound is missing, cannot be read, or nothing of it lies between the handles.
    """
    from ..speech.load import NothingThere, Part
    from ..speech.speech import SAMPLE_RATE, Speech

    fps = scene.render.fps / scene.render.fps_base
    left, right, content = audible_bounds(scene, strip)
    whole_right = compat.strip_bounds(strip)[1] == right
    if right <= left:
        raise OratorError(
            f"Nothing of the strip '{strip.name}' lies between the handles of its meta strip. Move its handles, or "
            "choose another strip."
        )
    if len(getattr(strip, "retiming_keys", ())) > 0:
        return _mixed_down(scene, strip, left, right, fps, channel)
    skipped = (left - content) / fps - float(getattr(strip, "sound_offset", 0.0))
    first = round(skipped * SAMPLE_RATE)
    count = max(1, round((right - left) / fps * SAMPLE_RATE))
    begin, wanted, spare = max(first, 0), max(first + count, 0) - max(first, 0), 2.0 * SAMPLE_RATE / fps
    nothing = OratorError(
        f"The strip '{strip.name}' has no sound between its handles. Move its handles, or choose another strip."
    )
    if wanted <= 0:
        raise nothing
    part = Part(begin / SAMPLE_RATE, (wanted + int(spare) + 1) / SAMPLE_RATE)
    try:
        whole = _sound(strip.sound, strip.name, channel, part)
    except NothingThere:
        raise nothing from None
    # A strip lasts whole frames: an untrimmed one would lose the sound's last part of a frame.
    if whole_right and compat.right_trim(strip) == 0.0 and 0 < len(whole.samples) - wanted < spare:
        count += len(whole.samples) - wanted
        wanted = len(whole.samples)
    heard = whole.samples[:wanted]
    if first < 0:
        heard = np.concatenate([np.zeros(min(-first, count), np.float32), heard])[:count]
    return Speech(np.ascontiguousarray(heard), left / fps, strip.name, whole.notes)


def start_of_strip(scene: bpy.types.Scene, strip: Any) -> float:
    """The timeline second at which a strip's speech starts."""
    return audible_bounds(scene, strip)[0] * scene.render.fps_base / scene.render.fps


def speech_of_file(path: str, frame: float, scene: bpy.types.Scene, channel: str = "auto") -> Speech:
    """The Speech of a sound file that begins at a scene frame. Raises OratorError."""
    if not path.strip():
        raise OratorError("No sound file is chosen. Choose one, or a strip of the Video Sequencer.")
    fps = scene.render.fps / scene.render.fps_base
    return _file(Path(bpy.path.abspath(path)), frame / fps, channel)


def seconds_of_file(path: str) -> float | None:
    """How long a sound file lasts, as its head says; None where that cannot be read. Quick enough for drawing."""
    whole = bpy.path.abspath(path) if path.strip() else ""
    try:
        state = os.stat(whole)
    except (OSError, ValueError):
        return None
    return _seconds(whole, state.st_mtime, state.st_size) if os.path.isfile(whole) else None


@lru_cache(maxsize=64)
def _seconds(path: str, _changed: float, _size: int) -> float | None:
    import soundfile

    try:
        found = soundfile.info(path)
    except (RuntimeError, soundfile.LibsndfileError):
        return None
    return found.frames / found.samplerate if found.samplerate > 0 else None


def check_sound(path: str) -> None:
    """Raises OratorError for what is no sound file that can be read: its first half second is, of films nothing."""
    from ..speech.load import Part

    file = Path(bpy.path.abspath(path))
    if file.suffix.lower() not in FILMS or not file.is_file():
        _file(file, part=Part(0.0, 0.5))


def _file(path: Path, start: float = 0.0, channel: str = "auto", part: Any = None) -> Speech:
    """A sound file; films and AAC through Blender's own decoder where this Blender has one."""
    from ..speech.load import load_speech

    try:
        return load_speech(path, start, channel, part)
    except OratorError:
        if path.suffix.lower() not in FILMS or not path.is_file():
            raise
        decoded = _decoded(path)
        if decoded is None:
            raise
        from ..speech.load import speech_from_samples
        from ..speech.speech import SAMPLE_RATE

        if part is not None:
            decoded = decoded[round(part.first * SAMPLE_RATE) :][: round(part.seconds * SAMPLE_RATE)]
        return speech_from_samples(decoded, SAMPLE_RATE, start, path.name)


def _decoded(path: Path) -> Array | None:
    """Samples at 16 kHz through Audaspace; None where this Blender lacks it or it cannot read the file."""
    try:
        import aud
    except ImportError:
        return None
    try:
        sound: Any = aud.Sound
        return np.array(sound(str(path)).rechannel(1).resample(16000, True).data(), np.float32)
    except Exception:  # aud.error is no Exception class in every version
        return None


def _sound(sound: bpy.types.Sound | None, strip_name: str, channel: str, part: Any) -> Speech:
    """The whole sound of a strip, from the file or from what is packed into the .blend."""
    if sound is None:
        raise OratorError(f"The strip '{strip_name}' has no sound. Choose another strip.")
    if sound.packed_file is not None:
        suffix = os.path.splitext(sound.filepath)[1] or ".wav"
        handle, name = tempfile.mkstemp(suffix=suffix, prefix="orator-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(sound.packed_file.data)
            return _file(Path(name), 0.0, channel, part)
        finally:
            os.unlink(name)
    path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
    if not path.is_file():
        raise OratorError(
            f"The sound file of the strip '{strip_name}' is missing: '{path}'. Choose it again in the strip's Source "
            "panel, or use File > External Data > Find Missing Files."
        )
    return _file(path, 0.0, channel, part)


def _wait_for(path: Path, seconds: float, strip_name: str) -> None:
    """Wait until a mixdown is whole: in a window Blender 5.2 writes it beside Python. Raises OratorError."""
    import soundfile

    size, still = -1, 0.0
    while still < _PATIENCE:
        now = path.stat().st_size if path.is_file() else -1
        if now == size and now > 0:
            try:
                found = soundfile.info(str(path))
                if found.frames >= (seconds - 0.1) * found.samplerate:
                    return
            except (RuntimeError, soundfile.LibsndfileError):
                pass  # its head is not written yet
        still = still + _TICK if now == size else 0.0
        size = now
        time.sleep(_TICK)
    raise OratorError(
        f"The retimed strip '{strip_name}' was not mixed down in time. Render it to a sound file, use that."
    )


def _mixed_down(scene: bpy.types.Scene, strip: Any, left: int, right: int, fps: float, channel: str = "auto") -> Speech:
    """A retimed strip as it sounds: Blender mixes it down alone; every setting touched is put back."""
    others = [(other, other.mute) for other in compat.sequencer_strips(scene) if other.type == "SOUND"]
    frames = scene.frame_start, scene.frame_end
    with tempfile.TemporaryDirectory(prefix="orator-") as folder:
        path = Path(folder) / "speech.wav"
        try:
            for other, _ in others:
                other.mute = other != strip
            scene.frame_start, scene.frame_end = left, max(left, right - 1)
            with bpy.context.temp_override(scene=scene):
                bpy.ops.sound.mixdown(
                    filepath=str(path), container="WAV", codec="PCM", format="F32", accuracy=32, check_existing=False
                )
            _wait_for(path, (right - left) / fps, strip.name)
        except RuntimeError as error:
            raise OratorError(
                f"The retimed strip '{strip.name}' cannot be mixed down here. Render it to a sound file and use that."
            ) from error
        finally:
            scene.frame_start, scene.frame_end = frames
            for other, mute in others:
                other.mute = mute
        return replace(_file(path, left / fps, channel), name=strip.name)
