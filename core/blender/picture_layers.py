"""The layers of a talking picture in Blender: a mask to paint, and the pictures that are cut by it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import bpy

from ..arrays import Array
from ..errors import OratorError
from .picture_images import image_of, pixels_of

if TYPE_CHECKING:
    from ..picture.marks import Marks

LAYERS: Final = "orator_picture_layers"
"""A custom property: the image that says what is hair in front (red), face (green) and hair behind (blue)."""
_PROPOSED: Final = "orator_picture_layers_proposed"


def cut_pictures(
    name: str, pixels: Array, mask: Array, marks: Marks, into: Mapping[str, bpy.types.Image]
) -> dict[str, bpy.types.Image]:
    """The pictures of each sheet, written into the images that are there: material's title -> image."""
    from ..picture.chin import chin_shade
    from ..picture.layers import BEHIND, BODY, BROWS, FACE, FRONT
    from ..picture.sheets import cut_layers

    parts = cut_layers(pixels, mask, marks)
    sheets = (
        ("Picture", FACE, "face"),
        ("Front", FRONT, "in front"),
        ("Behind", BEHIND, "behind"),
        ("Body", BODY, "body"),
        ("Brows", BROWS, "brows"),
    )
    out = {title: image_of(f"{name} {said}", parts[layer], into.get(title)) for title, layer, said in sheets}
    shade = chin_shade(pixels, mask, FACE, BODY, marks)
    return {**out, "Shade": image_of(f"{name} shade", shade, into.get("Shade"))}


def propose_mask(obj_name: str, pixels: Array, marks: Marks) -> tuple[bpy.types.Image, Array]:
    """The mask as an image to paint, and as layers (H, W)."""
    from ..picture.layers import painted, propose_layers

    mask = propose_layers(pixels, marks)
    return image_of(f"{obj_name} layers", painted(mask)), mask


def remember(obj: bpy.types.Object, image: bpy.types.Image, mask: Array) -> None:
    """Note which mask is Orator's own, so that one that the artist painted is never replaced."""
    obj[LAYERS] = image
    obj[_PROPOSED] = _digest(mask)


def mask_now(obj: bpy.types.Object, pixels: Array, marks: Marks) -> Array:
    """The layers (H, W): as painted, or proposed anew where nobody painted. Raises OratorError."""
    from ..picture.layers import painted, propose_layers, read_mask

    image: bpy.types.Image | None = obj.get(LAYERS)
    if image is None:
        raise OratorError(f"The mask of '{obj.name}' is no longer in this file: undo, or add the picture again.")
    if tuple(image.size) != (pixels.shape[1], pixels.shape[0]):
        raise OratorError(
            f"The mask '{image.name}' has {image.size[0]} x {image.size[1]} pixels, the picture {pixels.shape[1]} x "
            f"{pixels.shape[0]}: paint on a mask of the picture's size."
        )
    mask = read_mask(pixels_of(image))
    if _digest(mask) != obj.get(_PROPOSED):
        return mask
    mask = propose_layers(pixels, marks)
    image_of(image.name, painted(mask), image)
    remember(obj, image, mask)
    return mask


def _digest(mask: Array) -> str:
    return hashlib.sha256(mask.tobytes()).hexdigest()[:16]
