"""Live Link Face .csv: 52 ARKit weights and head and eye angles, as the phone application writes them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from .. import arkit, skeleton
from ..errors import OratorError
from ..files import write_atomically
from ..performance import Performance, make_performance, rest_performance
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


def _euler_columns(performance: Performance) -> np.ndarray:
    """(T, 9): yaw, pitch, roll of head and eyes; Live Link's angles are radians (yaw about Y, pitch X, roll Z)."""
    columns = []
    for joint in _ANGLE_JOINTS:
        columns.append(to_scipy(performance.rotations[:, skeleton.INDEX[joint]]).as_euler("YXZ"))
    return np.concatenate(columns, axis=1)


def read_livelink(path: Path) -> Performance:
    """Read a Live Link Face .csv as a face performance on a resting body, at the rate its timecodes show.

    Uneven and missing frames are filled by linear interpolation. Raises OratorError for anything else.
    """
    path = Path(path)
    if not path.is_file():
        raise OratorError(f"The Live Link Face file '{path}' does not exist. Choose another file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OratorError(f"'{path.name}' is not a Live Link Face .csv. Choose another file.") from error
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    found = {name: header.index(name.lower()) for name in arkit.ARKIT if name.lower() in header}
    if len(found) < 20 or "timecode" not in header:
        raise OratorError(f"'{path.name}' is not a Live Link Face .csv: its first line must name the face weights.")
    times, values = _parse_rows(rows[1:], header, path)
    base, seconds = _clock(times)
    frames = max(1, round(seconds[-1] * base) + 1)
    at = np.arange(frames) / base

    def track(name: str) -> np.ndarray:
        return np.interp(at, seconds, values[:, header.index(name.lower())])

    rest = rest_performance(frames, base)
    face = np.array(rest.face)
    for name in found:
        face[:, arkit.INDEX[name]] = track(name)
    rotations = np.array(rest.rotations)
    for k, joint in enumerate(_ANGLE_JOINTS):
        names = _ANGLES[3 * k : 3 * k + 3]
        if all(n.lower() in header for n in names):
            euler = np.stack([track(n) for n in names], axis=1)
            rotations[:, skeleton.INDEX[joint]] = from_scipy(Rotation.from_euler("YXZ", euler), (frames,))
    return make_performance(rotations, rest.translation, face, base)


def _parse_rows(rows: list[list[str]], header: list[str], path: Path) -> tuple[list[str], np.ndarray]:
    times, values = [], []
    code = header.index("timecode")
    for number, row in enumerate(rows, start=2):
        if len(row) < len(header):
            # A recording that was cut off ends in half a line; anything before the end must be whole.
            if number == len(rows) + 1 and values:
                break
            raise OratorError(f"Line {number} of '{path.name}' is too short. Export the recording again.")
        try:
            numbers = [float(cell) if k != code else 0.0 for k, cell in enumerate(row[: len(header)])]
        except ValueError:
            raise OratorError(f"Line {number} of '{path.name}' holds something that is not a number.") from None
        if not all(map(math.isfinite, numbers)):
            raise OratorError(f"Line {number} of '{path.name}' holds something that is not a number.")
        times.append(row[code])
        values.append(numbers)
    if not values:
        raise OratorError(f"'{path.name}' holds no frames. Record it again.")
    return times, np.array(values)


def _clock(codes: list[str]) -> tuple[float, np.ndarray]:
    """The rate and the seconds of each row from the first, out of SMPTE-like timecodes with fractional frames."""
    split = []
    for code in codes:
        fields = code.replace(";", ":").split(":")
        try:
            hours, minutes, seconds, frame = (float(f) for f in fields)
        except ValueError:
            return 30.0, np.arange(len(codes)) / 30.0
        split.append((hours * 3600 + minutes * 60 + seconds, frame))
    whole, frame = np.array(split).T
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
    seconds = np.maximum.accumulate(seconds - seconds[0])
    return base, seconds
