"""The lines of a shown take that go into files of their own: which frames, and what the files are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bpy

from ..errors import OratorError
from . import lines, takes
from .export_stage import shown_range
from .holders import has_skeleton

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""What one of the three systems has no file names with."""


@dataclass(frozen=True)
class LineFile:
    """A line's file without its ending, and its frames: the last is where the sound ends."""

    name: str
    first: int
    last: int


def lines_of_everyone() -> tuple[tuple[tuple[bpy.types.Object, LineFile], ...], tuple[str, ...]]:
    """The lines of all characters of the scene that show a take, with who says them; and why others are left out.

    No two have one name. Raises OratorError where there is none at all.
    """
    speakers = [o for o in bpy.context.scene.objects if has_skeleton(o) and lines.speaks(o.orator_talk)]
    out: list[tuple[bpy.types.Object, LineFile]] = []
    left = []
    for character in speakers:
        if takes.shown(character) is None:
            left.append(f"'{character.name}' shows no take and was left out")
            continue
        try:
            mine = shown_lines(character, tuple(line for _, line in out))
        except OratorError as error:
            left.append(str(error))
            continue
        out += [(character, line) for line in mine]
    if not out:
        raise OratorError("; ".join(left) or "Nobody speaks lines: choose a Voice in Direct > Conversation.")
    return tuple(out), tuple(left)


def shown_lines(character: bpy.types.Object, others: tuple[LineFile, ...] = ()) -> tuple[LineFile, ...]:
    """What the character says within what it plays, in the order of the timeline; `others` have their names already.

    Raises OratorError where it speaks no line, or none of them lies within what it plays.
    """
    talk = character.orator_talk
    if not lines.speaks(talk):
        raise OratorError(
            f"'{character.name}' speaks no lines: choose its Voice in Direct > Conversation, or export what is shown."
        )
    begin, end = shown_range(character)
    out: list[LineFile] = []
    for line in lines.placed(bpy.context, talk):
        first, last = max(line.first, begin), min(line.last, end)
        if first < last:
            out.append(LineFile(_unused(line.strip.name, (*others, *out)), first, last))
    if not out:
        raise OratorError(f"No line of '{character.name}' lies within what it plays: generate its lines first.")
    return tuple(out)


def _unused(strip: str, out: Iterable[LineFile]) -> str:
    """A file's name from a strip's: without a sound file's ending, and no other line's, whatever its case."""
    suffix = Path(strip).suffix
    known = suffix.lower() in bpy.path.extensions_audio or suffix.lower() in bpy.path.extensions_movie
    stem = _FORBIDDEN.sub("_", strip[: -len(suffix)] if known else strip).strip(" .") or "line"
    taken, name, number = {one.name.casefold() for one in out}, stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
