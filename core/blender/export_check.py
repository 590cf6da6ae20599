"""Reading an exported file back and comparing it with the scene: what arrived, and how exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..errors import OratorError
from .export_stage import evaluated_points, shown_range
from .rig_reader import skinned_meshes

_COLLECTIONS = (
    "objects meshes armatures actions materials images textures shape_keys collections lights cameras".split()
)
_COLLECTIONS += ["node_groups", "scenes"]


@dataclass(frozen=True)
class Arrived:
    """What a file brought back.

    worst   mm: the farthest that any vertex is from where the scene has it, over all compared frames.
    shift   frames by which the file's motion is late, 0 when it is not.
    """

    bones: int
    meshes: int
    shapes: int
    frames: int
    worst: float
    shift: int

    def sentence(self) -> str:
        """For the report after an export."""
        late = f", {self.shift:+d} frames shifted" if self.shift else ""
        return (
            f"read back: {self.meshes} meshes, {self.bones} bones, {self.shapes} shapes; "
            f"vertices within {self.worst:.2f} mm at {self.frames} frames{late}"
        )


@contextmanager
def _visitor() -> Iterator[bpy.types.Scene]:
    """A scene to import into; it and all that came with it are gone afterwards."""
    before = {name: set(getattr(bpy.data, name)) for name in _COLLECTIONS if hasattr(bpy.data, name)}
    window = bpy.context.window
    own = bpy.context.scene
    scene = bpy.data.scenes.new("Orator export check")
    scene.render.fps, scene.render.fps_base = own.render.fps, own.render.fps_base
    try:
        window.scene = scene
        yield scene
    finally:
        window.scene = own
        for name, old in before.items():
            for block in [b for b in getattr(bpy.data, name) if b not in old]:
                if hasattr(getattr(bpy.data, name), "remove"):
                    getattr(bpy.data, name).remove(block)


def _import(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), anim_offset=0.0, automatic_bone_orientation=False)
    elif suffix in (".glb", ".gltf"):
        bpy.ops.import_scene.gltf(filepath=str(path))
    else:
        raise OratorError(f"'{path.suffix}' files are not read back.")


def _clouds(meshes: list[bpy.types.Object], scene: bpy.types.Scene, frames: list[float]) -> list[np.ndarray]:
    out = []
    for frame in frames:
        scene.frame_set(int(np.floor(frame)), subframe=float(frame - np.floor(frame)))
        out.append(np.concatenate([evaluated_points(mesh) for mesh in meshes]))
    return out


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    """The farthest any point of a is from b's nearest, metres; importers may split and reorder vertices."""
    from scipy.spatial import cKDTree

    if len(a) == len(b):
        direct = float(np.linalg.norm(a - b, axis=1).max())
        if direct < 0.001:
            return direct
    return float(max(cKDTree(b).query(a)[0].max(), cKDTree(a).query(b)[0].max()))


def compare(character: bpy.types.Object, path: Path, samples: int = 20, fps: float | None = None) -> Arrived:
    """Import a file again and compare its vertices with the scene's at `samples` frames; nothing is left behind."""
    scene = bpy.context.scene
    kept = scene.frame_current, scene.frame_subframe
    first, last = shown_range(character)
    rate = (fps or scene.render.fps / scene.render.fps_base) / (scene.render.fps / scene.render.fps_base)
    files = np.unique(np.linspace(np.ceil(first * rate), np.floor(last * rate), samples).round())
    frames = [float(f) for f in files / rate]
    own = [m for m in skinned_meshes(character) if not m.hide_viewport and len(m.data.vertices)]
    wanted = _clouds(own, scene, frames)
    with _visitor() as visitor:
        if fps:
            whole = max(1, round(fps))
            visitor.render.fps, visitor.render.fps_base = whole, whole / fps
        _import(Path(path))
        rigs = [o for o in visitor.objects if o.type == "ARMATURE"]
        meshes = [o for o in visitor.objects if o.type == "MESH" and (o.parent in rigs or o.find_armature() in rigs)]
        shapes = sum(len(m.data.shape_keys.key_blocks) - 1 for m in meshes if m.data.shape_keys)
        worst, shift = np.inf, 0
        for late in (0, 1, -1):
            got = _clouds(meshes, visitor, [float(f) + late for f in files]) if meshes else []
            far = max((_distance(a, b) for a, b in zip(wanted, got, strict=False)), default=np.inf)
            if far < worst:
                worst, shift = far, late
            if worst < 0.001:
                break
        bones = sum(len(r.data.bones) for r in rigs)
        result = Arrived(bones, len(meshes), shapes, len(frames), worst * 1000.0, shift)
    scene.frame_set(kept[0], subframe=kept[1])
    return result
