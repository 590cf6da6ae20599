"""Two characters: one talks, the other listens; one press, one undo, turns that can be corrected."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from orator.core.blender import compat, conversing  # noqa: E402
from orator.core.blender.character import add_character  # noqa: E402
from orator.core.blender.take_store import load_meta, load_performance  # noqa: E402


def voice_file(path: Path, spans: tuple[tuple[float, float], ...], pitch: float, seconds: float = 6.0) -> Path:
    t = np.arange(int(seconds * 16000)) / 16000
    on = np.zeros(len(t))
    for a, b in spans:
        on[int(a * 16000) : int(b * 16000)] = 1.0
    buzz = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 12)) * np.clip(np.sin(2 * np.pi * 3 * t), 0, 1)
    noise = np.random.default_rng(int(pitch)).normal(0.0, 0.002, len(t))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(((buzz * on / 3.0 + noise) * 20000).astype("<i2").tobytes())
    return path


@pytest.fixture
def pair(scene: bpy.types.Scene, tmp_path: Path) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Anna and Ben face each other; she speaks first, he answers."""
    if bpy.app.version[:2] == (4, 2):
        pytest.skip("the 4.2 wheel has no audio")
    anna, ben = add_character(bpy.context), add_character(bpy.context)
    anna.name, ben.name = "Anna", "Ben"
    ben.location = (0.0, -1.5, 0.0)
    ben.rotation_euler = (0.0, 0.0, np.pi)
    for k, (who, spans, pitch) in enumerate(((anna, ((0.3, 2.8),), 210.0), (ben, ((3.1, 5.6),), 115.0))):
        path = voice_file(tmp_path / f"{who.name}.wav", spans, pitch)
        compat.new_sound_strip(scene, who.name, str(path), k + 1, 11)
        who.orator_talk.speaks = who.name
    anna.orator_talk.listens_to, ben.orator_talk.listens_to = ben, anna
    bpy.context.view_layer.update()
    return anna, ben


@pytest.mark.usefixtures("scene")
def test_the_button_says_what_is_missing(pair) -> None:
    from orator.operators.conversation import ORATOR_OT_generate_conversation as button

    anna, ben = pair
    assert button.disabled_reason(bpy.context) == ""
    ben.orator_talk.speaks = ""
    assert "speaks no strip" in button.disabled_reason(bpy.context)
    ben.orator_talk.speaks = "Ben"
    ben.orator_talk.listens_to = ben
    assert "listens to itself" in button.disabled_reason(bpy.context)
    ben.orator_talk.listens_to = None
    bpy.data.objects.remove(anna)
    assert button.disabled_reason(bpy.context) == "", "who talks alone has lines too"
    assert "no turns" in conversing.missing_pair(bpy.context)
    ben.orator_talk.speaks = ""
    assert "Nobody speaks" in button.disabled_reason(bpy.context)


def test_the_partner_is_seen_where_it_stands(pair) -> None:
    ben = pair[1]
    requests = conversing.read_requests(bpy.context)
    assert [r.target.name for r in requests] == ["Anna", "Ben"]
    for request in requests:
        place = request.asked.listening.place
        assert 1.2 < place[2] < 1.8 and abs(place[0]) < 0.2, "straight ahead"
        assert request.asked.speeches[0].seconds == request.asked.speeches[1].seconds
    ben.location = (-1.5, 0.0, 0.0)
    bpy.context.view_layer.update()
    beside = conversing.read_requests(bpy.context)[0].asked.listening.place
    assert beside[0] < -1.0, "on her right"


def test_a_partner_of_no_bones_or_no_size_is_one_sentence(pair) -> None:
    ben = pair[1]
    ben.scale = (0.0, 0.0, 0.0)
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="'Ben' is scaled to nothing"):
        bpy.ops.orator.generate_conversation()
    ben.scale = (1.0, 1.0, 1.0)
    bpy.context.view_layer.objects.active = ben
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in list(ben.data.edit_bones):
        ben.data.edit_bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="Ben") as said:
        bpy.ops.orator.generate_conversation()
    assert "went wrong" not in str(said.value) and not any(len(o.orator.takes) for o in pair)


def test_a_partner_without_a_skeleton_is_refused(scene: bpy.types.Scene, pair) -> None:
    anna, ben = pair
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    scene.collection.objects.link(cube)
    cube.orator_talk.speaks, ben.orator_talk.speaks = "Ben", ""
    anna.orator_talk.listens_to, ben.orator_talk.listens_to = cube, None
    assert "'Cube', whom 'Anna' listens to, has no skeleton" in conversing.missing(bpy.context)
    with pytest.raises(RuntimeError, match="has no skeleton"):
        bpy.ops.orator.generate_conversation()


def test_the_same_strip_for_both_is_refused(pair) -> None:
    pair[1].orator_talk.speaks = "Anna"
    with pytest.raises(RuntimeError, match="same strip"):
        bpy.ops.orator.generate_conversation()
    assert not any(len(o.orator.takes) for o in pair)


def stereo_strip(scene: bpy.types.Scene, folder: Path) -> None:
    """One strip "Both" with Anna's voice on the left and Ben's on the right, in place of their own."""
    voices = [
        voice_file(folder / f"{n}.wav", s, p) for n, s, p in (("a", ((0.3, 2.8),), 210.0), ("b", ((3.1, 5.6),), 115.0))
    ]
    heard = []
    for voice in voices:
        with wave.open(str(voice), "rb") as file:
            heard.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
    with wave.open(str(folder / "both.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.stack(heard, axis=1).astype("<i2").tobytes())
    compat.new_sound_strip(scene, "Both", str(folder / "both.wav"), 3, 11)


def test_a_stereo_strip_is_two_voices(scene: bpy.types.Scene, pair, tmp_path: Path) -> None:
    from orator.core.blender import changed_lines

    anna, ben = pair
    stereo_strip(scene, tmp_path)
    anna.orator_talk.speaks = ben.orator_talk.speaks = "Both"
    for ours, theirs in (("auto", "auto"), ("1", "1"), ("1", "mix"), ("auto", "2")):
        anna.orator_talk.sound_channel, ben.orator_talk.sound_channel = ours, theirs
        with pytest.raises(RuntimeError, match=r"same strip, 'Both'.*Sound Side"):
            bpy.ops.orator.generate_conversation()
    anna.orator_talk.sound_channel, ben.orator_talk.sound_channel = "1", "2"
    requests = conversing.read_requests(bpy.context)
    for request, (begin, end) in zip(requests, ((0.3, 2.8), (3.1, 5.6)), strict=True):
        own, partner = (speech.samples for speech in request.asked.speeches)
        loud = [np.flatnonzero(np.abs(x) > 0.05)[[0, -1]] / 16000.0 for x in (own, partner)]
        assert loud[0] == pytest.approx([begin, end], abs=0.15), "its own channel"
        assert loud[1] == pytest.approx([5.9 - end, 5.9 - begin], abs=0.15), "and the partner's"
    rows = [request.meta["lines"] for request in requests]
    assert rows[0][0][0] == rows[1][0][0] == "Both" and rows[0][0][3] != rows[1][0][3], "two lines of one strip"
    assert rows[0] == requests[1].meta["partner_lines"]
    assert bpy.ops.orator.lay_turns() == {"FINISHED"}
    assert {m.name for m in scene.timeline_markers} >= {"turn:Anna", "turn:Ben"}
    assert [row.state for row in changed_lines.table(bpy.context)] == ["NEW", "NEW"]
    ben.orator_talk.speaks, ben.orator_talk.sound_channel = "Ben", "2"
    with pytest.raises(RuntimeError, match="there is no channel 2"):
        bpy.ops.orator.generate_conversation()
    assert not any(len(o.orator.takes) for o in pair)


@pytest.mark.usefixtures("pair")
def test_turns_lie_as_markers_and_count_when_moved(scene: bpy.types.Scene) -> None:
    assert bpy.ops.orator.lay_turns() == {"FINISHED"}
    laid = sorted((m.frame, m.name) for m in scene.timeline_markers)
    fps = scene.render.fps / scene.render.fps_base
    assert [name for _, name in laid if name != "turn:-"] == ["turn:Anna", "turn:Ben"]
    assert abs(laid[1][0] - (11 + 3.1 * fps)) < 0.3 * fps
    scene.timeline_markers["turn:Ben"].frame = round(11 + 4.0 * fps)
    turns = conversing.read_requests(bpy.context)[1].asked.listening.turns
    (own,) = turns.of("own", "speech")
    assert own.start == pytest.approx(4.0, abs=0.05)
    scene.timeline_markers["turn:Ben"].name = "turn:Nobody Known"
    with pytest.raises(RuntimeError, match="Nobody Known"):
        bpy.ops.orator.generate_conversation()


@pytest.mark.any_blender
@pytest.mark.skipif(bpy.app.version[:2] not in ((4, 5), (5, 0)), reason="networks, and two Blenders are enough")
@pytest.mark.usefixtures("scene")
def test_one_press_makes_both_and_nothing_stays_when_one_fails(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    anna, ben = pair
    ben.orator_talk.speaks = ""
    ben.orator_talk.listens_to, anna.orator_talk.listens_to = anna, None
    assert bpy.ops.orator.generate_conversation() == {"FINISHED"}
    assert [len(o.orator.takes) for o in pair] == [1, 1]
    meta = load_meta(ben.orator.takes[0])
    assert meta["turns"][0][:2] == ["partner", "speech"] and meta["partner"]["name"] == "Anna"
    performance = load_performance(ben.orator.takes[0])
    assert performance.seconds == pytest.approx(6.0, abs=0.1), "the listener lasts as long as the talker"
    from orator.core.blender import generation

    real, calls = generation.deliver, []

    def second_fails(request, made):
        calls.append(request.target.name)
        if len(calls) == 2:
            raise RuntimeError("gone")
        return real(request, made)

    monkeypatch.setattr(generation, "deliver", second_fails)
    with pytest.raises(RuntimeError):
        bpy.ops.orator.generate_conversation()
    assert [len(o.orator.takes) for o in pair] == [1, 1]
