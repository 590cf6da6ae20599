"""A picture cut into hair in front, face, body and hair behind, which move apart when a head turns.

Every pixel belongs to one layer, mixed ones at their edges to two. Under the edges of what lies in front a layer goes
on a little, in its own colours, so that nothing opens when they move; laid over one another at rest they are the
picture.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..arrays import Array
from .brows import seen_brows
from .jaw import below_jaw, with_beard
from .marks import Marks, skin_of
from .matte import beyond_line, line_between
from .rims import hung, spurs_of, tips_of

FACE, FRONT, BEHIND, BODY, BROWS = 0, 1, 2, 3, 4
"""What a pixel of a mask (H, W) uint8 says. Face is also all that is none of them, and in a painted mask the body and
brows."""
ORDER: Final = (FRONT, BROWS, FACE, BODY, BEHIND)
"""From the nearest layer on; brows that are drawn over hair lie above it."""
COLOURS: Final = {FACE: (0, 255, 0), FRONT: (255, 0, 0), BEHIND: (0, 0, 255)}
"""How a mask is painted."""
_SKIN: Final = 40.0
_HAIR: Final = 36.0
_LINE: Final = 0.07
"""How thick a line between two layers may be, in half face widths."""
_CRUMB: Final = 0.12
"""Areas up to so much of half a face's width, squared, are no layer of their own."""
_SPECK: Final = 0.003
"""The same for specks of hair."""
_ROOM: Final = 24
"""Clear pixels about a figure that are looked at."""
_CROWN: Final = 0.12
"""Less than this above the skin, in face heights, is no hair to cut out."""


def propose_layers(picture: Array, marks: Marks) -> Array:
    """A mask (H, W) uint8 for a picture (H, W, 4): hair by where it lies about the face, and by its colour below."""
    out = np.full(picture.shape[:2], FACE, np.uint8)
    here = about(picture[..., 3] > 0, _ROOM)
    if here is not None:
        out[here] = _proposed(picture[here], marks_within(marks, here))
    return out


def _proposed(picture: Array, marks: Marks) -> Array:
    """The mask of a picture that has been cut to what is not clear."""
    from scipy.ndimage import gaussian_filter

    height, width = picture.shape[:2]
    out = np.full((height, width), FACE, np.uint8)
    solid = picture[..., 3] > 0
    found = skin_of(picture)
    if found is None:
        return out
    skin = with_beard(picture, found, marks)
    middle, half, below = marks.face
    chin = marks.at("chin")[1]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, up = (x - middle[0]) / half, (middle[1] - y) / below
    face = _face(picture, marks, skin)
    forehead = np.flatnonzero(face[:, int(middle[0])])
    hair = solid & ~face & (np.abs(across) < 2.2)
    crown = hair & (np.abs(across) < 0.5) & (y < (forehead[0] if len(forehead) else middle[1]))
    if not len(forehead) or crown.any(axis=1).sum() < _CROWN * below:
        return out
    calm = gaussian_filter(picture[..., :3].astype(np.float32), (2, 2, 0))
    colours = _usual(calm[crown])
    apart = _apart(calm, colours)
    # Blurred alone, a line between two colours can look like hair.
    sharp = _apart(gaussian_filter(picture[..., :3].astype(np.float32), (0.8, 0.8, 0)), colours) < 1.5 * _HAIR
    low = y > chin - 0.1 * below
    hair &= ~low | _body(sharp & (apart < _HAIR) & (apart < _shade(calm, skin[0])), solid, max(1, round(0.03 * half)))
    hair &= _joined(hair, crown)
    within = np.maximum.accumulate(face, axis=1) & np.maximum.accumulate(face[:, ::-1], axis=1)[:, ::-1]
    front = hair & ~low & ((within & (np.abs(across) < 0.95)) | ((up > -0.25) & (np.abs(across) < 1.12)) | (up > 0.7))
    if (hair & low).sum() < 0.1 * half * below:
        front = hair
    brows, least = _brows(marks, x, y), max(2, round(0.03 * half))
    for layer, area in ((BEHIND, hair & ~front), (FRONT, front)):
        core = _thick(area, least, 1)
        out[_thick(area, least) & ~(brows & ~core & ~tips_of(area, core, 2 * least + 1))] = layer
    # The line about face and body is theirs.
    out[line_between(picture, (out == FACE) & solid, out == BEHIND, max(2, round(_LINE * half)))] = FACE
    out = _outlined(out, solid, max(2, round(_LINE * half)))
    for layer in (BEHIND, FRONT):
        out[
            beyond_line(picture, (out == FACE) & solid & ~brows, out == layer, skin[0], max(2, round(_LINE * half)))
        ] = layer
    for layer in (BEHIND, FRONT):
        spurs = spurs_of((out == FACE) & solid, out == layer, half)
        out[spurs & (y > middle[1])] = layer
    return _joined_up(hung(out, solid, chin), marks, solid)


def _outlined(mask: Array, solid: Array, thick: int) -> Array:
    """A mask whose hair has its outline: lines of FACE that lie along hair, and not about the face."""
    from scipy.ndimage import binary_dilation, binary_opening, distance_transform_edt

    face = (mask == FACE) & solid
    core = binary_opening(face, np.ones((3, 3)), iterations=max(1, round(0.6 * thick)))
    hair = mask != FACE
    if not (core.any() and hair.any()):
        return mask
    # The face's own line is about its core.
    line = face & ~binary_dilation(core, np.ones((3, 3)), iterations=thick + 1)
    away, where = distance_transform_edt(~hair, return_indices=True)
    line &= away <= 1.5 * thick
    out = mask.copy()
    out[line] = mask[where[0], where[1]][line]
    return out


def _joined_up(mask: Array, marks: Marks, solid: Array) -> Array:
    """A mask whose crumbs are what lies about them: tips of hair are thin and no part of the face, and a speck within a
    line is no hair."""
    from scipy.ndimage import binary_dilation, find_objects, label

    out = mask.copy()
    for layer, most in ((FACE, _CRUMB), (FRONT, _SPECK), (BEHIND, _SPECK)):
        areas, _ = label((out == layer) & solid, np.ones((3, 3)))
        sizes = np.bincount(areas.ravel())
        for k, place in enumerate(find_objects(areas), start=1):
            if sizes[k] > most * marks.face[1] ** 2:
                continue
            grown = tuple(slice(max(0, s.start - 2), s.stop + 2) for s in place)
            mine = areas[grown] == k
            around = out[grown][binary_dilation(mine, iterations=2) & ~mine & solid[grown]]
            if len(around) and (around != layer).mean() > 0.5:
                out[grown][mine] = np.bincount(around[around != layer]).argmax()
    return out


def _body(area: Array, solid: Array, least: int) -> Array:
    """What of an area (H, W) is wider than a line, with the picture's outermost pixels beside it."""
    from scipy.ndimage import binary_dilation, binary_opening, distance_transform_edt

    core = binary_opening(area, iterations=least)
    outermost = binary_dilation(core, iterations=least + 3) & solid & binary_dilation(~solid, iterations=least + 1)
    other = binary_opening(solid & ~core, iterations=least)
    if core.any() and other.any():
        outermost &= distance_transform_edt(~core) < distance_transform_edt(~other)
    return core | outermost


def _apart(picture: Array, colours: list[Array]) -> Array:
    """How far (H, W) a picture's colours (H, W, 3) are from the nearest of some."""
    out: Array = np.min([np.abs(picture - colour).max(axis=2) for colour in colours], axis=0)
    return out


def _shade(picture: Array, skin: Array) -> Array:
    """How far colours (H, W, 3) are from the skin's in more or less light: a neck's in shadow are near."""
    light = np.clip(picture @ skin / float(skin @ skin), 0.7, 1.1)
    return np.abs(picture - light[..., None] * skin).max(axis=2)


def _thick(area: Array, least: int, tips: int = 0) -> Array:
    """What of an area (H, W) is more than a line, with the tips of what is, so many pixels long."""
    from scipy.ndimage import binary_dilation, binary_opening

    return area & binary_dilation(binary_opening(area, iterations=least), iterations=tips or 2 * least + 1)


def _brows(marks: Marks, x: Array, y: Array) -> Array:
    """Where (H, W) brows are, which hair in front may touch."""
    out = np.zeros(x.shape, bool)
    for side in ("left", "right"):
        (cx, cy), (w, h) = marks.at(f"brow_{side}"), marks.eye_size(side)
        out |= (np.abs(x - cx) < 1.4 * w) & (np.abs(y - cy) < 0.5 * h)
    return out


def _face(picture: Array, marks: Marks, skin: tuple[Array, Array]) -> Array:
    """Skin with its eyes, brows and mouth, its line below the temples, and all else of its colour: ears, neck."""
    from scipy.ndimage import binary_dilation, binary_fill_holes

    colour, mask = skin
    middle, half, _ = marks.face
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    face = binary_fill_holes(mask) | (
        (np.linalg.norm(picture[..., :3] - colour, axis=2) < _SKIN) & (picture[..., 3] > 200) & (y > middle[1] - half)
    )
    for side in ("left", "right"):
        (cx, cy), (w, h) = marks.at(f"eye_{side}"), marks.eye_size(side)
        face |= ((x - cx) / (1.2 * w + 2)) ** 2 + ((y - cy) / (1.2 * h + 2)) ** 2 < 1.0
    line = binary_dilation(face, iterations=max(1, round(0.06 * half)))
    return face | (line & (y > middle[1]))


def _usual(colours: Array) -> list[Array]:
    """The usual colours of hair: the middle ones of its dark, middling and light thirds."""
    order = np.argsort(colours.sum(axis=1, dtype=int))
    return [np.median(colours[part], axis=0) for part in np.array_split(order, 3) if len(part)]


def _joined(hair: Array, crown: Array) -> Array:
    """What of `hair` joins the crown."""
    from scipy.ndimage import label

    areas, _ = label(hair, np.ones((3, 3)))
    return np.isin(areas, np.unique(areas[crown & hair & (areas > 0)]))


def parts_of(picture: Array, mask: Array, marks: Marks) -> Array:
    """A mask (H, W) that tells the body and whole brows from the face; one that does already is given back."""
    out = mask
    if not np.isin(mask, (BODY, BROWS)).any():
        out = mask.copy()
        here = about(picture[..., 3] > 0, _ROOM)
        if here is None:
            return out
        out[here][below_jaw(picture[here], mask[here] == FACE, marks_within(marks, here))] = BODY
        out[seen_brows(picture, out == FACE, out == FRONT, marks)] = BROWS
    return out


def about(area: Array, reach: float) -> tuple[slice, slice] | None:
    """Rows and columns of an area (H, W) and so many pixels about it; None for an empty one."""
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not len(rows):
        return None
    far = int(np.ceil(reach))
    return slice(max(0, rows[0] - far), rows[-1] + far + 1), slice(max(0, columns[0] - far), columns[-1] + far + 1)


def marks_within(marks: Marks, here: tuple[slice, slice]) -> Marks:
    """Marks as they lie within rows and columns of their picture."""
    places = {name: (x - here[1].start, y - here[0].start) for name, (x, y) in marks.places.items()}
    return replace(marks, places=places)


def painted(mask: Array) -> Array:
    """A mask as a picture (H, W, 4): red in front, green the face, blue behind."""
    out = np.full((*mask.shape, 4), 255, np.uint8)
    for layer, colour in COLOURS.items():
        out[mask == layer, :3] = colour
    return out


def read_mask(picture: Array) -> Array:
    """A painted mask (H, W, 4) as layers (H, W): the strongest of red, green and blue; grey is the face."""
    red, green, blue = (picture[..., k].astype(int) for k in range(3))
    out = np.full(picture.shape[:2], FACE, np.uint8)
    out[(red > green) & (red >= blue)] = FRONT
    out[(blue > green) & (blue > red)] = BEHIND
    return out
