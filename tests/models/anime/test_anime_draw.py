"""Talking pictures by the published networks: what is drawn once is the same bytes as drawing every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.anime_files import write_weights

torch = pytest.importorskip("torch")

from orator.core.anime.drawn import NumberTrack  # noqa: E402
from orator.core.errors import Cancelled, OratorError  # noqa: E402
from orator.core.pictures import read_picture, write_png  # noqa: E402
from orator.models.anime.draw import DrawSettings, draw_sequence  # noqa: E402
from orator.models.anime.files import AnimeCheckpoint, load  # noqa: E402
from orator.models.anime.layout import FORMS  # noqa: E402
from orator.models.anime.levels import parse_levels, poses_of, quantise  # noqa: E402


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> AnimeCheckpoint:
    return load(write_weights(tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    out = np.zeros((200, 200, 4), np.uint8)
    y, x = np.mgrid[0:200, 0:200]
    inside = (x - 100) ** 2 + (y - 90) ** 2 < 70**2
    out[inside] = (250, 220, 200, 255)
    out[(x - 75) ** 2 + (y - 85) ** 2 < 100] = (40, 60, 120, 255)
    out[(x - 125) ** 2 + (y - 85) ** 2 < 100] = (40, 60, 120, 255)
    return out


def _track(rows: list[dict[str, float]]) -> NumberTrack:
    names = FORMS["v3-separable"].numbers
    values = np.zeros((len(rows), len(names)), np.float32)
    for t, row in enumerate(rows):
        for name, value in row.items():
            values[t, names.index(name)] = value
    return NumberTrack(names, values, 24.0)


@pytest.mark.slow
def test_reused_drawings_are_the_bytes_of_every_frame(
    weights: AnimeCheckpoint, picture: np.ndarray, tmp_path: Path
) -> None:
    track = _track([{"mouth_aaa": 1.0}, {"head_y": 0.5, "mouth_aaa": 1.0}, {"mouth_aaa": 0.98}])
    shared = draw_sequence(weights, picture, track, tmp_path / "shared", cache=tmp_path / "cache")
    every = draw_sequence(weights, picture, track, tmp_path / "every", DrawSettings(reuse=False))
    assert (shared.drawings, shared.drawn, shared.morphs) == (2, 2, 1) and every.drawn == 3
    for a, b in zip(shared.frames, every.frames, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert shared.frames[0].read_bytes() != shared.frames[1].read_bytes(), "the head turned"
    shown = read_picture(shared.frames[0])
    assert shown.shape == (512, 512, 4) and shown[..., 3].min() < 255
    assert "CC BY 4.0" in (tmp_path / "shared" / "CREDIT.txt").read_text()
    again = draw_sequence(weights, picture, track, tmp_path / "again", cache=tmp_path / "cache")
    assert again.drawn == again.morphs == 0 and again.frames[1].read_bytes() == shared.frames[1].read_bytes()


def test_cancelling_keeps_what_is_drawn(weights: AnimeCheckpoint, picture: np.ndarray, tmp_path: Path) -> None:
    track = _track([{"mouth_aaa": 1.0}, {"mouth_ooo": 1.0}])
    seen: list[np.ndarray | None] = []
    with pytest.raises(Cancelled):
        draw_sequence(
            weights,
            picture,
            track,
            tmp_path / "out",
            cache=tmp_path / "cache",
            progress=lambda fraction, text, drawing: seen.append(drawing),
            cancelled=lambda: len(seen) == 1,
        )
    assert len(seen) == 1 and seen[0].shape == (512, 512, 4), "a thumbnail of each drawing"
    done = draw_sequence(weights, picture, track, tmp_path / "out", cache=tmp_path / "cache")
    assert done.drawings == 2 and done.drawn == 1


def test_no_room_no_picture_no_fit(
    weights: AnimeCheckpoint, picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    track = _track([{}])
    busy = np.random.default_rng(1).integers(0, 255, (128, 128, 4), np.uint8)
    busy[..., 3] = 255
    with pytest.raises(OratorError, match="cut the character out"):
        draw_sequence(weights, busy, track, tmp_path / "a")
    with pytest.raises(OratorError, match="almost empty"):
        draw_sequence(weights, np.zeros((128, 128, 4), np.uint8), track, tmp_path / "a")
    two = np.zeros((128, 256, 4), np.uint8)
    two[20:120, 10:100], two[20:120, 150:240] = 255, 255
    with pytest.raises(OratorError, match="several figures"):
        draw_sequence(weights, two, track, tmp_path / "a")
    six = NumberTrack(FORMS["v1"].numbers, np.zeros((1, 6), np.float32), 24.0)
    with pytest.raises(OratorError, match="45 numbers"):
        draw_sequence(weights, picture, six, tmp_path / "a")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=1000))
    with pytest.raises(OratorError, match="no room for 1 pictures"):
        draw_sequence(weights, picture, track, tmp_path / "a")


def test_levels_round_and_turns_do_not_flicker() -> None:
    track = _track([{"head_x": v, "mouth_aaa": 0.4} for v in (0.0, 0.24, 0.27, 0.24, 0.46, 0.3, 0.04)])
    steps = quantise(track, parse_levels("turn=2"))
    names = track.names
    assert list(steps[:, names.index("head_x")]) == [0, 0, 0, 0, 1, 1, 0], "0.25 is the border of two levels"
    assert set(steps[:, names.index("mouth_aaa")]) == {1}
    with pytest.raises(OratorError, match="mouth=3"):
        parse_levels("nose=2")


def test_a_mouth_of_one_drawing_takes_its_like_and_shut_stays_shut() -> None:
    names = FORMS["v1"].numbers
    mouths = [0.0, 0.0, 0.33, 0.33, 0.67, 0.67, 0.67, 0.67, 0.67, 0.67, 1.0, 1.0, 0.0, 0.0]
    values = np.zeros((len(mouths) + 2, len(names)), np.float32)
    values[: len(mouths), names.index("mouth")] = mouths
    values[-2:, names.index("mouth")], values[-2:, names.index("head_y")] = 1.0, 1.0
    poses = poses_of(NumberTrack(names, values, 24.0), parse_levels(""))
    assert [round(3 * v) for v in poses[:, names.index("mouth")]] == [0, 0, *[2] * 10, 0, 0, 3, 3]
    assert set(poses[-2:, names.index("head_y")]) == {1.0}, "another turn is another drawing"
    assert [round(3 * v) for v in poses_of(NumberTrack(names, values, 6.0), parse_levels(""))[:, -1]][2] == 1


@pytest.mark.usefixtures("weights")
def test_the_command_from_a_live_link_file_to_pictures(
    picture: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from orator.core.arkit import INDEX
    from orator.core.formats.livelink import write_livelink
    from orator.core.performance import rest_performance
    from orator.models.cli import main

    folder = write_weights(tmp_path / "weights")
    write_png(picture, tmp_path / "face.png")
    performance = rest_performance(6)
    performance.face[:, INDEX["jawOpen"]] = 0.4
    write_livelink(performance, tmp_path / "talk.csv")
    arguments = ["--picture", str(tmp_path / "face.png"), "--weights", str(folder), "-o", str(tmp_path / "out")]
    assert (
        main(["numbers", str(tmp_path / "talk.csv"), "-o", str(tmp_path / "n.json"), "--fps", "12", "--on", "1"]) == 0
    )
    assert main(["draw", str(tmp_path / "n.json"), *arguments, "--fps", "12"]) == 0
    said = capsys.readouterr()
    assert "Pramook Khungurn" in said.err and "frames of" in said.out
    assert (tmp_path / "out" / "0001.png").is_file()
    (folder / "editor.pt").write_bytes(b"no")
    assert main(["draw", str(tmp_path / "n.json"), *arguments]) == 1
    assert "editor.pt" in capsys.readouterr().err
