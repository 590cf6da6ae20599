"""Pictures from disk as plain arrays, and back: what can be wrong with one is said in a sentence.

Arrays are (H, W, 4) uint8, sRGB with straight opacity, the top row first.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from .arrays import Array
from .editions import FULL, installed
from .errors import OratorError
from .files import write_atomically

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SMALLEST: Final = 64
LARGEST: Final = 2048
"""The longer side that larger pictures are brought to."""
_PIXELS: Final = 400_000_000
LONGEST: Final = 3.0
"""The most that one side may be of the other."""
_ALIKE: Final = 12
"""How far colours may be apart and still be one background."""
_NOTHING: Final = 0.99
"""A background that fills more than this is the picture itself."""


def srgb_to_linear(colours: Array) -> Array:
    """sRGB of 0 - 1 as linear light of 0 - 1 (IEC 61966-2-1)."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(light: Array) -> Array:
    """Linear light of 0 - 1 as sRGB of 0 - 1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1.0 / 2.4) - 0.055)


def read_picture(path: Path, largest: int = LARGEST) -> Array:
    """The picture (H, W, 4) uint8. Raises OratorError.

    16 bits a channel, palettes, grey and CMYK become 8-bit RGB; larger pictures are made smaller, by whole area.
    """
    if not installed("PIL"):
        raise OratorError(f"Pillow, which reads pictures, is missing. {FULL}.")
    from PIL import Image, UnidentifiedImageError

    path = Path(path)
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(path) as image:
            check_size(path.name, *image.size)
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                raise OratorError(f"'{path.name}' is animated ({frames} pictures): save one of them as a PNG.")
            image.draft("RGB", (largest, largest))
            image.load()
            whole = _as_rgba(image)
    except OratorError:
        raise
    except (UnidentifiedImageError, SyntaxError):
        raise OratorError(f"'{path.name}' is not a picture that can be read: save it as a PNG.") from None
    except FileNotFoundError:
        raise OratorError(f"The picture '{path}' is missing: choose it again.") from None
    except (OSError, ValueError, EOFError):
        raise OratorError(f"The picture '{path.name}' is cut off or damaged: save it again.") from None
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    if max(whole.size) > largest:
        whole.thumbnail((largest, largest), Image.Resampling.BOX)
    return np.array(whole)


def _as_rgba(image: Picture) -> Picture:
    """An RGBA image by Pillow; 16-bit grey, which Pillow would clip, is scaled."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        grey = np.asarray(image, np.float64)
        image = Image.fromarray((grey * (255.0 / max(65535.0 if image.mode != "F" else 1.0, 1e-9))).astype(np.uint8))
    return image.convert("RGB").convert("RGBA") if image.mode in ("CMYK", "YCbCr", "LAB") else image.convert("RGBA")


def check_size(name: str, width: int, height: int) -> None:
    """Raises OratorError for a picture that is no portrait."""
    if min(width, height) < SMALLEST:
        raise OratorError(
            f"'{name}' has {width} x {height} pixels, too few to draw a face from: use at least {SMALLEST}."
        )
    if width * height > _PIXELS:
        raise OratorError(f"'{name}' has {width} x {height} pixels: make it smaller, 4096 is plenty.")
    if max(width, height) > LONGEST * min(width, height):
        raise OratorError(f"'{name}' is {width} x {height}, a strip rather than a portrait: crop it to the character.")


def png_bytes(picture: Array) -> bytes:
    """A PNG of an (H, W, 4) uint8 array."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture), "RGBA").save(out, "PNG", compress_level=4)
    return out.getvalue()


def write_png(picture: Array, path: Path) -> None:
    """Write (H, W, 4) uint8. Raises OratorError."""
    data = png_bytes(picture)
    write_atomically(Path(path), lambda stream: stream.write(data))


def opaque(picture: Array) -> bool:
    """Whether no pixel lets anything through."""
    return bool((picture[..., 3] >= 250).all())


def figures(picture: Array) -> int:
    """How many separate figures a cut-out picture shows: solid areas that are at least a quarter of the largest."""
    from scipy.ndimage import label

    areas, count = label(picture[..., 3] > 127)
    if count < 2:
        return count
    sizes = np.sort(np.bincount(areas.ravel())[1:])
    return int((sizes >= 0.25 * sizes[-1]).sum())


def keyed(picture: Array) -> Array:
    """The picture with its plain background made clear: what joins the border in the border's own colour.

    A picture that already has opacity, or whose border is no single colour, is returned as it is.
    """
    from scipy.ndimage import binary_dilation, distance_transform_edt, label

    if not opaque(picture):
        return picture
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])[:, :3].astype(int)
    colour = np.median(border, axis=0)
    if np.quantile(np.abs(border - colour).max(axis=1), 0.75) > _ALIKE:
        return picture
    alike = np.abs(picture[..., :3].astype(int) - colour).max(axis=2) <= _ALIKE
    areas, _ = label(alike)
    edge = np.unique(np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]]))
    outside = np.isin(areas, edge[edge > 0])
    if outside.mean() > _NOTHING:
        return picture
    out = picture.copy()
    out[outside, 3] = 0
    # Pixels at the edge are mixed with the background: taken apart, no fringe of it stays.
    rim = binary_dilation(outside, np.ones((3, 3)), 2) & ~outside
    where = distance_transform_edt(rim | outside, return_distances=False, return_indices=True)
    own = picture[..., :3][where[0], where[1]][rim].astype(float)
    apart, mixed = own - colour, picture[..., :3][rim] - colour
    share = np.clip((mixed * apart).sum(axis=1) / np.maximum((apart**2).sum(axis=1), 1.0), 0.0, 1.0)
    told = (np.linalg.norm(apart, axis=1) > 2 * _ALIKE) & (
        np.linalg.norm(mixed - share[:, None] * apart, axis=1) < 2 * _ALIKE
    )
    told &= share < 0.95
    out[rim, 3] = np.where(told, np.rint(255 * share), 255)
    out[rim, :3] = np.where(told[:, None], own, picture[..., :3][rim]).astype(np.uint8)
    return out


def fitted(picture: Array, size: int) -> Array:
    """The picture (size, size, 4): its middle square, by whole area when made smaller."""
    from PIL import Image

    height, width = picture.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    image = Image.fromarray(picture[top : top + side, left : left + side], "RGBA")
    if side != size:
        # Premultiplied, so that what lies under clear pixels does not shine through at the edges.
        way = Image.Resampling.BOX if side > size else Image.Resampling.BICUBIC
        image = image.convert("RGBa").resize((size, size), way).convert("RGBA")
    return np.array(image)
