"""Learn from Takes in a real window: tick two takes, learn, wear at 0.5, undo and redo, save, load in another file.

Runs inside Blender, started by tests/gui/run.
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

SHORT = 181
"""The frame at which the strip is cut: six seconds of speech."""
FILE = Path("/tmp/style.npz")


def styles() -> bpy.types.PropertyGroup:
    return bpy.context.scene.orator_styles


def wrists(side: str) -> float:
    """How far a wrist moves over the last six takes, metres: six seconds of one say little about a hand."""
    stored, turns = first.orator("core.blender.take_store"), first.orator("core.rotations")
    moved, wrist = 0.0, first.orator("core.skeleton").INDEX[f"{side}_wrist"]
    for item in list(first.options().character.orator.takes)[-6:]:
        performance = stored.load_performance(item)
        places, _ = turns.forward_kinematics(performance.rotations.astype(float), performance.translation)
        moved += float(np.linalg.norm(np.diff(places[:, wrist], axis=0), axis=1).sum())
    return moved


def make_takes(report: Report, count: int, name: str) -> Steps:
    """Takes by the Generate button."""
    first.options().count = count
    bpy.ops.ed.undo_push(message="Count")
    before = len(first.options().character.orator.takes)
    yield from first.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from driver.wait_until(lambda: first.job() is not None, 3.0)
    took = yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    yield 1.0
    arrived = len(first.options().character.orator.takes) - before
    report.check(name, arrived == count, f"{arrived} in {took or 0:.0f} s")


def tick(report: Report, button: driver.Place) -> Steps:
    """Click the ticks of two takes in the list, which is above the button."""
    takes, where, ticks = first.options().character.orator.takes, first.sidebar(), []
    for across in (0.09, 0.12, 0.15, 0.19):
        x = int(where.x + where.width * across)
        up = range(button[1] + 24, min(button[1] + 190, where.y + where.height - 8), 9)
        seen = yield from driver.looked(((x, y) for y in up), True, driver.PAUSE)
        for place, path in seen:
            if path.endswith(".learn") and path not in [known for known, _ in ticks]:
                ticks.append((path, place))
        if len(ticks) >= 2:
            break
    for _, place in ticks[:2]:
        yield from driver.click(*place)
        yield 0.4
    report.check("clicks tick two takes", [t.learn for t in takes] == [True, True], f"{len(ticks)} ticks found")
    for take in takes:
        take.learn = True


def learn(report: Report) -> Steps:
    """Two ticked takes become a style that says what it is like."""
    button = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.style_learn")
    report.check("the button Learn from Takes is there", button is not None)
    if button is None:
        return
    yield from tick(report, button)
    bpy.ops.ed.undo_push(message="Ticks")
    yield from driver.click(*button)
    yield 1.0
    told = styles().styles[0].told if len(styles().styles) else ""
    report.check("a style is learned, worn, and told in words", "right-handed" in told and styles().wear, told[:70])
    driver.move(*aside())
    yield 1.0
    driver.screenshot("style-learned")
    driver.press("Z", *aside(), ctrl=True)
    yield 1.5
    report.check("one undo removes it", len(styles().styles) == 0 and not styles().wear)
    driver.press("Z", *aside(), ctrl=True, shift=True)
    yield 1.5
    report.check("redo brings it back", len(styles().styles) == 1 and styles().styles[0].told == told)


def aside() -> tuple[int, int]:
    """A place in the viewport where no tooltip covers the panel."""
    view = driver.region("VIEW_3D", "WINDOW")
    return view.x + 200, view.y + 160


def wear(report: Report) -> Steps:
    """Half the style, by the slider; the next take is made in it."""
    place = yield from driver.find_slider(first.sidebar(), "orator_styles.amount", 0.6)
    report.check("the amount is there", place is not None)
    if place is not None:
        yield from driver.drag(*place, -int(0.3 * first.sidebar().width))
    report.check("dragged lower", 0.0 < styles().amount < 0.95, f"{styles().amount:.2f}")
    styles().amount = 0.5
    options = first.options()
    options.handedness, options.style = 0.0, "neutral"
    yield from make_takes(report, 1, "a take in the style arrives")
    styles().amount = 1.0
    yield from make_takes(report, 6, "six takes in the whole style arrive")
    left, right = wrists("left"), wrists("right")
    report.check("their right hand does more, as the reference's", right > 1.15 * left, f"{right:.1f} m, {left:.1f} m")
    styles().amount = 0.5
    bpy.context.scene.frame_set(90)
    driver.move(*aside())
    yield 1.0
    driver.screenshot("style-worn")


def elsewhere(report: Report) -> Steps:
    """Saved as a file, loaded in another one."""
    told = styles().styles[0].told
    report.check("the style is saved", bpy.ops.orator.style_save(filepath=str(FILE)) == {"FINISHED"} and FILE.is_file())
    yield 0.5
    report.write()
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    yield 2.0
    with bpy.context.temp_override(window=driver.window(), area=driver.area("VIEW_3D")):
        loaded = bpy.ops.orator.style_load(filepath=str(FILE)) == {"FINISHED"}
    report.check("another file loads it, and it says the same", loaded and styles().styles[0].told == told)
    report.check("it is worn at once, whole", styles().wear and styles().amount == 1.0)
    driver.area("VIEW_3D").spaces.active.show_region_ui = True
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    where = first.sidebar()
    for _ in range(8):
        driver.press("WHEELDOWNMOUSE", where.x + where.width // 2, where.y + where.height // 2)
        yield 0.05
    driver.move(*aside())
    yield 1.0
    driver.screenshot("style-elsewhere")


def style(report: Report) -> Steps:
    """The session."""
    first.enable(report)
    first.furnish()
    editor = bpy.context.scene.sequence_editor
    editor.strips.remove(editor.strips["Second voice"])
    editor.strips["Interview"].right_handle = SHORT
    panels = first.orator("panels.style")
    first.open_panels(panels.ORATOR_PT_style, panels.ORATOR_PT_learn)
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    bpy.ops.orator.add_character()
    yield 1.0
    first.frame_character()
    driver.area("VIEW_3D").spaces.active.overlay.show_bones = False
    options = first.options()
    options.strip, options.handedness, options.style, options.energy = "Interview", 1.0, "storyteller", 1.2
    yield from make_takes(report, 2, "two takes of the artist's arrive")
    yield from learn(report)
    yield from wear(report)
    yield from elsewhere(report)


if __name__ == "__main__":
    driver.play(style)
