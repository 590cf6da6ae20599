"""A rig with SMPL-X bone names shows exactly the performance's rotations, whatever its rolls."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.rigs.plain_rigs import moving, posed, rig
from orator.core.rig.detect import detect
from orator.core.rig.rest import SMPLX_TO_ARMATURE
from orator.core.rig.retarget import retarget
from orator.core.rotations import forward_kinematics, to_matrix
from orator.core.skeleton import FLOOR_AT_REST, JOINTS, PARENTS, rest_positions


def smplx_rig(rng: np.random.Generator, scale: float = 1.0, axes: np.ndarray = SMPLX_TO_ARMATURE):
    positions = scale * rest_positions() @ axes.T
    parents = [JOINTS[p] if p >= 0 else None for p in PARENTS]
    heads = {name: (parent, head) for name, parent, head in zip(JOINTS, parents, positions, strict=True)}
    return rig(heads, rng)


@pytest.mark.parametrize("scale", [1.0, 100.0, 0.3])
@pytest.mark.parametrize("axes", [SMPLX_TO_ARMATURE, np.eye(3)], ids=["blender axes", "y up"])
def test_smplx_names_are_exact(scale: float, axes: np.ndarray) -> None:
    description = smplx_rig(np.random.default_rng(1), scale, axes)
    performance = moving(40, 2)
    profile = detect(description)
    motion = retarget(performance, description, profile)
    positions, world = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    for frame in (0, 17, 39):
        pose = posed(description, motion, frame)
        for j, name in enumerate(JOINTS):
            turned = pose[name][:3, :3] @ description.by_name[name].rest[:3, :3].T
            expected = axes @ to_matrix(world[frame, j]) @ axes.T
            angle = np.degrees(2 * np.arcsin(min(1.0, np.linalg.norm(turned - expected) / (2 * np.sqrt(2)))))
            assert angle < 0.01, name
        heads = np.array([pose[name][:3, 3] for name in JOINTS])
        expected = scale * (positions[frame] - [0.0, -FLOOR_AT_REST, 0.0]) @ axes.T
        assert np.abs(heads - expected).max() < 1e-4 * scale, "the pelvis travels, the bones keep their lengths"
    assert motion.coverage.joints == 55
