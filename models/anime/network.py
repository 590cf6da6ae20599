"""The published networks. Each gives its results in the published order, the picture first."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import convolution, head, mixed, mixed_colours, moved, with_pose
from .bodies import FirstChain, FirstUNet, PoseChain, ResizeChain, ResizeUNet
from .layout import BODY, BROWS, FACE, HEAD, Form


class FirstMorpher(nn.Module):
    """First form: eyes and mouth."""

    def __init__(self) -> None:
        super().__init__()
        self.main_body = FirstChain(4 + 3)
        self.color_change = head(64, 4, 7, nn.Tanh, bias=False)
        self.alpha_mask = head(64, 4, 7, nn.Sigmoid, bias=False)

    def forward(self, image: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.main_body(with_pose(image, pose))
        alpha, colour = self.alpha_mask(y), self.color_change(y)
        return [mixed(alpha, image, colour), alpha, colour]


class FirstRotator(nn.Module):
    """First and second form: the head's turn, drawn in two ways."""

    def __init__(self) -> None:
        super().__init__()
        self.main_body = FirstChain(4 + len(HEAD))
        self.pumarola_color_change = head(64, 4, 7, nn.Tanh, bias=False)
        self.pumarola_alpha_mask = head(64, 4, 7, nn.Sigmoid, bias=False)
        self.zhou_grid_change = convolution(64, 2, 7)

    def forward(self, image: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.main_body(with_pose(image, pose))
        colour, alpha = self.pumarola_color_change(y), self.pumarola_alpha_mask(y)
        change = self.zhou_grid_change(y)
        return [mixed(alpha, image, colour), moved(change, image, corners=True), colour, alpha, change]


class FirstCombiner(nn.Module):
    """First and second form: one picture out of the two ways of turning the head."""

    def __init__(self) -> None:
        super().__init__()
        self.main_body = FirstUNet(4 + 4 + len(HEAD))
        self.combine_alpha_mask = head(64, 4, 7, nn.Sigmoid, bias=False)
        self.retouch_alpha_mask = head(64, 4, 7, nn.Sigmoid, bias=False)
        self.retouch_color_change = head(64, 4, 7, nn.Tanh, bias=False)

    def forward(self, first: Tensor, second: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.main_body(with_pose(torch.cat([first, second], dim=1), pose))
        choice, alpha, colour = self.combine_alpha_mask(y), self.retouch_alpha_mask(y), self.retouch_color_change(y)
        combined = mixed(choice, first, second)
        return [mixed(alpha, combined, colour), combined, choice, alpha, colour]


class BrowDecomposer(nn.Module):
    """Later forms: the brows on a layer of their own, and the face without them."""

    def __init__(self, separable: bool) -> None:
        super().__init__()
        self.body = PoseChain(4, 0, separable)
        self.background_layer_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)
        self.background_layer_color_change = head(64, 4, 3, nn.Tanh, bias=True)
        self.eyebrow_layer_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)
        self.eyebrow_layer_color_change = head(64, 4, 3, nn.Tanh, bias=True)

    def forward(self, image: Tensor) -> list[Tensor]:
        y = self.body.features(image)
        back, back_colour = self.background_layer_alpha(y), self.background_layer_color_change(y)
        brow, brow_colour = self.eyebrow_layer_alpha(y), self.eyebrow_layer_color_change(y)
        face = mixed(back, back_colour, image)
        return [mixed(brow, image, brow_colour), brow, brow_colour, face, back, back_colour]


class BrowMorpher(nn.Module):
    """Later forms: the brows moved, and put back on the face."""

    def __init__(self, separable: bool) -> None:
        super().__init__()
        self.body = PoseChain(8, len(BROWS), separable)
        self.morphed_eyebrow_layer_grid_change = convolution(64, 2, 3)
        self.morphed_eyebrow_layer_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)
        self.morphed_eyebrow_layer_color_change = head(64, 4, 3, nn.Tanh, bias=True)
        self.combine_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)

    def forward(self, face: Tensor, brows: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.body.features(torch.cat([face, brows], dim=1), pose)
        change = self.morphed_eyebrow_layer_grid_change(y)
        alpha, colour = self.morphed_eyebrow_layer_alpha(y), self.morphed_eyebrow_layer_color_change(y)
        warped = moved(change, brows)
        layer = mixed(alpha, colour, warped)
        combine = self.combine_alpha(y)
        shown = mixed_colours((layer[:, 3:4] + 1.0) / 2.0, layer, face)
        return [mixed_colours(combine, layer, face), combine, shown, layer, alpha, colour, warped, change]


class _FaceHeads:
    """Later forms: mouth and irises are moved and recoloured, then the eyes are."""

    def add_heads(self) -> None:
        self.iris_mouth_grid_change = convolution(64, 2, 3)
        self.iris_mouth_color_change = head(64, 4, 3, nn.Tanh, bias=True)
        self.iris_mouth_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)
        self.eye_color_change = head(64, 4, 3, nn.Tanh, bias=True)
        self.eye_alpha = head(64, 1, 3, nn.Sigmoid, bias=True)

    def drawn(self, y: Tensor, image: Tensor) -> list[Tensor]:
        first = moved(self.iris_mouth_grid_change(y), image)
        colour, alpha = self.iris_mouth_color_change(y), self.iris_mouth_alpha(y)
        second = mixed(alpha, colour, first)
        eye_colour, eye_alpha = self.eye_color_change(y), self.eye_alpha(y)
        return [mixed(eye_alpha, eye_colour, second), eye_alpha, eye_colour, second, alpha, colour, first]


class FaceMorpher(PoseChain, _FaceHeads):
    """Later forms, standard: the trunk's layers are the network's own in the published files."""

    def __init__(self) -> None:
        super().__init__(4, len(FACE), separable=False)
        self.add_heads()

    def forward(self, image: Tensor, pose: Tensor) -> list[Tensor]:
        return self.drawn(self.features(image, pose), image)


class SeparableFaceMorpher(nn.Module, _FaceHeads):
    """Third form, separable."""

    def __init__(self) -> None:
        super().__init__()
        self.body = PoseChain(4, len(FACE), separable=True)
        self.add_heads()

    def forward(self, image: Tensor, pose: Tensor) -> list[Tensor]:
        return self.drawn(self.body.features(image, pose), image)


class BodyRotator(nn.Module):
    """Third form: head and body turned at half size."""

    def __init__(self, separable: bool) -> None:
        super().__init__()
        self.encoder_decoder = ResizeChain(4 + len(HEAD + BODY), separable)
        self.direct_creator = head(64, 4, 3, nn.Tanh, bias=True)
        self.grid_change_creator = convolution(64, 2, 3)

    def forward(self, image: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.encoder_decoder(with_pose(image, pose))
        change = self.grid_change_creator(y)
        return [self.direct_creator(y), moved(change, image), change]


class Editor(nn.Module):
    """Third form: the turn at full size, from the one at half size."""

    def __init__(self, separable: bool) -> None:
        super().__init__()
        self.body = ResizeUNet(4 + 4 + 2 + len(HEAD + BODY), separable)
        self.color_change_creator = head(32, 4, 3, nn.Tanh, bias=True)
        self.alpha_creator = head(32, 4, 3, nn.Sigmoid, bias=True)
        self.grid_change_creator = convolution(32, 2, 3)

    def forward(self, image: Tensor, warped: Tensor, change: Tensor, pose: Tensor) -> list[Tensor]:
        y = self.body(with_pose(torch.cat([image, warped, change], dim=1), pose))
        change = change + self.grid_change_creator(y)
        colour, alpha = self.color_change_creator(y), self.alpha_creator(y)
        warped = moved(change, image)
        return [mixed(alpha, colour, warped), alpha, colour, warped, change]


def doubled(image: Tensor, size: int) -> Tensor:
    """The picture at another size, bilinear."""
    return F.interpolate(image, size=(size, size), mode="bilinear", align_corners=False)


def empty_network(form: Form, name: str) -> nn.Module:
    """A network of a form with its layers and no memory for its weights."""
    with torch.device("meta"):
        if form.name == "v1" and name == "face_morpher":
            return FirstMorpher()
        makers = {
            "two_algo_face_rotator": FirstRotator,
            "combiner": FirstCombiner,
            "eyebrow_decomposer": lambda: BrowDecomposer(form.separable),
            "eyebrow_morphing_combiner": lambda: BrowMorpher(form.separable),
            "face_morpher": SeparableFaceMorpher if form.separable else FaceMorpher,
            "two_algo_face_body_rotator": lambda: BodyRotator(form.separable),
            "editor": lambda: Editor(form.separable),
        }
        return makers[name]()
