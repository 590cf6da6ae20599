"""Five faces in five styles, drawn by this code for tests and pages: `python docs/demo/drawn_faces.py FOLDER`.

Each is an RGBA picture of 512 x 512 with the face in the middle of the upper half, and the marks that a careful artist
would set, so that the proposed ones can be judged.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw
from scipy.ndimage import gaussian_filter, map_coordinates

SIZE = 512
_OVER = 3


@dataclass(frozen=True)
class Style:
    """What makes a face: colours, proportions in pixels of 512, and how lines and shades are drawn."""

    name: str
    skin: tuple[int, int, int]
    line: tuple[int, int, int]
    hair: tuple[int, int, int]
    iris: tuple[int, int, int]
    centre: tuple[float, float]
    face: tuple[float, float]
    eye: tuple[float, float]
    eyes_apart: float
    eyes_down: float
    mouth: tuple[float, float]
    mouth_down: float
    stroke: float
    long_hair: bool = True
    shadow: bool = True
    finish: str = "cel"


STYLES = (
    Style(
        name="cel", skin=(253, 226, 208), line=(74, 44, 42), hair=(92, 62, 120), iris=(58, 120, 190),
        centre=(256, 220), face=(92, 118), eye=(27, 30), eyes_apart=48, eyes_down=18, mouth=(22, 3), mouth_down=78,
        stroke=3, finish="cel",
    ),
    Style(
        name="flat", skin=(247, 190, 150), line=(64, 40, 52), hair=(196, 84, 40), iris=(70, 120, 60),
        centre=(256, 226), face=(112, 112), eye=(24, 27), eyes_apart=44, eyes_down=-4, mouth=(40, 6), mouth_down=62,
        stroke=6, long_hair=False, shadow=False, finish="flat",
    ),
    Style(
        name="painted", skin=(236, 200, 172), line=(96, 70, 60), hair=(150, 110, 60), iris=(100, 74, 50),
        centre=(256, 226), face=(100, 122), eye=(19, 14), eyes_apart=42, eyes_down=6, mouth=(26, 3), mouth_down=68,
        stroke=2.5, finish="painted",
    ),
    Style(
        name="crayon", skin=(255, 222, 190), line=(70, 60, 90), hair=(235, 160, 60), iris=(60, 110, 170),
        centre=(256, 236), face=(124, 112), eye=(26, 28), eyes_apart=56, eyes_down=10, mouth=(34, 10), mouth_down=66,
        stroke=6, shadow=True, finish="crayon",
    ),
    Style(
        name="ink", skin=(247, 247, 244), line=(16, 16, 18), hair=(214, 214, 210), iris=(40, 40, 44),
        centre=(256, 222), face=(96, 120), eye=(22, 15), eyes_apart=45, eyes_down=8, mouth=(30, 3), mouth_down=72,
        stroke=4, long_hair=False, shadow=False, finish="ink",
    ),
)  # fmt: skip


def _ellipse(centre: tuple[float, float], size: tuple[float, float]) -> list[float]:
    return [
        (centre[0] - size[0]) * _OVER,
        (centre[1] - size[1]) * _OVER,
        (centre[0] + size[0]) * _OVER,
        (centre[1] + size[1]) * _OVER,
    ]


def _curve(draw: ImageDraw.ImageDraw, points: np.ndarray, colour: tuple[int, int, int], width: float) -> None:
    line = [(float(x) * _OVER, float(y) * _OVER) for x, y in points]
    draw.line(line, fill=(*colour, 255), width=max(1, round(width * _OVER)), joint="curve")
    for x, y in (line[0], line[-1]):
        r = width * _OVER / 2
        draw.ellipse([x - r, y - r, x + r, y + r], fill=(*colour, 255))


def _arc(x: float, y: float, half: float, rise: float, count: int = 24) -> np.ndarray:
    t = np.linspace(-1.0, 1.0, count)
    return np.stack([x + half * t, y - rise * (1.0 - t * t)], axis=1)


def _outline(style: Style) -> np.ndarray:
    """The face's edge: an ellipse above, a chin below."""
    t = np.linspace(0, 2 * np.pi, 120)
    (cx, cy), (w, h) = style.centre, style.face
    x, y = np.cos(t), np.sin(t)
    pointed = 1.0 - 0.28 * np.clip(y, 0, 1) ** 2
    return np.stack([cx + w * x * pointed, cy + h * y], axis=1)


def _eye(draw: ImageDraw.ImageDraw, style: Style, x: float, y: float) -> None:
    w, h = style.eye
    draw.ellipse(_ellipse((x, y), (w, h)), fill=(255, 255, 255, 255))
    iris = (w * 0.62, h * 0.82)
    draw.ellipse(_ellipse((x, y + h * 0.06), iris), fill=(*style.iris, 255))
    draw.ellipse(_ellipse((x, y + h * 0.1), (iris[0] * 0.5, iris[1] * 0.55)), fill=(20, 16, 24, 255))
    draw.ellipse(_ellipse((x - iris[0] * 0.3, y - iris[1] * 0.35), (w * 0.16, h * 0.17)), fill=(255, 255, 255, 255))
    t = np.linspace(np.pi * 1.02, np.pi * 1.98, 24)
    _curve(draw, np.stack([x + w * np.cos(t), y + h * np.sin(t)], axis=1), style.line, style.stroke * 1.6)
    t = np.linspace(np.pi * 0.25, np.pi * 0.75, 16)
    _curve(draw, np.stack([x + w * np.cos(t), y + h * np.sin(t)], axis=1), style.line, style.stroke * 0.6)


def _hair_behind(draw: ImageDraw.ImageDraw, style: Style) -> None:
    (cx, cy), (w, h) = style.centre, style.face
    if style.long_hair:
        draw.rounded_rectangle(
            [(cx - w * 1.3) * _OVER, (cy - h * 0.9) * _OVER, (cx + w * 1.3) * _OVER, (cy + h * 1.5) * _OVER],
            radius=w * _OVER,
            fill=(*style.hair, 255),
        )
    draw.ellipse(
        _ellipse((cx, cy - h * 0.28), (w * 1.22, h * 1.0)),
        fill=(*style.hair, 255),
        outline=(*style.line, 255) if style.finish != "flat" else None,
        width=round(style.stroke * _OVER),
    )


def _hair_in_front(draw: ImageDraw.ImageDraw, style: Style) -> None:
    (cx, cy), (w, h) = style.centre, style.face
    top, brow = cy - h * 1.12, cy - h * 0.42
    count = 5 if style.long_hair else 3
    edges = np.linspace(cx - w * 1.04, cx + w * 1.04, count + 1)
    points = [
        (cx - w * 1.06, cy - h * 0.1),
        (cx - w * 0.92, cy - h * 0.8),
        (cx, top),
        (cx + w * 0.92, cy - h * 0.8),
        (cx + w * 1.06, cy - h * 0.1),
    ]
    for k in reversed(range(count)):
        tip = brow - (0.1 * h if k in (0, count - 1) else 0.0)
        if k < count - 1:
            points.append((edges[k + 1], brow - h * 0.22))
        points.append(((edges[k] + edges[k + 1]) / 2 + 5, tip))
    if style.finish == "cel":
        shade = tuple(int(c * k) for c, k in zip(style.skin, (0.88, 0.76, 0.78), strict=True))
        _clipped(draw, style, [(x * _OVER, (y + 11) * _OVER) for x, y in points], shade)
    draw.polygon([(x * _OVER, y * _OVER) for x, y in points], fill=(*style.hair, 255))
    if style.finish == "cel":
        bright = tuple(int(c + (255 - c) * 0.35) for c in style.hair)
        _curve(draw, _arc(cx - w * 0.1, cy - h * 0.72, w * 0.62, h * 0.16), bright, 9)
    if style.finish == "ink":
        for k in range(-6, 7):
            x = cx + k * w / 9.5
            top_at = cy - h * (1.13 - 0.55 * (k / 9.5) ** 2)
            _curve(draw, np.array([(x * 0.72 + cx * 0.28, top_at + 10), (x, brow - h * 0.24)]), style.line, 1.6)
    if style.finish != "flat":
        _curve(draw, np.array([*points[4:], points[0]]), style.line, style.stroke * 0.8)


def _clipped(
    draw: ImageDraw.ImageDraw, style: Style, points: list[tuple[float, float]], colour: tuple[int, ...]
) -> None:
    """A polygon within the face alone."""
    size = (SIZE * _OVER, SIZE * _OVER)
    masks = []
    for shape in ([(x * _OVER, y * _OVER) for x, y in _outline(style)], points):
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(shape, fill=255)
        masks.append(mask)
    draw.bitmap((0, 0), ImageChops.multiply(*masks), fill=(*colour, 255))


def draw_face(style: Style) -> Image.Image:
    """The picture, RGBA."""
    image = Image.new("RGBA", (SIZE * _OVER, SIZE * _OVER), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    (cx, cy), (w, h) = style.centre, style.face
    _hair_behind(draw, style)
    shade = tuple(int(c * 0.86) for c in style.skin)
    draw.polygon(
        [
            ((cx + dx) * _OVER, (cy + dy) * _OVER)
            for dx, dy in ((-w * 0.34, h * 0.7), (w * 0.34, h * 0.7), (w * 0.4, h * 1.4), (-w * 0.4, h * 1.4))
        ],
        fill=(*shade, 255),
    )
    draw.rounded_rectangle(
        [(cx - w * 1.3) * _OVER, (cy + h * 1.3) * _OVER, (cx + w * 1.3) * _OVER, (SIZE + 90) * _OVER],
        radius=60 * _OVER,
        fill=(*style.iris, 255),
        outline=(*style.line, 255) if style.finish != "flat" else None,
        width=round(style.stroke * _OVER),
    )
    edge = _outline(style)
    draw.polygon([(x * _OVER, y * _OVER) for x, y in edge], fill=(*style.skin, 255))
    if style.finish != "flat":
        _curve(draw, edge, style.line, style.stroke * 0.8)
    if style.shadow:
        for side in (-1, 1):
            draw.ellipse(
                _ellipse((cx + side * w * 0.55, cy + h * 0.38), (w * 0.16, h * 0.07)),
                fill=(*(int(c * 0.97) if k == 0 else int(c * 0.85) for k, c in enumerate(style.skin)), 255),
            )
    for side in (-1, 1):
        _eye(draw, style, cx + side * style.eyes_apart, cy + style.eyes_down)
        brow = _arc(cx + side * style.eyes_apart, cy + style.eyes_down - style.eye[1] - 13, style.eye[0] * 0.95, 6)
        _curve(draw, brow, style.line, style.stroke * 1.2)
    _curve(
        draw,
        np.array(
            [
                (cx - 1, cy + style.mouth_down * 0.58),
                (cx + 4, cy + style.mouth_down * 0.66),
                (cx - 1, cy + style.mouth_down * 0.68),
            ]
        ),
        shade if style.shadow else style.line,
        style.stroke * 0.7,
    )
    _curve(draw, _arc(cx, cy + style.mouth_down, style.mouth[0], -style.mouth[1]), style.line, style.stroke)
    _hair_in_front(draw, style)
    image = image.resize((SIZE, SIZE), Image.Resampling.BOX)
    return FINISHES.get(style.finish, lambda image: image)(image)


def _noise(scale: float, seed: int) -> np.ndarray:
    """Smooth noise (SIZE, SIZE) about 0, 1 its deviation."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIZE, SIZE)), scale, mode="wrap")
    return noise / noise.std()


def _displaced(image: Image.Image, scale: float, pixels: float, seed: int) -> np.ndarray:
    """The picture's colours read at places that wander by so many pixels."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    places = [y + pixels * _noise(scale, seed), x + pixels * _noise(scale, seed + 1)]
    colours = np.array(image.convert("RGBa"), float)
    out = np.stack([map_coordinates(colours[..., k], places, order=1, mode="nearest") for k in range(4)], axis=-1)
    return np.array(Image.fromarray(out.round().astype(np.uint8), "RGBa").convert("RGBA"), float)


def _painted(image: Image.Image) -> Image.Image:
    """Soft light from the upper left, and short strokes of a brush."""
    pixels = _displaced(image, 4.0, 1.1, 11)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    light = 1.06 - 0.16 * (x - 0.3) - 0.12 * (y - 0.2) + 0.016 * _noise(5.0, 3) + 0.012 * _noise(1.0, 4)
    pixels[..., :3] = np.clip(pixels[..., :3] * light[..., None], 0, 255)
    pixels[..., 0] = np.clip(pixels[..., 0] + 3.0 * _noise(18.0, 6), 0, 255)
    return Image.fromarray(pixels.astype(np.uint8), "RGBA")


def _crayon(image: Image.Image) -> Image.Image:
    """A child's hand that wanders, and wax that leaves paper showing in strokes to and fro."""
    pixels = _displaced(image, 14.0, 2.4, 21)
    rough = Image.fromarray(pixels.astype(np.uint8), "RGBA")
    pixels = _displaced(rough, 0.9, 1.1, 31)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    strokes = np.sin((x + 0.8 * y) * 0.75 + 1.6 * _noise(9.0, 41)) + 0.7 * _noise(1.0, 42)
    paper = np.clip(0.05 + 0.055 * strokes, 0.0, 0.3)[..., None]
    pixels[..., :3] += (np.array((255, 252, 244)) - pixels[..., :3]) * paper
    return Image.fromarray(pixels.round().astype(np.uint8), "RGBA")


FINISHES = {"painted": _painted, "crayon": _crayon}


def true_marks(style: Style) -> dict[str, tuple[float, float]]:
    """Where things were drawn, in pixels from the top left: the character's left is the picture's right."""
    (cx, cy), (_, h) = style.centre, style.face
    out = {"chin": (cx, cy + h), "mouth": (cx, cy + style.mouth_down)}
    out["mouth_left"] = (cx + style.mouth[0], cy + style.mouth_down)
    out["mouth_right"] = (cx - style.mouth[0], cy + style.mouth_down)
    for side, name in ((1, "left"), (-1, "right")):
        out[f"eye_{name}"] = (cx + side * style.eyes_apart, cy + style.eyes_down)
        out[f"brow_{name}"] = (cx + side * style.eyes_apart, cy + style.eyes_down - style.eye[1] - 17)
    return out


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/drawn")
    folder.mkdir(parents=True, exist_ok=True)
    for style in STYLES:
        draw_face(style).save(folder / f"{style.name}.png")
        print(folder / f"{style.name}.png")


if __name__ == "__main__":
    main()
