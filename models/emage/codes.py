"""From codes to motion: EMAGE's five part decoders, the nearest code, the whole body and the root's travel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.skeleton import HANDS, INDEX, LOWER, UPPER
from .convolutions import Decoder, Encoder, Tensors, decoder_reach, encoder_reach
from .layout import VQ_LAYERS, VQ_WIDTHS
from .rotation import axis_angle_from_rot6d, rot6d_from_axis_angle

JAW = INDEX["jaw"]
EXPRESSIONS = 100
PART_JOINTS = {"upper": UPPER, "hands": HANDS, "lower": LOWER, "face": (JAW,)}
TRAVEL_REACH = encoder_reach(VQ_LAYERS["global"]) + decoder_reach("global")
"""Frames to each side that the root's velocity depends on."""
VELOCITY_STEP = 1 / 30
"""Seconds of a frame: x and z of the global decoder are velocities."""


@dataclass(frozen=True)
class Channels:
    """Decoded channels (T, width) by part: rot6d, then expressions (face) or translation and contacts (lower)."""

    parts: dict[str, Tensor]

    def axis_angle(self) -> Tensor:
        """The whole body (T, 55, 3), radians; the eyes rest."""
        out = self.parts["upper"].new_zeros(len(self.parts["upper"]), 55, 3)
        for part, joints in PART_JOINTS.items():
            rows = self.parts[part][:, : 6 * len(joints)].unflatten(-1, (-1, 6))
            out[:, list(joints)] = axis_angle_from_rot6d(rows)
        return out

    def expressions(self) -> Tensor:
        """(T, 100)."""
        return self.parts["face"][:, 6:]

    def as_hints(self) -> Tensor:
        """(T, 337), as the network takes hints: rot6d of the rounded-off axis-angle, translation, contacts."""
        rows = rot6d_from_axis_angle(self.axis_angle()).flatten(1)
        return torch.cat([rows, self.parts["lower"][:, -7:]], dim=1)


class Codes:
    """The five emage_vq parts; tensors by part name, float32 on one device. `exact` as in Decoder."""

    def __init__(self, weights: dict[str, Tensors], exact: bool = True) -> None:
        self._books = {part: w["quantizer.embedding.weight"] for part, w in weights.items() if part != "global"}
        self._lengths = {part: (book**2).sum(1) for part, book in self._books.items()}
        self._decoders = {part: Decoder(w, part, exact) for part, w in weights.items()}
        self._motion_encoder = Encoder(weights["global"], "encoder.main", VQ_LAYERS["global"])

    def nearest(self, part: str, latent: Tensor) -> Tensor:
        """Index (T,) of the code nearest to each latent (T, width)."""
        book = self._books[part]
        distance = (latent**2).sum(1, keepdim=True) + self._lengths[part] - 2 * latent @ book.t()
        return distance.argmin(dim=1)

    def nearness(self, part: str, latent: Tensor) -> Tensor:
        """Minus the squared distance (T, C) of each latent (T, width) to each code: the logits of `nearest`."""
        book = self._books[part]
        return 2 * latent @ book.t() - self._lengths[part] - (latent**2).sum(1, keepdim=True)

    def decode(self, index: dict[str, Tensor]) -> Channels:
        """The motion of code indices (T,) of face, upper, hands and lower."""
        latents = {part: self.vectors(part, index[part]) for part in PART_JOINTS}
        return Channels({part: self.decode_latent(part, latent) for part, latent in latents.items()})

    def vectors(self, part: str, index: Tensor) -> Tensor:
        """Code vectors (T, width) of indices (T,)."""
        return F.embedding(index, self._books[part])

    def decode_latent(self, part: str, latent: Tensor) -> Tensor:
        """A part's channels (T, width) from latents (T, width of the code book)."""
        return self._decoders[part](latent[None])[0]

    def velocity_and_height(self, lower: Tensor) -> Tensor:
        """(T, 3) of decoded lower channels (T, 61): x velocity, height and z velocity, metres and m/s."""
        channels = self._decoders["global"](self._motion_encoder(lower[None]))[0]
        return channels[:, VQ_WIDTHS["global"] - 7 : VQ_WIDTHS["global"] - 4]

    def travel(self, lower: Tensor) -> Tensor:
        """Root translation (T, 3), metres, from decoded lower channels (T, 61); x and z start at 0."""
        return integrated(self.velocity_and_height(lower))


def integrated(path: Tensor) -> Tensor:
    """Root translation (T, 3), metres, of velocities and heights (T, 3)."""
    step = torch.cat([path.new_zeros(1, 3), path[:-1] * VELOCITY_STEP]).cumsum(0)
    return torch.stack([step[:, 0], path[:, 1], step[:, 2]], dim=1)
