"""When a take is the same: bit for bit with as many threads, and to the last digits with another number of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soxr")

ROOT = Path(__file__).resolve().parents[2]
MAKE = f"""
import sys
sys.path.insert(0, r"{ROOT / "tests"}")
import conftest
import numpy as np
from orator.core.request.generation import GenerationRequest
from orator.core.speech.load import Part, load_speech
from orator.models.device import use_device
from orator.models.generate import generate

use_device("cpu", int(sys.argv[1]))
speech = load_speech(r"{ROOT / "docs" / "demo" / "speech.wav"}", part=Part(0.0, 3.0))
made = generate(GenerationRequest((speech,)), 3)
np.savez(sys.argv[2], rotations=made.rotations, translation=made.translation, face=made.face)
"""


@pytest.mark.fault("12.18")
def test_threads_change_the_last_digits_only(tmp_path: Path) -> None:
    made = []
    for name, threads in (("a", 1), ("b", 1), ("c", 3)):
        path = tmp_path / f"{name}.npz"
        ran = subprocess.run([sys.executable, "-c", MAKE, str(threads), str(path)], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        made.append({key: value for key, value in np.load(path).items()})
    one, again, three = made
    for key in one:
        assert np.array_equal(one[key], again[key])
        assert np.abs(one[key] - three[key]).max() < 1e-3
