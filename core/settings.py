"""What an artist asks of a generation besides the speech: frozen values, the same in the UI and on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, make_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array
from .catalogue.controls import CONTROL_NAMES, CONTROLS, NUMBER_OF
from .catalogue.styles import STYLES
from .emotion import _LATEST
from .errors import OratorError
from .model_card import card_of, own_controls
from .ranges import check_number
from .skeleton import PARTS

if TYPE_CHECKING:
    from .learned_style import Worn

if TYPE_CHECKING:

    class _Controls:
        def __getattr__(self, name: str) -> float: ...

else:
    _Controls = make_dataclass(
        "_Controls",
        [(row.name, float, field(default=row.default)) for row in CONTROLS],
        frozen=True,
        kw_only=True,
    )


@dataclass(frozen=True, kw_only=True)
class Settings(_Controls):
    """The controls of a generation: a number for each row of core/catalogue/controls.py (`energy`, `stance` ...).

    parts          which of upper, hands, lower, face are generated; the others rest (or are given by hints)
    style          one of STYLES
    learned        a studio's own style, in the place of `style`, or None
    model          a model's id, 'embedded' or 'emage:FOLDER' (core/model_card.py)
    options        what is for that model alone: its own controls, its mode, its files
    transcript     the words that are said, or None
    """

    parts: tuple[str, ...] = PARTS
    style: str = STYLES[0]
    learned: Worn | None = None
    model: str = "embedded"
    options: Mapping[str, Any] = field(default_factory=dict)
    transcript: str | None = None
    curves: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    """Per-frame controls: control name -> (seconds, value) keys that replace the constant."""

    def __post_init__(self) -> None:
        unknown = [p for p in self.parts if p not in PARTS]
        if unknown or not self.parts:
            raise OratorError(f"The parts are {', '.join(PARTS)}; choose at least one of them.")
        if self.style not in STYLES:
            raise OratorError(f"The style '{self.style}' is not known. Choose {', '.join(STYLES)}.")
        for name, keys in self.curves.items():
            if not all(abs(value) <= _LATEST for key in keys for value in key):
                raise OratorError(f"A key of {name.replace('_', ' ')} is no number. Delete it, or set it again.")
        own = own_controls()
        for name in (*CONTROL_NAMES, *(name for name in self.options if name in own)):
            row = own.get(name) or NUMBER_OF[name]
            check_number(row, self.options[name] if name in own else getattr(self, name))

    def curve(self, name: str, seconds: Array) -> Array:
        """The control `name` at each time, (N,): its curve when it has one, else its constant."""
        keys = self.curves.get(name)
        if not keys:
            value = self.options[name] if name in self.options else getattr(self, name)
            return np.full(len(seconds), float(value))
        found = np.interp(seconds, [k[0] for k in keys], [k[1] for k in keys])
        control = NUMBER_OF.get(name)
        # Curves between an artist's keys swing a little beyond them.
        return found if control is None else np.clip(found, control.low, control.high)

    def as_meta(self) -> dict[str, object]:
        """JSON-like values for a take's provenance."""
        out = asdict(replace(self, learned=None))
        del out["learned"]
        return out if self.learned is None else {**out, "learned": self.learned.as_meta()}


def unheard(settings: Settings, emotional: bool) -> tuple[str, ...]:
    """What is set in `settings`, or by an emotion, and not heard by the model, in words."""
    card, plain = card_of(settings.model), type(settings)()
    lost = [
        name
        for name in card.deaf_to(settings.options)
        if name != "emotion" and (name in settings.curves or getattr(settings, name) != getattr(plain, name))
    ]
    if settings.learned is not None and "style" in card.deaf_to(settings.options):
        lost.append("learned style")
    if emotional and "emotion" in card.deaf_to(settings.options):
        lost.append("emotion")
    return tuple(name.replace("_", " ") for name in lost)
