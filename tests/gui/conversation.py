"""Two strips, two characters, one press; a turn corrected by hand, made again, undone. In a real window.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import loop as artist
import numpy as np
import session as first
from driver import Report, Steps

VOICES = first.SOURCE / "orator" / "docs" / "demo" / "conversation"
PEOPLE = ("Anna", "Ben")
SECONDS = 14
MOVED = 3
"""Seconds, as the Sequencer counts, by which Ben's first turn begins earlier."""

artist.OPEN = {"headings": ("ORATOR_PT_direct",), "conversation": ("ORATOR_PT_conversation",)}


def person(name: str) -> bpy.types.Object:
    return bpy.data.objects[name]


def counts() -> list[int]:
    return [len(person(name).orator.takes) for name in PEOPLE]


def marks() -> list[tuple[int, str]]:
    return sorted((m.frame, m.name) for m in bpy.context.scene.timeline_markers)


def performance(name: str) -> object:
    return first.orator("core.blender.take_store").load_performance(person(name).orator.takes[-1])


def turns_of(name: str) -> list:
    return first.orator("core.blender.take_store").load_meta(person(name).orator.takes[-1])["turns"]


def wrists(name: str, begin: float, end: float) -> float:
    """How far the wrists go between two seconds of the latest take, metres."""
    turns, index = first.orator("core.rotations"), first.orator("core.skeleton").INDEX
    made = performance(name)
    places, _ = turns.forward_kinematics(made.rotations.astype(float), np.zeros((made.frames, 3)))
    path = places[int(begin * 30) : int(end * 30), [index["left_wrist"], index["right_wrist"]]]
    return float(np.linalg.norm(np.diff(path, axis=0), axis=-1).sum())


def furnish() -> None:
    """Two voices in the Sequencer, a wide view, and two people face to face."""
    first.furnish()
    scene, editor = bpy.context.scene, bpy.context.scene.sequence_editor
    for strip in list(editor.strips):
        editor.strips.remove(strip)
    for k, name in enumerate(PEOPLE):
        strip = editor.strips.new_sound(f"{name}'s voice", str(VOICES / f"{name.lower()}.flac"), k + 1, 1)
        strip.right_handle = 1 + SECONDS * artist.FPS
        strip.select = False
    scene.frame_end = 1 + SECONDS * artist.FPS


def add_people(report: Report) -> Steps:
    """Two clicks on Add Character; their names and places are the artist's."""
    for k, name in enumerate(PEOPLE):
        yield from first.press_button(report, "bpy.ops.orator.add_character", f"Add Character for {name}", 0.25)
        yield 1.0
        added = first.options().character
        added.name = name
        side = 1.0 - 2.0 * k
        added.location, added.rotation_euler = (-0.6 * side, 0.0, 0.0), (0.0, 0.0, side * math.radians(52.0))
    report.check("two characters are there", all(name in bpy.data.objects for name in PEOPLE))
    view = driver.area("VIEW_3D").spaces.active.region_3d
    first.frame_character()
    view.view_location, view.view_distance = (0.3, 0.0, 0.95), 3.6
    bpy.ops.ed.undo_push(message="Places")
    yield 0.5


def fill(report: Report, field: str, text: str) -> Steps:
    """Paste a name into a field of the panel, as Ctrl-V over it does."""
    place = yield from driver.find_slider(first.sidebar(), f"orator_talk.{field}")
    report.check(f"the field {field} is there", place is not None)
    if place is None:
        return
    bpy.context.window_manager.clipboard = text
    driver.move(place[0] - 1, place[1])
    yield 0.1
    driver.move(*place)  # a key goes to what is highlighted
    yield 0.3
    driver.press("V", *place, ctrl=True)
    yield 0.5


def cast(report: Report) -> Steps:
    """For each character its strip, and whom it listens to."""
    for name, other in (PEOPLE, PEOPLE[::-1]):
        bpy.ops.object.select_all(action="DESELECT")
        person(name).select_set(True)
        bpy.context.view_layer.objects.active = person(name)
        first.options().character = person(name)
        yield 0.8
        yield from fill(report, "speaks", f"{name}'s voice")
        yield from fill(report, "listens_to", other)
        talk = person(name).orator_talk
        heard = talk.listens_to.name if talk.listens_to else ""
        report.check(f"{name} speaks its strip and listens", (talk.speaks, heard) == (f"{name}'s voice", other))
        talk.speaks, talk.listens_to = f"{name}'s voice", person(other)
    bpy.ops.ed.undo_push(message="Cast")
    yield 1.0
    driver.screenshot("conversation-cast")


def press(report: Report, takes: int) -> Steps:
    """Generate Conversation: takes for both."""
    yield from first.press_button(report, "bpy.ops.orator.generate_conversation", "Generate Conversation")
    yield from artist.wait_for_job(report, "generating")
    report.check(f"one press, take {takes} for each", counts() == [takes, takes], str(counts()))
    report.check("both know the other", all(any(t[0] == "partner" for t in turns_of(name)) for name in PEOPLE))


def lay(report: Report) -> Steps:
    """Turns as Markers, and a look at both."""
    yield from first.press_button(report, "bpy.ops.orator.lay_turns", "Turns as Markers")
    yield 0.8
    names = [name for _, name in marks() if name != "turn:-"]
    report.check("turns lie as markers", names[:3] == ["turn:Anna", "turn:Ben", "turn:Anna"], str(marks()))
    bpy.context.scene.frame_set(marks()[0][0] + 60)
    yield 1.0
    driver.screenshot("conversation-made")


def correct(report: Report) -> Steps:
    """A click on Ben's marker in the Sequencer, then G, and how many seconds."""
    region = driver.region("SEQUENCE_EDITOR", "WINDOW")
    with bpy.context.temp_override(window=driver.window(), area=driver.area("SEQUENCE_EDITOR"), region=region):
        bpy.ops.sequencer.view_all()
    yield 1.0
    frame = next(at for at, name in marks() if name == "turn:Ben")
    x = region.x + region.view2d.view_to_region(float(frame), 1.0, clip=False)[0]
    for up in (14, 22, 8, 30):
        yield from driver.click(x, region.y + up)
        yield 0.3
        if [m.name for m in bpy.context.scene.timeline_markers if m.select] == ["turn:Ben"]:
            break
    chosen = [m.name for m in bpy.context.scene.timeline_markers if m.select]
    report.check("a click selects Ben's turn", chosen == ["turn:Ben"], str(chosen))
    digits = tuple(driver._DIGITS[int(d)] for d in str(MOVED))
    yield from driver.typed(("G", "MINUS", *digits, "RET"), x, region.y + up)
    yield 0.8
    now = next(at for at, name in marks() if name == "turn:Ben")
    report.check("G and a number move it", now == frame - MOVED * artist.FPS, f"{frame} to {now}")


def again(report: Report) -> Steps:
    """The press again: the floor is Ben's where the marker says so, and Anna's arms rest there."""
    begin = next(at for at, name in marks() if name == "turn:Ben") / artist.FPS + 0.5
    before, old = marks(), wrists("Anna", begin, begin + 2.0)
    yield from press(report, 2)
    own = [t for t in turns_of("Ben") if t[:2] == ["own", "speech"]]
    report.check("Ben's turn begins where the marker is", abs(own[0][2] + 0.5 - begin) < 0.1, str(own[0]))
    new = wrists("Anna", begin, begin + 2.0)
    report.check("Anna's arms rest where she listens now", new < 0.5 * old, f"{old:.2f} m, then {new:.2f} m")
    bpy.context.scene.frame_set(int(begin * artist.FPS) + 30)
    yield 1.0
    driver.screenshot("conversation-corrected")
    x, y = artist.viewport()
    driver.move(x, y)
    yield 0.3
    driver.press("Z", x, y, ctrl=True)
    yield 1.5
    report.check("one undo takes both new takes away", counts() == [1, 1] and marks() == before, str(counts()))
    driver.press("Z", x, y, ctrl=True)
    yield 1.0
    report.check("the next gives the turn back", marks() != before and counts() == [1, 1], str(marks()))
    for _ in range(2):
        driver.press("Z", x, y, ctrl=True, shift=True)
        yield 1.5
    report.check("redo brings all of it back", counts() == [2, 2] and marks() == before, str(counts()))


def conversation(report: Report) -> Steps:
    """All of it, in order."""
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(first.SOURCE), remote_url="")
    artist.arrange_panels()
    import addon_utils

    report.check("the extension enables", addon_utils.enable("bl_ext.dev.orator") is not None)
    furnish()
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    yield from add_people(report)
    yield from cast(report)
    yield from press(report, 1)
    yield from lay(report)
    yield from correct(report)
    yield from again(report)


if __name__ == "__main__":
    driver.play(conversation)
