"""What comes from outside: nothing in it is run, no path in it is opened, and it takes no more memory than it may."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.motions import moving
from orator.core.emotion import parse_emotion
from orator.core.errors import OratorError
from orator.core.files import check_writable, write_atomically
from orator.core.formats.bvh import read_bvh
from orator.core.formats.livelink import read_livelink, write_livelink
from orator.core.formats.pins_npz import read_pins
from orator.core.formats.take_npz import read_take, write_take
from orator.core.performance import Take
from orator.core.reading import parse_json
from orator.core.rig import profile as profiles
from orator.core.settings import Settings
from orator.core.smplx.restricted import read_pickle
from orator.core.storage import MAGIC, unpack

# --- Pickles -------------------------------------------------------------------------------------------------------


class _Call:
    """Pickles as a call of what is named, with arguments and a state."""

    def __init__(self, function: Any, *args: Any, state: Any = None) -> None:
        self._made = (function, args) if state is None else (function, args, state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made


EVIL = {
    "an object dtype over bytes": _Call(np.ndarray, (2,), np.dtype(object), b"\x41" * 16),
    "an array whose state is objects": _Call(
        np.core.multiarray._reconstruct, np.ndarray, (0,), b"b", state=(1, (2,), np.dtype(object), False, b"\x41" * 16)
    ),
    "a state larger than its bytes": _Call(
        np.core.multiarray._reconstruct, np.ndarray, (0,), b"b", state=(1, (1 << 40,), np.dtype("f8"), False, b"\0" * 8)
    ),
    "a dtype with a state of its own": _Call(np.dtype, "V8", state=(3, "|", None, ("a",), {"a": (1, 2)}, 8, 1, 63)),
    "a program": _Call(os.system, "true"),
}


@pytest.mark.fault("12.2")
@pytest.mark.parametrize("what", EVIL)
def test_a_pickle_gets_nothing_but_numbers(what: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    for protocol in (2, 4):
        path.write_bytes(pickle.dumps({"v_template": EVIL[what]}, protocol))
        try:
            found = read_pickle(path)
        except OratorError as error:
            assert "was run" in str(error) or "damaged" in str(error)
        else:
            assert found == {}


@pytest.mark.fault("12.2")
def test_a_pickle_that_costs_more_than_it_is_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    for data in (
        b"\x80\x02}r\xff\xff\xff\x7f.",  # a place of 2 billion in the table of places
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x.",  # bytes that are not there
        b"\x80\x02" + b"N0" * 3_000_000 + b"}.",
    ):
        path.write_bytes(data)
        with pytest.raises(OratorError, match="cut off or damaged"):
            read_pickle(path)


@pytest.mark.fault("12.2")
def test_a_path_in_a_take_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A take that names a model file (a trap here: opening a pipe would wait for ever) is exported without a look."""
    pytest.importorskip("safetensors")
    from orator.models.cli import main

    trap = tmp_path / "SMPLX_NEUTRAL.npz"
    os.mkfifo(trap)
    options = {"smplx_file": str(trap), "hand_mean": None}
    take = Take(moving(5), "Take", {"settings": {"model": f"emage:{tmp_path}", "options": options}})
    write_take(take, tmp_path / "take.npz")
    opened: list[str] = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: (opened.append(str(self)), real(self, *a, **k))[1])
    assert main(["export", str(tmp_path / "take.npz"), "-o", str(tmp_path / "motion.npz")]) == 0
    assert (tmp_path / "motion.npz").is_file() and str(trap) not in opened


# --- Bombs ---------------------------------------------------------------------------------------------------------


def npy(dtype: str, shape: tuple[int, ...], data: bytes) -> bytes:
    text = repr({"descr": dtype, "fortran_order": False, "shape": shape}).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(f"{name}.npy", data)
    return path


@pytest.mark.fault("12.24")
def test_a_zip_bomb_and_a_promise_of_820_gb_are_refused(tmp_path: Path) -> None:
    write_take(Take(moving(5)), tmp_path / "take.npz")
    with np.load(tmp_path / "take.npz") as data:
        whole = {name: data[name] for name in data.files}
    entries = {}
    for name, array in whole.items():
        out = io.BytesIO()
        np.lib.format.write_array(out, array)
        entries[name] = out.getvalue()
    frames = 310_000
    bomb = {**entries, "rotations": npy("<f4", (frames, 55, 4), bytes(frames * 55 * 4 * 4))}
    with pytest.raises(OratorError, match="would unfold to far more"):
        read_take(zipped(tmp_path / "bomb.npz", bomb))
    promise = {**entries, "rotations": npy("<f4", (932_000_000, 55, 4), bytes(880))}
    with pytest.raises(OratorError, match="damaged"):
        read_take(zipped(tmp_path / "promise.npz", promise))
    beside = {**entries, "unknown": npy("<f4", (frames * 220,), bytes(frames * 880))}
    assert read_take(zipped(tmp_path / "beside.npz", beside)).performance.frames == 5


@pytest.mark.fault("12.24")
@pytest.mark.usefixtures("tmp_path")
def test_a_stored_performance_unfolds_to_what_it_says() -> None:
    parts = b'{"fps": 30.0, "parts": {"rotations": {"shape": [%d, 55, 4], "bytes": %d}}}'
    for frames, packed in ((3, zlib.compress(bytes(1 << 26))), (1 << 40, zlib.compress(b""))):
        header = parts % (frames, len(packed))
        with pytest.raises(OratorError, match="damaged"):
            unpack(MAGIC + struct.pack("<I", len(header)) + header + packed)


@pytest.mark.fault("12.24")
@pytest.mark.parametrize(
    "text",
    ['{"a": ' * 400 + "1" + "}" * 400, "[" * 100_000, '{"a": ' + "9" * 5000 + "}", '{"a": NaN}', '{"a": 1e999}', "{"],
)  # fmt: skip
def test_odd_json_is_a_sentence(text: str) -> None:
    with pytest.raises(OratorError, match=r"^'a\.json' .*again\.$"):
        parse_json(text, "'a.json'")


@pytest.mark.fault("12.24")
def test_a_hierarchy_that_turns_in_circles_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_text("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS -3 x\n}\nMOTION\nFrames: 1\nFrame Time: 0.03\n0\n")
    with pytest.raises(OratorError, match=r"hierarchy of 'a\.bvh' is damaged"):
        read_bvh(path)
    path.write_text(
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n}\nMOTION\nFrames: 900000000\nFrame Time: 0.1\n0"
    )
    with pytest.raises(OratorError, match="cut off"):
        read_bvh(path)


@pytest.mark.slow
@pytest.mark.fault("12.24")
def test_a_hundred_thousand_pins(tmp_path: Path) -> None:
    from orator.core.directing.pins import check_pose_pins, unreachable_pins
    from orator.core.formats.pins import posed

    count = 100_000
    turns = np.zeros((count, 55, 4), np.float16)
    turns[..., 0] = 1.0
    joints = np.zeros((count, 55), bool)
    joints[:, 15] = True
    np.savez(tmp_path / "pins.npz", frames=np.arange(count) % 50, rotations=turns, joints=joints)
    pins = posed(read_pins(tmp_path / "pins.npz"))
    assert len(pins) == 50
    check_pose_pins(pins, 60.0)
    assert unreachable_pins(pins) == ()
    np.savez(tmp_path / "pins.npz", frames=np.arange(count), rotations=turns, joints=joints)
    pins = posed(read_pins(tmp_path / "pins.npz"))
    assert len(pins) == count
    with pytest.raises(OratorError, match="outside the speech"):
        check_pose_pins(pins, 60.0)


# --- What is no file -----------------------------------------------------------------------------------------------


@pytest.mark.fault("12.24")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_devices_and_names_that_cannot_be(tmp_path: Path) -> None:
    pytest.importorskip("soxr")
    from orator.core.speech.load import load_speech

    os.mkfifo(tmp_path / "pipe")
    for read in (load_speech, read_take, read_bvh, read_livelink, profiles.load, read_pickle):
        for place in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
            with pytest.raises(OratorError, match=r"device or a pipe|is a folder"):
                read(place)
        for place in (tmp_path / ("x" * 300), tmp_path / "a\0b", tmp_path / "gone"):
            with pytest.raises(OratorError, match=r"does not exist|cannot be opened"):
                read(place)


@pytest.mark.fault("12.24")
def test_a_name_that_cannot_be_written_is_known_before_the_work(tmp_path: Path) -> None:
    for name in ("x" * 300, "あ" * 90, "a\0b"):
        with pytest.raises(OratorError, match=r"too long|no name can|holds a sign"):
            check_writable(tmp_path / name)
    check_writable(tmp_path / ("あ" * 82 + ".npz"))
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OratorError, match="device or a pipe"):
            check_writable(place)
        with pytest.raises(OratorError, match="device or a pipe"):
            write_atomically(place, lambda stream: stream.write(b"x") and None)
    assert not Path("/dev/null").is_file()


# --- Long recordings -----------------------------------------------------------------------------------------------


def recording(path: Path, codes: list[str]) -> Path:
    write_livelink(moving(len(codes)), path)
    lines = path.read_text().splitlines()
    rows = [",".join([code, *line.split(",")[1:]]) for code, line in zip(codes, lines[1:], strict=True)]
    path.write_text("\n".join([lines[0], *rows]))
    return path


@pytest.mark.fault("12.14")
def test_a_recording_past_midnight_keeps_its_end(tmp_path: Path) -> None:
    codes = [f"23:59:59:{k:02d}.000" for k in range(30)] + [f"00:00:00:{k:02d}.000" for k in range(30)]
    codes += [f"00:00:01:{k:02d}.000" for k in range(30)]
    read = read_livelink(recording(tmp_path / "a.csv", codes))
    assert read.frames == 90 and np.abs(read.face - moving(90).face).max() < 1e-3


@pytest.mark.fault("12.14")
@pytest.mark.parametrize("jump", [("07:00:00", "15:30:00"), ("15:30:00", "07:00:00"), ("01:00:00", "01:00:30")])
def test_a_clock_that_jumps_costs_no_frames(tmp_path: Path, jump: tuple[str, str]) -> None:
    codes = [f"{part}:{k:02d}.000" for part in jump for k in range(30)]
    read = read_livelink(recording(tmp_path / "a.csv", codes))
    assert read.frames == 60 and np.abs(read.face - moving(60).face).max() < 1e-3


@pytest.mark.fault("12.14")
def test_frames_that_were_dropped_are_still_filled(tmp_path: Path) -> None:
    codes = [f"01:00:{k // 30:02d}:{k % 30:02d}.000" for k in range(120)]
    path = recording(tmp_path / "a.csv", codes)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:30] + lines[60:]))
    assert read_livelink(path).frames == 120


# --- Values --------------------------------------------------------------------------------------------------------


@pytest.mark.fault("12.16")
@pytest.mark.parametrize(
    ("name", "value"),
    [("energy", -1e9), ("energy", float("nan")), ("blink_rate", 1e30), ("stance", float("inf")), ("temperature", 0.0)],
)
def test_values_outside_their_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(OratorError, match=f"{name.replace('_', '-')} is .*: give a number from"):
        Settings(**{name: value})
    with pytest.raises(OratorError, match=r"no number"):
        Settings(curves={name: ((0.0, 1.0), (1.0, float("nan")))})


@pytest.mark.fault("12.16")
def test_curves_stay_within_the_range() -> None:
    found = Settings(curves={"energy": ((0.0, 1.0), (1.0, 2.4))}).curve("energy", np.array([0.0, 0.5, 1.0]))
    assert np.allclose(found, [1.0, 1.7, 2.0])


@pytest.mark.fault("12.16")
@pytest.mark.parametrize("spec", ["happy:1e9", "happy:nan", "nan=happy", "1e300=sad", "happy:-1", "", "glad"])
def test_emotions_outside_their_range_are_refused(spec: str) -> None:
    with pytest.raises(OratorError, match="is not understood"):
        parse_emotion(spec)


# --- Rig mappings --------------------------------------------------------------------------------------------------


@pytest.mark.fault("12.25")
def test_every_entry_of_a_mapping_has_its_type() -> None:
    """Each entry of a profile, exchanged for values of every other type, is refused when it is read."""
    whole = json.loads(profiles.to_json(profiles.RigProfile(joints={"head": "Head"}, root="Root")))
    assert set(profiles._CHECKS) == {f.name for f in dataclasses.fields(profiles.RigProfile)}
    assert profiles.from_json(json.dumps(whole)).joints == {"head": "Head"}
    odd = (None, True, 7, 0.5, "text", [1], ["a", 2], {"head": 3}, {"head": {"gain": "much"}}, {"nobody": "Bone"})
    for name in profiles._CHECKS:
        refused = 0
        for value in odd:
            try:
                kept = profiles.from_json(json.dumps({**whole, name: value}))
            except OratorError as error:
                assert f"'{name}'" in str(error)
                refused += 1
            else:
                assert profiles.from_json(profiles.to_json(kept)) == kept
        assert refused >= 5, name
