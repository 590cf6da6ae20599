"""One long work at a time: a worker thread that never touches bpy, a queue, and numbers that tell stale results.

States: none -> running -> done | failed | cancelled -> none. Cancelling frees the state at once; a worker that is
still winding down is waited for by the next one, and what it still says is dropped by its number.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ..errors import Cancelled, OratorError

Progress = Callable[[float, str], None]
Work = Callable[[Progress, Callable[[], bool]], Any]
UNEXPECTED: Final = "Something went wrong inside Orator ({kind}: {text}). The system console has the details."


@dataclass(frozen=True)
class Message:
    """What a worker says: `kind` is progress, done, failed or cancelled."""

    number: int
    kind: str
    fraction: float = 0.0
    text: str = ""
    result: Any = None


@dataclass
class Job:
    """The running work as the panels show it; of its result `playable` seconds can be played already."""

    number: int
    title: str
    fraction: float = 0.0
    text: str = ""
    started: float = 0.0
    playable: float = 0.0


_messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
_number = 0
_current: Job | None = None
_cancel = threading.Event()
_keeping = False
_worker: threading.Thread | None = None


def current() -> Job | None:
    """The running job, or None."""
    return _current


def busy_reason() -> str:
    """Why no other work can begin now, or ''."""
    running = current()
    return "" if running is None else f"{running.title} is running: wait for it, or cancel it"


def explain(error: BaseException) -> str:
    """The artist's sentence for an error; what is no OratorError goes to the console in full."""
    if isinstance(error, OratorError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Close other programs, or generate a shorter range."
    traceback.print_exception(error)
    return UNEXPECTED.format(kind=type(error).__name__, text=error)


def start(title: str, work: Work) -> int:
    """Run `work(progress, cancelled)` beside Blender; returns its number. Raises OratorError while one is running."""
    global _number, _current, _cancel, _worker
    if _current is not None:
        raise OratorError(f"'{_current.title}' is still running. Wait for it, or cancel it.")
    _number += 1
    number, cancel, before = _number, threading.Event(), _worker

    def progress(fraction: float, text: str) -> None:
        if cancel.is_set():
            raise Cancelled
        _messages.put(Message(number, "progress", fraction, text))

    def run() -> None:
        try:
            if before is not None:
                before.join()
            if cancel.is_set():
                raise Cancelled
            _messages.put(Message(number, "done", 1.0, "", work(progress, cancel.is_set)))
        except Cancelled:
            _messages.put(Message(number, "cancelled"))
        except BaseException as error:
            _messages.put(Message(number, "failed", text=explain(error)))

    _current = Job(number, title, text="Starting", started=time.monotonic())
    _cancel = cancel
    _worker = threading.Thread(target=run, name=f"orator-{number}", daemon=True)
    _worker.start()
    return number


def run_blocking(work: Work, progress: Progress = lambda fraction, text: None) -> Any:
    """The same work without a thread, for background mode and scripts. Raises what the work raises."""
    if _current is not None:
        raise OratorError(f"'{_current.title}' is still running. Wait for it, or cancel it.")
    return work(progress, lambda: False)


def poll() -> Message | None:
    """What ended the running job, else None; progress is taken in on the way, and stale messages are dropped."""
    global _current
    while True:
        try:
            message = _messages.get_nowait()
        except queue.Empty:
            return None
        if _current is None or message.number != _current.number:
            continue
        if message.kind == "progress":
            _current.fraction, _current.text = message.fraction, message.text
            continue
        _current = None
        return message


def cancel(keep: bool = False) -> bool:
    """Stop the running job; True when there was one. Its result, should it still come, is dropped.

    `keep` asks whoever started it to keep what could be played by then.
    """
    global _current, _keeping
    _keeping = keep
    if _current is None:
        return False
    _cancel.set()
    _current = None
    return True


def keeping() -> bool:
    """Whether the last cancel asked to keep what could be played."""
    return _keeping


def shut_down(seconds: float = 5.0) -> None:
    """Cancel, and wait for the worker: before the add-on goes away or Blender quits."""
    global _worker
    cancel()
    _cancel.set()
    if _worker is not None:
        _worker.join(seconds)
        _worker = None
