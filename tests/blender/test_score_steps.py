"""Each change of the score as an artist sees it: in the curves near it alone, undone, in a file, in another file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.desk import again, changed, furnish, lengthen, shift, strips_of
from orator.core.blender import compat, score, takes
from orator.core.blender.take_store import load_meta, load_performance

FRAMES = np.arange(1, 166)
"""Those of the five and a half seconds."""
Bounds = tuple[float, float]


@pytest.fixture
def desk(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """The desk with a score on it; a key on every frame, so that the rest is the same to the bit."""
    scene.orator.keys = "DENSE"
    furnish(scene, tmp_path)
    return scene


def here() -> bpy.types.Scene:
    """The scene of now: undo makes it anew."""
    return bpy.context.scene


def curves() -> dict[tuple[str, str, int], np.ndarray]:
    """Every F-curve of the take that is shown, at the frames."""
    character = here().orator.character
    meshes = [obj.data.shape_keys for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys]
    return {
        (owner.name, curve.data_path, curve.array_index): np.array([curve.evaluate(frame) for frame in FRAMES])
        for owner in (character, *meshes)
        for curve in compat.animated_curves(owner)
    }


def differing(one: dict, two: dict, paths: str = "") -> np.ndarray:
    """The frames at which curves are not the same to the bit, of those whose path holds the text."""
    assert one.keys() == two.keys()
    off = [one[key] != two[key] for key in one if paths in key[1]]
    return FRAMES[np.any(off, axis=0)]


def layout() -> dict[str, list[tuple[int, int, str]]]:
    """Where the strips of the score lie and what they say."""
    return {
        kind: [(*compat.strip_bounds(strip)[:2], strip.text) for strip in strips_of(here(), kind)]
        for kind in score.CHANNELS
    }


def bounds_of(strip) -> Bounds:
    return compat.strip_bounds(strip)[:2]


# Each changes the score, and says which frames that may reach and of which curves some must move.


def drag_a_word() -> tuple[Bounds, str]:
    strip = strips_of(here(), "word")[-1]
    first, last = bounds_of(strip)
    shift(strip, 9)  # 0.3 s; the gesture that was made on it goes along
    on = min(bounds_of(other)[0] for other in strips_of(here(), "gesture") if bounds_of(other)[1] > first)
    return (min(first, on) - 25, last + 9 + 41), 'key_blocks["jawOpen"]'


def swap_a_hand() -> tuple[Bounds, str]:
    strip = strips_of(here(), "gesture")[2]
    kind, hands = strip.text.split()[:2]
    strip.text = f"{kind} {'left' if hands != 'left' else 'right'}"
    first, last = bounds_of(strip)
    return (first - 25, last + 41), "elbow"


def delete_a_gesture() -> tuple[Bounds, str]:
    strip = strips_of(here(), "gesture")[2]
    first, last = bounds_of(strip)
    compat.remove_strips(here(), [strip])
    return (first - 25, last + 41), "elbow"


def add_an_emotion() -> tuple[Bounds, str]:
    channels = here().sequence_editor.channels
    channel = next(k for k, c in enumerate(channels) if c.name == score.CHANNELS["emotion"])
    compat.new_text_strip(here(), "Text", channel, 91, 131).text = "happy:1"
    return (91 - 13, 131 + 19), 'key_blocks["mouthSmileLeft"]'


def lengthen_a_look() -> tuple[Bounds, str]:
    strip = strips_of(here(), "look")[0]
    first, _ = bounds_of(strip)
    lengthen(strip, 15)
    return (first - 16, bounds_of(strip)[1] + 16), 'bones["head"]'


CHANGES: tuple[Callable[[], tuple[Bounds, str]], ...] = (
    drag_a_word,
    swap_a_hand,
    delete_a_gesture,
    add_an_emotion,
    lengthen_a_look,
)


@pytest.mark.usefixtures("desk")
def test_each_change_is_seen_near_it_alone_and_undo_takes_each_back() -> None:
    bpy.ops.ed.undo_push(message="Laid out")
    whole, laid = curves(), layout()
    for change in CHANGES:
        (first, last), moves = change()
        bpy.ops.ed.undo_push(message="Change")
        edited = layout()
        assert edited != laid
        assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
        made = curves()
        moved = differing(whole, made)
        assert len(differing(whole, made, moves)), f"{change.__name__} is not seen in {moves}"
        reached = f"{change.__name__} may reach {first} to {last}, reaches {moved[0]} to {moved[-1]}"
        assert moved[0] >= first and moved[-1] <= last, reached
        bpy.ops.ed.undo_push(message="Regenerate Changes")
        bpy.ops.ed.undo()
        assert len(here().orator.character.orator.takes) == 1 and layout() == edited
        assert not len(differing(whole, curves())), f"the take before {change.__name__}, to the bit"
        bpy.ops.ed.undo()
        assert layout() == laid, change.__name__


def test_a_changed_score_goes_along_in_a_file_and_its_character_to_another(
    desk: bpy.types.Scene, tmp_path: Path
) -> None:
    swap_a_hand()
    add_an_emotion()
    again(desk)
    shown = curves()
    swap_a_hand()  # not made yet when the file is saved
    path = str(tmp_path / "desk.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert not len(differing(shown, curves()))
    before, after = again(here())
    assert changed(before, after).any() and (before.face == after.face).all(), "the gesture alone"
    bpy.ops.wm.save_as_mainfile(filepath=path)
    wanted = layout()
    name = here().orator.character.name
    sound = str(tmp_path / "speech.wav")
    # Another file: the character is appended, the sound is chosen; its take lays the same score out there.
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(path) as (_, to):
        to.objects = [name]
    here().collection.objects.link(bpy.data.objects[name])
    here().render.fps = 30
    here().orator.character = bpy.data.objects[name]
    bpy.ops.orator.add_speech(filepath=sound)
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    assert layout() == wanted
    take = takes.shown(bpy.data.objects[name])
    made = load_performance(take)
    assert np.array_equal(made.rotations, after.rotations) and np.array_equal(made.face, after.face)
    assert load_meta(take)["score"]["rows"]


def test_mouths_are_strips_on_request_and_one_that_is_set_is_shown(desk: bpy.types.Scene) -> None:
    assert not strips_of(desk, "mouth")
    desk.orator.score_mouths = True
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    laid = layout()
    assert {"A", "D"} <= {text for _, _, text in laid["mouth"]} and laid["mouth"][0][0] <= 2
    with pytest.raises(RuntimeError, match="Nothing of the score has changed"):
        bpy.ops.orator.score_regenerate()
    whole = curves()
    strip = next(s for s in strips_of(desk, "mouth") if s.text in "CD" and bounds_of(s)[0] > 60 and length(s) >= 4)
    (first, last), strip.text = bounds_of(strip), "a"
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    made = curves()
    moved = differing(whole, made)
    assert first - 4 <= moved[0] and moved[-1] <= last + 4, f"{first} to {last}: {moved[0]} to {moved[-1]}"
    jaw = next(key for key in made if key[1] == 'key_blocks["jawOpen"].value')
    inside = slice(first, last - 2)  # curves begin at frame 1
    assert made[jaw][inside].max() < 0.1 < whole[jaw][inside].max(), "the lips are shut where the strip says so"
    now = [row for row in layout()["mouth"] if row[0] < last - 1 and row[1] > first + 1]
    assert {text for _, _, text in now} == {"A"}, "the new score shows it"
    strip = next(s for s in strips_of(desk, "mouth") if s.text == "D")
    strip.text = "Q"
    with pytest.raises(RuntimeError, match="'Q' is no mouth"):
        bpy.ops.orator.score_regenerate()


def length(strip) -> int:
    first, last = bounds_of(strip)
    return last - first
