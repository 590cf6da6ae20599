"""A model in a few lines: it nods as often as its own control says, and needs no network."""

from __future__ import annotations

import numpy as np
from orator.core.catalogue.controls import Control
from orator.core.model_card import Mode, ModelCard
from orator.core.performance import make_performance
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX
from orator.core.stance import relaxed_performance
from orator.models.interface.pipeline import Performed


class ToySession:
    """Nods."""

    stages = {"Nodding": 1.0}  # noqa: RUF012

    def perform(self, request, seed, stages) -> Performed:
        """Nods `toy_nods` times a second."""
        stages.tick("Nodding")(0.5)
        base = relaxed_performance(request.frames)
        seconds = np.arange(request.frames) / 30.0
        rate = request.settings.curve("toy_nods", seconds)
        nod = np.zeros((request.frames, 3))
        nod[:, 0] = 0.2 * np.sin(2 * np.pi * rate * seconds + seed)
        rotations = np.array(base.rotations)
        rotations[:, INDEX["head"]] = from_rotvec(nod)
        return Performed(make_performance(rotations, base.translation, base.face))


class ToyPipeline:
    """What there is to know of it."""

    card = ModelCard(
        "toy", 77, "Toy", "Nods", "none", (Mode("toy", "Toy", "Nods", frozenset()),),
        controls=(Control("toy_nods", "Nods", "Nods a second", 1.0, 0.0, 5.0),),
    )  # fmt: skip

    def weights(self, _settings) -> dict[str, str]:
        """None."""
        return {"toy": "1"}

    def load(self, _folder: str) -> ToySession:
        """Nothing to load."""
        return ToySession()
