"""Learn from Takes in a real window: tick two takes, learn, wear at 0.5, undo and redo, save, load in another file.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import session as first
from driver import Report, Steps

SHORT = 181
"""The frame at which the strip is cut: six seconds of speech."""
FILE = Path("/tmp/style.npz")


def styles() -> bpy.types.PropertyGroup:
    return bpy.context.scene.orator_styles


def wrists(side: str) -> float:
    """How far a wrist moves over the shown take, metres."""
    path, bone = [], first.options().character.pose.bones[f"{side}_wrist"]
    for frame in range(5, SHORT, 5):
        bpy.context.scene.frame_set(frame)
        path.append(bone.matrix.translation.copy())
    return sum((b - a).length for a, b in pairwise(path))


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


def tick(report: Report, number: int) -> Steps:
    """Click the tick of a take in the list."""
    takes = first.options().character.orator.takes
    place = yield from driver.find_slider(first.sidebar(), f"takes[{number}].learn", 0.16)
    if place is None:
        place = yield from driver.find_slider(first.sidebar(), ".learn", 0.12)
    if place is not None and not takes[number].learn:
        yield from driver.click(*place)
        yield 0.4
    report.check(f"a click ticks '{takes[number].name}'", takes[number].learn, str(place or "no tick found"))
    takes[number].learn = True


def learn(report: Report) -> Steps:
    """Two ticked takes become a style that says what it is like."""
    for number in (0, 1):
        yield from tick(report, number)
    bpy.ops.ed.undo_push(message="Ticks")
    yield from first.press_button(report, "bpy.ops.orator.style_learn", "Learn from Takes")
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
        window = driver.window()
        driver.move(*place)
        yield 0.2
        for kind in ("PRESS", "RELEASE"):
            window.event_simulate("RET", kind, x=place[0], y=place[1])
        yield 0.4
        driver.press("A", *place, ctrl=True)
        yield 0.2
        for key, text in (("PERIOD", "."), ("FIVE", "5")):
            window.event_simulate(key, "PRESS", x=place[0], y=place[1], unicode=text)
            window.event_simulate(key, "RELEASE", x=place[0], y=place[1])
            yield 0.2
        driver.press("RET", *place)
        yield 0.5
    report.check("typed as 0.5", abs(styles().amount - 0.5) < 1e-6, f"{styles().amount:.3f}")
    styles().amount = 0.5
    options = first.options()
    options.handedness, options.style = 0.0, "neutral"
    yield from make_takes(report, 1, "a take in the style arrives")
    left, right = wrists("left"), wrists("right")
    report.check("its right hand does more, as the reference's", right > 1.15 * left, f"{right:.1f} m, {left:.1f} m")
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
    panels = [first.orator(f"panels.{name}") for name in ("performance", "style", "speech", "character", "take")]
    first.open_panels(panels[1].ORATOR_PT_style, panels[1].ORATOR_PT_learn)
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
