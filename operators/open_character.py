"""Opening whom a command line names as the character."""

from __future__ import annotations

import re
from pathlib import Path

import bpy

from ..core.blender import characters
from ..core.errors import OratorError


def open_character(text: str | None) -> bpy.types.Object:
    """The armature of a file that is opened here, or Orator's own character in a new scene. Raises OratorError."""
    if text is None:
        from ..core.blender.character import add_character

        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        return add_character(bpy.context)
    path, name = split_character(text)
    if not path.is_file():
        raise OratorError(f"The file '{path}' does not exist. Check --character.")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path.resolve()), load_ui=False)
    except RuntimeError as error:
        raise OratorError(f"'{path}' cannot be opened ({str(error).strip()}). Save it again from Blender.") from error
    found = characters.characters_in(bpy.context.scene)
    if name:
        found = [o for o in bpy.context.scene.objects if o.name == name and characters.is_character(o)]
        if not found:
            raise OratorError(f"There is no armature or face '{name}' in '{path.name}'. Check --character.")
    if not found:
        raise OratorError(f"There is no armature and no face in '{path.name}'. Choose another --character.")
    if len(found) > 1:
        names = ", ".join(o.name for o in found[:8])
        raise OratorError(f"'{path.name}' has several characters ({names}). Choose one: --character {path.name}:NAME")
    return found[0]


def split_character(text: str) -> tuple[Path, str]:
    """FILE.blend[:ARMATURE] as a path and a name ('' when none is given); a drive's colon is no separator."""
    match = re.match(r"^(.*\.blend\d*)(?::(.*))?$", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        raise OratorError(f"'{text}' is no .blend file. Write --character FILE.blend or FILE.blend:ARMATURE.")
    return Path(match.group(1)), match.group(2) or ""
