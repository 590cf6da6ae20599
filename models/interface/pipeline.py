"""The one interface of all models: a pipeline that tells what it is, loads, and turns a request into a performance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ...core.arrays import Array

if TYPE_CHECKING:
    from ...core.model_card import ModelCard
    from ...core.performance import Performance
    from ...core.request.generation import GenerationRequest
    from ...core.settings import Settings
    from .progress import Stages


@dataclass(frozen=True)
class Performed:
    """What a model made: the performance, arrays of its own that a TAKE.npz keeps beside it, and what it tells in the
    take's provenance."""

    performance: Performance
    arrays: Mapping[str, Array] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)


class Session(Protocol):
    """A loaded model. `stages` are the names and relative lengths of what it does, for the progress bar."""

    @property
    def stages(self) -> Mapping[str, float]: ...

    def perform(self, request: GenerationRequest, seed: int, stages: Stages) -> Performed:
        """A performance of `request.frames` frames at 30 fps.

        What is given leads the network as far as it can be led; models/generate.py makes it exact afterwards. The same
        request and seed give the same bits. Ticks of `stages` are called five times a second at least, and may raise
        Cancelled. Raises OratorError for what the model cannot do.
        """


class Pipeline(Protocol):
    """A model: `card` is everything about it that needs no network. Importing one imports neither torch nor scipy."""

    card: ModelCard

    def weights(self, settings: Settings) -> dict[str, str]:
        """Which weights these settings use, for provenance: name -> version."""

    def load(self, folder: str) -> Session:
        """The model, ready to perform; `folder` is '' for embedded weights. Raises OratorError for missing files."""
