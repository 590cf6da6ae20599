"""Cancel is heard while a cold start imports: nobody waits for libraries that they no longer want."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("soxr")

ROOT = Path(__file__).resolve().parents[2]
COLD = f"""
import sys, threading, time
sys.path.insert(0, r"{ROOT / "tests"}")
import conftest
import numpy as np
from importlib.abc import MetaPathFinder
from orator.core.errors import Cancelled
from orator.core.request.generation import GenerationRequest
from orator.core.speech.speech import Speech
from orator.models.generate import generate

begun, go_on, imported = threading.Event(), threading.Event(), []

class Slow(MetaPathFinder):
    # Stands for a library on a slow disk: it arrives when it is let.
    def find_spec(self, name, path=None, target=None):
        if name == "soxr":
            begun.set()
            go_on.wait(60)
            imported.append(name)
        return None

sys.meta_path.insert(0, Slow())
try:
    generate(GenerationRequest((Speech(np.zeros(32000, np.float32)),)), cancelled=begun.is_set)
    print("made")
except Cancelled:
    print("cancelled", "after" if imported else "before", "the import was through")
go_on.set()
"""


@pytest.mark.fault("12.26")
def test_cancel_is_heard_while_libraries_are_imported() -> None:
    ran = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, timeout=120)
    assert ran.stdout.strip() == "cancelled before the import was through", ran.stderr
