"""A long speech in the real Blender: its start plays while the rest is being made; kept, taken back, undone.

Runs inside Blender, started by tests/gui/run.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import session
from driver import Report, Steps

SECONDS = 120
SOUND = Path("/tmp/long.wav")


def names() -> tuple[str, ...]:
    """The takes in the list."""
    return session.take_state()[0]


def press_generate(report: Report) -> Steps:
    """Generate, until its start can be played; the whole is still being made then."""
    yield from session.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from driver.wait_until(lambda: session.job() is not None, 10.0)
    yield from driver.wait_until(
        lambda: session.job() is None or session.job().playable > 0.0, session.GENERATE_SECONDS, every=0.05
    )
    running = session.job()
    told = f"at {100 * running.fraction:.0f} % of the work" if running is not None else "the work was over"
    report.check("the first seconds come while the rest is being made", running is not None, told)
    report.check("as a take of their own, shown", "First 12 s" in names() and session.take_state()[3] == "First 12 s")


def undo(report: Report, what: str) -> Steps:
    """Ctrl-Z over the viewport takes away all that the press made."""
    region = driver.region("VIEW_3D", "WINDOW")
    x, y = region.x + 200, region.y + 200
    driver.move(x, y)
    yield 0.2
    driver.press("Z", x, y, ctrl=True)
    yield from driver.wait_until(lambda: names() == (), 1.5)
    report.check(what, names() == (), str(names()))


def long(report: Report) -> Steps:
    """All of it, in order."""
    with wave.open(str(session.SPEECH)) as file, wave.open(str(SOUND), "wb") as out:
        data, rate = file.readframes(file.getnframes()), file.getframerate()
        out.setparams(file.getparams())
        out.writeframes((data * (SECONDS * rate * 2 // len(data) + 1))[: SECONDS * rate * 2])
    session.enable(report)
    session.furnish()
    yield 1.0
    session.sidebar().active_panel_category = "Orator"
    yield 1.0
    yield from session.press_button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    yield from driver.wait_until(lambda: session.options().character is not None, 60.0)
    session.frame_character()
    driver.area("VIEW_3D").spaces.active.overlay.show_bones = False
    session.options().source, session.options().file = "FILE", str(SOUND)
    bpy.ops.ed.undo_push(message="A long speech is chosen")
    yield 0.5
    yield from press_generate(report)
    far = max(session.apart(session.pose(60), session.pose(frame)) for frame in (120, 200, 280))
    report.check("in which the hands move", far > 0.05, f"{100 * far:.0f} cm")
    bpy.ops.screen.animation_play()
    yield 2.0
    report.check("the playhead runs meanwhile", driver.window().screen.is_animation_playing)
    driver.screenshot("playable")
    bpy.ops.screen.animation_cancel(restore_frame=False)
    yield from driver.wait_until(lambda: session.job() is None, session.GENERATE_SECONDS, every=0.05)
    report.check("the finished take comes in its place", names() == ("Take 1",), str(names()))
    yield from undo(report, "one undo takes all of it away")
    yield from press_generate(report)
    yield from session.press_button(report, "bpy.ops.orator.cancel(keep=True)", "Keep the First 12 s")
    yield from driver.wait_until(lambda: session.job() is None, 10.0)
    yield 1.0
    report.check(
        "stopping keeps what could be played", len(names()) == 1 and names()[0].startswith("First"), str(names())
    )
    driver.screenshot("kept")
    yield from undo(report, "one undo takes it away")
    yield from press_generate(report)
    x, y = driver.region("VIEW_3D", "WINDOW").x + 200, driver.region("VIEW_3D", "WINDOW").y + 200
    driver.move(x, y)
    yield 0.2
    driver.press("ESC", x, y)
    yield from driver.wait_until(lambda: session.job() is None, 10.0)
    yield 1.0
    report.check("Esc leaves nothing", names() == () and not bpy.data.actions, str(names()))


if __name__ == "__main__":
    driver.play(long)
