"""A processor without AVX2 makes the same take. The libraries are told to do without it, as far as they listen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from orator.models import runtime

CAPS = {
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
SPEECH = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"
CODE = """
import sys, numpy as np
from orator.core.request.generation import GenerationRequest
from orator.core.speech.load import load_speech
from orator.core.speech.speech import Speech
from orator.models.device import use_device
from orator.models.generate import generate
use_device("auto", 1, sys.argv[1])
made = generate(GenerationRequest((Speech(load_speech(sys.argv[2]).samples[:48000]),)))
np.savez(sys.argv[3], rotations=made.rotations, face=made.face, translation=made.translation)
"""


@pytest.mark.parametrize("kind", ["torch", "onnx"])
def test_without_avx2_the_take_is_the_same(tmp_path: Path, kind: str) -> None:
    pytest.importorskip({"torch": "torch", "onnx": "onnxruntime"}[kind])
    if kind == "onnx" and not runtime.exported():
        pytest.skip("the ONNX graphs are not exported here: make onnx")
    made = []
    for name, more in (("usual", {}), ("old", CAPS)):
        out = tmp_path / f"{name}.npz"
        subprocess.run(
            [sys.executable, "-c", CODE, kind, str(SPEECH), str(out)], env={**os.environ, **more}, check=True
        )
        made.append(dict(np.load(out)))
    usual, old = made
    assert usual["face"].std() > 0.01
    for key in usual:
        assert np.abs(usual[key] - old[key]).max() < 1e-4, key
