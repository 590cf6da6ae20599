"""The mean of several trainings of the phone network that went on from the same weights.

    python -m orator.models.training.phones_mean A.safetensors B.safetensors ... --out models/weights/phones.safetensors

Networks tuned from one start lie in one valley, and their mean hears strangers better than each of them (Wortsman et
al., "Model soups", 2022). Which ones go in is chosen by the split 'val'.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file

from ..phones.network import PhoneNetwork
from .phones_train import write_weights


def mean_of(paths: Sequence[Path]) -> PhoneNetwork:
    """The network whose weights and normalisation statistics are the means of those in the files."""
    states = [load_file(path) for path in paths]
    network = PhoneNetwork()
    mean = {name: sum(state[name].float() for state in states) / len(states) for name in states[0]}
    network.load_state_dict(mean, strict=False)
    return network


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    write_weights(mean_of(given.weights), given.out)


if __name__ == "__main__":
    main()
