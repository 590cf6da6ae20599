"""The guided model: its card, and which weight files it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...core.catalogue.controls import CONTROL_NAMES, Control
from ...core.model_card import INPUTS, Mode, ModelCard
from ..embedded.pipeline import WEIGHTS as EMBEDDED

if TYPE_CHECKING:
    from ...core.settings import Settings
    from ..interface.pipeline import Session

WEIGHTS: Final[dict[str, tuple[str, ...]]] = {**EMBEDDED, "body": ("guided", "body_between")}
"""The weight files, by what they are for."""


class GuidedPipeline:
    """Guide poses about one a second, and a diffusion in between that hears both voices of a conversation."""

    card = ModelCard(
        "guided", 2, "Guided", "Poses about one a second, and a diffusion in between: your keys are guide poses",
        "GPL-3.0-or-later",
        (Mode("orator", "Orator", "Guides, then what lies between them", frozenset((*CONTROL_NAMES, *INPUTS))),),
        speeches=2,
        controls=(
            Control(
                "voice_guidance", "Voices", "How far both voices count in between: 1 as learned, more is more pointed",
                1.0, 0.0, 3.0,
            ),
        ),
    )  # fmt: skip

    def weights(self, settings: Settings) -> dict[str, str]:
        """Each file's version: the start of its SHA-256."""
        from ..weights import weights_version

        rooms = {"speech"} | {"face" if part == "face" else "body" for part in settings.parts}
        return {name: weights_version(name) for room in sorted(rooms) for name in WEIGHTS[room]}

    def load(self, folder: str) -> Session:
        """Networks load when they are first used, and stay."""
        from .perform import GuidedSession

        return GuidedSession()
