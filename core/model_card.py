"""What there is to know of a model without running it: panels, command lines, batches and provenance read it here.

A model's card is added by the one line that registers the model (models/registry.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .catalogue.controls import CONTROL_NAMES, Control
from .errors import OratorError
from .skeleton import PARTS

if TYPE_CHECKING:
    pass

INPUTS = ("style", "transcript", "emotion")
"""What a model may hear beside the controls."""


@dataclass(frozen=True)
class Mode:
    """A way of running a model. hears: controls and INPUTS that it follows. keeps: it meets what is given."""

    name: str
    label: str
    help: str
    hears: frozenset[str]
    keeps: bool = True


@dataclass(frozen=True)
class FileInput:
    """A file that a model takes, as an option of the command line; `option` is its key in Settings.options."""

    option: str
    flag: str
    help: str


@dataclass(frozen=True)
class ModelCard:
    """A model's own row.

    name        as in Settings.model: `name`, or `name:FOLDER` when its weights are in a folder of the artist's
    number      what a .blend stores for it; never changed
    speeches    how many speeches it hears: 1, or 2 for a conversation
    controls    its own ones, beside those of the catalogue
    expressive  its faces are expressions
    """

    name: str
    number: int
    label: str
    help: str
    licence: str
    modes: tuple[Mode, ...]
    parts: tuple[str, ...] = PARTS
    speeches: int = 1
    controls: tuple[Control, ...] = ()
    files: tuple[FileInput, ...] = ()
    in_folder: bool = False
    expressive: bool = False

    @property
    def id_form(self) -> str:
        """How its id is written."""
        return f"{self.name}:FOLDER" if self.in_folder else self.name

    def mode(self, options: Mapping[str, object]) -> Mode:
        """The mode that the options ask for, the first one by default. Raises OratorError."""
        wanted = options.get("mode", self.modes[0].name)
        for mode in self.modes:
            if mode.name == wanted:
                return mode
        names = " or ".join(f"'{mode.name}'" for mode in self.modes)
        raise OratorError(f"The {self.label} mode '{wanted}' is not known: use {names}.")

    def deaf_to(self, options: Mapping[str, object]) -> tuple[str, ...]:
        """Controls and INPUTS that it does not hear in its mode."""
        hears = self.mode(options).hears
        return tuple(name for name in (*CONTROL_NAMES, *INPUTS) if name not in hears)


_cards: dict[str, ModelCard] = {}


def add_card(card: ModelCard) -> None:
    """Make a model known. Raises ValueError when another has its name or its number."""
    for other in _cards.values():
        if other.name != card.name and other.number == card.number:
            raise ValueError(f"{other.name} has the number {card.number} already")
    _cards[card.name] = card


def drop_card(name: str) -> None:
    """Forget a model."""
    _cards.pop(name, None)


def cards() -> tuple[ModelCard, ...]:
    """Every model, in the order in which they were registered."""
    return tuple(_cards.values())


def own_controls() -> dict[str, Control]:
    """The controls that models bring along, by name."""
    return {control.name: control for card in cards() for control in card.controls}


def split_id(model: str) -> tuple[str, str]:
    """A model's id as its name and its folder, '' without one."""
    name, _, folder = model.partition(":")
    return name, folder


def card_of(model: str) -> ModelCard:
    """The card for a model's id. Raises OratorError when there is none, or the folder is missing or too much."""
    name, folder = split_id(model)
    card = _cards.get(name)
    if card is None or card.in_folder != bool(folder):
        known = " or ".join(f"'{card.id_form}'" for card in cards())
        raise OratorError(f"The model '{model}' is not known. Use {known}.")
    return card
