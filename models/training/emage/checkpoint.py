"""Writes a checkpoint folder in EMAGE's published layout with random weights, at any width, for tests."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ....core.arrays import Array
from ...emage.files import CONFIG_NAME, read_config, subfolder
from ...emage.layout import VQ_LAYERS, VQ_PARTS, VQ_WIDTHS, Shapes, part_shapes, root_shapes

PUBLISHED = {"hidden": 768, "width": 256, "codes": 256}
TINY = {"hidden": 16, "width": 16, "codes": 16}


def configs(hidden: int, width: int, codes: int) -> dict[str, dict[str, object]]:
    """The config.json of the root ('') and of each part. Widths: transformer; audio and hint features; codes."""
    out: dict[str, dict[str, object]] = {
        "": {
            "model_type": "emage_audio",
            "hidden_size": hidden,
            "audio_f": width,
            "motion_f": width,
            "vae_codebook_size": codes,
            "pose_dims": 330,
            "pose_fps": 30,
            "audio_sr": 16000,
            "pose_length": 64,
            "seed_frames": 4,
            "speaker_dims": 1,
            **{"lf": 3, "lu": 3, "lh": 3, "ll": 3, "cf": 0, "cu": 1, "ch": 1, "cl": 1},
        }
    }
    for part in VQ_PARTS:
        out[part] = {
            "model_type": "emage_vaeconv" if part == "global" else "emage_vqvaeconv",
            "vae_codebook_size": codes,
            "vae_layer": VQ_LAYERS[part],
            "vae_length": codes,
            "vae_test_dim": VQ_WIDTHS[part],
        }
    return out


def position_code(frames: int, width: int, period: int) -> Array:
    """The periodic sine code (1, frames, width)."""
    place = (np.arange(frames) % period)[:, None] * np.exp(np.arange(0, width, 2) * (-math.log(10000.0) / width))
    return np.stack([np.sin(place), np.cos(place)], axis=-1).reshape(1, frames, width).astype(np.float32)


def random_tensors(shapes: Shapes, seed: int) -> dict[str, Array]:
    """Random values that keep activations near 1: scaled by fan-in, norms near the identity, variances positive."""
    rng = np.random.default_rng(seed)
    out: dict[str, Array] = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            out[name] = np.array(1, np.int64)
        elif name.endswith("position_embeddings.pe"):
            out[name] = position_code(shape[1], shape[2], shape[1] // 2)
        elif name.endswith("running_var"):
            out[name] = rng.uniform(0.5, 1.5, shape).astype(np.float32)
        elif len(shape) == 1:
            norm = name.endswith("weight")
            out[name] = (norm + 0.1 * rng.standard_normal(shape, np.float32)).astype(np.float32)
        else:
            fan_in = 1 if "embedding" in name else math.prod(shape[1:])
            out[name] = rng.standard_normal(shape, np.float32) / np.float32(math.sqrt(fan_in))
    return out


def write_checkpoint(
    folder: Path, hidden: int, width: int, codes: int, seed: int = 0, formats: Sequence[str] = ("safetensors",)
) -> Path:
    """Write the folder; `formats` of 'safetensors' and 'bin'. Returns the folder."""
    import torch
    from safetensors.torch import save_file

    for part, config in configs(hidden, width, codes).items():
        (folder / subfolder(part)).mkdir(parents=True, exist_ok=True)
        (folder / subfolder(part) / CONFIG_NAME).write_text(json.dumps(config, indent=2))
    written = read_config(folder)
    for k, part in enumerate(("", *VQ_PARTS)):
        shapes = part_shapes(part, written) if part else root_shapes(written)
        tensors = {name: torch.from_numpy(value) for name, value in random_tensors(shapes, seed + k).items()}
        if "safetensors" in formats:
            save_file(tensors, folder / subfolder(part) / "model.safetensors", metadata={"format": "pt"})
        if "bin" in formats:
            torch.save(tensors, folder / subfolder(part) / "pytorch_model.bin")
    return folder
