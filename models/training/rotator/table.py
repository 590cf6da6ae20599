"""How well the rotator draws heads it has not seen: `python -m orator.models.training.rotator.table FOLDER`.

Over the last heads of FOLDER/heads.npy, which no training looked at, at 256: root mean square of the differences, of
255, and mean SSIM, over red, green, blue (times opacity) and opacity. The rotator gets the head with its face moved as
it should be; in the row `whole` the morpher's. The control is the picture at rest as it is. Writes FOLDER/card.md too.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ....core.arrays import Array
from .batches import HELD, premultiplied
from .data import read_heads
from .network import Combiner, Morpher, Rotator, halved

LOSSES = ("l1", "perceptual")
PATHS = ("Pumarola", "Zhou", "both")
EACH = 2
"""Poses of a head that are looked at."""


@dataclass(frozen=True)
class Networks:
    """The three networks, trained."""

    morpher: Morpher
    rotator: Rotator
    combiner: Combiner

    @torch.inference_mode()
    def morph(self, image: Tensor, pose: Tensor) -> Tensor:
        """Pictures (B, 4, 256, 256) with the eyes and mouth of six numbers (B, 6)."""
        return self.morpher(image, halved(image), pose[:, 3:])

    @torch.inference_mode()
    def turn(self, image: Tensor, pose: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures turned by Pumarola's way, by Zhou's, and both, by six numbers."""
        colour, flow = self.rotator(image, halved(image), pose[:, :3])
        return colour, flow, self.combiner(colour, flow, pose[:, :3])


def _fill(path: Path, networks: dict[str, nn.Module]) -> None:
    nn.ModuleDict(networks).load_state_dict(torch.load(path, weights_only=True)["networks"])


def read_networks(folder: Path, loss: str) -> Networks:
    """What `train` left in its folder."""
    made = Networks(Morpher().eval(), Rotator().eval(), Combiner().eval())
    _fill(folder / "morpher.pt", {"morpher": made.morpher})
    _fill(folder / f"rotator_{loss}.pt", {"rotator": made.rotator, "combiner": made.combiner})
    return made


def megabytes(networks: Networks) -> float:
    """Size of the weights as float32."""
    parts = (networks.morpher, networks.rotator, networks.combiner)
    return sum(p.numel() for part in parts for p in part.parameters()) * 4 / 2**20


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Mean structural similarity (Wang et al., 2004), (B,), of pictures (B, C, H, W) of 0 - 1, by a Gaussian of 1.5."""
    t = torch.arange(-5, 6, dtype=a.dtype)
    bell = torch.exp(-0.5 * (t / 1.5) ** 2)
    size = a.shape[-1]
    # Two products of matrices are ten times as fast here as a convolution of one channel.
    places = torch.arange(size - 10)[:, None] + torch.arange(11)
    band = torch.zeros(size - 10, size).scatter_(1, places, (bell / bell.sum()).repeat(size - 10, 1))

    def smooth(x: Tensor) -> Tensor:
        return band @ x @ band.T

    ma, mb = smooth(a), smooth(b)
    va, vb, both = smooth(a * a) - ma * ma, smooth(b * b) - mb * mb, smooth(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    found = ((2 * ma * mb + c1) * (2 * both + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return found.mean(dim=(1, 2, 3))


def measured(folder: Path) -> dict[str, Array]:
    """Rows name -> (RMSE of 255, SSIM), over the held-out heads."""
    heads = read_heads(folder / "heads.npy")
    networks = {loss: read_networks(folder, loss) for loss in LOSSES}
    found: dict[str, list[tuple[float, float]]] = {}

    def add(name: str, made: Tensor, wanted: Tensor) -> None:
        apart = ((made - wanted) ** 2).mean(dim=(1, 2, 3))
        found.setdefault(name, []).extend(zip(apart.tolist(), ssim(made, wanted).tolist(), strict=True))

    for k in range(len(heads.rest) - HELD, len(heads.rest)):
        pose = torch.from_numpy(heads.poses[k, :EACH])
        rest = premultiplied(heads.rest[k][None]).repeat(EACH, 1, 1, 1)
        face, wanted = premultiplied(heads.faces[k, :EACH]), premultiplied(heads.turned[k, :EACH])
        add("control", rest, wanted)
        morphed = networks["l1"].morph(rest, pose)
        add("face at rest, against the face moved", rest, face)
        add("morpher, against the face moved", morphed, face)
        for loss, network in networks.items():
            for path, made in zip(PATHS, network.turn(face, pose), strict=True):
                add(f"{path}, {loss}", made, wanted)
            add(f"whole, {loss}", network.turn(morphed, pose)[2], wanted)
    return {
        name: np.array([255 * np.sqrt(np.mean([v[0] for v in values])), np.mean([v[1] for v in values])])
        for name, values in found.items()
    }


def table(found: dict[str, Array]) -> str:
    """The rows as Markdown."""
    rows = ["| | RMSE, L1 | RMSE, perceptual | SSIM, L1 | SSIM, perceptual |", "| --- | --- | --- | --- | --- |"]
    for path in (*PATHS, "whole"):
        a, b = (found[f"{path}, {loss}"] for loss in LOSSES)
        rows.append(f"| {path} | {a[0]:.1f} | {b[0]:.1f} | {a[1]:.3f} | {b[1]:.3f} |")
    rows += [
        f"| {name} | {found[name][0]:.1f} | | {found[name][1]:.3f} | |"
        for name in ("control", "morpher, against the face moved", "face at rest, against the face moved")
    ]
    return "\n".join(rows)


def main() -> None:
    """Print the table, and write the card."""
    parser = argparse.ArgumentParser(prog="python -m orator.models.training.rotator.table", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    text = table(measured(folder))
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    size = megabytes(read_networks(folder, "l1"))
    card = f"Rotator of our own, {size:.1f} MB. Trained by `train` with {plan}; held out: {HELD} heads.\n\n{text}\n"
    (folder / "card.md").write_text(card, encoding="utf-8")
    print(card)


if __name__ == "__main__":
    main()
