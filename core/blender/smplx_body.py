"""SMPL-X bodies and FLAME heads in Blender from the artist's own model file: mesh, armature, shape keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import bpy
import numpy as np
from mathutils import Vector

from ..arrays import Array
from ..errors import OratorError
from ..reading import parse_json
from ..rig.profile import RigProfile
from ..smplx.arkit_map import ExpressionMap, map_of
from ..smplx.body import BodyData, MakeForward, body_data, own_forward
from ..smplx.correctives import RANGE, active, corrective_name
from ..smplx.model_file import FLAME, SMPLX, Layout, read_model
from ..smplx.names import (
    BODY_FAMILY,
    FLAME_FAMILY,
    FLAME_PLAYS,
    REST_PROPERTY,
    expression_name,
    has_shape_keys,
    shape_name,
)
from .character import write_weights
from .expression_map import keep_map
from .model_file import keep_hands, rest_hands
from .pose_correctives import drive
from .rig_profile import keep_profile

_SHORTEST: Final = 0.012
_RANGE: Final = 10.0


def to_blender(points: Array) -> Array:
    """SMPL-X axes (..., 3) to Blender's: x, -z, y."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def add_body(
    context: bpy.types.Context,
    path: Path,
    betas: int = 10,
    expressions: int = 100,
    mean_hands: bool = False,
    name: str = "",
    correctives: bool = False,
    make_forward: MakeForward = own_forward,
) -> tuple[bpy.types.Object, str]:
    """Adds the body or head of a model file at the origin, and returns its armature and a sentence about it.

    correctives   shape keys for the pose features too, where the file has them.
    make_forward  how the model is posed; the operator gives the `smplx` package's (models/smplx.py).

    Raises OratorError for files that are neither an SMPL-X nor a FLAME model; nothing is added then.
    """
    model = read_model(path)
    data = body_data(model, betas, expressions, mean_hands, correctives, make_forward)
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    armature = _armature(context, name or data.layout.title, data)
    body = _mesh(context, armature, data)
    said = ""
    if correctives:
        drive(armature, body, data.layout, data.hands, new=True)
        said = _correctives_sentence(data)
    if data.layout is SMPLX:
        keep_hands(armature, data.hands, model.hand_mean)
        joints = {joint: joint for joint in data.layout.joints}
        keep_profile(armature, RigProfile(BODY_FAMILY, "SMPL-X body", joints, "smplx", confidence=1.0))
    else:
        keep_profile(armature, RigProfile(FLAME_FAMILY, "FLAME head", dict(FLAME_PLAYS), "smplx", confidence=1.0))
    mapping = map_of(model, expressions)
    keep_map(armature, mapping)
    return armature, f"{face_sentence(mapping)}{said}"


def _correctives_sentence(data: BodyData) -> str:
    count = 0 if data.correctives is None else len(active(data.correctives))
    return f" {count} pose correctives follow the bones." if count else " The model file has no pose correctives."


def face_sentence(mapping: ExpressionMap | None) -> str:
    """How well a body's expressions and the ARKit shapes show each other."""
    if mapping is None:
        return "The model file has no face landmarks: ARKit faces play on its jaw alone."
    return mapping.summary()


def _tails(joints: Array, parents: Array) -> Array:
    """Bone ends (J, 3): the mean of the children, or along the bone before."""
    tails = np.empty_like(joints)
    for j in range(len(joints)):
        children = np.flatnonzero(parents == j)
        end = joints[children].mean(axis=0) if len(children) else 2 * joints[j] - joints[parents[j]]
        along = end - joints[j]
        size = float(np.linalg.norm(along))
        if size < _SHORTEST:
            along, size = np.array([0.0, 0.0, 1.0]), 1.0
        tails[j] = joints[j] + along * (max(size, _SHORTEST) / size if len(children) else 0.03 / size)
    return tails


def _place(edit_bones: bpy.types.ArmatureEditBones, joints: Array, layout: Layout) -> None:
    for j, tail in enumerate(_tails(joints, np.array(layout.parents))):
        bone = edit_bones[layout.joints[j]]
        bone.head, bone.tail = Vector(joints[j]), Vector(tail)


def _armature(context: bpy.types.Context, name: str, data: BodyData) -> bpy.types.Object:
    armature = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, armature)
    context.collection.objects.link(rig)
    for other in context.selected_objects:
        other.select_set(False)
    context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        names = data.layout.joints
        for joint in names:
            armature.edit_bones.new(joint)
        _place(armature.edit_bones, to_blender(data.joints), data.layout)
        for joint, parent in zip(names, data.layout.parents, strict=True):
            if parent >= 0:
                armature.edit_bones[joint].parent = armature.edit_bones[names[parent]]
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = "QUATERNION"
    armature.display_type = "STICK"
    rig[REST_PROPERTY] = json.dumps(
        {
            "model": data.layout.title,
            "joints": data.joints.round(7).tolist(),
            "shapes": np.moveaxis(data.joint_shapes, 2, 0).round(7).tolist(),
        }
    )
    return rig


def _mesh(context: bpy.types.Context, rig: bpy.types.Object, data: BodyData) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(f"{rig.name} Body")
    points = to_blender(data.vertices)
    count = len(data.faces)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(3 * count)
    mesh.loops.foreach_set("vertex_index", data.faces.astype(np.int32).ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if data.uv is not None:
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", data.uv.astype(np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(count, bool))
    write_weights(mesh, data.weights)
    body = bpy.data.objects.new(mesh.name, mesh)
    for joint in data.layout.joints:
        body.vertex_groups.new(name=joint)
    body.shape_key_add(name="Basis", from_mix=False)
    for directions, named, (least, most) in (
        (data.shapes, shape_name, (-_RANGE, _RANGE)),
        (data.expressions, expression_name, (-_RANGE, _RANGE)),
        (data.correctives, corrective_name, RANGE),
    ):
        if directions is None:
            continue
        # Features that move nothing have no key; betas and expressions have theirs, so that they can be counted on.
        for k in active(directions) if named is corrective_name else range(directions.shape[-1]):
            block = body.shape_key_add(name=named(k), from_mix=False)
            block.slider_min, block.slider_max, block.value = least, most, 0.0
            block.data.foreach_set("co", (points + to_blender(directions[..., k])).astype(np.float32).ravel())
    context.collection.objects.link(body)
    body.parent = rig
    body.modifiers.new("Armature", "ARMATURE").object = rig
    return body


def bodies_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """Its meshes with the shape keys of SMPL-X and FLAME."""
    return [
        child
        for child in armature.children
        if child.type == "MESH"
        and child.data.shape_keys is not None
        and has_shape_keys(child.data.shape_keys.key_blocks.keys())
    ]


def fit_skeleton(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Move the armature's joints to where its body's betas put them. Raises OratorError for other characters."""
    text = armature.get(REST_PROPERTY)
    bodies = bodies_of(armature)
    if not isinstance(text, str) or not bodies:
        raise OratorError(f"'{armature.name}' was not made from an SMPL-X file: its skeleton has no shape to follow.")
    try:
        rest = parse_json(text, f"What '{armature.name}' knows of its shape")
        layout = next(known for known in (SMPLX, FLAME) if known.title == rest.get("model", SMPLX.title))
        joints, shapes = np.array(rest["joints"], float), np.array(rest["shapes"], float)
        if joints.ndim != 2 or joints.shape[1] != 3 or shapes.shape[1:] != joints.shape:
            raise ValueError("no shape")
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, OverflowError):
        raise OratorError(f"What '{armature.name}' knows of its shape is damaged: import the body again.") from None
    kept = rest_hands(armature)
    hands = np.tile(np.eye(3), (len(joints), 1, 1)) if kept is None else kept
    blocks = bodies[0].data.shape_keys.key_blocks
    values = np.array([blocks[shape_name(k)].value if shape_name(k) in blocks else 0.0 for k in range(len(shapes))])
    mode = context.mode
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        _place(armature.data.edit_bones, to_blender(joints + np.einsum("bjc,b->jc", shapes, values)), layout)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    for body in bodies:
        drive(armature, body, layout, hands, new=False)
