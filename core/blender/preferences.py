"""The artist's preferences as plain data, also when Orator runs without being an enabled extension."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bpy

ROOT: Final = __package__.rsplit(".", 2)[0]
"""The package's own name: bl_ext.<repository>.orator inside Blender."""


@dataclass(frozen=True)
class Chosen:
    """threads 0: as many as are free; cache is the folder for what is downloaded on request.

    playable: whether the start of a long speech can be played while the rest is being made.
    """

    threads: int = 0
    device: str = "auto"
    runtime: str = "auto"
    cache: Path = Path()
    recogniser: str = ""
    playable: bool = True


def default_cache() -> Path:
    """The extension's own folder where Blender gives it one, else one in the user's cache."""
    try:
        return Path(bpy.utils.extension_path_user(ROOT, create=False))
    except (ValueError, AttributeError):
        return Path.home() / ".cache" / "orator"


def read() -> Chosen:
    """The preferences as set, or the defaults."""
    addon: bpy.types.Addon | None = bpy.context.preferences.addons.get(ROOT)
    found = addon.preferences if addon is not None else None
    if found is None:
        return Chosen(cache=default_cache())
    cache = Path(bpy.path.abspath(found.cache)) if found.cache else default_cache()
    device, runtime = found.device.lower() or "auto", found.runtime.lower() or "auto"
    return Chosen(found.threads, device, runtime, cache, found.recogniser.strip(), found.playable)
