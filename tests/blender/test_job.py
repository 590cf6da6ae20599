"""The job: beside Blender, cancelled within half a second, clean to start again; stale results are dropped."""

import threading
import time

import pytest
from orator.core.blender import job
from orator.core.errors import Cancelled, OratorError


def wait(seconds: float = 5.0):
    """The message that ends the running job."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = job.poll()
        if message is not None:
            return message
        time.sleep(0.01)
    raise AssertionError("the job did not end")


@pytest.fixture(autouse=True)
def no_job_left():
    yield
    job.shut_down()


def slow(progress, cancelled):
    for k in range(200):
        if cancelled():
            raise Cancelled
        progress(k / 200, "Working")
        time.sleep(0.02)
    return "late"


def test_progress_then_result() -> None:
    def work(progress, _cancelled):
        progress(0.25, "Listening")
        time.sleep(0.05)
        return 42

    job.start("Generating", work)
    time.sleep(0.02)
    assert job.poll() is None and job.current().fraction in (0.0, 0.25)
    message = wait()
    assert (message.kind, message.result) == ("done", 42) and job.current() is None


def test_cancel_is_at_once_and_a_new_job_starts_clean() -> None:
    job.start("Generating", slow)
    time.sleep(0.1)
    started = time.monotonic()
    assert job.cancel() and job.current() is None
    assert time.monotonic() - started < 0.5
    job.start("Again", lambda progress, cancelled: "fresh")
    message = wait()
    assert message.result == "fresh"
    time.sleep(0.1)
    assert job.poll() is None


def test_a_result_that_comes_after_the_cancel_is_dropped() -> None:
    go = threading.Event()

    def stubborn(_progress, _cancelled):
        go.wait(5)
        return "stale"

    job.start("Generating", stubborn)
    job.cancel()
    go.set()
    time.sleep(0.1)
    assert job.poll() is None
    job.start("Again", lambda progress, cancelled: "fresh")
    assert wait().result == "fresh"


def test_one_job_at_a_time() -> None:
    job.start("Generating", slow)
    with pytest.raises(OratorError, match="still running"):
        job.start("Again", slow)
    with pytest.raises(OratorError, match="still running"):
        job.run_blocking(slow)


def test_errors_become_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    def known(_progress, _cancelled):
        raise OratorError("The strip is empty. Choose another.")

    def unknown(_progress, _cancelled):
        raise ValueError("shape (3,) != (4,)")

    job.start("Generating", known)
    assert wait().text == "The strip is empty. Choose another."
    job.start("Generating", unknown)
    text = wait().text
    assert "Something went wrong" in text and "Traceback" not in text
    assert "Traceback" in capsys.readouterr().err


def test_shutting_down_waits_for_the_worker() -> None:
    job.start("Generating", slow)
    time.sleep(0.05)
    job.shut_down()
    assert not any(thread.name.startswith("orator-") for thread in threading.enumerate())
