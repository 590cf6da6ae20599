"""One Blender's part of the read-back trial: characters with a take, exported, imported again, compared.

Knows nothing of Orator's own check: a file is imported with Blender's importers into an empty scene, and the path of
every vertex over all compared frames must be found there. Prints one JSON line a file.

    python tests/readback/worker.py TAKE.npz --members orator,mixamo --files glb,fbx --fps 30
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = 20


@dataclass(frozen=True)
class Outcome:
    """worst: mm, the farthest that a vertex is from where the scene has it at any compared frame."""

    blender: str
    member: str
    importer: str
    fps: float
    file_fps: float
    vertices: int
    shapes: int
    shapes_back: int
    worst: float
    shift: int
    seconds: float
    error: str = ""


def frames_of(armature) -> list[int]:
    """Frames to compare: SAMPLES of them over the take that is shown."""
    first, last = (round(f) for f in armature.animation_data.action.frame_range)
    return sorted({round(f) for f in np.linspace(first, last, SAMPLES)})


def clouds(meshes: list, times: list[float]) -> np.ndarray:
    """(F, N, 3) world positions of every evaluated vertex at scene frames, which may be fractions."""
    import bpy

    out = []
    for time_ in times:
        whole = int(np.floor(time_ + 1e-6))
        bpy.context.scene.frame_set(whole, subframe=max(0.0, time_ - whole))
        graph = bpy.context.evaluated_depsgraph_get()
        points = []
        for mesh in meshes:
            evaluated = mesh.evaluated_get(graph)
            data = evaluated.to_mesh()
            values = np.empty(3 * len(data.vertices), np.float32)
            data.vertices.foreach_get("co", values)
            world = np.array(evaluated.matrix_world, dtype=np.float64)
            points.append(values.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
            evaluated.to_mesh_clear()
        out.append(np.concatenate(points))
    return np.array(out)


def farthest(a: np.ndarray, b: np.ndarray) -> float:
    """mm: for every path in a (F, N, 3) the nearest path in b and the other way, the farthest of all.

    Importers split and reorder vertices, so paths are matched, over all frames at once.
    """
    from scipy.spatial import cKDTree

    def one_way(p: np.ndarray, q: np.ndarray) -> float:
        picks = np.linspace(0, len(p) - 1, 4).round().astype(int)
        flat = [np.concatenate(list(x[picks]), axis=1) for x in (p, q)]
        found = cKDTree(flat[1]).query(flat[0], k=min(6, len(flat[1])))[1].reshape(len(flat[0]), -1)
        apart = np.full(p.shape[1], np.inf)
        for k in range(found.shape[1]):
            apart = np.minimum(apart, np.linalg.norm(p - q[:, found[:, k]], axis=2).max(axis=0))
        return float(apart.max())

    return 1000.0 * max(one_way(a, b), one_way(b, a))


def importers() -> dict[str, tuple[str, Callable[[str], object]]]:
    """Name -> (suffix of the file, import)."""
    import bpy

    found = {
        "glb": (".glb", lambda path: bpy.ops.import_scene.gltf(filepath=path)),
        "fbx": (".fbx", lambda path: bpy.ops.import_scene.fbx(filepath=path, anim_offset=0.0)),
    }
    found["usd"] = (".usdc", lambda path: bpy.ops.wm.usd_import(filepath=path))
    try:
        bpy.ops.wm.fbx_import.get_rna_type()
        found["fbx (new)"] = (".fbx", lambda path: bpy.ops.wm.fbx_import(filepath=path, anim_offset=0.0))
    except (KeyError, AttributeError):
        pass
    return found


def set_fps(fps: float) -> None:
    import bpy

    render = bpy.context.scene.render
    render.fps, render.fps_base = round(fps), round(fps) / fps


def deformed(armature) -> list:
    from orator.core.blender.rig_reader import skinned_meshes

    return [mesh for mesh in skinned_meshes(armature) if len(mesh.data.vertices)]


def shape_names(meshes: list) -> set[str]:
    keys = [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys]
    return {block.name for key in keys for block in key.key_blocks if block != key.reference_key}


def perform(member: str, take: Path, fps: float, shared: Path):
    """A new file with a member of the cast that shows the take; its armature."""
    import bpy
    from helpers.cast import add_member
    from orator.core.bake.road import prepare
    from orator.core.blender import bake
    from orator.core.blender.bake_target import read_target
    from orator.core.formats.take_npz import read_take

    bpy.ops.wm.read_factory_settings(use_empty=True)
    set_fps(fps)
    armature = add_member(member, shared)
    set_fps(fps)
    start = 1.0 / fps
    made = read_take(take)
    target = read_target(armature, bpy.context.scene)
    bake.add_take(armature, made, start, prepare(made.performance, start, target))
    bpy.context.view_layer.update()
    return armature


def trial(member: str, take: Path, wanted: list[str], fps: float, file_fps: float, shared: Path) -> list[Outcome]:
    """Export a member at scene frames `fps` into files of `file_fps`, and import each file again."""
    import bpy
    from orator.core.blender.export import export_shown
    from orator.core.blender.export_options import ExportOptions

    armature = perform(member, take, fps, shared)
    frames, own = frames_of(armature), deformed(armature)
    if file_fps != fps:  # only frames that exist in both
        last = frames[-1]
        frames = [f for f in range(1, last + 1) if abs(f * file_fps / fps - round(f * file_fps / fps)) < 1e-6]
        frames = [frames[k] for k in sorted({round(x) for x in np.linspace(0, len(frames) - 1, SAMPLES)})]
    shown = clouds(own, frames)
    names = shape_names(own)
    out = []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for suffix in sorted({importers()[name][0] for name in wanted if name in importers()}):
            files[suffix] = Path(folder) / f"out{suffix}"
            export_shown(armature, files[suffix], ExportOptions(fps=None if file_fps == fps else file_fps))
        for name in wanted:
            if name not in importers():
                continue
            begun = time.monotonic()
            suffix, load = importers()[name]
            bpy.ops.wm.read_factory_settings(use_empty=True)
            set_fps(file_fps)
            load(str(files[suffix]))
            # The importer in Python takes the rate for a whole number of frames.
            rate = round(file_fps) / file_fps if name == "fbx" else 1.0
            set_fps(file_fps)
            rigs = [o for o in bpy.context.scene.objects if o.type == "ARMATURE"]
            meshes = [m for rig in rigs for m in deformed(rig)]
            worst, shift = np.inf, 0
            for late in (0, 1, -1) if meshes else ():
                back = clouds(meshes, [(f * file_fps / fps + late) * rate for f in frames])
                apart = farthest(shown, back)
                if apart < worst:
                    worst, shift = apart, late
                if worst < 1.0:
                    break
            back_names = names & shape_names(meshes)
            took = time.monotonic() - begun
            version = bpy.app.version_string.split()[0]
            out.append(Outcome(version, member, name, fps, file_fps, shown.shape[1], len(names), len(back_names),
                               round(worst, 4), shift, round(took, 1)))  # fmt: skip
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", type=Path)
    parser.add_argument("--members", default="orator")
    parser.add_argument("--files", default="glb,fbx,fbx (new),usd")
    parser.add_argument("--fps", default="30", help="scene rates, or SCENE>FILE for files of another rate")
    args = parser.parse_args()
    os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="orator-readback-")
    sys.path[:0] = [str(ROOT / "tests")]
    import conftest  # noqa: F401  (makes `import orator` find this checkout)

    shared = Path(os.environ.get("ORATOR_SHARED", ROOT.parent / "shared"))
    import bpy
    import orator

    orator.register()
    for member in args.members.split(","):
        for rate in args.fps.split(","):
            scene, _, file = rate.partition(">")
            try:
                found = trial(member, args.take, args.files.split(","), float(scene), float(file or scene), shared)
            except Exception as error:
                traceback.print_exc()
                version = bpy.app.version_string.split()[0]
                found = [Outcome(version, member, "-", float(scene), float(file or scene), 0, 0, 0, -1.0, 0, 0.0,
                                 f"{type(error).__name__}: {error}")]  # fmt: skip
            for outcome in found:
                print("OUTCOME " + json.dumps(asdict(outcome)), flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
