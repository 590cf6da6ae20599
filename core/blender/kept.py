"""Generating around the artist's own animation: keys of an Action on chosen bones are given, the rest is generated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import bpy
import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..directing.kept import KeptMotion
from ..directing.pins import PosePin
from ..errors import OratorError
from ..euler import ORDERS, from_axis_angle, from_euler
from ..performance import Performance
from ..rig.description import RigDescription
from ..rig.forward import forward
from ..rig.inverse import ReadBack, RigPose, read_back, with_missing_parents
from ..rig.profile import RigProfile
from ..rotations import normalise
from ..smplx.names import expression_number
from . import compat, lists, targets, tracks
from .pose_reader import poses_at
from .rig_profile import read_rig
from .rig_reader import skinned_meshes

_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(location|rotation_\w+)$')
_SHAPE = re.compile(r'key_blocks\["((?:[^"\\]|\\.)*)"\]\.value$')
_DEFAULTS = {"location": (0, 0, 0), "rotation_euler": (0, 0, 0), "rotation_quaternion": (1, 0, 0, 0),
             "rotation_axis_angle": (0, 0, 1, 0)}  # fmt: skip
Curves = dict[str, dict[int, bpy.types.FCurve]]


@dataclass
class Keyed:
    """What an Action animates: bone -> property -> index -> F-curve; (mesh, shape key) -> F-curve."""

    bones: dict[str, Curves] = field(default_factory=dict)
    shapes: dict[tuple[str, str], bpy.types.FCurve] = field(default_factory=dict)

    def frames(self, bone: str, selected: bool = False, kind: str = "") -> set[int]:
        """Whole frames where a bone has keys, of its rotation or its location when `kind` says so."""
        curves = (c for name, by in self.bones.get(bone, {}).items() if name.startswith(kind) for c in by.values())
        return {f for curve in curves for f in key_frames(curve, selected)}


def key_frames(curve: bpy.types.FCurve, selected: bool = False) -> set[int]:
    """Whole frames of a curve's keys, or of its selected ones."""
    return {round(k.co.x) for k in curve.keyframe_points if k.select_control_point or not selected}


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def read_keyed(character: bpy.types.Object, action: bpy.types.Action | None, slot: Any, faces: bool = True) -> Keyed:
    """The curves of an Action on a character, and of what animates its meshes' shape keys."""
    keyed = Keyed()
    for curve in compat.curves_of(action, slot) if action is not None else ():
        match = _BONE.match(curve.data_path)
        if match and not curve.mute and len(curve.keyframe_points):
            of_bone = keyed.bones.setdefault(_plain(match.group(1)), {})
            of_bone.setdefault(match.group(2), {})[curve.array_index] = curve
    for mesh in skinned_meshes(character) if faces else ():
        own, own_slot = own_action(character, mesh)
        # From 4.4 one Action may hold the face in a slot of its own; before, the face has its own Action.
        if own is None and action is not None and compat.has_slots():
            own, own_slot = action, compat.slot_for(action, mesh.data.shape_keys)
        if own is None or (compat.has_slots() and own_slot is None):
            continue
        for curve in compat.curves_of(own, own_slot):
            match = _SHAPE.match(curve.data_path)
            if match and not curve.mute and len(curve.keyframe_points):
                keyed.shapes[mesh.name, _plain(match.group(1))] = curve
    return keyed


def own_action(character: bpy.types.Object, obj: bpy.types.Object) -> tuple[bpy.types.Action | None, Any]:
    """The artist's own Action on the armature or on a mesh's shape keys, and its slot; (None, None) without one.

    While a take is shown, it is the one that the take has put aside.
    """
    owner = targets.animated_id(obj)
    anim = owner.animation_data if owner is not None else None
    if anim is None:
        return None, None
    if anim.action is not None and tracks.TAG not in anim.action:
        return anim.action, compat.active_slot(anim)
    data = lists.character_data(character)
    entry = next((own for own in data.own if own.object == obj), None) if data is not None else None
    if entry is None or entry.action is None:
        return None, None
    return entry.action, compat.slot_named(entry.action, entry.slot)


def action_on(character: bpy.types.Object, action: bpy.types.Action | None) -> tuple[bpy.types.Action | None, Any]:
    """A chosen Action with the slot that suits the armature; without a choice the artist's own."""
    if action is None:
        return own_action(character, character)
    return action, compat.slot_for(action, character)


def _sampled(curves: dict[int, bpy.types.FCurve], name: str, frames: Array) -> Array:
    columns = [
        np.full(len(frames), float(value)) if k not in curves else np.array([curves[k].evaluate(f) for f in frames])
        for k, value in enumerate(_DEFAULTS[name])
    ]
    return np.stack(columns, axis=1)


def _rotation(mode: str, curves: Curves, frames: Array) -> Array | None:
    """(T, 4) a bone's rotation in the mode it is in; None when that one is not keyed."""
    if mode in ORDERS:
        return from_euler(_sampled(curves["rotation_euler"], "rotation_euler", frames), mode) if (
            "rotation_euler" in curves) else None  # fmt: skip
    if mode == "AXIS_ANGLE":
        name = "rotation_axis_angle"
        return from_axis_angle(_sampled(curves[name], name, frames)) if name in curves else None
    name = "rotation_quaternion"
    return normalise(_sampled(curves[name], name, frames)) if name in curves else None


@contextmanager
def _playing(character: bpy.types.Object, action: bpy.types.Action, slot: Any) -> Iterator[None]:
    """The Action alone on the armature for a moment."""
    anim = character.animation_data or character.animation_data_create()
    before, before_slot, nla = anim.action, compat.active_slot(anim), anim.use_nla
    try:
        anim.use_nla = False
        compat.assign(anim, action, slot)
        yield
    finally:
        compat.assign(anim, before, before_slot)
        anim.use_nla = nla


def sample_action(
    character: bpy.types.Object, scene: bpy.types.Scene, action: bpy.types.Action, slot: Any, keyed: Keyed,
    frames: Array,
) -> ReadBack:  # fmt: skip
    """The poses of an Action at scene frames (T,), as a performance. Nothing the artist has is changed.

    Rigs whose bones are moved by constraints or drivers are asked frame by frame; on others the curves say it all.
    """
    description, profile = read_rig(character)
    helped = profile.control or any(b.constrained or b.driven for b in description.bones)
    if helped and action is not None:
        with _playing(character, action, slot):
            pose = poses_at(character, description, scene, [float(f) for f in frames])
    else:
        turned, moved = {}, {}
        for bone in description.bones:
            curves = keyed.bones.get(bone.name, {})
            rotation = _rotation(bone.rotation_mode, curves, frames)
            if rotation is not None:
                turned[bone.name] = rotation
            if "location" in curves:
                moved[bone.name] = _sampled(curves["location"], "location", frames)
        pose = forward(description, turned, moved, len(frames))
    shapes = {name: np.array([curve.evaluate(f) for f in frames]) for name, curve in keyed.shapes.items()}
    return read_back(description, profile, RigPose(pose.turns, pose.heads, shapes))


def kept_of(
    character: bpy.types.Object,
    scene: bpy.types.Scene,
    action: bpy.types.Action | None,
    chosen: frozenset[str] | None,
    whole: bool,
    face: bool,
    start: float,
    seconds: float,
    fps: float,
) -> tuple[tuple[PosePin, ...], tuple[KeptMotion, ...]]:
    """What an Action gives to a speech from the timeline second `start`: pins at its keys, or its whole motion.

    chosen  bones that are given, None for all that have keys;  whole  the motion between the keys too.
    Raises OratorError when there is no Action, or no key of it on the chosen bones within the speech.
    """
    action, slot = action_on(character, action)
    keyed = read_keyed(character, action, slot, face)
    if action is None and not keyed.shapes:
        raise OratorError(
            f"'{character.name}' has no animation of its own to generate around. Choose an Action, or switch Around My "
            "Animation off."
        )
    name = action.name if action is not None else "shape keys"
    low, high = int(np.ceil(start * fps - 1e-4)), int(np.ceil((start + seconds) * fps - 1e-4)) - 1
    rows = _rows(character, keyed, chosen, low, high)
    if not rows:
        whose = "the chosen bones" if chosen is not None else "its bones or shape keys"
        raise OratorError(
            f"'{name}' has no key on {whose} within the speech (frames {low} to {high}). Choose other bones or another "
            "Action, or move the keys or the strip."
        )
    if not whole:
        return _key_pins(character, scene, action, slot, keyed, rows, name, start, fps), ()
    return (), _motions(character, scene, action, slot, keyed, rows, name, start, fps)


def _rows(
    character: bpy.types.Object, keyed: Keyed, chosen: frozenset[str] | None, low: float, high: float,
    selected: bool = False,
) -> dict[tuple[str, str], frozenset[int]]:  # fmt: skip
    """('joint', name), ('root', ''), ('face', weight), ('expression', number) -> frames of its (selected) keys."""
    from ..rig.body import BodyRetarget

    description, profile = read_rig(character)
    present = profile.present(description)
    carrier = BodyRetarget(description, profile).carrier
    out: dict[tuple[str, str], frozenset[int]] = {}
    at = partial(keyed.frames, selected=selected)

    def add(kind: str, name: str, frames: set[int]) -> None:
        inside = frozenset(f for f in frames if low <= f <= high)
        if inside:
            out[kind, name] = out.get((kind, name), frozenset()) | inside

    for joint, bone in present.items():
        if chosen is None or bone in chosen:
            add("joint", joint, at(bone, kind="rotation"))
            if joint == "pelvis" or bone == carrier:
                add("root", "", at(bone, kind="location"))
    if carrier is not None and carrier not in present.values() and (chosen is None or carrier in chosen):
        add("root", "", at(carrier, kind="location"))
    for (mesh, shape), curve in keyed.shapes.items():
        for weight in shape_weights(description, profile, mesh, shape):
            add("face", weight, key_frames(curve, selected))
        if expression_number(shape) is not None:
            add("expression", str(expression_number(shape)), key_frames(curve, selected))
    return out


def selected_rows(character: bpy.types.Object, keyed: Keyed) -> dict[tuple[str, str], frozenset[int]]:
    """What has selected keys, as ('joint', name), ('root', '') or ('face', weight), with their frames."""
    return _rows(character, keyed, None, -np.inf, np.inf, selected=True)


def playing_shapes(character: bpy.types.Object) -> dict[tuple[str, str], bpy.types.FCurve]:
    """The curves that play on the shape keys of the character's meshes now."""
    out = {}
    for mesh in skinned_meshes(character):
        for curve in compat.animated_curves(mesh.data.shape_keys) if mesh.data.shape_keys is not None else ():
            match = _SHAPE.match(curve.data_path)
            if match:
                out[mesh.name, _plain(match.group(1))] = curve
    return out


def shape_weights(description: RigDescription, profile: RigProfile, mesh: str, shape: str) -> tuple[str, ...]:
    """The face weight that a shape key shows, if it shows one."""
    from ..rig.faces import match_shapes

    found = next((m for m in description.meshes if m.name == mesh), None)
    name = None if found is None else profile.faces.get(f"{mesh}/{shape}", match_shapes(found).get(shape))
    return (name,) if name in arkit.INDEX else ()


def flags_of(rows: Any) -> tuple[Array, bool, Array]:
    joints, channels = np.zeros(skeleton.JOINT_COUNT, bool), np.zeros(arkit.COUNT, bool)
    joints[[skeleton.INDEX[name] for kind, name in rows if kind == "joint"]] = True
    channels[[arkit.INDEX[name] for kind, name in rows if kind == "face"]] = True
    return joints, any(kind == "root" for kind, _ in rows), channels


def expressions_of(rows: Any, made: Performance) -> Array | None:
    """(T, 100) the expressions that some rows cover, NaN where they are free; None when they cover none."""
    numbers = [int(name) for kind, name in rows if kind == "expression"]
    if not numbers or made.expressions is None:
        return None
    out = np.full_like(made.expressions, np.nan)
    out[:, numbers] = made.expressions[:, numbers]
    return out


def _key_pins(
    character: bpy.types.Object, scene: bpy.types.Scene, action: Any, slot: Any, keyed: Keyed, rows: Any, name: str,
    start: float, fps: float,
) -> tuple[PosePin, ...]:  # fmt: skip
    frames = np.array(sorted(set().union(*rows.values())), float)
    read = sample_action(character, scene, action, slot, keyed, frames)
    pins = []
    for k, frame in enumerate(frames):
        here = [row for row, at in rows.items() if int(frame) in at]
        joints, root, channels = flags_of(here)
        made = read.performance
        expressions = expressions_of(here, made)
        pins.append(
            PosePin(
                f"{name}, frame {int(frame)}", float(frame / fps - start), made.rotations[k],
                with_missing_parents(joints, read.joints), made.translation[k], root and read.root, made.face[k],
                channels & read.face, expressions=None if expressions is None else expressions[k],
            )
        )  # fmt: skip
    return tuple(pins)


def _motions(
    character: bpy.types.Object, scene: bpy.types.Scene, action: Any, slot: Any, keyed: Keyed, rows: Any, name: str,
    start: float, fps: float,
) -> tuple[KeptMotion, ...]:  # fmt: skip
    first, last = (pick(f for at in rows.values() for f in at) for pick in (min, max))
    frames = np.arange(first, last + 1)
    read = sample_action(character, scene, action, slot, keyed, frames.astype(float))
    spans: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for row, at in rows.items():
        spans.setdefault((min(at), max(at)), []).append(row)
    motions = []
    for (low, high), those in spans.items():
        joints, root, channels = flags_of(those)
        part = slice(low - first, high - first + 1)
        keys = np.array(sorted(set().union(*(rows[row] for row in those))), float)
        made, expressions = read.performance, expressions_of(those, read.performance)
        motions.append(
            KeptMotion(
                name, frames[part] / fps - start, made.rotations[part], with_missing_parents(joints, read.joints),
                made.translation[part], root and read.root, made.face[part], channels & read.face, keys / fps - start,
                None if expressions is None else expressions[part],
            )
        )  # fmt: skip
    return tuple(motions)
