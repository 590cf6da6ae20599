"""Work beside the caller's: a window's matrices are too small to keep several threads busy, two jobs at once do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import torch

T = TypeVar("T")
Beat = Callable[[], None]
"""Called often from the caller's own thread; may raise to stop the work."""
Later = Callable[[Beat], T]
"""Waits for a job and returns its result, or raises what it raised; to be called once."""
OFTEN = 0.1
"""Seconds between beats while the caller waits."""


class Helper:
    """Runs jobs one after the other, in another thread or, without one, when their results are asked for."""

    def __init__(self, pool: ThreadPoolExecutor | None) -> None:
        self._pool = pool

    def start(self, job: Callable[[], T]) -> Later[T]:
        """The job under way."""
        if self._pool is None:

            def now(beat: Beat) -> T:
                result = job()
                beat()
                return result

            return now
        under_way = self._pool.submit(torch.inference_mode()(job))

        def waited(beat: Beat) -> T:
            while not wait([under_way], OFTEN).done:
                beat()
            return under_way.result()

        return waited


@contextmanager
def helper() -> Iterator[Helper]:
    """Inside, the caller and the helper have half of torch's threads each; with a single thread nothing changes."""
    threads = torch.get_num_threads()
    if threads < 2:
        yield Helper(None)
        return
    share = threads // 2
    pool = ThreadPoolExecutor(1, "emage", torch.set_num_threads, (share,))
    torch.set_num_threads(share)
    try:
        yield Helper(pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        torch.set_num_threads(threads)
