"""Learn from Takes: ticked takes and Actions, a folder, the amount, the file, another file, undo's state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.characters import make_rig  # noqa: E402
from helpers.loop import speech  # noqa: E402
from helpers.styled import gesturing, state  # noqa: E402
from orator.core.bake.road import Keying, prepare  # noqa: E402
from orator.core.blender import (  # noqa: E402
    bake,
    generation,
    styles,
    takes,
)
from orator.core.blender.bake_target import read_target  # noqa: E402
from orator.core.formats.bvh import write_bvh  # noqa: E402
from orator.core.performance import Performance, Take  # noqa: E402

HIGH = [state(24 + 2 * (k % 3), 14 - (k % 2), 32) for k in range(4)]


def add(character: bpy.types.Object, motion: Performance, name: str) -> None:
    """A take of a motion."""
    prepared = prepare(motion, 0.0, read_target(character, bpy.context.scene), Keying(None))
    bake.add_take(character, Take(motion, name, {"seed": 1}), 0.0, prepared)


@pytest.fixture
def character(request: pytest.FixtureRequest) -> bpy.types.Object:
    """A rig with a high right-handed take that smiles and a low left-handed one."""
    request.getfixturevalue("scene")
    armature = make_rig()
    add(armature, gesturing(HIGH, smile=0.6), "High")
    add(armature, gesturing([state(12, -24, 30)] * 4, "left"), "Low")
    return armature


def test_ticked_takes_are_learned_worn_saved_and_loaded_elsewhere(scene, character, tmp_path: Path) -> None:
    group, data = scene.orator_styles, takes.character_data(character)
    with pytest.raises(RuntimeError, match="No take is ticked"):
        bpy.ops.orator.style_learn()
    data.takes["High"].learn = True
    assert bpy.ops.orator.style_learn() == {"FINISHED"}
    told = group.styles[0].told
    assert "right-handed" in told and "higher" in told and "smiles more" in told
    speech(scene, tmp_path)
    group.amount = 0.5
    settings = generation.read_request(bpy.context).asked.settings
    assert settings.learned.amount == 0.5 and settings.learned.style.numbers["handed"] > 0.4
    group.wear = False
    assert generation.read_request(bpy.context).asked.settings.learned is None
    path, blend = tmp_path / "high.npz", tmp_path / "file.blend"
    assert bpy.ops.orator.style_save(filepath=str(path)) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    kept = settings.learned.identity
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    again = bpy.context.scene
    again.orator_styles.wear = True
    assert styles.worn(again).identity == kept, "the .blend keeps the style whole"
    bpy.ops.wm.read_homefile(use_empty=True)
    other = bpy.context.scene
    assert bpy.ops.orator.style_load(filepath=str(path)) == {"FINISHED"}
    assert styles.worn(other).identity == kept and other.orator_styles.styles[0].told == told
    assert bpy.ops.orator.style_remove() == {"FINISHED"}
    assert styles.worn(other) is None and not [t for t in bpy.data.texts if "Orator style" in t.name]


@pytest.mark.any_blender
def test_a_changed_take_is_learned_as_it_moves_now(scene, character) -> None:
    data = takes.character_data(character)
    data.takes["High"].learn = True
    bpy.ops.orator.style_learn()
    data.takes["High"].learn, data.takes["Low"].learn = False, True
    bpy.ops.orator.style_learn()
    high, low = (styles.style_of(entry) for entry in scene.orator_styles.styles)
    assert low.numbers["handed"] < -0.4 and low.moments["end"][2] < high.moments["end"][2] - 0.1
    # Both at once, by hand: an Action that both arms play is what the take is now.
    binding = data.takes["Low"].bindings[0]
    binding.action = data.takes["High"].bindings[0].action
    bpy.ops.orator.style_learn()
    assert np.allclose(styles.style_of(scene.orator_styles.styles[2]).moments["end"], high.moments["end"], atol=1e-3)
    assert [s.name for s in scene.orator_styles.styles][1:] == [f"{character.name}'s takes {k}" for k in (2, 3)]


def test_actions_and_folders_are_learned_from_and_leave_nothing_behind(scene, character, tmp_path: Path) -> None:
    group = scene.orator_styles
    takes.show(character, "")
    action = takes.character_data(character).takes["High"].bindings[0].action.copy()
    del action["orator_take"]
    action.orator_learn = True
    group.source = "ACTIONS"
    assert bpy.ops.orator.style_learn() == {"FINISHED"} and "right-handed" in group.styles[0].told
    folder = tmp_path / "motion"
    folder.mkdir()
    write_bvh(gesturing(HIGH), folder / "a.bvh")
    character.animation_data.action = action
    for strip in character.animation_data.nla_tracks:
        strip.mute = True
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = (int(f) for f in action.frame_range)
    bpy.ops.export_scene.fbx(filepath=str(folder / "b.fbx"), bake_anim_use_all_actions=False, add_leaf_bones=False,
                             bake_anim_use_nla_strips=False)  # fmt: skip
    group.source, group.folder, group.name = "FOLDER", str(folder), "Ours"
    counts = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "actions", "armatures", "meshes")}
    assert bpy.ops.orator.style_learn() == {"FINISHED"} and group.styles[1].name == "Ours"
    both = styles.style_of(group.styles[1])
    assert len(both.strokes) == 2 * len(HIGH) and both.numbers["handed"] > 0.5, "the BVH's strokes and the FBX's"
    assert counts == {kind: len(getattr(bpy.data, kind)) for kind in counts}
    group.folder = str(tmp_path / "nothing")
    with pytest.raises(RuntimeError, match="nothing"):
        bpy.ops.orator.style_learn()
    assert len(group.styles) == 2


@pytest.mark.any_blender
def test_a_damaged_style_is_said_and_changes_nothing(scene, character, tmp_path: Path) -> None:
    takes.character_data(character).takes["High"].learn = True
    bpy.ops.orator.style_learn()
    entry = scene.orator_styles.styles[0]
    entry.data["orator_style"] = b"PK damaged"
    speech(scene, tmp_path)
    with pytest.raises(Exception, match="damaged"):
        generation.read_request(bpy.context)
    bpy.data.texts.remove(entry.data)
    with pytest.raises(Exception, match="no longer in this file"):
        generation.read_request(bpy.context)
