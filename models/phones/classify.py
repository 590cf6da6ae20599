"""Phone posteriors of any speech, voice or language: (N, 40) at the features' 100 frames a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ...core.errors import OratorError
from ...core.speech.features import SpeechFeatures
from ...core.speech.phones import PHONE_INDEX, PHONES

if TYPE_CHECKING:
    from .network import PhoneNetwork

WEIGHTS: Final = Path(__file__).resolve().parents[1] / "weights" / "phones.safetensors"
BLOCK: Final = 3000
# Decibels below the clip's loud frames under which a frame takes part in no channel average.
ACTIVE: Final = -35.0
SCALE: Final = 3.0
# A clip this long (in active frames) speaks for its own channel; a shorter one leans on the average voice.
OWN_FRAMES: Final = 100.0


def normalised(mel: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """Log-mel (N, 64) less the clip's mean over its loud frames: microphone and room colour drop out. float32."""
    active = energy > ACTIVE
    count = float(active.sum())
    usual = usual_colour()
    mean = mel[active].mean(axis=0, dtype=np.float64) if count else usual
    mean = (mean * count + usual * OWN_FRAMES) / (count + OWN_FRAMES)
    return (mel - mean.astype(np.float32)) / np.float32(SCALE)


@lru_cache(maxsize=1)
def usual_colour() -> np.ndarray:
    """The long-term log-mel (64,) of an average voice: falling by a few units from the low bands to the high."""
    band = np.arange(64) / 63.0
    return (-3.5 - 5.0 * band).astype(np.float64)


@lru_cache(maxsize=1)
def load_network(path: Path = WEIGHTS) -> PhoneNetwork:
    """The network with its embedded weights. Raises OratorError when the file is missing or damaged."""
    from safetensors.torch import load_file

    from .network import PhoneNetwork

    network = PhoneNetwork()
    try:
        state = {name: tensor.float() for name, tensor in load_file(path).items()}
        missing = network.load_state_dict(state, strict=False)
        if missing.unexpected_keys or [k for k in missing.missing_keys if not k.endswith("num_batches_tracked")]:
            raise KeyError("names do not match")
    except FileNotFoundError:
        raise OratorError(f"The weight file '{path.name}' is missing. Install Orator again.") from None
    except Exception as error:  # safetensors and torch raise many kinds for a damaged file
        raise OratorError(f"The weight file '{path.name}' is damaged. Install Orator again.") from error
    network.eval()
    network.fold()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network


def posteriors(features: SpeechFeatures, tick: Callable[[float], None] | None = None) -> np.ndarray:
    """Phone posteriors (N, 40), float32, rows sum to 1, in blocks of 30 s so that an hour stays small.

    `tick(fraction)` may raise Cancelled. A silent clip is SIL throughout.
    """
    import torch

    frames = features.frames
    out = np.empty((frames, len(PHONES)), np.float32)
    if float(features.energy.max(initial=-60.0)) <= ACTIVE:
        out[:] = 0.0
        out[:, PHONE_INDEX["SIL"]] = 1.0
        return out
    from .network import CONTEXT

    network = load_network()
    mel = normalised(features.mel, features.energy)
    margin = CONTEXT + CONTEXT % 2
    silence = mel.min(axis=0)
    with torch.inference_mode():
        for first in range(0, frames, BLOCK):
            last = min(first + BLOCK, frames)
            low, high = first - margin, last + margin + (last - first) % 2
            piece = mel[max(low, 0) : min(high, frames)]
            before, after = max(0, -low), max(0, high - frames)
            piece = np.concatenate([np.tile(silence, (before, 1)), piece, np.tile(silence, (after, 1))])
            logits = network(torch.from_numpy(np.ascontiguousarray(piece.T))[None])[0]
            out[first:last] = torch.softmax(logits, dim=0).T[margin : margin + last - first].numpy()
            if tick is not None:
                tick(last / frames)
    return out
