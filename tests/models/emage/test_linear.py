"""Matrices as oneDNN packs them, plain ones where torch has no oneDNN, and bfloat16: one product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from orator.core.request.generation import GenerationRequest  # noqa: E402
from orator.core.speech.speech import Speech  # noqa: E402
from orator.models.emage import linear, model  # noqa: E402
from orator.models.emage.linear import HALF_FROM, Linear, TimeConvolution  # noqa: E402


@pytest.fixture(params=["packed", "plain"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(linear, "_can_pack", lambda: False)
    elif not linear._can_pack():
        pytest.skip("this torch has no packed matrices")
    return request.param


@pytest.mark.parametrize("rows", [0, 1, 13, 64, 300])
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.usefixtures("form")
def test_a_product(rows: int, half: bool) -> None:
    torch.manual_seed(0)
    weight, bias, x = torch.randn(600, 512) / 23, torch.randn(600), torch.randn(2, rows, 512)
    assert weight.numel() >= HALF_FROM
    made = Linear(weight.clone(), bias, half)(x)
    exact = (x.double() @ weight.double().t() + bias.double()).float()
    assert made.shape == (2, rows, 600) and made.dtype == torch.float32
    # bfloat16 keeps eight bits: of sums of 512 products of size 1 / 23, two hundredths.
    assert torch.allclose(made, exact, atol=0.03 if half else 1e-5)


@pytest.mark.usefixtures("form")
def test_a_convolution() -> None:
    torch.manual_seed(1)
    weight, bias, x = torch.randn(24, 10, 3), torch.randn(24), torch.randn(2, 17, 10)
    made = TimeConvolution(weight, bias, stride=2, padding=1)(x)
    exact = torch.nn.functional.conv1d(x.transpose(1, 2), weight, bias, 2, 1).transpose(1, 2)
    assert torch.allclose(made, exact, atol=1e-4)


def test_the_same_take_with_and_without_packing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orator.models.emage.generate import run_emage

    def take() -> tuple[np.ndarray, np.ndarray]:
        monkeypatch.setattr(model, "_last", None)
        speech = Speech(np.random.default_rng(0).standard_normal(64000).astype(np.float32) * 0.1)
        made = run_emage(tiny, GenerationRequest((speech,)), 0, lambda fraction: None).performance
        return made.rotations, made.expressions

    packed = take()
    monkeypatch.setattr(linear, "_can_pack", lambda: False)
    for here, there in zip(packed, take(), strict=True):
        assert np.abs(here - there).max() < 1e-2 and np.median(np.abs(here - there)) < 1e-5


@pytest.mark.parametrize(
    ("units", "fast"),
    [({"amx_tile"}, True), ({"avx512_bf16"}, True), ({"avx512_bf16", "amx_tile"}, True), (set(), False)],
)
def test_bfloat16_only_where_it_is_fast(units: set[str], fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not torch.backends.mkldnn.is_available() or not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        pytest.skip("this torch multiplies no bfloat16 here")
    for unit in ("amx_tile", "avx512_bf16"):
        monkeypatch.setattr(torch.cpu, f"_is_{unit}_supported", lambda unit=unit: unit in units, raising=False)
    assert model.half_is_fast() is fast


def test_reference_mode_is_exact_whatever_the_processor(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "half_is_fast", lambda: True)
    monkeypatch.setattr(model, "_last", None)
    asked: list[tuple[bool, bool]] = []
    monkeypatch.setattr(model.EmageModel, "load", lambda _folder, exact, half, _beat: asked.append((exact, half)))
    for exact in (True, False):
        model.cached(tiny, exact, lambda: None)
    assert asked == [(True, False), (False, True)]
