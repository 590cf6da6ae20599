"""The list of models. One more: a pipeline (models/interface/pipeline.py) in a folder of its own, and a line here."""

from __future__ import annotations

from ..core.model_card import add_card, card_of, drop_card, split_id
from ..core.settings import Settings
from .emage.pipeline import EmagePipeline
from .embedded.pipeline import EmbeddedPipeline
from .guided.pipeline import GuidedPipeline
from .interface.pipeline import Pipeline, Session

_pipelines: dict[str, Pipeline] = {}


def register(pipeline: Pipeline) -> None:
    """Make a model known: before Orator registers with Blender, so that its own controls get their place there."""
    add_card(pipeline.card)
    _pipelines[pipeline.card.name] = pipeline


def unregister(name: str) -> None:
    """Forget a model."""
    drop_card(name)
    _pipelines.pop(name, None)


def pipeline_of(settings: Settings) -> Pipeline:
    """The pipeline that the settings ask for. Raises OratorError when there is none of that name."""
    return _pipelines[card_of(settings.model).name]


def session_of(settings: Settings) -> Session:
    """That pipeline, loaded. Raises OratorError."""
    return pipeline_of(settings).load(split_id(settings.model)[1])


for _one in (EmbeddedPipeline(), EmagePipeline(), GuidedPipeline()):
    register(_one)
