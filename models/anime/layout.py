"""What the published forms are made of: their numbers, their networks and the files those lie in.

Khungurn, "Talking Head Anime from a Single Image" (2019), its second (2021) and third (2022) form. Their code is under
the MIT licence, their weights under CC BY 4.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...core.anime.names import BODY_NUMBERS, BROW_NUMBERS, FACE_NUMBERS, HEAD_NUMBERS, NUMBERS

CREDIT: Final = (
    "Weights: Talking Head Anime from a Single Image 1-3 by Pramook Khungurn, Creative Commons Attribution 4.0 "
    "(CC BY 4.0). Name the author where you show pictures made with them."
)
"""What is shown wherever the weights are chosen or used."""

BROWS: Final = BROW_NUMBERS
FACE: Final = FACE_NUMBERS[len(BROWS) :]
HEAD: Final = HEAD_NUMBERS
BODY: Final = BODY_NUMBERS


@dataclass(frozen=True)
class Form:
    """One published form.

    numbers      its pose in the published order; `turned` of them move head and body, the others the face.
    networks     in the order in which they are used; a file NETWORK.pt each.
    size         of the picture it takes and gives, in pixels.
    separable    whether its convolutions are split into one a channel and one a pixel.
    """

    name: str
    title: str
    numbers: tuple[str, ...]
    turned: tuple[str, ...]
    networks: tuple[str, ...]
    size: int
    separable: bool = False

    @property
    def kind(self) -> str:
        """'6', '42' or '45': the set of numbers."""
        return str(len(self.numbers))


_BROW_NETWORKS: Final = ("eyebrow_decomposer", "eyebrow_morphing_combiner", "face_morpher")
_THIRD: Final = (NUMBERS["45"], HEAD + BODY, (*_BROW_NETWORKS, "two_algo_face_body_rotator", "editor"))
FORMS: Final = {
    form.name: form
    for form in (
        Form(
            "v1",
            "first form, 6 numbers",
            NUMBERS["6"],
            HEAD,
            ("face_morpher", "two_algo_face_rotator", "combiner"),
            256,
        ),
        Form(
            "v2",
            "second form, 42 numbers",
            NUMBERS["42"],
            HEAD,
            (*_BROW_NETWORKS, "two_algo_face_rotator", "combiner"),
            256,
        ),
        Form("v3-separable", "third form, separable, 45 numbers", *_THIRD, 512, separable=True),
        Form("v3-standard", "third form, standard, 45 numbers", *_THIRD, 512),
    )
}
