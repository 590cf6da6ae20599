"""Reading a rig out of Blender as plain data. Changes nothing, so it works on linked and overridden rigs alike."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ..arrays import Array
from ..rig.description import Bone, MeshDescription, RigDescription, Shape
from ..skeleton import JOINTS
from . import vrm_addon
from .holders import armatures_of, family_of, has_skeleton, is_face
from .model_file import rest_hands
from .vrm_addon import Declared

_BONE_PATH = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(?:rotation|location)')
_SHAPE_PATH = re.compile(r'key_blocks\["((?:[^"\\]|\\.)*)"\]\.value')


def _unescape(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _driven(owner: bpy.types.ID | None, pattern: re.Pattern[str]) -> set[str]:
    """Names of bones or shape keys that drivers on this data-block already move."""
    data = owner.animation_data if owner is not None else None
    found = (pattern.search(curve.data_path) for curve in data.drivers) if data else ()
    return {_unescape(match.group(1)) for match in found if match}


def skinned_meshes(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """Mesh objects that the armature deforms or carries, however deep; of a face without one its own meshes."""
    if is_face(armature):
        mine = [o for o in family_of(armature) if o == armature or (o.data.shape_keys and is_face(o))]
        return sorted(mine, key=lambda obj: obj.name)
    found = [obj for obj in bpy.data.objects if obj.type == "MESH" and armature in armatures_of(obj)]
    return sorted(found, key=lambda obj: obj.name)


def _mesh(obj: bpy.types.Object, declared: Declared) -> MeshDescription:
    keys = obj.data.shape_keys
    if keys is None:
        return MeshDescription(obj.name)
    driven = _driven(keys, _SHAPE_PATH)
    basis = keys.reference_key.name if keys.reference_key else None
    empty = _empty_shapes(keys)
    shapes = tuple(
        Shape(block.name, block.slider_min, block.slider_max, block.mute, block.name in driven, block.name in empty)
        for block in keys.key_blocks
        if block.name != basis
    )
    still = "pinned" if obj.show_only_shape_key else "" if keys.use_relative else "absolute"
    return MeshDescription(obj.name, shapes, still, declared)


def _points(block: bpy.types.ShapeKey) -> Array:
    points = getattr(block, "points", block.data)
    out = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", out)
    return out


def _empty_shapes(keys: bpy.types.Key) -> set[str]:
    """Names of shapes that move no vertex; none where no shape of the mesh moves any, as on placeholders."""
    places: dict[str, Array] = {}

    def of(block: bpy.types.ShapeKey) -> Array:
        if block.name not in places:
            places[block.name] = _points(block)
        return places[block.name]

    empty = set()
    for block in keys.key_blocks:
        base = block.relative_key or keys.reference_key
        if base is not None and block != keys.reference_key:
            mine = _points(block)
            if mine.shape == of(base).shape and float(np.abs(mine - of(base)).max(initial=0.0)) < 1e-7:
                empty.add(block.name)
    return empty if len(empty) < len(keys.key_blocks) - 1 else set()


def _acts(constraint: bpy.types.Constraint) -> bool:
    if not constraint.enabled or constraint.influence <= 0.0 or not getattr(constraint, "is_valid", True):
        return False
    aims = [getattr(constraint, name) for name in ("target", "pole_target") if hasattr(constraint, name)]
    return not aims or any(aim is not None for aim in aims)


def _holds(armature: bpy.types.Object) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Bones that constraints move, with their kinds, chains of IK included; and bones that constraints only limit."""
    held: dict[str, set[str]] = {}
    limited = set()
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            kind = constraint.bl_rna.name.removesuffix(" Constraint") or constraint.type
            if not _acts(constraint):
                continue
            if constraint.type.startswith("LIMIT") or constraint.type == "FLOOR":
                limited.add(bone.name)
                continue
            chain = [bone, *bone.parent_recursive]
            if constraint.type == "IK" and not constraint.use_tail:
                chain = chain[1:]
            count = getattr(constraint, "chain_count", 1) or len(chain)
            for one in chain[:count]:
                held.setdefault(one.name, set()).add(kind)
    return {name: tuple(sorted(kinds)) for name, kinds in held.items()}, limited


def _bone(pose_bone: bpy.types.PoseBone, driven: set[str], held: tuple[str, ...], limited: bool) -> Bone:
    bone = pose_bone.bone
    constrained = any(c.enabled and c.influence > 0.0 for c in pose_bone.constraints)
    return Bone(
        name=bone.name,
        parent=bone.parent.name if bone.parent else None,
        rest=np.array(bone.matrix_local, dtype=np.float64),
        length=float(bone.length),
        deform=bool(bone.use_deform),
        rotation_mode=pose_bone.rotation_mode,
        inherit_rotation=bool(bone.use_inherit_rotation),
        local_location=bool(bone.use_local_location),
        connected=bool(bone.use_connect and bone.parent),
        constrained=constrained,
        driven=bone.name in driven,
        held=held,
        limited=limited,
        properties=tuple(key for key in pose_bone.keys() if not key.startswith("_")),
    )


def _stands(armature: bpy.types.Object) -> dict[str, Array]:
    """How an SMPL-X body that Orator added holds its hands at rest; empty where they are flat, and for other rigs."""
    # scipy comes with it: not while registering.
    from ..rotations import from_matrix

    hands = rest_hands(armature)
    if hands is None or np.allclose(hands, np.eye(3)):
        return {}
    return dict(zip(JOINTS, from_matrix(hands), strict=True))


def describe(armature: bpy.types.Object) -> RigDescription:
    """The rig of an armature object with every mesh it deforms or carries; of a face without one its meshes alone.

    The rest pose is read from the armature's data, so it does not matter which pose the rig stands in, or whether
    it is shown in pose or rest position.
    """
    declared = vrm_addon.expressions(armature)
    meshes = tuple(_mesh(obj, declared.get(obj.name, {})) for obj in skinned_meshes(armature))
    world = np.array(armature.matrix_world, dtype=np.float64)
    if not has_skeleton(armature):
        return RigDescription(armature.name, (), meshes, world)
    driven = _driven(armature, _BONE_PATH)
    ordered: list[bpy.types.Bone] = []
    waiting = [bone for bone in armature.data.bones if bone.parent is None]
    while waiting:
        bone = waiting.pop(0)
        ordered.append(bone)
        waiting[:0] = list(bone.children)
    held, limited = _holds(armature)
    bones = tuple(_bone(armature.pose.bones[b.name], driven, held.get(b.name, ()), b.name in limited) for b in ordered)
    return RigDescription(
        armature.name, bones, meshes, world, stands=_stands(armature), human=vrm_addon.human_joints(armature)
    )
