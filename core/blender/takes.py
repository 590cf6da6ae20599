"""Takes of a character: the list, which one plays, and the performances kept inside the .blend file.

A take's Actions are ordinary ones, tagged with the take's id, each also on a muted NLA track named after the take.
The take that is shown has its Actions active on the armature and on the shape keys, so its curves are what the Graph
Editor shows. The artist's own Actions are remembered and come back when no take is shown.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

import bpy

from ..errors import OratorError
from . import compat, lanes

TAG: Final = "orator_take"
_PERFORMANCE: Final = "orator_performance"
_META: Final = "orator_meta"
_START: Final = "orator_start"
_quiet = False


# --- Where the list lives ------------------------------------------------------------------------------------------


def character_data(character: bpy.types.Object, create: bool = False) -> Any:
    """The property group with a character's takes; None for an override without takes unless `create`.

    A local armature carries its takes itself. What an override gains in lists is lost on reload, so its takes live in
    the scene.
    """
    if character.override_library is None and character.library is None:
        return character.orator
    for scene in bpy.data.scenes:
        for entry in scene.orator.overridden:
            if entry.character == character:
                return entry.data
    if not create:
        return None
    entry = bpy.context.scene.orator.overridden.add()
    entry.character = character
    return entry.data


def character_of(data: Any) -> bpy.types.Object | None:
    """The armature object whose takes a property group holds."""
    owner = data.id_data
    if isinstance(owner, bpy.types.Object):
        return owner
    return next((entry.character for entry in owner.orator.overridden if entry.data == data), None)


def find(data: Any, uid: str) -> Any:
    """The take with that id, or None."""
    return next((take for take in data.takes if take.uid == uid), None) if data is not None and uid else None


def shown(character: bpy.types.Object) -> Any:
    """The take that the character shows, or None."""
    data = character_data(character)
    return find(data, data.shown) if data is not None else None


# --- Performances inside the file ----------------------------------------------------------------------------------


def store_performance(take: Any, performance: Any, meta: dict[str, Any]) -> None:
    """Keep a Performance (bit for bit) and the take's provenance inside the .blend file, in a text of the take's own.

    A text, because it is saved, undone and appended with the take, and is never copied for evaluation.
    """
    from ..storage import pack

    text = take.data
    if text is None:
        text = take.data = bpy.data.texts.new(f"Orator {take.name}")
        text.write(f"This text keeps the performance of the take '{take.name}'. Deleting it loses the performance.\n")
    text[_PERFORMANCE] = pack(performance)
    store_meta(take, meta)


def load_performance(take: Any) -> Any:
    """The stored Performance of a take. Raises OratorError when it is gone or damaged."""
    from ..storage import unpack

    if take.data is None or _PERFORMANCE not in take.data:
        raise OratorError(f"The performance of '{take.name}' is no longer in this file. Generate the take again.")
    return unpack(bytes(take.data[_PERFORMANCE]))


def load_meta(take: Any) -> dict[str, Any]:
    """The take's provenance: seed, settings, model ids, and `start`, the timeline second of its first frame."""
    if take.data is None or _META not in take.data:
        return {}
    from ..provenance import upgraded

    return upgraded(json.loads(take.data[_META]))


def meta_text(take: Any) -> str:
    """The take's provenance as it is stored, '' without any."""
    return "" if take.data is None else str(take.data.get(_META, ""))


def store_meta(take: Any, meta: dict[str, Any]) -> None:
    """Replace the take's provenance."""
    if take.data is not None:
        from ..provenance import stamped

        take.data[_META] = json.dumps(stamped(meta))
        take.data[_START] = float(meta.get("start", 0.0))


def start_of(take: Any) -> float | None:
    """The timeline second of the take's first frame; None where it is not known. Quick enough for drawing."""
    return None if take.data is None or _START not in take.data else float(take.data[_START])


# --- What a take plays on ------------------------------------------------------------------------------------------


def animated_id(obj: bpy.types.Object | None) -> bpy.types.ID | None:
    """What carries the curves: an armature object itself, a mesh object's shape keys."""
    if obj is None:
        return None
    return obj if obj.type == "ARMATURE" else getattr(obj.data, "shape_keys", None)


def _objects(character: bpy.types.Object, data: Any) -> list[bpy.types.Object]:
    """The armature and every mesh that one of its takes plays on, one object for each set of shape keys."""
    found = [character]
    seen = {animated_id(character)}
    for take in data.takes:
        for binding in take.bindings:
            owner = animated_id(binding.object)
            if owner is not None and owner not in seen:
                seen.add(owner)
                found.append(binding.object)
    return found


def _is_ours(action: bpy.types.Action | None) -> bool:
    return action is not None and TAG in action


def tracks_of(take: Any) -> Iterator[tuple[bpy.types.AnimData, bpy.types.NlaTrack]]:
    """The NLA tracks that hold the take's Actions."""
    for binding in take.bindings:
        owner = animated_id(binding.object)
        data = owner.animation_data if owner is not None else None
        if data is None or binding.action is None:
            continue
        for track in data.nla_tracks:
            if any(strip.action == binding.action for strip in track.strips):
                yield data, track


def add_track(take: Any, binding: Any) -> None:
    """A muted NLA track with a binding's Action."""
    owner = animated_id(binding.object)
    data = owner.animation_data or owner.animation_data_create()
    track = data.nla_tracks.new()
    track.name = take.name
    first = binding.action.frame_range[0]
    strip = track.strips.new(take.name, round(first), binding.action)
    compat.strip_slot(strip, compat.slot_named(binding.action, binding.slot))
    track.mute = True


# --- Switching -----------------------------------------------------------------------------------------------------


def _pose(owner: bpy.types.ID, paths: set[str]) -> dict[str, Any]:
    """What the properties at these data paths are set to."""
    found = {}
    for path in paths:
        try:
            value = owner.path_resolve(path)
        except ValueError:
            continue
        found[path] = list(value) if hasattr(value, "__len__") else value
    return found


def _set_pose(owner: bpy.types.ID, pose: dict[str, Any]) -> None:
    for path, value in pose.items():
        custom = path.endswith('"]')
        holder, _, name = path.rpartition('["') if custom else path.rpartition(".")
        try:
            kept = owner.path_resolve(holder) if holder else owner
            if custom:
                kept[name[:-2]] = value
            else:
                setattr(kept, name, value)
        except (ValueError, TypeError, KeyError):
            continue


def _remember_own(data: Any, obj: bpy.types.Object, anim: bpy.types.AnimData, binding: Any) -> None:
    """Keep what the artist has on an object, the pose too, before a take takes its place."""
    if _is_ours(anim.action):
        return
    entry = next((own for own in data.own if own.object == obj), None)
    if entry is None:
        entry = data.own.add()
        entry.object = obj
    elif anim.action is None and data.shown:
        return
    if binding is not None:
        slot = compat.slot_named(binding.action, binding.slot)
        paths = {curve.data_path for curve in compat.curves_of(binding.action, slot)}
        entry.pose = json.dumps(_pose(animated_id(obj), paths))
    entry.action = anim.action
    entry.slot = compat.slot_identifier(compat.active_slot(anim))
    entry.blend, entry.extrapolation = anim.action_blend_type, anim.action_extrapolation
    entry.influence = anim.action_influence
    if anim.action is not None:
        anim.action.use_fake_user = True


def _restore_own(data: Any, obj: bpy.types.Object, anim: bpy.types.AnimData) -> None:
    entry = next((own for own in data.own if own.object == obj), None)
    action = entry.action if entry is not None else None
    compat.assign(anim, action, compat.slot_named(action, entry.slot) if action else None)
    if entry is not None:
        anim.action_blend_type, anim.action_extrapolation = entry.blend, entry.extrapolation
        anim.action_influence = entry.influence
        _set_pose(animated_id(obj), json.loads(entry.pose or "{}"))


def check_switchable(character: bpy.types.Object) -> None:
    """Raises OratorError while the NLA editor holds the character's animation in tweak mode."""
    data = character_data(character)
    for obj in _objects(character, data) if data is not None else [character]:
        owner = animated_id(obj)
        if owner.animation_data is not None and owner.animation_data.use_tweak_mode:
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
    if take is not None and not any(binding.action for binding in take.bindings):
        raise OratorError(f"The Actions of '{take.name}' were deleted. Press Bake Again to write them anew.")
    playing = {animated_id(b.object): b for b in take.bindings if b.action is not None} if take is not None else {}
    for obj in _objects(character, data):
        owner = animated_id(obj)
        binding = playing.get(owner)
        anim = owner.animation_data
        if anim is None:
            if binding is None:
                continue
            anim = owner.animation_data_create()
        _remember_own(data, obj, anim, binding)
        if binding is None:
            _restore_own(data, obj, anim)
            continue
        compat.assign(anim, binding.action, compat.slot_named(binding.action, binding.slot))
        anim.action_blend_type, anim.action_influence, anim.action_extrapolation = "REPLACE", 1.0, "HOLD"
    data.shown = uid
    _set_active(data, uid)
    _apply_solo(data)


def _apply_solo(data: Any) -> None:
    """With solo on, only the shown take's NLA tracks play, and nothing else the artist layered."""
    for take in data.takes:
        alone = data.solo and take.uid == data.shown
        for anim, track in tracks_of(take):
            if track.is_solo != alone:
                track.is_solo = alone
            track.mute = not alone
            if alone and not anim.use_nla:
                anim.use_nla = True


def set_solo(character: bpy.types.Object, on: bool) -> None:
    """Silence everything but the shown take (other NLA tracks of the artist), or let it all play again."""
    data = character_data(character)
    data.solo = on
    _apply_solo(data)


def _set_active(data: Any, uid: str) -> None:
    """Move the list's highlight without switching."""
    global _quiet
    index = next((k for k, take in enumerate(data.takes) if take.uid == uid), data.active)
    if index != data.active:
        _quiet = True
        try:
            data.active = index
        finally:
            _quiet = False


def active_changed(data: Any) -> None:
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


def unique_name(data: Any, wanted: str) -> str:
    """`wanted`, or with the first number that no take of the list has."""
    names = {take.name for take in data.takes}
    stem = wanted.rstrip("0123456789").rstrip() or "Take"
    number = 1
    while wanted in names or not wanted:
        number += 1
        wanted = f"{stem} {number}"
    return wanted


def add(character: bpy.types.Object, name: str, seed: int, coverage: str) -> Any:
    """A new, empty take at the end of the list."""
    global _quiet
    data = character_data(character, create=True)
    name = unique_name(data, name)
    take = data.takes.add()
    take.uid = uuid.uuid4().hex
    _quiet = True
    try:
        take.name = name
    finally:
        _quiet = False
    take.seed = seed
    take.coverage = coverage
    return take


def name_actions(take: Any) -> None:
    """Name a take's Actions after it; the armature's (from 4.4 the only one) bears the plain name."""
    seen: list[bpy.types.Action] = []
    for binding in take.bindings:
        if binding.action is not None and binding.action not in seen:
            binding.action.name = f"{take.name} Face" if seen else take.name
            seen.append(binding.action)


def name_changed(take: Any) -> None:
    """The artist renamed a take: its Actions, tracks and text follow."""
    if _quiet:
        return
    for _, track in tracks_of(take):
        track.name = take.name
        for strip in track.strips:
            strip.name = take.name
    name_actions(take)
    lanes.renamed(take)
    if take.data is not None:
        take.data.name = f"Orator {take.name}"


def drop_actions(take: Any) -> None:
    """Remove a take's Actions and NLA tracks; its performance stays."""
    for anim, track in list(tracks_of(take)):
        anim.nla_tracks.remove(track)
    actions = {binding.action for binding in take.bindings if binding.action is not None}
    take.bindings.clear()
    for action in actions:
        bpy.data.actions.remove(action)


def remove(character: bpy.types.Object, uid: str) -> None:
    """Delete a take with its Actions; when it was shown the next take shows, or the artist's own animation."""
    data = character_data(character)
    take = find(data, uid)
    if take is None:
        raise OratorError("This take is not in the list any more.")
    check_switchable(character)
    index = next(k for k, other in enumerate(data.takes) if other.uid == uid)
    if data.shown == uid:
        playable = [t.uid for t in data.takes if t.uid != uid and any(b.action for b in t.bindings)]
        after = [t.uid for t in list(data.takes)[index + 1 :] if t.uid in playable]
        show(character, (after or playable[-1:] or [""])[0])
    keep = data.takes[data.active].uid if 0 <= data.active < len(data.takes) else ""
    drop_actions(take)
    if take.data is not None:
        bpy.data.texts.remove(take.data)
    data.takes.remove(index)
    _set_active(data, keep if keep != uid else data.shown)


def duplicate(character: bpy.types.Object, uid: str) -> Any:
    """A copy of a take with Actions of its own, so that either can be edited alone."""
    data = character_data(character)
    source = find(data, uid)
    if source is None:
        raise OratorError("This take is not in the list any more.")
    name, seed, coverage = source.name, source.seed, source.coverage
    take = add(character, name, seed, coverage)
    source = find(data, uid)  # adding to a list may move its items
    if source.data is not None:
        take.data = source.data.copy()
        take.data.name = f"Orator {take.name}"
    copies: dict[bpy.types.Action, bpy.types.Action] = {}
    for binding in source.bindings:
        if binding.action is None:
            continue
        if binding.action not in copies:
            copy = copies[binding.action] = binding.action.copy()
            copy[TAG] = take.uid
        made = take.bindings.add()
        made.object, made.action, made.slot = binding.object, copies[binding.action], binding.slot
        add_track(take, made)
    name_actions(take)
    _copy_sliders(source, take)
    return take


def _copy_sliders(source: Any, take: Any) -> None:
    from . import relayer

    with relayer.waiting():
        for name in source.layers.bl_rna.properties.keys():
            if name not in ("rna_type", "name"):
                setattr(take.layers, name, getattr(source.layers, name))
    take.laid, take.written = source.laid, source.written
