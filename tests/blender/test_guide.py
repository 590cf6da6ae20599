"""The guide as a new user reads it: every name in it is on the screen, and its first minute goes as its text says."""

from __future__ import annotations

import re
from pathlib import Path

import bpy
import numpy as np
import pytest
import soundfile
from helpers.characters import make_motion, make_rig
from helpers.desk import DEMO
from orator import operators, panels
from orator.core.blender import bake, compat, takes
from orator.core.blender.bake_target import read_target
from orator.core.model_card import cards
from orator.core.performance import Take

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLENDERS = set(
    "Edit|Preferences|Get Extensions|Install from Disk|Timeline|Playback|Sync|Sync to Audio|Frame Dropping|File|Object|"
    "External Data|Find Missing Files|Library Override|Make|Key".split("|")
)
"""Names of Blender's own menus."""


def names() -> set[str]:
    """What Orator's panels, buttons, fields and choices are called."""
    classes = [cls for room in (panels, operators) for cls in room.CLASSES]
    classes += [cls for cls in bpy.types.PropertyGroup.__subclasses__() if cls.__module__.startswith("orator")]
    kinds = [cls.bl_rna for cls in classes if hasattr(cls, "bl_rna")]
    kinds += [getattr(bpy.ops.orator, name).get_rna_type() for name in dir(bpy.ops.orator)]
    found = {getattr(cls, "bl_label", "") for cls in classes} | {kind.name for kind in kinds}
    found |= {card.label for card in cards()}
    for kind in kinds:
        for field in kind.properties:
            found.add(field.name)
            found |= {item.name for item in getattr(field, "enum_items_static", ())}
    for room in (panels, operators):
        for path in Path(room.__file__).parent.glob("*.py"):
            for text in re.findall(r'"([^"\n]{2,60})"', path.read_text(encoding="utf-8")):
                found.add(re.sub(r"\{.*?\}", "12", text))  # numbers in the guide are examples
    return found


@pytest.mark.parametrize("page", ("guide", "from_other_tools", "troubleshooting"))
@pytest.mark.usefixtures("scene")
def test_every_name_is_on_the_screen(page: str) -> None:
    text = re.sub(r"`[^`]*`", "", (DOCS / f"{page}.md").read_text(encoding="utf-8"))
    text = re.sub(r"^[|*] \*.*?\*(?= \||:)", "", text, flags=re.MULTILINE)  # quoted sentences, tested elsewhere
    known, lost = names() | BLENDERS, []
    for emphasised in re.findall(r"(?<!\*)\*{1,2}([A-Z][^*|]{0,60}?)\*{1,2}(?!\*)", text.replace("\n", " ")):
        for part in emphasised.split(" > "):
            part = " ".join(part.split()).rstrip(".:")
            begins = part.removesuffix("...").rstrip()
            if part not in known and not (part.endswith(" ...") and any(n.startswith(begins) for n in known)):
                lost.append(part)
    assert not lost, f"{page}.md names what is nowhere: {', '.join(lost)}"


def test_its_first_minute_on_the_default_file(tmp_path: Path) -> None:
    import orator

    bpy.ops.wm.read_factory_settings(use_empty=False)
    orator.register()
    try:
        scene = bpy.context.scene
        camera, end = scene.camera, scene.frame_end
        path = tmp_path / "voice.wav"
        samples, rate = soundfile.read(DEMO)
        soundfile.write(path, samples[: 5 * rate], rate)
        assert bpy.ops.orator.add_speech(filepath=str(path)) == {"FINISHED"}
        assert bpy.ops.orator.add_character() == {"FINISHED"}
        character = scene.orator.character or bpy.context.active_object
        cube = bpy.data.objects["Cube"]
        assert abs(character.location.x - cube.location.x) > 1.0, "it stands beside the cube"
        pytest.importorskip("torch", reason="the rest needs networks")
        if bpy.app.version[:2] != (5, 0):
            pytest.skip("one Blender is enough for the rest, which generates")
        assert bpy.ops.orator.generate() == {"FINISHED"}
        (take,) = takes.character_data(character).takes
        assert takes.shown(character) == take
        assert scene.frame_end >= end and scene.use_preview_range and scene.frame_current == scene.frame_preview_start
        assert scene.sync_mode == "AUDIO_SYNC"
        jaw = [
            np.ptp([curve.evaluate(f) for f in range(1, 120)])
            for obj in bpy.data.objects
            if obj.type == "MESH" and obj.data.shape_keys
            for curve in compat.animated_curves(obj.data.shape_keys)
            if "jawOpen" in curve.data_path
        ]
        assert max(jaw) > 0.2, "its mouth moves"
        seed = scene.orator.seed
        assert bpy.ops.orator.generate() == {"FINISHED"} and scene.orator.seed != take.seed != seed
        assert bpy.ops.orator.add_stage() == {"FINISHED"}
        assert scene.camera is not camera and camera.name in scene.objects, "the camera before stays"
    finally:
        orator.unregister()


def test_one_press_pins_no_whole_take_and_pins_have_names_of_their_own(scene: bpy.types.Scene) -> None:
    rig = make_rig()
    bpy.context.view_layer.objects.active = rig
    scene.orator.character = rig
    scene.orator.source, scene.orator.file = "FILE", str(DEMO)
    motion = make_motion(4.0)
    prepared = bake.prepare(motion, 0.0, read_target(rig, scene), bake.Keying())
    bake.add_take(rig, Take(motion, "Take 1", {}), 0.0, prepared)
    with pytest.raises(RuntimeError, match="frames have selected keys, as all keys of a new take have"):
        bpy.ops.orator.pin_keys()
    assert not len(rig.orator.pins)
    for covers in ("UPPER", "HANDS", "LOWER"):
        assert bpy.ops.orator.pin_pose(covers=covers) == {"FINISHED"}
    assert [pin.name for pin in rig.orator.pins] == ["Pin 1", "Pin 1.001", "Pin 1.002"]
