"""An artist's first quarter of an hour with Orator, in a real window; what an artist would notice is checked.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parent))

import addon_utils
import bpy
import driver
from driver import Report, Steps

SOURCE = Path("/srv/src")
PACKAGE = "bl_ext.dev.orator"
SPEECH = SOURCE / "orator" / "docs" / "demo" / "speech.wav"
GENERATE_SECONDS = 400.0
WATCH_SECONDS = 150.0
"""Generous: they end a test that hangs, on a machine with much else to do."""
BAR_STEP = 0.15
"""How far the bar goes between two screenshots that must differ: some 40 of its pixels, whole in height."""


def orator(name: str) -> ModuleType:
    """A module of the enabled extension."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def job() -> object | None:
    """The running job, or None."""
    return orator("core.blender.job").current()


def working() -> bool:
    """Whether a worker is still at it, wanted or not."""
    return any(thread.name.startswith("orator-") for thread in threading.enumerate())


def options() -> bpy.types.PropertyGroup:
    return bpy.context.scene.orator


def sidebar(kind: str = "VIEW_3D") -> bpy.types.Region:
    return driver.region(kind, "UI")


def take_state() -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], str]:
    """What a bake adds: names of takes and Actions, keys of each Action, and which take is shown."""
    data = options().character.orator
    curves_of = orator("core.blender.compat").curves_of
    keys = tuple(sum(len(c.keyframe_points) for c in curves_of(action)) for action in bpy.data.actions)
    shown = next((take.name for take in data.takes if take.uid == data.shown), "")
    return tuple(t.name for t in data.takes), tuple(a.name for a in bpy.data.actions), keys, shown


def everything_else() -> tuple[object, ...]:
    """What a bake must leave alone."""
    scene = bpy.context.scene
    return (
        tuple(sorted(o.name for o in bpy.data.objects)),
        tuple(strip.name for strip in scene.sequence_editor.strips),
        options().strip,
        options().count,
        scene.frame_start,
        scene.frame_end,
    )


def pose(frame: int) -> tuple[float, ...]:
    """The right hand and the jaw of the evaluated character at a frame."""
    bpy.context.scene.frame_set(frame)
    bones = options().character.pose.bones
    return (*bones["right_wrist"].matrix.translation, *bones["left_wrist"].matrix.translation)


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def pixels_apart(one: Path, other: Path, region: bpy.types.Region) -> int:
    """How many pixels of the region differ between two screenshots."""
    top = driver.window().height - region.y - region.height
    crop = f"{region.width}x{region.height}+{region.x}+{top}"
    command = ["compare", "-metric", "AE", "-extract", crop, str(one), str(other), "null:"]
    answer = subprocess.run(command, capture_output=True, text=True).stderr
    return int(float(answer.split()[0]))


def enable(report: Report) -> None:
    """The extension from the source tree; no torch yet."""
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(SOURCE), remote_url="")
    module = addon_utils.enable("bl_ext.dev.orator")
    report.check("the extension enables from its source tree", module is not None)
    report.check("enabling does not import torch", "torch" not in sys.modules)


def open_panels(*panels: type) -> None:
    """Panels are closed at first, and only a click opens them: here they are registered open, a heading before its own.

    A heading that is registered anew loses what is under it, so all that is under it must be given too.
    """
    for panel in reversed(panels):
        bpy.utils.unregister_class(panel)
    for panel in panels:
        panel.bl_options = set()
        bpy.utils.register_class(panel)


def furnish() -> None:
    """A viewport to look at a person in, a Sequencer below it, and two sound strips."""
    scene = bpy.context.scene
    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    scene.render.fps = 30
    timeline = next(a for a in driver.window().screen.areas if a.type == "DOPESHEET_EDITOR")
    timeline.type = "SEQUENCE_EDITOR"
    with bpy.context.temp_override(window=driver.window()):
        edge = timeline.y + timeline.height + 1
        bpy.ops.screen.area_move(x=timeline.x + timeline.width // 2, y=edge, delta=110)
    bpy.context.workspace.sequencer_scene = scene
    editor = scene.sequence_editor_create()
    editor.strips.new_sound("Interview", str(SPEECH), 1, 1)
    editor.strips.new_sound("Second voice", str(SPEECH), 2, 41)
    for strip in editor.strips:
        strip.select = False
    editor.active_strip = None
    scene.frame_start, scene.frame_end = 1, 620
    space = driver.area("VIEW_3D").spaces.active
    space.show_region_ui = True
    space.shading.color_type = "MATERIAL"
    space.overlay.show_floor = True
    space.region_3d.view_perspective = "PERSP"


def frame_character() -> None:
    """The view of an artist at work: the whole person from the front, a little from the side."""
    from mathutils import Euler

    view = driver.area("VIEW_3D").spaces.active.region_3d
    view.view_rotation = Euler((1.50, 0.0, 0.28)).to_quaternion()
    view.view_location = (0.2, 0.0, 0.95)
    view.view_distance = 3.1


def press_button(report: Report, command: str, what: str, across: float = 0.5) -> Steps:
    """Find an operator's button in the sidebar with the mouse, and click it."""
    place = yield from driver.find_button(sidebar(), command, across)
    report.check(f"the button {what} is there", place is not None, str(place or ""))
    if place is not None:
        yield from driver.click(*place)


def pick_strip(report: Report) -> Steps:
    """Click a strip in the Sequencer."""
    region = driver.region("SEQUENCE_EDITOR", "WINDOW")
    with bpy.context.temp_override(window=driver.window(), area=driver.area("SEQUENCE_EDITOR"), region=region):
        bpy.ops.sequencer.view_all()
    yield 0.6
    x, y = region.view2d.view_to_region(200.0, 1.5, clip=False)
    yield from driver.click(region.x + x, region.y + y)
    yield 0.3
    editor = bpy.context.scene.sequence_editor
    active = editor.active_strip
    report.check("a click picks the strip", active is not None and active.name == "Interview")
    found = orator("core.blender.strips").find_strip(bpy.context, options().strip, options().strip_scene)
    report.check("Orator means the picked strip", found is not None and found[1].name == "Interview")


def watch_progress(report: Report) -> Steps:
    """Generate, see the bar move, cancel with Esc."""
    options().count = 8
    bpy.ops.ed.undo_push(message="Many Takes")
    before = take_state()
    yield from press_button(report, "bpy.ops.orator.generate", "Generate")
    started = yield from driver.wait_until(lambda: job() is not None, 3.0)
    report.check("a click on Generate starts the work", started is not None)
    if started is None:
        return
    fractions: list[float] = []
    shots: list[tuple[float, Path]] = []
    begin = time.perf_counter()
    while job() is not None and time.perf_counter() - begin < WATCH_SECONDS:
        fraction = job().fraction
        if not fractions or fraction > fractions[-1]:
            fractions.append(fraction)
        if fraction > (shots[-1][0] + BAR_STEP if shots else 0.02):
            yield 0.5  # the sidebar draws what it was told
            shots.append((fraction, driver.screenshot(f"progress-{len(shots) + 1}")))
        if len(shots) == 2 or fraction > 0.8:
            break
        yield 0.05
    region = driver.region("VIEW_3D", "WINDOW")
    x, y = region.x + 200, region.y + 200
    driver.move(x, y)
    yield 0.2
    report.check("it is still running before Esc", job() is not None)
    driver.press("ESC", x, y)
    took = yield from driver.wait_until(lambda: job() is None, 5.0)
    report.check("Esc cancels within 0.5 s", took is not None and took <= 0.5, f"{took or 0:.2f} s")
    idle = yield from driver.wait_until(lambda: not working(), 10.0)
    report.check("and the work itself stops", idle is not None and idle <= 2.0, f"{idle or 0:.2f} s later")
    report.check("progress moves", len(fractions) >= 5, f"{len(fractions)} steps to {max(fractions, default=0.0):.0%}")
    moved = pixels_apart(shots[0][1], shots[-1][1], sidebar()) if len(shots) > 1 else 0
    report.check("the bar is seen moving", moved > 100, f"{moved} pixels of the sidebar changed")
    yield 1.0
    driver.screenshot("cancelled")
    report.check("cancelling changes nothing", take_state() == before)


def generate_again(report: Report) -> Steps:
    """Three takes at one press; one undo removes exactly them, redo brings them back."""
    options().count = 3
    bpy.ops.ed.undo_push(message="Takes")
    before, around = take_state(), everything_else()
    yield 0.3
    yield from press_button(report, "bpy.ops.orator.generate", "Generate, after the cancel,")
    yield from driver.wait_until(lambda: job() is not None, 3.0)
    took = yield from driver.wait_until(lambda: job() is None, GENERATE_SECONDS, every=0.1)
    yield 1.0
    after = take_state()
    arrived = len(after[0]) - len(before[0])
    report.check("three takes arrive", arrived == 3, f"{', '.join(after[0])} in {took or 0:.0f} s")
    report.check("the takes have keys", bool(after[2]) and min(after[2]) > 100, f"{after[2]}")
    bpy.context.scene.frame_set(300)
    yield 0.5
    driver.screenshot("takes")
    region = driver.region("VIEW_3D", "WINDOW")
    x, y = region.x + 200, region.y + 200
    driver.move(x, y)
    yield 0.2
    driver.press("Z", x, y, ctrl=True)
    yield from driver.wait_until(lambda: take_state() == before, 1.5)
    yield 0.3
    report.check("one undo removes the bake", take_state() == before, f"left: {take_state()[0]}, {take_state()[1]}")
    report.check("and nothing but the bake", everything_else() == around)
    driver.screenshot("undone")
    driver.press("Z", x, y, ctrl=True, shift=True)
    yield from driver.wait_until(lambda: take_state() == after, 1.5)
    yield 0.3
    report.check("redo brings it back", take_state() == after)
    report.check("and nothing else", everything_else() == around)


def switch_takes(report: Report) -> Steps:
    """Click another take in the list: body and face are the other's."""
    data = options().character.orator
    first = next((take.name for take in data.takes if take.uid == data.shown), "")
    poses = [pose(frame) for frame in (120, 300, 480)]
    place = yield from driver.find_button(sidebar(), "bpy.ops.orator.take_duplicate", 0.83)
    report.check("the list of takes is there", place is not None)
    if place is None:
        return
    region = sidebar()
    x = int(region.x + region.width * 0.13)
    for y in range(place[1] - 24, place[1] - 90, -9):
        yield from driver.click(x, y)
        yield 0.5
        data = options().character.orator
        shown = next((take.name for take in data.takes if take.uid == data.shown), "")
        if shown not in ("", first):
            break
    report.check("a click in the list switches the take", shown not in ("", first), f"{first} to {shown}")
    far = max(apart(a, pose(frame)) for a, frame in zip(poses, (120, 300, 480), strict=True))
    report.check("the other take moves differently", far > 0.02, f"the hands are up to {far * 100:.0f} cm elsewhere")
    bpy.context.scene.frame_set(300)
    yield 0.5
    driver.screenshot("switched")


def compare_takes(report: Report) -> Steps:
    """The others stand beside the character and play along; the same button sends them away."""
    ghosts, character = orator("core.blender.ghosts"), options().character
    shown = character.orator.shown
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "actions", "collections")}
    yield from press_button(report, "bpy.ops.orator.take_compare", "Compare Takes", 0.83)
    yield 1.5
    faces = [obj for obj in ghosts.standing() if obj.show_name]
    others = [take.name for take in options().character.orator.takes if take.uid != shown]
    report.check("the other takes stand there", sorted(f.name for f in faces) == sorted(others), ", ".join(others))
    marks, data = orator("core.blender.compare"), options().character.orator
    told = [marks.told(marks.difference(options().character, take)) for take in data.takes if take.uid != shown]
    report.check("how far they are apart is told", all("arms" in text for text in told), "; ".join(told))
    view = driver.area("VIEW_3D").spaces.active.region_3d
    view.view_distance = 4.5
    for frame in (150, 300):
        bpy.context.scene.frame_set(frame)
        yield 0.8
    driver.screenshot("compared")
    yield from press_button(report, "bpy.ops.orator.take_compare", "Compare Takes, again,", 0.83)
    yield 0.8
    after = {kind: len(getattr(bpy.data, kind)) for kind in before}
    report.check("and go without a trace", before == after and not ghosts.standing())


def session(report: Report) -> Steps:
    """All of it, in order."""
    enable(report)
    furnish()
    yield 1.0
    sidebar().active_panel_category = "Orator"
    area = driver.area("VIEW_3D")
    with bpy.context.temp_override(window=driver.window(), area=area, region=driver.region("VIEW_3D", "WINDOW")):
        bpy.ops.ed.undo_push(message="Scene")
    yield 1.0
    driver.screenshot("start")
    yield from pick_strip(report)
    yield from press_button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    arrived = yield from driver.wait_until(lambda: options().character is not None, 60.0)
    report.check("a click on Add Character adds one", arrived is not None)
    if arrived is None:
        return
    frame_character()
    yield 1.0
    driver.screenshot("character")
    driver.area("VIEW_3D").spaces.active.overlay.show_bones = False
    yield from watch_progress(report)
    yield from generate_again(report)
    yield from switch_takes(report)
    yield from compare_takes(report)


if __name__ == "__main__":
    driver.play(session)
