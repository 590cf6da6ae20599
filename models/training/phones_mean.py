"""The mean of several trainings of the phone network that went on from the same weights.

    python -m orator.models.training.phones_mean A.safetensors B.safetensors ... --out models/weights/phones.safetensors

`--shares` weighs them, `--lips` is what P, B and M gain in logits: they are heard less surely in a stranger than in a
voice that was trained on. A file of a network with fewer blocks counts as one whose further blocks add nothing.

Networks tuned from one start lie in one valley, and their mean hears strangers better than each of them (Wortsman et
al., "Model soups", 2022). Which ones go in is chosen by the split 'val'.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.torch import load_file
from torch import Tensor, no_grad, zeros_like

from ...core.speech.phones import PHONE_INDEX, PHONES
from ..phones.network import PhoneNetwork
from .phones_train import write_weights


def mean_of(paths: Sequence[Path], shares: Sequence[float] | None = None) -> PhoneNetwork:
    """The network whose weights and normalisation statistics are the means of those in the files, by their shares."""
    network = PhoneNetwork()
    states = [load_file(path) for path in paths]
    parts = np.ones(len(paths)) if shares is None else np.asarray(shares, float)

    def part(state: dict[str, Tensor], name: str) -> Tensor:
        if name in state:
            return state[name].float()
        deeper = next(other[name] for other in states if name in other).float()
        return zeros_like(deeper) if ".mix." in name else deeper

    names = {name for state in states for name in state}
    mean = {
        name: sum(float(share) * part(state, name) for share, state in zip(parts / parts.sum(), states, strict=True))
        for name in sorted(names)
    }
    network.load_state_dict(mean, strict=False)
    return network


def favour_lips(network: PhoneNetwork, gain: float) -> None:
    """Adds `gain` to the logits of P, B and M, in place."""
    rows = [frame * len(PHONES) + PHONE_INDEX[name] for frame in (0, 1) for name in "PBM"]
    bias = network.leave.bias
    assert bias is not None
    with no_grad():
        bias[rows] += gain


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--shares", type=float, nargs="+", help="of each file; equal ones unless given")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lips", type=float, default=0.0, help="added to the logits of P, B and M")
    given = parser.parse_args()
    network = mean_of(given.weights, given.shares)
    favour_lips(network, given.lips)
    write_weights(network, given.out)


if __name__ == "__main__":
    main()
