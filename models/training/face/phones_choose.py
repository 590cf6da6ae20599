"""What the lips do on what phone networks are chosen by: figures of weight files side by side.

    python -m orator.models.training.face.phones_choose A.safetensors B.safetensors [--lips 0 0.2 0.4]

None of it is in a table: Kathleen's sentences of 'val'; the same by people who never were; what the six actors of EmoDB
say of the two sentences that are held out; voices of Danish, Norwegian, Greek and Ukrainian. With two files or more,
also their mean in the shares 1:2, 1:1 and 2:1 of the first and the last.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from scipy.special import softmax

from ....core.arrays import Array
from ....core.speech.features import SpeechFeatures, speech_features
from ....core.speech.speech import Speech
from ...phones.classify import normalised
from ...phones.network import PhoneNetwork
from ..phones_human import human_items
from ..phones_mean import favour_lips, mean_of
from ..phones_people import CHOOSING, anew, strangers
from ..speech_corpus import SpeechItem, load_items
from .data import Sample
from .evaluate import lip_row

FIGURES: Final = (
    "closure",
    "wrong_closure",
    "closure_net",
    "opening_auc",
    "labiodental_auc",
    "teeth_narrow",
    "above_8hz",
)
Heard = tuple[SpeechItem, SpeechFeatures]


def sets() -> dict[str, list[Heard]]:
    """What is chosen by, with its features."""
    kathleen = list(load_items("val", "kathleen"))
    made = {
        "Kathleen": kathleen,
        "Kathleen anew": [anew(item, 0) for item in kathleen],
        "actors": human_items("val"),
        "strangers": strangers(CHOOSING),
    }
    return {
        name: [(item, speech_features(Speech(item.samples.astype(np.float32) / 32768.0))) for item in items]
        for name, items in made.items()
    }


def heard(network: PhoneNetwork, features: SpeechFeatures) -> Array:
    """Posteriors (N, 40) of a network that is not the shipped one."""
    mel = torch.from_numpy(normalised(features.mel, features.energy).T[None].astype(np.float32))
    mel = torch.nn.functional.pad(mel, (0, mel.shape[2] % 2), mode="replicate")
    with torch.inference_mode():
        return softmax(network(mel)[0].numpy().T[: features.frames], axis=1)


def row(network: PhoneNetwork, some: Sequence[Heard]) -> dict[str, float]:
    """The lips' figures with this phone network."""
    network.eval()
    samples = []
    for item, features in some:
        answer = heard(network, features)
        samples.append(Sample(item.id, item.voice, item.language, features, item.phones, answer, answer))
    return lip_row(samples)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--lips", type=float, nargs="+", default=[0.0], help="added to the logits of P, B and M")
    given = parser.parse_args()
    torch.set_num_threads(1)
    choices: list[tuple[list[Path], list[float]]] = [([path], [1.0]) for path in given.weights]
    if len(given.weights) > 1:
        ends = [given.weights[0], given.weights[-1]]
        choices += [(ends, shares) for shares in ([2.0, 1.0], [1.0, 1.0], [1.0, 2.0])]
    chosen_by = sets()
    print("| | | " + " | ".join(FIGURES) + " |")
    for paths, shares in choices:
        for gain in given.lips:
            network = mean_of(paths, shares)
            favour_lips(network, gain)
            title = " + ".join(f"{s:g} {p.stem}" for s, p in zip(shares, paths, strict=True)) + f", lips {gain:g}"
            for name, some in chosen_by.items():
                figures = row(network, some)
                print(f"| {title} | {name} | " + " | ".join(f"{figures[f]:.3f}" for f in FIGURES) + " |", flush=True)


if __name__ == "__main__":
    main()
