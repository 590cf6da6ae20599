"""TAKE.npz: a take on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..directing.records import unfit
from ..errors import OratorError
from ..files import write_atomically
from ..npz import read_npz, scalar, write_npz
from ..performance import Take, make_performance
from ..provenance import stamped, upgraded
from ..reading import parse_json, sentence_for

_MOST_NAMES: Final = 4096
_LONGEST_NAME: Final = 200


def write_take(take: Take, path: Path, extra: Mapping[str, Array] | None = None) -> None:
    """Write `take`; `extra` arrays go beside it (the EMAGE reference mode's poses, for example).

    Keys: fps; rotations float32 (T, 55, 4) wxyz local; translation (T, 3) metres, Y up; face (T, 52); joint_names;
    face_names; meta, a JSON string; expressions (T, 100) when there are any. Raises OratorError when it cannot.
    """
    performance = take.performance
    # How long it took is no part of a take: the same request gives the same file, to the byte.
    meta = stamped({**{k: v for k, v in take.meta.items() if k != "seconds_taken"}, "name": take.name})
    arrays: dict[str, Array] = {
        "fps": np.array(performance.fps, np.float64),
        "rotations": performance.rotations.astype(np.float32),
        "translation": performance.translation.astype(np.float32),
        "face": performance.face.astype(np.float32),
        "joint_names": np.array(skeleton.JOINTS),
        "face_names": np.array(arkit.ARKIT),
        "meta": np.array(json.dumps(meta)),
    }
    if performance.expressions is not None:
        arrays["expressions"] = performance.expressions.astype(np.float32)
    arrays.update(extra or {})
    write_atomically(Path(path), lambda stream: write_npz(stream, arrays))


def read_take(path: Path) -> Take:
    """Read a TAKE.npz; joints and face weights may be in any order, by their names.

    Raises OratorError with a sentence for anything that is not a take.
    """
    path = Path(path)
    names = ("fps", "rotations", "translation", "face", "joint_names", "face_names")
    data = read_npz(path, names, "take", ("expressions", "meta"))
    with sentence_for(f"The arrays of '{path.name}' are damaged. Export the take again."):
        return _take(data, path)


def _take(data: dict[str, Array], path: Path) -> Take:
    joints = _order(data["joint_names"], skeleton.JOINTS, "joints", path)
    weights = _order(data["face_names"], arkit.ARKIT, "face weights", path)
    rotations, face = data["rotations"], data["face"]
    if rotations.ndim != 3 or rotations.shape[1] != len(joints) or face.ndim != 2 or face.shape[1] != len(weights):
        raise OratorError(f"In '{path.name}' the arrays do not fit their names. Export the take again.")
    try:
        meta = parse_json(str(data["meta"]), path.name) if "meta" in data and data["meta"].size == 1 else {}
    except OratorError:
        meta = {}
    if not isinstance(meta, dict):
        meta = {}
    performance = make_performance(
        rotations[:, joints],
        data["translation"],
        face[:, weights],
        scalar(data["fps"], "fps", path),
        data.get("expressions"),
    )
    meta = upgraded(meta)
    for key in unfit(meta):
        del meta[key]
    return Take(performance, str(meta.get("name", path.stem))[:_LONGEST_NAME], meta)


def _order(names: Array, wanted: tuple[str, ...], what: str, path: Path) -> list[int]:
    if names.size > _MOST_NAMES:
        raise OratorError(f"'{path.name}' names {names.size} {what}, which no take has. Export the take again.")
    found = [str(name) for name in np.ravel(names)]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise OratorError(f"'{path.name}' lacks the {what} {', '.join(missing[:4])}. Export the take again.")
    return [found.index(name) for name in wanted]
