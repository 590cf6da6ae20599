"""From a model file to what a rig needs: rest geometry, joints, shape directions, for flat or mean hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..errors import OratorError
from ..rotations import IDENTITY, forward_kinematics, to_matrix
from ..skeleton import FLOOR_AT_REST, HANDS, JOINT_COUNT, PARENTS
from .model_file import SMPLX, Layout, SmplxModel, mean_hand_rotations

BETA_LIMITS: Final = (10, 300)
EXPRESSION_LIMITS: Final = (10, 100)
STANDING: Final = np.array([0.0, -FLOOR_AT_REST, 0.0])
"""Where a body's model space lies above the floor, so that a take's translation means the same for every body."""


@dataclass(frozen=True)
class BodyData:
    """SMPL-X axes, metres, the floor at y = 0.

    vertices (V, 3), faces (F, 3), weights (V, J), joints (J, 3); shapes (V, 3, B) and expressions (V, 3, E) are
    displacements of unit coefficients; joint_shapes (J, 3, B) how joints move with them; uv (F, 3, 2) or None.
    """

    layout: Layout
    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    joints: np.ndarray
    shapes: np.ndarray
    joint_shapes: np.ndarray
    expressions: np.ndarray
    uv: np.ndarray | None


def _count(wanted: int, limits: tuple[int, int], have: int, what: str) -> int:
    if not limits[0] <= wanted <= limits[1]:
        raise OratorError(f"{what} can be from {limits[0]} to {limits[1]}, not {wanted}.")
    if wanted > have:
        raise OratorError(f"This model file has {have} {what.lower()}, not {wanted}: use fewer, or the 2020 release.")
    return wanted


def body_data(model: SmplxModel, betas: int = 10, expressions: int = 100, mean_hands: bool = False) -> BodyData:
    """The body of a model with so many shape and expression directions. Raises OratorError for impossible counts."""
    shapes = model.betas[..., : _count(betas, BETA_LIMITS, model.betas.shape[-1], "Betas")]
    faces = model.expressions[..., : _count(expressions, EXPRESSION_LIMITS, model.expressions.shape[-1], "Expressions")]
    vertices, joints, layout = model.template, model.joints(model.template), model.layout
    if mean_hands and layout is not SMPLX:
        raise OratorError(f"A {layout.title} head has no hands: leave 'Relaxed Hands' off.")
    joint_shapes = np.einsum("jv,vcb->jcb", model.regressor, shapes)
    if mean_hands:
        turns = np.tile(IDENTITY, (1, JOINT_COUNT, 1))
        turns[0, list(HANDS)] = mean_hand_rotations(model)
        offsets = joints - np.where(np.array(PARENTS)[:, None] >= 0, joints[np.array(PARENTS)], 0.0)
        posed, world = forward_kinematics(turns, np.zeros((1, 3)), offsets)
        matrices = to_matrix(world[0])
        shift = posed[0] - np.einsum("jab,jb->ja", matrices, joints)
        blend = np.einsum("vj,jab->vab", model.weights, matrices)
        vertices = np.einsum("vab,vb->va", blend, vertices) + model.weights @ shift
        shapes = np.einsum("vab,vbk->vak", blend, shapes)
        joints = posed[0]
    raised = STANDING if layout is SMPLX else np.zeros(3)
    return BodyData(
        layout, vertices + raised, model.faces, model.weights, joints + raised, shapes, joint_shapes, faces, model.uv
    )
