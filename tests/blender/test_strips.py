"""Sound strips as speech: their trim, their place, another scene's sequencer, packed and missing sounds."""

import wave
from pathlib import Path

import bpy
import numpy as np
import pytest
from orator.core.blender import compat, generation, strips
from orator.core.errors import OratorError
from orator.core.speech.speech import SAMPLE_RATE


def ramp(path: Path, seconds: float = 4.0, rate: int = 44100) -> Path:
    """A sound whose level says the time: each 0.1 s has its own amplitude."""
    t = np.arange(int(seconds * rate)) / rate
    level = (1 + np.floor(t * 10)) / (10 * seconds + 1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((level * np.sin(2 * np.pi * 440 * t) * 30000).astype("<i2").tobytes())
    return path


def second_at(speech, seconds: float, total: float = 4.0) -> float:
    """Which second of the sound is heard that many seconds into the speech, to 0.1 s."""
    k = int(seconds * SAMPLE_RATE)
    return round(np.abs(speech.samples[k : k + 800]).max() * 32768 / 30000 * (10 * total + 1) - 1) / 10


@pytest.fixture
def strip(scene: bpy.types.Scene, tmp_path: Path):
    try:
        return compat.new_sound_strip(scene, "voice", str(ramp(tmp_path / "voice.wav")), 1, 11)
    except RuntimeError:
        pytest.skip("this bpy is built without audio, so it cannot make sound strips")


def trim(strip, frames: int, end: int = 0) -> None:
    if hasattr(strip, "left_handle_offset"):
        strip.left_handle_offset, strip.right_handle_offset = frames, end
    else:
        strip.frame_offset_start, strip.frame_offset_end = frames, end


@pytest.mark.parametrize("fps", ((24, 1.0), (30, 1.001)))
@pytest.mark.usefixtures("tmp_path")
def test_what_lies_between_the_handles_is_heard(scene: bpy.types.Scene, fps, strip) -> None:
    scene.render.fps, scene.render.fps_base = fps
    rate = fps[0] / fps[1]
    left, right, content = compat.strip_bounds(strip)
    whole = strips.speech_of_strip(scene, strip)
    assert whole.start == pytest.approx(left / rate)
    assert whole.seconds == pytest.approx(4.0, abs=2 / rate)
    trim(strip, 30, 20)
    left, right, content = compat.strip_bounds(strip)
    part = strips.speech_of_strip(scene, strip)
    assert part.start == pytest.approx(left / rate)
    assert part.seconds == pytest.approx(min(right - left, 4.0 * rate) / rate, abs=0.05)
    skipped = (left - content) / rate
    assert second_at(part, 0.55) == pytest.approx(np.floor((skipped + 0.56) * 10) / 10, abs=0.11)


def test_a_sub_frame_offset_of_the_sound_counts(scene: bpy.types.Scene, strip) -> None:
    before = strips.speech_of_strip(scene, strip)
    strip.sound_offset = -1.0
    after = strips.speech_of_strip(scene, strip)
    assert second_at(after, 0.55) == pytest.approx(second_at(before, 0.55) + 1.0, abs=0.11)


def test_a_packed_sound_needs_no_file(scene: bpy.types.Scene, tmp_path: Path, strip) -> None:
    strip.sound.pack()
    (tmp_path / "voice.wav").unlink()
    assert strips.speech_of_strip(scene, strip).seconds == pytest.approx(4.0, abs=0.1)


def test_a_missing_file_is_named(scene: bpy.types.Scene, tmp_path: Path, strip) -> None:
    (tmp_path / "voice.wav").unlink()
    with pytest.raises(OratorError, match=r"strip 'voice' is missing: '.*voice\.wav'"):
        strips.speech_of_strip(scene, strip)


def test_the_sequencer_of_another_scene(scene: bpy.types.Scene, strip) -> None:
    other = bpy.data.scenes.new("Edit")
    second = compat.new_sound_strip(other, "other", strip.sound.filepath, 1, 50)
    for each in (strip, second):
        each.select = False
    scene.sequence_editor.active_strip = None
    assert strips.find_strip(bpy.context, "other")[0] == other
    second.select = True
    assert strips.find_strip(bpy.context)[1].name == "other"
    scene.orator.strip = "other"
    assert generation.read_speech(bpy.context).start == pytest.approx(50 / 24)


def test_a_strip_mixed_down_alone_is_what_it_sounds_like(scene: bpy.types.Scene, strip) -> None:
    """The way of retimed strips; adding retiming keys from Python ends some versions, so a plain one is tried."""
    compat.new_sound_strip(scene, "louder", strip.sound.filepath, 2, 1)
    frames = scene.frame_start, scene.frame_end
    left, right, _ = compat.strip_bounds(strip)
    speech = strips._mixed_down(scene, strip, left, right, 24.0)
    assert speech.seconds == pytest.approx(4.0, abs=0.1) and speech.name == "voice"
    # The mix spreads one channel over two, so levels are lower; half of the loudest still comes at half of the time.
    half = np.flatnonzero(np.abs(speech.samples) > 0.5 * np.abs(speech.samples).max())[0] / SAMPLE_RATE
    assert half == pytest.approx(2.0, abs=0.15)
    assert (scene.frame_start, scene.frame_end) == frames
    assert not any(other.mute for other in strips.sound_strips(scene))


def test_no_strip_one_strip_many_strips(scene: bpy.types.Scene, tmp_path: Path) -> None:
    assert "no sound strip" in generation.missing_speech(bpy.context)
    with pytest.raises(OratorError, match="no sound strip"):
        generation.read_speech(bpy.context)
    scene.orator.strip = "gone"
    assert "'gone'" in generation.missing_speech(bpy.context)
    scene.orator.source = "FILE"
    assert "Choose a sound file" in generation.missing_speech(bpy.context)
    scene.orator.file, scene.orator.file_frame = str(ramp(tmp_path / "file.wav")), 13.0
    speech = generation.read_speech(bpy.context)
    assert speech.start == pytest.approx(13 / 24) and speech.seconds == pytest.approx(4.0)


def test_the_length_of_a_file_is_known_before_it_is_read(scene: bpy.types.Scene, tmp_path: Path) -> None:
    options = scene.orator
    options.source = "FILE"
    assert generation.speech_seconds(bpy.context) is None
    options.file = str(ramp(tmp_path / "file.wav"))
    assert generation.speech_seconds(bpy.context) == pytest.approx(4.0)
    for other in (tmp_path / "gone.wav", tmp_path, __file__):
        options.file = str(other)
        assert generation.speech_seconds(bpy.context) is None
