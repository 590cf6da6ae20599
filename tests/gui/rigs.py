"""Rig mapping and export in a real window: the panels, a press on an export button, the file dialog, what arrived.

Runs inside Blender, started by `tests/gui/run rigs`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import numpy as np
import session as first
from driver import Report, Steps


def open_panels() -> None:
    """Those of this session."""
    heading, rig, emage = (first.orator(f"panels.{name}") for name in ("headings", "rig", "emage"))
    first.open_panels(first.orator("panels.export").ORATOR_PT_export)
    first.open_panels(heading.ORATOR_PT_models, rig.ORATOR_PT_mapping, emage.ORATOR_PT_emage)


def show_take(frames: int = 60) -> None:
    """A take of waving arms and a talking mouth on the character, without the networks."""
    performance = first.orator("core.performance")
    rest = performance.rest_performance(frames)
    t = np.arange(frames) / 30.0
    vectors = np.zeros((frames, 55, 3))
    index = first.orator("core.skeleton").INDEX
    vectors[:, index["left_shoulder"], 2] = -0.9 - 0.4 * np.sin(5 * t)
    vectors[:, index["right_shoulder"], 2] = 0.9 + 0.4 * np.sin(4 * t)
    face = np.zeros((frames, 52))
    face[:, first.orator("core.arkit").INDEX["jawOpen"]] = 0.4 + 0.4 * np.sin(9 * t)
    turned = first.orator("core.rotations").from_rotvec(vectors)
    made = performance.make_performance(turned, rest.translation, face)
    bake = first.orator("core.blender.bake")
    scene, rig = bpy.context.scene, first.options().character
    target = first.orator("core.blender.bake_target").read_target(rig, scene)
    prepared = first.orator("core.bake.road").prepare(made, 1 / 30, target)
    bake.add_take(rig, performance.Take(made, "Take 1", {"seed": 0}), 1 / 30, prepared)


def rigs(report: Report) -> Steps:
    """Both panels, one export by mouse and keys."""
    first.enable(report)
    open_panels()
    first.furnish()
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    area = driver.area("VIEW_3D")
    with bpy.context.temp_override(window=driver.window(), area=area, region=driver.region("VIEW_3D", "WINDOW")):
        bpy.ops.orator.add_character()
    show_take()
    first.frame_character()
    yield 1.5
    driver.screenshot("rigs-panels")
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.rig_detect")
    report.check("the mapping panel is there", place is not None)
    if place is not None:
        yield from driver.click(*place)
        yield 1.0
        found = first.options().character.orator_rig.found
        report.check("a press on Detect finds every joint", found == 55, f"{found} of 55")
        driver.screenshot("rigs-mapping")
    yield from export(report)


def export(report: Report) -> Steps:
    """The first export button, and Enter in the file dialog."""
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.export", 0.3)
    report.check("the export panel is there", place is not None)
    if place is None:
        return
    driver.screenshot("rigs-export")
    before = set(Path.home().glob("*.fbx"))
    windows = len(bpy.context.window_manager.windows)
    yield from driver.click(*place)
    yield 3.0
    browser = bpy.context.window_manager.windows[-1]
    report.check("a press opens the file dialog", len(bpy.context.window_manager.windows) > windows)
    driver.screenshot("rigs-dialog")
    x, y = browser.width // 2, browser.height // 2
    browser.event_simulate("MOUSEMOVE", "NOTHING", x=x, y=y)
    yield 0.3
    browser.event_simulate("RET", "PRESS", x=x, y=y)
    browser.event_simulate("RET", "RELEASE", x=x, y=y)
    made = yield from driver.wait_until(lambda: bool(set(Path.home().glob("*.fbx")) - before), 60.0)
    report.check("Enter writes the file", made is not None, ", ".join(p.name for p in Path.home().glob("*.fbx")))
    yield 6.0
    sentence = first.orator("core.blender.report").last()
    report.check("the panel says what arrived", "read back" in sentence and "52 of 52 shapes" in sentence, sentence)
    driver.screenshot("rigs-exported")


if __name__ == "__main__":
    driver.play(rigs)
