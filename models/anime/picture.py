"""Pictures as the published networks take and give them: light linear, from -1 to 1, straight opacity.

As the published code does it, clear pixels are made black before the networks. IEC 61966-2-1 for sRGB.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...core.arrays import Array
from ...core.errors import OratorError
from ...core.pictures import figures, fitted, keyed, linear_to_srgb, opaque, srgb_to_linear
from .layout import Form


def fit_picture(picture: Array, form: Form) -> Array:
    """A picture (H, W, 4) uint8 at the form's size, its plain background made clear. Raises OratorError."""
    picture = keyed(picture)
    if opaque(picture):
        raise OratorError(
            "The picture has no clear background, and its border is of several colours: cut the character out and save "
            "it as a PNG with alpha."
        )
    if figures(picture) > 1:
        raise OratorError("The picture shows several figures: crop it to the one that should talk.")
    out = fitted(picture, form.size)
    if (out[..., 3] > 127).mean() < 0.05:
        raise OratorError("The picture is almost empty: the character should fill most of its middle square.")
    return out


def to_network(picture: Array) -> Tensor:
    """(N, N, 4) uint8 sRGB to (1, 4, N, N) float32."""
    x = picture.astype(np.float64) / 255.0
    x[x[..., 3] == 0.0] = 0.0
    x[..., :3] = srgb_to_linear(x[..., :3])
    return torch.from_numpy((x.transpose(2, 0, 1)[None] * 2.0 - 1.0).astype(np.float32))


def from_network(image: Tensor) -> Array:
    """(1, 4, N, N) to (N, N, 4) uint8 sRGB."""
    x = np.clip((image[0].numpy().astype(np.float64).transpose(1, 2, 0) + 1.0) / 2.0, 0.0, 1.0)
    x[..., :3] = linear_to_srgb(x[..., :3])
    return np.rint(x * 255.0).astype(np.uint8)
