"""Where a drawn face has its eyes, brows, mouth and chin: proposed from the picture, checked after the artist.

Places are pixels from the top left. Left and right are the character's, so its left eye is on the picture's right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError

NAMES: Final = (
    "eye_left",
    "eye_right",
    "eye_left_corner",
    "eye_right_corner",
    "eye_left_top",
    "eye_right_top",
    "brow_left",
    "brow_right",
    "mouth",
    "mouth_left",
    "mouth_right",
    "chin",
    "cheek_left",
    "cheek_right",
)
"""Centres of the eyes, their outer corners and highest points; the brows' middles; the mouth's middle and corners; the
chin's lowest point; the face's edge at the height of the eyes."""
_ALIKE: Final = 40.0
_WHITER: Final = 16
"""So much more of its weakest primary makes a white of skin."""
_FLAT: Final = 0.4
"""What is so much less high than wide is a brow rather than an eye."""
_RIM: Final = 0.014
"""How thick rims of glasses are at most: twice that, in widths of the face."""
Place = tuple[float, float]


@dataclass(frozen=True)
class Marks:
    """Places by NAMES, and sentences about what was not found and is only guessed."""

    places: dict[str, Place]
    notes: tuple[str, ...] = ()

    def at(self, name: str) -> Array:
        return np.array(self.places[name], float)

    def eye_size(self, side: str) -> tuple[float, float]:
        """Half the width and half the height of an eye."""
        centre = self.at(f"eye_{side}")
        width = abs(self.at(f"eye_{side}_corner")[0] - centre[0])
        return float(width), float(centre[1] - self.at(f"eye_{side}_top")[1])

    @property
    def face(self) -> tuple[Array, float, float]:
        """Middle of the face, half its width, and its height from the eyes to the chin."""
        left, right = self.at("cheek_left"), self.at("cheek_right")
        eyes = (self.at("eye_left") + self.at("eye_right")) / 2.0
        middle = np.array([(left[0] + right[0]) / 2.0, eyes[1]])
        return middle, float((left[0] - right[0]) / 2.0), float(self.at("chin")[1] - eyes[1])


def check_marks(marks: Marks, width: int, height: int) -> None:
    """Raises OratorError when marks lie outside the picture, are crossed, or on one another."""
    missing = [name for name in NAMES if name not in marks.places]
    if missing:
        raise OratorError(f"The marks {', '.join(missing[:3])} are missing: undo, or add the picture again.")
    for name in NAMES:
        x, y = marks.places[name]
        if not (np.isfinite([x, y]).all() and 0 <= x < width and 0 <= y < height):
            raise OratorError(f"The mark '{name}' lies outside the picture: drag it back onto the face.")
    crossed = (
        ("eye_right", "eye_left", 0, "The marks of the eyes are crossed: the character's left eye is on your right."),
        ("mouth_right", "mouth_left", 0, "The corners of the mouth are crossed: its left is on your right."),
        ("cheek_right", "cheek_left", 0, "The marks of the cheeks are crossed: its left is on your right."),
        ("eye_left_top", "eye_left", 1, "The top of the left eye lies below its middle."),
        ("eye_right_top", "eye_right", 1, "The top of the right eye lies below its middle."),
        ("mouth", "chin", 1, "The chin lies above the mouth."),
        ("eye_left", "mouth", 1, "The mouth lies above the left eye."),
        ("eye_right", "mouth", 1, "The mouth lies above the right eye."),
    )
    for first, second, axis, sentence in crossed:
        if marks.places[second][axis] - marks.places[first][axis] < 2.0:
            raise OratorError(f"{sentence} Drag the marks to where their names say.")
    for side in ("left", "right"):
        if marks.eye_size(side)[0] < 2.0:
            raise OratorError(f"The corner of the {side} eye lies on its middle. Drag it to the eye's outer corner.")


def guessed(picture: Array) -> Marks:
    """Marks of an upright face by usual proportions, from the outline of what is not clear."""
    solid = picture[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not len(rows):
        raise OratorError("The picture is empty: every pixel is clear. Choose another one.")
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    half = min((right - left) * 0.22, (bottom - top) * 0.25)
    upper = solid[top : top + max(1, (bottom - top) // 3)]
    middle = float(np.flatnonzero(upper.any(axis=0)).mean())
    return _from_eyes(middle, top + (bottom - top) * 0.42, half)


def _from_eyes(middle: float, eyes: float, half: float) -> Marks:
    """Usual proportions about the middle between the eyes; `half` is half the face's width."""
    places: dict[str, Place] = {"mouth": (middle, eyes + half * 0.78), "chin": (middle, eyes + half * 1.22)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        x = middle + sign * half * 0.46
        places[f"eye_{side}"] = (x, eyes)
        places[f"eye_{side}_corner"] = (x + sign * half * 0.24, eyes)
        places[f"eye_{side}_top"] = (x, eyes - half * 0.2)
        places[f"brow_{side}"] = (x, eyes - half * 0.42)
        places[f"mouth_{side}"] = (middle + sign * half * 0.26, eyes + half * 0.78)
        places[f"cheek_{side}"] = (middle + sign * half, eyes)
    return Marks(places, ("no face was found, so the marks are a guess: drag them",))


@dataclass(frozen=True)
class _Patch:
    """A piece of the face that is not skin."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    area: int

    @property
    def width(self) -> float:
        return self.right - self.left


def skin_of(picture: Array) -> tuple[Array, Array] | None:
    """Colour of the skin and the mask (H, W) of its largest joined area, its holes filled out; None without one."""
    from scipy.ndimage import binary_closing, label

    solid = picture[..., 3] > 200
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    top, height = rows[0], rows[-1] - rows[0] + 1
    middle, width = int((columns[0] + columns[-1]) / 2), columns[-1] - columns[0] + 1
    window = np.zeros_like(solid)
    window[top + int(height * 0.15) : top + int(height * 0.7), max(0, middle - width // 5) : middle + width // 5] = True
    colours = picture[window & solid][:, :3]
    if len(colours) < 100:
        return None
    bins, counts = np.unique(colours // 24, axis=0, return_counts=True)
    best = None
    for k in np.argsort(counts)[::-1][:4]:
        mine = colours[(np.abs(colours.astype(int) - (bins[k] * 24 + 12)) <= 24).all(axis=1)]
        colour = np.median(mine, axis=0)
        alike = solid & (np.linalg.norm(picture[..., :3] - colour, axis=2) < _ALIKE)
        areas, _ = label(binary_closing(alike, iterations=1))
        inside = areas[window & (areas > 0)]
        if not len(inside):
            continue
        which = np.bincount(inside).argmax()
        mask = (areas == which) & solid
        # Skin is light and warm more often than hair or clothes are.
        worth = mask[window].sum() * (0.4 + colour.mean() / 255.0) * (1.2 if colour[0] >= colour[2] else 0.8)
        if best is None or worth > best[0]:
            best = (worth, colour, mask)
    return None if best is None else (best[1], best[2])


def _whites(picture: Array, skin: Array) -> Array:
    """The whites (H, W) of eyes, which pale skin is near to: clearly whiter than it, and more than a fleck."""
    from scipy.ndimage import binary_opening

    colours = picture[..., :3].astype(int)
    white = (colours.min(axis=2) > min(skin.min() + _WHITER, 252)) & (colours > skin - 6).all(axis=2)
    out: Array = binary_opening(white & (picture[..., 3] > 200), iterations=1)
    return out


def _patches(mask: Array, solid: Array) -> list[_Patch]:
    """What lies within the skin and is none of it."""
    from scipy.ndimage import binary_fill_holes, find_objects, label

    inside = binary_fill_holes(mask) & ~mask & solid
    areas, count = label(inside, np.ones((3, 3)))
    out = []
    sizes = np.bincount(areas.ravel(), minlength=count + 1)
    for k, (rows, columns) in enumerate(find_objects(areas), start=1):
        if sizes[k] < max(12, 2e-5 * mask.size):
            continue
        y, x = np.nonzero(areas[rows, columns] == k)
        out.append(
            _Patch(
                float(x.mean() + columns.start),
                float(y.mean() + rows.start),
                float(columns.start),
                float(columns.stop - 1),
                float(rows.start),
                float(rows.stop - 1),
                int(sizes[k]),
            )
        )
    return out


def _eyes(patches: list[_Patch], middle: float, width: float) -> tuple[_Patch, _Patch] | None:
    """The pair of patches most alike, level, symmetric and large: (right, left) of the character."""
    best, found = 0.0, None
    for a in patches:
        for b in patches:
            apart = b.x - a.x
            if not 0.12 * width < apart < 0.8 * width or abs(a.y - b.y) > 0.2 * apart:
                continue
            if not 0.45 < a.area / b.area < 2.2 or max(a.width, b.width) > 0.9 * apart:
                continue
            off = abs((a.x + b.x) / 2 - middle) / width
            thick = min((p.bottom - p.top) / max(p.width, 1.0) for p in (a, b))
            worth = min(a.area, b.area) * np.exp(-((off / 0.15) ** 2)) * np.clip(thick / 0.45, 0.1, 1.0)
            if worth > best:
                best, found = worth, (a, b)
    return found


def propose(picture: Array) -> Marks:
    """Marks for a picture (H, W, 4) uint8, as well as simple means find them. Raises OratorError for an empty one."""
    from scipy.ndimage import binary_opening

    start = guessed(picture)
    found = skin_of(picture)
    if found is None:
        return start
    mask = found[1]
    rows = np.flatnonzero(mask.sum(axis=1) > 3)
    columns = np.flatnonzero(mask.sum(axis=0) > 3)
    if len(rows) < 20 or len(columns) < 20:
        return start
    width = float(columns[-1] - columns[0])
    patches = _patches(mask & ~_whites(picture, found[0]), picture[..., 3] > 200)
    # Lines as thin as a hair are closed over in the skin, and skin within glasses does not join it.
    alike = np.linalg.norm(picture[..., :3] - found[0], axis=2) < _ALIKE
    pair = _eyes(patches, float(columns.mean()), width)
    if pair is None or max(p.bottom - p.top for p in pair) < _FLAT * min(p.width for p in pair):
        # Brows are as alike as eyes; glasses join eyes, but their rims are thin.
        solid = picture[..., 3] > 200
        rims = max(1, round(_RIM * width))
        blobs = _patches(~binary_opening(solid & ~alike | _whites(picture, found[0]), iterations=rims), solid)
        pair = _eyes(blobs, float(columns.mean()), width) or pair
    if pair is None:
        return start
    return _marked(mask, patches, pair, picture.shape, lambda: _patches(mask & alike, picture[..., 3] > 200))


def _marked(
    mask: Array,
    patches: list[_Patch],
    pair: tuple[_Patch, _Patch],
    shape: tuple[int, ...],
    thin: Callable[[], list[_Patch]],
) -> Marks:
    """All marks about a pair of eyes; `thin`: patches with the thinnest lines, where a mouth may be."""
    right, left = pair
    middle, eyes, apart = (right.x + left.x) / 2, (right.y + left.y) / 2, left.x - right.x
    row = np.flatnonzero(mask[int(eyes) : int(eyes + apart * 0.3) + 1].any(axis=0))
    row = row[np.abs(row - middle) < apart * 1.4]
    half = float(min(middle - row[0], row[-1] - middle)) if len(row) else apart
    out = dict(_from_eyes(middle, eyes, max(half, apart * 0.7)).places)
    notes: list[str] = []
    for side, eye, sign in (("left", left, 1.0), ("right", right, -1.0)):
        y = (eye.top + eye.bottom) / 2
        out[f"eye_{side}"] = ((eye.left + eye.right) / 2, y)
        out[f"eye_{side}_corner"] = (eye.right if sign > 0 else eye.left, y)
        out[f"eye_{side}_top"] = ((eye.left + eye.right) / 2, eye.top)
        above = [
            p
            for p in patches
            if p.bottom < eye.top + 2 and abs(p.x - eye.x) < eye.width and p.y > eye.top - apart * 0.7
        ]
        brow = max(above, key=lambda p: p.width, default=None)
        gap = (eye.bottom - eye.top) * 0.35
        out[f"brow_{side}"] = (eye.x, eye.top - gap) if brow is None else (brow.x, brow.y)
    low = max(left.bottom, right.bottom) - 2

    def lips(found: list[_Patch]) -> _Patch | None:
        below = [
            p for p in found if p.top > low and abs(p.x - middle) < apart * 0.3 and apart * 0.15 < p.width < apart * 1.4
        ]
        return max(below, key=lambda p: p.width - 0.3 * (p.bottom - p.top), default=None)

    mouth = lips(patches) or lips(thin())
    if mouth is None:
        notes.append("the mouth was not found: drag its marks")
    else:
        y = (mouth.top + mouth.bottom) / 2
        out["mouth"] = ((mouth.left + mouth.right) / 2, y)
        out["mouth_left"], out["mouth_right"] = (mouth.right, y), (mouth.left, y)
    out["chin"] = (out["mouth"][0], _chin(mask, out["mouth"], eyes, apart))
    height, width = shape[:2]
    held = {n: (float(np.clip(x, 0, width - 1)), float(np.clip(y, 0, height - 1))) for n, (x, y) in out.items()}
    return replace(Marks(held), notes=tuple(notes))


def _chin(mask: Array, mouth: Place, eyes: float, apart: float) -> float:
    """Where the skin ends below the mouth, within usual proportions; a neck of the same colour is cut off."""
    x, y = int(mouth[0]), int(mouth[1])
    column = mask[:, max(0, x - 2) : x + 3].mean(axis=1) > 0.5
    end = y + int(0.15 * apart)
    while end < len(column) - 1 and column[end] and end < y + 1.1 * (y - eyes):
        end += 1
    return float(end) if end < y + 1.05 * (y - eyes) else _round_chin(mask, x, y, eyes)


def _round_chin(mask: Array, x: int, y: int, eyes: float) -> float:
    """The lowest point of the ellipse whose sides the jaw's are, down to where a neck of its colour begins."""
    usual = y + 0.55 * (y - eyes)
    widths = []
    for row in mask[int(eyes) : int(y + 1.1 * (y - eyes))]:
        ends = np.flatnonzero(~row)
        left, right = ends[ends < x], ends[ends > x]
        widths.append((right[0] - left[-1]) / 2.0 if len(left) and len(right) else 0.0)
    half = np.array(widths)
    neck = half[int(y - eyes) :].min(initial=np.inf)
    at = round(0.7 * (y - eyes))
    if not 0 < neck < 0.8 * half[at]:
        return usual
    corner = at + np.flatnonzero(half[at:] <= 1.06 * neck)[0]
    wider = (half[at] / neck) ** 2
    chin = eyes + np.sqrt((wider * corner**2 - at**2) / (wider - 1.0))
    return float(np.clip(chin, y + 0.3 * (y - eyes), y + 0.9 * (y - eyes)))
