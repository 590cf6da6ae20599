"""Which runtime and processor the networks run on: what is not there is said, waiting threads sleep."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from orator.core.editions import without_torch
from orator.core.errors import OratorError
from orator.core.settings import Settings
from orator.models import runtime
from orator.models.device import DEVICES, available, free_threads, own_cores, use_device
from orator.models.registry import pipeline_of


@pytest.fixture(autouse=True)
def as_before():
    yield
    runtime.configure()
    runtime._broken.clear()


def test_automatic_is_the_cpu() -> None:
    assert use_device("auto") == "cpu" and "cpu" in available()


def test_a_device_that_is_not_there_is_said() -> None:
    for name in (name for name in DEVICES[1:] if name not in available()):
        with pytest.raises(OratorError, match=name.upper()):
            use_device(name)


def test_threads_fit_the_cores_that_this_process_may_use() -> None:
    assert 1 <= free_threads() <= own_cores() <= (os.cpu_count() or 1)
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot bind a process to a core")
    text = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    text += "from orator.models.device import own_cores; print(own_cores())"
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "1"


def broken(tmp_path, name: str) -> dict[str, str]:
    """An environment whose Python finds a package that cannot be loaded."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise OSError('libcuda_of_another_world.so: cannot open')\n")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}


def test_a_pytorch_that_does_not_load_is_said_and_the_other_one_goes_on(tmp_path) -> None:
    pytest.importorskip("onnxruntime")
    if not runtime.exported():
        pytest.skip("the ONNX graphs are not exported here: make onnx")
    text = "from orator.models import runtime; print(runtime.chosen()); print(*runtime.notes())"
    made = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, env=broken(tmp_path, "torch"), check=True
    ).stdout.splitlines()
    assert made[0] == "onnx"
    assert "libcuda_of_another_world.so" in made[1] and "ONNX Runtime is used instead" in made[1]


def test_asking_for_a_runtime_that_does_not_load_says_why(tmp_path) -> None:
    text = "from orator.models.device import use_device; use_device('auto', 0, 'onnx')"
    made = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, env=broken(tmp_path, "onnxruntime")
    )
    assert "ONNX Runtime is installed, but does not load (libcuda_of_another_world.so" in made.stderr


def test_what_needs_pytorch_says_where_to_get_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    sentence = without_torch("EMAGE")
    assert sentence.startswith("EMAGE needs PyTorch") and "Orator Full" in sentence
    with pytest.raises(OratorError, match="EMAGE needs PyTorch"):
        pipeline_of(Settings(model="emage:/somewhere")).load("/somewhere")
