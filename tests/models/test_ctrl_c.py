"""Ctrl+C while models and their packages are loaded beside the main thread."""

import os
import signal
import threading

import pytest
from orator.core import interrupt
from orator.models.interface.progress import awaited


@pytest.mark.skipif(os.name == "nt", reason="signals are raised otherwise there")
def test_ctrl_c_does_not_wait_for_what_is_being_loaded() -> None:
    before, begun, ends = signal.getsignal(signal.SIGINT), threading.Event(), threading.Event()

    def load() -> bool:
        begun.set()
        return ends.wait(60.0)

    def press() -> None:
        begun.wait(60.0)
        os.kill(os.getpid(), signal.SIGINT)

    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=press).start()
        with interrupt.listening(), pytest.raises(KeyboardInterrupt):
            awaited(load, interrupt.heard)
        assert not ends.is_set()  # the loading was still going on
    finally:
        ends.set()
        signal.signal(signal.SIGINT, before)
