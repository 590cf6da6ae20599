"""EMAGE as one of the models: its card, and its checkpoint out of a folder of the artist's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...core.editions import without_torch
from ...core.errors import OratorError
from ...core.model_card import FileInput, Mode, ModelCard

if TYPE_CHECKING:
    from ...core.settings import Settings
    from ..interface.pipeline import Session


class EmagePipeline:
    """The published EMAGE networks (Liu et al., CVPR 2024)."""

    card = ModelCard(
        "emage",
        1,
        "EMAGE",
        "The published EMAGE checkpoint (BEAT2), from your own copy of its files",
        "CC BY-NC 4.0 (code and data), Apache-2.0 (the hub's page)",
        (
            Mode(
                "orator", "Orator", "For animation: whole speech, blended windows, feet that stand, several takes",
                frozenset(("travel", "temperature", "blink_rate")),
            ),
            Mode(
                "reference", "Reference", "The published inference to the number, with its flaws", frozenset(), False
            ),
        ),
        files=(
            FileInput("hints", "hints", "EMAGE hints: an .npz with hint_motion and hint_mask (T, 337)"),
            FileInput("smplx_file", "", "The SMPL-X model for its face and fingers; none: one beside the weights"),
        ),
        in_folder=True,
        expressive=True,
    )  # fmt: skip

    def weights(self, settings: Settings) -> dict[str, str]:
        """The folder."""
        return {"emage": settings.model}

    def load(self, folder: str) -> Session:
        """The checkpoint is read when it is first asked to perform. Raises OratorError where PyTorch is missing."""
        reason = without_torch("EMAGE")
        if reason:
            raise OratorError(f"{reason}.")
        from .generate import EmageSession

        return EmageSession(Path(folder).expanduser())
