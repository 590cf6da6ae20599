"""Sheets of a picture with edges as soft as its own: opacity between layers, and the colours that belong to each.

A drawing program mixes what meets within a pixel. Cut hard, one layer keeps the mixed pixels and its edge is a
staircase as soon as it moves; here each mixed pixel is taken apart into how much of the upper layer covers it, and the
pure colours of both. Laid over one another in linear light, as a renderer does it, they are the picture again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..arrays import Array
from ..pictures import linear_to_srgb, srgb_to_linear

_WHOLE: Final = 224
"""Opacity that programs write for whole."""
BAND: Final = 3
"""Pixels to either side of an edge that may be mixed."""
_SOFT: Final = 1.2
"""Softness in pixels where nothing in the picture tells the two sides apart."""
_ALIKE, _UNLIKE = 30.0, 80.0
"""Colours of the two sides this near leave the edge to its shape alone; this far apart, to the picture alone."""
_OFF: Final = 36.0
"""A colour that is so far from both sides and all between them is a third one, such as a line's."""
_LINE: Final = 30.0
"""What is so far from the colour beyond it is a line."""
_SPECK: Final = 16.0
"""And this far, when it is small, a crumb of one."""
_SAME: Final = 18.0
"""What is so near the colour beyond a line is no part of it."""
_TOLD: Final = 0.45
"""Colours that say so much else than a pixel's area does are not followed; twice as much, not at all."""
_TILE: Final = 128
_MARGIN: Final = 24
"""Edges are few: a picture is looked at in squares of so many pixels, with so many about them."""
_ROUNDS: Final = 12
_EASED: Final = 40
"""Rounds in which mixed edges are taken apart, and hidden colours eased."""
_NEAR: Final = 1
"""So far, of 255, sheets may be off the picture where they meet."""
_UNSEEN: Final = 0.02
"""What shows so little of itself at a pixel is not seen there."""
_LOWER: Final = 0.2
"""How readily a lower layer gives up its colour; what lies under an edge should show none of it when the edge moves."""


def linear(colours: Array) -> Array:
    """sRGB of 0 - 255 as linear light of 0 - 1."""
    return srgb_to_linear(np.asarray(colours, np.float32) / 255.0)


def encoded(light: Array) -> Array:
    """Linear light of 0 - 1 as sRGB (uint8)."""
    return np.rint(255.0 * linear_to_srgb(np.clip(light, 0.0, 1.0))).astype(np.uint8)


def seeds_of(own: Array) -> Array:
    """Pixels of an area (H, W) that are no mix with what lies beside it; of parts thinner than that, their middles."""
    from scipy.ndimage import binary_erosion, distance_transform_edt

    out = binary_erosion(own, np.ones((3, 3)), iterations=2)
    for core in (binary_erosion(own, np.ones((3, 3))), own):
        far = distance_transform_edt(~out) > 4.0 if out.any() else np.ones_like(own)
        out = out | (core & far)
    return out


def nearest_colours(picture: Array, seeds: Array) -> Array:
    """The colours (H, W, 3) of the nearest seeds."""
    from scipy.ndimage import distance_transform_edt

    where = distance_transform_edt(~seeds, return_distances=False, return_indices=True)
    return picture[..., :3][where[0], where[1]]


def calm(colours: Array, soft: float) -> Array:
    """Colours (H, W, 3) without grain finer than so many pixels."""
    from scipy.ndimage import gaussian_filter

    out: Array = gaussian_filter(colours.astype(np.float32), (soft, soft, 0))
    return out


def coverage(picture: Array, upper: Array) -> Array:
    """How much of each pixel (H, W) an area of it covers, 0 - 1: hard but for a few pixels at its edge."""
    out = upper.astype(np.float32)
    height, width = upper.shape
    for y in range(0, height, _TILE):
        for x in range(0, width, _TILE):
            # What is looked at lies within the margin.
            top, left = max(0, y - _MARGIN), max(0, x - _MARGIN)
            rows, columns = slice(top, y + _TILE + _MARGIN), slice(left, x + _TILE + _MARGIN)
            part = upper[rows, columns]
            if part.all() or not part.any():
                continue
            inner = slice(y - top, y - top + _TILE), slice(x - left, x - left + _TILE)
            out[y : y + _TILE, x : x + _TILE] = _covered(picture[rows, columns], part)[inner]
    return out


def _covered(picture: Array, upper: Array) -> Array:
    """`coverage` of a part of a picture."""
    from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter

    whole = picture[..., 3] >= _WHOLE
    hard = upper.astype(np.float32)
    over, under = seeds_of(upper & whole), seeds_of(~upper & whole)
    if not (over.any() and under.any()):
        return hard
    block = np.ones((3, 3))
    band = binary_dilation(upper & whole, block, BAND) & binary_dilation(~upper & whole, block, BAND) & whole
    back = calm(nearest_colours(picture, under), 1.0)[band]
    colour = picture[..., :3][band].astype(np.float32)
    share, size = np.zeros(len(colour), np.float32), np.zeros(len(colour), np.float32)
    off = np.full(len(colour), np.inf)
    # What the upper side shows at its edge: its area's colour, or a thin line's along it, whichever explains more.
    for seeds in (over, binary_erosion(upper & whole, block), upper & whole):
        if not seeds.any():
            continue
        front = (calm(nearest_colours(picture, seeds), 1.0) if seeds is over else nearest_colours(picture, seeds))[band]
        front = front.astype(np.float32)
        mixed = _share(colour, front, back)
        rest = np.linalg.norm(colour - back - mixed[:, None] * (front - back), axis=1)
        better = rest < off - 6.0
        share[better] = _share(linear(colour), linear(front), linear(back))[better]
        size[better], off[better] = np.linalg.norm(front - back, axis=1)[better], rest[better]
    shape = gaussian_filter(hard, _SOFT)[band]
    told = np.clip((size - _ALIKE) / (_UNLIKE - _ALIKE), 0, 1) * np.clip(2.0 - off / _OFF, 0, 1)
    # Where two lines meet, the upper one looks like the lower side's colour: its area says whose it is.
    told *= np.clip(2.0 - np.abs(share - hard[band]) / _TOLD, 0, 1)
    out = hard
    out[band] = shape + (share - shape) * told
    out[out < 0.02] = 0.0
    out[out > 0.98] = 1.0
    return out


def _share(colour: Array, front: Array, back: Array) -> Array:
    """How much of `front` is in a mix (N, 3) of it with `back`: 0 - 1."""
    apart = front - back
    size = np.maximum((apart**2).sum(axis=1), 1e-9)
    return np.clip(((colour - back) * apart).sum(axis=1) / size, 0.0, 1.0)


def line_between(picture: Array, upper: Array, lower: Array, thick: int) -> Array:
    """The line (H, W) that parts two areas, where it was counted to the lower one: it joins the upper one, is at most
    so many pixels thick, and has another colour than what lies beyond it."""
    from scipy.ndimage import binary_propagation

    line, _ = _unlike_beyond(picture, upper, lower, thick, _LINE)
    out: Array = binary_propagation(upper, mask=upper | line, structure=np.ones((3, 3))) & line
    return out


def beyond_line(picture: Array, upper: Array, lower: Array, skin: Array, thick: int) -> Array:
    """What (H, W) of an upper area lies beyond its line: what along a lower one has its colours, and no skin's."""
    from scipy.ndimage import binary_dilation, binary_erosion, binary_propagation

    inner = binary_erosion(lower, np.ones((3, 3)), iterations=2)
    if not inner.any():
        return np.zeros_like(upper)
    near = upper & binary_dilation(lower, np.ones((3, 3)), 2 * thick)
    colours = calm(picture[..., :3], 0.5)
    alike = np.abs(colours - calm(nearest_colours(picture, inner), 1.5)).max(axis=2) < _SAME
    alike &= near & (np.abs(colours - skin).max(axis=2) > 2.0 * _SAME)
    found = binary_propagation(lower, mask=lower | alike) & alike
    # The line keeps a pixel about it, with which it is mixed.
    out: Array = found & ~binary_dilation(upper & ~found, np.ones((3, 3)))
    return out


def specks_between(picture: Array, upper: Array, lower: Array, thick: int) -> Array:
    """Crumbs (H, W) of the line between two areas, as wax and brushes leave them beside it."""
    from scipy.ndimage import binary_dilation, label

    line, outside = _unlike_beyond(picture, upper, lower, thick, _SPECK)
    areas, count = label(line, np.ones((3, 3)))
    # What goes on beyond is an edge of what lies there.
    going_on = np.unique(areas[binary_dilation(outside, np.ones((3, 3)), 2)])
    return line & ~np.isin(areas, going_on) & (count > 0)


def _unlike_beyond(picture: Array, upper: Array, lower: Array, thick: int, least: float) -> tuple[Array, Array]:
    """Pixels (H, W) of the lower area near the upper one that are unlike what lies beyond, and what lies beyond."""
    from scipy.ndimage import binary_dilation

    rim = binary_dilation(upper, iterations=thick)
    outside = lower & ~rim & (picture[..., 3] >= _WHOLE)
    if not outside.any():
        return np.zeros_like(upper), outside
    beyond = calm(nearest_colours(picture, outside), 1.5)
    return rim & lower & (np.abs(calm(picture[..., :3], 0.7) - beyond).max(axis=2) > least), outside


def taken_apart(picture: Array, opacity: list[Array], colours: list[Array]) -> list[Array]:
    """Colours (H, W, 3) uint8 of sheets, the upper ones first, that make up the picture, laid over one another.

    `opacity`: of each, (H, W) of 0 - 1; `colours`: what each should show, (H, W, 3) uint8, followed as far as can be.
    """
    left = np.ones(picture.shape[:2], np.float32)
    weights = []
    for a in opacity:
        weights.append(left * a)
        left = left * (1.0 - a)
    most = np.max(weights, axis=0)
    mixed = (picture[..., 3] >= _WHOLE) & (most > 0.0) & (most < 1.0)
    w = np.stack([weight[mixed] for weight in weights])
    light = np.stack([linear(c[mixed]) for c in colours])
    target = linear(picture[..., :3][mixed])
    ready = w * np.where(np.cumsum(w > 0.05, axis=0) <= 1, 1.0, _LOWER)
    norm = np.maximum((w * ready).sum(axis=0), 1e-6)
    total = np.maximum(w.sum(axis=0), 1e-6)[:, None]
    # What lies lower turns no brighter or darker than the picture is: that would show when the edge moves.
    nearer = np.cumsum(w > 0.05, axis=0) <= 1
    low = np.where(nearer[..., None], 0.0, np.minimum(light, target))
    high = np.where(nearer[..., None], 1.0, np.maximum(light, target))
    for _ in range(_ROUNDS):
        missing = target * total - (w[..., None] * light).sum(axis=0)
        light = np.clip(light + (ready / norm)[..., None] * missing, low, high)
    out = []
    alone = (picture[..., 3] >= _WHOLE) & (most >= 1.0)
    for c, new, weight in zip(colours, light, weights, strict=True):
        c = c.copy()
        c[mixed] = encoded(new)
        c[alone & (weight >= 1.0)] = picture[..., :3][alone & (weight >= 1.0)]
        out.append(c)
    return out


def unlike(picture: Array, opacity: list[Array], colours: list[Array], near: Array | None = None) -> Array:
    """Pixels (H, W) where sheets laid over one another are not the picture, at them or half way to the next ones.

    `near` (H, W): look about these pixels alone.
    """
    out = np.zeros(picture.shape[:2], bool)
    flat = out.reshape(-1)
    for pixels, shown, low, high, _ in _between(picture, opacity, colours, _places(opacity, near)):
        seen = encoded(shown).astype(int)
        off = np.maximum(low - seen, seen - high).max(axis=1) > _NEAR
        flat[pixels[off]] = True
    return out


def _places(opacity: list[Array], near: Array | None) -> Array:
    """Pixels, counted row by row, at which several sheets meet, or right below or beside; about `near` (H, W) alone."""
    from scipy.ndimage import binary_dilation

    # Elsewhere there is but one sheet.
    several = binary_dilation(sum((a > 0.0).astype(np.uint8) for a in opacity) > 1, np.ones((3, 3)), 2)
    if near is not None:
        several &= binary_dilation(near, np.ones((3, 3)), 2)
    rows, columns = np.nonzero(several[:-1, :-1])
    out: Array = rows * several.shape[1] + columns
    return out


def _between(
    picture: Array, opacity: list[Array], colours: list[Array], places: Array
) -> Iterator[tuple[Array, Array, Array, Array, Array]]:
    """What is seen at some pixels, half way to the next ones, and amidst four.

    Each time the n pixels (N, n) that lie about, what is seen (N, 3) of linear light, the least and most (N, 3) that
    the picture has at these pixels, 0 - 255, and how much of each sheet's colour at each of them is seen (sheets,
    N, n). Clear pixels have no such.
    """
    width = picture.shape[1]
    parts = [(c.reshape(-1, 3), a.reshape(-1)) for a, c in zip(opacity, colours, strict=True)]
    flat, solid = picture[..., :3].reshape(-1, 3), (picture[..., 3] >= _WHOLE).reshape(-1)
    for steps in ((0,), (0, 1), (0, width), (0, 1, width, width + 1)):
        pixels = places[:, None] + np.array(steps)
        pixels = pixels[solid[pixels].all(axis=1)]
        seen, left = np.zeros((len(pixels), 3), np.float32), np.ones(len(pixels), np.float32)
        shares = []
        for c, a in parts:
            own = a[pixels]
            alpha = own.mean(axis=1)
            mean = (c[pixels] * own[..., None]).mean(axis=1)
            seen += (left * alpha)[:, None] * linear(np.clip(mean / np.maximum(alpha, 1e-6)[:, None], 0, 255))
            shares.append(left[:, None] * own / len(steps))
            left = left * (1.0 - alpha)
        around = flat[pixels].astype(int)
        yield pixels, seen, around.min(axis=1), around.max(axis=1), np.stack(shares)


def eased(picture: Array, opacity: list[Array], colours: list[Array], near: Array, fixed: Array) -> list[Array]:
    """Sheets' colours (H, W, 3) that about pixels `near` (H, W) change as little as lets them be the picture between
    its pixels, where they are not seen at them: what lies under an edge has its own colours then, as far as can be.

    `fixed` (H, W): no sheet changes there.
    """
    out, places = [c.copy() for c in colours], _places(opacity, near)
    width, left, free = picture.shape[1], np.ones(picture.shape[:2], np.float32), []
    for a in opacity:
        free.append(((left * a < _UNSEEN) & (a > 0.0) & ~fixed).reshape(-1))
        left = left * (1.0 - a)
    about = np.unique(places[:, None] + np.array((0, 1, width, width + 1)))
    light = [linear(c.reshape(-1, 3)[about]) for c in colours]
    # None gets a colour beyond its own and those of the picture there.
    rows, columns = (np.clip(k, 1, n - 2) for k, n in zip(np.divmod(about, width), picture.shape, strict=False))
    around = [linear(picture[rows + y, columns + x, :3]) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    bounds = [(np.minimum(c, np.min(around, axis=0)), np.maximum(c, np.max(around, axis=0))) for c in light]
    for _ in range(_EASED):
        total, count = np.zeros((len(out), len(about), 3), np.float32), np.zeros((len(out), len(about)), np.float32)
        for pixels, shown, low, high, shares in _between(picture, opacity, out, places):
            off = np.clip(shown, linear(low), linear(high)) - shown
            worth = shares * np.stack([f[pixels] for f in free])
            norm = (worth**2).sum(axis=(0, 2))
            k, n, j = np.nonzero((worth > 0.0) & ((norm > 1e-3) & (np.abs(off).max(axis=1) > 1e-4))[:, None])
            at = k, np.searchsorted(about, pixels[n, j])
            np.add.at(total, at, off[n] * (worth[k, n, j] / norm[n])[:, None])
            np.add.at(count, at, 1.0)
        for layer, c in enumerate(out):
            step = total[layer] / np.maximum(count[layer], 1.0)[:, None]
            light[layer] = np.clip(light[layer] + step, *bounds[layer])
            c.reshape(-1, 3)[about] = encoded(light[layer])
    return out
