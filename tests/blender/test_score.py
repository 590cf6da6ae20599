"""The score in the Sequencer: a strip is moved, renamed, trimmed, deleted, copied, and exactly that is made again."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.desk import MOUTH, SECONDS, WORDS, again, changed, furnish, lengthen, shift, span, strips_of
from orator.core.anime.mouths import mouths_of
from orator.core.arkit import INDEX as FACE
from orator.core.blender import compat, report, score, takes
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.formats.rhubarb import read_mouths
from orator.core.rotations import angle_between
from orator.core.skeleton import INDEX


@pytest.fixture
def desk(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """The desk with a score on it."""
    furnish(scene, tmp_path)
    return scene


@pytest.mark.any_blender
def test_it_says_what_the_take_does_and_renders_nothing(desk: bpy.types.Scene) -> None:
    assert [s.text.strip(".,!?").lower() for s in strips_of(desk, "word")][:3] == ["hello", "do", "you"]
    assert len(strips_of(desk, "gesture")) == len(load_meta(takes.shown(desk.orator.character))["gestures"]) > 0
    assert [s.text for s in strips_of(desk, "look")] == ["Look 61"]
    assert all(strip.mute for strip in score.text_strips(desk))
    sounds = [s.channel for s in compat.sequencer_strips(desk) if s.type == "SOUND"]  # none where bpy has no sound
    assert min(s.channel for s in score.text_strips(desk)) > max(sounds, default=0)
    count = len(score.text_strips(desk))
    assert bpy.ops.orator.score_lay() == {"FINISHED"} and len(score.text_strips(desk)) == count, (
        "laid out in place of itself"
    )
    assert score.unmade(desk) == 0
    shift(strips_of(desk, "gesture")[0], 4)
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    assert "What was changed and not made yet is gone (1): Undo brings it back." in report.last()
    chosen = strips_of(desk, "word")[3]
    desk.orator.score_active = list(compat.sequencer_strips(desk)).index(chosen)
    before = chosen.text, compat.strip_bounds(chosen)
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    again_chosen = score.highlighted(desk)
    assert (again_chosen.text, compat.strip_bounds(again_chosen)) == before, "the highlight stays on it"
    with pytest.raises(RuntimeError, match="Nothing of the score has changed"):
        bpy.ops.orator.score_regenerate()
    assert bpy.ops.orator.score_remove() == {"FINISHED"}
    assert not score.text_strips(desk) and not any(c.name.startswith("Orator") for c in desk.sequence_editor.channels)


def test_a_dragged_word_moves_its_mouth_and_nothing_far_from_it(desk: bpy.types.Scene) -> None:
    strip = strips_of(desk, "word")[-1]
    first, last, _ = compat.strip_bounds(strip)
    shift(strip, 9)
    before, after = again(desk)
    moved = changed(before, after)
    begin, end = span(moved)
    assert begin >= first / 30.0 - 1 / 30 - 1.3 and end <= (last + 9) / 30.0 + 1.4
    assert (before.translation == after.translation).all()
    away = slice(first - 1, first + 8)  # silent now, where the word began
    assert after.face[away, FACE["jawOpen"]].mean() < before.face[away, FACE["jawOpen"]].mean()
    old = before.face[first - 1 : last - 1][:, MOUTH]
    new = after.face[first + 8 : last + 8][:, MOUTH]
    same, stayed = np.abs(old - new).mean(), np.abs(before.face[first + 8 : last + 8][:, MOUTH] - old).mean()
    assert same < 0.6 * stayed, "the mouth shapes went along"
    assert compat.strip_bounds(strips_of(desk, "word")[-1])[0] == first + 9, "the new take's score has it there"
    # A later take of the same speech keeps what was corrected.
    desk.orator.seed = 8
    bpy.ops.orator.generate()
    word = load_meta(takes.shown(desk.orator.character))["words"][-1]
    assert word["start"] == pytest.approx((first + 8) / 30.0, abs=0.04) and "heard" in word


@pytest.mark.any_blender
def test_a_gesture_changes_its_hand_and_another_goes(desk: bpy.types.Scene) -> None:
    gestures = strips_of(desk, "gesture")
    strip = gestures[0]
    kind, hands = strip.text.split()[:2]
    strip.text = f"{kind} {'left' if hands != 'left' else 'right'}"
    before, after = again(desk)
    moved = changed(before, after)
    first, last, _ = compat.strip_bounds(strips_of(desk, "gesture")[0])
    begin, end = span(moved)
    assert begin >= first / 30.0 - 1.0 and end <= last / 30.0 + 1.5
    assert (before.face == after.face).all() and (before.translation == after.translation).all()
    legs = [INDEX[j] for j in ("left_hip", "right_hip", "left_knee", "right_knee")]
    assert (before.rotations[:, legs] == after.rotations[:, legs]).all()
    arms = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("shoulder", "elbow")]
    turned = np.degrees(angle_between(before.rotations[:, arms], after.rotations[:, arms])).max()
    assert turned > 10.0, f"{turned:.1f} degrees"
    assert strips_of(desk, "gesture")[0].text.split()[1] == ("left" if hands != "left" else "right")
    count = len(strips_of(desk, "gesture"))
    compat.remove_strips(desk, [strips_of(desk, "gesture")[0]])
    before, after = again(desk)
    assert changed(before, after).any() and len(strips_of(desk, "gesture")) == count - 1
    assert (before.face == after.face).all()


@pytest.mark.any_blender
def test_an_emotion_is_added_and_a_look_lasts_longer(desk: bpy.types.Scene) -> None:
    channel = next(k for k, c in enumerate(desk.sequence_editor.channels) if c.name == score.CHANNELS["emotion"])
    compat.new_text_strip(desk, "Text", channel, 91, 131).text = "happy:1"
    before, after = again(desk)
    moved = changed(before, after)
    assert span(moved)[0] >= 3.0 - 0.45 and span(moved)[1] <= 130 / 30 + 0.7
    assert (before.rotations == after.rotations).all()
    smile = [FACE["mouthSmileLeft"], FACE["cheekSquintLeft"]]
    assert (after.face[95:125][:, smile].mean(axis=0) > before.face[95:125][:, smile].mean(axis=0) + 0.05).any()
    lengthen(strips_of(desk, "look")[0], 15)
    character = desk.orator.character
    shown = takes.shown(character)
    desk.frame_set(61 + 20 + 10)
    head = character.pose.bones["head"].matrix.copy()
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    assert takes.shown(character) != shown and character.orator.pins[0].hold == 35
    desk.frame_set(61 + 20 + 10)
    turned = (
        head.to_3x3().to_quaternion().rotation_difference(character.pose.bones["head"].matrix.to_3x3().to_quaternion())
    )
    assert np.degrees(turned.angle) > 4.0, "it still looks at the bird"


def test_a_copied_gesture_is_made_twice_and_a_file_keeps_the_score(desk: bpy.types.Scene, tmp_path: Path) -> None:
    strip = strips_of(desk, "gesture")[0]
    copy = compat.new_text_strip(desk, strip.name, strip.channel + 8, 131, 145)
    copy.text, copy[score.TAG] = "shrug both", strip[score.TAG]
    path = str(tmp_path / "score.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    scene = bpy.context.scene
    count = len(load_meta(takes.shown(scene.orator.character))["gestures"])
    before, after = again(scene)
    assert changed(before, after)[120:].any() and not changed(before, after)[:95].any()
    rows = [row for row in score.rows_before(scene) if row.kind == "gesture"]
    assert len(rows) == count + 1 and any(row.text == "shrug both" for row in rows)
    strip = strips_of(scene, "gesture")[0]
    strip.text = "somersault left"
    with pytest.raises(RuntimeError, match="is no gesture"):
        bpy.ops.orator.score_regenerate()


@pytest.mark.any_blender
def test_words_that_are_not_in_the_sound_are_marked_and_break_nothing(desk: bpy.types.Scene) -> None:
    right = load_performance(takes.shown(desk.orator.character))
    desk.orator.transcript = WORDS.replace("a secret", "a hippopotamus secret")
    desk.orator.seed = 3
    assert bpy.ops.orator.generate() == {"FINISHED"}
    take = takes.shown(desk.orator.character)
    assert [text for text, _ in load_meta(take)["unheard"]] == ["hippopotamus"]
    wrong = load_performance(take)
    assert np.abs(wrong.face[:, MOUTH] - right.face[:, MOUTH]).mean() < 0.05, "the lips say what is heard"
    desk.orator.character.orator.active = len(desk.orator.character.orator.takes) - 1
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    (mark,) = strips_of(desk, "unheard")
    assert mark.text == "hippopotamus" and mark.mute
    assert 1.5 < compat.strip_bounds(mark)[0] / 30.0 < 2.1
    with pytest.raises(RuntimeError, match="Nothing of the score has changed"):
        bpy.ops.orator.score_regenerate()


def test_pins_that_contradict_each_other_never_refuse_what_a_take_did(desk: bpy.types.Scene) -> None:
    character = desk.orator.character
    character.animation_data_create()
    takes.show(character, "")
    for frame, angle in ((30, 0.0), (31, 0.6)):
        desk.frame_set(frame)
        bone = character.pose.bones["right_elbow"]
        bone.rotation_mode, bone.rotation_quaternion = "QUATERNION", (np.cos(angle), np.sin(angle), 0.0, 0.0)
        bpy.context.view_layer.update()
        bpy.ops.orator.pin_pose(covers="UPPER")
    takes.show(character, character.orator.takes[0].uid)
    for pin in character.orator.pins:
        pin.frame = 30
    with pytest.raises(RuntimeError, match="different poses at one time"):
        bpy.ops.orator.generate()
    count = len(score.text_strips(desk))
    bpy.ops.orator.score_remove()
    assert bpy.ops.orator.score_lay() == {"FINISHED"} and len(score.text_strips(desk)) == count
    character.orator.pins[1].frame = 100000
    assert bpy.ops.orator.score_lay() == {"FINISHED"}, "nor do pins outside the speech"


def test_an_export_is_named_after_the_strip(desk: bpy.types.Scene) -> None:
    from orator.operators.export import file_name

    character = desk.orator.character
    take = takes.shown(character)
    assert file_name(character, take) == f"{character.name} speech {take.name}".replace(" ", "_")
    assert file_name(character, None) == character.name.replace(" ", "_")


@pytest.mark.any_blender
def test_word_times_go_to_praat_and_come_back(desk: bpy.types.Scene, tmp_path: Path) -> None:
    path = str(tmp_path / "words.TextGrid")
    assert bpy.ops.orator.timing_export(filepath=path) == {"FINISHED"}
    told = load_meta(takes.shown(desk.orator.character))["words"]
    assert bpy.ops.orator.timing_import(filepath=path) == {"FINISHED"}
    bpy.ops.orator.generate()
    back = load_meta(takes.shown(desk.orator.character))["words"]
    assert [word["text"] for word in back] == [word["text"] for word in told]
    assert max(abs(a["start"] - b["start"]) for a, b in zip(told, back, strict=True)) < 0.05


def test_a_sequencer_in_disorder_is_one_sentence_or_works(desk: bpy.types.Scene) -> None:
    count = len(score.text_strips(desk))
    strip = strips_of(desk, "word")[0]
    strip[score.TAG] = "written over"
    first, text = compat.strip_bounds(strip)[0], strip.text
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    again = strips_of(desk, "word")[0]
    assert (compat.strip_bounds(again)[0], again.text) == (first, text), "a new strip that says the same"
    editor = desk.sequence_editor
    meta = (editor.strips if hasattr(editor, "strips") else editor.sequences).new_meta("Meta", 60, 1)
    strips_of(desk, "word")[0].move_to_meta(meta)
    assert bpy.ops.orator.score_lay() == {"FINISHED"} and len(score.text_strips(desk)) == count
    compat.new_text_strip(desk, "Mine", 126, 1, 20)
    with pytest.raises(RuntimeError, match="channel 126 of the Sequencer"):
        bpy.ops.orator.score_lay()
    assert len(score.text_strips(desk)) == count, "the score that lay there stays"
    desk.sequence_editor_clear()
    desk.orator.source = "FILE"
    assert bpy.ops.orator.score_remove() == {"FINISHED"}


@pytest.mark.any_blender
def test_mouths_go_to_rhubarbs_readers_and_come_back_as_a_take(desk: bpy.types.Scene, tmp_path: Path) -> None:
    for suffix in (".tsv", ".json"):
        path = str(tmp_path / f"mouths{suffix}")
        character = desk.orator.character
        character.orator.active = 0
        assert bpy.ops.orator.timing_export(filepath=path) == {"FINISHED"}
        wanted = read_mouths(path)
        assert {"A", "D"} <= {cue.shape for cue in wanted} and len(wanted) > 15
        assert wanted[-1].end == pytest.approx(SECONDS, abs=0.05)
        assert bpy.ops.orator.timing_import(filepath=path) == {"FINISHED"}
        take = takes.shown(character)
        assert take.name.startswith("mouths")
        again = mouths_of(load_performance(take))
        times = np.arange(0.0, 5.4, 0.01)
        same = [shape_at(wanted, at) == shape_at(again, at) for at in times]
        assert np.mean(same) > 0.9, f"{np.mean(same):.3f} of the time the same mouth, with a blend at each change"


def shape_at(cues, at: float) -> str:
    return next((cue.shape for cue in cues if cue.start <= at < cue.end), "X")
