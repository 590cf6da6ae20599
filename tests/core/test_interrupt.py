"""Ctrl+C that C code swallowed is still heard at the next step."""

import os
import signal

import pytest
from orator.core import interrupt


@pytest.mark.skipif(os.name == "nt", reason="signals are raised otherwise there")
def test_a_swallowed_interrupt_is_heard_at_the_next_step() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupt.listen()
        interrupt.check()
        with pytest.raises(KeyboardInterrupt):  # as C code would print and drop it
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        interrupt.listen()
        interrupt.check()
    finally:
        signal.signal(signal.SIGINT, before)
