"""A dialogue of eight lines in a real window: a cut, a meta, a retimed line, a muted one, music beneath; one press.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import numpy as np
import session as first
from driver import Report, Steps

HOME = Path("/tmp/home")
LINES = {"Anna 1": (1, 1), "Ben 1": (60, 2), "Anna 2": (115, 1), "Ben 2": (170, 2), "Anna 3": (225, 1),
         "Ben 3": (280, 2), "Anna 4": (335, 1), "Ben 4": (390, 2), "Anna muted": (445, 1), "Music": (1, 5)}  # fmt: skip


def furnish() -> None:
    """Two characters that face each other, and the strips."""
    scene = bpy.context.scene
    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    scene.render.fps = 30
    bpy.context.workspace.sequencer_scene = scene
    with wave.open(str(first.SPEECH)) as file:
        rate, kind = file.getframerate(), file.getparams()
        every = file.readframes(file.getnframes())
    size = kind.sampwidth * kind.nchannels
    editor = scene.sequence_editor_create()
    for k, (name, (frame, channel)) in enumerate(LINES.items()):
        begin = round(0.2 * rate) + (k % 6) * round(1.5 * rate)
        path = HOME / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams(kind)
            file.writeframes(every[begin * size : (begin + round(1.5 * rate)) * size])
        editor.strips.new_sound(name, str(path), channel, frame)
    scene.frame_start, scene.frame_end = 1, 500


def strip(name: str) -> bpy.types.Strip:
    return next(s for s in bpy.context.scene.sequence_editor.strips_all if s.name == name)


def edit() -> None:
    """What an editor did: a cut, a meta, a retimed line, a muted one."""
    scene = bpy.context.scene
    strip("Anna 1").split(frame=20, split_method="SOFT")
    strip("Anna muted").mute = True
    meta = scene.sequence_editor.strips.new_meta("Ben meta", 3, 280)
    strip("Ben 3").move_to_meta(meta)
    slow = strip("Anna 4")
    slow.retiming_keys.add(timeline_frame=slow.left_handle)
    slow.retiming_keys.add(timeline_frame=slow.right_handle)
    slow.retiming_keys[-1].timeline_frame += 15


def lines(report: Report) -> Steps:
    """All of it, in order."""
    first.enable(report)
    furnish()
    people = []
    for name in ("Anna", "Ben"):
        bpy.ops.orator.add_character()
        people.append(bpy.context.scene.orator.character or bpy.context.active_object)
        people[-1].name = name
        bpy.context.scene.orator.character = None
    anna, ben = people
    ben.location = (anna.location.x, anna.location.y - 1.5, 0.0)
    ben.rotation_euler = (0.0, 0.0, np.pi)
    edit()
    anna.orator_talk.speaks_by, anna.orator_talk.channel = "CHANNEL", 1
    ben.orator_talk.speaks_by, ben.orator_talk.named = "NAME", "Ben"
    anna.orator_talk.listens_to, ben.orator_talk.listens_to = ben, anna
    bpy.context.scene.orator.character = anna
    yield 1.0
    placed, strips = first.orator("core.blender.lines"), first.orator("core.blender.strips")
    said = [line.strip.name for who in people for line in placed.placed(bpy.context, who.orator_talk)]
    report.check("eight lines are found", len(said) == 8, ", ".join(said))
    slow = strip("Anna 4")
    report.check(
        "one of them is retimed", slow.right_handle - slow.left_handle > 55, f"{slow.right_handle - slow.left_handle}"
    )
    heard = strips.speech_of_strip(bpy.context.scene, slow)
    lasts = (slow.right_handle - slow.left_handle) / 30.0
    whole = abs(heard.seconds - lasts) < 0.1 and float(np.abs(heard.samples[-8000:]).max()) > 0.003
    report.check("a retimed line is heard whole, in a window", whole, f"{heard.seconds:.2f} of {lasts:.2f} s")
    conversation = first.orator("panels.conversation")
    first.open_panels(first.orator("panels.headings").ORATOR_PT_direct, *[
        c for name in ("pins", "around") for c in first.orator(f"panels.{name}").CLASSES if "_PT_" in c.__name__
    ], conversation.ORATOR_PT_conversation, conversation.ORATOR_PT_lines)  # fmt: skip
    driver.area("VIEW_3D").spaces.active.show_region_ui = True
    yield 0.5
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.generate_conversation", 0.5)
    report.check("the button is in sight", place is not None)
    driver.screenshot("lines-table")
    if place is None:
        return
    yield from driver.click(*place)
    yield from driver.wait_until(lambda: first.job() is not None, 10.0)
    yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    yield 1.0
    report.check("one press makes both", [len(o.orator.takes) for o in people] == [1, 1])
    table = first.orator("core.blender.changed_lines").table
    report.check("every line is made", {row.state for row in table(bpy.context)} == {"MADE"})
    driver.screenshot("lines-made")
    strip("Ben 4").channel = 7
    strip("Ben 4").mute = True
    report.check("a line that was muted is none", len(table(bpy.context)) == 7)


if __name__ == "__main__":
    driver.play(lines)
