"""No text of the panels is cut at the sidebar's default width, in every state that is reached here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from helpers.paper import drawn, measure
from orator import panels
from orator.core.blender import bake, report
from orator.core.blender.bake_target import read_target
from orator.core.performance import Take
from orator.panels import layout

DEFAULT_WIDTH = 280
"""Pixels of the sidebar in Blender's default file, its tabs included."""
SHOWN = [cls for cls in panels.CLASSES if issubclass(cls, bpy.types.Panel)]


def at_default_width() -> Any:
    """The context as a panel gets it in a sidebar of that width."""
    real = bpy.context
    region = SimpleNamespace(width=DEFAULT_WIDTH)
    return SimpleNamespace(
        scene=real.scene, view_layer=real.view_layer, preferences=real.preferences, region=region,
        active_object=real.active_object, object=real.object, mode=real.mode, workspace=real.workspace,
        window_manager=real.window_manager, selected_pose_bones=None, selected_objects=real.selected_objects,
    )  # fmt: skip


def cut(state: str) -> list[str]:
    """What does not fit, as sentences."""
    context = at_default_width()
    out = []
    for panel in SHOWN:
        if hasattr(panel, "poll") and not panel.poll(context):
            continue
        paper = drawn(panel, context, layout.room(context))
        assert paper.texts, f"{panel.__name__} shows nothing"
        out += [
            f"{state}, {panel.bl_label}: '{text}' wants {wanted:.0f} of {given:.0f}"
            for text, wanted, given in paper.cut
        ]
    return out


def test_in_an_empty_file_and_in_the_default_one(scene: bpy.types.Scene) -> None:
    found = cut("empty")
    scene.orator.source = "FILE"
    found += cut("file")
    bpy.ops.wm.read_factory_settings(use_empty=False)
    found += cut("default")
    bpy.ops.orator.add_character()
    found += cut("with a character")
    for source in ("REFERENCE", "GUESS"):
        bpy.context.scene.orator.emotion_source = source
        found += cut(source)
    assert not found, "\n".join(found)


def test_with_takes_pins_ranges_and_long_sentences(scene: bpy.types.Scene, tmp_path) -> None:
    options = scene.orator
    rig = make_rig("A character with quite a long name")
    bpy.context.view_layer.objects.active = rig
    options.character = rig
    bpy.ops.orator.add_speech(filepath=str(speech_file(tmp_path / "voice_of_the_second_scene_take_04.wav")))
    target = read_target(rig, scene)
    for seed in (0, 123456):
        performance = make_motion(1.5, seed=seed)
        prepared = bake.prepare(performance, 0.0, target, bake.Keying())
        bake.add_take(rig, Take(performance, "Take 1", {"seed": seed}), 0.0, prepared)
    bpy.ops.orator.pin_pose(covers="UPPER")
    bpy.ops.orator.pin_look()
    bpy.ops.orator.lane_add()
    bpy.ops.orator.rig_detect()
    options.again_range, options.keys = "TYPED", "SPARSE"
    found = []
    for index in range(len(rig.orator.pins)):
        rig.orator.active_pin = index
        for softness in ("EXACT", "SOFT"):
            rig.orator.pins[index].softness = softness
            found += cut(f"pin {index} {softness}")
    if options.source == "STRIP":  # a file where bpy has no sound
        scene.sequence_editor.active_strip.frame_start += 1234
    else:
        options.file_frame += 1234
    report.remember(
        "Take 1, Take 2 on 'A character with quite a long name': 55 of 55 joints; /a/path/that/is/" + "x" * 90
    )
    found += cut("moved")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", ("one two three " * 9, "w" * 200, "", "a /very/long/path/without/any/space/" + "i" * 80)
)
def test_wrapping_keeps_every_letter_and_the_width(scene: bpy.types.Scene, text: str) -> None:
    lines = layout.wrapped(text, 180.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line) <= 180.0 for line in lines)
