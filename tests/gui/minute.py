"""The first minute on Blender's default file as it is, by clicks and keys alone: from the sidebar to a talking face.

Runs inside Blender, started by tests/gui/run. The extension is enabled as its installation does; from there on nothing
is called: what is done is done with the mouse and the keyboard, and every click is counted. Each step leaves a picture.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import session as first
from driver import Report, Steps

HOME = Path("/tmp/home")
NAME = "interview.wav"
INSTALLING = 3
"""Drop the zip into Blender's window, confirm, close: what an artist clicks before this begins."""
MOST_CLICKS = 10
LISTEN_SECONDS = 5.0
SLACK = 0.06
"""How far playback may be off: frames come late on a machine with much else to do."""
TAB = (14, 241)
"""Pixels of the tab's middle from the sidebar's right and upper edge in Blender's default file."""
FILE_ROW = 57
"""Pixels of the second row's middle below the list's upper edge."""


class Hands:
    """Counts what the artist does with mouse and keyboard."""

    clicks = 0
    keys = 0


def click(place: driver.Place) -> Steps:
    Hands.clicks += 1
    yield from driver.click(*place)


def button(report: Report, command: str, what: str, across: float) -> Steps:
    """Look for a button of the sidebar, and click it."""
    place = yield from driver.find_button(first.sidebar(), command, across)
    report.check(f"the button {what} is in sight", place is not None)
    if place is not None:
        yield from click(place)


def open_sidebar(report: Report) -> Steps:
    """The key N over the viewport, and the tab."""
    view = driver.region("VIEW_3D", "WINDOW")
    x, y = view.x + view.width // 2, view.y + view.height // 2
    driver.move(x, y)
    yield 0.3
    Hands.keys += 1
    driver.press("N", x, y)
    yield 1.0
    side = first.sidebar()
    yield from click((side.x + side.width - TAB[0], side.y + side.height - TAB[1]))
    yield 1.0
    report.check("a click on the tab shows Orator", side.active_panel_category == "Orator", side.active_panel_category)
    report.check("the sidebar is as wide as texts are made for", side.width >= 280, f"{side.width} pixels")


def choose_sound(report: Report) -> Steps:
    """The folder button, the file's name in Blender's file window, and its button."""
    before = len(bpy.context.window_manager.windows)
    yield from button(report, "bpy.ops.orator.add_speech", "Add Speech", 0.83)
    opened = yield from driver.wait_until(lambda: len(bpy.context.window_manager.windows) > before, 5.0)
    report.check("a window with files opens", opened is not None)
    if opened is None:
        return
    yield 1.5
    driver.screenshot("minute-3-files")
    window = bpy.context.window_manager.windows[-1]
    area = next(a for a in window.screen.areas if a.type == "FILE_BROWSER")
    regions = {r.type: (r.x, r.y, r.width, r.height) for r in area.regions}
    files, bar = regions["WINDOW"], regions["EXECUTE"]
    second = (files[0] + 90, files[1] + files[3] - FILE_ROW)
    for place in (second, (bar[0] + bar[2] - 60, bar[1] + bar[3] // 2)):
        window.event_simulate("MOUSEMOVE", "NOTHING", x=place[0] - 1, y=place[1])
        yield 0.3
        window.event_simulate("MOUSEMOVE", "NOTHING", x=place[0], y=place[1])
        yield 0.3
        Hands.clicks += 1
        window.event_simulate("LEFTMOUSE", "PRESS", x=place[0], y=place[1])
        window.event_simulate("LEFTMOUSE", "RELEASE", x=place[0], y=place[1])  # with the press: the window may be gone
        yield 0.8
        driver.screenshot("minute-3-named")
    yield from driver.wait_until(lambda: len(bpy.context.window_manager.windows) == before, 5.0)
    yield 1.0
    scene = bpy.context.scene
    strips = scene.sequence_editor.strips if scene.sequence_editor else ()
    report.check("the sound is on the timeline", len(strips) == 1, ", ".join(s.name for s in strips))
    report.check("playback follows the sound", scene.sync_mode == "AUDIO_SYNC" and scene.use_audio_scrub)


def play(report: Report) -> Steps:
    """Space over the viewport: five seconds of sound take five seconds, by the clock at each frame that comes."""
    scene, view = bpy.context.scene, driver.region("VIEW_3D", "WINDOW")
    x, y = view.x + view.width // 3, view.y + view.height // 2
    came: list[tuple[float, int]] = []

    def note(playing: bpy.types.Scene, *_args: object) -> None:
        came.append((time.perf_counter(), playing.frame_current))

    driver.move(x, y)
    yield 0.5
    report.check("the playhead is at the start", scene.frame_current == scene.frame_preview_start)
    bpy.app.handlers.frame_change_pre.append(note)
    Hands.keys += 1
    driver.press("SPACE", x, y)
    yield from driver.wait_until(lambda: len(came) > 2 and came[-1][0] - came[1][0] > LISTEN_SECONDS, 20.0)
    driver.press("SPACE", x, y)
    yield 1.0
    bpy.app.handlers.frame_change_pre.remove(note)
    forward = [came[k] for k in range(1, len(came)) if came[k][1] > came[k - 1][1]]
    if len(forward) < 3:
        report.check("Space plays", False, f"{len(came)} frames")
        return
    seconds = (forward[-1][1] - forward[0][1]) * scene.render.fps_base / scene.render.fps
    took = forward[-1][0] - forward[0][0]
    figure = f"{seconds:.2f} s in {took:.2f} s, {len(forward)} of {forward[-1][1] - forward[0][1]} frames drawn"
    report.check("5 s of sound take 5 s", took > 3.0 and abs(seconds / took - 1.0) < SLACK, figure)


def undo_and_redo(report: Report) -> Steps:
    """Ctrl-Z takes the take away, Ctrl-Shift-Z brings it back."""
    view = driver.region("VIEW_3D", "WINDOW")
    x, y = view.x + view.width // 3, view.y + view.height // 2
    driver.move(x, y)
    yield 0.3
    driver.press("Z", x, y, ctrl=True)
    yield 1.5
    report.check("one undo takes the take away", not len(first.options().character.orator.takes))
    driver.press("Z", x, y, ctrl=True, shift=True)
    yield 1.5
    report.check("redo brings it back", len(first.options().character.orator.takes) == 1)


def save_and_quit(report: Report) -> Steps:
    """Ctrl-S, Enter in Blender's file window; then Ctrl-Q, and nothing asks."""
    view, manager = driver.region("VIEW_3D", "WINDOW"), bpy.context.window_manager
    x, y = view.x + view.width // 3, view.y + view.height // 2
    windows = len(manager.windows)
    driver.move(x, y)
    yield 0.3
    driver.press("S", x, y, ctrl=True)
    yield from driver.wait_until(lambda: len(manager.windows) > windows, 5.0)
    yield 1.5
    window = manager.windows[-1]
    files = next(r for a in window.screen.areas if a.type == "FILE_BROWSER" for r in a.regions if r.type == "WINDOW")
    place = (files.x + files.width // 2, files.y + 20)
    window.event_simulate("MOUSEMOVE", "NOTHING", x=place[0], y=place[1])
    yield 0.5
    window.event_simulate("RET", "PRESS", x=place[0], y=place[1])
    window.event_simulate("RET", "RELEASE", x=place[0], y=place[1])
    yield from driver.wait_until(lambda: len(manager.windows) == windows and bool(bpy.data.filepath), 8.0)
    kept = bool(bpy.data.filepath) and Path(bpy.data.filepath).is_file()
    report.check("Ctrl-S and Enter save the file", kept, Path(bpy.data.filepath).name)
    what = "Ctrl-Q quits at once"
    report.check(what, True, "the session ends here: what is still there after 10 s is told instead")
    report.write()
    yield 0.5
    driver.press("Q", x, y, ctrl=True)
    yield 10.0  # not reached where Blender has quit
    report.checks.pop()
    report.check(what, False, "it is still there after 10 s")


def minute(report: Report) -> Steps:
    """All of it, in order."""
    shutil.copy(first.SPEECH, HOME / NAME)
    first.enable(report)
    yield 1.0
    names = sorted(obj.name for obj in bpy.data.objects)
    report.check("the file is Blender's default one", names == ["Camera", "Cube", "Light"], ", ".join(names))
    driver.screenshot("minute-1-default")
    yield from open_sidebar(report)
    driver.screenshot("minute-2-tab")
    yield from choose_sound(report)
    driver.screenshot("minute-4-sound")
    yield from button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    arrived = yield from driver.wait_until(lambda: first.options().character is not None, 60.0)
    report.check("a character stands there", arrived is not None)
    if arrived is None:
        return
    yield 1.5
    driver.screenshot("minute-5-character")
    yield from button(report, "bpy.ops.orator.generate", "Generate", 0.5)
    yield from driver.wait_until(lambda: first.job() is not None, 3.0)
    yield 1.0
    driver.screenshot("minute-6-generating")
    yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    yield 1.0
    report.check("a take is shown", bool(first.options().character.orator.shown))
    yield from undo_and_redo(report)
    yield from button(report, "bpy.ops.orator.frame_face", "Frame Face", 0.25)
    yield 1.0
    driver.screenshot("minute-7-face")
    yield from play(report)
    driver.screenshot("minute-8-playing")
    total = Hands.clicks + INSTALLING
    report.check(
        "from the zip to a talking face in at most ten clicks", total <= MOST_CLICKS,
        f"{Hands.clicks} clicks and {Hands.keys} keys, {INSTALLING} clicks for the installation",
    )  # fmt: skip
    yield from button(report, "bpy.ops.orator.add_stage", "Add Stage", 0.75)
    yield 2.0
    camera = bpy.context.scene.camera
    view = driver.area("VIEW_3D").spaces.active.region_3d.view_perspective
    report.check("the stage's camera is looked through", view == "CAMERA" and "Orator" in camera.name, camera.name)
    driver.screenshot("minute-9-stage")
    yield from save_and_quit(report)


if __name__ == "__main__":
    driver.play(minute)
