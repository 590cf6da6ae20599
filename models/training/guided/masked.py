"""The masked transformer with hints, as the in-between diffusion is measured against it: its tokens, decoded."""

from __future__ import annotations

import numpy as np

from ....core.arrays import Array
from ...body.decode import Window
from ...body.inputs import Heard
from ...body.parts import (
    DOWN,
    JOINTS,
    PART_JOINTS,
    PARTS,
    matrix_quaternions,
    metric_root,
    rot6d,
    rot6d_matrices,
    scaled_root,
)
from ...guided.between import Guides
from ...runtime import Networks

MOST = 128
"""Tokens of one window with hints."""


def draw_masked(
    nets: Networks, heard: Heard, guides: Guides, seed: int, temperature: float = 1.0
) -> tuple[Array, Array]:
    """Rotations (T, 55, 4) and translation (T, 3) of one window of up to 512 frames. Raises ValueError beyond."""
    count, frames = len(heard.controls), len(guides.root)
    if count > MOST:
        raise ValueError(f"{count} tokens are more than {MOST}")
    extra = ((0, count * DOWN - frames),)

    def padded(array: Array) -> Array:
        return np.pad(np.asarray(array, np.float32), extra + ((0, 0),) * (array.ndim - 1))[None]

    given = {
        "rot6d": padded(rot6d(guides.rotations) * guides.joints[..., None]), "joints": padded(guides.joints),
        "root": padded(scaled_root(guides.translation) * guides.root[:, None]), "root_given": padded(guides.root),
    }  # fmt: skip
    speech = {name: getattr(heard, name)[None].astype(np.float32) for name in ("rhythm", "phones", "words", "controls")}
    made = nets.run("body_gesture.context_hinted", **speech, **given)
    codes = {part: nets.array(f"body_{part}", "quantiser.codes0") for part in PARTS}
    blank = len(codes[PARTS[0]])
    window = Window(nets, ((made["base"], made["speech"]),), 1.0, temperature, blank, 0.0, count)
    free = np.full((count, len(PARTS)), blank, np.int64)
    tokens = window.fill(free, np.random.default_rng(seed), lambda _: None)
    coarse = {part: codes[part][tokens[:, k]] for k, part in enumerate(PARTS)}
    fine = nets.run("body_gesture.refine", base=made["base"], **{part: coarse[part][None] for part in PARTS})
    rotations = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (frames, JOINTS, 1))
    path = np.zeros((frames, 3), np.float32)
    for part in PARTS:
        latents = coarse[part] + fine[f"{part}_fine"][0]
        features = nets.run(f"body_{part}.decode", latents=latents[None].astype(np.float32))["features"][0, :frames]
        joints = list(PART_JOINTS[part])
        turns = features[:, : 6 * len(joints)].reshape(frames, len(joints), 6)
        rotations[:, joints] = matrix_quaternions(rot6d_matrices(turns))
        if part == "lower":
            path = metric_root(features[:, 6 * len(joints) : 6 * len(joints) + 3])
    return rotations, path
