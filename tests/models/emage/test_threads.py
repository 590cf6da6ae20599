"""Work beside other work: the same result on any number of threads, and torch's threads as they were afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from orator.core.errors import Cancelled  # noqa: E402
from orator.core.request.generation import GenerationRequest  # noqa: E402
from orator.core.settings import Settings  # noqa: E402
from orator.core.speech.speech import Speech  # noqa: E402
from orator.models.emage.generate import run_emage  # noqa: E402
from orator.models.emage.threads import worker_thread  # noqa: E402


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def nothing() -> None:
    pass


@pytest.mark.parametrize("mode", ["orator", "reference"])
@pytest.mark.usefixtures("threads")
def test_threads_change_no_choice(tiny: Path, mode: str) -> None:
    speech = Speech(np.random.default_rng(1).standard_normal(16000 * 11).astype(np.float32) * 0.1)
    made = []
    for count in (1, 2, 5):
        torch.set_num_threads(count)
        asked = GenerationRequest((speech,), Settings(options={"mode": mode}))
        made.append(run_emage(tiny, asked, 0, lambda f: None).performance)
        assert torch.get_num_threads() == count
    for other in made[1:]:
        assert np.abs(other.rotations - made[0].rotations).max() < 1e-3
        assert np.abs(other.expressions - made[0].expressions).max() < 1e-4


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.usefixtures("threads")
def test_jobs_keep_their_order_and_their_errors(count: int) -> None:
    torch.set_num_threads(count)
    with worker_thread() as worker:
        first = worker.start(lambda: torch.ones(3, requires_grad=True) + 1)
        second = worker.start(lambda: first(nothing) * 2)
        wrong = worker.start(lambda: torch.ones(2) @ torch.ones(3))
        assert second(nothing).tolist() == [4.0, 4.0, 4.0]
        with pytest.raises(RuntimeError, match="size"):
            wrong(nothing)
    assert torch.get_num_threads() == count


@pytest.mark.usefixtures("threads")
def test_waiting_can_be_stopped() -> None:
    torch.set_num_threads(2)
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(30)

    def stop() -> None:
        go_on.set()
        raise Cancelled

    with pytest.raises(Cancelled), worker_thread() as worker:
        later = worker.start(work)
        # Work that has not begun would be done by whoever waits for it.
        assert begun.wait(30)
        later(stop)
    assert torch.get_num_threads() == 2 and go_on.is_set()
    assert not any(thread.name.startswith("emage") for thread in threading.enumerate())


@pytest.mark.usefixtures("threads")
def test_what_is_needed_soon_goes_first() -> None:
    torch.set_num_threads(2)
    done, begun, go_on = [], threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        go_on.wait(30)
        worker.give_way()
        done.append("long")

    with worker_thread() as worker:
        slow = worker.start(long, soon=False)
        later = worker.start(lambda: done.append("later"), soon=False)
        begun.wait(30)
        urgent = worker.start(lambda: done.append("soon"))
        go_on.set()
        slow(nothing)
        later(nothing)
        urgent(nothing)
    assert done[0] == "soon" and sorted(done) == ["later", "long", "soon"]


@pytest.mark.usefixtures("threads")
def test_what_has_not_begun_is_done_by_who_asks() -> None:
    torch.set_num_threads(2)
    go_on, begun = threading.Event(), threading.Event()
    with worker_thread() as worker:
        busy = worker.start(lambda: begun.set() or go_on.wait(30))
        begun.wait(30)
        mine = worker.start(threading.current_thread)
        assert mine(nothing) is threading.main_thread()
        go_on.set()
        assert busy(nothing)


@pytest.mark.usefixtures("threads")
def test_leaving_early_never_hangs() -> None:
    """The last job is taken by the worker and dropped by the caller at the same moment, many times over."""
    torch.set_num_threads(2)
    for _ in range(300):
        with worker_thread() as worker:
            for _ in range(3):
                worker.start(nothing)
    assert not any(thread.name.startswith("emage") for thread in threading.enumerate())
