"""Live Link Face .csv: 52 ARKit weights and head and eye angles, as the phone application writes them."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from .. import arkit, skeleton
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically
from ..performance import Performance, make_performance, rest_performance
from ..reading import read_text, room, sentence_for
from ..rotations import from_scipy, to_scipy

_ANGLES = (
    "HeadYaw",
    "HeadPitch",
    "HeadRoll",
    "LeftEyeYaw",
    "LeftEyePitch",
    "LeftEyeRoll",
    "RightEyeYaw",
    "RightEyePitch",
    "RightEyeRoll",
)
_RATES = (24.0, 25.0, 30000 / 1001, 30.0, 48.0, 50.0, 60000 / 1001, 60.0)
_DAY: Final = 86400.0
_LONGEST_GAP: Final = 10.0
"""Seconds without a row that are filled; a longer step is the clock's, not the recording's."""
_JITTER: Final = 0.5
_MOST_COLUMNS: Final = 1000
_LARGEST: Final = 1e6
_FRAME_BYTES: Final = 2500
"""What a frame takes while it is read."""
_ANGLE_JOINTS = ("head", "left_eye_smplhf", "right_eye_smplhf")


def _column(name: str) -> str:
    return name[0].upper() + name[1:]


def write_livelink(performance: Performance, path: Path) -> None:
    """Write one row a frame: timecode, 61 blend shapes, the weights by Apple's order, angles in radians.

    Timecodes are hours:minutes:seconds:frames with a fraction of a frame, counted from 0 at the performance's rate.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["Timecode", "BlendShapeCount", *map(_column, arkit.ARKIT), *_ANGLES])
    angles = _euler_columns(performance)
    base = max(1, round(performance.fps))
    for k in range(performance.frames):
        seconds = k / performance.fps
        whole = int(seconds + 1e-9)
        frame = max(0.0, (seconds - whole) * base)
        code = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frame:06.3f}"
        values = [f"{v:.6f}" for v in np.concatenate([performance.face[k], angles[k]])]
        rows.writerow([code, 61, *values])
    write_atomically(Path(path), lambda stream: stream.write(text.getvalue().encode("utf-8")) and None)


def _euler_columns(performance: Performance) -> Array:
    """(T, 9): yaw, pitch, roll of head and eyes; Live Link's angles are radians (yaw about Y, pitch X, roll Z)."""
    columns = [to_scipy(performance.rotations[:, skeleton.INDEX[joint]]).as_euler("YXZ") for joint in _ANGLE_JOINTS]
    return np.concatenate(columns, axis=1)


def read_livelink(path: Path) -> Performance:
    """Read a Live Link Face .csv as a face performance on a resting body, at the rate its timecodes show.

    Uneven and missing frames are filled by linear interpolation; midnight, and a timecode that jumps (a device whose
    clock was set while it recorded), go on as if nothing were. Raises OratorError for anything else.
    """
    path = Path(path)
    text = read_text(path, "Live Link Face file")
    with sentence_for(f"'{path.name}' is not a Live Link Face .csv, or is damaged. Choose another file."):
        rows = (row for row in csv.reader(io.StringIO(text)) if row)
        header = [cell.strip().lower() for cell in next(rows, [])][:_MOST_COLUMNS]
        found = {name: header.index(name.lower()) for name in arkit.ARKIT if name.lower() in header}
        if len(found) < 20 or "timecode" not in header:
            reason = "its first line must name the face weights"
            raise OratorError(f"'{path.name}' is not a Live Link Face .csv: {reason}.")
        times, values = _parse_rows(rows, header, path)
        base, seconds = _clock(times)
        if seconds[-1] * base * _FRAME_BYTES > room(len(text)):
            raise OratorError(f"'{path.name}' has far more frames than its size can hold. Export the recording again.")
        return _performance(header, base, seconds, values)


def _performance(header: list[str], base: float, seconds: Array, values: Array) -> Performance:
    frames = max(1, round(seconds[-1] * base) + 1)
    at = np.arange(frames) / base

    def track(name: str) -> Array:
        return np.interp(at, seconds, values[:, header.index(name.lower())])

    rest = rest_performance(frames, base)
    face, rotations = rest.face, rest.rotations
    for name in arkit.ARKIT:
        if name.lower() in header:
            face[:, arkit.INDEX[name]] = track(name)
    for k, joint in enumerate(_ANGLE_JOINTS):
        names = _ANGLES[3 * k : 3 * k + 3]
        if all(n.lower() in header for n in names):
            euler = np.stack([track(n) for n in names], axis=1)
            rotations[:, skeleton.INDEX[joint]] = from_scipy(Rotation.from_euler("YXZ", euler), (frames,))
    return make_performance(rotations, rest.translation, face, base)


def _parse_rows(rows: Iterator[list[str]], header: list[str], path: Path) -> tuple[list[str], Array]:
    times: list[str] = []
    values = array("d")
    code, width, short = header.index("timecode"), len(header), 0
    for number, row in enumerate(rows, start=2):
        if short:
            raise OratorError(f"Line {short} of '{path.name}' is too short. Export the recording again.")
        if len(row) < width:
            # A recording that was cut off ends in half a line; anything before the end must be whole.
            short = number
            continue
        try:
            numbers = [float(cell) if k != code else 0.0 for k, cell in enumerate(row[:width])]
        except ValueError:
            raise OratorError(f"Line {number} of '{path.name}' holds something that is not a number.") from None
        if not all(abs(value) <= _LARGEST for value in numbers):
            raise OratorError(f"Line {number} of '{path.name}' holds something that is not a number.")
        times.append(row[code])
        values.extend(numbers)
    if not times:
        raise OratorError(f"'{path.name}' holds no frames. Record it again.")
    return times, np.frombuffer(values).reshape(-1, width)


def _clock(codes: list[str]) -> tuple[float, Array]:
    """The rate and the seconds of each row from the first, out of SMPTE-like timecodes with fractional frames."""
    split = np.empty((len(codes), 2))
    for k, code in enumerate(codes):
        try:
            hours, minutes, seconds, frame = (float(f) for f in code.replace(";", ":").split(":"))
        except ValueError:
            return 30.0, np.arange(len(codes)) / 30.0
        split[k] = hours * 3600 + minutes * 60 + seconds, frame
    if not (np.abs(split) <= _LARGEST).all():
        return 30.0, np.arange(len(codes)) / 30.0
    whole, frame = split.T
    highest = frame.max()
    rates = [r for r in (24.0, 25.0, 30.0, 48.0, 50.0, 60.0) if highest < r]
    base = 60.0 if not rates else (30.0 if len(codes) < 24 and highest < 30.0 else rates[0])
    seconds = whole + frame / base
    if len(seconds) > 1:
        # The rate is what the recording's own steps say; drop-frame and variable rates then stay true in time.
        step = float(np.median(np.diff(seconds)))
        if step > 0:
            measured = 1.0 / step
            near = min(_RATES, key=lambda rate: abs(rate - measured))
            base = near if abs(near - measured) < 0.02 * measured else base
    return base, _running(seconds, base)


def _running(seconds: Array, base: float) -> Array:
    """Seconds (N,) from the first, never falling: past midnight the day goes on, and a jump becomes one frame."""
    steps = np.diff(seconds)
    steps = np.where(steps < -0.5 * _DAY, steps + _DAY, steps)
    for longest in (_LONGEST_GAP, 1.0 / base):
        jumps = (steps > longest * (1.0 + 1e-6)) | (steps < -_JITTER)
        told = np.concatenate([[0.0], np.cumsum(np.where(jumps, 1.0 / base, steps))])
        # Gaps that are not jumps are filled, but a file of nothing but gaps is no recording.
        if np.ptp(told) * base <= 2.0 * len(seconds) + 60.0 * base:
            break
    return np.maximum.accumulate(told)
