"""Reading a rig out of Blender as plain data. Changes nothing, so it works on linked and overridden rigs alike."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ..rig.description import Bone, MeshDescription, RigDescription, Shape
from ..skeleton import JOINTS
from .characters import armatures_of, family_of, is_character
from .model_file import rest_hands

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
    if armature.type == "MESH":
        mine = [o for o in family_of(armature) if o == armature or (o.data.shape_keys and is_character(o))]
        return sorted(mine, key=lambda obj: obj.name)
    found = [obj for obj in bpy.data.objects if obj.type == "MESH" and armature in armatures_of(obj)]
    return sorted(found, key=lambda obj: obj.name)


def _mesh(obj: bpy.types.Object) -> MeshDescription:
    keys = obj.data.shape_keys
    if keys is None:
        return MeshDescription(obj.name)
    driven = _driven(keys, _SHAPE_PATH)
    basis = keys.reference_key.name if keys.reference_key else None
    shapes = tuple(
        Shape(block.name, block.slider_min, block.slider_max, block.mute, block.name in driven)
        for block in keys.key_blocks
        if block.name != basis
    )
    return MeshDescription(obj.name, shapes)


def _bone(pose_bone: bpy.types.PoseBone, driven: set[str]) -> Bone:
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
        properties=tuple(key for key in pose_bone.keys() if not key.startswith("_")),
    )


def _stands(armature: bpy.types.Object) -> dict[str, np.ndarray]:
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
    meshes = tuple(_mesh(obj) for obj in skinned_meshes(armature))
    world = np.array(armature.matrix_world, dtype=np.float64)
    if armature.type != "ARMATURE":
        return RigDescription(armature.name, (), meshes, world)
    driven = _driven(armature, _BONE_PATH)
    ordered: list[bpy.types.Bone] = []
    waiting = [bone for bone in armature.data.bones if bone.parent is None]
    while waiting:
        bone = waiting.pop(0)
        ordered.append(bone)
        waiting[:0] = list(bone.children)
    bones = tuple(_bone(armature.pose.bones[bone.name], driven) for bone in ordered)
    return RigDescription(armature.name, bones, meshes, world, stands=_stands(armature))
