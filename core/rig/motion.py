"""What retargeting hands to the bake: values for a rig's own bones and shape keys over time."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..arrays import Array


@dataclass(frozen=True)
class Coverage:
    """How much of a performance a rig can show, in the words of the report."""

    joints: int = 0
    joints_total: int = 55
    missing_joints: tuple[str, ...] = ()
    shapes: int = 0
    shapes_total: int = 52
    missing_shapes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turns: bool = False
    """Whether shapes turn the head of a face that has no bones: a talking picture's."""

    def sentence(self) -> str:
        """For example: '55 of 55 joints, 47 of 52 shapes; missing: cheekPuff, tongueOut ...'.

        Of a face without bones no joint is called missing: 'the head's turns and 38 of 52 face shapes; missing: ...'.
        """
        text = f"{self.joints} of {self.joints_total} joints, {self.shapes} of {self.shapes_total} shapes"
        missing = self.missing_joints + self.missing_shapes
        if not self.joints:
            missing = self.missing_shapes
            if self.turns:
                text = f"the head's turns and {self.shapes} of {self.shapes_total} face shapes"
        if missing:
            more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
            text += f"; missing: {', '.join(missing[:6])}{more}"
        return text


@dataclass(frozen=True)
class RigMotion:
    """Channels for one armature and its meshes; frame k is at `times[k]` seconds from the start of the speech.

    rotations  bone name -> (T, 4) wxyz, the rotation of the pose bone's matrix_basis (its own space)
    locations  bone name -> (T, 3), the location of matrix_basis, in the rig's own units
    shapes     (mesh object name, shape key name) -> (T,)
    properties (bone name, custom property) -> value held throughout, such as the switch from IK to FK of a control rig,
               or (T,) values; an empty bone name means the armature object itself
    """

    times: Array
    rotations: dict[str, Array] = field(default_factory=dict)
    locations: dict[str, Array] = field(default_factory=dict)
    shapes: dict[tuple[str, str], Array] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    properties: dict[tuple[str, str], float | Array] = field(default_factory=dict)
