"""What is written is read back: takes, SMPL-X, BVH, Live Link; and bad files get a sentence."""

from pathlib import Path

import numpy as np
import pytest
from helpers.motions import moving
from orator.core import arkit, skeleton
from orator.core.errors import OratorError
from orator.core.formats.bvh import read_bvh, write_bvh
from orator.core.formats.livelink import read_livelink, write_livelink
from orator.core.formats.smplx_npz import read_smplx, write_smplx
from orator.core.formats.take_npz import read_take, write_take
from orator.core.performance import Take, resample
from orator.core.rotations import angle_between, forward_kinematics


def test_take_round_trip_is_exact(tmp_path: Path) -> None:
    take = Take(moving(), "Take 2", {"seed": 7})
    write_take(take, tmp_path / "t.npz")
    back = read_take(tmp_path / "t.npz")
    assert back.name == "Take 2" and back.meta["seed"] == 7
    for name in ("rotations", "translation", "face"):
        assert np.array_equal(getattr(back.performance, name), getattr(take.performance, name))


def test_smplx_round_trip_keeps_every_joint(tmp_path: Path) -> None:
    motion = moving()
    write_smplx(motion, tmp_path / "s.npz")
    back = read_smplx(tmp_path / "s.npz")
    assert angle_between(back.rotations, motion.rotations).max() < 1e-3
    assert np.allclose(back.translation, motion.translation, atol=1e-6) and back.fps == 30


def test_bvh_round_trip_keeps_joint_positions(tmp_path: Path) -> None:
    motion = moving(fps=25.0)
    write_bvh(motion, tmp_path / "b.bvh")
    back = read_bvh(tmp_path / "b.bvh")
    assert back.fps == pytest.approx(25.0)
    a, _ = forward_kinematics(motion.rotations, motion.translation)
    b, _ = forward_kinematics(back.rotations, back.translation)
    assert np.abs(a - b).max() < 1e-4


def test_livelink_round_trip_keeps_weights_and_head(tmp_path: Path) -> None:
    motion = moving(fps=60.0, frames=90)
    write_livelink(motion, tmp_path / "f.csv")
    back = read_livelink(tmp_path / "f.csv")
    assert back.fps == 60 and back.frames == 90
    assert np.abs(back.face - motion.face).max() < 1e-4
    head = skeleton.INDEX["head"]
    assert angle_between(back.rotations[:, head], motion.rotations[:, head]).max() < 0.05
    first = (tmp_path / "f.csv").read_text().splitlines()[0].split(",")
    assert first[2] == "EyeBlinkLeft" and len(first) == 2 + 61 and len(arkit.ARKIT) == 52


@pytest.mark.parametrize("fps", [24.0, 25.0, 30000 / 1001, 60.0])
def test_resampling_goes_by_true_time(fps: float) -> None:
    motion = moving(frames=300)
    there = resample(motion, fps)
    assert there.frames == int(np.ceil(10.0 * fps - 1e-6))
    k = there.frames // 2
    exact = np.interp(k / fps, motion.times(), motion.translation[:, 0])
    assert there.translation[k, 0] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(
    "reader, name", [(read_take, "x.npz"), (read_smplx, "x.npz"), (read_bvh, "x.bvh"), (read_livelink, "x.csv")]
)
def test_bad_files_get_a_sentence(tmp_path: Path, reader, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(OratorError, match="does not exist"):
        reader(path)
    for content in (b"", b"hello", b"PK\x03\x04 broken", bytes(range(256)) * 4):
        path.write_bytes(content)
        with pytest.raises(OratorError):
            reader(path)
    motion = moving()
    {
        read_take: lambda: write_take(Take(motion), path),
        read_smplx: lambda: write_smplx(motion, path),
        read_bvh: lambda: write_bvh(motion, path),
        read_livelink: lambda: write_livelink(motion, path),
    }[reader]()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 + 3])
    if reader is not read_livelink:
        with pytest.raises(OratorError):
            reader(path)


def test_a_disk_that_fills_up_leaves_the_old_take(tmp_path: Path, capfd) -> None:
    resource, signal = pytest.importorskip("resource"), pytest.importorskip("signal")
    path = tmp_path / "t.npz"
    write_take(Take(moving(), "Old"), path)
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OratorError, match=r"could not be written|disk is full"):
            write_take(Take(moving(400), "New"), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert read_take(path).name == "Old" and [p.name for p in tmp_path.iterdir()] == ["t.npz"]
    assert "Traceback" not in capfd.readouterr().err


def test_a_read_only_folder_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("mine")
    with pytest.raises(OratorError, match="folder"):
        write_take(Take(moving()), blocked / "t.npz")
    assert blocked.read_text() == "mine"
