"""Plays an artist inside Blender's window: moves the mouse, clicks, types, looks at the screen.

A session is a generator that yields the seconds to wait; a timer drives it, so that Blender lives on between the steps.
Buttons are found with the mouse: it goes down the panel, and Ctrl-C over an operator's button gives its name.
"""

from __future__ import annotations

import json
import subprocess
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import bpy

OUT = Path("/srv/out")
Steps = Generator[float, None, None]
Place = tuple[int, int]
"""Window coordinates, from the lower left."""


HOVER_SECONDS = 0.015
"""Blender handles what was simulated before it calls the timer again, however busy the machine is."""
ROW = 0.7
"""From row to row of a scan, of a button's height."""
_seen: dict[tuple[str, int], Place] = {}
"""Where a scan has met what it was not looking for: text that was copied there and x, and the place."""


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
    found = yield from _find(where, lambda text: text.startswith(command), across)
    return found


def find_slider(where: bpy.types.Region, path: str, across: float = 0.7) -> Generator[float, None, Place | None]:
    """Where the field of the property is whose data path ends with `path`; Ctrl-Shift-Alt-C over it gives the path."""
    found = yield from _find(where, lambda text: text.endswith(path), across, shift=True, alt=True)
    return found


def _find(
    where: bpy.types.Region, matches: Callable[[str], bool], across: float, **modifiers: bool
) -> Generator[float, None, Place | None]:
    x, middle = int(where.x + where.width * across), where.y + where.height // 2
    for place in [known for (text, at), known in _seen.items() if at == x and matches(text)]:
        text = yield from copied(*place, **modifiers)
        if matches(text):
            return place
    for wheel, times in (("", 0), ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12), ("WHEELUPMOUSE", 80),
                         ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12), ("WHEELDOWNMOUSE", 12)):  # fmt: skip
        move(x, middle)
        for _ in range(times):
            press(wheel, x, middle)
            yield HOVER_SECONDS
        if times:
            yield 0.5
        found = yield from scan(where, matches, x, **modifiers)
        if found is not None:
            return found
    return None


def copied(x: int, y: int, **modifiers: bool) -> Generator[float, None, str]:
    """What Ctrl-C over the button there copies; '' where there is none."""
    manager = bpy.context.window_manager
    manager.clipboard = ""
    move(x, y)
    yield HOVER_SECONDS
    press("C", x, y, ctrl=True, **modifiers)
    yield HOVER_SECONDS
    return manager.clipboard


def scan(
    where: bpy.types.Region, matches: Callable[[str], bool], x: int, **modifiers: bool
) -> Generator[float, None, Place | None]:
    """Go down the region with the mouse at x until what a button copies (its command, its data path) matches."""
    met: set[str] = set()
    for y in rows(where):
        text = yield from copied(x, y, **modifiers)
        if text and text not in met:
            met.add(text)
            _seen[text, x] = x, y - 4
        if matches(text):
            return x, y - 4
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
