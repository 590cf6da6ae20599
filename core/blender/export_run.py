"""Calling an exporter so that a failure leaves nothing half written, and harms no file that was there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import OratorError
from ..files import check_writable, clear_half_folder, explain_write_error, half_folder, sweep


def known(operator: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Of the options those that this Blender's exporter has."""
    have = operator.get_rna_type().properties.keys()
    return {name: value for name, value in wanted.items() if name in have}


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder; what was written there takes its place when all went well.

    Files that an exporter puts beside it (buffers, textures) come along, the file itself last.
    """
    check_writable(path)
    sweep(path)
    try:
        folder = half_folder(path)
    except OSError as error:
        raise explain_write_error(error, path) from error
    made = folder / path.name
    try:
        yield made
        if not made.is_file():
            raise OratorError(f"Blender's exporter wrote nothing for '{path.name}'. See the system console.")
        marked = {p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".orator-half")}
        for part in sorted(marked, key=lambda p: (p == made, p)):
            target = path.parent / part.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
    except OSError as error:
        raise explain_write_error(error, path) from error
    finally:
        for inner in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
            clear_half_folder(inner)
        clear_half_folder(folder)


def run(operator: Any, path: Path, options: dict[str, Any]) -> None:
    """Call an exporter; what it raises becomes a sentence."""
    with beside(path) as made:
        try:
            answer = operator(filepath=str(made), **known(operator, options))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()
            text = f"'{path.name}' could not be exported: {reason[-1] if reason else 'see the system console'}"
            raise OratorError(text) from error
        if "FINISHED" not in answer:
            raise OratorError(f"'{path.name}' was not exported: {operator.idname_py()} stopped without a reason.")
