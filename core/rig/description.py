"""What a rig is, as plain data: bones, rest matrices, meshes and shape keys. Read from Blender by core/blender.

Armature space is the armature object's own space (before its object transform), in the rig's own units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..arrays import Array


@dataclass(frozen=True)
class Bone:
    """One bone at rest.

    rest               (4, 4) armature space; columns are the bone's own X, Y, Z axes and its head.
    length             head to tail, in the rig's units.
    rotation_mode      'QUATERNION', 'AXIS_ANGLE' or an Euler order such as 'XYZ'.
    inherit_rotation   False when the bone keeps its rest orientation while the parent turns.
    local_location     False when the bone's location is measured along the parent's axes, not its own.
    connected          True when the head is glued to the parent's tail: its location has no effect.
    constrained        True when an enabled constraint already moves the bone.
    driven             True when drivers already move it.
    held               what moves it whatever its keys say: kinds of constraints on it, or the IK whose chain it is in.
    limited            whether a constraint cuts how far it may turn.
    """

    name: str
    parent: str | None
    rest: Array
    length: float = 0.1
    deform: bool = True
    rotation_mode: str = "QUATERNION"
    inherit_rotation: bool = True
    local_location: bool = True
    connected: bool = False
    constrained: bool = False
    driven: bool = False
    held: tuple[str, ...] = ()
    limited: bool = False
    properties: tuple[str, ...] = ()

    @property
    def head(self) -> Array:
        """(3,) armature space."""
        return self.rest[:3, 3]

    @property
    def tail(self) -> Array:
        """(3,) armature space."""
        return self.rest[:3, 3] + self.length * self.rest[:3, 1]


@dataclass(frozen=True)
class Shape:
    """One shape key of a mesh: its name and slider range, and whether the artist muted or drives it.

    empty: it moves no vertex, though other shapes of the mesh do.
    """

    name: str
    minimum: float = 0.0
    maximum: float = 1.0
    muted: bool = False
    driven: bool = False
    empty: bool = False


@dataclass(frozen=True)
class MeshDescription:
    """A mesh object that the armature deforms or carries, with its shape keys (the basis left out).

    still: why none of its shapes moves, whatever their values ('absolute', 'pinned'); '' when they do.
    declared: VRM expression -> (shape, weight) of what it moves on this mesh, where the character itself says so.
    """

    name: str
    shapes: tuple[Shape, ...] = ()
    still: str = ""
    declared: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class RigDescription:
    """An armature object, its bones (parents before children) and its meshes.

    world     (4, 4) the object's world matrix; its scale is what makes a rig in centimetres stand 1.7 m tall.
    inherits  control rigs only: control -> the control whose rotation it really follows (None: none), as probed in
              Blender, where constraints between them make the bone hierarchy say something else.
    stands    joint -> (4,) wxyz: its rest relative to its parent, from the SMPL-X rest, on bodies that know it.
    human     joint -> bone, where the armature itself says so (what the VRM add-on keeps on it); else empty.
    """

    name: str
    bones: tuple[Bone, ...]
    meshes: tuple[MeshDescription, ...] = ()
    world: Array = field(default_factory=lambda: np.eye(4))
    inherits: dict[str, str | None] = field(default_factory=dict)
    stands: dict[str, Array] = field(default_factory=dict)
    human: dict[str, str] = field(default_factory=dict)

    def follows(self, name: str) -> str | None:
        """The bone whose rotation a bone follows: its parent, unless probing or the bone's own settings say another."""
        bone = self.by_name[name]
        if name in self.inherits:
            return self.inherits[name]
        return bone.parent if bone.inherit_rotation else None

    @cached_property
    def by_name(self) -> dict[str, Bone]:
        """Bones by their name."""
        return {bone.name: bone for bone in self.bones}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """Names of each bone's children, in order; the roots under the empty name."""
        out: dict[str, list[str]] = {bone.name: [] for bone in self.bones}
        out[""] = []
        for bone in self.bones:
            out[bone.parent or ""].append(bone.name)
        return {name: tuple(names) for name, names in out.items()}

    @property
    def scale(self) -> float:
        """World metres per rig unit: the mean scale of the object."""
        determinant = abs(float(np.linalg.det(self.world[:3, :3])))
        return determinant ** (1.0 / 3.0) if determinant > 1e-18 else 1.0

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The parent, its parent, and so on up to the root."""
        out = []
        parent = self.by_name[name].parent
        while parent is not None:
            out.append(parent)
            parent = self.by_name[parent].parent
        return tuple(out)
