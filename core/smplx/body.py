"""From a model file to what a rig needs: rest geometry, joints, shape directions, for flat or mean hands.

Everything is read off a forward pass of the model: that of the `smplx` package (models/smplx.py), or ours, which gives
the same where torch is not installed. In one pose both are linear in betas and expressions, so the difference that a
coefficient of 1 makes is its shape key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..skeleton import FLOOR_AT_REST
from .model_file import SMPLX, Layout, SmplxModel, mean_hand_turns

BETA_LIMITS: Final = (10, 300)
EXPRESSION_LIMITS: Final = (10, 100)
STANDING: Final = np.array([0.0, -FLOOR_AT_REST, 0.0])
"""Where a body's model space lies above the floor, so that a take's translation means the same for every body."""
BATCH: Final = 20
"""Bodies that are posed at once: more take more memory and no less time."""

Forward = Callable[[Array, Array], tuple[Array, Array]]
"""Betas (BATCH, B) and expressions (BATCH, E) to vertices (BATCH, V, 3) and joints (BATCH, J, 3), without correctives;
hands are flat or the mean ones, all else is at rest."""
MakeForward = Callable[[SmplxModel, int, int, bool], Forward]
"""A model, its numbers of betas and expressions, and whether its hands are the mean ones, to its forward pass."""


@dataclass(frozen=True)
class BodyData:
    """SMPL-X axes, metres, the floor at y = 0.

    vertices (V, 3), faces (F, 3), weights (V, J), joints (J, 3); shapes (V, 3, B) and expressions (V, 3, E) are
    displacements of unit coefficients, correctives (V, 3, 9 * (J - 1)) those of unit pose features, or None;
    joint_shapes (J, 3, B) how joints move with betas; hands (J, 3, 3) the local rotations, from flat hands, that the
    rest pose has; uv (F, 3, 2) or None.
    """

    layout: Layout
    vertices: Array
    faces: Array
    weights: Array
    joints: Array
    shapes: Array
    joint_shapes: Array
    expressions: Array
    correctives: Array | None
    hands: Array
    uv: Array | None


def _count(wanted: int, limits: tuple[int, int], have: int, what: str) -> int:
    if not limits[0] <= wanted <= limits[1]:
        raise OratorError(f"{what} can be from {limits[0]} to {limits[1]}, not {wanted}.")
    if wanted > have:
        raise OratorError(f"This model file has {have} {what.lower()}, not {wanted}: use fewer, or the 2020 release.")
    return wanted


def own_forward(model: SmplxModel, betas: int, expressions: int, mean_hands: bool) -> Forward:
    """The model's forward pass without torch."""
    turns = mean_hand_turns(model) if mean_hands else np.tile(np.eye(3), (len(model.layout.joints), 1, 1))
    directions = np.concatenate([model.betas[..., :betas], model.expressions[..., :expressions]], axis=2)

    def forward(beta: Array, expression: Array) -> tuple[Array, Array]:
        rest = model.template + np.moveaxis(directions @ np.concatenate([beta, expression], axis=1).T, 2, 0)
        return model.stood(turns, rest, model.regressor @ rest)

    return forward


def body_data(
    model: SmplxModel,
    betas: int = 10,
    expressions: int = 100,
    mean_hands: bool = False,
    correctives: bool = False,
    make_forward: MakeForward = own_forward,
) -> BodyData:
    """The body of a model with so many shape and expression directions. Raises OratorError for impossible counts."""
    _count(betas, BETA_LIMITS, model.betas.shape[-1], "Betas")
    _count(expressions, EXPRESSION_LIMITS, model.expressions.shape[-1], "Expressions")
    layout, bones = model.layout, len(model.layout.joints)
    if mean_hands and layout is not SMPLX:
        raise OratorError(f"A {layout.title} head has no hands: leave 'Relaxed Hands' off.")
    hands = mean_hand_turns(model) if mean_hands else np.tile(np.eye(3), (bones, 1, 1))
    forward = make_forward(model, betas, expressions, mean_hands)
    total = 1 + betas + expressions
    moved = np.empty((layout.vertices, 3, total), np.float32)
    carried = np.empty((bones, 3, total))
    rest: Array = np.zeros(0)
    places: Array = np.zeros(0)
    for first in range(0, total, BATCH):
        # The first row has no coefficient; a last batch that is not full repeats rows that are then left out.
        units = np.eye(total)[np.minimum(np.arange(first, first + BATCH), total - 1), 1:]
        vertices, joints = forward(units[:, :betas], units[:, betas:])
        if first == 0:
            rest, places = vertices[0].copy(), joints[0].copy()
        rows = min(BATCH, total - first)
        moved[..., first : first + rows] = np.moveaxis(vertices[:rows] - rest, 0, 2)
        carried[..., first : first + rows] = np.moveaxis(joints[:rows] - places, 0, 2)
    raised = STANDING if layout is SMPLX else np.zeros(3)
    shown = model.pose_correctives if correctives else None
    return BodyData(
        layout=layout,
        vertices=rest + raised,
        faces=model.faces,
        weights=model.weights,
        joints=places + raised,
        shapes=moved[..., 1 : 1 + betas],
        joint_shapes=carried[..., 1 : 1 + betas],
        expressions=moved[..., 1 + betas :],
        correctives=shown if shown is None or not mean_hands else _at_mean_hands(model, shown, hands),
        hands=hands,
        uv=model.uv,
    )


def _at_mean_hands(model: SmplxModel, directions: Array, hands: Array) -> Array:
    """Directions (V, 3, P) of flat hands as the mean hands carry them."""
    world = world_turns(hands, model.layout.parents)
    out = np.empty_like(directions)
    for first in range(0, directions.shape[-1], BATCH):
        part = np.moveaxis(directions[..., first : first + BATCH], 2, 0)
        out[..., first : first + BATCH] = np.moveaxis(model.turned(world, part), 0, 2)
    return out


def world_turns(turns: Array, parents: tuple[int, ...]) -> Array:
    """Local rotation matrices (J, 3, 3) as those in model space."""
    world = np.empty(turns.shape)
    for j, parent in enumerate(parents):
        world[j] = turns[j] if parent < 0 else world[parent] @ turns[j]
    return world
