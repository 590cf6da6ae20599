"""The test runner: stopped by processor time, not by a busy machine; what passed before a stop is told."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [
    pytest.mark.fault("12.28"),
    pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="processor time is read from /proc"),
]
TESTS = """
import time
def test_passes(): pass
def test_fails(): assert False
def test_turns():
    while True: pass
"""


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("orator_ci_test", ROOT / ".ci" / "test.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "REPORTS", tmp_path)
    return module


def test_what_passed_before_a_stop_is_reported(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text().replace("name_the_checkout()\n", "")
    )
    (tmp_path / "test_some.py").write_text(TESTS)
    outcome = runner.run_pytest("some", Path(sys.executable), [str(tmp_path / "test_some.py")], {}, 0.08)
    assert (outcome.passed, outcome.failed) == (1, 2)
    assert any("test_fails" in text for text in outcome.failures)
    assert any("test_turns was running then" in text for text in outcome.failures)
    assert any("0.08 minutes of processor time" in text for text in outcome.failures)
    assert "1 passed, 2 failed" in (runner.summarise([outcome]), capsys.readouterr().out)[1]


def test_waiting_is_not_counted_until_it_is_for_ever(runner: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(text: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", text], start_new_session=True)

    assert runner.wait_within(started("import time; time.sleep(2)"), 1.5) == 0
    monkeypatch.setattr(runner, "IDLE", 1.0)
    assert runner.wait_within(started("import time; time.sleep(600)"), 1.5) is None
