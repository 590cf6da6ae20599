"""A take's NLA tracks. They are known by their strip's name, which a binding remembers: names of strips are unique.

A track that holds the same Action, but not that strip, is the artist's own and is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import bpy

from . import compat
from .groups import BindingGroup, TakeGroup
from .targets import animated_id

TAG: Final = "orator_take"
Placed = tuple[bpy.types.AnimData, bpy.types.NlaTrack, bpy.types.NlaStrip]


def is_tagged(action: bpy.types.Action | None) -> bool:
    """Whether Orator made an Action."""
    return action is not None and TAG in action


def strip_named(data: bpy.types.AnimData, name: str) -> tuple[bpy.types.NlaTrack, bpy.types.NlaStrip] | None:
    """The strip of that name with its track, or None."""
    found = ((track, strip) for track in data.nla_tracks for strip in track.strips if strip.name == name)
    return next(found, None) if name else None


def placed(binding: BindingGroup) -> Placed | None:
    """Where a binding's own strip lies; None where it has none.

    Takes of older files remember no strip: there it is the only one of a track with its name.
    """
    owner = animated_id(binding.object)
    data = owner.animation_data if owner is not None else None
    if data is None:
        return None
    if binding.strip:
        found = strip_named(data, binding.strip)
        return (data, *found) if found is not None and found[1].action in (binding.action, None) else None
    for track in data.nla_tracks:
        alone = len(track.strips) == 1 and binding.action is not None
        if alone and track.strips[0].action == binding.action and track.strips[0].name == track.name:
            return data, track, track.strips[0]
    return None


def tracks_of(take: TakeGroup) -> Iterator[Placed]:
    """The NLA tracks that Orator made for a take."""
    for binding in take.bindings:
        found = placed(binding)
        if found is not None:
            yield found


def new_strip(
    track: bpy.types.NlaTrack, name: str, frame: int, action: bpy.types.Action, slot: str
) -> bpy.types.NlaStrip:
    """A strip of an Action's slot. Raises RuntimeError where another strip lies."""
    strip = track.strips.new(name, frame, action)
    strip.name = name
    compat.strip_slot(strip, compat.slot_named(action, slot))
    return strip


def add_track(take: TakeGroup, binding: BindingGroup) -> None:
    """A muted NLA track with a binding's Action; none where the object or its shape keys have gone."""
    owner = animated_id(binding.object)
    if owner is None or binding.action is None:
        return
    data = owner.animation_data or owner.animation_data_create()
    track = data.nla_tracks.new()
    track.name = take.name
    first = round(binding.action.frame_range[0])
    binding.strip = new_strip(track, take.name, first, binding.action, binding.slot).name
    track.mute = True


def move_strip(take: TakeGroup, binding: BindingGroup) -> None:
    """The binding's strip to where its Action's keys are now, on its own track."""
    found = placed(binding)
    if found is None or binding.action is None:
        return
    _, track, strip = found
    track.strips.remove(strip)
    try:
        first = round(binding.action.frame_range[0])
        binding.strip = new_strip(track, take.name, first, binding.action, binding.slot).name
    except RuntimeError:  # the artist put a strip of theirs there
        add_track(take, binding)


def remove_strip(found: Placed) -> None:
    """Remove a strip, and its track unless the artist put something of their own on it."""
    data, track, strip = found
    track.strips.remove(strip)
    if not len(track.strips):
        data.nla_tracks.remove(track)


def rename(take: TakeGroup) -> None:
    """The take's strips, and the tracks that hold nothing else, bear its name."""
    for binding in take.bindings:
        found = placed(binding)
        if found is not None:
            _, track, strip = found
            strip.name = take.name
            binding.strip = strip.name
            if len(track.strips) == 1:
                track.name = take.name


def keep_or_remove(action: bpy.types.Action) -> None:
    """Remove an Action of a take that has gone, unless something else plays it: then it is no take's any more."""
    if action.library is not None:
        return
    if action.users - int(action.use_fake_user) <= 0:
        bpy.data.actions.remove(action)
    elif TAG in action:
        del action[TAG]


def name_actions(take: TakeGroup) -> None:
    """Name a take's Actions after it; the armature's (from 4.4 the only one) bears the plain name."""
    seen: list[bpy.types.Action] = []
    for binding in take.bindings:
        if binding.action is not None and binding.action not in seen:
            binding.action.name = f"{take.name} Face" if seen else take.name
            seen.append(binding.action)
