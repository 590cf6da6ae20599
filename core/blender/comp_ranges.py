"""The ranges of a comp and the takes they come from: a range knows its take by id, and shows its name."""

from __future__ import annotations

from typing import Final

import bpy

from .groups import CharacterGroup, LaneGroup, TakeGroup
from .guard import Guard

_quiet: Final = Guard()


def groups(owner: bpy.types.Object | bpy.types.Scene) -> list[CharacterGroup]:
    """The property groups with takes that a data-block holds."""
    return [owner.orator] if isinstance(owner, bpy.types.Object) else [entry.data for entry in owner.orator.overridden]


def source_of(data: CharacterGroup, lane: LaneGroup) -> TakeGroup | None:
    """The take that a range comes from: by its id, so that renaming it changes nothing. None when it has gone."""
    if lane.uid:
        return next((take for take in data.takes if take.uid == lane.uid), None)
    return next((take for take in data.takes if take.name == lane.take), None)


def source_changed(lane: LaneGroup) -> None:
    """The artist chose another take for a range."""
    if _quiet:
        return
    for data in groups(lane.id_data):
        if any(other == lane for other in data.lanes):
            lane.uid = next((take.uid for take in data.takes if take.name == lane.take), "")


def renamed(take: TakeGroup) -> None:
    """A take has another name: ranges of it show that."""
    with _quiet:
        for data in groups(take.id_data):
            for lane in data.lanes:
                if lane.uid and lane.uid == take.uid:
                    lane.take = take.name
