"""A picture that talks, in a real window: three clicks to a puppet, Generate, a slider, Regenerate, undo of each.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import addon_utils
import bpy
import driver
import numpy as np
import session as first
from driver import Report, Steps

HOME = Path("/tmp/home")
PICTURE = first.SOURCE / "orator" / "docs" / "demo" / "portrait.png"
FILE_ROW = 57
"""Pixels of the second row's middle below the list's upper edge; the first is Blender's own folder."""
SHORT = 181
"""The frame at which the strip is cut: six seconds of speech."""
OPEN = {
    "character": ("ORATOR_PT_pictures",),
    "headings": ("ORATOR_PT_adjust",),
    "regenerate": ("ORATOR_PT_regenerate",),
    "sliders": ("ORATOR_PT_sliders",),
}
"""Panels that this artist left open."""
clicks: list[str] = []


def puppet() -> bpy.types.Object | None:
    return first.options().character


def keys() -> tuple[tuple[str, tuple[float, ...]], ...]:
    """What the shown take has on the puppet's shapes: path and key values."""
    action = puppet().data.shape_keys.animation_data.action
    found = []
    for curve in first.orator("core.blender.compat").curves_of(action) if action else ():
        values = np.empty(2 * len(curve.keyframe_points), np.float32)
        curve.keyframe_points.foreach_get("co", values)
        found.append((curve.data_path, tuple(values[1::2].round(4).tolist())))
    return tuple(sorted(found))


def weights(frame: int) -> dict[str, float]:
    """The puppet's shapes at a frame."""
    bpy.context.scene.frame_set(frame)
    return {block.name: block.value for block in puppet().data.shape_keys.key_blocks[1:]}


def add(report: Report) -> Steps:
    """Three clicks: the button, the file, and the file window's own button."""
    before = len(bpy.context.window_manager.windows)
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.add_talking_picture")
    report.check("the button Add Talking Picture is there", place is not None)
    if place is None:
        return
    clicks.append("Add Talking Picture")
    yield from driver.click(*place)
    opened = yield from driver.wait_until(lambda: len(bpy.context.window_manager.windows) > before, 5.0)
    report.check("a window with files opens", opened is not None)
    if opened is None:
        return
    yield 1.5
    window = bpy.context.window_manager.windows[-1]
    area = next(a for a in window.screen.areas if a.type == "FILE_BROWSER")
    regions = {r.type: (r.x, r.y, r.width, r.height) for r in area.regions}
    files, bar = regions["WINDOW"], regions["EXECUTE"]
    row = (files[0] + 90, files[1] + files[3] - FILE_ROW)
    for name, (x, y) in (("the file", row), ("its button", (bar[0] + bar[2] - 60, bar[1] + bar[3] // 2))):
        window.event_simulate("MOUSEMOVE", "NOTHING", x=x - 1, y=y)
        yield 0.3
        window.event_simulate("MOUSEMOVE", "NOTHING", x=x, y=y)
        yield 0.3
        clicks.append(name)
        window.event_simulate("LEFTMOUSE", "PRESS", x=x, y=y)
        window.event_simulate("LEFTMOUSE", "RELEASE", x=x, y=y)  # with the press: the window may be gone
        yield 0.8
        driver.screenshot("picture-file")
    yield from driver.wait_until(lambda: puppet() is not None, 60.0)
    yield 1.0
    report.check("three clicks make a talking picture", puppet() is not None and len(clicks) == 3, ", ".join(clicks))


def look() -> None:
    """Straight at the picture, its colours as they are."""
    from mathutils import Euler

    space = driver.area("VIEW_3D").spaces.active
    space.region_3d.view_rotation = Euler((np.pi / 2, 0.0, 0.0)).to_quaternion()
    space.region_3d.view_perspective = "ORTHO"
    space.region_3d.view_location, space.region_3d.view_distance = (0.05, 0.0, 0.55), 1.4
    space.shading.type, space.shading.light, space.shading.color_type = "SOLID", "FLAT", "TEXTURE"
    space.overlay.show_overlays = False


def aside() -> tuple[int, int]:
    """A place in the viewport where no tooltip covers the panel."""
    view = driver.region("VIEW_3D", "WINDOW")
    return view.x + 160, view.y + 160


def undo(redo: bool = False) -> Steps:
    driver.move(*aside())
    yield 0.3
    driver.press("Z", *aside(), ctrl=True, shift=redo)
    yield 1.5


def wait(report: Report, what: str) -> Steps:
    yield from driver.wait_until(lambda: first.job() is not None, 4.0)
    took = yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    report.check(f"{what} ends", took is not None, f"{took or 0:.0f} s")
    yield 1.2


def generate(report: Report) -> Steps:
    """A take: the mouth opens and shuts, lids come down, the head turns."""
    yield from first.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from wait(report, "generating")
    report.check("a take is shown", bool(puppet().orator.shown))
    seen = [weights(frame) for frame in range(1, SHORT, 2)]

    def most(name: str) -> float:
        return max(w[name] for w in seen)

    report.check("the mouth opens", most("jawOpen") > 0.15, f"{most('jawOpen'):.2f}")
    report.check("the lids shut", most("eyeBlinkLeft") > 0.8, f"{most('eyeBlinkLeft'):.2f}")
    turns = max(most(n) for n in ("headTurnLeft", "headTurnRight", "headNodUp", "headNodDown"))
    report.check("the head turns", turns > 0.1, f"{turns:.2f} of 15 degrees")
    widest = 1 + 2 * int(np.argmax([w["jawOpen"] - w["mouthClose"] for w in seen]))
    bpy.context.scene.frame_set(widest)
    driver.move(*aside())
    yield 1.5
    driver.screenshot("picture-talks")


def slide(report: Report) -> Steps:
    """Lip strength by hand; undo gives the keys back, redo the slider's."""
    before = keys()
    place = yield from driver.find_slider(first.sidebar(), "layers.lip_strength")
    report.check("the slider of the lips is there", place is not None)
    if place is None:
        return
    yield from driver.drag(*place, 60)
    yield 1.0
    after = keys()
    changed = {path.split('"')[1] for (path, a), (_, b) in zip(before, after, strict=True) if a != b}
    report.check("dragging it changes the mouth", "jawOpen" in changed, f"{len(changed)} shapes")
    report.check("and neither lids nor head", not changed & {"eyeBlinkLeft", "headTurnLeft"})
    yield from undo()
    report.check("undo gives the keys back", keys() == before)
    yield from undo(redo=True)
    report.check("redo brings the slider's", keys() == after)


def again(report: Report) -> Steps:
    """Regenerate the face between two and four seconds."""
    scene, options = bpy.context.scene, first.options()
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 61, 120
    options.again_region, options.again_range, options.seed = "face", "PREVIEW", 7
    bpy.ops.ed.undo_push(message="Range")
    before, takes = [weights(f) for f in (20, 90, 160)], len(puppet().orator.takes)
    yield from first.press_button(report, "bpy.ops.orator.regenerate(", "Regenerate")
    yield from wait(report, "regenerating")
    after = [weights(f) for f in (20, 90, 160)]
    far = [max(abs(a[name] - b[name]) for name in a) for a, b in zip(before, after, strict=True)]
    report.check("a new take arrives", len(puppet().orator.takes) == takes + 1)
    report.check("it differs within the range", far[1] > 0.02, f"{np.round(far, 3)}")
    stored = first.orator("core.blender.take_store")
    old, new = (stored.load_performance(take).face for take in puppet().orator.takes)
    outside = np.array_equal(old[:60], new[:60]) and np.array_equal(old[120:], new[120:])
    report.check("and outside of it is the same to the bit", outside)
    driver.move(*aside())
    yield 1.0
    driver.screenshot("picture-again")
    yield from undo()
    report.check("undo takes it away", len(puppet().orator.takes) == takes)
    report.check("the take before plays", [weights(f) for f in (20, 90, 160)] == before)


def picture(report: Report) -> Steps:
    """All of it, in order."""
    shutil.copy(PICTURE, HOME / "portrait.png")
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(first.SOURCE), remote_url="")
    for module, names in OPEN.items():
        for name in names:
            getattr(importlib.import_module(f"bl_ext.dev.orator.panels.{module}"), name).bl_options = set()
    report.check("the extension enables", addon_utils.enable("bl_ext.dev.orator") is not None)
    first.furnish()
    editor = bpy.context.scene.sequence_editor
    editor.strips.remove(editor.strips["Second voice"])
    editor.strips["Interview"].right_handle = SHORT
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    bpy.context.scene.view_settings.view_transform = "Standard"
    first.options().strip = "Interview"
    yield 1.0
    yield from add(report)
    if puppet() is None:
        return
    look()
    driver.move(*aside())
    yield 1.5
    driver.screenshot("picture-added")
    yield from generate(report)
    yield from slide(report)
    yield from again(report)
    yield from undo_all(report)


def undo_all(report: Report) -> Steps:
    """Back to the empty scene, and forward again to the puppet with its take."""
    for _ in range(12):
        if puppet() is None:
            break
        yield from undo()
    report.check("undo leads back to before the picture", puppet() is None)
    for _ in range(12):
        if puppet() is not None and len(puppet().orator.takes):
            break
        yield from undo(redo=True)
    report.check("redo brings picture and take back", puppet() is not None and len(puppet().orator.takes) == 1)


if __name__ == "__main__":
    driver.play(picture)
