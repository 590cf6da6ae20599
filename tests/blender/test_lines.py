"""A scene of many lines: two speakers, eight lines, one press; one line replaced, and everything else to the bit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.desk import shift
from orator.core.blender import changed_lines, compat, conversing, lines, score
from orator.core.blender.character import add_character
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.blender.takes import shown
from orator.core.skeleton import JOINTS
from orator.core.speech.transcripts import cues

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"
FPS = 30
PIECES = ((0.2, 1.5), (1.6, 3.2), (3.4, 5.0), (5.2, 6.6), (6.8, 8.0), (8.2, 9.6))
"""Seconds of the recording that the lines are."""


@pytest.fixture
def sound(tmp_path: Path) -> Callable[[int, str], str]:
    import soundfile

    samples, rate = soundfile.read(DEMO)

    def cut(piece: int, name: str) -> str:
        first, last = PIECES[piece]
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, samples[round(first * rate) : round(last * rate)], rate)
        return str(path)

    return cut


def split(strip, frame: int) -> None:
    """Cut a strip in two, as K does."""
    cut = strip.split(frame=frame, split_method="SOFT")
    assert cut is not None


@pytest.fixture
def dialogue(scene: bpy.types.Scene, sound: Callable[[int, str], str]) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Anna's lines are in channel 1, one of them cut in two, one in a meta; Ben's begin with his name; music below."""
    if bpy.app.version[:2] == (4, 2):
        pytest.skip("the 4.2 wheel has no audio")
    scene.render.fps = FPS
    anna, ben = add_character(bpy.context), add_character(bpy.context)
    anna.name, ben.name = "Anna", "Ben"
    ben.location = (0.0, -1.5, 0.0)
    at = {"Anna 1": (0, 1, 1), "Ben 1": (1, 2, 55), "Anna 2": (2, 1, 110), "Ben 2": (3, 2, 170), "Ben 3": (4, 2, 215),
          "Anna muted": (1, 1, 262), "Anna 3": (5, 1, 320)}  # fmt: skip
    for name, (piece, channel, frame) in at.items():
        strip = compat.new_sound_strip(scene, name, sound(piece, name), channel, frame)
        strip.mute = name == "Anna muted"
    compat.new_sound_strip(scene, "Music", sound(0, "Music"), 5, 1)
    scene.frame_start, scene.frame_end = 1, 380
    anna.orator_talk.speaks_by, anna.orator_talk.channel = "CHANNEL", 1
    ben.orator_talk.speaks_by, ben.orator_talk.named = "NAME", "ben"
    anna.orator_talk.listens_to, ben.orator_talk.listens_to = ben, anna
    bpy.context.view_layer.update()
    return anna, ben


def strip_of(scene: bpy.types.Scene, name: str):
    return next(strip for strip in compat.sequencer_strips(scene) if strip.name == name)


def test_the_table_knows_whose_lines_are_when(scene: bpy.types.Scene, dialogue) -> None:
    anna, ben = dialogue
    rows = changed_lines.table(bpy.context)
    assert [row.strip for row in rows] == ["Anna 1", "Ben 1", "Anna 2", "Ben 2", "Ben 3", "Anna 3"]
    assert {row.state for row in rows} == {"NEW"} and rows[2].first == 110
    split(strip_of(scene, "Anna 2"), 130)
    assert [row.strip for row in changed_lines.table(bpy.context)].count("Anna 2") == 1, "a cut is still one line"
    assert len(changed_lines.table(bpy.context)) == 6
    strip_of(scene, "Ben 3").color_tag = "COLOR_03"
    ben.orator_talk.speaks_by, ben.orator_talk.colour = "COLOUR", "COLOR_03"
    assert [line.strip.name for line in lines.placed(bpy.context, ben.orator_talk)] == ["Ben 3"]
    ben.orator_talk.speaks_by, ben.orator_talk.channel = "CHANNEL", 9
    with pytest.raises(RuntimeError, match="channel 9 of the Sequencer holds no sound strip"):
        bpy.ops.orator.generate_conversation()
    ben.orator_talk.channel = 1
    with pytest.raises(RuntimeError, match="speak the same strip"):
        bpy.ops.orator.generate_conversation()
    assert not len(anna.orator.takes)


@pytest.mark.usefixtures("scene", "dialogue")
def test_a_whole_scene_is_one_speech_with_silence_between() -> None:
    requests = conversing.read_requests(bpy.context)
    speech = requests[0].speech
    assert speech.start == pytest.approx(1 / FPS) and speech.seconds == pytest.approx(379 / FPS, abs=0.01)
    loud = [np.abs(speech.samples[round(a * 16000) : round(b * 16000)]).max() for a, b in ((0.1, 1.2), (1.9, 3.4))]
    assert loud[0] > 0.05 and loud[1] == 0.0, "Ben's line is not Anna's"
    assert [row[0] for row in requests[0].meta["lines"]] == ["Anna 1", "Anna 2", "Anna 3"]
    assert [row[0] for row in requests[0].meta["partner_lines"]] == ["Ben 1", "Ben 2", "Ben 3"]


def test_what_is_typed_for_a_line_is_its_transcript_at_its_time(scene: bpy.types.Scene, dialogue) -> None:
    strip_of(scene, "Anna 2").orator_text = "I never liked\n\npublic --> speaking"
    anna, ben = conversing.read_requests(bpy.context)
    assert anna.asked.settings.transcript is not None and ben.asked.settings.transcript is None
    (cue,) = cues(anna.asked.settings.transcript)
    row = next(row for row in anna.meta["lines"] if row[0] == "Anna 2")
    assert (cue.start, cue.end) == pytest.approx(row[1:3], abs=2e-3) and cue.text == "I never liked public speaking"
    before = lines.told(lines.placed(bpy.context, dialogue[0].orator_talk)[1], 0.0)
    strip_of(scene, "Anna 2").orator_text = "Another text"
    assert not before.same(lines.told(lines.placed(bpy.context, dialogue[0].orator_talk)[1], 0.0)), "it is to be made"


@pytest.mark.usefixtures("dialogue")
def test_each_line_shows_how_far_it_is() -> None:
    from orator.core.blender import job

    requests, go = conversing.read_requests(bpy.context), threading.Event()
    changed_lines.begin((requests[0], replace(requests[1], spans=((1.5, 3.5),))))

    def work(progress: Callable[[float, str], None], _cancelled: Callable[[], bool]) -> None:
        progress(0.25, "Anna: Body")
        go.wait(60.0)
        progress(0.75, "Ben: Body")

    def shown_now() -> dict[str, float | None]:
        return {row.strip: row.progress for row in changed_lines.table(bpy.context)}

    assert set(shown_now().values()) == {None}
    job.start("Generating", work)
    try:
        while job.current().text == "Starting":
            job.poll()
        assert shown_now() == {"Anna 1": 0.5, "Ben 1": 0.0, "Anna 2": 0.5, "Ben 2": None, "Ben 3": None, "Anna 3": 0.5}
        go.set()
        while job.current() is not None and job.current().text != "Ben: Body":
            time.sleep(0.01)
            job.poll()
    finally:
        go.set()
        job.cancel()
    assert set(shown_now().values()) == {None}


@pytest.mark.usefixtures("dialogue")
def test_strips_two_hours_apart_are_said_before_hours_are_made(scene: bpy.types.Scene) -> None:
    assert conversing.long_silence(bpy.context) == ""
    shift(strip_of(scene, "Anna 3"), 2 * 3600 * FPS)
    said = conversing.long_silence(bpy.context)
    assert said.startswith("Nobody speaks for 2.0 h between 'Ben 3' and 'Anna 3': the takes last 2.0 h.")
    shift(strip_of(scene, "Anna 3"), -105 * 60 * FPS)
    said = conversing.long_silence(bpy.context)
    assert said.startswith("Nobody speaks for 15 min")
    assert any(said in request.notes for request in conversing.read_requests(bpy.context))


@pytest.mark.any_blender
def test_one_line_is_replaced_and_the_rest_stays_to_the_bit(
    scene: bpy.types.Scene, dialogue, sound: Callable[[int, str], str]
) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    strip_of(scene, "Anna 1").orator_text = "Hello! Do you want"
    assert bpy.ops.orator.generate_conversation() == {"FINISHED"}
    assert {row.state for row in changed_lines.table(bpy.context)} == {"MADE"}
    words = load_meta(shown(dialogue[0]))["words"]
    assert [word["text"].lower() for word in words] == ["hello", "do", "you", "want"]
    assert words[0]["start"] >= 0.0 and words[-1]["end"] <= 1.4, "said in its line"
    with pytest.raises(RuntimeError, match="No line has changed"):
        bpy.ops.orator.generate_changes()
    assert scene.frame_end == 380, "the scene has grown"
    before = [load_performance(shown(who)) for who in dialogue]
    strip = strip_of(scene, "Anna 2")
    compat.remove_strips(scene, [strip])
    compat.new_sound_strip(scene, "Anna 2 new", sound(4, "other"), 1, 116)
    states = {row.strip: row.state for row in changed_lines.table(bpy.context)}
    assert states.pop("Anna 2 new") == "CHANGED" and set(states.values()) == {"MADE"}
    assert bpy.ops.orator.generate_changes() == {"FINISHED"}
    assert {row.state for row in changed_lines.table(bpy.context)} == {"MADE"}
    for who, old in zip(dialogue, before, strict=True):
        new = load_performance(shown(who))
        other = (old.rotations != new.rotations).any(axis=(1, 2)) | (old.face != new.face).any(axis=1)
        other |= (old.translation != new.translation).any(axis=1)
        found = np.flatnonzero(other)
        assert len(found) and found[0] >= 109 - 0.9 * FPS - 1 and found[-1] <= 110 + 1.6 * FPS + 1.6 * FPS
        assert load_meta(shown(who))["seed"] == 0
        # The joins are no jumps: what moves there moves no faster than elsewhere in the take.
        turns = np.abs(np.diff(new.rotations.astype(float), axis=0)).max(axis=(1, 2))
        seams = [found[0] - 1, found[-1]]
        assert max(turns[k] for k in seams) <= np.percentile(turns, 99.5)
    # A line that is added after the end makes the takes longer, and nothing of what was before the old end's last
    # second is another.
    one = load_performance(shown(dialogue[0]))
    compat.new_sound_strip(scene, "Ben 4", sound(1, "late"), 2, 400)
    assert bpy.ops.orator.generate_changes() == {"FINISHED"}
    longer = load_performance(shown(dialogue[0]))
    same = one.frames - FPS - 2
    assert longer.frames > one.frames and (longer.rotations[:same] == one.rotations[:same]).all()
    # Retrying one line is another performance of it, of that character alone.
    count = [len(who.orator.takes) for who in dialogue]
    row = changed_lines.table(bpy.context)[0]
    assert bpy.ops.orator.line_again(character="Anna", first=row.first, last=row.last) == {"FINISHED"}
    assert [len(who.orator.takes) for who in dialogue] == [count[0] + 1, count[1]]
    again = load_performance(shown(dialogue[0]))
    differs = np.flatnonzero((again.rotations != longer.rotations).any(axis=(1, 2)))
    assert len(differs) and differs[-1] <= row.last + 1.6 * FPS
    # A part of a take of many lines is made again, and its score is laid out where its lines are; the rest stays.
    again_in_a_take_of_lines(scene, dialogue[0])


def again_in_a_take_of_lines(scene: bpy.types.Scene, anna: bpy.types.Object) -> None:
    before, rows = load_performance(shown(anna)), load_meta(shown(anna))["lines"]
    options = scene.orator
    options.character = anna
    options.again_region, options.again_range, options.again_start, options.again_end = "left_arm", "TYPED", 110, 170
    options.seed = 77
    assert bpy.ops.orator.regenerate() == {"FINISHED"}
    after = load_performance(shown(anna))
    other = (before.rotations != after.rotations).any(axis=2)
    frames, joints = np.flatnonzero(other.any(axis=1)), {JOINTS[j] for j in np.flatnonzero(other.any(axis=0))}
    assert len(frames) and frames[0] >= 109 and frames[-1] < 169 and (before.face == after.face).all()
    assert joints <= {"left_collar", "left_shoulder", "left_elbow", "left_wrist"}
    assert load_meta(shown(anna))["lines"] == rows and {row.state for row in changed_lines.table(bpy.context)} == {
        "MADE"
    }
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    laid = [strip for strip in score.text_strips(scene) if strip.channel in score.named(scene)]
    told = [strip for strip in laid if strip.name.split()[0] != "neutral"]
    assert told, "its gestures are laid out"
    gone = next(strip for strip in told if score.named(scene)[strip.channel] == "gesture")
    first, last = compat.strip_bounds(gone)[:2]
    compat.remove_strips(scene, [gone])
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    last_of_all = load_performance(shown(anna))
    changed = np.flatnonzero((last_of_all.rotations != after.rotations).any(axis=(1, 2)))
    assert len(changed) and changed[0] >= first - 2 * FPS and changed[-1] <= last + 2 * FPS
    assert (last_of_all.face == after.face).all()
