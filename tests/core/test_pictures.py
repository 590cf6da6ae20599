"""Pictures from disk: every kind comes as 8-bit RGBA, and what is no portrait is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from orator.core.errors import OratorError
from orator.core.pictures import figures, fitted, keyed, read_picture, write_png

Image = pytest.importorskip("PIL.Image")


def _save(path: Path, mode: str, size: tuple[int, int] = (100, 120), **options: object) -> Path:
    Image.new(mode, size, {"RGB": (200, 10, 10), "CMYK": (0, 200, 200, 20), "L": 90, "P": 3}.get(mode, 40000)).save(
        path, **options
    )
    return path


@pytest.mark.parametrize(("mode", "name"), [("RGB", "a.png"), ("CMYK", "a.jpg"), ("L", "a.png"), ("P", "a.gif")])
def test_kinds_of_pictures(tmp_path: Path, mode: str, name: str) -> None:
    found = read_picture(_save(tmp_path / name, mode))
    assert found.shape == (120, 100, 4) and found.dtype == np.uint8 and (found[..., 3] == 255).all()
    if mode == "CMYK":
        assert found[0, 0, 0] > 150 > found[0, 0, 1], "red"


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    found = read_picture(_save(tmp_path / "a.png", "I;16"))
    assert abs(int(found[0, 0, 0]) - 40000 / 65535 * 255) <= 1


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    assert read_picture(_save(tmp_path / "a.png", "RGB", (8000, 8000))).shape == (2048, 2048, 4)


def test_what_is_no_portrait(tmp_path: Path) -> None:
    cases = {
        "small.png": ((16, 16), "too few"),
        "strip.png": ((800, 200), "strip"),
    }
    for name, (size, words) in cases.items():
        with pytest.raises(OratorError, match=words):
            read_picture(_save(tmp_path / name, "RGB", size))
    frames = [Image.new("RGB", (100, 100), (k * 50, 0, 0)) for k in range(3)]
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(OratorError, match="animated"):
        read_picture(tmp_path / "moves.gif")
    whole = _save(tmp_path / "whole.png", "RGB").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no picture")
    for name, words in (("cut.png", "cut off"), ("text.png", "not a picture"), ("none.png", "missing")):
        with pytest.raises(OratorError, match=words):
            read_picture(tmp_path / name)


def test_a_plain_background_is_cleared_and_nothing_inside(tmp_path: Path) -> None:
    picture = np.full((100, 100, 4), 255, np.uint8)
    picture[20:80, 20:80, :3] = (30, 60, 90)
    picture[40:60, 40:60, :3] = 255
    out = keyed(picture)
    assert out[0, 0, 3] == 0 and out[50, 50, 3] == 255 and out[25, 25, 3] == 255
    write_png(out, tmp_path / "a.png")
    assert (read_picture(tmp_path / "a.png") == out).all()
    assert fitted(out, 64).shape == (64, 64, 4)


def test_several_figures_are_counted_and_specks_are_not() -> None:
    picture = np.zeros((100, 200, 4), np.uint8)
    assert figures(picture) == 0
    picture[20:80, 20:80, 3] = 255
    picture[5:8, 5:8, 3] = 255
    assert figures(picture) == 1
    picture[30:80, 120:170, 3] = 255
    assert figures(picture) == 2


def test_a_background_that_is_cleared_leaves_no_fringe() -> None:
    y, x = np.mgrid[0:96, 0:96]
    share = np.clip(40.5 - np.hypot(y - 48, x - 48), 0.0, 1.0)[..., None]
    drawn = np.rint(share * (150, 30, 40) + (1.0 - share) * 252).astype(np.uint8)
    cut = keyed(np.dstack([drawn, np.full((96, 96), 255, np.uint8)]))
    rim = (cut[..., 3] > 20) & (cut[..., 3] < 235)
    assert rim.sum() > 60
    assert np.abs(cut[rim][:, :3].astype(int) - (150, 30, 40)).max() < 12, "the disc's colour, no white in it"
    assert np.abs(cut[..., 3] / 255.0 - share[..., 0]).max() < 0.12


def test_a_picture_of_one_colour_is_not_cleared_away() -> None:
    plain = np.full((96, 96, 4), (120, 130, 140, 255), np.uint8)
    assert (keyed(plain) == plain).all()
