"""A dialogue of two speakers and eight lines in a real window: a cut, a meta, a retimed line, a muted one, music.

Runs inside Blender, started by tests/gui/run. One press makes both performances; one line is replaced and made again.
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
FPS = 30
SECONDS = 0.8
LINES = {"Anna 1": (1, 1), "Ben 1": (27, 2), "Anna 2": (53, 1), "Ben 2": (79, 2), "Anna 3": (105, 1), "Ben 3": (131, 2),
         "Anna 4": (157, 1), "Ben 4": (191, 2), "Anna muted": (79, 1), "Music": (1, 5)}  # fmt: skip
"""Frame and channel of each sound strip."""
REPLACED = ("Ben 2", "Ben 2 again", 81)
AROUND = (0.9, 1.5)
"""Seconds before and after a line that are made again with it."""
SPEED = 75.0
OPEN = ("ORATOR_PT_direct", "ORATOR_PT_conversation", "ORATOR_PT_lines")


def cut(name: str, begin: float) -> str:
    """A sound file of the demo speech from a second on."""
    with wave.open(str(first.SPEECH)) as file:
        kind = file.getparams()
        file.setpos(round(begin * kind.framerate))
        heard = file.readframes(round(SECONDS * kind.framerate))
    path = HOME / f"{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams(kind)
        file.writeframes(heard)
    return str(path)


def furnish() -> None:
    """The Sequencer below the viewport, and the strips."""
    first.furnish()
    scene = bpy.context.scene
    strips = scene.sequence_editor.strips
    for old in list(strips):
        strips.remove(old)
    for k, (name, (frame, channel)) in enumerate(LINES.items()):
        strips.new_sound(name, cut(name, 0.2 + 1.5 * (k % 6)), channel, frame)
    scene.frame_start, scene.frame_end = 1, 216


def strip(name: str) -> bpy.types.Strip:
    return next(s for s in bpy.context.scene.sequence_editor.strips_all if s.name == name)


def sequencer(chosen: str, command: str, **options: float) -> None:
    """An operator of the Sequencer, on one selected strip or none."""
    editor, region = bpy.context.scene.sequence_editor, driver.region("SEQUENCE_EDITOR", "WINDOW")
    for each in editor.strips:
        each.select = each.name == chosen
    editor.active_strip = editor.strips.get(chosen)
    with bpy.context.temp_override(window=driver.window(), area=driver.area("SEQUENCE_EDITOR"), region=region):
        getattr(bpy.ops.sequencer, command)(**options)


def edit() -> None:
    """What an editor does: a cut, a meta, a slower line, a muted one."""
    strip("Anna 1").split(frame=14, split_method="SOFT")
    strip("Anna muted").mute = True
    # By the operators, as an artist's keys call them: retiming keys that Python adds have ended Blender here.
    sequencer("Ben 3", "meta_make")
    sequencer("Anna 4", "retiming_segment_speed_set", speed=SPEED)


def arrange_panels() -> None:
    """The conversation and its lines are open, all else is closed, as this artist left them."""
    panels = first.orator("panels").CLASSES
    for panel in reversed(panels):
        bpy.utils.unregister_class(panel)
    for panel in panels:
        if "_PT_" in panel.__name__:
            panel.bl_options = set() if panel.__name__ in OPEN else {"DEFAULT_CLOSED"}
        bpy.utils.register_class(panel)


def look() -> None:
    """Both of them from the side, all strips below."""
    from mathutils import Euler

    view = driver.area("VIEW_3D").spaces.active.region_3d
    view.view_rotation = Euler((1.45, 0.0, 1.25)).to_quaternion()
    view.view_location = (0.0, -0.75, 0.9)
    view.view_distance = 4.2
    sequencer("", "view_all")


def people() -> tuple[bpy.types.Object, bpy.types.Object]:
    return bpy.data.objects["Anna"], bpy.data.objects["Ben"]


def cast() -> None:
    """Two characters that face each other: one speaks a channel, one the strips that begin with its name."""
    for name in ("Anna", "Ben"):
        first.options().character = None
        bpy.ops.orator.add_character()
        first.options().character.name = name
    anna, ben = people()
    ben.location = (anna.location.x, anna.location.y - 1.5, 0.0)
    ben.rotation_euler = (0.0, 0.0, np.pi)
    anna.orator_talk.speaks_by, anna.orator_talk.channel = "CHANNEL", 1
    ben.orator_talk.speaks_by, ben.orator_talk.named = "NAME", "Ben"
    anna.orator_talk.listens_to, ben.orator_talk.listens_to = ben, anna
    first.options().character = anna


def table() -> dict[str, str]:
    """The state of every line."""
    return {row.strip: row.state for row in first.orator("core.blender.changed_lines").table(bpy.context)}


def performances() -> list[object]:
    """What the characters play now."""
    stored, takes = first.orator("core.blender.take_store"), first.orator("core.blender.takes")
    return [stored.load_performance(takes.shown(who)) for who in people()]


def heard_whole(report: Report) -> None:
    """The slower line's sound is mixed down in the window, all of it."""
    slow = strip("Anna 4")
    lasts = (slow.right_handle - slow.left_handle) / FPS
    report.check("one line is retimed", abs(lasts - SECONDS * 100.0 / SPEED) < 0.1, f"{lasts:.2f} s")
    heard = first.orator("core.blender.strips").speech_of_strip(bpy.context.scene, slow)
    loudest = float(np.abs(heard.samples[-4000:]).max())
    whole = abs(heard.seconds - lasts) < 0.1 and loudest > 0.003
    report.check("it is heard whole", whole, f"{heard.seconds:.2f} s, {loudest:.3f} at its end")


def press(report: Report, command: str, what: str) -> Steps:
    """One press on a button of the sidebar, and its work to the end."""
    yield from first.press_button(report, command, what)
    yield from driver.wait_until(lambda: first.job() is not None, 10.0)
    yield 1.0
    driver.screenshot(f"lines-{what.split()[0].lower()}")
    took = yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    report.check(f"{what} ends", took is not None, f"{took or 0:.0f} s")
    yield 1.0


def replace_line(report: Report) -> Steps:
    """Another recording in place of one line: that line is made again, all else stays to the bit."""
    old, new, frame = REPLACED
    before = performances()
    strips = bpy.context.scene.sequence_editor.strips
    strips.remove(strip(old))
    made = strips.new_sound(new, cut(new, 8.3), 2, frame)
    span = LINES[old][0], made.right_handle
    yield 0.5
    states = table()
    report.check("the table marks that line alone", [n for n, s in states.items() if s != "MADE"] == [new])
    driver.screenshot("lines-replaced")
    yield from press(report, "bpy.ops.orator.generate_changes", "Regenerate Changed Lines")
    for who, was, now in zip(people(), before, performances(), strict=True):
        other = (was.rotations != now.rotations).any(axis=(1, 2)) | (was.face != now.face).any(axis=1)
        other |= (was.translation != now.translation).any(axis=1)
        found = np.flatnonzero(other)
        low, high = span[0] - 1 - AROUND[0] * FPS - 2, span[1] - 1 + AROUND[1] * FPS + 2
        held = len(found) > 0 and low <= found[0] and found[-1] <= high
        figure = f"frames {found[0]} to {found[-1]} of {was.frames}" if len(found) else "nothing"
        report.check(f"{who.name}'s take is another there only, to the bit", held, figure)
    report.check("every line is made again", set(table().values()) == {"MADE"})
    bpy.context.scene.frame_set(frame + 8)
    yield 1.0
    driver.screenshot("lines-again")


def lines(report: Report) -> Steps:
    """All of it, in order."""
    first.enable(report)
    arrange_panels()
    furnish()
    yield 0.5
    cast()
    yield 0.5
    edit()
    first.sidebar().active_panel_category = "Orator"
    look()
    yield 1.0
    said = first.orator("core.blender.changed_lines").table(bpy.context)
    report.check("eight lines are found", len(said) == 8, ", ".join(row.strip for row in said))
    short = min(row.last - row.first for row in said)
    report.check("the one that is cut and the one in the meta too are whole", short >= SECONDS * FPS, f"{short} frames")
    heard_whole(report)
    yield from press(report, "bpy.ops.orator.generate_conversation", "Generate Conversation")
    report.check("one press makes both", [len(who.orator.takes) for who in people()] == [1, 1])
    report.check("every line is made", list(table().values()) == ["MADE"] * 8)
    yield from replace_line(report)


if __name__ == "__main__":
    driver.play(lines)
