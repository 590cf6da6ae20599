"""The curves that the bake road gives for fixed performances on three rigs, as hashes and as some values. Needs bpy.

`python -m helpers.golden` (from `tests`, the package on the path) writes tests/blender/golden/road.json anew: a change
that is meant to move curves does so and says it in its commit; any other leaves every hash as it is.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from helpers.characters import make_motion, make_rig
from helpers.expressive import expressive_take, own_take
from helpers.smplx_file import write_model
from orator.core.arkit import ARKIT
from orator.core.bake.fitting import Bounds
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, follow, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.directions import directions_record
from orator.core.blender.export_neutral import shown_performance
from orator.core.blender.smplx_body import add_body
from orator.core.directing.directions import Directions
from orator.core.directing.pins import LookPin, PosePin
from orator.core.performance import Performance, Take, rest_performance
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX

FILE = Path(__file__).resolve().parents[1] / "blender" / "golden" / "road.json"
START = 1.37
SLIDERS = {"amplitude_upper": 0.6, "lip_strength": 0.5, "stillness": 0.4, "delay": 0.1, "smooth_lower": 0.1}


def machine() -> str:
    """What the last bits depend on: bpy, numpy, the kind of processor and the instructions that numpy uses."""
    try:
        from numpy.core._multiarray_umath import __cpu_features__ as have  # numpy below 2
    except ImportError:
        from numpy._core._multiarray_umath import __cpu_features__ as have
    wide = hashlib.blake2b(" ".join(k for k, on in sorted(have.items()) if on).encode(), digest_size=4).hexdigest()
    return f"bpy {bpy.app.version_string}, numpy {np.__version__}, {platform.machine()} {wide}"


def given_directions() -> Directions:
    """An exact pin of an arm, a soft one of head and face, a look-at range, and a pause."""
    pose = from_rotvec(np.linspace(-0.4, 0.5, 165).reshape(55, 3))
    arm, head = np.zeros(55, bool), np.zeros(55, bool)
    arm[[INDEX["right_shoulder"], INDEX["right_elbow"]]] = head[INDEX["head"]] = True
    no_face, face = np.zeros(52, bool), np.ones(52, bool)
    path = rest_performance(1).translation[0]
    pins = (
        PosePin("Arm", 1.0, pose, arm, path, False, np.zeros(52), no_face, hold=0.2),
        PosePin("Head", 2.0, pose, head, path, False, np.linspace(0.0, 0.6, 52), face, strength=0.8, falloff=0.4),
    )
    look = LookPin("Look", 0.4, 0.9, np.array([0.8, 0.2, 1.5]))
    return Directions(pins=pins, looks=(look,), pauses=((1.5, 1.9),), seed=3)


def _family() -> bpy.types.Object:
    """A bare rig with twist bones, another rest pose and another scale; a mesh with shapes."""
    from helpers.cast import _armature
    from helpers.rigs.family_rigs import BUILDS, family_rig
    from mathutils import Matrix

    plan = BUILDS["unreal 4"]
    armature = _armature(family_rig(plan), "Family", Matrix.Scale(1.0 / plan.scale, 4))
    mesh = bpy.data.objects.new("Family Face", bpy.data.meshes.new("Family Face"))
    mesh.data.from_pydata([(0, 0, 1), (1, 0, 1), (0, 1, 1)], [], [(0, 1, 2)])
    bpy.context.scene.collection.objects.link(mesh)
    mesh.parent = armature
    for name in ("Basis", *ARKIT):
        mesh.shape_key_add(name=name)
    bpy.context.view_layer.update()
    return armature


def _plain() -> bpy.types.Object:
    armature = make_rig()
    modes = ("QUATERNION", "XYZ", "AXIS_ANGLE", "ZYX", "YXZ")
    for k, bone in enumerate(armature.pose.bones):
        bone.rotation_mode = modes[k % len(modes)]
    return armature


def _expressive() -> bpy.types.Object:
    with tempfile.TemporaryDirectory() as folder:
        return add_body(bpy.context, write_model(Path(folder) / "SMPLX_NEUTRAL.npz"), betas=10, expressions=100)[0]


def _spoken() -> Performance:
    mapping = read_target(bpy.context.scene.orator.character, bpy.context.scene).expressions
    return expressive_take(mapping)


RIGS: dict[str, tuple[Callable[[], Any], Callable[[], Performance], tuple[int, float], str]] = {
    "smpl-x bones": (_plain, lambda: make_motion(3.0, rate=0.35), (24, 1.0), "SPARSE"),
    "unreal bones": (_family, own_take, (30, 1.001), "DENSE"),
    "expressions": (_expressive, _spoken, (30, 1.0), "SPARSE"),
}
"""Rig, performance, scene rate, keys."""


def _digest(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for name, array in sorted(arrays.items()):
        digest.update(f"{name}{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def curves_of_take(take: Any) -> dict[str, Any]:
    """All keys and handles of a take's curves as one hash, and every 40th curve at five frames."""
    keys, shown = {}, {}
    for binding in take.bindings:
        for curve in compat.curves_of(binding.action, compat.slot_named(binding.action, binding.slot)):
            name = f"{binding.object.name}/{curve.data_path}[{curve.array_index}]"
            for part in ("co", "handle_left", "handle_right"):
                values = np.empty(2 * len(curve.keyframe_points), np.float32)
                curve.keyframe_points.foreach_get(part, values)
                keys[f"{name} {part}"] = values
            first, last = curve.range()
            shown[name] = [round(float(curve.evaluate(f)), 4) for f in np.linspace(first, last, 5)]
    return {"hash": _digest(keys), "curves": len(shown), "shown": dict(sorted(shown.items())[::40])}


def _exported(armature: bpy.types.Object) -> dict[str, Any]:
    made = shown_performance(armature, 25.0)
    names = ("rotations", "translation", "face", "expressions")
    arrays = {n: getattr(made, n) for n in names if getattr(made, n) is not None}
    rows = {n: [round(float(v), 4) for v in a.reshape(len(a), -1)[len(a) // 2, ::20]] for n, a in arrays.items()}
    return {"hash": _digest(arrays), "curves": len(arrays), "shown": rows}


def road(name: str) -> dict[str, dict[str, Any]]:
    """One rig's curves after a bake, after sliders, after following the strip, after baking again; what is exported."""
    make, perform, rate, keys = RIGS[name]
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base, scene.orator.keys = *rate, keys
    armature = scene.orator.character = make()
    performance, directions = perform(), given_directions()
    keying = Keying(None if keys == "DENSE" else Bounds())
    prepared = prepare(performance, START, read_target(armature, scene), keying, directions=directions)
    meta = {"seed": 3, **directions_record(directions)}
    take = bake.add_take(armature, Take(performance, "Take 1", meta), START, prepared)
    out = {"bake": curves_of_take(take)}
    for slider, value in SLIDERS.items():
        setattr(take.layers, slider, value)
    out["sliders"] = curves_of_take(take)
    follow.move(armature, take, scene, 7)
    out["follow strip"] = curves_of_take(take)
    take.layers.swap_sides = True
    out["another slider"] = curves_of_take(take)
    bake.bake_again(armature, take.uid, scene, keying)
    out["bake again"] = curves_of_take(take)
    out["export"] = _exported(armature)
    takes.show(armature, "")
    return out


def main() -> None:
    """Write the file anew."""
    import orator

    made = {}
    for name in RIGS:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        orator.register()
        made[name] = road(name)
        orator.unregister()
    known = json.loads(FILE.read_text()) if FILE.is_file() else {"hashes": {}}
    hashes = {name: {stage: one.pop("hash") for stage, one in stages.items()} for name, stages in made.items()}
    kept = known["hashes"] if known.get("shown") == made else {}
    FILE.write_text(json.dumps({"hashes": {**kept, machine(): hashes}, "shown": made}, separators=(",", ":")) + "\n")
    print(FILE)


if __name__ == "__main__":
    sys.exit(main())
