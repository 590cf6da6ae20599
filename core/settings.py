"""What an artist asks of a generation besides the speech: frozen values, the same in the UI and on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array
from .catalogue.controls import CONTROL_NAMES, CONTROLS, NUMBER_OF
from .catalogue.emotions import EMOTIONS
from .catalogue.styles import STYLES
from .errors import OratorError
from .model_card import own_controls
from .ranges import check_number
from .skeleton import PARTS

if TYPE_CHECKING:
    from .face.style import FaceStyle

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


_LATEST = 1e6


@dataclass(frozen=True)
class EmotionTrack:
    """Emotion over time: `weights` (K, 8) by EMOTIONS, and `intensity` (K,) 0 - 1, at `times` (K,) seconds.

    Between keys both are linear; before the first and after the last they are held. `style` is a reference clip that
    the face is held and moves like. With `guess` the weights are suggested from the voice when it is heard.
    """

    times: Array
    weights: Array
    intensity: Array
    style: FaceStyle | None = None
    guess: bool = False

    def at(self, seconds: Array) -> Array:
        """Emotion weights times intensity at each time, (N, 8); rows sum to at most 1."""
        seconds = np.asarray(seconds, np.float64)
        weights = np.stack([np.interp(seconds, self.times, w) for w in np.asarray(self.weights).T], axis=1)
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
        return weights / total * np.interp(seconds, self.times, self.intensity)[:, None]

    def as_meta(self) -> dict[str, Any]:
        """JSON-like values for a take's provenance: where the emotion came from, and its keys where it changes."""
        times, felt = np.asarray(self.times, np.float64), self.at(self.times)
        # Of keys that lie on the line between their neighbours only the ends are told.
        keep = np.ones(len(times), bool)
        if len(times) > 2:
            share = np.diff(times)[:-1] / np.maximum(times[2:] - times[:-2], 1e-9)
            between = felt[:-2] + (felt[2:] - felt[:-2]) * share[:, None]
            keep[1:-1] = np.abs(felt[1:-1] - between).max(axis=1) > 1e-3
        keys = [
            [round(float(t), 3), {EMOTIONS[k]: round(float(row[k]), 3) for k in np.flatnonzero(row > 5e-4)}]
            for t, row in zip(times[keep], felt[keep], strict=True)
        ]
        out: dict[str, Any] = {"keys": keys}
        if self.guess:
            out["guess"] = "The emotion was guessed from the voice."
        if self.style is not None:
            out["style"] = {"name": self.style.name, "strength": self.style.strength}
        return out


def constant_emotion(name: str = "neutral", intensity: float = 1.0) -> EmotionTrack:
    """One emotion throughout. Raises OratorError for a name that is not one of EMOTIONS."""
    return parse_emotion(f"{name}:{intensity}")


def parse_emotion(spec: str) -> EmotionTrack:
    """`happy`, `happy:0.8`, mixtures `happy:0.5+surprise:0.5`, keys in time `0=neutral,2.5=angry:0.7`, or `guess`.

    Raises OratorError that shows the right form.
    """
    if spec.strip().lower() == "guess":
        return EmotionTrack(np.zeros(1), np.eye(len(EMOTIONS))[:1], np.zeros(1), guess=True)
    times, weights, intensities = [], [], []
    try:
        for key in spec.split(","):
            at, _, value = key.rpartition("=")
            row = np.zeros(len(EMOTIONS))
            for piece in value.split("+"):
                name, _, strength = piece.strip().partition(":")
                amount = float(strength) if strength else 1.0
                if not 0.0 <= amount <= 1.0:
                    raise ValueError
                row[EMOTIONS.index(name.strip().lower())] += amount
            total = float(row.sum())
            times.append(float(at) if at else 0.0)
            if not abs(times[-1]) <= _LATEST:
                raise ValueError
            weights.append(row / total if total > 0 else np.eye(len(EMOTIONS))[0])
            intensities.append(min(total, 1.0))
    except ValueError:
        raise OratorError(
            f"The emotion '{spec[:80]}' is not understood. Write one of {', '.join(EMOTIONS)} with an intensity from 0 "
            "to 1 like 'happy:0.8', keys in seconds like '0=neutral,2.5=angry:0.7', or 'guess'."
        ) from None
    order = np.argsort(times, kind="stable")
    return EmotionTrack(np.array(times)[order], np.array(weights)[order], np.array(intensities)[order])


@dataclass(frozen=True, kw_only=True)
class Settings(_Controls):
    """The controls of a generation: a number for each row of core/catalogue/controls.py (`energy`, `stance` ...).

    parts          which of upper, hands, lower, face are generated; the others rest (or are given by hints)
    style          one of STYLES
    model          a model's id, 'embedded' or 'emage:FOLDER' (core/model_card.py)
    options        what is for that model alone: its own controls, its mode, its files
    transcript     the words that are said, or None
    """

    parts: tuple[str, ...] = PARTS
    style: str = STYLES[0]
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

    def as_meta(self) -> dict[str, Any]:
        """JSON-like values for a take's provenance."""
        return asdict(self)
