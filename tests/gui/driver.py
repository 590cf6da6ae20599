"""Plays an artist inside Blender's window: moves the mouse, clicks, types, looks at the screen.

A session is a generator that yields the seconds to wait; a timer drives it, so that Blender lives on between the steps.
Buttons are found with the mouse: it goes down the panel, and a key over a button copies its command or data path, as
Blender's own Ctrl-C and Ctrl-Shift-Alt-C do. A panel is gone down at once: Blender handles all of it before it draws.
"""

from __future__ import annotations

import json
import subprocess
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import bpy

OUT = Path("/srv/out")
Steps = Generator[float, None, None]
Place = tuple[int, int]
"""Window coordinates, from the lower left."""


ROW = 0.7
"""From row to row of a scan, of a button's height."""
PAUSE = 0.015
"""Blender handles what was simulated before it calls the timer again, however busy the machine is."""
NEAR = 60
"""Pixels about a place that is not sure."""
LOOK = "F20"
"""The key that looks at the button under the mouse."""


class Report:
    """What was checked, in order; written when the session ends."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checks: list[dict[str, object]] = []
        self.begin = time.monotonic()

    def check(self, what: str, held: bool, figure: str = "") -> None:
        """Note whether something an artist would notice held."""
        print("PASS" if held else "FAIL", what, figure, flush=True)
        self.checks.append({"what": what, "held": bool(held), "figure": figure})

    def write(self) -> None:
        seconds = round(time.monotonic() - self.begin)
        document = {"blender": bpy.app.version_string, "seconds": seconds, "checks": self.checks}
        (OUT / f"report-{self.name}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")


class WM_OT_orator_test_look(bpy.types.Operator):
    """Note what the button under the mouse calls, or which property it shows"""

    bl_idname = "wm.orator_test_look"
    bl_label = "Look"
    bl_options: ClassVar[set[str]] = {"INTERNAL"}

    path: bpy.props.BoolProperty()
    seen: ClassVar[list[tuple[Place, str]]] = []

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        manager, ops = context.window_manager, bpy.ops.ui
        manager.clipboard = ""
        if self.path and ops.copy_data_path_button.poll():
            ops.copy_data_path_button(full_path=True)
        elif not self.path and ops.copy_python_command_button.poll():
            ops.copy_python_command_button()
        self.seen.append(((event.mouse_x, event.mouse_y), manager.clipboard))
        return {"FINISHED"}


def _bind_look() -> None:
    """The key over a button, and with Shift for its path."""
    bpy.utils.register_class(WM_OT_orator_test_look)
    keys = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="User Interface", space_type="EMPTY")
    for path in (False, True):
        keys.keymap_items.new(WM_OT_orator_test_look.bl_idname, LOOK, "PRESS", shift=path).properties.path = path


def looked(
    places: Iterable[Place], path: bool = False, pause: float | None = None
) -> Generator[float, None, list[tuple[Place, str]]]:
    """The commands (or full data paths) of the buttons at these places; '' where there is none.

    With a pause after each step Blender draws what is under the mouse; without one it looks at all before it draws,
    in a hundredth of the time: a place may be told that is a few rows off.
    """
    WM_OT_orator_test_look.seen.clear()
    for x, y in places:
        move(x - 1, y)
        move(x, y)
        if pause is not None:
            yield pause
        press(LOOK, x, y, shift=path)
        if pause is not None:
            yield pause
    yield 0.05
    return list(WM_OT_orator_test_look.seen)


def window() -> bpy.types.Window:
    return bpy.context.window_manager.windows[0]


def area(kind: str) -> bpy.types.Area:
    """The biggest area of a kind in the window."""
    return max((a for a in window().screen.areas if a.type == kind), key=lambda a: a.width * a.height)


def region(kind: str, name: str) -> bpy.types.Region:
    return next(r for r in area(kind).regions if r.type == name)


def move(x: int, y: int) -> None:
    """Put the mouse at window coordinates (from the lower left)."""
    window().event_simulate("MOUSEMOVE", "NOTHING", x=x, y=y)


def press(key: str, x: int, y: int, **modifiers: bool) -> None:
    """Press and release a key or mouse button there."""
    window().event_simulate(key, "PRESS", x=x, y=y, **modifiers)
    window().event_simulate(key, "RELEASE", x=x, y=y, **modifiers)


def click(x: int, y: int) -> Steps:
    """Move there, let Blender highlight what is under the mouse, and click it."""
    move(x - 1, y)
    yield 0.1
    move(x, y)
    yield 0.15
    window().event_simulate("LEFTMOUSE", "PRESS", x=x, y=y)
    yield 0.08
    window().event_simulate("LEFTMOUSE", "RELEASE", x=x, y=y)
    yield 0.2


def rows(where: bpy.types.Region) -> Iterator[int]:
    """Window y of rows of the region from the top down."""
    step = int(ROW * 20 * bpy.context.preferences.system.ui_scale)
    return iter(range(where.y + where.height - 8, where.y + 6, -step))


def find_button(where: bpy.types.Region, command: str, across: float = 0.5) -> Generator[float, None, Place | None]:
    """Where the operator button is whose Python command starts with `command`, at `across` of the region's width.

    Scrolls the region when the button is not in sight.
    """
    found = yield from _find(where, lambda text: text.startswith(command), across, False)
    return found


def find_slider(where: bpy.types.Region, path: str, across: float = 0.7) -> Generator[float, None, Place | None]:
    """Where the field of the property is whose data path ends with `path`."""
    found = yield from _find(where, lambda text: text.endswith(path), across, True)
    return found


def _find(
    where: bpy.types.Region, matches: Callable[[str], bool], across: float, path: bool
) -> Generator[float, None, Place | None]:
    x, middle = int(where.x + where.width * across), where.y + where.height // 2
    for pause in (None, PAUSE):
        for wheel, times in (("", 0), ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12), ("WHEELUPMOUSE", 80),
                             ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12)):  # fmt: skip
            move(x, middle)
            for _ in range(times):
                press(wheel, x, middle)
            if times:
                yield 0.5
            seen = yield from looked(((x, y) for y in rows(where)), path, pause)
            near = next((y for (_, y), text in seen if matches(text)), None)
            if near is not None:
                sure = yield from _surely(where, matches, (x, near), path)
                if sure is not None:
                    return sure
    return None


def _surely(
    where: bpy.types.Region, matches: Callable[[str], bool], about: Place, path: bool
) -> Generator[float, None, Place | None]:
    """The uppermost place of the button that lies at a place or a few rows from it, looked at as drawn."""

    def is_there(y: int) -> Generator[float, None, bool]:
        seen = yield from looked(((about[0], y),), path, PAUSE)
        return bool(seen) and matches(seen[-1][1])

    lines = [y for y in rows(where) if abs(y - about[1]) <= NEAR]
    for k in sorted(range(len(lines)), key=lambda k: abs(lines[k] - about[1])):
        if (yield from is_there(lines[k])):
            while k > 0 and (yield from is_there(lines[k - 1])):
                k -= 1
            return about[0], lines[k] - 4
    return None


def drag(x: int, y: int, across: int, steps: int = 8) -> Steps:
    """Press there, move sideways with the button held, and let go."""
    move(x, y)
    yield 0.2
    window().event_simulate("LEFTMOUSE", "PRESS", x=x, y=y)
    for k in range(1, steps + 1):
        yield 0.08
        window().event_simulate("MOUSEMOVE", "NOTHING", x=x + across * k // steps, y=y)
    yield 0.2
    window().event_simulate("LEFTMOUSE", "RELEASE", x=x + across, y=y)
    yield 0.3


_DIGITS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")


def typed(keys: tuple[str, ...], x: int, y: int) -> Steps:
    """Press keys one after the other with the mouse there; digits are typed as such."""
    move(x, y)
    yield 0.2
    for key in keys:
        if key in _DIGITS:
            window().event_simulate(key, "PRESS", x=x, y=y, unicode=str(_DIGITS.index(key)))
            window().event_simulate(key, "RELEASE", x=x, y=y)
        else:
            press(key, x, y)
        yield 0.2


def screenshot(name: str) -> Path:
    """The whole screen as build/gui/<name>.png, in few enough colours to be a small file."""
    path = OUT / f"{name}.png"
    few = ["-strip", "-dither", "None", "-colors", "220", f"PNG8:{path}"]
    subprocess.run(["import", "-window", "root", *few], check=False)
    return path


def wait_until(
    condition: Callable[[], bool], seconds: float, every: float = 0.02
) -> Generator[float, None, float | None]:
    """Wait for a condition; how long it took, or None when it did not come in time."""
    begin = time.perf_counter()
    while not condition():
        if time.perf_counter() - begin > seconds:
            return None
        yield every
    return time.perf_counter() - begin


def play(session: Callable[[Report], Steps]) -> None:
    """Drive the session by a timer, write the report under the session's name, quit Blender."""
    report = Report(session.__name__)
    steps = session(report)
    _bind_look()

    def tick() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            pass
        except Exception:
            traceback.print_exc()
            screenshot(f"error-{report.name}")
            report.check("the session came to its end", False, traceback.format_exc().strip().splitlines()[-1])
        report.write()
        bpy.ops.wm.quit_blender()
        return None

    bpy.context.preferences.view.show_splash = False
    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
