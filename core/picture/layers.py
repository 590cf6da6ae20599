"""A picture cut into hair in front, face and hair behind, so that they move apart when the head turns.

Every pixel belongs to one layer. Under the edges of what lies in front a layer goes on a little, in its own colours, so
that nothing opens when they move; laid over one another at rest they are the picture.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks, skin_of

FACE, FRONT, BEHIND = 0, 1, 2
"""What a pixel of a mask (H, W) uint8 says. Face is also the body and all that is neither."""
COLOURS: Final = {FACE: (0, 255, 0), FRONT: (255, 0, 0), BEHIND: (0, 0, 255)}
"""How a mask is painted."""
_UNDER: Final = 0.3
"""How far, in half face widths, a layer goes on under another; a turn of 15 degrees needs two thirds of it."""
_WHOLE: Final = 224
_SKIN: Final = 40.0
_HAIR: Final = 36.0
_EDGE: Final = 60.0
"""What is farther than this from a layer's usual colour is a line, and is not gone on with."""
_CROWN: Final = 0.12
"""Less than this above the skin, in face heights, is no hair to cut out."""


def propose_layers(picture: Array, marks: Marks) -> Array:
    """A mask (H, W) uint8 for a picture (H, W, 4): hair by where it lies about the face, and by its colour below."""
    from scipy.ndimage import binary_dilation, gaussian_filter

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
    apart = np.min([np.abs(calm - colour).max(axis=2) for colour in colours], axis=0)
    low = y > chin - 0.1 * below
    hair &= ~low | _body((apart < _HAIR) & (apart < _shade(calm, skin[0])), solid, max(1, round(0.03 * half)))
    hair &= _joined(hair, crown)
    within = np.maximum.accumulate(face, axis=1) & np.maximum.accumulate(face[:, ::-1], axis=1)[:, ::-1]
    front = hair & ~low & ((within & (np.abs(across) < 0.95)) | ((up > -0.25) & (np.abs(across) < 1.12)) | (up > 0.7))
    if (hair & low).sum() < 0.1 * half * below:
        front = hair
    for layer, area in ((BEHIND, hair & ~front), (FRONT, front)):
        out[_thick(area, max(2, round(0.03 * half)))] = layer
    # What is mixed of both at their edge, or is the face's line, moves with the face.
    rim = binary_dilation((out == FACE) & solid, iterations=max(2, round(0.03 * half)))
    out[(out == BEHIND) & rim] = FACE
    return out


def _body(area: Array, solid: Array, least: int) -> Array:
    """What of an area (H, W) is wider than a line, with the picture's outermost pixels beside it."""
    from scipy.ndimage import binary_dilation, binary_opening

    core = binary_opening(area, iterations=least)
    return core | (binary_dilation(core, iterations=least + 3) & solid & binary_dilation(~solid, iterations=least + 1))


def _shade(picture: Array, skin: Array) -> Array:
    """How far colours (H, W, 3) are from the skin's in more or less light: a neck's in shadow are near."""
    light = np.clip(picture @ skin / float(skin @ skin), 0.7, 1.1)
    return np.abs(picture - light[..., None] * skin).max(axis=2)


def _thick(area: Array, least: int) -> Array:
    """What of an area (H, W) is more than a line, with the tips of what is."""
    from scipy.ndimage import binary_dilation, binary_opening

    return area & binary_dilation(binary_opening(area, iterations=least), iterations=2 * least + 1)


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


def cut_layers(picture: Array, mask: Array, half: float) -> dict[int, Array]:
    """The pictures (H, W, 4) of FACE, FRONT and BEHIND. `half` is half the face's width in pixels."""
    from scipy.ndimage import binary_dilation

    # Programs write nearly whole opacity too.
    opaque = picture[..., 3] >= _WHOLE
    out = {}
    for layer, above, below in ((FRONT, (), ()), (FACE, (FRONT,), (BEHIND,)), (BEHIND, (FRONT, FACE), ())):
        own = mask == layer
        part = picture.copy()
        part[~own, 3] = 0
        # Beside a lower layer it would shine through between two pixels.
        under = np.isin(mask, above) & opaque & ~binary_dilation(np.isin(mask, below), np.ones((3, 3)))
        if above and own.any() and under.any():
            _continue(part, own & (picture[..., 3] > 200), under, _UNDER * half)
        out[layer] = part
    return out


def _continue(part: Array, own: Array, under: Array, far: float) -> None:
    """Let a layer go on into `under`, up to `far` pixels, in the colours of its edge a few pixels further in."""
    from scipy.ndimage import binary_erosion, distance_transform_edt, gaussian_filter

    away, edges = distance_transform_edt(~own, return_indices=True)
    fill = under & (away <= far)
    edge = own & (distance_transform_edt(~under) <= 0.2 * far + 3)
    if not (fill.any() and edge.any()):
        return
    usual = np.median(part[edge][:, :3], axis=0)
    source = own & (np.abs(part[..., :3] - usual).max(axis=2) < _EDGE)
    # The outermost pixels are mixed with what lies beside them.
    source = binary_erosion(source, iterations=2) if binary_erosion(source, iterations=2).any() else source
    nearest = distance_transform_edt(~source, return_distances=False, return_indices=True)
    colours = part[..., :3][nearest[0], nearest[1]].astype(np.float32)
    calm = gaussian_filter(colours, (max(1.0, far / 12), max(1.0, far / 12), 0))
    inner, edge_colours = fill & (away < 1.5), part[..., :3][edges[0], edges[1]]
    part[fill, :3] = np.rint(calm[fill]).astype(np.uint8)
    part[inner, :3] = edge_colours[inner]
    part[fill, 3] = 255


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
