"""Ctrl+C that is never lost.

Python raises KeyboardInterrupt wherever it is. Where C code called Python just then (an import within numpy or torch,
a callback of Blender's), it prints and drops the exception or makes another of it, and the work goes on. So the wish is
remembered, the next step of the work asks, and until the command has ended it is raised again every tenth of a second;
never while an exception is being handled, so that what cleans up is not disturbed.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_AGAIN: Final = 0.1
"""Seconds until a Ctrl+C that was dropped is raised again."""
_inside = False
_asked = False
_reminded = False


@contextmanager
def listening() -> Iterator[None]:
    """Ctrl+C is remembered inside; only where Python's own handler is in place, and in the main thread."""
    global _inside, _asked
    _inside, _asked = True, False
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _interrupted):
        signal.signal(signal.SIGINT, _interrupted)
    try:
        yield
    finally:
        _inside = _asked = False


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    global _asked, _reminded
    again, _reminded = _reminded, False
    if again and (not _asked or sys.exc_info()[0] is not None):
        return
    if _inside and not _asked:
        _asked = True
        threading.Thread(target=_remind, name="orator-interrupt", daemon=True).start()
    raise KeyboardInterrupt


def _remind() -> None:
    global _reminded
    pause = threading.Event()
    while _asked:
        pause.wait(_AGAIN)
        if _asked:
            _reminded = True
            _thread.interrupt_main()


def asked() -> bool:
    """Whether Ctrl+C was pressed in this `listening`."""
    return _asked


def check() -> None:
    """Raises KeyboardInterrupt when Ctrl+C was pressed in this `listening`."""
    if _asked:
        raise KeyboardInterrupt


def heard() -> bool:
    """`check` as work that can be cancelled asks it: False, as long as nobody pressed Ctrl+C."""
    check()
    return False
