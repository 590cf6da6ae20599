"""No text of the panels is cut at the sidebar's default width, in every state that is reached here."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

import bpy
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from helpers.fits import cut, cut_rows, never_drawn, reached
from helpers.paper import measure
from orator.core import estimate
from orator.core.blender import bake, compat, job, report
from orator.core.blender.bake_target import read_target
from orator.core.blender.picture import PICTURE
from orator.core.blender.score import kind_of, text_strips
from orator.core.catalogue.gestures import GESTURE_KINDS
from orator.core.model_card import cards
from orator.core.performance import Take
from orator.panels import layout
from orator.panels.comp import ORATOR_UL_lanes
from orator.panels.gestures import ORATOR_UL_gestures
from orator.panels.pins import ORATOR_UL_pins
from orator.panels.rig import ORATOR_UL_face_shapes, ORATOR_UL_mapping
from orator.panels.score import ORATOR_UL_score
from orator.panels.style import ORATOR_UL_learn, ORATOR_UL_styles
from orator.panels.take import ORATOR_UL_takes

ELSEWHERE = ("emage.revision_line", "orator.guess_transcript")
"""What shows only with EMAGE's files, and with a recogniser in the preferences of an installed extension."""


sounds: list[int] = []
"""Channels with a sound strip, of the Blenders that have sound."""


def test_in_an_empty_file_and_in_the_default_one(scene: bpy.types.Scene) -> None:
    found = cut("empty")
    scene.orator.source = "FILE"
    found += cut("file")
    bpy.ops.wm.read_factory_settings(use_empty=False)
    found += cut("default")
    bpy.ops.orator.add_character()
    found += cut("with a character")
    for source in ("REFERENCE", "GUESS"):
        bpy.context.scene.orator.emotion_source = source
        found += cut(source)
    assert not found, "\n".join(found)


def test_with_takes_pins_ranges_and_long_sentences(scene: bpy.types.Scene, tmp_path) -> None:
    options = scene.orator
    rig = make_rig("A character with quite a long name")
    bpy.context.view_layer.objects.active = rig
    options.character = rig
    bpy.ops.orator.add_speech(filepath=str(speech_file(tmp_path / "voice_of_the_second_scene_take_04.wav")))
    target = read_target(rig, scene)
    for seed in (0, 123456):
        performance = make_motion(1.5, seed=seed)
        prepared = bake.prepare(performance, 0.0, target, bake.Keying())
        bake.add_take(rig, Take(performance, "Take 1", {"seed": seed}), 0.0, prepared)
    bpy.ops.orator.pin_pose(covers="UPPER")
    bpy.ops.orator.pin_look()
    bpy.ops.orator.lane_add()
    bpy.ops.orator.rig_detect()
    options.again_range, options.keys = "TYPED", "SPARSE"
    found = []
    for index in range(len(rig.orator.pins)):
        rig.orator.active_pin = index
        for softness in ("EXACT", "SOFT"):
            rig.orator.pins[index].softness = softness
            found += cut(f"pin {index} {softness}")
    if options.source == "STRIP":  # a file where bpy has no sound
        scene.sequence_editor.active_strip.frame_start += 1234
    else:
        options.file_frame += 1234
    report.remember(
        "Take 1, Take 2 on 'A character with quite a long name': 55 of 55 joints; /a/path/that/is/" + "x" * 90
    )
    found += cut("moved")
    assert bpy.ops.orator.take_compare() == {"FINISHED"}
    found += cut("compared")
    assert not found, "\n".join(found)


def test_in_a_conversation_and_at_work(scene: bpy.types.Scene, tmp_path) -> None:
    found = []
    one, two = make_rig("The first speaker's character"), make_rig("The other one")
    bpy.context.view_layer.objects.active = one
    for channel in (1, 2):
        path = str(speech_file(tmp_path / f"a_line_of_the_scene_number_{channel:03d}.wav"))
        with contextlib.suppress(RuntimeError):  # where bpy has no sound
            compat.new_sound_strip(scene, Path(path).stem, path, channel, 24000 * channel)
            sounds.append(channel)
    for way in ("STRIP", "CHANNEL", "NAME", "COLOUR"):
        one.orator_talk.speaks_by = way
        found += cut(f"voice {way}", one)
    two.orator_talk.speaks_by, two.orator_talk.channel, two.orator_talk.listens_to = "CHANNEL", 2, one
    one.orator_talk.speaks_by, one.orator_talk.channel = "CHANNEL", 1
    scene.orator.line_texts = True
    found += cut("two talk", one)
    motion = make_motion(1.0)
    prepared = bake.prepare(motion, 0.0, read_target(one, scene), bake.Keying())
    told = {"lines": [["gone", 0.0, 0.5, "no mark"]], "seed": 1}
    bake.add_take(one, Take(motion, "Take 1", told), 0.0, prepared)
    found += cut("a take of other lines", one)
    for rig in (one, two):
        rig.orator_talk.channel = 7
    found += cut("nobody's lines", one)
    begun = threading.Event()

    def work(progress, cancelled):
        progress(0.37, "The first speaker's character: Smoothing what is beside the pins")
        begun.set()
        while not cancelled():
            time.sleep(0.01)

    try:
        job.start("Generating", work)
        begun.wait(5.0)
        job.poll()
        job.current().playable = 72.0
        found += cut("at work", one)
    finally:
        job.shut_down()
    assert not found, "\n".join(found)


def test_with_a_score_gestures_styles_and_other_models(
    scene: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, rig = scene.orator, make_rig()
    bpy.context.view_layer.objects.active = rig
    options.character = rig
    bpy.ops.orator.add_speech(filepath=str(speech_file(tmp_path / "voice.wav", 600.0)))
    motion = make_motion(2.0)
    gestures = [
        {"time": 0.1 * k, "kind": kind.name, "hands": hands, "size": 1.0, "hold": 0.4}
        for k, (kind, hands) in enumerate(
            (kind, hands) for kind in GESTURE_KINDS for hands in ("left", "right", "both")
        )
    ]
    prepared = bake.prepare(motion, 0.0, read_target(rig, scene), bake.Keying())
    bake.add_take(rig, Take(motion, "Take 1", {"seed": 1, "gestures": gestures}), 0.0, prepared)
    take = rig.orator.takes[0]
    found = cut("gestures listed")
    take.gestures.clear()
    found += cut("gestures told")
    bpy.ops.orator.gestures_list()
    found += cut_rows("gestures", ORATOR_UL_gestures, take, take.gestures)
    bake.add_take(rig, Take(motion, "Take 2", {"seed": 123456}), 0.0, prepared)
    monkeypatch.setattr(estimate, "_pace", 0.1)  # what this session has learnt may say that all of it is done at once
    options.count = 8
    found += cut("eight takes")
    found += cut_rows("takes", ORATOR_UL_takes, rig.orator, rig.orator.takes)
    bpy.ops.orator.lane_add()
    found += cut_rows("ranges", ORATOR_UL_lanes, rig.orator, rig.orator.lanes)
    rig.orator.active, scene.render.fps = 0, 24
    assert bpy.ops.orator.score_lay() == {"FINISHED"}
    found += cut_rows("score", ORATOR_UL_score, scene.sequence_editor, text_strips(scene))
    gesture = next(strip for strip in text_strips(scene) if kind_of(strip) == "gesture")
    options.score_active = list(compat.sequencer_strips(scene)).index(gesture)
    scene.sequence_editor.active_strip = gesture
    for text in ("precision right 1.2", "shurg both"):
        gesture.text = text
        found += cut(f"gesture {text}")
    options.score_active = list(compat.sequencer_strips(scene)).index(text_strips(scene)[0])
    scene.render.fps = 25
    scene.orator.loop.around_bones, scene.orator.loop.around_chosen = "CHOSEN", "\n".join(rig.pose.bones.keys()[:9])
    scene.timeline_markers.new("happy:0.8", frame=3)
    options.use_markers = True
    found += cut("score, rate, markers")
    options.weight_happy = 0.7
    for source in ("SET", "REFERENCE", "GUESS"):
        options.emotion_source = source
        found += cut(f"mixture, {source}")
    options.seat = 0.5
    rig.orator_seat.sits_on = rig.orator_seat.sits_at = bpy.data.objects.new("An armchair of two metres", None)
    found += cut("seated")
    entry = scene.orator_styles.styles.add()
    entry.name, entry.told = "Learned of five takes", "Calm, with the hands low and far apart; smiles little"
    found += cut_rows("styles", ORATOR_UL_styles, scene.orator_styles, scene.orator_styles.styles)
    found += cut_rows("what is learned from", ORATOR_UL_learn, rig.orator, rig.orator.takes)
    for source in ("ACTIONS", "FOLDER"):
        scene.orator_styles.source = source
        found += cut(source)
    options.emotion_source = "SET"
    for card in cards():
        scene.orator_emage.model = card.name.upper()
        found += cut(card.label)
    assert not found, "\n".join(found)


def test_with_a_rig_that_is_mapped_and_a_picture(scene: bpy.types.Scene, tmp_path) -> None:
    rig = make_rig()
    bpy.context.view_layer.objects.active = rig
    scene.orator.character = rig
    bpy.ops.orator.rig_detect()
    for limb in ("left_arm", "right_arm", "left_leg", "right_leg"):
        rig.orator_rig.limbs.add().name = limb
    rig.orator_rig.notes = "The fingers have no bones.\nTwist bones of the forearm: left_twist, right_twist"
    scene.orator.score = '{"take": "gone", "rows": []}'
    scene.sequence_editor_clear()
    found = cut("limbs, and a score whose strips are elsewhere")
    scene.orator.score = ""
    found += cut_rows("mapping", ORATOR_UL_mapping, rig.orator_rig, rig.orator_rig.rows)
    found += cut_rows("shapes", ORATOR_UL_face_shapes, rig.orator_rig, rig.orator_rig.shapes)
    bpy.ops.orator.add_speech(filepath=str(speech_file(tmp_path / "voice.wav")))
    bpy.ops.orator.pin_look()
    bpy.ops.orator.pin_pose(covers="UPPER")
    rig.orator.active_pin = -1
    found += cut("no pin highlighted")
    found += cut_rows("pins", ORATOR_UL_pins, rig.orator, rig.orator.pins)
    plane = bpy.data.objects.new("A portrait", bpy.data.meshes.new("Plane"))
    scene.collection.objects.link(plane)
    plane[PICTURE] = "{}"
    scene.orator.character = plane
    found += cut("picture", plane)
    assert not found, "\n".join(found)


def test_whatever_a_panel_can_draw_was_measured() -> None:
    if len(reached) < 400:
        pytest.skip("counts what the other tests of this file have drawn")
    if not sounds:
        pytest.skip("this bpy has no sound, so that no line can be shown")
    left = [row for row in never_drawn() if not any(word in row for word in ELSEWHERE)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize(
    "text", ("one two three " * 9, "w" * 200, "", "a /very/long/path/without/any/space/" + "i" * 80)
)
@pytest.mark.usefixtures("scene")
def test_wrapping_keeps_every_letter_and_the_width(text: str) -> None:
    lines = layout.wrapped(text, 180.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line) <= 180.0 for line in lines)
