"""A head as a drawn picture: flat or banded colours, lines where groups meet, 256 x 256 RGBA."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter

from ....core.arrays import Array
from .heads import KINDS, Head, posed, ribbons
from .raster import paint, rasterise

SIZE = 256
_OVER = 2
_Span = tuple[float, float]
_PLAIN = np.isin(KINDS, ("line", "shine", "pupil", "white", "mouth", "teeth"))
"""Kinds that no shade falls on."""


@dataclass(frozen=True)
class Drawing:
    """How a head is drawn: colours (K, 3) of KINDS in sRGB 0 - 1, a line's pixels, bands of shade, and the view."""

    colours: Array
    line: int
    bands: int
    shade: float
    light: Array
    blush: float
    grain: float
    waves: Array
    scale: float
    up: float
    aside: float


def _colour(rng: np.random.Generator, hue: _Span, sat: _Span, val: _Span) -> Array:
    return np.array(colorsys.hsv_to_rgb(rng.uniform(*hue) % 1.0, rng.uniform(*sat), rng.uniform(*val)))


def make_drawing(rng: np.random.Generator) -> Drawing:
    """A way of drawing by chance; one in eight is ink without colour."""
    skin = _colour(rng, (0.03, 0.09), (0.1, 0.45), (0.72, 1.0))
    line = _colour(rng, (0.9, 1.15), (0.0, 0.6), (0.02, 0.35))
    hair = _colour(rng, (0.0, 1.0), (0.1, 0.9), (0.15, 0.95))
    iris = _colour(rng, (0.0, 1.0), (0.2, 0.9), (0.2, 0.85))
    table = {
        "skin": skin, "lips": skin * (1.0 if rng.random() < 0.7 else np.array([0.95, 0.68, 0.68])),
        "mouth": _colour(rng, (0.95, 1.03), (0.5, 0.9), (0.15, 0.5)), "white": np.full(3, rng.uniform(0.92, 1.0)),
        "iris": iris, "pupil": iris * rng.uniform(0.05, 0.4), "line": line,
        "brows": (hair * 0.5, line)[rng.integers(2)],
        "hair": hair, "teeth": np.full(3, 0.96), "tongue": _colour(rng, (0.96, 1.03), (0.4, 0.7), (0.6, 0.9)),
        "shirt": _colour(rng, (0.0, 1.0), (0.0, 0.9), (0.1, 0.95)), "shine": np.ones(3),
    }  # fmt: skip
    colours = np.stack([table[name] for name in KINDS])
    if rng.random() < 0.125:
        keep = [KINDS.index(n) for n in ("mouth", "tongue")]
        grey = np.repeat(colours.mean(axis=1, keepdims=True), 3, axis=1)
        grey[KINDS.index("skin")] = grey[KINDS.index("lips")] = rng.uniform(0.93, 1.0)
        grey[keep] = colours[keep]
        colours = grey
    bands = int(rng.choice([1, 1, 2, 2, 3, 0]))
    line_width = int(rng.choice([0, 1, 1, 2, 2, 3]))
    light = np.array([rng.uniform(-0.8, 0.8), -1.0, rng.uniform(0.2, 1.2)])
    return Drawing(
        colours, line_width, bands, rng.uniform(0.7, 0.9), light / np.linalg.norm(light), rng.choice([0.0, 0.6, 1.2]),
        rng.choice([0.0, 0.0, 0.03, 0.07]), rng.normal(size=(8, 4)) * np.array([160, 160, 160, 3.0]),
        rng.uniform(0.5, 0.66), rng.uniform(0.40, 0.47), rng.normal(0.0, 0.015),
    )  # fmt: skip


def _normals(p: Array, triangles: Array) -> Array:
    n = np.cross(p[triangles[:, 1]] - p[triangles[:, 0]], p[triangles[:, 2]] - p[triangles[:, 0]])
    out = np.stack([np.bincount(triangles.ravel(), np.repeat(n[:, k], 3), minlength=len(p)) for k in range(3)], axis=1)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def _lines(drawing: Drawing, group: Array, depth: Array, hair: Array) -> Array:
    """Where lines are, (S, S) bool: groups that meet, edges against clear, and steps in depth.

    `hair` is the height of hair, 0 elsewhere: its locks part from one another below the crown alone.
    """
    edge = np.zeros(group.shape, bool)
    deep = np.where(np.isfinite(depth), depth, 9.0)
    for axis in (0, 1):
        a = [slice(None)] * 2
        b = [slice(None)] * 2
        a[axis], b[axis] = slice(1, None), slice(None, -1)
        differs = (group[tuple(a)] != group[tuple(b)]) | (np.abs(deep[tuple(a)] - deep[tuple(b)]) > 0.03)
        locks = np.minimum(hair[tuple(a)], hair[tuple(b)])
        differs &= (locks == 0.0) | (np.maximum(hair[tuple(a)], hair[tuple(b)]) < 1.70)
        edge[tuple(a)] |= differs
        edge[tuple(b)] |= differs
    return maximum_filter(edge, drawing.line - 1) if drawing.line > 2 else edge


def draw(head: Head, drawing: Drawing, pose: Array) -> Array:
    """The picture (256, 256, 4) uint8 of a head at six numbers, sRGB with straight opacity."""
    p, rest = posed(head, pose)
    strips, strip_faces = ribbons(head, p)
    normal = np.concatenate([_normals(p, head.triangles), np.tile([0.0, -1.0, 0.0], (len(strips), 1))])
    triangles = np.concatenate([head.triangles, strip_faces + len(p)])
    count = len(strip_faces)
    kind = np.concatenate([head.kind, np.full(count, KINDS.index("line"))])
    group = np.concatenate([head.group, np.full(count, -2)])
    whole = np.concatenate([p, strips])
    size = SIZE * _OVER
    # The head's own height, whatever its size, fills the same share of the picture.
    metres = 0.27 * head.shape["size"] * head.shape["tall"] / drawing.scale
    middle = 1.445 + 0.2 * head.shape["size"] * head.shape["tall"] - head.shape["neck"]
    x = size * (0.5 + drawing.aside + whole[:, 0] / metres)
    y = size * (drawing.up - (whole[:, 2] - middle) / metres)
    depth, which, shares = rasterise(np.stack([x, y, whole[:, 1]], axis=1), triangles, size)
    seen = which >= 0
    tint = np.concatenate([head.tint, np.ones((len(strips), 3))])
    place = np.concatenate([rest, np.zeros((len(strips), 3))])
    image, height = paint(
        np.concatenate([normal, tint, place], axis=1),
        triangles,
        (which, shares),
        (drawing.colours[kind], _PLAIN[kind], np.where(kind == KINDS.index("lips"), 0.0, drawing.blush)),
        drawing.light,
        (drawing.bands, drawing.shade),
        (drawing.grain, drawing.waves),
    )
    if drawing.line:
        groups = np.where(seen, _merged(group, drawing)[which], -1)
        hair = np.where(seen & (kind == KINDS.index("hair"))[which], height, 0.0)
        lined = _lines(drawing, groups, depth, hair) & seen
        image[lined, :3] = drawing.colours[KINDS.index("line")]
    return _smaller(image)


def _merged(groups: Array, drawing: Drawing) -> Array:
    """Groups of one colour that no line parts: lips in the skin's, irises, shines and whites."""
    out = groups.copy()
    skin, lips = KINDS.index("skin"), KINDS.index("lips")
    if np.array_equal(drawing.colours[skin], drawing.colours[lips]):
        out[out == lips] = skin
    for name in ("iris", "pupil", "shine"):
        out[out == KINDS.index(name)] = KINDS.index("white")
    out[np.isin(out, [KINDS.index("teeth"), KINDS.index("tongue")])] = KINDS.index("mouth")
    return out


def _smaller(image: Array) -> Array:
    image[..., :3] *= image[..., 3:]
    small = 0.25 * (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2])
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    return (255.0 * small).round().clip(0, 255).astype(np.uint8)
