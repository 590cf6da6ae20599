"""Where a drawn face has its eyes, brows, mouth and chin: proposed from the picture, checked after the artist.

Places are pixels from the top left. Left and right are the character's, so its left eye is on the picture's right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from .beard import beard_of
from .patches import Patch, alike_above, joined, lips, pair_of_eyes, patches_of, whites

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
_FLAT: Final = 0.4
"""What is so much less high than wide is a brow rather than an eye."""
_RIM: Final = 0.014
"""How thick rims of glasses are at most: twice that, in widths of the face."""
_ROSY: Final = 12
"""Skin is yellow rather than pink, or so little pink; hair may be any colour."""
_TURNED, _ASKEW = 1.15, 1.8
"""How much farther a turned face goes on to one side of its eyes than to the other; more is no face."""
_ENOUGH: Final = 1200
"""A picture with a longer side than this is looked at in half its size."""
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


def near(picture: Array, colour: Array) -> Array:
    """Pixels (H, W) that are alike a colour."""
    off = picture[..., :3].astype(np.float32) - np.asarray(colour, np.float32)
    out: Array = np.einsum("ijk,ijk->ij", off, off) < _ALIKE**2
    return out


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
    codes = (colours // 24).astype(int) @ (121, 11, 1)
    found, counts = np.unique(codes, return_counts=True)
    bins = np.stack([found // 121, found // 11 % 11, found % 11], axis=1)
    best = None
    for k in np.argsort(counts)[::-1][:4]:
        mine = colours[(np.abs(colours.astype(int) - (bins[k] * 24 + 12)) <= 24).all(axis=1)]
        colour = np.median(mine, axis=0)
        alike = solid & near(picture, colour)
        areas, _ = label(binary_closing(alike, iterations=1))
        inside = areas[window & (areas > 0)]
        if not len(inside):
            continue
        which = np.bincount(inside).argmax()
        mask = (areas == which) & solid
        # Skin is light and warm more often than hair or clothes are.
        warm = 1.2 if colour[0] >= colour[1] >= colour[2] - _ROSY else 0.8 if colour[0] >= colour[2] else 0.6
        worth = mask[window].sum() * (0.4 + colour.mean() / 255.0) * warm
        if best is None or worth > best[0]:
            best = (worth, colour, mask)
    return None if best is None else (best[1], best[2])


def propose(picture: Array) -> Marks:
    """Marks for a picture (H, W, 4) uint8, as well as simple means find them. Raises OratorError for an empty one."""
    if max(picture.shape[:2]) <= _ENOUGH:
        return _proposed(picture)
    # Of a large one every other pixel is enough.
    found = _proposed(picture[::2, ::2])
    return replace(found, places={name: (2.0 * x + 0.5, 2.0 * y + 0.5) for name, (x, y) in found.places.items()})


def _proposed(picture: Array) -> Marks:
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
    patches = patches_of(mask & ~whites(picture, found[0]), picture[..., 3] > 200)
    # Lines as thin as a hair are closed over in the skin, and skin within glasses does not join it.
    alike = near(picture, found[0])
    pair, blobs = pair_of_eyes(patches, float(columns.mean()), width), []
    if pair is None or max(p.bottom - p.top for p in pair) < _FLAT * min(p.width for p in pair):
        # Brows are as alike as eyes; glasses join eyes, but their rims are thin.
        solid = picture[..., 3] > 200
        rims = max(1, round(_RIM * width))
        blobs = patches_of(~binary_opening(solid & ~alike | whites(picture, found[0]), iterations=rims), solid)
        pair = pair_of_eyes(blobs, float(columns.mean()), width) or pair
    if pair is None:
        # A fringe that lies over eyes joins them: with its colours as skin's they are patches again.
        solid = picture[..., 3] > 200
        other = solid & ~alike & ~alike_above(picture, mask)
        blobs = patches_of(~binary_opening(other, iterations=max(1, round(_RIM * width))), solid)
        pair = pair_of_eyes(blobs, float(columns.mean()), width)
    if pair is None:
        return start
    thin = patches_of(mask & alike, picture[..., 3] > 200)
    if blobs:
        # Rims part the skin: brows lie in what is above them.
        thin += [*patches_of(alike, picture[..., 3] > 200), *blobs]
    right, left = (joined(eye, [*patches, *thin]) for eye in pair)
    return _marked(picture, found, patches, thin, (right, left))


def _marked(
    picture: Array, skin: tuple[Array, Array], patches: list[Patch], thin: list[Patch], pair: tuple[Patch, Patch]
) -> Marks:
    """All marks about a pair of eyes; `thin`: patches with the thinnest lines, where a mouth may be."""
    right, left = pair
    mask = skin[1]
    middle, eyes, apart = (right.x + left.x) / 2, (right.y + left.y) / 2, left.x - right.x
    row = np.flatnonzero(mask[int(eyes) : int(eyes + apart * 0.3) + 1].any(axis=0))
    row = row[np.abs(row - middle) < apart * 1.4]
    right_of, left_of = (float(middle - row[0]), float(row[-1] - middle)) if len(row) else (apart, apart)
    half = max(min(right_of, left_of), apart * 0.7)
    out = dict(_from_eyes(middle, eyes, half).places)
    if half * _TURNED < max(right_of, left_of) < half * _ASKEW:
        # A head that is drawn turned has its eyes to one side.
        out["cheek_right"], out["cheek_left"] = (middle - right_of, eyes), (middle + left_of, eyes)
    notes: list[str] = []
    for side, eye, sign in (("left", left, 1.0), ("right", right, -1.0)):
        y = (eye.top + eye.bottom) / 2
        out[f"eye_{side}"] = ((eye.left + eye.right) / 2, y)
        out[f"eye_{side}_corner"] = (eye.right if sign > 0 else eye.left, y)
        out[f"eye_{side}_top"] = ((eye.left + eye.right) / 2, eye.top)
        above = [
            p
            for p in [*patches, *thin]
            if p.bottom < eye.top + 2
            and p.width > 1.2 * (p.bottom - p.top)
            and abs(p.x - eye.x) < 0.6 * eye.width < 2.0 * p.width
            and p.y > eye.top - apart * 0.7
        ]
        brow = max(above, key=lambda p: p.width - 0.7 * (eye.top - p.bottom), default=None)
        gap = (eye.bottom - eye.top) * 0.35
        out[f"brow_{side}"] = (eye.x, eye.top - gap) if brow is None else (brow.x, brow.y)
    low = max(left.bottom, right.bottom) - 2
    mouth, beard = lips([*patches, *thin], (middle, low), apart), None
    if mouth is None:
        beard = beard_of(picture, skin, (middle, low), half, apart)
        mouth = None if beard is None else lips(patches_of(beard, picture[..., 3] > 200), (middle, low), apart)
    if mouth is None:
        notes.append("the mouth was not found: drag its marks")
    else:
        y = (mouth.top + mouth.bottom) / 2
        out["mouth"] = ((mouth.left + mouth.right) / 2, y)
        out["mouth_left"], out["mouth_right"] = (mouth.right, y), (mouth.left, y)
    if beard is None:
        out["chin"] = (out["mouth"][0], _chin(mask, out["mouth"], eyes, apart))
    else:
        near = beard[:, max(0, int(middle - 0.2 * half)) : int(middle + 0.2 * half) + 1]
        out["chin"] = (out["mouth"][0], float(np.flatnonzero(near.any(axis=1))[-1]))
    height, width = picture.shape[:2]
    held = {n: (float(np.clip(x, 0, width - 1)), float(np.clip(y, 0, height - 1))) for n, (x, y) in out.items()}
    return replace(Marks(held), notes=tuple(notes))


def _chin(mask: Array, mouth: Place, eyes: float, apart: float) -> float:
    """Where the skin ends below the mouth, within usual proportions; a neck of the same colour is cut off."""
    x, y = int(mouth[0]), int(mouth[1])
    column = mask[:, max(0, x - 2) : x + 3].mean(axis=1) > 0.5
    end = y + int(max(0.15 * apart, 0.3 * (y - eyes)))
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
