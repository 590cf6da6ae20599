"""The 6, 42 or 45 numbers of a talking anime head as .csv (a row a frame) or .json."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np

from ..anime.drawn import NumberTrack
from ..anime.names import NUMBERS, lowest
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically


def write_numbers(track: NumberTrack, path: Path) -> None:
    """Write by the name's ending. Raises OratorError.

    .csv: a header `seconds` and the names, a row a frame. .json: {"fps", "names", "frames": [[...], ...]}.
    """
    path = Path(path)
    rows = [[round(float(v), 6) for v in row] for row in track.values]
    if path.suffix.lower() == ".json":
        text = json.dumps({"fps": track.fps, "names": list(track.names), "frames": rows})
    elif path.suffix.lower() == ".csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["seconds", *track.names])
        writer.writerows([f"{k / track.fps:.6f}", *row] for k, row in enumerate(rows))
        text = out.getvalue()
    else:
        raise OratorError(f"'{path.name}' should end in .csv or .json.")
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def read_numbers(path: Path) -> NumberTrack:
    """Read what `write_numbers` writes; columns may be in any order. Raises OratorError."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        names, values, fps = (_json if path.suffix.lower() == ".json" else _csv)(text)
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror or error}). Choose another file.") from None
    except (ValueError, KeyError, TypeError, RecursionError, csv.Error):
        raise OratorError(f"'{path.name}' is no table of a talking head's numbers, or is damaged.") from None
    wanted = next((order for order in NUMBERS.values() if set(order) == set(names)), None)
    if wanted is None or len(set(names)) != len(names):
        raise OratorError(f"'{path.name}' has {len(names)} numbers that are none of the sets of 6, 42 or 45.")
    if not len(values) or not np.isfinite(values).all() or not (math.isfinite(fps) and 1.0 <= fps <= 240.0):
        raise OratorError(f"'{path.name}' has no frames, or values that are not numbers. Export it again.")
    low = np.array([lowest(name) for name in wanted])
    ordered = np.clip(values[:, [names.index(name) for name in wanted]], low, 1.0)
    return NumberTrack(wanted, ordered.astype(np.float32), fps)


def _json(text: str) -> tuple[list[str], Array, float]:
    data = json.loads(text)
    values = np.array(data["frames"], np.float64)
    names = [str(name) for name in data["names"]]
    if values.ndim != 2 or values.shape[1] != len(names):
        raise ValueError
    return names, values, float(data["fps"])


def _csv(text: str) -> tuple[list[str], Array, float]:
    header, *rows = (row for row in csv.reader(io.StringIO(text)) if row)
    header = [name.strip() for name in header]
    if header[0] != "seconds":
        raise ValueError
    table = np.array([[float(v) for v in row] for row in rows], np.float64).reshape(len(rows), -1)
    if table.shape[1] != len(header):
        raise ValueError
    seconds = table[:, 0]
    fps = 30.0 if len(rows) < 2 else round(float((len(rows) - 1) / (seconds[-1] - seconds[0])), 3)
    return header[1:], table[:, 1:], fps
