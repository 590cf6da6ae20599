"""Bodies as gravity and joints have them."""

from __future__ import annotations

import numpy as np
from orator.core.body.plausible import hung
from orator.core.body.reach import solve_arm
from orator.core.body.rests import RESTS
from orator.core.rotations import forward_kinematics, from_rotvec
from orator.core.skeleton import INDEX, JOINT_COUNT


def test_arms_that_hang_turn_towards_the_floor_when_the_chest_leans() -> None:
    """A chest tipped 10 degrees to its left takes hanging arms with it: each gives way by 3 degrees."""
    body = np.zeros((60, JOINT_COUNT, 4))
    body[..., 0] = 1.0
    body[:, INDEX["spine2"]] = from_rotvec(np.array([0.0, 0.0, np.radians(-10.0)]))
    for k, side in enumerate(("left", "right")):
        arms = solve_arm(np.repeat(RESTS["down"][k].state()[None], 60, axis=0), side)
        for j, name in enumerate(("collar", "shoulder", "elbow", "wrist")):
            body[:, INDEX[f"{side}_{name}"]] = arms[:, j]

    def aside(rotations: np.ndarray) -> list[float]:
        at, _ = forward_kinematics(rotations, np.zeros((60, 3)))
        out = []
        for side, sign in (("left", 1.0), ("right", -1.0)):
            arm = at[30, INDEX[f"{side}_wrist"]] - at[30, INDEX[f"{side}_shoulder"]]
            out.append(float(np.degrees(np.arctan2(sign * arm[0], -arm[1]))))
        return out

    leaning, hanging = aside(body), aside(hung(body, np.full((60, 2), -0.36)))
    assert abs(leaning[0] - leaning[1]) > 15.0
    assert abs(hanging[0] - hanging[1]) < abs(leaning[0] - leaning[1]) - 5.0
    assert np.allclose(hung(body, np.full((60, 2), 0.0)), body), "raised hands stay where they were"
