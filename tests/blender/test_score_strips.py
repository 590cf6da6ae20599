"""What the strips of a score ask for on every Blender, without a network: what is given, wished for, said and felt."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from helpers.desk import lengthen, look, shift, strips_of
from orator.core.blender import bake, compat, generation, report, score
from orator.core.blender.bake_target import read_target
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.directing.pins_json import look_pin_to_json
from orator.core.errors import OratorError
from orator.core.performance import Take
from orator.core.skeleton import INDEX
from orator.panels.score import ORATOR_UL_score

META = {
    "seed": 5,
    "words": [{"text": "so", "start": 0.5, "end": 0.9}, {"text": "what", "start": 3.0, "end": 3.4}],
    "gestures": [
        {"time": 0.7, "kind": "point", "hands": "right", "size": 1.0, "hold": 0.4},
        {"time": 4.5, "kind": "shrug", "hands": "both", "size": 1.0, "hold": 0.5},
    ],
}


@pytest.fixture
def desk(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A take of six seconds by hand, and its score."""
    scene.render.fps = 30
    rig = make_rig()
    bpy.context.view_layer.objects.active = rig
    scene.orator.character = rig
    bpy.ops.orator.add_speech(filepath=str(speech_file(tmp_path / "voice.wav", 6.0)))
    look(scene)
    motion = make_motion(6.0, seed=1)
    prepared = bake.prepare(motion, 0.0, read_target(rig, scene), bake.Keying())
    looks = generation.read_request(bpy.context).directions.looks
    meta = {**META, "looks": [look_pin_to_json(pin) for pin in looks]}
    bake.add_take(rig, Take(motion, "Take 1", meta), 0.0, prepared)
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    return scene


def free(request) -> tuple[np.ndarray, np.ndarray]:
    """The frames at which arms and face are made again."""
    mask = request.asked.given.mask
    return np.flatnonzero(mask.joints[:, INDEX["right_elbow"]]), np.flatnonzero(mask.face.any(axis=1))


def changes(scene: bpy.types.Scene):
    return score.read_changes(bpy.context, scene.orator.character)


def test_a_word_is_dragged_and_takes_its_gesture_along(desk: bpy.types.Scene) -> None:
    shift(strips_of(desk, "word")[0], 9)
    request, now = changes(desk)
    (word,) = request.asked.words
    assert (word.text, word.start, word.heard) == ("so", pytest.approx(0.8), (0.5, 0.9))
    assert [(w.kind, w.hands, round(w.time, 3)) for w in request.asked.wishes] == [("point", "right", 1.0)]
    arms, face = free(request)
    assert 0.2 * 30 <= face[0] < face[-1] <= 1.5 * 30 and arms[-1] <= 2.8 * 30
    assert request.asked.seeds == (5,) and not now.silent


def test_gestures_are_renamed_and_deleted(desk: bpy.types.Scene) -> None:
    first, last = strips_of(desk, "gesture")
    first.text = "point left"
    compat.remove_strips(desk, [last])
    request, _ = changes(desk)
    pointed, nothing = request.asked.wishes
    assert (pointed.kind, pointed.hands, nothing.kind) == ("point", "left", "none")
    arms, face = free(request)
    assert not len(face) and not any(2.5 * 30 < frame < 3.2 * 30 for frame in arms)


def test_an_emotion_is_added_and_a_look_lengthened(desk: bpy.types.Scene) -> None:
    channel = next(k for k, c in enumerate(desk.sequence_editor.channels) if c.name == score.CHANNELS["emotion"])
    compat.new_text_strip(desk, "Text", channel, 121, 151).text = "happy:1"
    lengthen(strips_of(desk, "look")[0], 15)
    request, _ = changes(desk)
    felt = request.asked.emotion.at(np.array([1.0, 4.5, 5.5]))[:, EMOTIONS.index("happy")]
    assert felt == pytest.approx([0.0, 1.0, 0.0])
    (pin,) = request.directions.looks
    assert (pin.start, pin.end) == (pytest.approx(60 / 30 - 1 / 30, abs=0.04), pytest.approx(95 / 30, abs=0.04))
    arms, face = free(request)
    assert not len(arms) and face[0] >= 1.4 * 30 and face[-1] <= 5.7 * 30


def test_the_strips_survive_a_file_with_what_they_ask(desk: bpy.types.Scene, tmp_path: Path) -> None:
    shift(strips_of(desk, "gesture")[1], -6)
    path = str(tmp_path / "strips.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    request, _ = changes(bpy.context.scene)
    assert [(w.kind, round(w.time, 2)) for w in request.asked.wishes] == [("shrug", 4.3)]
    shift(strips_of(bpy.context.scene, "gesture")[1], 6)
    with pytest.raises(OratorError, match="Nothing of the score has changed"):
        changes(bpy.context.scene)


def test_what_lies_nowhere_is_named(desk: bpy.types.Scene) -> None:
    shift(strips_of(desk, "word")[0], 9)
    bird = bpy.data.objects["Bird"]
    bird.location.x = float("nan")
    bpy.context.view_layer.update()
    with pytest.raises(OratorError, match="looks at has a location that is no number"):
        changes(desk)
    bird.location.x = 1.0
    desk.orator.character.location.x = float("nan")
    bpy.context.view_layer.update()
    with pytest.raises(OratorError, match="The location, rotation or scale of 'Rig' is no number"):
        changes(desk)


def test_the_sidebars_list_shows_adds_moves_and_deletes_the_same_strips(desk: bpy.types.Scene) -> None:
    editor, group = desk.sequence_editor, desk.orator
    every = list(getattr(editor, compat.strip_list(editor)))
    shown, places = ORATOR_UL_score.filter_items(SimpleNamespace(bitflag_filter_item=1), bpy.context, editor, field())
    assert [strip for strip, on in zip(every, shown, strict=True) if on] == score.text_strips(desk)
    starts = [compat.strip_bounds(every[k])[0] for k in np.argsort(places)]
    assert starts == sorted(starts)
    desk.frame_set(100)
    assert bpy.ops.orator.score_add(kind="emotion") == {"FINISHED"}
    strip = score.highlighted(desk)
    assert (score.kind_of(strip), compat.strip_bounds(strip)[:2]) == ("emotion", (100, 145))
    (start, _), (end, _) = compat.strip_fields(strip)
    setattr(strip, start, 91)
    setattr(strip, end, 121)
    request, _ = changes(desk)
    assert request.asked.emotion.at(np.array([3.5]))[0, EMOTIONS.index("happy")] == pytest.approx(0.8)
    assert score.unmade(desk) == 1
    text = score.highlighted(desk).text
    assert bpy.ops.orator.score_delete() == {"FINISHED"} and score.highlighted(desk) is None
    assert f"'{text}' was deleted" in report.last()
    with pytest.raises(OratorError, match="Nothing of the score has changed"):
        changes(desk)
    assert group.score_active >= 0 and bpy.ops.orator.score_add(kind="mouth") == {"FINISHED"}
    assert [row.text for row in changes(desk)[1].rows if row.kind == "mouth"] == ["X"]


def field() -> str:
    return compat.strip_list(bpy.context.scene.sequence_editor)
