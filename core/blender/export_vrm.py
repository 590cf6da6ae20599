"""VRM files through the VRM add-on: an avatar (.vrm), or the take as a VRM animation (.vrma).

The add-on wants to know which bone plays which part. Where the artist has not said, the rig profile says it, for the
time of the export.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ..errors import OratorError
from .export_run import run
from .vrm_addon import extension_of, human_bones, is_first


@contextmanager
def _assigned(character: bpy.types.Object, wanted: str) -> Iterator[None]:
    """The armature as a VRM 1.0 humanoid, where the artist has set up none of their own; as before afterwards."""
    extension = extension_of(character)
    if extension is None or not hasattr(extension, "vrm1"):
        raise OratorError(f"'{wanted}' needs a newer VRM add-on: update it in the Preferences.")
    from .rig_profile import read_rig

    bones = extension.vrm1.humanoid.human_bones
    wished = human_bones(read_rig(character)[1].joints)
    nodes = {name: getattr(bones, name).node for name in wished if hasattr(bones, name)}
    own = any(node.bone_name for node in nodes.values())
    old = is_first(extension) and any(b.node.bone_name for b in extension.vrm0.humanoid.human_bones)
    if own or (old and wanted.endswith(".vrm")):
        yield
        return
    version = extension.spec_version
    try:
        extension.spec_version = "1.0"
        for name, node in nodes.items():
            node.bone_name = wished[name]
        yield
    finally:
        for node in nodes.values():
            node.bone_name = ""
        extension.spec_version = version


def export_vrm(character: bpy.types.Object, operator: Any, path: Path) -> None:
    """Call the VRM add-on for the staged character. Raises OratorError with what it is missing."""
    with _assigned(character, path.name):
        options = {
            "export_only_selections": True,
            "armature_object_name": character.name,
            "ignore_warning": True,
            "use_addon_preferences": False,
        }
        try:
            run(operator, path, options)
        except OratorError as error:
            text = f"{error} The VRM add-on needs hips, spine, head, arms and legs: see Rig Mapping."
            raise OratorError(text) from error
