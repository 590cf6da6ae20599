"""Pose correctives of SMPL-X bodies and FLAME heads: shape keys that the bones' rotations drive without any Python."""

from __future__ import annotations

import re
from typing import Any, Final

import bpy
import numpy as np

from ..arrays import Array
from ..rig.rest import SMPLX_TO_ARMATURE
from ..smplx.body import world_turns
from ..smplx.correctives import VARIABLES, expression, feature_terms, joint_of
from ..smplx.model_file import Layout

_PATH: Final = re.compile(r'^key_blocks\["Pose(\d{3})"\]\.value$')


def drive(armature: bpy.types.Object, body: bpy.types.Object, layout: Layout, hands: Array, new: bool) -> None:
    """Let the bones' rotations move the body's `Pose000...` keys, by what the bones' rest is now.

    hands  (J, 3, 3) local rotations from flat hands that the rest pose has already.
    new    also give drivers to keys that have none; otherwise the artist took those away.
    """
    keys = body.data.shape_keys
    data = keys.animation_data
    driven = {curve.data_path: curve.driver for curve in data.drivers} if data else {}
    world = world_turns(hands, layout.parents)
    terms: dict[int, Array] = {}
    for block in keys.key_blocks:
        path = f'key_blocks["{block.name}"].value'
        found = _PATH.match(path)
        if not found or not (new or path in driven):
            continue
        number = int(found[1])
        joint = joint_of(number)
        if joint not in terms:
            rest = np.array(armature.data.bones[layout.joints[joint]].matrix_local.to_3x3(), np.float64)
            own = SMPLX_TO_ARMATURE.T @ rest
            terms[joint] = feature_terms(world[layout.parents[joint]].T @ own, own.T @ world[joint])
        driver = driven.get(path) or _driver(keys, path, armature, layout.joints[joint])
        driver.expression = expression(terms[joint][number % 9])


def _driver(keys: bpy.types.Key, path: str, armature: bpy.types.Object, bone: str) -> bpy.types.Driver:
    """A driver that hears the rotation of a bone, whichever rotation mode the artist gives the bone."""
    curve = keys.driver_add(path)
    assert isinstance(curve, bpy.types.FCurve)  # a path of a single value has one
    driver = curve.driver
    assert driver is not None
    driver.type = "SCRIPTED"
    for name in VARIABLES:
        variable = driver.variables.new()
        variable.name, variable.type = name, "TRANSFORMS"
        target = variable.targets[0]
        target.id, target.bone_target = armature, bone
        kind: Any = f"ROT_{name.upper()}"
        target.transform_type, target.transform_space = kind, "LOCAL_SPACE"
        target.rotation_mode = "QUATERNION"
    return driver
