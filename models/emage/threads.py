"""Work beside the caller's: a window's matrices are too small to keep several threads busy, two jobs at once do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from itertools import count
from queue import Empty, PriorityQueue
from threading import Thread, current_thread
from typing import Any, TypeVar

import torch

T = TypeVar("T")
Beat = Callable[[], None]
"""Called often from the caller's own thread; may raise to stop the work."""
Later = Callable[[Beat], T]
"""A job's result, or what it raised, once it is there; to be called once."""
OFTEN = 0.1
"""Seconds between beats while the caller waits."""
_SOON, _WHEN_IDLE, _END = 0, 1, 2


class Worker:
    """Does jobs one after the other in a thread of its own, those that are soon needed first.

    Whoever asks for the result of a job that has not begun does it himself. Without a thread all jobs are done so.
    """

    def __init__(self, threads: int) -> None:
        """`threads`: those of torch's that the worker may use; 0 makes no thread."""
        self._jobs: PriorityQueue[tuple[int, int, Future[Any], Callable[[], Any]]] = PriorityQueue()
        self._order = count()
        self._thread = Thread(target=self._work, args=(threads,), name="emage", daemon=True) if threads else None
        if self._thread is not None:
            self._thread.start()

    @torch.inference_mode()
    def _work(self, threads: int) -> None:
        torch.set_num_threads(threads)
        while self._do(*self._jobs.get()):
            pass

    def _do(self, urgency: int, _order: int, result: Future[Any], job: Callable[[], Any]) -> bool:
        """One job; False after the last."""
        if result.set_running_or_notify_cancel():
            try:
                result.set_result(job())
            except BaseException as error:  # handed over to whoever asks
                result.set_exception(error)
        return urgency != _END

    def give_way(self) -> None:
        """For long jobs to call now and then: does what is sooner needed, if this is the worker's thread."""
        if current_thread() is not self._thread:
            return
        while True:
            try:
                first = self._jobs.get_nowait()
            except Empty:
                return
            if first[0] != _SOON:
                self._jobs.put(first)
                return
            self._do(*first)

    def start(self, job: Callable[[], T], soon: bool = True) -> Later[T]:
        """Have the job done; `soon` is False for what nobody waits for yet."""
        if self._thread is None:

            def own(beat: Beat) -> T:
                made = job()
                beat()
                return made

            return own
        result: Future[T] = Future()
        self._jobs.put((_SOON if soon else _WHEN_IDLE, next(self._order), result, job))

        def done(beat: Beat) -> T:
            if result.cancel():
                made = job()
                beat()
                return made
            while not wait([result], OFTEN).done:
                beat()
            beat()
            return result.result()

        return done

    def end(self) -> None:
        """Drop what has not begun, and wait for what has."""
        if self._thread is not None:
            with suppress(Empty):
                while True:
                    self._jobs.get_nowait()[2].cancel()
            self._jobs.put((_END, next(self._order), Future(), lambda: None))
            self._thread.join()


@contextmanager
def worker_thread() -> Iterator[Worker]:
    """Inside, the caller and the worker have half of torch's threads each; with a single thread nothing changes."""
    threads = torch.get_num_threads()
    share = threads // 2
    worker = Worker(share)
    if share:
        torch.set_num_threads(share)
    try:
        yield worker
    finally:
        worker.end()
        torch.set_num_threads(threads)
