"""Names that scripts outside of Orator use stay where they are."""

from __future__ import annotations

import bpy
import pytest
from helpers.characters import make_motion, make_rig


def test_a_script_bakes_a_take_and_sees_whether_it_follows_its_strip(scene: bpy.types.Scene) -> None:
    from orator.core.baking import BakeStyle, prepare
    from orator.core.blender import bake, follow
    from orator.core.fitting import Bounds
    from orator.core.performance import Take

    character = bake.editable(make_rig(), scene)
    motion, counts = make_motion(2.0), []
    for k, keying in enumerate((BakeStyle(None), BakeStyle(Bounds()))):
        start = scene.frame_start / bake.scene_fps(scene)
        prepared = prepare(motion, start, bake.read_target(character, scene), keying)
        bake.add_take(character, Take(motion, f"Take {k + 1}", {}), start, prepared)
        counts.append(sum(len(curve.frames) for curve in prepared.curves))
        assert follow.behind(character.orator.takes[k], scene, start + 5.0 / bake.scene_fps(scene)) == pytest.approx(5)
    assert counts[1] < counts[0]
