"""Writes trained checkpoints as the shipped weight files.

    python -m orator.models.training.face.export [--lips lips] [--first lips_first --share 0.3] [--diffusion emodiff]

With `--first` the lips are the mean of two checkpoints (or weight files) of one descent, `--share` of the first.
"""

from __future__ import annotations

import argparse

from safetensors.torch import save_file

from ...weights import FOLDER
from .fit import kept


def export(checkpoint: str, name: str, first: str | None = None, share: float = 0.0) -> None:
    """.cache/face/CHECKPOINT.pt to models/weights/NAME.safetensors, half precision except scales; `first` mixed in."""
    state = kept(checkpoint)
    if first:
        other = kept(first)
        state = {k: share * other[k] + (1.0 - share) * v for k, v in state.items()}
    small = {k: (v if k in ("mean", "scale") else v.half()).contiguous() for k, v in state.items()}
    save_file(small, str(FOLDER / f"{name}.safetensors"), metadata={"checkpoint": checkpoint})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lips")
    parser.add_argument("--first", help="a checkpoint that the lips went on from, to be mixed in")
    parser.add_argument("--share", type=float, default=0.3, help="of --first")
    parser.add_argument("--diffusion")
    arguments = parser.parse_args()
    if arguments.lips:
        export(arguments.lips, "face_lips", arguments.first, arguments.share)
    if arguments.diffusion:
        export(arguments.diffusion, "face_diffusion")
