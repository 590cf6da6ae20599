"""A table of any characters: what is found, how well a take is shown, where the feet are; and a sheet of pictures.

    PYTHONPATH=build/path:... python tests/readback/people.py FOLDER... --take TAKE.npz [--sheets OUT] [--write]

A FOLDER holds .blend, .glb, .gltf, .fbx, .vrm, .bvh files or .json bone tables (name, parent, head, tail, connected);
`found.py` makes one out of packages. --write puts the table into docs/rigs.md. Direction: mean
degrees between limb bones of rig and performance (legs from hip to ankle, since a rig keeps its own knees); feet: how
far the balls of standing feet are from their rest height, 5 and 95 %; knees: the median bend beyond the performance's.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

SEGMENTS = [
    (f"{s}_{a}", f"{s}_{b}")
    for s in ("left", "right")
    for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "ankle"), ("wrist", "middle1"))
]
LIFTED = 0.01
"""Metres above its lowest height from which a foot of the performance is one that steps, not one that stands."""
SUFFIXES = {".blend", ".glb", ".gltf", ".fbx", ".vrm", ".bvh", ".json"}


def opened(path: Path) -> bpy.types.Object | None:
    """The character of a file in an empty scene; None where there is none."""
    import orator
    from orator.core.blender import characters
    from orator.core.blender.holders import pose_bones

    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0
    if path.suffix == ".json":
        return _of_table(path)
    if path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path.resolve()), load_ui=False)
    elif path.suffix == ".bvh":
        bpy.ops.import_anim.bvh(filepath=str(path))
    elif path.suffix.lower() == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        copy = path if path.suffix.lower() != ".vrm" else Path(bpy.app.tempdir) / f"{path.stem}.glb"
        if copy != path:
            copy.write_bytes(path.read_bytes())
        bpy.ops.import_scene.gltf(filepath=str(copy))
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0
    found = characters.characters_in(bpy.context.scene)
    return max(found, key=lambda o: len(pose_bones(o)), default=None)


def _of_table(path: Path) -> bpy.types.Object:
    data = bpy.data.armatures.new(path.stem)
    rig = bpy.data.objects.new(path.stem, data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, parent, head, tail, connected in json.loads(path.read_text(encoding="utf-8")):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = head, tail
        if parent:
            bone.parent, bone.use_connect = data.edit_bones[parent], connected
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def _bend(points: dict[str, np.ndarray], side: str) -> float:
    hip, knee, ankle = (points[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
    return _angle(knee - hip, ankle - knee)


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    cosine = a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def measured(rig: bpy.types.Object, take: Path, count: int = 16) -> tuple[str, dict[str, float]]:
    """The coverage sentence of a dense bake, and the figures of the table."""
    from orator.core.bake.frames import sample_at
    from orator.core.bake.road import prepare
    from orator.core.bake.target import Keying
    from orator.core.blender import bake
    from orator.core.blender.bake_target import read_target
    from orator.core.formats.take_npz import read_take
    from orator.core.rig.rest import body_axes, joint_positions
    from orator.core.rotations import forward_kinematics
    from orator.core.skeleton import INDEX

    scene = bpy.context.scene
    made = read_take(take)
    target = read_target(rig, scene)
    prepared = prepare(made.performance, 0.0, target, Keying(None))
    bake.add_take(rig, replace(made, name="Take 1"), 0.0, prepared)
    joints = target.profile.present(target.description)
    rest = joint_positions(target.description, target.profile)
    axes, _ = body_axes(rest, target.description.world)
    whole = made.performance
    moved = forward_kinematics(whole.rotations.astype(float), whole.translation.astype(float))[0]
    floor = {side: float(moved[:, INDEX[f"{side}_foot"], 1].min()) for side in ("left", "right")}
    off, low, bends = [], [], []
    for frame in prepared.frames[:: max(1, len(prepared.frames) // count)]:
        scene.frame_set(int(frame))
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
        points = {j: np.array(pose.bones[b].matrix)[:3, 3] for j, b in joints.items()} if pose else {}
        want = sample_at(made.performance, np.array([frame / 30.0]))
        positions = forward_kinematics(want.rotations.astype(float), want.translation.astype(float))[0][0]
        for a, b in SEGMENTS:
            if a in points and b in points:
                off.append(_angle((points[b] - points[a]) @ axes, positions[INDEX[b]] - positions[INDEX[a]]))
        for side in ("left", "right"):
            ball = f"{side}_foot" if f"{side}_foot" in points else f"{side}_ankle"
            if ball in points and positions[INDEX[f"{side}_foot"]][1] - floor[side] < LIFTED:
                low.append(1000.0 * target.description.scale * float((points[ball] - rest[ball]) @ axes[:, 1]))
            if {f"{side}_{j}" for j in ("hip", "knee", "ankle")} <= points.keys():
                own = {f"{side}_{j}": positions[INDEX[f"{side}_{j}"]] for j in ("hip", "knee", "ankle")}
                bends.append(_bend(points, side) - _bend(own, side))
    out = {"sure": 100.0 * target.profile.confidence}
    if off:
        out["direction"] = float(np.mean(off))
    if low:
        out["low"], out["high"] = (float(x) for x in np.percentile(low, (5, 95)))
    if bends:
        out["knee"] = float(np.median(bends))
    return prepared.coverage.sentence(), out


def sticks(rig: bpy.types.Object) -> bpy.types.Object:
    """A body for a skeleton that has none: a spindle for each bone that deforms."""
    points, faces, groups = [], [], {}
    shown = [b for b in rig.data.bones if b.use_deform] or list(rig.data.bones)
    for bone in shown:
        ends = [child.head_local for child in bone.children] or [bone.tail_local]
        end = max(ends, key=lambda point: (point - bone.head_local).length)  # tails of imported bones mean little
        wide, first = 0.12 * (end - bone.head_local).length, len(points)
        along = (end - bone.head_local).normalized()
        x = along.orthogonal().normalized() * wide
        across = [x, along.cross(x), -x, -along.cross(x)]
        middle = bone.head_local.lerp(end, 0.2)
        points += [bone.head_local, *(middle + way for way in across), end]
        faces += [(first + a, first + 1 + k, first + 1 + (k + 1) % 4) for k in range(4) for a in (0, 5)]
        groups[bone.name] = list(range(first, first + 6))
    mesh = bpy.data.meshes.new("Sticks")
    mesh.from_pydata([tuple(p) for p in points], [], faces)
    body = bpy.data.objects.new("Sticks", mesh)
    bpy.context.scene.collection.objects.link(body)
    body.parent = rig
    body.modifiers.new("Armature", "ARMATURE").object = rig
    for name, rows in groups.items():
        body.vertex_groups.new(name=name).add(rows, 1.0, "REPLACE")
    return body


def sheet(rig: bpy.types.Object, path: Path, size: int = 360) -> None:
    """The character at three moments, from the front and from a side, in one picture."""
    from orator.core.blender.rig_reader import skinned_meshes

    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = size
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    camera.data.type, scene.camera = "ORTHO", camera
    meshes = skinned_meshes(rig) or [sticks(rig)]
    pictures: list[list[np.ndarray]] = [[], []]
    for frame in (60, 260, 420):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        corners = np.array(
            [o.matrix_world @ v.co for m in meshes for o in (m.evaluated_get(graph),) for v in o.data.vertices]
        )
        low, high = corners.min(axis=0), corners.max(axis=0)
        middle, wide = (low + high) / 2.0, 1.1 * float((high - low).max())
        for row, turn in zip(pictures, (0.0, np.radians(75.0)), strict=True):
            away = np.array([np.sin(turn), -np.cos(turn), 0.0])
            camera.location, camera.rotation_euler = middle + 10.0 * wide * away, (np.pi / 2.0, 0.0, turn)
            camera.data.ortho_scale, camera.data.clip_start, camera.data.clip_end = wide, 0.1 * wide, 100.0 * wide
            scene.render.filepath = str(Path(bpy.app.tempdir) / "one.png")
            bpy.ops.render.render(write_still=True)
            image = bpy.data.images.load(scene.render.filepath)
            row.append(np.array(image.pixels[:]).reshape(size, size, 4))
            bpy.data.images.remove(image)
    whole = np.concatenate([np.concatenate(row, axis=1) for row in reversed(pictures)], axis=0)
    out = bpy.data.images.new("Sheet", whole.shape[1], whole.shape[0])
    out.pixels.foreach_set(whole.astype(np.float32).ravel())
    out.filepath_raw, out.file_format = str(path), "PNG"
    out.save()


def row(path: Path, take: Path, sheets: Path | None) -> str:
    """The table's row of one file."""
    from orator.core.blender.rig_profile import read_rig
    from orator.core.errors import OratorError

    rig = opened(path)
    if rig is None:
        return f"| {path.stem} | no character | | | | | |"
    try:
        said, found = measured(rig, take)
    except OratorError as error:
        return f"| {path.stem} | refused: {str(error).split('. ')[0]} | | | | | |"
    feet = f"{found['low']:.0f} to {found['high']:.0f}" if "low" in found else ""
    numbers = [f"{found[k]:.1f}" if k in found else "" for k in ("direction", "knee")]
    title, covered = read_rig(rig)[1].title, said.split(";")[0]
    if sheets:
        sheets.mkdir(parents=True, exist_ok=True)
        sheet(rig, sheets / f"{path.stem}.png")
    return f"| {path.stem} | {title} | {found['sure']:.0f} | {covered} | {numbers[0]} | {feet} | {numbers[1]} |"


def main(argv: list[str]) -> int:
    """Prints the table; returns 0."""
    from helpers.marked import put

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--take", type=Path, default=Path("out/demo/take.npz"))
    parser.add_argument("--sheets", type=Path)
    parser.add_argument("--only", default="", help="files with this in their name")
    parser.add_argument("--write", action="store_true", help="the table into docs/rigs.md")
    args = parser.parse_args(argv)
    rows = ["| character | found as | sure % | covered | direction | feet mm | knees |", "| --- " * 7 + "|"]
    print("\n".join(rows))
    paths = (p for folder in args.folders for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    for path in sorted((p for p in paths if args.only in p.stem), key=lambda p: p.stem.lower()):
        rows.append(row(path, args.take, args.sheets))
        print(rows[-1], flush=True)
    if args.write:
        put(Path(__file__).resolve().parents[2] / "docs" / "rigs.md", "people", "\n".join(rows))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main(sys.argv[1:]))
