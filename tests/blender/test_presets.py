"""Presets of sliders, settings and masks, as Blender's own."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import pytest
from helpers.characters import make_rig, shown_face, to_frame
from helpers.loop import plain_take


def preset(kind: str, name: str) -> Path:
    paths = [Path(folder) / f"{name}.json" for folder in bpy.utils.preset_paths(f"orator/{kind}")]
    return next(path for path in paths if path.is_file())


@pytest.mark.fault("12.25")
def test_presets_of_sliders_settings_and_masks(scene) -> None:
    armature = make_rig()
    scene.orator.character = armature
    item = plain_take(armature, scene)
    item.layers.lip_strength, item.layers.swap_sides = 0.5, True
    scene.orator.energy, scene.orator.style = 1.7, "formal"
    scene.orator.again_region, scene.orator.loop.around_chosen = "left_arm", "spine1\nhead"
    for kind, name in (("layer", "Soft"), ("setting", "Big"), ("mask", "Arm")):
        assert getattr(bpy.ops.orator, f"{kind}_preset")(name=name) == {"FINISHED"}
    bpy.ops.orator.sliders_reset()
    scene.orator.energy, scene.orator.style, scene.orator.seed = 1.0, "neutral", 5
    scene.orator.again_region, scene.orator.loop.around_chosen = "all", ""
    to_frame(30)
    before = shown_face(bpy.data.objects["Rig Face 0"])["jawOpen"]
    for kind, name in (("layers", "Soft"), ("performance", "Big"), ("masks", "Arm")):
        assert bpy.ops.orator.preset_use(filepath=str(preset(kind, name))) == {"FINISHED"}
    assert item.layers.lip_strength == 0.5 and item.layers.swap_sides
    to_frame(30)
    assert shown_face(bpy.data.objects["Rig Face 0"])["jawOpen"] == pytest.approx(0.5 * before, abs=0.02)
    assert scene.orator.energy == pytest.approx(1.7) and scene.orator.style == "formal" and scene.orator.seed == 5
    assert scene.orator.again_region == "left_arm" and scene.orator.loop.around_chosen == "spine1\nhead"
    path = preset("layers", "Soft")
    whole = path.read_text()
    assert json.loads(whole)["values"]["lip_strength"] == 0.5
    for broken in (
        "import bpy\nnonsense(", whole[:40], "[]", whole.replace("0.5", '"much"'), whole.replace("0.5", "1e9"),
        whole.replace("0.5", "NaN"), whole.replace("true", "3"),
    ):  # fmt: skip
        path.write_text(broken)
        item.layers.lip_strength = 0.8
        with pytest.raises(RuntimeError, match="preset 'Soft'"):
            bpy.ops.orator.preset_use(filepath=str(path))
        assert item.layers.lip_strength == pytest.approx(0.8)
    assert bpy.ops.orator.layer_preset(name="Soft", remove_name=True) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="not there any more"):
        bpy.ops.orator.preset_use(filepath=str(path))
