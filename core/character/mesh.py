"""A mesh as plain arrays, and the few things done to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..arrays import Array


@dataclass(frozen=True)
class Part:
    """One mesh object.

    vertices  (N, 3) metres, Blender axes
    faces     (M, 4) int vertex indices; a triangle has -1 in its last place
    materials the names of its materials, and `material` (M,) int: which one each face has
    weights   (N, 55) by joint, rows sum to 1
    tint      (N, 3) linear colour multiplied into the skin, or None
    keys      shape key name -> (N, 3) displacement at value 1
    """

    name: str
    vertices: Array
    faces: Array
    materials: tuple[str, ...]
    material: Array
    weights: Array
    tint: Array | None = None
    keys: dict[str, Array] = field(default_factory=dict)


def part(name: str, vertices: Array, faces: Array, material: str, weights: Array) -> Part:
    """A part of one material."""
    return Part(name, vertices, as_quads(faces), (material,), np.zeros(len(faces), np.int32), weights)


def as_quads(faces: Array) -> Array:
    """(M, 3) or (M, 4) faces as (M, 4)."""
    faces = np.asarray(faces, np.int64)
    if faces.shape[1] == 3:
        faces = np.hstack([faces, np.full((len(faces), 1), -1)])
    return faces


def merge(name: str, parts: list[Part]) -> Part:
    """Several parts as one, their materials and shape keys by name."""
    materials = tuple(dict.fromkeys(m for one in parts for m in one.materials))
    names = tuple(dict.fromkeys(k for one in parts for k in one.keys))
    offsets = np.cumsum([0] + [len(one.vertices) for one in parts])
    tints = None
    if any(one.tint is not None for one in parts):
        tints = np.concatenate([np.ones_like(p.vertices) if p.tint is None else p.tint for p in parts])
    return Part(
        name,
        np.concatenate([one.vertices for one in parts]),
        np.concatenate([np.where(p.faces >= 0, p.faces + o, -1) for p, o in zip(parts, offsets, strict=False)]),
        materials,
        np.concatenate([np.array([materials.index(m) for m in p.materials])[p.material] for p in parts]),
        np.concatenate([one.weights for one in parts]),
        tints,
        {key: np.concatenate([p.keys.get(key, np.zeros_like(p.vertices)) for p in parts]) for key in names},
    )


def mirror_name(name: str) -> str:
    """'eyeBlinkLeft' -> 'eyeBlinkRight' and back; names without a side stay."""
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def mirror_part(one: Part, joint_mirror: Array) -> Part:
    """The other side's part: X turned round, faces turned, weights and shape keys of the other side."""
    flip = np.array([-1.0, 1.0, 1.0])
    faces = one.faces[:, ::-1].copy()
    triangle = one.faces[:, 3] < 0
    faces[triangle] = np.hstack([one.faces[triangle, 2::-1], np.full((int(triangle.sum()), 1), -1)])
    return replace(
        one,
        vertices=one.vertices * flip,
        faces=faces,
        weights=one.weights[:, joint_mirror],
        keys={mirror_name(k): d * flip for k, d in one.keys.items()},
    )


def edges_of(faces: Array) -> Array:
    """(E, 2) the unique edges."""
    quads = faces[faces[:, 3] >= 0]
    triangles = faces[faces[:, 3] < 0]
    pairs = [quads[:, [i, (i + 1) % 4]] for i in range(4)] + [triangles[:, [i, (i + 1) % 3]] for i in range(3)]
    return np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)


def relax(vertices: Array, edges: Array, amount: float = 0.5, times: int = 1) -> Array:
    """Vertices moved towards the mean of their neighbours. `vertices` may be (N,) or (N, C)."""
    flat = vertices.reshape(len(vertices), -1)
    a, b = edges.T
    count = np.maximum(np.bincount(np.concatenate([a, b]), minlength=len(flat)), 1)[:, None]
    for _ in range(times):
        total = np.stack(
            [
                np.bincount(a, weights=flat[b, c], minlength=len(flat))
                + np.bincount(b, weights=flat[a, c], minlength=len(flat))
                for c in range(flat.shape[1])
            ],
            axis=1,
        )
        flat = flat + amount * (total / count - flat)
    return flat.reshape(vertices.shape)
