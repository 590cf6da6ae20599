"""What every test needs: the package by its name, and a Blender that leaves the artist's own settings alone."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Before anything imports bpy: it reads and writes its preferences and extensions here.
RESOURCES = Path(tempfile.mkdtemp(prefix="orator-blender-"))
os.environ["BLENDER_USER_RESOURCES"] = str(RESOURCES)


def name_the_checkout() -> None:
    """Make `import orator` find this checkout, whatever its folder is called and whether or not it is installed."""
    entry = ROOT / "__init__.py"
    spec = importlib.util.spec_from_file_location("orator", entry, submodule_search_locations=[str(ROOT)])
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["orator"] = module
    spec.loader.exec_module(module)


name_the_checkout()


_status = 0


def pytest_sessionfinish(exitstatus: int) -> None:
    """Remove Blender's temporary resources."""
    global _status
    _status = int(exitstatus)
    shutil.rmtree(RESOURCES, ignore_errors=True)


def _note(state: str, test: str) -> None:
    """One line a test into the file that the runner reads when this process is stopped before its report."""
    place = os.environ.get("ORATOR_ENDED")
    if place:
        with open(place, "a", encoding="utf-8") as stream:
            stream.write(f"{state}\t{test}\n")


def pytest_runtest_logstart(nodeid: str) -> None:
    """Which test runs."""
    _note("running", nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """How it ended; a setup that fails or skips is the end of it too."""
    if report.when == "call" or report.outcome != "passed":
        _note(report.outcome, report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave at once after Blender tests: bpy 4.2 and 4.5 crash or hang in their own teardown after a sound."""
    if "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    """The folder of rigs, data and parity files beside the checkout; the test is skipped where there is none."""
    folder = Path(os.environ.get("ORATOR_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared rigs and data are not on this machine")
    yield folder


@pytest.fixture
def demo_speech() -> Path:
    """The speech of `make demo`."""
    return ROOT / "docs" / "demo" / "speech.wav"
