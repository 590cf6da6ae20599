"""The turns of a conversation as strips: moved, renamed, added, deleted; what they say, and markers beside them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
import soundfile
from helpers.desk import DEMO, changed
from orator.core.blender import compat, conversing, score
from orator.core.blender.character import add_character
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.blender.takes import shown
from orator.core.errors import OratorError
from orator.models import runtime

FPS = 24
START = 11 / FPS


@pytest.fixture
def desk(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """Anna and Ben have talked, and the score of Ben's take is laid out."""
    try:
        runtime.chosen()
    except OratorError as reason:
        pytest.skip(f"networks need a runtime: {reason}")
    if bpy.app.version[:2] == (4, 2):
        pytest.skip("the 4.2 wheel has no audio")
    scene.render.fps = FPS
    anna, ben = add_character(bpy.context), add_character(bpy.context)
    anna.name, ben.name = "Anna", "Ben"
    ben.location.y, ben.rotation_euler.z = -1.5, np.pi
    voice, rate = soundfile.read(DEMO)
    for k, (who, at, said) in enumerate(((anna, 0.3, 0.9), (ben, 3.1, 6.0))):
        samples, long = np.zeros(6 * rate), round(2.5 * rate)
        samples[round(at * rate) :][:long] = voice[round(said * rate) :][:long]
        soundfile.write(tmp_path / f"{who.name}.wav", samples, rate)
        compat.new_sound_strip(scene, who.name, str(tmp_path / f"{who.name}.wav"), k + 1, 11)
        who.orator_talk.speaks = who.name
    ben.orator_talk.listens_to = anna
    bpy.context.view_layer.update()
    scene.orator.keys = "DENSE"
    assert bpy.ops.orator.generate_conversation() == {"FINISHED"}
    scene.orator.character = ben
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    return scene


def here() -> bpy.types.Scene:
    """The scene of now: undo makes it anew."""
    return bpy.context.scene


def turns_of() -> list:
    """The strips of turns in time order, whichever of their channels they lie in."""
    found = [strip for strip in score.text_strips(here()) if score.kind_of(strip) == "turn"]
    return sorted(found, key=lambda strip: compat.strip_bounds(strip)[0])


def strip_of(text: str):
    return next(strip for strip in turns_of() if strip.text == text)


def trim(strip, first: int, last: int) -> None:
    """Type where it starts and ends, as in the sidebar."""
    (start, _), (end, _) = compat.strip_fields(strip)
    setattr(strip, start, first)
    setattr(strip, end, last)
    assert compat.strip_bounds(strip)[:2] == (first, last)


def layout() -> list[tuple[int, int, str]]:
    return [(*compat.strip_bounds(strip)[:2], strip.text) for strip in turns_of()]


def marks() -> list[tuple[int, str]]:
    return sorted((m.frame, m.name) for m in here().timeline_markers)


def again():
    """Regenerate Changes: the performance before and after, and the seconds in which they are not the same."""
    ben = here().orator.character
    before = load_performance(shown(ben))
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    after = load_performance(shown(ben))
    return before, after, np.flatnonzero(changed(before, after)) / 30.0


def own_turns() -> list[tuple[float, float]]:
    turns = load_meta(shown(here().orator.character))["turns"]
    return [(start, end) for who, kind, start, end in turns if (who, kind) == ("own", "speech")]


def test_a_trimmed_turn_is_made_again_there_and_counts_ever_after(desk: bpy.types.Scene, tmp_path: Path) -> None:
    laid = layout()
    assert [text for _, _, text in laid] == ["Anna: speech", "Ben: speech"]
    (first, last, _), heard = laid[1], own_turns()
    assert first == pytest.approx((START + 3.1) * FPS, abs=4) and last == pytest.approx((START + 5.6) * FPS, abs=6)
    assert score.kind_of(strip_of("Ben: speech")) == "turn" and all(s.mute for s in turns_of())
    # A marker that says something else does not reach a take by its score: its strips count.
    desk.timeline_markers.new("turn:Anna", frame=first + 12)
    with pytest.raises(RuntimeError, match="Nothing of the score has changed"):
        bpy.ops.orator.score_regenerate()
    bpy.ops.ed.undo_push(message="Laid out")
    trim(strip_of("Ben: speech"), first + 24, last)
    edited, before_marks = layout(), marks()
    bpy.ops.ed.undo_push(message="Trimmed")
    before, after, moved = again()
    assert moved[0] >= heard[0][0] - 0.9 - 1 / 30 and moved[-1] <= heard[0][0] + 1.0 + 1.5 + 1 / 30
    joints = (before.rotations != after.rotations).any(axis=(0, 2))
    assert joints[15] and (before.face != after.face).any(), "where he looks, and his head"
    assert own_turns() == [(pytest.approx(heard[0][0] + 1.0, abs=2e-3), heard[0][1])]
    assert layout() == edited, "its own score has the turn there"
    # The markers say the same now, so that both are made with it.
    assert (first + 24, "turn:Ben") in marks() and (first + 12, "turn:Anna") not in marks()
    asked = {r.target.name: r.asked.listening for r in conversing.read_requests(bpy.context)}["Ben"].turns
    (own,) = asked.of("own", "speech")
    assert own.start == pytest.approx(heard[0][0] + 1.0, abs=0.5 / FPS)
    bpy.ops.ed.undo_push(message="Regenerate Changes")
    bpy.ops.ed.undo()
    assert marks() == before_marks and layout() == edited and own_turns() == heard
    bpy.ops.ed.undo()
    assert layout() == laid
    bpy.ops.ed.redo()
    bpy.ops.ed.redo()
    # Saved and opened again, the strips are those of the take, and a later change starts from there.
    path = str(tmp_path / "desk.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert layout() == edited
    with pytest.raises(RuntimeError, match="Nothing of the score has changed"):
        bpy.ops.orator.score_regenerate()
    trim(strip_of("Anna: speech"), laid[0][0] + 20, laid[0][1])
    _, _, moved = again()
    assert len(moved) and moved[-1] <= laid[0][0] / FPS + 20 / FPS - START + 1.5 + 2 / FPS
    assert own_turns()[0][0] == pytest.approx(heard[0][0] + 1.0, abs=2e-3), "what was corrected before stays"


@pytest.mark.any_blender
def test_one_is_renamed_one_added_and_one_deleted(desk: bpy.types.Scene) -> None:
    desk.frame_set(35)
    assert bpy.ops.orator.score_add(kind="turn") == {"FINISHED"}
    strip = score.highlighted(desk)
    assert strip.text == "Ben: speech" and score.kind_of(strip) == "turn"
    strip.text = "Ben: humming"
    with pytest.raises(RuntimeError, match=r"'Ben: humming' is no turn\. Write it like 'Ben: speech'"):
        bpy.ops.orator.score_regenerate()
    strip.text = "Ben: backchannel"
    trim(strip, 35, 47)
    assert score.kind_of(strip) == "turn" and len(turns_of()) == 3, "though it lies over hers"
    before, after, moved = again()
    at = 24 / FPS
    hers, his = strip_of("Anna: speech"), strip_of("Ben: backchannel")
    assert hers.channel != his.channel and compat.strip_bounds(his)[:2] == (35, 47), "beside each other"
    assert len(moved) and moved[0] >= at - 0.9 - 1 / 30 and moved[-1] <= at + 0.5 + 1.5 + 1 / 30
    turns = load_meta(shown(desk.orator.character))["turns"]
    assert ["own", "backchannel", pytest.approx(at, abs=2e-3), pytest.approx(at + 0.5, abs=2e-3)] in turns
    nod = np.abs(before.rotations[:, [12, 15]] - after.rotations[:, [12, 15]]).max(axis=(1, 2))
    assert nod.max() > 5e-3, "he nods with it"
    # His turn becomes hers, and the added one goes: nobody but she has the floor.
    strip_of("Ben: speech").name = "Anna: speech"
    compat.remove_strips(desk, [strip_of("Ben: backchannel")])
    again()
    assert [text for _, _, text in layout()] == ["Anna: speech", "Anna: speech"] and not own_turns()
    assert {name for _, name in marks()} == {"turn:Anna", "turn:-"}
    for strip in turns_of():
        compat.remove_strips(desk, [strip])
    again()
    assert not layout() and [name for _, name in marks()] == ["turn:-"]


def test_a_take_that_was_made_alone_has_no_turns(desk: bpy.types.Scene) -> None:
    desk.orator.character = bpy.data.objects["Anna"]
    assert bpy.ops.orator.score_lay() == {"FINISHED"} and not turns_of()
    with pytest.raises(RuntimeError, match="made alone"):
        bpy.ops.orator.score_add(kind="turn")
