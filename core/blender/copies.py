"""A duplicated character gets takes of its own when it is first touched; until then it shares the original's.

Blender copies the list of takes with the object, but not what the list points to. Which of the two is the copy does not
matter: whoever is touched first gets new ids, performances, and Actions where the other plays them too.
"""

from __future__ import annotations

import uuid
from typing import Any

import bpy

from . import compat, ghosts, lists, targets, tracks
from .groups import CharacterGroup, TakeGroup
from .holders import has_skeleton
from .rig_reader import skinned_meshes


def separate(character: bpy.types.Object) -> tuple[str, ...]:
    """Give a character what it shares with others' takes for its own; sentences on what the artist should know."""
    data = lists.character_data(character)
    others = [(other, theirs) for other, theirs in lists.every_list() if other != character]
    if data is None or not others:
        return ()
    said = _own_shapes(character, others)
    shared = [take for take in data.takes if _is_shared(take, others)]
    if not shared:
        return said
    foreign = _played_by_others(character, others)
    copies: dict[bpy.types.Action, bpy.types.Action] = {}
    for take in shared:
        _give_own(character, data, take, foreign, copies)
    from .slider_state import forget

    forget()
    return said


def _is_shared(take: TakeGroup, others: list[tuple[bpy.types.Object, Any]]) -> bool:
    mine = {binding.action for binding in take.bindings if binding.action is not None}
    for _, data in others:
        for other in data.takes:
            if other.uid == take.uid or (take.data is not None and other.data == take.data):
                return True
            if any(binding.action in mine for binding in other.bindings):
                return True
    return False


def _owners(character: bpy.types.Object, data: CharacterGroup) -> set[bpy.types.ID]:
    """What carries a character's curves, as its takes and its meshes say."""
    objects: list[bpy.types.Object | None] = [character, *skinned_meshes(character)]
    objects += [binding.object for take in data.takes for binding in take.bindings]
    return {owner for owner in map(targets.animated_id, objects) if owner is not None}


def _played_by_others(character: bpy.types.Object, others: list[tuple[bpy.types.Object, Any]]) -> set[bpy.types.Action]:
    """Actions that other characters list, show or have on a track."""
    found: set[bpy.types.Action | None] = set()
    mine = {targets.animated_id(obj) for obj in (character, *skinned_meshes(character))}
    for other, data in others:
        found |= {binding.action for take in data.takes for binding in take.bindings}
        for owner in _owners(other, data) - mine:
            anim = owner.animation_data
            if anim is not None:
                found |= {anim.action} | {strip.action for track in anim.nla_tracks for strip in track.strips}
    return {action for action in found if action is not None}


def _own_shapes(character: bpy.types.Object, others: list[tuple[bpy.types.Object, Any]]) -> tuple[str, ...]:
    """Meshes that share their data with another character's (Alt+D) get data of their own: a face is one or the other.

    Raises nothing; linked meshes stay.
    """
    theirs = {b.object for _, data in others for take in data.takes for b in take.bindings if b.object is not None}
    keys = {targets.animated_id(obj) for obj in theirs} - {None, *theirs}
    copies: dict[bpy.types.ID, Any] = {}
    for mesh in skinned_meshes(character):
        if mesh in theirs or mesh.data.shape_keys not in keys or mesh.library is not None:
            continue
        if mesh.data not in copies:
            copies[mesh.data] = mesh.data.copy()
        mesh.data = copies[mesh.data]
    return tuple(f"'{copy.name}' is a mesh of its own now: its shapes were shared" for copy in copies.values())


def _seen(anim: bpy.types.AnimData | None, own: bpy.types.Action, slot: str) -> bpy.types.Action:
    """Duplicating an armature and its meshes copies the Action that each shows: what is seen there counts."""
    action = anim.action if anim is not None else None
    return action if action is not None and _has_slot(action, slot) else own


def _give_own(
    character: bpy.types.Object,
    data: CharacterGroup,
    take: TakeGroup,
    foreign: set[bpy.types.Action],
    copies: dict[bpy.types.Action, bpy.types.Action],
) -> None:
    """New id, performance and Actions for one shared take."""
    old, take.uid = take.uid, uuid.uuid4().hex
    _keep_own_objects(character, data, take)
    if take.data is not None:
        take.data = take.data.copy()
        take.data.name = lists.text_name(take.name)
    shown = data.shown == old
    for binding in take.bindings:
        if binding.action is None:
            continue
        found = tracks.placed(binding)
        owner = targets.animated_id(binding.object)
        anim = owner.animation_data if owner is not None else None
        plays = anim is not None and shown and tracks.is_tagged(anim.action)
        wanted = _seen(anim, binding.action, binding.slot) if plays else binding.action
        if wanted in foreign or wanted.library is not None:
            if wanted not in copies:
                copies[wanted] = wanted.copy()
            wanted = copies[wanted]
        wanted[tracks.TAG] = take.uid
        before, binding.action = binding.action, wanted
        slot = compat.slot_named(wanted, binding.slot)
        if anim is not None and plays:
            compat.assign(anim, wanted, slot)
        if found is not None:
            found[2].action = wanted
            compat.strip_slot(found[2], slot)
        if before != wanted and before not in foreign and tracks.is_tagged(before):
            _drop_stray(before)
    if shown:
        data.shown = take.uid
    for lane in data.lanes:
        if lane.uid == old:
            lane.uid = take.uid
    from .tracks import name_actions

    name_actions(take)


def _has_slot(action: bpy.types.Action, slot: str) -> bool:
    return not slot or compat.slot_named(action, slot) is not None


def _drop_stray(action: bpy.types.Action) -> None:
    if action.users - int(action.use_fake_user) <= 0:
        bpy.data.actions.remove(action)


def _keep_own_objects(character: bpy.types.Object, data: CharacterGroup, take: TakeGroup) -> None:
    """Where only a part was duplicated, the copy's take still points to the original's objects."""
    mine = {character, *skinned_meshes(character)}
    for group in (take.bindings, data.own):
        for k in reversed(range(len(group))):
            obj = group[k].object
            if obj is None or obj in mine:
                continue
            if has_skeleton(obj) or (not has_skeleton(character) and len(obj.orator.takes)):
                group[k].object = character
            elif any(obj in skinned_meshes(other) for other, _ in lists.every_list() if other != character):
                group.remove(k)


def part(take: TakeGroup) -> None:
    """Before a take's keys are moved: an Action that something else plays too (a track of the artist's, another
    character by hand) stays as it is with them, and the take goes on with a copy."""
    ghosts.leave(take.uid)
    for action in {binding.action for binding in take.bindings if binding.action is not None}:
        mine = [binding for binding in take.bindings if binding.action == action]
        own = [(binding, tracks.placed(binding), targets.animated_id(binding.object)) for binding in mine]
        active = [o.animation_data for _, _, o in own if o is not None and o.animation_data is not None]
        active = [anim for anim in active if anim.action == action]
        used = len(mine) + len(active) + sum(found is not None for _, found, _ in own)
        if action.users - int(action.use_fake_user) <= used:
            continue
        copy = action.copy()
        for binding, found, _ in own:
            binding.action = copy
            if found is not None:
                found[2].action = copy
                compat.strip_slot(found[2], compat.slot_named(copy, binding.slot))
        for binding, _, owner in own:
            if owner is not None and owner.animation_data in active:
                compat.assign(owner.animation_data, copy, compat.slot_named(copy, binding.slot))
        if tracks.TAG in action:
            del action[tracks.TAG]
