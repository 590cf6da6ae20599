"""Reading an exported file back and comparing it with the scene: what arrived, and how exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bpy
import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..formats.gltf import animation_times
from .export_bare import evaluated_points
from .export_run import gltf_rate
from .export_stage import exported_meshes, shown_range

READABLE: Final = (".fbx", ".glb", ".gltf", ".usd", ".usdc", ".usda")
_COLLECTIONS: Final = (
    "objects meshes armatures actions materials images textures shape_keys collections lights cameras "
    "node_groups worlds texts scenes"
).split()
_NEAR: Final = 0.001
_SOON: Final = 0.002
_WIDE: Final = 10.0
"""As far as a shape's value can go in Blender."""


@dataclass(frozen=True)
class Shown:
    """What the scene shows at some frames.

    frames  (F,) whole frames of the file; rate: frames a second; points (F, N, 3) world positions of every vertex.
    """

    frames: Array
    rate: float
    points: Array
    bones: int
    shapes: frozenset[str]


@dataclass(frozen=True)
class Arrived:
    """What a file brought back.

    worst       mm: the farthest that any vertex is from where the scene has it, over all compared frames.
    shift       frames by which the file's motion is late, 0 when it is not.
    shapes_of   how many shapes the character has.
    animations  names of the animations in the file.
    off         seconds that the file's last key is away from its true time, by the file itself (glTF).
    unlike      mm that the file's surface is away from the one that is seen, for want of modifiers.
    hidden      whether a hidden mesh that the take moves stayed out.
    notes       what could not come along, in sentences.
    """

    bones: int
    meshes: int
    shapes: int
    frames: int
    worst: float
    shift: int
    shapes_of: int = 0
    animations: tuple[str, ...] = ()
    off: float = 0.0
    unlike: float = 0.0
    hidden: bool = False
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether all that is seen arrived: vertices within a millimetre, frame for frame, and every shape."""
        return self.true and self.worst < 1000.0 * _NEAR and self.shift == 0 and self.shapes == self.shapes_of

    @property
    def true(self) -> bool:
        """Whether the file's times are true, and its meshes are those that are seen."""
        return abs(self.off) < _SOON and self.unlike < 1000.0 * _NEAR and not self.hidden

    def sentence(self) -> str:
        """For the report after an export."""
        late = f", {self.shift:+d} frames shifted" if self.shift else ""
        late += f", times {self.off:+.3f} s off" if abs(self.off) >= _SOON else ""
        away = f"vertices within {self.worst:.2f} mm at {self.frames} frames" if np.isfinite(self.worst) else (
            "no mesh to compare"
        )  # fmt: skip
        named = f"; animation {', '.join(self.animations)}" if self.animations else ""
        return (
            f"read back: {self.meshes} meshes, {self.bones} bones, {self.shapes} of {self.shapes_of} shapes; "
            f"{away}{late}{named}{''.join(f'; {note}' for note in self.notes)}"
        )


def shape_names(meshes: list[bpy.types.Object]) -> frozenset[str]:
    """Names of the shape keys of these meshes; the bases, and what the artist muted, are left out."""
    keys = [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys is not None]
    return frozenset(b.name for key in keys for b in key.key_blocks if b != key.reference_key and not b.mute)


def record(meshes: list[bpy.types.Object], first: int, last: int, samples: int = 20) -> Shown:
    """What the current scene shows of these meshes at `samples` whole frames of it."""
    scene = bpy.context.scene
    frames = np.unique(np.linspace(first, last, samples).round()).astype(int)
    rigs = {mesh.find_armature() for mesh in meshes} - {None}
    bones = sum(len(rig.data.bones) for rig in rigs)
    return Shown(
        frames, scene.render.fps / scene.render.fps_base, _clouds(meshes, scene, frames), bones, shape_names(meshes)
    )


def _clouds(meshes: list[bpy.types.Object], scene: bpy.types.Scene, frames: Array) -> Array:
    """(F, N, 3) float32 world positions of all vertices at frames, which may be fractions."""
    out = []
    for frame in frames:
        whole = int(np.floor(frame + 1e-6))
        scene.frame_set(whole, subframe=max(0.0, float(frame - whole)))
        points = [evaluated_points(mesh) for mesh in meshes]
        out.append(np.concatenate(points).astype(np.float32) if points else np.zeros((0, 3), np.float32))
    return np.array(out)


@contextmanager
def _visitor(rate: float, gltf: bool) -> Iterator[bpy.types.Scene]:
    """A scene to import into; it and all that came with it are gone afterwards."""
    before = {name: set(getattr(bpy.data, name)) for name in _COLLECTIONS if hasattr(bpy.data, name)}
    window = bpy.context.window
    assert window is not None
    own = bpy.context.scene
    scene = bpy.data.scenes.new("Orator export check")
    try:
        window.scene = scene
        whole = max(1, round(rate))
        scene.render.fps, scene.render.fps_base = gltf_rate(rate) if gltf else (whole, whole / rate)
        yield scene
    finally:
        window.scene = own
        # At once, since each refers to others: one by one, Blender 4.2 follows a reference to what was freed before.
        lists = {name: getattr(bpy.data, name) for name in before}
        came = [
            b for name, blocks in lists.items() if hasattr(blocks, "remove") for b in blocks if b not in before[name]
        ]
        bpy.data.batch_remove(came)


def _import(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), anim_offset=0.0, automatic_bone_orientation=False)
    elif suffix in (".glb", ".gltf"):
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif suffix in READABLE:
        bpy.ops.wm.usd_import(filepath=str(path), set_frame_range=False)
    else:
        raise OratorError(f"'{path.suffix}' files are not read back.")


def _unbounded(meshes: list[bpy.types.Object]) -> None:
    """Importers bound shapes to 0 - 1, and so cut what plays beyond, as expressions and driven shapes do."""
    for mesh in meshes:
        for block in mesh.data.shape_keys.key_blocks if mesh.data.shape_keys is not None else ():
            block.slider_min, block.slider_max = -_WIDE, _WIDE


def _farthest(a: Array, b: Array) -> float:
    """Metres: every vertex' path over all frames (F, N, 3) against its nearest in the other, both ways.

    Importers may split and reorder vertices, so paths are matched, not numbers.
    """
    if a.shape == b.shape:
        direct = float(np.linalg.norm(a - b, axis=2).max())
        if direct < _NEAR:
            return direct
    return max(_one_way(a, b), _one_way(b, a))


def _one_way(a: Array, b: Array) -> float:
    from scipy.spatial import cKDTree

    picks = np.linspace(0, len(a) - 1, 4).round().astype(int)
    mine, theirs = (np.concatenate(list(paths[picks]), axis=1) for paths in (a, b))
    near = cKDTree(theirs).query(mine, k=min(6, len(theirs)))[1].reshape(len(mine), -1)
    apart = np.full(a.shape[1], np.inf)
    for candidate in near.T:
        apart = np.minimum(apart, np.linalg.norm(a - b[:, candidate], axis=2).max(axis=0))
    return float(apart.max())


def read_back(path: Path, shown: Shown) -> Arrived:
    """Import a file again and compare it with what the scene showed; nothing of it is left behind."""
    path = Path(path)
    actions = set(bpy.data.actions)
    with _visitor(shown.rate, path.suffix.lower() in (".glb", ".gltf")) as visitor:
        _import(path)
        # Blender's FBX importer in Python takes the rate for a whole number of frames a second.
        rate = round(shown.rate) / shown.rate if path.suffix.lower() == ".fbx" else 1.0
        rigs = [o for o in visitor.objects if o.type == "ARMATURE"]
        meshes = [o for o in visitor.objects if o.type == "MESH" and (o.parent in rigs or o.find_armature() in rigs)]
        _unbounded(meshes)
        worst, shift = np.inf, 0
        for late in (0, 1, -1) if meshes and shown.points.shape[1] else ():
            away = _farthest(shown.points, _clouds(meshes, visitor, (shown.frames + late) * rate))
            if away < worst:
                worst, shift = away, late
            if worst < _NEAR:
                break
        bones = sum(len(rig.data.bones) for rig in rigs)
        shapes = len(shape_names(meshes) & shown.shapes)
        names = _animations(path, [action.name for action in bpy.data.actions if action not in actions])
    return Arrived(bones, len(meshes), shapes, len(shown.frames), worst * 1000.0, shift, len(shown.shapes), names)


def _animations(path: Path, actions: list[str]) -> tuple[str, ...]:
    """The animations' names: a glTF file lists them; of FBX, Blender's importer calls Actions 'Rig|Name|Layer'."""
    suffix = path.suffix.lower()
    if suffix in (".glb", ".gltf"):
        return tuple(name for name, _, _ in animation_times(path))
    if suffix == ".fbx":
        return tuple(dict.fromkeys(parts[1] for name in actions if len(parts := name.split("|")) > 1))
    return ()


def compare(character: bpy.types.Object, path: Path, samples: int = 20, fps: float | None = None) -> Arrived:
    """Import a file of what the character shows and compare its vertices with the scene's at `samples` frames.

    fps: the file's frames a second, None for the scene's. Nothing is left behind.
    """
    scene = bpy.context.scene
    kept = scene.frame_current, scene.frame_subframe
    own = scene.render.fps / scene.render.fps_base
    rate = (fps or own) / own
    first, last = shown_range(character)
    files = np.unique(np.linspace(np.ceil(first * rate), np.floor(last * rate), samples).round()).astype(int)
    meshes = exported_meshes(character)
    try:
        points = _clouds(meshes, scene, files / rate)
    finally:
        scene.frame_set(kept[0], subframe=kept[1])
    shown = Shown(files, fps or own, points, len(character.data.bones), shape_names(meshes))
    return read_back(Path(path), shown)
