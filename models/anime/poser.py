"""From a picture and a pose to a picture, in stages: once a picture, once an expression, once a drawing.

Pictures are (1, 4, N, N) float32 from -1 to 1, red, green, blue and opacity, light linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .layout import BROWS, FACE, Form
from .network import doubled, empty_network

EXPRESSION_FIRST = len(BROWS)


@dataclass(frozen=True)
class Prepared:
    """A picture, and what the later forms make of it before any pose."""

    image: Tensor
    brows: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Expression:
    """The picture with another face, and everything the networks gave on the way, in the published order."""

    image: Tensor
    outputs: tuple[Tensor, ...]


class Poser:
    """The networks of a form, ready to draw.

    Raises RuntimeError (torch's) for weights of another layout; `files.load` has looked before.
    """

    def __init__(
        self,
        form: Form,
        weights: Mapping[str, Mapping[str, Tensor]],
        dtype: torch.dtype = torch.float32,
        layout: torch.memory_format = torch.contiguous_format,
    ) -> None:
        self.form = form
        self._networks: dict[str, nn.Module] = {}
        for name in form.networks:
            network = empty_network(form, name)
            network.load_state_dict(dict(weights[name]), strict=True, assign=True)
            # torch's own types leave memory_format out
            laid = network.to(dtype, memory_format=layout)  # type: ignore[call-overload]
            self._networks[name] = laid.eval().requires_grad_(False)
        self._left = (form.size - 256) // 2
        """Columns left of the 256 that the head lies in; the head is at the top."""

    def split(self, pose: Tensor) -> tuple[Tensor, Tensor]:
        """The pose (1, P) as the numbers of the face and those of the turn."""
        turned = len(self.form.turned)
        if self.form.name == "v1":
            return pose[:, turned:], pose[:, :turned]
        return pose[:, :-turned], pose[:, -turned:]

    def _crop(self, image: Tensor, size: int) -> Tensor:
        """The `size` pixels about the middle of the head's 256; a view."""
        top = (256 - size) // 2
        # Face and brows lie a little above the middle: 192 pixels begin at 32, 128 at 64.
        return image[:, :, top : top + size, self._left + top : self._left + top + size]

    @torch.inference_mode()
    def prepare(self, image: Tensor) -> Prepared:
        """What is computed once a picture."""
        if self.form.name == "v1":
            return Prepared(image)
        return Prepared(image, tuple(self._networks["eyebrow_decomposer"](self._crop(image, 128).contiguous())))

    @torch.inference_mode()
    def express(self, prepared: Prepared, face: Tensor) -> Expression:
        """What is computed once an expression: the face's numbers (1, P)."""
        if self.form.name == "v1":
            outputs = self._networks["face_morpher"](prepared.image, face)
            return Expression(outputs[0], tuple(outputs))
        layer, _, _, bare, _, _ = prepared.brows
        brows = self._networks["eyebrow_morphing_combiner"](bare, layer, face[:, :EXPRESSION_FIRST])
        whole = prepared.image.clone()
        self._crop(whole, 128)[:] = brows[2]
        morphed = self._networks["face_morpher"](
            self._crop(whole, 192).contiguous(), face[:, EXPRESSION_FIRST : EXPRESSION_FIRST + len(FACE)]
        )
        self._crop(whole, 192)[:] = morphed[0]
        return Expression(whole, (*morphed, *brows, *prepared.brows))

    @torch.inference_mode()
    def turn(self, expression: Expression, turned: Tensor) -> list[Tensor]:
        """What is computed once a drawing: the turn's numbers (1, P). The finished picture is the first."""
        if "editor" in self._networks:
            half = doubled(expression.image, 256)
            rotated = self._networks["two_algo_face_body_rotator"](half, turned)
            size = self.form.size
            last = self._networks["editor"](
                expression.image, doubled(rotated[1], size), doubled(rotated[2], size), turned
            )
        else:
            rotated = self._networks["two_algo_face_rotator"](expression.image, turned)
            last = self._networks["combiner"](rotated[0], rotated[1], turned)
        return [*last, *rotated, *expression.outputs]
