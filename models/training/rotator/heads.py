"""Heads to learn from: the project's own character in other proportions, hair, eyes and colours, as plain arrays.

All of it is in the character's rest pose, Blender's axes. A head's six numbers move it as a rig would: lids and jaw by
the character's shapes, the turns about the neck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.spatial.transform import Rotation

from ....core.arrays import Array
from ....core.character import build
from ....core.character.mesh import Part
from ....core.character.places import EYE, EYE_RADIUS, MOUTH_Z, joint
from ....core.skeleton import INDEX

TURN = np.radians(15.0)
SHAPES = {
    "left": {"eyeBlinkLeft": 1.0},
    "right": {"eyeBlinkRight": 1.0},
    "mouth": {"jawOpen": 0.85, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
}
"""What 1 of a number does."""
KINDS = (
    "skin",
    "lips",
    "mouth",
    "white",
    "iris",
    "pupil",
    "line",
    "brows",
    "hair",
    "teeth",
    "tongue",
    "shirt",
    "shine",
)
_KIND_OF = {
    "Skin": "skin", "Lips": "lips", "Mouth": "mouth", "Eye White": "white", "Iris": "iris", "Iris Rim": "pupil",
    "Pupil": "pupil", "Lashes": "line", "Brows": "brows", "Hair": "hair", "Teeth": "teeth", "Gums": "tongue",
    "Tongue": "tongue", "Sweater": "shirt", "Ribbing": "shirt",
}  # fmt: skip


@dataclass(frozen=True)
class Base:
    """The character above the chest: vertices (V, 3), shapes name -> (V, 3), how much each turns with the head (V,),

    triangles (T, 3), a kind (T,) by KINDS, tint (V, 3), eyeballs (V,) bool, and polylines of lids and lips.
    """

    vertices: Array
    shapes: dict[str, Array]
    turns: Array
    triangles: Array
    kind: Array
    tint: Array
    eyes: Array
    rims: dict[str, Array]


@dataclass(frozen=True)
class Head:
    """One head: what `Base` has with hair of its own, its groups (T,) that a line parts, and its proportions."""

    vertices: Array
    shapes: dict[str, Array]
    turns: Array
    triangles: Array
    kind: Array
    group: Array
    tint: Array
    eyes: Array
    rims: dict[str, Array]
    shape: dict[str, float]


def _triangles(part: Part, keep: Array) -> tuple[Array, Array]:
    quads = part.faces[keep]
    kind = np.array([KINDS.index(_KIND_OF.get(m, "shirt")) for m in part.materials])[part.material[keep]]
    four = quads[:, 3] >= 0
    triangles = np.concatenate([quads[:, :3], quads[four][:, [0, 2, 3]]])
    return triangles, np.concatenate([kind, kind[four]])


@lru_cache(maxsize=1)
def base() -> Base:
    """The character's arrays, put together once."""
    character = build()
    vertices, turns, tint, triangles, kinds, eyes = [], [], [], [], [], []
    shapes: dict[str, list[Array]] = {name: [] for name in SHAPES}
    rims: dict[str, Array] = {}
    first = 0
    head_joints = [INDEX[n] for n in ("head", "jaw", "left_eye_smplhf", "right_eye_smplhf")]
    for part in character.parts:
        if part.name == "Hands":
            continue
        corners = part.vertices[np.where(part.faces >= 0, part.faces, part.faces[:, :1])]
        keep = (corners[..., 2].min(axis=1) > 1.15) & (np.abs(corners[..., 0]).max(axis=1) < 0.2)
        f, k = _triangles(part, keep)
        triangles.append(f + first)
        kinds.append(k)
        vertices.append(part.vertices)
        turns.append(part.weights[:, head_joints].sum(axis=1) + 0.5 * part.weights[:, INDEX["neck"]])
        tint.append(np.ones_like(part.vertices) if part.tint is None else part.tint)
        eyes.append(np.full(len(part.vertices), part.name == "Eyes"))
        for name, mix in SHAPES.items():
            nothing = np.zeros_like(part.vertices)
            shapes[name].append(sum((v * part.keys.get(n, nothing) for n, v in mix.items()), nothing))
        if part.name == "Head":
            h = character.head
            left, low = h.upper_rim, h.lower_rim
            rims = {"upper_left": left, "lower_left": low, "upper_right": h.mirror[left], "lower_right": h.mirror[low]}
            for name, half in (("lip_upper", h.lips_upper), ("lip_lower", h.lips_lower)):
                rims[name] = np.concatenate([h.mirror[half][::-1], half[1:]])
            rims = {name: rim + first for name, rim in rims.items()}
        first += len(part.vertices)
    # Only what a picture of the head shows.
    used, flat = np.unique(np.concatenate(triangles), return_inverse=True)
    return Base(
        np.concatenate(vertices)[used],
        {name: np.concatenate(parts)[used] for name, parts in shapes.items()},
        np.clip(np.concatenate(turns), 0.0, 1.0)[used],
        flat.reshape(-1, 3),
        np.concatenate(kinds),
        np.concatenate(tint)[used],
        np.concatenate(eyes)[used],
        {name: np.searchsorted(used, rim) for name, rim in rims.items()},
    )


def _shell(azimuth: Array, z: Array, wide: float) -> Array:
    """Places over the skull: azimuth from the front in radians, height in metres."""
    round_ = np.sqrt(np.clip(1.0 - (np.clip(z - 1.70, 0.0, None) / 0.098) ** 2, 0.0, 1.0))
    x, y = 0.096 * wide * round_ * np.sin(azimuth), -0.111 * round_ * np.cos(azimuth)
    return np.stack([x, y * np.where(y > 0, 1.06 * wide, 1.0) + 0.004, z], axis=-1)


def _sheet(rows: int, columns: int) -> Array:
    k = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([k[:-1, :-1], k[1:, :-1], k[1:, 1:], k[:-1, 1:]], axis=-1).reshape(-1, 4)
    return np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]])


def _lock(middle: float, half: float, top: float, tip: float, lean: float, wide: float) -> Array:
    """A pointed lock (9, 5, 3) from the top of the head down to its tip."""
    s = np.linspace(0.0, 1.0, 9)[:, None]
    across = np.linspace(-1.0, 1.0, 5)[None]
    width = half * np.clip(1.0 - s**2.2, 0.0, 1.0)
    z = np.broadcast_to(top + (tip - top) * s, (9, 5))
    return _shell(middle + lean * s + across * width, z, wide)


def _hair(rng: np.random.Generator) -> list[Array]:
    """Sheets (R, C, 3) of hair: fringe, locks beside the face, and what hangs behind."""
    wide = rng.uniform(1.0, 1.16)
    sheets = []
    if rng.random() < 0.85:
        count = int(rng.integers(3, 8))
        edges = np.radians(np.linspace(-62, 62, count + 1))
        tip, lean = rng.uniform(1.626, 1.672), rng.normal(0.0, 0.12)
        for a, b in pairwise(edges):
            own = tip + rng.normal(0.0, 0.006) - 0.012 * abs(a + b) / 2
            half = 0.62 * (b - a)
            sheets.append(_lock((a + b) / 2, half, 1.7975, own, lean + rng.normal(0, 0.04), wide))
    if rng.random() < 0.7:
        tip = rng.uniform(1.46, 1.60)
        sheets += [
            _lock(side * rng.uniform(1.2, 1.4), 0.3, 1.7975, tip + rng.normal(0, 0.01), 0.0, wide + 0.03)
            for side in (-1.0, 1.0)
        ]
    if rng.random() < 0.75:
        low, flare = rng.uniform(1.36, 1.58), rng.uniform(-0.1, 0.35)
        s = np.linspace(0.0, 1.0, 12)[:, None]
        azimuth = np.radians(np.linspace(75.0, 285.0, 25))[None]
        z = 1.7975 + (low - 1.7975) * s + 0.012 * np.cos(azimuth * rng.integers(4, 11)) * s**4
        sheet = _shell(np.broadcast_to(azimuth, z.shape), z, wide)
        sheet[..., 0] *= 1.0 + flare * s**2
        sheets.append(sheet)
    return sheets


def _shine(rng: np.random.Generator) -> list[Array]:
    """A light on each eye, (5, 9, 3): the same side on both."""
    right, up, size = rng.uniform(-0.35, 0.35), rng.uniform(0.1, 0.4), rng.uniform(0.1, 0.22)
    radius, round_ = np.linspace(0.0, 1.0, 5)[:, None] * size, np.linspace(0, 2 * np.pi, 9)[None]
    x, z = right + radius * np.cos(round_), up + radius * 1.2 * np.sin(round_)
    x, z = x * 0.5, z * 0.5
    ray = np.stack([x, -np.sqrt(np.clip(1 - x**2 - z**2, 0.05, None)), z], axis=-1)
    ray *= EYE_RADIUS * 1.012
    return [ray + EYE, ray + EYE * np.array([-1.0, 1.0, 1.0])]


def make_head(rng: np.random.Generator) -> Head:
    """A head by chance."""
    b = base()
    vertices, turns, tint, eyes = [b.vertices], [b.turns], [b.tint], [b.eyes]
    triangles, kind, group = [b.triangles], [b.kind], [b.kind.copy()]
    first = len(b.vertices)
    sheets = [("hair", sheet) for sheet in _hair(rng)] + [("shine", sheet) for sheet in _shine(rng)]
    for number, (name, sheet) in enumerate(sheets):
        rows, columns = sheet.shape[:2]
        flat = sheet.reshape(-1, 3)
        vertices.append(flat)
        turns.append(np.clip(1.0 - 1.6 * np.clip(1.56 - flat[:, 2], 0.0, None), 0.0, 1.0))
        tint.append(np.ones_like(flat))
        eyes.append(np.zeros(len(flat), bool))
        f = _sheet(rows, columns)
        triangles.append(f + first)
        kind.append(np.full(len(f), KINDS.index(name)))
        group.append(np.full(len(f), len(KINDS) + number if name == "hair" else KINDS.index("shine")))
        first += len(flat)
    eye = rng.uniform(1.0, 1.75)
    shape = {
        "eye_wide": eye * rng.uniform(0.85, 1.05), "eye_tall": eye * rng.uniform(0.95, 1.2),
        "iris": rng.uniform(0.95, 1.45), "mouth": rng.uniform(0.65, 1.15), "chin": rng.uniform(0.0, 0.38),
        "wide": rng.uniform(0.95, 1.22), "tall": rng.uniform(0.9, 1.05), "nose": rng.uniform(0.0, 0.016),
        "size": rng.uniform(1.05, 1.6), "cap": rng.uniform(1.0, 1.07), "brow": rng.uniform(0.0, 0.012),
        "neck": rng.uniform(0.01, 0.045), "rim": rng.uniform(0.0006, 0.0016), "lip": rng.uniform(0.0004, 0.0011),
    }  # fmt: skip
    more = first - len(b.vertices)
    shapes = {name: np.concatenate([d, np.zeros((more, 3))]) for name, d in b.shapes.items()}
    return Head(
        np.concatenate(vertices), shapes, np.concatenate(turns), np.concatenate(triangles), np.concatenate(kind),
        np.concatenate(group), np.concatenate(tint), np.concatenate(eyes), b.rims, shape,
    )  # fmt: skip


def _scaled_about(p: Array, x: float, z: float, radius: float, wide: float, tall: float) -> None:
    """Everything in front grows about a place of the face, fading out; in place."""
    dx, dz = p[:, 0] - x, p[:, 2] - z
    near = np.exp(-((dx / radius) ** 2) - (dz / radius) ** 2) * np.clip((-0.02 - p[:, 1]) / 0.02, 0.0, 1.0)
    p[:, 0] += (wide - 1.0) * dx * near
    p[:, 2] += (tall - 1.0) * dz * near


def _proportioned(head: Head, p: Array) -> Array:
    """Points (V, 3) of the character in a head's proportions."""
    s, p = head.shape, p.copy()
    for side in (-1.0, 1.0):
        ball = head.eyes & (np.sign(p[:, 0]) == side)
        q = p[ball] - EYE * np.array([side, 1.0, 1.0])
        away = np.hypot(q[:, 0], q[:, 2]) / EYE_RADIUS
        q[:, [0, 2]] *= (1.0 + (s["iris"] - 1.0) * np.exp(-((away / 0.75) ** 4)))[:, None]
        p[ball] = q + EYE * np.array([side, 1.0, 1.0])
    _scaled_about(p, 0.0, MOUTH_Z, 0.034, s["mouth"], 0.5 + 0.5 * s["mouth"])
    for side in (-1.0, 1.0):
        _scaled_about(p, side * EYE[0], EYE[2], 0.030, s["eye_wide"], s["eye_tall"])
    nose = np.exp(-((p[:, 0] / 0.014) ** 2) - ((p[:, 2] - 1.582) / 0.022) ** 2) * (p[:, 1] < -0.03)
    p[:, 1] += s["nose"] * nose
    low = np.clip((1.60 - p[:, 2]) / 0.10, 0.0, 1.0)
    p[:, 0] *= 1.0 - s["chin"] * low**1.5 * head.turns * (p[:, 1] < 0.02)
    about = np.array([0.0, 0.0, joint("neck")[2] + 0.03])
    grown = (p - about) * np.array([s["wide"], 1.0, s["tall"]]) * s["size"] + about
    grown[:, 2] -= s["neck"]
    return p + (grown - p) * head.turns[:, None] ** 0.7


def posed(head: Head, pose: Array) -> tuple[Array, Array]:
    """Vertices (V, 3) at six numbers (head_x, head_y, neck_z, left eye, right eye, mouth), and the character's own."""
    face = head.vertices + sum(v * head.shapes[n] for n, v in zip(("left", "right", "mouth"), pose[3:], strict=True))
    p = _proportioned(head, face)
    turn = Rotation.from_euler("ZXY", [pose[1] * TURN, pose[0] * TURN, -pose[2] * TURN]).as_matrix()
    about = joint("neck") + np.array([0.0, 0.0, 0.02])
    turned = (p - about) @ turn.T + about
    return p + (turned - p) * head.turns[:, None], head.vertices


def ribbons(head: Head, p: Array) -> tuple[Array, Array]:
    """Lines along lids and lips as strips before the skin: vertices (V, 3) and triangles, in the line's colour."""
    out, faces, first = [], [], 0
    scale = head.shape["size"]
    thick = {"upper": head.shape["rim"] * 1.6, "lower": head.shape["rim"] * 0.5, "lip": head.shape["lip"]}
    for name, rim in head.rims.items():
        line = p[rim]
        s = np.linspace(-1.0, 1.0, len(rim))
        half = thick[name.split("_")[0]] * scale * (0.3 + 0.7 * np.sqrt(1.0 - 0.98 * s**2))
        along = np.gradient(line[:, [0, 2]], axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        offset = np.insert(normal * half[:, None], 1, 0.0, axis=1)
        forward = np.array([0.0, -0.0026 * scale, 0.0])
        strip = np.stack([line - offset + forward, line + offset + forward])
        out.append(strip.reshape(-1, 3))
        faces.append(_sheet(2, len(rim)) + first)
        first += 2 * len(rim)
    return np.concatenate(out), np.concatenate(faces)
