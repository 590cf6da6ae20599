"""Ctrl+C that C code swallowed is still heard."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from orator.core import interrupt


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    if os.name == "nt":
        pytest.skip("signals are raised otherwise there")
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _dropped() -> None:
    """As C code prints and drops it."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_swallowed_interrupt_is_heard_at_the_next_step() -> None:
    with interrupt.listening():
        interrupt.check()
        _dropped()
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    with interrupt.listening():
        interrupt.check()


def test_work_that_never_asks_is_ended_too() -> None:
    with interrupt.listening():
        _dropped()
        with pytest.raises(KeyboardInterrupt):
            for _ in range(600):
                time.sleep(0.1)


def test_what_cleans_up_is_not_disturbed() -> None:
    cleaned = False
    with interrupt.listening():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            for _ in range(5):
                time.sleep(0.1)
            cleaned = True
    assert cleaned


def test_nothing_is_raised_after_the_end() -> None:
    with interrupt.listening():
        _dropped()
    for _ in range(5):
        time.sleep(0.1)
    with pytest.raises(KeyboardInterrupt):  # a new one is as always
        signal.raise_signal(signal.SIGINT)
    time.sleep(0.3)
