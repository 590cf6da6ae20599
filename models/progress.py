"""Progress and cancelling for long work: stages share one bar, and every tick may stop the work."""

from __future__ import annotations

from collections.abc import Callable

from ..core.errors import Cancelled

Progress = Callable[[float, str], None]
Tick = Callable[[float], None]


def no_tick(_fraction: float) -> None:
    """For callers that neither watch nor cancel."""


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
