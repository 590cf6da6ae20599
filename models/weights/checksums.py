"""The checksums of the embedded weights and graphs: a flipped byte is found when a file is loaded, not in a take.

    python -m orator.models.weights

writes them anew after weights were trained or replaced; `sha256sum -c SHA256SUMS` reads the same lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ...core.errors import OratorError

FOLDER: Final = Path(__file__).parent
LISTS: Final[Mapping[str, str]] = MappingProxyType({".safetensors": "SHA256SUMS", ".onnx": "SHA256SUMS-graphs"})
"""Which list names the files of an ending. The graphs are made from the weights, and so is their list."""
_STEP: Final = 1 << 20


@lru_cache(maxsize=64)
def _sum(path: Path, _size: int, _modified: int) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_STEP):
            found.update(piece)
    return found.hexdigest()


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, remembered while it stays as it is. Raises OSError."""
    stat = path.stat()
    return _sum(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _listed(path: Path, _modified: int) -> Mapping[str, str]:
    rows = (line.split() for line in path.read_text(encoding="ascii", errors="replace").splitlines())
    return MappingProxyType({row[1].lstrip("*"): row[0] for row in rows if len(row) == 2})


def listed(folder: Path, suffix: str) -> Mapping[str, str]:
    """File name -> SHA-256 of the files of an ending, as the folder's list has them; empty without one."""
    path = folder / LISTS[suffix]
    try:
        return _listed(path, path.stat().st_mtime_ns)
    except OSError:
        return {}


def check(path: Path) -> str:
    """The SHA-256 of an embedded file, as its list says. Raises OratorError when the file is another, or not listed."""
    try:
        found = sum_of(path)
    except OSError as error:
        text = f"Orator's file '{path.name}' cannot be read ({error.strerror}). Install the extension again."
        raise OratorError(text) from None
    known = listed(path.parent, path.suffix)
    # Graphs that were made before there was a list of them are held by the weights that they name.
    if known.get(path.name) != found and (known or path.suffix != ".onnx"):
        raise OratorError(
            f"Orator's file '{path.name}' is damaged: it is not the one that {LISTS[path.suffix]} lists. Install the "
            "extension again (after training: python -m orator.models.weights)."
        )
    return found


def write_lists(folder: Path = FOLDER, suffixes: tuple[str, ...] = tuple(LISTS)) -> list[str]:
    """Write the lists of what lies in a folder; the names that changed. Raises OSError."""
    changed = []
    for suffix in suffixes:
        before = dict(listed(folder, suffix))
        now = {path.name: sum_of(path) for path in sorted(folder.glob(f"*{suffix}"))}
        changed += [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if now:
            text = "".join(f"{value}  {name}\n" for name, value in now.items())
            (folder / LISTS[suffix]).write_text(text, encoding="ascii", newline="\n")
        else:
            (folder / LISTS[suffix]).unlink(missing_ok=True)
        _listed.cache_clear()
    return changed
