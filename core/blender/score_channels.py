"""The channels of the Sequencer that the score keeps: one for each kind of strip, and more for turns that overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import bpy

from ..errors import OratorError
from . import compat

CHANNELS: Final = {
    "word": "Orator Words", "unheard": "Orator Unheard",
    "mouth": "Orator Mouths", "gesture": "Orator Gestures", "look": "Orator Looks", "emotion": "Orator Emotions",
    "turn": "Orator Turns",
}  # fmt: skip
COLOURS: Final = {
    "word": "COLOR_04",
    "unheard": "COLOR_01",
    "mouth": "COLOR_03",
    "gesture": "COLOR_05",
    "look": "COLOR_06",
    "emotion": "COLOR_02",
    "turn": "COLOR_08",
}
_COUNT: Final = 128
"""Channels of a Sequencer."""


def named(scene: bpy.types.Scene) -> dict[int, str]:
    """The kinds of the score's channels by their numbers; `Orator Turns 2` is one of turns too."""
    editor = scene.sequence_editor
    kinds = {title: kind for kind, title in CHANNELS.items()}
    out = {}
    for k, channel in enumerate(editor.channels) if editor else ():
        title, _, number = channel.name.rpartition(" ")
        kind = kinds.get(channel.name) or (kinds.get(title) if number.isdecimal() else None)
        if kind is not None:
            out[k] = kind
    return out


def titles(strips: Sequence[tuple[str, int, int]]) -> list[str]:
    """The channel of each strip (kind, first frame, frame after the last).

    Two people's turns overlap: they lie in as many channels as they need, so that Blender moves none out of the way.
    """
    out, ends = [CHANNELS[kind] for kind, _, _ in strips], list[int]()
    for k in sorted(range(len(strips)), key=lambda k: (strips[k][1], -strips[k][2])):
        kind, first, last = strips[k]
        if kind == "turn":
            lane = next((n for n, end in enumerate(ends) if end <= first), len(ends))
            ends[lane : lane + 1] = [last]
            out[k] = _title(kind, lane)
    return out


def new_channels(scene: bpy.types.Scene, needed: Iterable[str], mine: Iterable[Any] = ()) -> dict[str, int]:
    """Channels above everything by their titles, those of `needed` alone and in the order of the score.

    mine: strips that are not in the way, because they go. Raises OratorError where there is no room.
    """
    wanted, gone = set(needed), set(mine)
    order = [t for t in CHANNELS.values() if t in wanted] + sorted(wanted - set(CHANNELS.values()))
    above = max((strip.channel for strip in compat.sequencer_strips(scene) if strip not in gone), default=0)
    if above + len(order) > _COUNT:
        raise OratorError(
            f"A strip lies in channel {above} of the Sequencer, and the score needs {len(order)} channels above "
            f"everything: move it down to {_COUNT - len(order)} or lower."
        )
    return {title: above + 1 + k for k, title in enumerate(order)}


def free_channel(scene: bpy.types.Scene, kind: str, first: int, last: int) -> int:
    """A channel of a kind for a new strip, named if it is new; for turns one that is free there. Raises OratorError."""
    mine = sorted(k for k, known in named(scene).items() if known == kind)
    if kind != "turn" and mine:
        return mine[0]
    bounds = [(strip.channel, *compat.strip_bounds(strip)[:2]) for strip in compat.sequencer_strips(scene)]
    for channel in mine:
        if not any(c == channel and a < last and b > first for c, a, b in bounds):
            return channel
    (channel,) = new_channels(scene, (_title(kind, len(mine)),)).values()
    (scene.sequence_editor or scene.sequence_editor_create()).channels[channel].name = _title(kind, len(mine))
    return channel


def _title(kind: str, lane: int) -> str:
    return CHANNELS[kind] + (f" {lane + 1}" if lane else "")
