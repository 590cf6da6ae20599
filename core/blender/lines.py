"""The lines of a scene in Blender: which sound strips a character speaks, read as one speech over the scene."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from . import compat, strips
from .groups import TalkGroup
from .scene_rate import scene_fps

if TYPE_CHECKING:
    from ..conversation.lines import Line
    from ..speech.speech import Speech

WAYS: Final = (
    ("STRIP", "One Strip", "One sound strip"),
    ("CHANNEL", "Channel", "Every sound strip in a channel of the Sequencer, those in meta strips too"),
    ("NAME", "Names", "Every sound strip whose name, or whose meta strip's, begins like this"),
    ("COLOUR", "Colour Tag", "Every sound strip with a colour tag, or in a meta strip with it"),
)
_SAMPLED, _PIECE = 48, 1 << 16
"""Pieces of a sound file that tell it from another, and the bytes of each."""
_known: dict[tuple[str, float, int], str] = {}


@dataclass(frozen=True)
class Placed:
    """A strip that a character speaks, or one channel of its sound.

    joins  the pieces that a cut made of one sound, itself the first
    """

    scene: bpy.types.Scene
    strip: Any
    first: int
    last: int
    joins: tuple[Any, ...] = ()
    channel: str = "auto"

    @property
    def text(self) -> str:
        """What is said in it as the artist has typed it, or ''."""
        return " ".join(text for strip in self.joins if (text := " ".join(strip.orator_text.split())))

    def clashes(self, other: Placed) -> bool:
        """Whether two characters would say the same: one strip, and not a channel of it for each."""
        if (self.scene.name, self.strip.name) != (other.scene.name, other.strip.name):
            return False
        return self.channel == other.channel or not {self.channel, other.channel}.isdisjoint(("auto", "mix"))


def speaks(talk: TalkGroup) -> bool:
    """Whether a character's part has a voice."""
    if talk.speaks_by == "STRIP":
        return bool(talk.speaks)
    return talk.speaks_by != "NAME" or bool(talk.named.strip())


def whole_scene(talk: TalkGroup) -> bool:
    """Whether a character performs all of the scene: its voice is every strip of a kind."""
    return talk.speaks_by != "STRIP" and speaks(talk)


def home(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose Sequencer holds the lines: the likeliest one with sound."""
    scenes = compat.sequencer_scenes(context)
    return next((scene for scene in scenes if strips.sound_strips(scene)), context.scene)


def placed(context: bpy.types.Context, talk: TalkGroup) -> tuple[Placed, ...]:
    """The lines of a character in the order of the timeline; muted ones are left out. Quick enough for drawing."""
    if talk.speaks_by == "STRIP":
        found = strips.find_strip(context, talk.speaks) if talk.speaks else None
        if found is None:
            return ()
        left, right, _ = strips.audible_bounds(*found)
        return (Placed(*found, left, right, (found[1],), talk.sound_channel),)
    scene, out = home(context), []
    for strip in strips.sound_strips(scene) if speaks(talk) else ():
        around = compat.metas_around(scene, strip)
        left, right, _ = strips.audible_bounds(scene, strip)
        if _chosen(talk, strip, around) and left < right and not _muted(scene, strip, around):
            out.append(Placed(scene, strip, left, right, (strip,), talk.sound_channel))
    return tuple(_joined(out))


def _chosen(talk: TalkGroup, strip: Any, around: tuple[Any, ...]) -> bool:
    if talk.speaks_by == "CHANNEL":
        return bool((around[0] if around else strip).channel == talk.channel)
    if talk.speaks_by == "NAME":
        wanted = talk.named.strip().casefold()
        return any(one.name.casefold().startswith(wanted) for one in (strip, *around))
    return any(one.color_tag == talk.colour for one in (strip, *around))


def _muted(scene: bpy.types.Scene, strip: Any, around: tuple[Any, ...]) -> bool:
    channel = (around[0] if around else strip).channel
    editor = scene.sequence_editor
    return any(one.mute for one in (strip, *around)) or (editor is not None and bool(editor.channels[channel].mute))


def _joined(found: list[Placed]) -> Iterator[Placed]:
    """Pieces of one sound that a cut left where they were are one line."""
    line: Placed | None = None
    for one in sorted(found, key=lambda each: (each.first, each.last)):
        if line is not None and line.last == one.first and _cut_apart(line.joins[-1], one.strip):
            line = replace(line, last=one.last, joins=(*line.joins, one.strip))
            continue
        if line is not None:
            yield line
        line = one
    if line is not None:
        yield line


def _cut_apart(one: Any, other: Any) -> bool:
    retimed = any(len(getattr(strip, "retiming_keys", ())) for strip in (one, other))
    begins = [compat.strip_bounds(strip)[2] for strip in (one, other)]
    return not retimed and one.sound == other.sound and abs(begins[0] - begins[1]) < 1e-6


# --- What tells one line from another ------------------------------------------------------------------------------


def told(line: Placed, start: float) -> Line:
    """A strip as a line of a performance that begins at the timeline second `start`."""
    from ..conversation.lines import Line

    fps, strip = scene_fps(line.scene), line.strip
    skipped = (line.first - compat.strip_bounds(strip)[2]) / fps
    retimed = [float(key.timeline_frame) - line.first for key in getattr(strip, "retiming_keys", ())]
    mark = hashlib.blake2b(digest_size=6)
    heard = (_sound_mark(strip.sound), round(skipped, 3), [round(at, 2) for at in retimed])
    mark.update(repr(heard if line.channel == "auto" else (*heard, line.channel)).encode())
    mark.update(line.text.encode())
    return Line(strip.name, line.first / fps - start, line.last / fps - start, mark.hexdigest())


def _sound_mark(sound: bpy.types.Sound | None) -> str:
    """Tells what a sound holds; a file is read in pieces, once for as long as it stays as it is."""
    if sound is None:
        return ""
    if sound.packed_file is not None:
        return f"{sound.name} {sound.packed_file.size}"
    path = bpy.path.abspath(sound.filepath, library=sound.library)
    try:
        state = os.stat(path)
        key = (path, state.st_mtime, state.st_size)
        if key not in _known:
            _known[key] = _file_mark(Path(path), state.st_size)
        return _known[key]
    except OSError:
        return sound.filepath


def _file_mark(path: Path, size: int) -> str:
    mark = hashlib.blake2b(str(size).encode(), digest_size=8)
    step = max(size // _SAMPLED, _PIECE)
    with path.open("rb") as stream:
        for at in range(0, size, step):
            stream.seek(at)
            mark.update(stream.read(_PIECE))
    return mark.hexdigest()


def transcript(found: Iterable[Placed], start: float) -> str:
    """The texts of lines as subtitles of a speech that begins at the timeline second `start`; '' without any."""
    from ..formats.timing import subtitles
    from ..speech.words import PlacedWord

    out = []
    for line in found:
        first, last = (at / scene_fps(line.scene) - start for at in (line.first, line.last))
        if line.text and last > max(first, 0.0):
            out.append(PlacedWord(line.text.replace("-->", " "), max(first, 0.0), last))
    return subtitles(out)


# --- One speech of them --------------------------------------------------------------------------------------------


def span_of(scene: bpy.types.Scene, lines: tuple[Placed, ...]) -> tuple[float, float]:
    """Seconds of the timeline from the scene's start to its end, and to the last line's."""
    fps = scene_fps(scene)
    first = min([scene.frame_start, *(line.first for line in lines)])
    last = max([scene.frame_end, *(line.last for line in lines)])
    return first / fps, last / fps


def voice(character: bpy.types.Object, lines: tuple[Placed, ...], span: tuple[float, float] | None) -> Speech:
    """What a character says, as one speech over `span`, or one strip's own. Raises OratorError without any line."""
    from ..conversation.lines import said_together

    talk = character.orator_talk
    if not lines and talk.speaks_by == "STRIP":
        raise OratorError(
            f"The strip '{talk.speaks}' of '{character.name}' is not in the Video Sequencer any more. "
            "Choose another in the Conversation panel."
        )
    if not lines:
        raise OratorError(f"'{character.name}' has no line: {_why_none(talk)}.")
    voices = [strips.speech_of_strip(line.scene, strip, line.channel) for line in lines for strip in line.joins]
    if span is None:
        return voices[0]
    count = f"{len(lines)} lines" if len(lines) > 1 else "The line"
    return said_together(voices, *span, f"{count} of {character.name}")


def _why_none(talk: TalkGroup) -> str:
    if talk.speaks_by == "CHANNEL":
        return f"channel {talk.channel} of the Sequencer holds no sound strip that can be heard"
    if talk.speaks_by == "NAME":
        return f"no sound strip that can be heard has a name that begins with '{talk.named}'"
    return "no sound strip that can be heard has that colour tag"
