"""Ctrl+C that is never lost.

Python raises KeyboardInterrupt wherever it is. Where C code called Python just then (an import within numpy or torch,
a callback of Blender's), it prints and drops the exception, and the work goes on. So the wish is remembered too, and
the next step of the work asks.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_asked = False


def listen() -> None:
    """Remember Ctrl+C from now on; only where Python's own handler is in place, and in the main thread."""
    global _asked
    _asked = False
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _interrupted):
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    global _asked
    _asked = True
    raise KeyboardInterrupt


def check() -> None:
    """Raises KeyboardInterrupt when Ctrl+C was pressed since `listen`."""
    if _asked:
        raise KeyboardInterrupt


def heard() -> bool:
    """`check` as work that can be cancelled asks it: False, as long as nobody pressed Ctrl+C."""
    check()
    return False
