"""The device of the networks: what torch has is offered, what it lacks is said, and a placed network answers alike."""

from dataclasses import dataclass

import pytest

torch = pytest.importorskip("torch", reason="networks need PyTorch")

from orator.core.errors import OratorError  # noqa: E402
from orator.models.device import DEVICES, Placed, available, on_device, use_device  # noqa: E402


@dataclass(frozen=True)
class Pair:
    left: torch.Tensor
    right: torch.Tensor | None = None


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 2)
        self.register_buffer("mean", torch.arange(2.0))
        self.size = 7

    def forward(self, x, pair):
        return {"out": self.linear(x) + self.context(pair)[0]}

    def context(self, pair):
        return pair.left.sum(), [pair.left]


def test_automatic_is_the_cpu_and_the_network_itself() -> None:
    assert use_device("auto") == "cpu" and "cpu" in available()
    network = Network()
    assert on_device(network) is network


def test_a_device_that_is_not_there_is_said() -> None:
    missing = [name for name in DEVICES[1:] if name not in available()]
    for name in missing:
        with pytest.raises(OratorError, match=name.upper()):
            use_device(name)


def test_a_placed_network_answers_as_the_network_does() -> None:
    network, pair, x = Network(), Pair(torch.ones(3)), torch.randn(4, 3)
    placed = Placed(network, "cpu")
    assert torch.equal(placed(x, pair=pair)["out"], network(x, pair)["out"])
    assert torch.equal(placed.context(pair)[1][0], pair.left)
    assert torch.equal(placed.mean, network.mean) and placed.size == 7
