"""The embedded model: its card, and which weight files it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...core.catalogue.controls import CONTROL_NAMES
from ...core.model_card import INPUTS, Mode, ModelCard

if TYPE_CHECKING:
    from ...core.settings import Settings
    from ..interface.pipeline import Session

WEIGHTS: Final[dict[str, tuple[str, ...]]] = {
    "speech": ("phones",),
    "body": ("body_between",),
    "face": ("face_lips", "face_diffusion"),
}
"""The weight files, by what they are for."""


class EmbeddedPipeline:
    """Orator's own networks."""

    card = ModelCard(
        "embedded", 0, "Orator", "The networks that come with Orator", "GPL-3.0-or-later",
        (Mode("orator", "Orator", "Orator's own way", frozenset((*CONTROL_NAMES, *INPUTS))),),
    )  # fmt: skip

    def weights(self, settings: Settings) -> dict[str, str]:
        """Each file's version: the start of its SHA-256."""
        from ..weights import weights_version

        rooms = {"speech"} | {"face" if part == "face" else "body" for part in settings.parts}
        return {name: weights_version(name) for room in sorted(rooms) for name in WEIGHTS[room]}

    def load(self, folder: str) -> Session:
        """Networks load when they are first used, and stay."""
        from .perform import EmbeddedSession

        return EmbeddedSession()
