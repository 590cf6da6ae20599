"""From a strip or file to takes on a character, in background mode; and what an artist reads when it cannot be."""

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, generation, tracks
from orator.core.blender.take_store import load_performance
from orator.core.errors import OratorError
from orator.core.performance import Take


def from_file(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.orator.source = "FILE"
    scene.orator.file = str(speech_file(tmp_path / "voice.wav"))
    scene.orator.file_frame = 11.0


def state() -> tuple[list[str], ...]:
    """Names of all that a generation could have changed."""
    return tuple(sorted(x.name for x in data) for data in (bpy.data.actions, bpy.data.texts, bpy.data.objects))


def said(call, *args) -> str:
    """What an operator reports when it fails."""
    with pytest.raises(RuntimeError) as caught:
        call(*args)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def request(scene: bpy.types.Scene, tmp_path: Path) -> generation.TakeRequest:
    from_file(scene, tmp_path)
    return generation.read_request(bpy.context)


def made_for(asked: generation.TakeRequest, count: int = 1) -> tuple[generation.Made, ...]:
    """What a worker would hand back for a request, with a motion that is made here."""
    out = []
    for seed in range(count):
        performance = make_motion(asked.asked.speech.seconds, seed=seed)
        prepared = prepare(performance, asked.asked.speech.start, asked.target, Keying())
        out.append(generation.Made(Take(performance, "Take 1", {"seed": seed}), prepared))
    return tuple(out)


@pytest.mark.parametrize("parts", (("face",), ("upper", "hands", "lower", "face")))
def test_generate_from_the_panel(scene: bpy.types.Scene, tmp_path: Path, parts: tuple[str, ...]) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    from orator.models.embedded.pipeline import WEIGHTS
    from orator.models.weights import weights_version

    rooms = ("speech", "face") if parts == ("face",) else ("speech", "face", "body")
    for room in rooms:
        for name in WEIGHTS[room]:
            weights_version(name)
    armature = make_rig()
    from_file(scene, tmp_path)
    for part in ("upper", "hands", "lower", "face"):
        setattr(scene.orator, f"use_{part}", part in parts)
    scene.orator.count = 2
    assert bpy.ops.orator.generate() == {"FINISHED"}
    data = armature.orator
    assert [(take.name, take.seed) for take in data.takes] == [("Take 1", 0), ("Take 2", 1)]
    assert data.shown == data.takes[0].uid
    first, second = (load_performance(take) for take in data.takes)
    assert first.frames == second.frames == 45
    assert not np.array_equal(first.face, second.face)
    assert armature.animation_data.action.frame_range[0] == 11


def test_a_keyed_emotion_and_control_reach_the_networks(scene: bpy.types.Scene, tmp_path: Path) -> None:
    make_rig()
    options = scene.orator
    options.energy = 0.5
    options.keyframe_insert("energy", frame=11)
    options.energy = 1.5
    options.keyframe_insert("energy", frame=47)
    options.emotion = "HAPPY"
    options.keyframe_insert("emotion", frame=11)
    options.emotion = "ANGRY"
    options.keyframe_insert("emotion", frame=30)
    asked = request(scene, tmp_path)
    assert asked.asked.settings.curve("energy", np.array([0.0, 1.5])) == pytest.approx([0.5, 1.5], abs=0.02)
    assert asked.asked.settings.curve("lip_strength", np.array([0.0])) == pytest.approx([1.0])
    assert asked.asked.emotion.at(np.array([0.1, 1.4])).argmax(axis=1).tolist() == [1, 3]


def test_several_takes_arrive_together(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig()
    asked = request(scene, tmp_path)
    sentences = generation.deliver(asked, made_for(asked, 3))
    assert [take.name for take in armature.orator.takes] == ["Take 1", "Take 2", "Take 3"]
    assert "Take 1, Take 2, Take 3 on 'Rig': 55 of 55 joints, 52 of 52 shapes" in sentences[0]


def test_a_result_for_a_deleted_character_changes_nothing(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig()
    asked = request(scene, tmp_path)
    made = made_for(asked)
    bpy.data.objects.remove(armature)
    before = state()
    with pytest.raises(OratorError, match="'Rig' is not in the scene any more"):
        generation.deliver(asked, made)
    assert state() == before


def test_a_rig_that_changed_meanwhile_is_read_again(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig()
    asked = request(scene, tmp_path)
    made = made_for(asked)
    armature.pose.bones["head"].rotation_mode = "XYZ"
    generation.deliver(asked, made)
    paths = {c.data_path for c in bake.compat.animated_curves(armature)}
    assert 'pose.bones["head"].rotation_euler' in paths


def test_a_delivery_that_fails_takes_back_what_it_wrote(
    scene: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    armature = make_rig()
    asked = request(scene, tmp_path)
    made = made_for(asked, 2)
    before = state()
    add_track, calls = tracks.add_track, []

    def fails_in_the_second_take(take, binding) -> None:
        calls.append(take.name)
        if take.name == "Take 2":
            raise RuntimeError("no room")
        add_track(take, binding)

    monkeypatch.setattr(tracks, "add_track", fails_in_the_second_take)
    with pytest.raises(RuntimeError, match="no room"):
        generation.deliver(asked, made)
    assert state() == before and not armature.orator.takes


@pytest.mark.parametrize(
    ("content", "sentence"),
    (
        (b"", "empty"),
        (b"this is a letter, not a sound" * 50, "not a sound file"),
        (None, "does not exist"),
    ),
)
def test_bad_files(scene: bpy.types.Scene, tmp_path: Path, content: bytes | None, sentence: str) -> None:
    make_rig()
    scene.orator.source, scene.orator.file = "FILE", str(tmp_path / "voice.wav")
    if content is not None:
        (tmp_path / "voice.wav").write_bytes(content)
    before = state()
    assert sentence in said(bpy.ops.orator.generate)
    assert state() == before


def test_no_armature(scene: bpy.types.Scene, tmp_path: Path) -> None:
    from_file(scene, tmp_path)
    assert "Add Character" in generation.missing_character(bpy.context)
    assert not bpy.ops.orator.generate.poll()
    with pytest.raises(OratorError, match="no armature"):
        generation.read_request(bpy.context)


def test_an_armature_with_none_of_the_joints(scene: bpy.types.Scene, tmp_path: Path) -> None:
    data = bpy.data.armatures.new("Door")
    door = bpy.data.objects.new("Door", data)
    scene.collection.objects.link(door)
    from_file(scene, tmp_path)
    before = state()
    assert "no bones" in said(bpy.ops.orator.generate)
    assert state() == before


def test_several_armatures_need_a_choice(scene: bpy.types.Scene, tmp_path: Path) -> None:
    first, second = make_rig("Anna"), make_rig("Bert")
    from_file(scene, tmp_path)
    bpy.context.view_layer.objects.active = None
    assert "Select a character" in generation.missing_character(bpy.context)
    bpy.context.view_layer.objects.active = next(o for o in scene.objects if o.parent == second)
    assert generation.active_character(bpy.context) == second
    scene.orator.character = first
    assert generation.active_character(bpy.context) == first
