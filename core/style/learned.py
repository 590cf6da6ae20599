"""A learned style: what a studio's motion is like, shrunk towards the neutral style by how little there was of it.

Three things are learned, none of them by training. The *manner*: shares and tempi of the score. *Moments*: mean and
deviation of the channels that strokes, trunk and head are played with, so that the acted body is held and moves as the
reference; the published evidence is PersonaGesture (2026), which corrects moments of latent channels towards a short
reference with more effect than low-rank fine-tuning. And *retrieval*: the reference's own strokes and rests, offered
where they fit. Timing to the speech is never learned.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..body.neutral import NEUTRAL
from ..body.reach import wrist_place
from ..errors import OratorError
from ..learned_style import SCALARS, VECTORS, LearnedStyle, Measured, OwnRest
from .channels import Channels
from .face import face_habits
from .measured import measure

SHORTEST: Final = 1.0
"""Seconds of motion from which something can be learned."""
MOST_STROKES: Final = 64
MOST_RESTS: Final = 12
_SAME_REST: Final = 0.1
"""Metres within which two rests are one."""
_HALF_POSTURE: Final = 4.0
"""Seconds of motion at which posture is trusted half; and below it strokes, seconds of talking."""
_HALF_STROKES: Final = 4.0
_HALF_SHARES: Final = 10.0
_HALF_OFTEN: Final = 20.0


def _share(count: float, half: float) -> float:
    """How far what was told from `count` is trusted, when `half` is trusted half."""
    return count / (count + half)


def _factor(own: float, plain: float, weight: float, most: float = 2.0) -> float:
    """The ratio of two sizes, shrunk towards 1 and at most `most`."""
    if own <= 1e-6 or plain <= 1e-6:
        return 1.0
    return float(np.exp(np.clip(weight * np.log(own / plain), -np.log(most), np.log(most))))


def _factors(own: Array, plain: Array, weight: float, most: float = 2.0) -> Array:
    return np.array([_factor(float(a), float(b), weight, most) for a, b in zip(own, plain, strict=True)])


def _numbers(own: Measured, plain: Measured) -> dict[str, float]:
    n = own.strokes
    shares, strokes, often = _share(n, _HALF_SHARES), _share(n, _HALF_STROKES), _share(own.long, _HALF_OFTEN)
    single = own.left + own.right
    right = (own.right - own.left) / (single + 4.0)
    return {
        "tempo": _factor(plain.pace, own.pace, strokes, 1.35),
        "hold": _factor(own.hold + 0.1, plain.hold + 0.1, strokes, 2.5),
        "handed": float(right) if abs(right) > 0.15 else 0.0,
        "both": shares * (own.both / n - plain.both / max(plain.strokes, 1)) if n else 0.0,
        "rate": _factor(own.rate, plain.rate, often, 1.4) if own.long else 1.0,
        "resting": float(np.clip(often * (own.rest - plain.rest), -0.15, 0.15)) if own.long else 0.0,
        "feet": _factor(own.feet, plain.feet, _share(own.seconds, _HALF_POSTURE), 1.6),
        "span": _factor(own.span, plain.span, strokes, 1.5),
        "stroke_weight": strokes,
        "rest_weight": _share(sum(r.seconds for r in own.own_rests), 1.0),
    }


def _moments(own: Measured, plain: Measured) -> dict[str, Array]:
    strokes, posture = _share(own.strokes, _HALF_STROKES), _share(own.seconds, _HALF_POSTURE)
    # A deviation is told worse than a mean.
    spread = _share(own.strokes, 2 * _HALF_STROKES)
    held = _share(own.seconds, 2 * _HALF_POSTURE)
    facing = np.array([1.0, 0.0, 1.0])  # where a person turned to is the scene's, not the style's
    return {
        "end": strokes * (own.end - plain.end) if own.strokes else np.zeros(8),
        "end_scale": _factors(own.end_spread, plain.end_spread, spread) if own.strokes > 1 else np.ones(8),
        "shape": strokes * (own.shape - plain.shape) if own.strokes else np.zeros(13),
        "shape_scale": _factors(own.shape_spread, plain.shape_spread, spread) if own.strokes > 1 else np.ones(13),
        "trunk": posture * (own.trunk - plain.trunk) * facing,
        "trunk_scale": _factors(own.trunk_spread, plain.trunk_spread, held),
        "head": posture * (own.head - plain.head) * facing,
        "head_scale": _factors(own.head_spread, plain.head_spread, held),
        "nods": _factors(own.nods, plain.nods, held),
    }


def _several(rests: tuple[OwnRest, ...]) -> tuple[OwnRest, ...]:
    """Rests that are one merged, the longest first."""
    out: list[OwnRest] = []
    for rest in sorted(rests, key=lambda r: -r.seconds):
        near = next((k for k, other in enumerate(out) if _apart(rest, other) < _SAME_REST), None)
        if near is None:
            out.append(rest)
        else:
            out[near] = OwnRest(out[near].states, out[near].hands, out[near].seconds + rest.seconds)
    return tuple(sorted(out, key=lambda r: -r.seconds)[:MOST_RESTS])


def _apart(a: OwnRest, b: OwnRest) -> float:
    return float(np.linalg.norm(wrist_place(a.states) - wrist_place(b.states), axis=1).max())


def learn(pieces: list[Channels], name: str, labels: list[tuple[tuple[float, str], ...]] | None = None) -> LearnedStyle:
    """The style of pieces of motion. Raises OratorError when there is too little of it, or nothing moves."""
    seconds = sum(piece.seconds for piece in pieces)
    if seconds < SHORTEST:
        raise OratorError(f"A style needs at least one second of motion; '{name}' has {seconds:.1f} s. Add takes.")
    bodies = [k for k, piece in enumerate(pieces) if np.ptp(piece.states, axis=0).max() > 1e-3]
    face = face_habits([piece.face for piece in pieces])
    if not bodies and face is None:
        raise OratorError(f"Nothing moves in '{name}'. Choose motion of a body with arms, or of a face.")
    if not bodies:
        return LearnedStyle(name, seconds, plain_numbers(), plain_moments(), face=face)
    told = [labels[k] for k in bodies] if labels else None
    own = measure([pieces[k] for k in bodies], told or ())
    strokes = own.own_strokes
    if len(strokes) > MOST_STROKES:
        keep = np.linspace(0, len(strokes) - 1, MOST_STROKES).round().astype(int)
        strokes = tuple(strokes[k] for k in keep)
    return LearnedStyle(
        name, seconds, _numbers(own, NEUTRAL), _moments(own, NEUTRAL), strokes, _several(own.own_rests), face
    )


def plain_numbers() -> dict[str, float]:
    """SCALARS that change nothing."""
    ones = ("tempo", "hold", "rate", "feet", "span")
    return {name: float(name in ones) for name in SCALARS}


def plain_moments() -> dict[str, Array]:
    """VECTORS that change nothing."""
    return {n: np.ones(k) if n.endswith("_scale") or n == "nods" else np.zeros(k) for n, k in VECTORS.items()}
