"""Calling an exporter so that a failure leaves nothing half written, and harms no file that was there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import bpy

from .. import interrupt
from ..errors import OratorError
from ..files import check_writable, clear_half_folder, explain_write_error, half_folder, sweep
from ..formats.gltf import animation_times, keep_animations


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
            _clear(inner)
        clear_half_folder(folder)


def _clear(folder: Path) -> None:
    """Remove a folder that an exporter made, and what is left in it; one that cannot be is left alone."""
    with suppress(OSError):
        for entry in folder.iterdir():
            entry.unlink()
        folder.rmdir()


def _call(operator: Any, made: Path, name: str, options: dict[str, Any]) -> None:
    """Call an exporter; what it raises becomes a sentence."""
    interrupt.check()
    try:
        answer = operator(filepath=str(made), **known(operator, options))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()
        text = f"'{name}' could not be exported: {reason[-1] if reason else 'see the system console'}"
        raise OratorError(text) from error
    if "FINISHED" not in answer:
        raise OratorError(f"'{name}' was not exported: {operator.idname_py()} stopped without a reason.")


def run(operator: Any, path: Path, options: dict[str, Any]) -> None:
    """Call an exporter; what it raises becomes a sentence, and nothing is written then."""
    with beside(path) as made:
        _call(operator, made, path.name, options)


# --- glTF's time ---------------------------------------------------------------------------------------------------

_inverse = True
"""Blender's glTF add-on takes the rate for fps x base where everything else takes fps / base (seen in 4.2 to 5.2)."""


def gltf_rate(rate: float) -> tuple[int, float]:
    """A scene's fps and base for which the glTF add-on reckons with this rate."""
    whole = max(1, round(rate))
    return whole, rate / whole if _inverse else whole / rate


class _WrongTime(Exception):
    pass


def run_in_true_time(
    operator: Any, path: Path, options: dict[str, Any], last: float, names: tuple[str, ...] = ()
) -> float:
    """Call the glTF exporter so that the file's times are true, by what stands in the file.

    last   the frame of the last key, at the scene's rate.
    names  the animations that are wanted: Blender's exporter writes every NLA track, muted ones too.
    Returns the seconds by which the file's is off.
    """
    global _inverse
    render = bpy.context.scene.render
    kept = render.fps, render.fps_base
    rate = kept[0] / kept[1]
    whole = max(1, round(rate))
    # Half of what the two ways of reckoning differ by.
    slack = max(1e-3, 0.5 * abs(last / rate) * abs((whole / rate) ** 2 - 1.0)) if last else 1e-3
    try:
        for attempt in (1, 2):
            render.fps, render.fps_base = gltf_rate(rate)
            try:
                with beside(path) as made:
                    _call(operator, made, path.name, options)
                    if names:
                        keep_animations(made, set(names))
                    times = animation_times(made)
                    off = max(end for _, _, end in times) - last / rate if times else 0.0
                    if attempt == 1 and abs(off) > slack and abs(whole - rate) > 1e-6:
                        raise _WrongTime
                    return off
            except _WrongTime:
                _inverse = not _inverse
    finally:
        render.fps, render.fps_base = kept
    return 0.0
