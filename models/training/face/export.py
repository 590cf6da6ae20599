"""Writes trained checkpoints as the shipped weight files.

python -m orator.models.training.face.export [--lips lips] [--diffusion emodiff]
"""

from __future__ import annotations

import argparse

import torch
from safetensors.torch import save_file

from ...weights import FOLDER
from .data import cache_folder


def export(checkpoint: str, name: str) -> None:
    """.cache/face/CHECKPOINT.pt to models/weights/NAME.safetensors, half precision except scales."""
    state = torch.load(cache_folder() / f"{checkpoint}.pt", weights_only=True)
    small = {k: (v if k in ("mean", "scale") else v.half()).contiguous() for k, v in state.items()}
    save_file(small, str(FOLDER / f"{name}.safetensors"), metadata={"checkpoint": checkpoint})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lips")
    parser.add_argument("--diffusion")
    arguments = parser.parse_args()
    if arguments.lips:
        export(arguments.lips, "face_lips")
    if arguments.diffusion:
        export(arguments.diffusion, "face_diffusion")
