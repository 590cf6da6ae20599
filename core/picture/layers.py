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
from .brows import crossed_brows, whole_brows
from .jaw import below_jaw
from .marks import Marks, skin_of
from .matte import BAND, coverage, line_between, nearest_colours, taken_apart, unlike
from .under import beside, continued, nearer, neck_upwards

FACE, FRONT, BEHIND, BODY, BROWS = 0, 1, 2, 3, 4
"""What a pixel of a mask (H, W) uint8 says. Face is also all that is none of them, and in a painted mask the body and
brows."""
ORDER: Final = (BROWS, FRONT, FACE, BODY, BEHIND)
"""From the nearest layer on."""
COLOURS: Final = {FACE: (0, 255, 0), FRONT: (255, 0, 0), BEHIND: (0, 0, 255)}
"""How a mask is painted."""
_UNDER: Final = 0.3
"""How far, in half face widths, a layer goes on under another; a turn of 15 degrees needs two thirds of it."""
_WHOLE: Final = 224
_SKIN: Final = 40.0
_HAIR: Final = 36.0
_LINE: Final = 0.07
"""How thick a line between two layers may be, in half face widths."""
_CRUMB: Final = 0.12
"""Areas up to so much of half a face's width, squared, are no layer of their own."""
_ROOM: Final = 24
"""Clear pixels about a figure that are looked at."""
_TRIES: Final = 6
_CROWN: Final = 0.12
"""Less than this above the skin, in face heights, is no hair to cut out."""


def propose_layers(picture: Array, marks: Marks) -> Array:
    """A mask (H, W) uint8 for a picture (H, W, 4): hair by where it lies about the face, and by its colour below."""
    out = np.full(picture.shape[:2], FACE, np.uint8)
    here = _about(picture[..., 3] > 0, _ROOM)
    if here is not None:
        out[here] = _proposed(picture[here], _moved(marks, here))
    return out


def _proposed(picture: Array, marks: Marks) -> Array:
    """The mask of a picture that has been cut to what is not clear."""
    from scipy.ndimage import gaussian_filter

    height, width = picture.shape[:2]
    out = np.full((height, width), FACE, np.uint8)
    solid = picture[..., 3] > 0
    skin = skin_of(picture)
    if skin is None:
        return out
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
    brows = _brows(marks, x, y)
    for layer, area in ((BEHIND, hair & ~front), (FRONT, front)):
        out[_thick(area, max(2, round(0.03 * half))) & ~(brows & ~_thick(area, max(2, round(0.03 * half)), 1))] = layer
    # The line about face and body is theirs.
    out[line_between(picture, (out == FACE) & solid, out == BEHIND, max(2, round(_LINE * half)))] = FACE
    return _joined_up(_outlined(out, solid, max(2, round(_LINE * half))), marks, solid)


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
    """A mask whose crumbs of FACE are what lies about them: tips of hair are thin, and no part of the face."""
    from scipy.ndimage import binary_dilation, find_objects, label

    out = mask.copy()
    areas, _ = label((mask == FACE) & solid, np.ones((3, 3)))
    sizes = np.bincount(areas.ravel())
    for k, place in enumerate(find_objects(areas), start=1):
        if sizes[k] > _CRUMB * marks.face[1] ** 2:
            continue
        grown = tuple(slice(max(0, s.start - 2), s.stop + 2) for s in place)
        mine = areas[grown] == k
        around = mask[grown][binary_dilation(mine, iterations=2) & ~mine & solid[grown]]
        if len(around) and (around != FACE).mean() > 0.5:
            out[grown][mine] = np.bincount(around[around != FACE]).argmax()
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
        here = _about(picture[..., 3] > 0, _ROOM)
        if here is None:
            return out
        out[here][below_jaw(picture[here], mask[here] == FACE, _moved(marks, here))] = BODY
        out[whole_brows(picture, out == FACE, out == FRONT, marks)] = BROWS
    return out


def cut_layers(picture: Array, mask: Array, marks: Marks) -> dict[int, Array]:
    """The pictures (H, W, 4) of FACE, FRONT, BODY and BEHIND, their edges as soft as the picture's own.

    Where a layer goes on under another it is whole, so nothing opens between two pixels either.
    """
    labels = parts_of(picture, mask, marks)
    opaque = picture[..., 3] >= _WHOLE
    far = _UNDER * marks.face[1]
    opacity: list[Array] = []
    colours: list[Array] = []
    above = np.zeros(labels.shape, np.float32)
    for k, layer in enumerate(ORDER):
        mine, part = np.zeros(labels.shape, np.float32), picture[..., :3].copy()
        covered = above.copy()
        # Nothing of a layer is farther from it than it goes on.
        reach = max(far, 0.7 * marks.face[2] if layer == BODY else 0.0) + 4 * BAND
        here = _about(labels == layer, reach)
        if here is not None:
            moved = _moved(marks, here)
            mine[here], part[here], covered[here] = _sheet(k, picture[here], labels[here], above[here], moved, far)
        opacity.append(mine)
        colours.append(part)
        above = np.where(opaque, covered, above)
    return _whole_again(picture, labels, opacity, colours)


def _about(area: Array, reach: float) -> tuple[slice, slice] | None:
    """Rows and columns of an area (H, W) and so many pixels about it; None for an empty one."""
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not len(rows):
        return None
    far = int(np.ceil(reach))
    return slice(max(0, rows[0] - far), rows[-1] + far + 1), slice(max(0, columns[0] - far), columns[-1] + far + 1)


def _moved(marks: Marks, here: tuple[slice, slice]) -> Marks:
    """Marks as they lie within rows and columns of their picture."""
    places = {name: (x - here[1].start, y - here[0].start) for name, (x, y) in marks.places.items()}
    return replace(marks, places=places)


def _sheet(k: int, picture: Array, labels: Array, above: Array, marks: Marks, far: float) -> tuple[Array, Array, Array]:
    """The opacity (H, W) and colours (H, W, 3) of one layer of ORDER, and how much (H, W) is covered with it."""
    from scipy.ndimage import distance_transform_edt

    layer, opaque = ORDER[k], picture[..., 3] >= _WHOLE
    own = labels == layer
    covered = np.maximum(above, coverage(picture, np.isin(labels, ORDER[: k + 1])))
    mine = np.where(above < 1.0, (covered - above) / np.maximum(1.0 - above, 1e-6), own).astype(np.float32)
    mine[~opaque] = own[~opaque]
    part = picture[..., :3].copy()
    under = np.isin(labels, ORDER[:k]) & opaque & ~nearer(np.isin(labels, ORDER[k + 1 :]) & opaque, own)
    # Within an edge's softness it always goes on, so that nothing shines through there.
    joint = distance_transform_edt(~own) <= BAND + 0.5
    hidden = under
    if layer == FRONT:
        # A brow lies on the face, and so does what it leaves.
        under = np.zeros_like(own)
    if layer == BODY:
        under = under & joint
    if layer == BEHIND:
        # Beside a shoulder it would come out below.
        under &= joint | (labels != BODY) | (distance_transform_edt(picture[..., 3] > 0) > 0.15 * far)
        under &= joint | beside(own, 0.05 * marks.face[1])
    fill = continued(picture, part, own & (picture[..., 3] > 200), under, far)
    mine[fill] = 1.0
    if layer == FACE:
        for brow, tone in crossed_brows(picture, own, labels == FRONT, marks):
            part[brow & fill] = tone
    if layer == BODY:
        fill |= neck_upwards(picture, own, hidden, marks, mine, part)
    # Between two pixels a little of what lies beneath is seen: beside the edge it has the edge's own colours.
    clean = own & opaque & (above == 0.0) & (mine == 1.0)
    edge = opaque & (mine > 0.0) & ~clean & ((joint & (layer != BODY)) | ~fill)
    if edge.any() and clean.any():
        part[edge] = nearest_colours(picture, clean)[edge]
    return mine, part, covered


def _whole_again(picture: Array, labels: Array, opacity: list[Array], colours: list[Array]) -> dict[int, Array]:
    """The sheets, taken apart so that they are the picture, between its pixels too; where no colours can be, a pixel
    stays in one of them."""
    opacity = [np.rint(255.0 * a).astype(np.float32) / 255.0 for a in opacity]
    found = taken_apart(picture, opacity, colours)
    wrong: Array | None = None
    for go in range(_TRIES):
        # What was right stays so, but beside what was changed.
        wrong = unlike(picture, opacity, found, wrong)
        if not wrong.any():
            break
        at = np.nonzero(wrong)
        left, shares = np.ones(len(at[0]), np.float32), []
        for a in opacity:
            shares.append(left * a[at])
            left = left * (1.0 - a[at])
        most = np.argmax(shares, axis=0)
        for k in range(len(ORDER)):
            mine = np.where(most > k, 0.0, np.where(most == k, 1.0, opacity[k][at])).astype(np.float32)
            # At last what lies under it has its colour too, though it shows when they move.
            late = (most < k) & (mine > 0.0) & (go >= _TRIES // 2)
            opacity[k][at] = mine
            here = tuple(place[(most == k) | late] for place in at)
            found[k][here] = picture[..., :3][here]
    out = {}
    for k, layer in enumerate(ORDER):
        alpha = np.where((labels == layer) & (opacity[k] == 1.0), picture[..., 3], np.rint(255.0 * opacity[k]))
        out[layer] = np.dstack([found[k], alpha.astype(np.uint8)])
    return out


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
