"""Takes of a character: the list, which one plays, and the performances kept inside the .blend file.

A take's Actions are ordinary ones, tagged with the take's id, each also on a muted NLA track named after the take.
The take that is shown has its Actions active on the armature and on the shape keys, so its curves are what the Graph
Editor shows. The artist's own Actions are remembered and come back when no take is shown.
"""

from __future__ import annotations

import uuid
from typing import Final

import bpy

from ..errors import OratorError
from . import comp_ranges, compat, copies, gestures, ghosts, own_animation
from .groups import CharacterGroup, TakeGroup
from .guard import Guard
from .lists import character_data, character_of, find, listed, text_name
from .slider_state import waiting
from .targets import animated_id
from .tracks import TAG, add_track, keep_or_remove, name_actions, placed, remove_strip, rename, tracks_of

_quiet: Final = Guard()


def shown(character: bpy.types.Object) -> TakeGroup | None:
    """The take that the character shows, or None."""
    data = character_data(character)
    return find(data, data.shown) if data is not None else None


def shown_take(character: bpy.types.Object) -> TakeGroup:
    """The take that the character shows. Raises OratorError without one."""
    take = shown(character)
    if take is None:
        raise OratorError(f"'{character.name}' shows no take: show one first.")
    return take


# --- What a take plays on ------------------------------------------------------------------------------------------


def _objects(character: bpy.types.Object, data: CharacterGroup) -> list[bpy.types.Object]:
    """The armature and every mesh that one of its takes plays on, one object for each set of shape keys."""
    found = [character]
    seen = {animated_id(character)}
    for take in data.takes:
        for binding in take.bindings:
            obj, owner = binding.object, animated_id(binding.object)
            if obj is not None and owner is not None and owner not in seen:
                seen.add(owner)
                found.append(obj)
    return found


# --- Switching -----------------------------------------------------------------------------------------------------


def check_switchable(character: bpy.types.Object) -> None:
    """Raises OratorError while the NLA editor holds the character's animation in tweak mode."""
    data = character_data(character)
    for obj in _objects(character, data) if data is not None else [character]:
        owner = animated_id(obj)
        anim = owner.animation_data if owner is not None else None
        if anim is not None and anim.use_tweak_mode:
            raise OratorError(f"'{obj.name}' is in tweak mode. Leave it in the NLA editor (Tab), then switch takes.")


def show(character: bpy.types.Object, uid: str) -> None:
    """Show one take, body and face; with an empty id the artist's own animation comes back.

    Raises OratorError when the take's Actions were deleted, or in tweak mode; nothing changes then.
    """
    data = character_data(character)
    take = find(data, uid)
    if data is None or (uid and take is None):
        raise OratorError("This take is not in the list any more.")
    check_switchable(character)
    uid = _made_own(character, take)
    if take is not None and not any(binding.action for binding in take.bindings):
        raise OratorError(f"The Actions of '{take.name}' were deleted. Press Bake Again to write them anew.")
    bindings = [b for b in take.bindings if b.action is not None] if take is not None else []
    playing = {animated_id(binding.object): binding for binding in bindings}
    for obj in _objects(character, data):
        owner = animated_id(obj)
        if owner is None:
            continue
        binding = playing.get(owner)
        anim = owner.animation_data
        if anim is None:
            if binding is None:
                continue
            anim = owner.animation_data_create()
        own_animation.stop_going(data, obj, anim)
        own_animation.remember(data, obj, anim, binding)
        if binding is None:
            own_animation.restore(data, obj, anim)
            continue
        compat.assign(anim, binding.action, compat.slot_named(binding.action, binding.slot))
        anim.action_blend_type, anim.action_influence, anim.action_extrapolation = "REPLACE", 1.0, "HOLD"
        own_animation.go_on(data, obj, anim, binding)
    data.shown = uid
    _set_active(data, uid)
    _apply_solo(data)


def _made_own(character: bpy.types.Object, take: TakeGroup | None) -> str:
    """The id of a take after a duplicated character got takes of its own; '' without a take."""
    copies.separate(character)
    return take.uid if take is not None else ""


def _apply_solo(data: CharacterGroup) -> None:
    """With solo on, only the shown take's NLA tracks play, and nothing else the artist layered."""
    for take in data.takes:
        alone = data.solo and take.uid == data.shown
        for anim, track, _ in tracks_of(take):
            if track.is_solo != alone:
                track.is_solo = alone
            track.mute = not alone
            if alone and not anim.use_nla:
                anim.use_nla = True


def set_solo(character: bpy.types.Object, on: bool) -> None:
    """Silence everything but the shown take (other NLA tracks of the artist), or let it all play again."""
    copies.separate(character)
    data = listed(character)
    data.solo = on
    _apply_solo(data)


def _set_active(data: CharacterGroup, uid: str) -> None:
    """Move the list's highlight without switching."""
    index = next((k for k, take in enumerate(data.takes) if take.uid == uid), data.active)
    if index != data.active:
        with _quiet:
            data.active = index


def active_changed(data: CharacterGroup) -> None:
    """The artist clicked another take in the list: show it."""
    character = character_of(data)
    if _quiet or character is None or not 0 <= data.active < len(data.takes):
        return
    uid = data.takes[data.active].uid
    if uid != data.shown:
        try:
            show(character, uid)
        except OratorError as error:
            from .report import remember

            remember(str(error))


# --- The list ------------------------------------------------------------------------------------------------------


def unique_name(data: CharacterGroup, wanted: str) -> str:
    """`wanted`, or with the number after the highest of its like in the list.

    A deleted take's name does not come back while later ones are there: notes to a director stay true.
    """
    names = {take.name for take in data.takes}
    stem = wanted.rstrip("0123456789").rstrip() or "Take"
    numbers = [int(n) for s, _, n in (name.rpartition(" ") for name in names) if s == stem and n.isdecimal()]
    number = wanted.removeprefix(stem).strip()
    later = stem != "Take" or int(number or 0) > max(numbers, default=-1)
    if wanted and wanted not in names and later:
        return wanted
    return f"{stem} {max((*numbers, 1 if stem in names else 0)) + 1}"


def add(character: bpy.types.Object, name: str, seed: int, coverage: str) -> TakeGroup:
    """A new, empty take at the end of the list."""
    data = character_data(character, create=True)
    name = unique_name(data, name)
    take = data.takes.add()
    take.uid = uuid.uuid4().hex
    with _quiet:
        take.name = name
    take.seed = seed
    take.coverage = coverage
    return take


def name_changed(take: TakeGroup) -> None:
    """The artist renamed a take: its Actions, tracks and text follow."""
    if _quiet:
        return
    character = next((c for data in comp_ranges.groups(take.id_data) if take in list(data.takes)
                      for c in (character_of(data),)), None)  # fmt: skip
    if character is not None:
        copies.separate(character)
    rename(take)
    name_actions(take)
    comp_ranges.renamed(take)
    if take.data is not None:
        take.data.name = text_name(take.name)


def drop_actions(take: TakeGroup, count: int | None = None) -> None:
    """Remove a take's Actions and NLA tracks (of its first `count` bindings); its performance stays.

    An Action that something else plays, another character or a track of the artist's, stays in the file.
    """
    ghosts.leave(take.uid)
    actions = []
    for _ in range(len(take.bindings) if count is None else count):
        binding = take.bindings[0]
        found = placed(binding)
        if found is not None:
            remove_strip(found)
        owner = animated_id(binding.object)
        anim = owner.animation_data if owner is not None else None
        if anim is not None and anim.action is not None and anim.action == binding.action:
            anim.action = None
        if binding.action is not None and binding.action not in actions:
            actions.append(binding.action)
        take.bindings.remove(0)
    for action in actions:
        keep_or_remove(action)


def remove(character: bpy.types.Object, uid: str) -> None:
    """Delete a take with its Actions; when it was shown the next take shows, or the artist's own animation."""
    data = listed(character)
    take = find(data, uid)
    if take is None:
        raise OratorError("This take is not in the list any more.")
    check_switchable(character)
    uid = _made_own(character, take)
    index = next(k for k, other in enumerate(data.takes) if other.uid == uid)
    if data.shown == uid:
        playable = [t.uid for t in data.takes if t.uid != uid and any(b.action for b in t.bindings)]
        after = [t.uid for t in list(data.takes)[index + 1 :] if t.uid in playable]
        show(character, (after or playable[-1:] or [""])[0])
    keep = data.takes[data.active].uid if 0 <= data.active < len(data.takes) else ""
    drop_actions(take)
    if take.data is not None and take.data.library is None:
        bpy.data.texts.remove(take.data)
    data.takes.remove(index)
    _set_active(data, keep if keep != uid else data.shown)


def duplicate(character: bpy.types.Object, uid: str) -> TakeGroup:
    """A copy of a take with Actions of its own, so that either can be edited alone."""
    data = character_data(character)
    source = find(data, uid)
    if source is None:
        raise OratorError("This take is not in the list any more.")
    check_switchable(character)
    if not any(binding.action for binding in source.bindings):
        raise OratorError(f"The Actions of '{source.name}' were deleted. Press Bake Again to write them anew.")
    uid = _made_own(character, source)
    stem = source.name.partition(" copy")[0]
    take = add(character, f"{stem} copy", source.seed, source.coverage)
    made = take.uid
    moved = find(data, uid)  # adding to a list may move its items
    assert moved is not None
    try:
        _copy_into(moved, take)
    except Exception:
        remove(character, made)
        raise
    return take


def _copy_into(source: TakeGroup, take: TakeGroup) -> None:
    """Performance, Actions and sliders of a take into a new one; objects that have gone get no track."""
    if source.data is not None:
        take.data = source.data.copy()
        take.data.name = text_name(take.name)
        gestures.list_them(take)
    made: dict[bpy.types.Action, bpy.types.Action] = {}
    for binding in source.bindings:
        if binding.action is None:
            continue
        if binding.action not in made:
            copy = made[binding.action] = binding.action.copy()
            copy[TAG] = take.uid
        new = take.bindings.add()
        new.object, new.action, new.slot = binding.object, made[binding.action], binding.slot
        add_track(take, new)
    name_actions(take)
    _copy_sliders(source, take)


def _copy_sliders(source: TakeGroup, take: TakeGroup) -> None:

    with waiting:
        for name in source.layers.bl_rna.properties.keys():
            if name not in ("rna_type", "name"):
                setattr(take.layers, name, getattr(source.layers, name))
    take.laid, take.written = source.laid, source.written
