"""A checkpoint folder, read strictly and safely: every tensor named, shaped and finite, nothing in a file executed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...core.errors import OratorError
from ..interface.weight_files import check_kind, finite, read_pickle
from .layout import KNOWN_UNUSED, VQ_PARTS, Config, Shapes, part_shapes, root_config, root_shapes

if TYPE_CHECKING:
    from torch import Tensor

WEIGHT_NAMES: Final = ("model.safetensors", "pytorch_model.bin")
"""In the order of preference."""
CONFIG_NAME: Final = "config.json"
HEADER_LIMIT: Final = 8 << 20
_AGAIN: Final = "Download the checkpoint again, or choose another folder."


@dataclass(frozen=True)
class Checkpoint:
    """All that generation needs of a folder; known-unused tensors are checked and left on disk."""

    config: Config
    root: dict[str, Tensor]
    parts: dict[str, dict[str, Tensor]]


def subfolder(part: str) -> str:
    """Where a part's files lie below the checkpoint folder; the root is ''."""
    return f"emage_vq/{part}" if part else ""


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def read_json(path: Path) -> dict[str, object]:
    """A JSON object from a file. Raises OratorError."""
    try:
        value = json.loads(path.read_bytes()[: HEADER_LIMIT + 1])
    except FileNotFoundError:
        raise OratorError(f"'{path}' is missing: choose the folder with EMAGE's config.json and emage_vq.") from None
    except (OSError, ValueError, RecursionError):
        raise OratorError(f"'{path}' cannot be read as JSON: it is damaged. {_AGAIN}") from None
    if not isinstance(value, dict):
        raise OratorError(f"'{path}' is not a configuration of EMAGE. {_AGAIN}")
    return value


def weight_file(folder: Path, part: str = "") -> Path:
    """The weight file of the root or a part. Raises OratorError when there is none."""
    for name in WEIGHT_NAMES:
        path = folder / subfolder(part) / name
        if path.is_file():
            return path
    where = folder / subfolder(part)
    raise OratorError(f"There is no {WEIGHT_NAMES[0]} or {WEIGHT_NAMES[1]} in '{where}'. {_AGAIN}")


def read_config(folder: Path) -> Config:
    """The checked configuration of a checkpoint folder."""
    parts = {part: read_json(folder / subfolder(part) / CONFIG_NAME) for part in VQ_PARTS}
    return root_config(read_json(folder / CONFIG_NAME), parts)


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies in a .safetensors file: byte offset from the file's start, and how it is written."""

    shape: tuple[int, ...]
    dtype: str
    offset: int
    size: int


WIDTHS: Final = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8}


def safetensors_entries(path: Path) -> dict[str, Entry]:
    """The header of a .safetensors file, whose data must follow it without gap or overlap. Raises OratorError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(HEADER_LIMIT, size - 8):
                raise ValueError
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        entries, end = {}, 8 + length
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            begin, stop = (int(n) for n in entry["data_offsets"])
            shape = tuple(entry["shape"])
            if not all(type(n) is int and n >= 0 for n in shape):
                raise ValueError
            if entry["dtype"] not in WIDTHS:
                kind = str(entry["dtype"])[:12]
                raise OratorError(f"'{path}' keeps {name[:80]} as {kind}, which EMAGE's weights never are. {_AGAIN}")
            if stop - begin != math.prod(shape) * WIDTHS[entry["dtype"]]:
                raise ValueError
            if 8 + length + begin != end:
                raise ValueError
            entries[name] = Entry(shape, entry["dtype"], end, stop - begin)
            end += stop - begin
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise OratorError(f"'{path}' is not a whole safetensors file, or is damaged. {_AGAIN}") from None
    if end != size:
        raise OratorError(f"'{path}' is cut off or has stray data: it holds {size} bytes, not {end}. {_AGAIN}")
    return entries


def check_names(found: Shapes, expected: Shapes, shown: str, others: dict[str, Shapes]) -> None:
    """Raises OratorError that names what is missing, extra or of another shape; `others` are sibling files' shapes."""
    if found == expected:
        return
    for other, shapes in others.items():
        if found == shapes:
            raise OratorError(f"'{shown}' holds the weights of {other}: the files are swapped. Put each in its folder.")
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    wrong = sorted(name for name in set(found) & set(expected) if found[name] != expected[name])
    said = []
    for label, names in (("missing", missing), ("not EMAGE's", extra)):
        if names:
            said.append(f"{label}: {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}")
    said += [f"{name} has shape {list(found[name])} instead of {list(expected[name])}" for name in wrong[:2]]
    raise OratorError(f"'{shown}' does not fit its config ({'; '.join(said)}). {_AGAIN}")


def _read_entries(path: Path, entries: dict[str, Entry]) -> Iterator[tuple[str, Tensor]]:
    """The used tensors, one at a time, each in memory of its own."""
    import torch

    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
    try:
        with path.open("rb") as file:
            for name, entry in entries.items():
                if used(name):
                    file.seek(entry.offset)
                    buffer = bytearray(entry.size)
                    if file.readinto(buffer) != entry.size:
                        raise OSError("the file ends early")
                    yield name, torch.frombuffer(buffer, dtype=kinds[entry.dtype]).reshape(entry.shape)
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error}). {_AGAIN}") from None


def _read_part(folder: Path, part: str, expected: dict[str, Shapes], beat: Callable[[], None]) -> dict[str, Tensor]:
    """The used tensors of one file, float32, after every name and shape was compared."""
    path = weight_file(folder, part)
    check_kind(path, _AGAIN)
    shown = _shown(path, folder)
    others = {subfolder(other) or "the root model": shapes for other, shapes in expected.items() if other != part}
    if path.suffix == ".safetensors":
        entries = safetensors_entries(path)
        check_names({name: entry.shape for name, entry in entries.items()}, expected[part], shown, others)
        tensors = _read_entries(path, entries)
    else:
        loaded = read_pickle(path, _AGAIN, f"use {WEIGHT_NAMES[0]} instead")
        check_names({name: tuple(value.shape) for name, value in loaded.items()}, expected[part], shown, others)
        tensors = ((name, loaded.pop(name)) for name in list(loaded) if used(name))
    out = {}
    for name, value in tensors:
        beat()
        out[name] = finite(value, name, shown, _AGAIN)
    return out


def used(name: str) -> bool:
    """Whether a published tensor takes part in generation; batch-norm counters only serve training."""
    return not name.startswith(KNOWN_UNUSED) and not name.endswith("num_batches_tracked")


def load(folder: Path, beat: Callable[[], None] = lambda: None) -> Checkpoint:
    """The checkpoint in `folder`; `beat` is called for every tensor and may stop the work.

    Raises OratorError with a sentence for anything wrong, missing, extra or unsafe.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise OratorError(f"There is no folder '{folder}': download EMAGE's weights or choose the folder they are in.")
    config = read_config(folder)
    expected: dict[str, Shapes] = {part: part_shapes(part, config) for part in VQ_PARTS}
    expected[""] = root_shapes(config)
    parts = {part: _read_part(folder, part, expected, beat) for part in VQ_PARTS}
    return Checkpoint(config, _read_part(folder, "", expected, beat), parts)
