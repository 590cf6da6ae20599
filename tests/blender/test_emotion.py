"""The emotion track in Blender: keys, markers, a reference clip and the guess reach the generated face."""

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from orator.core.arkit import INDEX
from orator.core.blender import bake, emotion, generation
from orator.core.blender.bake_target import read_target
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.errors import OratorError
from orator.core.formats.livelink import write_livelink
from orator.core.performance import Take, make_performance
from orator.core.speech.speech import Speech

FPS = 24.0
START = 11


def speech(scene: bpy.types.Scene, tmp_path: Path, seconds: float = 4.0) -> Speech:
    """Speech from frame 11 on, as set in the panel."""
    scene.orator.source = "FILE"
    scene.orator.file = str(speech_file(tmp_path / "voice.wav", seconds))
    scene.orator.file_frame = float(START)
    return generation.read_speech(bpy.context)


def felt(scene: bpy.types.Scene, said: Speech, *seconds: float) -> np.ndarray:
    return emotion.read_emotion(scene, said, generation.active_character(bpy.context)).at(np.array(seconds))


def key(scene: bpy.types.Scene, name: str, *keys: tuple[float, float]) -> None:
    """Key a property at seconds of the speech."""
    for seconds, value in keys:
        setattr(scene.orator, name, value)
        scene.orator.keyframe_insert(name, frame=START + seconds * FPS)


def column(name: str) -> int:
    return EMOTIONS.index(name)


def test_keyed_weights_and_intensity_are_read_on_every_frame(scene: bpy.types.Scene, tmp_path: Path) -> None:
    said = speech(scene, tmp_path)
    scene.orator.intensity = 1.0
    key(scene, "weight_happy", (0.0, 1.0), (2.0, 0.0))
    key(scene, "weight_angry", (0.0, 0.0), (2.0, 1.0))
    for curve in bake.compat.animated_curves(scene):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    got = felt(scene, said, 0.0, 0.5, 1.0, 2.0, 3.5)
    assert got[:, column("happy")] == pytest.approx([1.0, 0.75, 0.5, 0.0, 0.0], abs=0.02)
    assert got[:, column("angry")] == pytest.approx([0.0, 0.25, 0.5, 1.0, 1.0], abs=0.02)
    track = emotion.read_emotion(scene, said)
    assert len(track.times) >= 30 * said.seconds, "every frame of the model is sampled"


def test_unkeyed_weights_mix_and_zero_weights_leave_the_choice(scene: bpy.types.Scene, tmp_path: Path) -> None:
    said = speech(scene, tmp_path)
    options = scene.orator
    options.emotion, options.intensity = "SAD", 0.5
    assert felt(scene, said, 1.0)[0, column("sad")] == pytest.approx(0.5)
    options.weight_fear = options.weight_surprise = 0.5
    got = felt(scene, said, 1.0)[0]
    assert got[column("fear")] == pytest.approx(0.25) and got[column("surprise")] == pytest.approx(0.25)
    assert got[column("sad")] == 0.0


def test_markers_set_the_emotion_from_there_on(scene: bpy.types.Scene, tmp_path: Path) -> None:
    said = speech(scene, tmp_path)
    scene.orator.emotion, scene.orator.intensity = "SAD", 0.6
    for name, seconds in (("happy:0.8", 1.0), ("Scene 4", 1.5), ("angry 50%", 2.0), ("neutral", 3.0)):
        scene.timeline_markers.new(name, frame=round(START + seconds * FPS))
    got = felt(scene, said, 0.5, 1.2, 2.5, 3.5)
    assert [int(row.argmax()) for row in got] == [column(n) for n in ("sad", "happy", "angry", "neutral")]
    assert got[1, column("happy")] == pytest.approx(0.8) and got[2, column("angry")] == pytest.approx(0.5)
    assert got[0, column("sad")] == pytest.approx(0.6)
    assert "3 emotion markers" in emotion.summary(scene)
    scene.orator.use_markers = False
    assert felt(scene, said, 2.5)[0, column("sad")] == pytest.approx(0.6)


def test_the_last_marker_before_the_speech_counts(scene: bpy.types.Scene, tmp_path: Path) -> None:
    said = speech(scene, tmp_path)
    scene.timeline_markers.new("sad:0.3", frame=2)
    scene.timeline_markers.new("fear:0.7", frame=8)
    scene.timeline_markers.new("happy:9", frame=5000)
    got = felt(scene, said, 0.0, 3.0)
    assert got[:, column("fear")] == pytest.approx([0.7, 0.7])


@pytest.mark.parametrize("name", ("happy:1.7", "hapy:0.8", "angry: very"))
def test_a_marker_that_cannot_be_read_is_said(scene: bpy.types.Scene, tmp_path: Path, name: str) -> None:
    make_rig()
    speech(scene, tmp_path)
    scene.timeline_markers.new(name, frame=30)
    with pytest.raises(OratorError, match=f"Frame 30: The marker '{name}'.*happy:0.8"):
        generation.read_request(bpy.context)


@pytest.mark.parametrize("name", ("F_01", "Cut", "shot:3", "happy ending", "Take 2", "fade to black"))
def test_other_markers_are_left_alone(scene: bpy.types.Scene, tmp_path: Path, name: str) -> None:
    said = speech(scene, tmp_path)
    scene.orator.emotion, scene.orator.intensity = "SAD", 0.5
    scene.timeline_markers.new(name, frame=30)
    assert felt(scene, said, 3.0)[0, column("sad")] == pytest.approx(0.5)


def smiling(seconds: float = 3.0) -> np.ndarray:
    """A face (T, 52) that smiles with squinting cheeks and moves a little."""
    t = np.arange(round(30 * seconds)) / 30
    face = np.zeros((len(t), 52))
    for name, value in dict(cheekSquint=0.7, eyeSquint=0.4, mouthSmile=0.6).items():
        for side in ("Left", "Right"):
            face[:, INDEX[name + side]] = value + 0.05 * np.sin(5 * t)
    return face


def test_a_recording_or_a_take_lends_its_style(scene: bpy.types.Scene, tmp_path: Path) -> None:
    rig = make_rig()
    said = speech(scene, tmp_path)
    motion = make_motion(3.0)
    clip = make_performance(motion.rotations, motion.translation, smiling(), 30.0)
    scene.orator.emotion_source = "REFERENCE"
    with pytest.raises(OratorError, match="No reference is chosen"):
        emotion.read_emotion(scene, said, rig)
    write_livelink(clip, tmp_path / "smile.csv")
    scene.orator.reference_file = str(tmp_path / "smile.csv")
    track = emotion.read_emotion(scene, said, rig)
    assert track.at(np.zeros(1))[0].argmax() == column("happy")
    assert track.reference is not None and "smile.csv" in emotion.emotion_notes(track)[0]
    target = read_target(rig, scene)
    prepared = generation.prepare(clip, 0.0, target, generation.Keying())
    item = bake.add_take(rig, Take(clip, "Smile", {}), 0.0, prepared)
    scene.orator.reference_take = item.name
    again = emotion.read_emotion(scene, said, rig)
    assert again.reference.name == item.name
    assert again.reference.mean[INDEX["cheekSquintLeft"]] == pytest.approx(0.7, abs=0.03)
    scene.orator.reference_take = "Gone"
    with pytest.raises(OratorError, match="'Gone'"):
        emotion.read_emotion(scene, said, rig)


def test_the_guess_is_off_and_says_that_it_is_one(scene: bpy.types.Scene, tmp_path: Path) -> None:
    make_rig()
    speech(scene, tmp_path)
    assert not generation.read_request(bpy.context).asked.emotion.guess
    scene.orator.emotion_source = "GUESS"
    asked = generation.read_request(bpy.context)
    assert asked.asked.emotion.guess and any("guess" in note for note in asked.notes)


@pytest.mark.any_blender
def test_the_generated_face_follows_keyed_weights(scene: bpy.types.Scene, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    rig = make_rig()
    speech(scene, tmp_path)
    options = scene.orator
    options.use_upper = options.use_hands = options.use_lower = False
    options.intensity = 1.0
    key(scene, "weight_surprise", (0.0, 1.0), (1.6, 1.0), (2.0, 0.0))
    key(scene, "weight_angry", (1.6, 0.0), (2.0, 1.0))
    assert bpy.ops.orator.generate() == {"FINISHED"}
    take = rig.orator.takes[0]
    made = load_performance(take)
    raised, lowered = made.face[:, INDEX["browOuterUpLeft"]], made.face[:, INDEX["browDownLeft"]]
    assert raised[15:45].mean() > 0.4 > raised[80:].mean() + 0.2
    assert lowered[80:].mean() > 0.4 > lowered[15:45].mean() + 0.2
    head = made.rotations[:, 15]
    assert np.ptp(head, axis=0).max() > 0.003, "a face alone moves the head"
    keys = load_meta(take)["emotion"]["keys"]
    assert keys[0][1]["surprise"] == 1.0 and keys[-1][1]["angry"] == 1.0
