"""Where the takes of a character are listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, overload

import bpy

from ..errors import OratorError
from .groups import CharacterGroup, TakeGroup


def text_name(take_name: str) -> str:
    """The name of the text that keeps a take: with a dot in front Blender leaves it out of the Text Editor's list."""
    return f".Orator {take_name}"


def hide_texts() -> None:
    """Texts of takes from before they were hidden: a file was opened."""
    for _, data in every_list():
        for take in data.takes:
            text = take.data
            if text is not None and text.library is None and not text.name.startswith("."):
                text.name = text_name(take.name)


@overload
def character_data(character: bpy.types.Object, create: Literal[True]) -> CharacterGroup: ...
@overload
def character_data(character: bpy.types.Object, create: bool = False) -> CharacterGroup | None: ...
def character_data(character: bpy.types.Object, create: bool = False) -> CharacterGroup | None:
    """The property group with a character's takes; None for an override without takes unless `create`.

    A local armature carries its takes itself. What an override gains in lists is lost on reload, so its takes live in
    the scene.
    """
    if character.override_library is None and character.library is None:
        return character.orator
    for scene in bpy.data.scenes:
        for entry in scene.orator.overridden:
            if entry.character == character:
                return entry.data
    if not create:
        return None
    entry = bpy.context.scene.orator.overridden.add()
    entry.character = character
    return entry.data


def listed(character: bpy.types.Object) -> CharacterGroup:
    """`character_data` where takes are listed already. Raises OratorError where none are."""
    data = character_data(character)
    if data is None:
        raise OratorError(f"'{character.name}' has no takes: press Generate.")
    return data


def character_of(data: CharacterGroup) -> bpy.types.Object | None:
    """The armature object whose takes a property group holds."""
    owner = data.id_data
    if isinstance(owner, bpy.types.Object):
        return owner
    return next((entry.character for entry in owner.orator.overridden if entry.data == data), None)


def every_list() -> Iterator[tuple[bpy.types.Object, CharacterGroup]]:
    """Every character of the file that has takes, with its list."""
    for obj in bpy.data.objects:
        if obj.override_library is None and obj.users and len(obj.orator.takes):
            yield obj, obj.orator
    for scene in bpy.data.scenes:
        for entry in scene.orator.overridden:
            if entry.character is not None and len(entry.data.takes):
                yield entry.character, entry.data


def find(data: CharacterGroup | None, uid: str) -> TakeGroup | None:
    """The take with that id, or None."""
    return next((take for take in data.takes if take.uid == uid), None) if data is not None and uid else None
