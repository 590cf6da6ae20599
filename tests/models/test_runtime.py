"""PyTorch and ONNX Runtime give the same take; a network file that is damaged or of other weights is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need PyTorch to be compared with it")
pytest.importorskip("onnx", reason="the graphs are exported with onnx")
pytest.importorskip("onnxruntime")

from orator.core.emotion import parse_emotion
from orator.core.errors import OratorError
from orator.core.mask import everything
from orator.core.performance import Performance
from orator.core.request.generation import GenerationRequest, Given
from orator.core.speech.load import load_speech
from orator.core.stance import relaxed_performance
from orator.models import runtime, weights
from orator.models.generate import generate
from orator.models.runtime import onnx_runtime
from orator.models.runtime.torch_runtime import graph_names, make_graph
from orator.models.weights.checksums import write_lists

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def graphs():
    command = [sys.executable, "-m", "orator.models.training.export_onnx", "--if-needed"]
    subprocess.run(command, check=True, capture_output=True)
    yield
    runtime.configure()


def inputs(name: str, pieces: int, seed: int) -> dict[str, np.ndarray]:
    """Random inputs of a graph with its varying axes `pieces` / 8 times as long as its example's."""
    random = np.random.default_rng(seed)
    graph = make_graph(name)
    out = {}
    for key, example in graph.example.items():
        shape = list(example.shape)
        for axis, what in graph.axes.get(key, {}).items():
            shape[axis] = shape[axis] * pieces // 8 if what != "rows" else shape[axis]
        value = random.normal(size=shape).astype(np.float32)
        if key in ("joints", "root_given", "keep"):
            value = (value > 0.5).astype(np.float32)
        out[key] = value if example.is_floating_point() else random.integers(0, 400, shape)
    return out


@pytest.mark.parametrize("name", graph_names())
def test_every_graph_answers_alike_at_any_length(name: str) -> None:
    for pieces in (8, 2, 13):
        feed = inputs(name, pieces, pieces)
        answers = []
        for kind in ("torch", "onnx"):
            runtime.configure(kind, threads=1)
            answers.append(runtime.network(name).run(**feed))
        assert answers[0].keys() == answers[1].keys()
        for key, value in answers[0].items():
            assert value.shape == answers[1][key].shape
            assert np.abs(value - answers[1][key]).max() < 1e-5 * max(1.0, np.abs(value).max())


@pytest.fixture(scope="module")
def takes() -> dict[str, Performance]:
    speech = load_speech(ROOT / "docs" / "demo" / "speech.wav")
    speech = type(speech)(speech.samples[: 16000 * 12])
    hints = relaxed_performance(360)
    mask = everything(360)
    mask.joints[150:160] = False
    made = {}
    for kind in ("torch", "onnx"):
        runtime.configure(kind, threads=1)
        asked = GenerationRequest((speech,), emotion=parse_emotion("happy:0.8"), given=Given(mask, hints))
        made[kind] = generate(asked, seed=3)
    return made


def test_the_whole_take_is_the_same(takes: dict[str, Performance]) -> None:
    one, other = takes["torch"], takes["onnx"]
    assert np.abs(one.rotations - other.rotations).max() < 1e-3
    assert np.abs(one.translation - other.translation).max() < 1e-3
    assert np.abs(one.face - other.face).max() < 1e-4


def test_a_small_edition_generates_without_torch_and_librosa() -> None:
    text = (
        "import sys\n"
        "for name in ('torch', 'librosa', 'numba', 'sklearn', 'smplx', 'huggingface_hub'): sys.modules[name] = None\n"
        "from orator.core.speech.load import load_speech\n"
        "from orator.core.request.generation import GenerationRequest\n"
        "from orator.models.generate import generate\n"
        f"speech = load_speech(r'{ROOT / 'docs' / 'demo' / 'speech.wav'}')\n"
        "print(generate(GenerationRequest((type(speech)(speech.samples[:32000]),))).frames)\n"
    )
    made = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert made.stdout.strip() == "60", made.stderr


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in weights.FOLDER.glob("face_lips*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    monkeypatch.setattr(onnx_runtime, "FOLDER", tmp_path)
    write_lists(tmp_path)
    return tmp_path


def test_files_that_are_damaged_swapped_or_gone_are_named(copied: Path) -> None:
    graph, weight = copied / "face_lips.mouth.onnx", copied / "face_lips.safetensors"
    whole = onnx_runtime.OnnxNetwork("face_lips.mouth", 1)
    assert whole.run(speech=np.zeros((1, 8, 43), np.float32), emotion=np.zeros((1, 8, 8), np.float32))
    kept = graph.read_bytes()
    graph.write_bytes(kept[: len(kept) // 2])
    with pytest.raises(OratorError, match=r"'face_lips\.mouth\.onnx' is damaged"):
        onnx_runtime.OnnxNetwork("face_lips.mouth", 1)
    graph.write_bytes(kept)
    changed = bytearray(weight.read_bytes())
    changed[-1] ^= 0x11
    weight.write_bytes(bytes(changed))
    with pytest.raises(OratorError, match=r"'face_lips\.safetensors' is damaged"):
        onnx_runtime.OnnxNetwork("face_lips.mouth", 1)
    write_lists(copied)
    with pytest.raises(OratorError, match=r"'face_lips\.mouth\.onnx' does not belong to 'face_lips\.safetensors'"):
        onnx_runtime.OnnxNetwork("face_lips.mouth", 1)
    graph.unlink()
    with pytest.raises(OratorError, match=r"'face_lips\.mouth\.onnx' is missing"):
        onnx_runtime.OnnxNetwork("face_lips.mouth", 1)
