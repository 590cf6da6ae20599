"""A cast of characters for trials: real files, Orator's own, and families built in tests, with skin and faces.

The built ones wear Orator's own body, bent and stretched into the family's rest pose and proportions, weighted to the
family's bones and twist bones, with the family's names for the shapes. Needs bpy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix
from orator.core.arkit import ARKIT
from orator.core.blender.character import _material, add_character, write_weights
from orator.core.character import JOINT_PLACES, Part, build
from orator.core.rig.description import RigDescription
from orator.core.rig.detect import detect
from orator.core.skeleton import INDEX, JOINTS, PARENTS

ROOT = Path(__file__).resolve().parents[2]
CONVERTERS = ROOT / "core" / "rig" / "converters"
FILES = {
    "rocketbox female": "Female_Adult_01_facial.fbx",
    "rocketbox male": "Male_Adult_08_facial.fbx",
    "vircadia": "vircadia_default_avatar.glb",
}
_AHEAD = {
    "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head", "hip": "knee", "knee": "ankle",
    "ankle": "foot", "collar": "shoulder", "shoulder": "elbow", "elbow": "wrist", "wrist": "middle1",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a built family looks: names of its shapes (a converter's set, or ARKit's spelled otherwise), its build."""

    family: str
    converter: str = ""
    spelling: Callable[[str], str] = str
    size: float = 1.0
    head: float = 1.0
    legs: float = 1.0
    arms: float = 1.0


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _sided(name: str) -> str:
    return name.removesuffix("Left") + "_L" if name.endswith("Left") else name.replace("Right", "_R")


BUILT = {
    "vrm": Look("vroid", converter="vroid"),
    "mixamo": Look("mixamo"),
    "unreal 4": Look("unreal 4", spelling=_sided),
    "unreal 5": Look("unreal 5", spelling=lambda name: f"AK_{ARKIT.index(name):02d}_{name}"),
    "mmd": Look("mmd", converter="mmd"),
    "makehuman": Look("makehuman", spelling=_snake),
    "daz 8": Look("daz 8", spelling=lambda name: f"facs_ctrl_{name[0].upper()}{name[1:]}"),
    "auto-rig pro": Look("auto-rig pro"),
    "unity": Look("unity", spelling=lambda name: name[0].upper() + name[1:]),
    "ready player me": Look("ready player me"),
    "child": Look("mixamo", size=0.66, head=1.4, legs=0.82, arms=0.86),
    "giant": Look("unreal 5", spelling=_sided, size=1.6, head=0.78, legs=1.12, arms=1.16),
}
CAST = ("orator", *FILES, "rigify", *BUILT)


def add_member(name: str, shared: Path) -> bpy.types.Object:
    """Put one of CAST into the scene; its armature. Files come as Blender's importers bring them."""
    if name == "orator":
        return add_character(bpy.context)
    if name in FILES:
        return _imported(shared / "rigs" / FILES[name])
    if name == "rigify":
        return _rigify()
    return _built(name)


def _imported(path: Path) -> bpy.types.Object:
    before = set(bpy.data.objects)
    if path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    return next(o for o in bpy.data.objects if o not in before and o.type == "ARMATURE")


@cache
def _parts() -> tuple[Part, ...]:
    return build().parts


def _next(joint: str) -> str:
    side, _, rest = joint.partition("_")
    if joint in _AHEAD:
        return _AHEAD[joint]
    if rest in _AHEAD:
        return f"{side}_{_AHEAD[rest]}"
    return f"{joint[:-1]}{int(joint[-1]) + 1}" if joint[-1] in "12" and INDEX[joint] >= 25 else ""


def _turn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(3, 3) the smallest rotation from direction a to b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis, cosine = np.cross(a, b), float(a @ b)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1.0 + cosine)


def _trunk(places: dict[str, np.ndarray], size: float) -> np.ndarray:
    """(3, 4) the trunk as one piece: hips and neck come where they are, the height between is stretched."""
    was, now = (
        [np.mean([at("left_hip"), at("right_hip")], axis=0), at("neck")]
        for at in (lambda joint: JOINT_PLACES[INDEX[joint]], places.__getitem__)
    )
    turn = size * np.eye(3)
    turn[:, 2] = (now[1] - now[0] - size * (was[1] - was[0]) * [1.0, 1.0, 0.0]) / (was[1] - was[0])[2]
    return np.column_stack([turn, now[0] - turn @ was[0]])


def _warps(places: dict[str, np.ndarray], look: Look) -> np.ndarray:
    """(55, 3, 4) per joint: from Orator's rest to a rest with its joints at `places`, bones turned and stretched."""
    out = np.zeros((55, 3, 4))
    trunk = _trunk(places, look.size)
    for j, joint in enumerate(JOINTS):
        if joint in ("pelvis", "spine1", "spine2", "spine3"):
            out[j] = trunk
            continue
        parent, ahead = PARENTS[j], _next(joint)
        carried = out[parent, :, :3] if parent >= 0 else np.eye(3)
        if joint in places and ahead in places:
            was, now = JOINT_PLACES[INDEX[ahead]] - JOINT_PLACES[j], places[ahead] - places[joint]
            unit = was / np.linalg.norm(was)
            longer = np.linalg.norm(now) / np.linalg.norm(was) / look.size
            stretch = look.size * (np.eye(3) + (longer - 1.0) * np.outer(unit, unit))
            out[j, :, :3] = _turn(was, now) @ stretch
        elif parent >= 0 and joint in places and INDEX[joint] >= 25:
            u, _, v = np.linalg.svd(carried)
            out[j, :, :3] = look.size * u @ v
        else:
            face = joint in ("head", "jaw") or "eye" in joint
            out[j, :, :3] = look.size * (look.head if face else 1.0) * np.eye(3) if face or "foot" in joint else carried
        if joint in places:
            out[j, :, 3] = places[joint] - out[j, :, :3] @ JOINT_PLACES[j]
        else:
            out[j] = out[parent] if parent >= 0 else np.eye(3, 4)
    return out


def _armature(rig: RigDescription, name: str, world: Matrix) -> bpy.types.Object:
    data = bpy.data.armatures.new(name)
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in rig.bones:
        made = data.edit_bones.new(bone.name)
        made.head, made.tail = (0.0, 0.0, 0.0), (0.0, max(bone.length, 1e-3 / rig.scale), 0.0)
        made.matrix = Matrix(bone.rest.tolist())
        made.parent = data.edit_bones[bone.parent] if bone.parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    obj.matrix_world = world
    return obj


def _proportioned(rig: RigDescription, bones: dict[str, str], look: Look) -> RigDescription:
    """The rig with longer or shorter legs and arms; what hangs on them comes along."""
    joints = {bone: joint for joint, bone in bones.items()}
    longer = {**dict.fromkeys(("knee", "ankle"), look.legs), **dict.fromkeys(("elbow", "wrist"), look.arms)}
    heads: dict[str, np.ndarray] = {}
    limb: dict[str, float] = {}
    out = []
    for bone in rig.bones:
        joint = joints.get(bone.name, "").rpartition("_")[2]
        above = limb.get(bone.parent or "", 1.0)
        # A limb's own bones and the twist bones on it are stretched; hands and feet are not.
        stretch = longer.get(joint, above if not joint else 1.0)
        limb[bone.name] = {"hip": look.legs, "shoulder": look.arms, "wrist": 1.0, "ankle": 1.0}.get(joint, stretch)
        before = rig.by_name[bone.parent].head if bone.parent else np.zeros(3)
        heads[bone.name] = heads.get(bone.parent or "", np.zeros(3)) + stretch * (bone.head - before)
        rest = bone.rest.copy()
        rest[:3, 3] = heads[bone.name]
        out.append(replace(bone, rest=rest))
    return replace(rig, bones=tuple(out))


def _built(name: str) -> bpy.types.Object:
    from helpers.rigs.family_rigs import BUILDS, family_rig

    look = BUILT[name]
    plan = BUILDS[look.family]
    rig = family_rig(plan)
    world = np.eye(4)
    world[:3, :3] = (np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]) if plan.up == "y" else np.eye(3)) / plan.scale
    world[:3, :3] *= look.size
    profile = detect(replace(rig, world=world))
    rig = _proportioned(rig, profile.joints, look)
    heads = {joint: world[:3, :3] @ rig.by_name[bone].head for joint, bone in profile.joints.items()}
    sole = look.size * JOINT_PLACES[INDEX["left_foot"], 2]
    floor = min(place[2] for joint, place in heads.items() if "foot" in joint) - sole
    world[2, 3] = -floor
    places = {joint: place - [0.0, 0.0, floor] for joint, place in heads.items()}
    armature = _armature(replace(rig, world=world), name.title(), Matrix(world.tolist()))
    _dress(armature, rig, profile.joints, profile.twists, places, world, look)
    return armature


def _dress(
    armature: bpy.types.Object,
    rig: RigDescription,
    bones: dict[str, str],
    twists: dict[str, str],
    places: dict[str, np.ndarray],
    world: np.ndarray,
    look: Look,
) -> None:
    """Orator's meshes in this rig's rest pose, weighted to its bones."""
    warps, back = _warps(places, look), np.linalg.inv(world)
    materials: dict[str, bpy.types.Material] = {}
    for part in _parts():
        blend = np.einsum("nj,jab->nab", part.weights, warps)
        at = np.einsum("nab,nb->na", blend[:, :, :3], part.vertices) + blend[:, :, 3]
        shaped = {k: np.einsum("nab,nb->na", blend[:, :, :3], offset) for k, offset in part.keys.items()}
        shaped = _shapes(shaped, look)
        inside = at @ back[:3, :3].T + back[:3, 3]
        offsets = {name: offset @ back[:3, :3].T for name, offset in shaped.items()}
        weights = _bone_weights(part.weights, at, bones, twists, rig, world)
        _mesh(armature, replace(part, vertices=inside, keys=offsets), weights, materials)


def _shapes(keys: dict[str, np.ndarray], look: Look) -> dict[str, np.ndarray]:
    """Shapes under the family's names."""
    if not look.converter:
        return {look.spelling(name): offset for name, offset in keys.items()}
    table = json.loads((CONVERTERS / f"{look.converter}.json").read_text(encoding="utf-8"))["shapes"]
    out = {}
    for entry in table.values():
        parts = [amount * keys[name] for name, amount in entry["looks"].items() if name in keys]
        if parts:
            out[entry["names"][0]] = np.sum(parts, axis=0)
    return out


def _bone_weights(
    weights: np.ndarray,
    at: np.ndarray,
    bones: dict[str, str],
    twists: dict[str, str],
    rig: RigDescription,
    world: np.ndarray,
) -> dict[str, np.ndarray]:
    """Bone -> (N,) weights; joints that the rig lacks go to the nearest ancestor, and limbs share with twist bones."""
    out: dict[str, np.ndarray] = {}
    for j, joint in enumerate(JOINTS):
        holder = joint
        while holder not in bones and PARENTS[INDEX[holder]] >= 0:
            holder = JOINTS[PARENTS[INDEX[holder]]]
        if weights[:, j].any() and holder in bones:
            out[bones[holder]] = out.get(bones[holder], 0.0) + weights[:, j]
    for joint in set(twists.values()):
        end = _next(joint)
        if bones.get(joint) not in out or end not in bones:
            continue
        start, stop = (world[:3, :3] @ rig.by_name[bones[j]].head + world[:3, 3] for j in (joint, end))
        along = (at - start) @ (stop - start) / ((stop - start) @ (stop - start))
        rests = {b: world[:3, :3] @ rig.by_name[b].head + world[:3, 3] for b, j in twists.items() if j == joint}
        shares = {b: (p - start) @ (stop - start) / ((stop - start) @ (stop - start)) for b, p in rests.items()}
        whole = out.pop(bones[joint])
        held = bones[joint]
        for bone, share in sorted(shares.items(), key=lambda item: item[1]):
            past = np.clip((along - share) / 0.15 + 0.5, 0.0, 1.0)
            out[held] = out.get(held, 0.0) + whole * (1.0 - past)
            whole, held = whole * past, bone
        out[held] = out.get(held, 0.0) + whole
    return out


def _mesh(
    armature: bpy.types.Object, part: Part, weights: dict[str, np.ndarray], materials: dict[str, bpy.types.Material]
) -> None:
    title = f"{armature.name} {part.name}"
    mesh = bpy.data.meshes.new(title)
    faces = [tuple(int(i) for i in row if i >= 0) for row in part.faces]
    mesh.from_pydata(part.vertices.tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    for label in part.materials:
        if label not in materials:
            materials[label] = _material(f"{armature.name} {label}", label)
        mesh.materials.append(materials[label])
    mesh.polygons.foreach_set("material_index", part.material.astype(np.int32))
    tint = np.ones((len(part.vertices), 3)) if part.tint is None else part.tint
    layer = mesh.color_attributes.new("Tint", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", np.hstack([tint, np.ones((len(tint), 1))]).astype(np.float32).ravel())
    write_weights(mesh, np.stack(list(weights.values()), axis=1))
    skin = bpy.data.objects.new(title, mesh)
    for bone in weights:
        skin.vertex_groups.new(name=bone)
    if part.keys:
        skin.shape_key_add(name="Basis", from_mix=False)
        for name, offset in part.keys.items():
            block = skin.shape_key_add(name=name, from_mix=False)
            block.value = 0.0
            block.data.foreach_set("co", (part.vertices + offset).astype(np.float32).ravel())
    bpy.context.scene.collection.objects.link(skin)
    skin.parent = armature
    skin.modifiers.new("Armature", "ARMATURE").object = armature


def _rigify() -> bpy.types.Object:
    """Rigify's human, generated, wearing Orator's body on its deform bones."""
    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    meta = bpy.context.object
    bpy.ops.pose.rigify_generate()
    rig = bpy.context.object
    bpy.data.objects.remove(meta)
    deform = {"pelvis": "spine", "spine1": "spine.001", "spine2": "spine.002", "spine3": "spine.003",
              "neck": "spine.004", "head": "spine.006", "jaw": "jaw_master"}  # fmt: skip
    limbs = {"hip": "thigh", "knee": "shin", "ankle": "foot", "foot": "toe", "collar": "shoulder",
             "shoulder": "upper_arm", "elbow": "forearm", "wrist": "hand"}  # fmt: skip
    for side, s in (("left", "L"), ("right", "R")):
        deform |= {f"{side}_{joint}": f"{bone}.{s}" for joint, bone in limbs.items()}
        fingers = {"thumb": "thumb", **{f: f"f_{f}" for f in ("index", "middle", "ring", "pinky")}}
        deform |= {f"{side}_{j}{k}": f"{b}.0{k}.{s}" for j, b in fingers.items() for k in (1, 2, 3)}
    names = {joint: f"DEF-{bone}" for joint, bone in deform.items()}
    names = {joint: bone for joint, bone in names.items() if bone in rig.data.bones}
    from orator.core.blender.rig_reader import describe

    described = describe(rig)
    twists = {f"{bone}.001" if bone[-2] != "." else f"{bone[:-2]}{bone[-2:]}.001": joint
              for joint, bone in names.items() if joint.endswith(("hip", "knee", "shoulder", "elbow"))}  # fmt: skip
    twists = {bone: joint for bone, joint in twists.items() if bone in rig.data.bones}
    places = {joint: described.by_name[bone].head for joint, bone in names.items()}
    _dress(rig, described, names, twists, places, np.eye(4), Look("rigify"))
    return rig
