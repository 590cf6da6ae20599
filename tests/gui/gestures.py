"""Directing gestures in a real window: the list, a click, jump, replace, move, add, delete, perform, undo and redo.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import loop as artist
import numpy as np
import session as first
from driver import Report, Steps

SECONDS = 16
ADDED = 166
"""The frame at which a gesture is added."""

artist.OPEN = {"headings": ("ORATOR_PT_adjust",), "gestures": ("ORATOR_PT_gestures",)}


def takes() -> list:
    return list(artist.rig().orator.takes)


def listed() -> list[tuple]:
    """The list of the shown take as it is now."""
    return [(g.at, g.kind, g.hands, g.removed, not g.made) for g in takes()[-1].gestures]


def active() -> object:
    take = takes()[-1]
    return take.gestures[take.active_gesture]


def choose(report: Report, row: int) -> Steps:
    """Click a row of the list; the rows are left of the buttons beside it."""
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.gesture_add", 0.83)
    report.check("the list of gestures is there", place is not None)
    if place is None:
        return
    region = first.sidebar()
    for y in range(place[1] + 2 - 20 * row, place[1] - 20 * row - 30, -6):
        yield from driver.click(int(region.x + region.width * 0.3), y)
        yield 0.3
        if takes()[-1].active_gesture == row:
            break
    report.check(f"a click highlights gesture {row}", takes()[-1].active_gesture == row)


def edit(report: Report) -> Steps:
    """Jump to one, replace and move it, add another, delete a third."""
    yield from choose(report, 2)
    yield from first.press_button(report, "bpy.ops.orator.gesture_jump", "Jump", 0.83)
    report.check("Jump goes to its frame", bpy.context.scene.frame_current == active().at, str(active().at))
    before = active().kind
    place = yield from driver.find_slider(first.sidebar(), ".kind")
    report.check("the menu of kinds is there", place is not None)
    if place is not None:
        for _ in range(3):
            driver.press("WHEELDOWNMOUSE", *place, ctrl=True)
            yield 0.4
    report.check("the wheel replaces the gesture", active().kind != before, f"{before} to {active().kind}")
    place = yield from driver.find_slider(first.sidebar(), ".at")
    report.check("the field of its frame is there", place is not None)
    at = active().at + 5
    if place is not None:
        digits = tuple(driver._DIGITS[int(d)] for d in str(at))
        yield from driver.typed(("RET", *digits, "RET"), *place)
    report.check("a typed frame moves it", active().at == at, f"{active().at}, typed {at}")
    yield from choose(report, 4)
    yield from first.press_button(report, "bpy.ops.orator.gesture_delete", "Delete", 0.83)
    report.check("Delete marks the gesture", active().removed)
    bpy.context.scene.frame_set(ADDED)
    count = len(takes()[-1].gestures)
    yield from first.press_button(report, "bpy.ops.orator.gesture_add", "Add", 0.83)
    yield 0.5
    report.check("Add adds one at the playhead", len(takes()[-1].gestures) == count + 1 and active().at == ADDED)
    yield 1.0
    driver.screenshot("gestures-changed")


def perform(report: Report) -> Steps:
    """Perform, and look at what the new take does and keeps."""
    changed = listed()
    yield from first.press_button(report, "bpy.ops.orator.gestures_perform", "Perform Changes")
    yield from artist.wait_for_job(report, "performing")
    stored = first.orator("core.blender.take_store")
    report.check("a second take is shown", len(takes()) == 2)
    old, new = (stored.load_performance(take) for take in takes())
    same = (old.rotations == new.rotations).all(axis=(1, 2))
    lower = [0, 1, 2, 4, 5, 7, 8, 10, 11]
    report.check("the face and the legs stay to the bit", np.array_equal(old.face, new.face)
                 and np.array_equal(old.rotations[:, lower], new.rotations[:, lower]))  # fmt: skip
    report.check("some of the arms stays, some does not", 0.05 < same.mean() < 0.95, f"{same.mean():.2f} stay")
    wished = [g for g in takes()[-1].gestures if abs(g.at - ADDED) <= 4]
    report.check("the added gesture is in its list", [g.kind for g in wished] == ["present"])
    gone = next(row[0] for row in changed if row[3])
    report.check("the deleted one is gone", all(abs(g.at - gone) > 8 for g in takes()[-1].gestures))
    yield 1.0
    bpy.context.scene.frame_set(ADDED)
    yield 1.0
    driver.screenshot("gestures-performed")
    after = artist.state()
    driver.press("Z", *artist.viewport(), ctrl=True)
    yield 1.5
    report.check("undo brings the take and its changed list back", len(takes()) == 1 and listed() == changed)
    driver.press("Z", *artist.viewport(), ctrl=True, shift=True)
    yield 1.5
    report.check("redo performs them again", artist.state() == after, artist.differing(artist.state(), after))


def gestures(report: Report) -> Steps:
    """All of it, in order."""
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(first.SOURCE), remote_url="")
    artist.arrange_panels()
    import addon_utils

    report.check("the extension enables", addon_utils.enable("bl_ext.dev.orator") is not None)
    first.furnish()
    editor = bpy.context.scene.sequence_editor
    editor.strips.remove(editor.strips["Second voice"])
    editor.strips["Interview"].right_handle = 1 + SECONDS * artist.FPS
    bpy.context.scene.frame_end = 1 + SECONDS * artist.FPS
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    yield from first.press_button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    yield 1.0
    yield from first.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from artist.wait_for_job(report, "generating")
    report.check("the take lists its gestures", len(takes()[-1].gestures) > 5, str(len(takes()[-1].gestures)))
    yield 1.0
    driver.screenshot("gestures-listed")
    yield from edit(report)
    yield from perform(report)


if __name__ == "__main__":
    driver.play(gestures)
