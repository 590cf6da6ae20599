"""What a heard sound owes to the eye, however short it is: rules over the mouth that the lip network made.

A smooth mouth undershoots where sounds are short: a Spanish A of 60 ms hardly opens beside a P, a D of 40 ms between
two vowels hardly closes. So an open vowel opens as far as the mouth does around it, a consonant made behind the lips
holds them at two fifths of that, at F and V they are near each other with the lower one under the teeth, and at P, B, M
nearer still. What is so already keeps its shape: nothing gapes, and loud, soft or bent by an emotion, the measure is
the mouth's own. Each rule's share of a frame is how surely its sounds are heard there, softened over neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, grey_erosion

from ..arkit import INDEX, LIPS
from ..arrays import Array
from ..speech.phones import PHONE_INDEX


def _phones(names: str) -> list[int]:
    return [PHONE_INDEX[name] for name in names.split()]


@dataclass(frozen=True)
class Rule:
    """A kind of sound and how far the lips are to be apart there.

    level: times the reach around it; limit: no frame is brought beyond this; strength: share of the way, over 1 as
    softening takes some away; soften: frames (standard deviation); opens: whether it opens a mouth that is too narrow,
    or narrows one that is too wide; doubt: exponent of how surely it is heard, below 1 where a doubtful one counts.
    """

    sounds: list[int]
    level: float
    limit: float
    strength: float
    soften: float
    opens: bool = False
    doubt: float = 1.0


_LIP_ON_TEETH: Final = _phones("F V")
_RULES: Final = (
    Rule(_phones("AA AE AH AO AW AY EH ER EY OW OY"), 1.0, 1.3, 2.3, 0.9, opens=True),
    Rule(_LIP_ON_TEETH, 0.30, 0.20, 2.0, 1.0),
    Rule(_phones("T D K G N NG TH DH S Z SH ZH CH JH"), 0.42, 0.33, 0.9, 1.5),
    Rule(_phones("P B M"), 0.0, 0.0, 0.8, 0.6, doubt=0.7),
)
_REACH_SECONDS: Final = 1.0
_REACH_POWER: Final = 4
"""The reach around a frame is a power mean: near what the open vowels there do, and nothing in a pause."""
_NARROWEST: Final = 0.06
"""Lips nearer than this are shut: a rule scales them the less, so that no closure opens."""
_MOST: Final = 2.0
"""How many times as wide a rule makes a mouth at most."""
_BACK: Final = 1.06
"""What the narrow sounds take from the edges of the vowels beside them, the whole mouth gets back in reach."""
_FASTEST: Final = 7.5
"""How much farther apart, or nearer, the lips come in a second at most: a quarter in a thirtieth."""
_ROLL: Final = 0.34
_ROLL_SOFTEN: Final = 0.5
_ROLL_DOUBT: Final = 0.6
"""A doubtful F or V shows a little of the teeth on the lip, which costs the eye nothing where there is none."""
_COLUMN: Final = {name: LIPS.index(i) for name, i in INDEX.items() if i in LIPS}
_JAW, _CLOSE, _UNDER = (_COLUMN[name] for name in ("jawOpen", "mouthClose", "mouthRollLower"))
_PARTING: Final = [i for name, i in _COLUMN.items() if name.startswith(("mouthLowerDown", "mouthUpperUp"))]
_OPENING: Final = [_JAW, _CLOSE, *_PARTING]


def apart(mouth: Array) -> Array:
    """How far the lips of a mouth (T, 28) are apart, (T,)."""
    return np.maximum(mouth[:, _JAW] - mouth[:, _CLOSE], 0.0) + 0.175 * mouth[:, _PARTING].sum(axis=1)


def reach(opening: Array, fps: float) -> Array:
    """How far the mouth goes around every frame of an opening (T,), (T,)."""
    power = np.maximum(opening, 0.0) ** _REACH_POWER
    around = gaussian_filter1d(power, _REACH_SECONDS * fps, mode="constant")
    return np.asarray(np.maximum(around, 0.0) ** (1 / _REACH_POWER))


def eased(opening: Array, fps: float) -> Array:
    """The widest opening (T,) within this one that is nowhere faster than lips are: what is shut stays so, (T,)."""
    step = _FASTEST / fps
    far = int(np.ptp(opening) / step)
    return np.asarray(grey_erosion(opening, structure=-step * np.abs(np.arange(-far, far + 1)), mode="nearest"))


def articulate(mouth: Array, heard: Array, fps: float) -> Array:
    """The mouth (T, 28), order of `LIPS`, with what the phones heard (T, 40), 0 - 1, owe."""
    if len(mouth) == 0:
        return mouth.copy()
    opening = apart(mouth).astype(np.float64)
    around, now = reach(opening, fps), opening.copy()
    for rule in _RULES:
        sure, side = heard[:, rule.sounds].sum(axis=1) ** rule.doubt, 1.0 if rule.opens else -1.0
        miss, room = (np.maximum(side * (share * around - now), 0.0) for share in (rule.level, rule.limit))
        now += side * np.minimum(gaussian_filter1d(rule.strength * sure * miss, rule.soften), room)
    factor = np.clip(1.0 + (now - opening) / np.maximum(opening, _NARROWEST), 0.0, _MOST)[:, None]
    out = mouth.astype(np.float64)
    out[:, _OPENING] *= _BACK * factor
    opening = apart(out)
    out[:, _OPENING] *= np.divide(eased(opening, fps), opening, out=np.ones_like(opening), where=opening > 0)[:, None]
    teeth = heard[:, _LIP_ON_TEETH].sum(axis=1) ** _ROLL_DOUBT * np.maximum(_ROLL - out[:, _UNDER], 0.0)
    rolled = np.minimum(out[:, _UNDER] + gaussian_filter1d(teeth, _ROLL_SOFTEN), _ROLL)
    out[:, _UNDER] = np.maximum(rolled, out[:, _UNDER])
    return np.clip(out, 0.0, 1.0).astype(np.float32)
