"""Progress and cancelling for long work: stages share one bar, and every tick may stop the work."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from ...core import interrupt
from ...core.errors import Cancelled

Progress = Callable[[float, str], None]
Tick = Callable[[float], None]
Result = TypeVar("Result")
_ASK: Final = 0.05
"""Seconds between two questions."""


def no_tick(_fraction: float) -> None:
    """For callers that neither watch nor cancel."""


def awaited(work: Callable[[], Result], cancelled: Callable[[], bool] | None) -> Result:
    """What `work` gives: imports and files that take seconds, beside this thread, which goes on asking `cancelled`.

    Raises what the work raises, and Cancelled at once; what was begun then ends by itself and is ready the next time.
    """
    if cancelled is None:
        return work()
    ended = threading.Event()
    found: list[Result] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            wrong.append(error)
        finally:
            ended.set()

    threading.Thread(target=run, name="orator-waking", daemon=True).start()
    while not ended.wait(_ASK):
        if cancelled():
            raise Cancelled
    if wrong:
        raise wrong[0]
    return found[0]


class Stages:
    """Hands out ticks for named stages, each a share of the whole bar."""

    def __init__(self, shares: dict[str, float], progress: Progress | None, cancelled: Callable[[], bool] | None):
        total = sum(shares.values())
        self._spans: dict[str, tuple[float, float]] = {}
        start = 0.0
        for name, share in shares.items():
            self._spans[name] = (start, share / total)
            start += share / total
        self._progress = progress
        self._cancelled = cancelled

    def tick(self, name: str) -> Tick:
        """A tick for the stage `name`, from 0 to 1 within its share. Ticks raise Cancelled."""
        start, share = self._spans[name]

        def tick(fraction: float) -> None:
            if self._cancelled is not None and self._cancelled():
                raise Cancelled
            if self._progress is not None:
                self._progress(start + share * min(max(fraction, 0.0), 1.0), name)

        tick(0.0)
        return tick


class Bar:
    """A progress bar on the error stream, when that is a terminal; else a line a quarter."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, fraction: float, text: str) -> None:
        interrupt.check()
        width = 30
        if sys.stderr.isatty():
            done = int(width * fraction)
            sys.stderr.write(f"\r[{'#' * done}{'.' * (width - done)}] {100 * fraction:3.0f}% {text:<12}")
            sys.stderr.write("\n" if fraction >= 1.0 else "")
            sys.stderr.flush()
        elif int(4 * fraction) > self._shown:
            self._shown = int(4 * fraction)
            print(f"{100 * fraction:3.0f}% {text}", file=sys.stderr)
