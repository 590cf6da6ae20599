"""An image sequence with alpha on a plane, in time with the speech that it was drawn for."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..errors import OratorError
from .picture import textured


def add_sequence(
    scene: bpy.types.Scene, frames: tuple[Path, ...], first: int, name: str, credit: str
) -> bpy.types.Object:
    """A plane, 1 high, upright at the 3D cursor, that shows FRAMES from the scene frame `first` on. Raises OratorError.

    The credit is kept with the object and its image, as a custom property.
    """
    try:
        image = bpy.data.images.load(str(frames[0]))
    except RuntimeError:
        raise OratorError(f"'{frames[0]}' cannot be read: draw the pictures again.") from None
    image.source = "SEQUENCE"
    image.name = name
    width, height = image.size
    half = width / height / 2.0 if height else 0.5
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(-half, 0, 0), (half, 0, 0), (half, 0, 1), (-half, 0, 1)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", [0, 0, 1, 0, 1, 1, 0, 1])
    material = textured(name, image)
    user = next(node.image_user for node in material.node_tree.nodes if node.type == "TEX_IMAGE")
    user.frame_start, user.frame_duration, user.frame_offset = first, len(frames), 0
    user.use_auto_refresh = True
    mesh.materials.append(material)
    plane = bpy.data.objects.new(name, mesh)
    plane.location = scene.cursor.location
    plane["credit"] = image["credit"] = credit
    scene.collection.objects.link(plane)
    return plane
