"""The journal of a batch: which lines were begun, done and failed; it survives a kill."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..errors import OratorError

JOURNAL: Final = "orator-batch.jsonl"


def stamp(path: Path) -> list[int] | None:
    """What changes when a file is replaced, None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_mtime_ns, stat.st_size, stat.st_ino]


@dataclass
class Journal:
    """The append-only record of a batch; a half-written last line, left by a kill, is ignored."""

    path: Path
    done: set[str] = field(default_factory=set)
    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken_off: dict[str, int] = field(default_factory=dict)
    """How often a run died in the middle of a line."""

    def read(self) -> None:
        """Take in what earlier runs wrote."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise OratorError(f"The journal '{self.path}' cannot be read ({error.strerror}).") from error
        for raw in data.split(b"\n"):
            try:
                entry = json.loads(raw)
                key, state = str(entry["key"]), entry["state"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            if state == "started":
                self.started[key] = entry
                self.broken_off[key] = self.broken_off.get(key, 0) + 1
            else:
                self.broken_off[key] = self.broken_off.get(key, 1) - 1
                if state == "done":
                    self.done.add(key)
        if data and not data.endswith(b"\n"):
            with self.path.open("ab") as stream:
                stream.write(b"\n")

    def write(self, key: str, state: str, **more: object) -> None:
        """Append an entry and see it onto the disk."""
        entry = {"key": key, "state": state, "time": round(time.time(), 3), **more}
        try:
            with self.path.open("ab") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OratorError(f"The journal '{self.path}' cannot be written ({error.strerror}).") from error

    def finished(self, key: str, outputs: tuple[Path, ...]) -> bool:
        """Whether a line is done: the journal says so, or a run that died put all its outputs in place."""
        present = [stamp(path) for path in outputs]
        if any(stamp is None for stamp in present):
            return False
        if key in self.done:
            return True
        entry = self.started.get(key)
        before = entry.get("before") if entry is not None else None
        return isinstance(before, list) and all(a != b for a, b in zip(present, before, strict=False))
