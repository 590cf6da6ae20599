"""Which armatures hold an object, which meshes are one face, and what a face shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import bpy

_HOLDING = {"CHILD_OF", "COPY_TRANSFORMS", "COPY_LOCATION", "ARMATURE"}


def has_skeleton(obj: bpy.types.Object) -> bool:
    """Whether a character has bones; a face without an armature has shape keys alone."""
    return obj.type == "ARMATURE"


def pose_bones(obj: bpy.types.Object) -> tuple[bpy.types.PoseBone, ...]:
    """The pose bones of a character; none on a face without an armature."""
    return tuple(obj.pose.bones) if obj.pose is not None else ()


def armatures_of(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """Armatures that deform or hold an object: by modifier, as parent (a bone too), by constraint, however far up."""
    seen: set[bpy.types.Object] = set()
    holder: bpy.types.Object | None = obj
    while holder is not None and holder not in seen:
        seen.add(holder)
        if holder.type == "ARMATURE" and holder != obj:
            yield holder
        for modifier in holder.modifiers:
            if modifier.type == "ARMATURE" and modifier.object is not None:
                yield modifier.object
        for constraint in holder.constraints:
            if constraint.type in _HOLDING and not constraint.mute:
                targets = constraint.targets if constraint.type == "ARMATURE" else (constraint,)
                yield from (t.target for t in targets if t.target is not None and t.target.type == "ARMATURE")
        holder = holder.parent


def family_of(mesh: bpy.types.Object) -> list[bpy.types.Object]:
    """A mesh and what hangs from the same topmost parent: head, teeth and eyes of one face."""
    top = mesh
    while top.parent is not None:
        top = top.parent
    return [o for o in (top, *top.children_recursive) if o.type == "MESH"]


def face_shapes(obj: bpy.types.Object) -> int:
    """How many face weights a mesh's shape keys show."""
    keys = obj.data.shape_keys if obj.type == "MESH" else None
    return 0 if keys is None else _count(tuple(block.name for block in keys.key_blocks))


@lru_cache(maxsize=256)
def _count(names: tuple[str, ...]) -> int:
    from ..rig.converters import converter_for
    from ..rig.description import MeshDescription, Shape
    from ..rig.faces import match_shapes
    from ..smplx.names import expression_number

    mesh = MeshDescription("", tuple(Shape(name) for name in names))
    converter = converter_for(mesh)
    expressions = sum(expression_number(name) is not None for name in names)
    return max(len(match_shapes(mesh)), len(converter.shapes) if converter else 0, expressions)


def is_face(obj: bpy.types.Object) -> bool:
    """Whether a mesh performs by itself: it has face shapes, and no armature holds it."""
    return face_shapes(obj) > 0 and not any(True for _ in armatures_of(obj))
