"""Rules from timed phones to the mouth channels: coarticulation as the smoothest motion through weighted targets.

Every phone asks each mouth channel for a target with a dominance. The curve is the one that minimises
sum w (x - target)^2 + lambda (x''')^2, so strong phones (closures, teeth on the lip) are reached and weak ones (HH, K)
take the shape of their neighbours: dominance as in Cohen and Massaro, "Modeling coarticulation in synthetic visual
speech" (1993), with a banded least-squares solve in place of blended exponentials. The jaw is heavier (larger lambda)
than the lips. Stiffnesses were set by comparing with the facegood captures (see `dynamics` in measures.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.linalg import solveh_banded

from ....core.arkit import COUNT, INDEX
from ....core.arrays import Array
from ....core.speech.phones import Phone

GRID_FPS: Final = 120.0

# jaw; lower lip down, upper lip up; funnel, pucker; stretch, smile; roll lower, roll upper; press; shrug lower, upper;
# tongue; closure of the lips independent of the jaw
_ROWS: Final = ("J", "LD", "UU", "FU", "PU", "ST", "SM", "RL", "RU", "PR", "SL", "SU", "TO", "C")
_HERTZ: Final = dict(J=6.4, LD=6.7, UU=6.7, FU=6.6, PU=6.6, ST=7.0, SM=5.4, RL=10.8, RU=10.0, PR=10.0, SL=6.6, SU=6.6,
                     TO=10.8, C=12.5)  # fmt: skip
"""Half-amplitude frequency of each row at dominance 1."""
_JERK: Final = (-1.0, 3.0, -3.0, 1.0)
"""The third difference: it lets the syllables of fast speech through and stops the flicker above them."""
_REACH: Final = 0.9
_ROLL_MOST: Final = 0.34
"""How far a lower lip goes under the teeth in talk."""

Target = dict[str, tuple[float, float]]
"""Row name -> (value, dominance)."""


def _shape(weight: float, **rows: float) -> Target:
    return {name: (value, weight) for name, value in rows.items()}


def _vowel(jaw: float, low: float, up: float, hold: float = 1.0, **more: float) -> Target:
    """A vowel; `hold` is how firmly it keeps its opening between consonants."""
    rest = dict(FU=0.0, PU=0.0, ST=0.03, SM=0.02)
    rest.update(more)
    target = _shape(1.0, **rest)
    target.update(_shape(hold, J=jaw, LD=low, UU=up))
    target.update(_shape(1.2, C=0.0), **_shape(0.5, RL=0.0, RU=0.0, PR=0.0, SL=0.0, SU=0.0, TO=0.0))
    return target


def _consonant(lips: dict[str, tuple[float, float]]) -> Target:
    target = _shape(0.12, FU=0.02, PU=0.02, ST=0.05, SM=0.02)
    target.update(_shape(0.35, RL=0.0, RU=0.0, PR=0.0, SL=0.0, SU=0.0, TO=0.0), C=(0.0, 1.2))
    target.update(lips)
    return target


_AA = _vowel(0.37, 0.23, 0.17, hold=1.4)
_EH = _vowel(0.26, 0.28, 0.22, hold=1.4, ST=0.14, SM=0.06)
_IY = _vowel(0.12, 0.32, 0.25, ST=0.42, SM=0.20)
_AO = _vowel(0.31, 0.18, 0.14, hold=1.4, FU=0.42, PU=0.26)
_UW = _vowel(0.15, 0.16, 0.10, FU=0.34, PU=0.58)
_OW = _vowel(0.31, 0.19, 0.14, hold=1.8, FU=0.44, PU=0.40)
_OFF_OW = _vowel(0.27, 0.16, 0.11, hold=1.3, FU=0.34, PU=0.55)
_ALVEOLAR = _consonant(dict(J=(0.06, 1.7), LD=(0.13, 1.3), UU=(0.08, 1.1)))
_VELAR = _consonant(dict(J=(0.06, 1.5), LD=(0.12, 1.0), UU=(0.07, 1.0)))
_SIBILANT = _consonant(
    dict(J=(0.05, 2.2), LD=(0.15, 1.4), UU=(0.10, 1.3), ST=(0.34, 0.9), SM=(0.14, 0.7), FU=(0.0, 0.5), PU=(0.0, 0.5))
)
_POSTALVEOLAR = _consonant(
    dict(J=(0.06, 2.2), LD=(0.16, 1.3), UU=(0.15, 1.3), FU=(0.52, 1.2), PU=(0.34, 1.2), ST=(0.0, 0.6), SM=(0.0, 0.5),
         SL=(0.10, 0.7))
)  # fmt: skip
# The upper lip lifts off the teeth that the lower one goes under: F and V are no closure.
_LABIODENTAL = _consonant(
    dict(
        J=(0.04, 4.0),
        LD=(-0.03, 8.0),
        UU=(0.22, 3.0),
        RL=(0.40, 16.0),
        PR=(0.0, 2.0),
        ST=(0.02, 0.6),
        SL=(0.10, 1.0),
        C=(0.15, 3.0),
    )
)
_DENTAL = _consonant(dict(J=(0.09, 1.8), LD=(0.14, 1.3), UU=(0.09, 1.1), TO=(0.34, 3.0)))
_BILABIAL = _consonant(
    dict(J=(0.07, 0.5), LD=(-0.03, 12.0), UU=(-0.03, 12.0), C=(1.25, 26.0), RL=(0.08, 1.0), RU=(0.08, 1.0),
         PR=(0.10, 1.5))
)  # fmt: skip

TARGETS: Final[dict[str, tuple[Target, ...]]] = {
    "AA": (_AA,), "AE": (_vowel(0.31, 0.29, 0.23, ST=0.16, SM=0.08),), "AH": (_vowel(0.31, 0.26, 0.19, hold=1.5),),
    "AO": (_AO,), "AW": (_AA, _OW), "AY": (_AA, _vowel(0.17, 0.32, 0.24, ST=0.26, SM=0.12)), "EH": (_EH,),
    "ER": (_vowel(0.29, 0.25, 0.18, hold=1.5, FU=0.24, PU=0.12),),
    "EY": (_EH, _vowel(0.18, 0.32, 0.24, ST=0.38, SM=0.18)),
    "IH": (_vowel(0.20, 0.29, 0.22, ST=0.22, SM=0.08),), "IY": (_IY,), "OW": (_OW, _OFF_OW), "OY": (_AO, _IY),
    "UH": (_vowel(0.22, 0.21, 0.14, FU=0.34, PU=0.30),), "UW": (_UW,),
    "B": (_BILABIAL,), "P": (_BILABIAL,), "M": (_BILABIAL,), "F": (_LABIODENTAL,), "V": (_LABIODENTAL,),
    "T": (_ALVEOLAR,), "D": (_ALVEOLAR,), "N": (_ALVEOLAR,), "K": (_VELAR,), "G": (_VELAR,), "NG": (_VELAR,),
    "S": (_SIBILANT,), "Z": (_SIBILANT,), "SH": (_POSTALVEOLAR,), "CH": (_POSTALVEOLAR,), "JH": (_POSTALVEOLAR,),
    "ZH": (_POSTALVEOLAR,), "TH": (_DENTAL,), "DH": (_DENTAL,),
    "L": (_consonant(dict(J=(0.16, 0.8), LD=(0.18, 0.5), UU=(0.12, 0.4), TO=(0.12, 2.0))),),
    "HH": (_consonant(dict(J=(0.16, 0.12), LD=(0.14, 0.1), UU=(0.07, 0.1))),),
    "R": (_consonant(dict(J=(0.13, 0.8), LD=(0.14, 0.5), UU=(0.09, 0.5), FU=(0.30, 0.9), PU=(0.22, 0.8))),),
    "W": (_consonant(dict(J=(0.10, 1.2), LD=(0.06, 1.2), UU=(0.03, 1.2), FU=(0.30, 1.5), PU=(0.66, 2.0))),),
    "Y": (_consonant(dict(J=(0.10, 1.0), LD=(0.24, 0.6), UU=(0.16, 0.5), ST=(0.32, 0.7), SM=(0.14, 0.6))),),
}  # fmt: skip
VOWELS: Final = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
BILABIALS: Final = frozenset("PBM")
LABIODENTALS: Final = frozenset("FV")
_REST: Final[Target] = {name: (0.0, 1.5) for name in _ROWS} | {n: (-0.02, 9.0) for n in ("J", "LD", "UU")}
_BREATH: Final[Target] = {name: (0.0, 0.3) for name in _ROWS} | {n: (0.03, 0.4) for n in ("J", "LD", "UU")}


def _bump(grid: Array, start: float, end: float, rise: float) -> Array:
    """1 between start and end, falling to 0 over `rise` seconds outside, exact below the grid's step."""
    return np.clip(np.minimum(grid - start + rise, end + rise - grid) / max(rise, 1e-3), 0.0, 1.0)


def _events(phones: Sequence[Phone], seconds: float) -> list[tuple[float, float, str, Phone | None]]:
    """Speech and pauses that cover 0 .. seconds: (start, end, kind, phone)."""
    out: list[tuple[float, float, str, Phone | None]] = []
    at = 0.0
    for phone in [p for p in phones if p.name != "SIL"]:
        if phone.start - at > 0.02:
            out.append((at, phone.start, "rest" if phone.start - at > 0.16 or at == 0.0 else "breath", None))
        out.append((phone.start, phone.end, "phone", phone))
        at = max(at, phone.end)
    if seconds - at > 0.02:
        out.append((at, seconds, "rest", None))
    return out


def _strength(phone: Phone, loudness: float) -> float:
    """How far a vowel reaches: more when stressed, loud or held; 1 is ordinary."""
    stress = {0: 0.93, 1: 1.05, 2: 1.0}.get(phone.stress, 1.0)
    held = np.clip(0.8 + 2.2 * (phone.end - phone.start), 0.85, 1.12)
    return float(stress * held * loudness)


def _targets(phones: Sequence[Phone], seconds: float, loudness: Array | None, grid: Array) -> tuple[Array, Array]:
    """Weighted targets and weights of every row on the grid, both (rows, G)."""
    weight = np.full((len(_ROWS), len(grid)), 1e-3)
    wanted = np.zeros_like(weight)
    row = {name: i for i, name in enumerate(_ROWS)}

    def add(start: float, end: float, target: Target, scale: float = 1.0, rise: float = 0.012) -> None:
        low, high = np.searchsorted(grid, (start - rise, end + rise))
        bump = _bump(grid[low:high], start, end, rise)
        for name, (value, dominance) in target.items():
            reach = _REACH * scale if name in ("J", "LD", "UU") and value > 0 else 1.0
            weight[row[name], low:high] += dominance * bump
            wanted[row[name], low:high] += dominance * bump * value * reach

    for start, end, kind, phone in _events(phones, seconds):
        length = end - start
        if phone is None:
            if kind == "rest":
                lead = 0.0 if start == 0.0 else min(0.035, 0.2 * length)
                tail = 0.0 if end >= seconds else min(0.065, 0.3 * length)
                add(start + lead, end - tail, _REST)
            else:
                add(start, end, _BREATH)
            continue
        k = round(50 * (start + end))
        loud = 1.0 if loudness is None else float(loudness[min(k, len(loudness) - 1)])
        scale = _strength(phone, loud) if phone.name in VOWELS else 1.0
        shapes = TARGETS[phone.name]
        if len(shapes) == 2:
            add(start + 0.1 * length, start + 0.5 * length, shapes[0], scale)
            add(start + 0.7 * length, end, shapes[1], scale)
        elif phone.name in BILABIALS:
            middle = start + length * (0.5 if phone.name == "M" else 0.42)
            half = min(max(0.3 * length, 0.014), 0.045)
            add(middle - half, middle + half, shapes[0])
        elif phone.name in LABIODENTALS:
            # However short, the lip is under the teeth for a drawing's time.
            middle, half = start + 0.5 * length, max(0.3 * length, 0.02)
            add(middle - half, middle + half, shapes[0], rise=0.2 * length + 0.004)
        else:
            add(start + 0.2 * length, end - 0.2 * length, shapes[0], scale, rise=0.2 * length + 0.004)
    return wanted, weight


def solve_smooth(wanted: Array, weight: Array, hertz: float, fps: float) -> Array:
    """The curve x that minimises sum(weight x^2 - 2 wanted x) + lambda |x'''|^2; (G,), all per grid step."""
    count = len(weight)
    stiffness = (fps / (2 * np.pi * hertz)) ** 6
    bands = np.zeros((4, count))
    bands[3] = weight
    for i, first in enumerate(_JERK):
        for j, second in enumerate(_JERK[i:], i):
            bands[3 - (j - i), j : count - 3 + j] += stiffness * first * second
    return solveh_banded(bands, wanted)


def loudness_scale(energy: Array) -> Array:
    """Reach of the vowels from `SpeechFeatures.energy` (N,) at 100 fps: 0.8 when soft, 1.2 when loud."""
    window = np.hanning(25)
    power = np.convolve(10 ** (np.asarray(energy) / 20), window / window.sum(), mode="same")
    return np.clip(1.0 + 0.25 * np.log2(np.maximum(power, 1e-3) / 0.65), 0.78, 1.22)


def mouth(
    phones: Sequence[Phone],
    seconds: float,
    fps: float = 60.0,
    loudness: Array | None = None,
    softness: float = 1.0,
) -> Array:
    """The ARKit weights (ceil(seconds fps), 52) that timed phones ask for; only mouth, jaw and tongue are not zero.

    loudness is `loudness_scale` at 100 fps; softness above 1 slows every articulator.
    """
    grid = np.arange(int(np.ceil(seconds * GRID_FPS)) + 8) / GRID_FPS
    wanted, weight = _targets(phones, seconds, loudness, grid)
    curve = {
        name: solve_smooth(wanted[i], weight[i], _HERTZ[name] / softness, GRID_FPS) for i, name in enumerate(_ROWS)
    }
    times = np.arange(int(np.ceil(seconds * fps - 1e-6))) / fps
    at = {name: np.interp(times, grid, value) for name, value in curve.items()}
    return compose(at)


def compose(row: dict[str, Array]) -> Array:
    """Row curves (T,) to ARKit weights (T, 52): a closed mouth keeps the lips together whatever the jaw does."""
    face = np.zeros((len(row["J"]), COUNT))
    positive = {name: np.maximum(value, 0.0) for name, value in row.items()}
    closed = np.clip(row["C"], 0.0, 1.0)
    parted = 1.0 - closed

    def put(names: str, value: Array) -> None:
        for name in names.split():
            face[:, INDEX[name]] = np.clip(value, 0.0, 1.0)

    put("jawOpen", positive["J"])
    put("mouthClose", positive["J"] * closed)
    put("mouthLowerDownLeft mouthLowerDownRight", positive["LD"] * parted)
    put("mouthUpperUpLeft mouthUpperUpRight", positive["UU"] * parted)
    put("mouthFunnel", positive["FU"] * (1 - 0.6 * closed))
    put("mouthPucker", positive["PU"])
    put("mouthStretchLeft mouthStretchRight", positive["ST"])
    put("mouthSmileLeft mouthSmileRight", positive["SM"])
    put("mouthDimpleLeft mouthDimpleRight", 0.3 * positive["SM"])
    put("mouthRollLower", np.minimum(positive["RL"], _ROLL_MOST))
    put("mouthRollUpper", positive["RU"])
    put("mouthPressLeft mouthPressRight", positive["PR"])
    put("mouthShrugLower", positive["SL"] + 0.12 * closed)
    put("mouthShrugUpper", positive["SU"] + 0.05 * closed)
    put("tongueOut", positive["TO"])
    put("jawForward", 0.25 * positive["FU"] * positive["PU"])
    return face
