"""Orator sets properties whose update handlers act on what the artist sets: while it does, they do nothing."""

from __future__ import annotations

from types import TracebackType


class Guard:
    """True within `with guard:`, however deep; a handler begins with `if guard: return`."""

    def __init__(self) -> None:
        self._depth = 0

    def __bool__(self) -> bool:
        return self._depth > 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
