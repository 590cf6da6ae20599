"""Figures of a face against true phone times: 30 fps curves and Phones in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.signal import butter, filtfilt, find_peaks
from scipy.stats import rankdata

from ....core.anime.stepping import SHUT, held_times, hold_face, shown
from ....core.arkit import INDEX
from ....core.arrays import Array
from ....core.speech.phones import Phone

FPS: Final = 30.0
OPEN_VOWELS: Final = frozenset("AA AE AO AW AY EH EY".split())
STOPS_AND_FRICATIVES: Final = frozenset("P B T D K G F V TH DH S Z SH ZH HH CH JH".split())
ALL_OPEN: Final = OPEN_VOWELS | {"AH", "ER", "OW"}
ALL_CLOSED: Final = frozenset("P B T D K G M N NG F V TH DH S Z SH ZH CH JH".split())
NARROW: Final = 0.4
"""Of the 90th percentile of o: how far apart lips may be at F and V."""
ROUNDED: Final = frozenset("UW OW W OY AO UH SH CH".split())
UNROUNDED: Final = frozenset("IY EH AE EY IH S Z".split())
SPREAD: Final = frozenset("IY EY S Z".split())
LIPLESS: Final = frozenset("T D K G N S Z TH DH L HH".split()) | OPEN_VOWELS | {"AA", "AH"}
LIPPED: Final = frozenset("P B M F V SIL".split())
_SONORITY: Final = {
    **dict.fromkeys("AA AE AO AW AY".split(), 1.0),
    **dict.fromkeys("EH EY OW OY AH ER".split(), 0.85),
    **dict.fromkeys("IH IY UH UW".split(), 0.65),
    **dict.fromkeys("W Y R L HH".split(), 0.45),
    **dict.fromkeys("NG DH TH K G T D N".split(), 0.3),
    **dict.fromkeys("S Z SH ZH CH JH".split(), 0.25),
    **dict.fromkeys("F V".split(), 0.15),
    **dict.fromkeys("P B M SIL".split(), 0.0),
}


def openness(face: Array) -> Array:
    """o(t) of faces (T, 52): how far the lips are apart, (T,)."""

    def mean(name: str) -> Array:
        return (face[:, INDEX[name + "Left"]] + face[:, INDEX[name + "Right"]]) / 2

    jaw = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0)
    return jaw + 0.35 * mean("mouthLowerDown") + 0.35 * mean("mouthUpperUp")


def _pair(face: Array, name: str) -> Array:
    return (face[:, INDEX[name + "Left"]] + face[:, INDEX[name + "Right"]]) / 2


_ASKS: Final = {
    "openness": (OPEN_VOWELS, STOPS_AND_FRICATIVES),
    "opening": (ALL_OPEN, ALL_CLOSED),
    "rounding": (ROUNDED, UNROUNDED),
    "spread": (SPREAD, ROUNDED),
    "labiodental": (frozenset("FV"), LIPLESS),
}
"""The sounds that ask for each, and those that ask for its contrary."""
_Groups = tuple[list[float], list[float]]
"""What was measured where a sound asks for it, and where it does not."""


def auc(positive: Sequence[float] | Array, negative: Sequence[float] | Array) -> float:
    """The chance that a positive scores above a negative; nan when either is missing."""
    if not len(positive) or not len(negative):
        return float("nan")
    ranks = rankdata(np.concatenate([positive, negative]))
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def _frames(start: float, end: float, count: int, grace: int = 0) -> slice:
    """Frames within [start, end]; at least the nearest one; `grace` more on either side."""
    first, last = int(np.ceil(start * FPS - 1e-6)), int(np.floor(end * FPS + 1e-6))
    if last < first:
        first = last = round((start + end) / 2 * FPS)
    first, last = max(first - grace, 0), min(last + grace, count - 1)
    return slice(min(first, count - 1), max(last, 0) + 1)


def _filled(phones: Sequence[Phone], seconds: float) -> list[Phone]:
    """The phones with the gaps between them as SIL."""
    out: list[Phone] = []
    at = 0.0
    for phone in phones:
        if phone.start - at > 0.01:
            out.append(Phone("SIL", at, phone.start))
        out.append(phone)
        at = max(at, phone.end)
    if seconds - at > 0.01:
        out.append(Phone("SIL", at, seconds))
    merged: list[Phone] = []
    for phone in out:
        if merged and phone.name == "SIL" == merged[-1].name:
            merged[-1] = Phone("SIL", merged[-1].start, phone.end)
        else:
            merged.append(phone)
    return merged


def _within(per_clip: list[tuple[list[float], list[float]]]) -> float:
    """AUC within clips, weighted by the number of pairs."""
    scores = [(auc(p, n), len(p) * len(n)) for p, n in per_clip if p and n]
    return float(np.average([s for s, _ in scores], weights=[w for _, w in scores])) if scores else float("nan")


def _sonority(phones: Sequence[Phone], count: int) -> Array:
    fine = np.zeros(int(count * 10))
    for phone in phones:
        fine[int(phone.start * 300) : int(phone.end * 300)] = _SONORITY.get(phone.name, 0.3)
    kernel = np.hanning(26)
    return np.convolve(fine, kernel / kernel.sum(), mode="same")


def _best_lag(o: Array, phones: Sequence[Phone]) -> tuple[float, float]:
    """Seconds by which o comes after the sonority curve (10 ms fine, parabola between), and the correlation there."""
    sonority = _sonority(phones, len(o))
    times = np.arange(len(o)) / FPS
    lags = np.arange(-20, 21) * 0.01
    fine = np.arange(len(sonority)) / 300
    scores = np.array([np.corrcoef(o, np.interp(times - lag, fine, sonority))[0, 1] for lag in lags])
    k = int(np.nanargmax(scores))
    lag = lags[k]
    if 0 < k < len(lags) - 1:
        a, b, c = scores[k - 1 : k + 2]
        lag += 0.01 * 0.5 * (a - c) / min(a - 2 * b + c, -1e-9)
    return float(lag), float(scores[k])


@dataclass
class _Lips:
    """What lips did in clips: counts, and for each question the values where a sound asks and where it does not."""

    closed: int = 0
    closures: int = 0
    wrong: int = 0
    lipless: int = 0
    teeth: int = 0
    narrow: int = 0
    groups: dict[str, list[_Groups]] = field(default_factory=lambda: {name: [] for name in _ASKS})
    pause: list[Array] = field(default_factory=list)

    def add(self, face: Array, phones: Sequence[Phone]) -> None:
        """A clip (T, 52) with its phones, pauses filled in."""
        count, o = len(face), openness(face)
        curves = {
            "openness": o,
            "opening": o,
            "rounding": (face[:, INDEX["mouthPucker"]] + face[:, INDEX["mouthFunnel"]]) / 2,
            "spread": (_pair(face, "mouthSmile") + _pair(face, "mouthStretch")) / 2,
            "labiodental": np.maximum(face[:, INDEX["mouthRollLower"]], _pair(face, "mouthPress")),
        }
        values: dict[str, _Groups] = {name: ([], []) for name in _ASKS}
        limit = min(0.2 * np.percentile(o, 90), 0.08)
        lipped = [(p.start, p.end) for p in phones if p.name in LIPPED]
        for phone in phones:
            span = _frames(phone.start, phone.end, count)
            self._closure(phone, lipped, o[_frames(phone.start, phone.end, count, 1)].min() < limit)
            if phone.name in "FV":
                self.teeth += 1
                self.narrow += bool(o[span].min() <= NARROW * np.percentile(o, 90))
            for name, sounds in _ASKS.items():
                for kind, named in enumerate(sounds):
                    if phone.name in named:
                        part = curves[name][span]
                        values[name][kind].append(float(part.max() if name == "labiodental" else part.mean()))
            if phone.name == "SIL" and phone.end - phone.start > 0.3:
                self.pause.append(o[span])
        for name, groups in values.items():
            self.groups[name].append(groups)

    def _closure(self, phone: Phone, lipped: list[tuple[float, float]], shut: bool) -> None:
        if phone.name in "PBM":
            self.closures += 1
            self.closed += shut
        if phone.name in LIPLESS and all(s - phone.end > 0.066 or phone.start - e > 0.066 for s, e in lipped):
            self.lipless += 1
            self.wrong += shut


def lip_figures(clips: Sequence[tuple[Array, Sequence[Phone]]]) -> dict[str, float]:
    """The lip table of faces (T, 52) at 30 fps with their true phones.

    closure, wrong_closure, closure_net, openness_auc, opening_auc (all open phones against all closed), rounding_auc,
    spread_auc, labiodental_auc, teeth_narrow (F and V with lips near each other), lag_ms, correlation,
    pause_o.
    """
    lips = _Lips()
    lags, correlations = [], []
    for face, raw in clips:
        phones = _filled(raw, len(face) / FPS)
        lips.add(face, phones)
        o = openness(face)
        if o.std() > 1e-6:
            lag, correlation = _best_lag(o, phones)
            lags.append(lag)
            correlations.append(correlation)
    closure, wrongs = lips.closed / max(lips.closures, 1), lips.wrong / max(lips.lipless, 1)
    return {
        "closure": closure,
        "wrong_closure": wrongs,
        "closure_net": closure - wrongs,
        **{f"{name}_auc": _within(groups) for name, groups in lips.groups.items()},
        "teeth_narrow": lips.narrow / max(lips.teeth, 1),
        "lag_ms": 1000 * float(np.median(lags)) if lags else float("nan"),
        "correlation": float(np.mean(correlations)) if correlations else float("nan"),
        "pause_o": float(np.concatenate(lips.pause).mean()) if lips.pause else float("nan"),
    }


def dynamics(curves: Sequence[Array]) -> dict[str, float]:
    """How softly curves (T,) at 30 fps move: share of variation above 8 Hz, 99th percentile step, 90th percentile.

    The share is |steps| of the high-passed curve (4th-order Butterworth, zero phase) over |steps| of the curve.
    """
    high, total, steps, values = 0.0, 0.0, [], []
    b, a = butter(4, 8 / (FPS / 2), "high")
    for curve in curves:
        if len(curve) < 20:
            continue
        step = np.abs(np.diff(curve))
        high += np.abs(np.diff(filtfilt(b, a, curve))).sum()
        total += step.sum()
        steps.append(step)
        values.append(curve)
    return {
        "above_8hz": float(high / max(total, 1e-9)),
        "step_p99": float(np.percentile(np.concatenate(steps), 99)),
        "p90": float(np.percentile(np.concatenate(values), 90)),
    }


def upper_figures(faces: Sequence[Array], heads: Sequence[Array]) -> dict[str, float]:
    """Blinks a minute and their median length (ms, above a tenth), brow raises a minute, jaw, head (degrees)."""
    minutes = sum(len(f) for f in faces) / FPS / 60
    blinks, lengths, raises, still = 0, [], 0, []
    for face, head in zip(faces, heads, strict=True):
        lid = _pair(face, "eyeBlink")
        peaks, _ = find_peaks(np.r_[0, lid, 0], height=0.5, distance=4, prominence=0.3)
        blinks += len(peaks)
        for peak in peaks - 1:
            first = last = int(peak)
            while first > 0 and lid[first - 1] > 0.1:
                first -= 1
            while last < len(lid) - 1 and lid[last + 1] > 0.1:
                last += 1
            lengths.append((last - first + 1) / FPS * 1000)
        brow = (face[:, INDEX["browInnerUp"]] + _pair(face, "browOuterUp")) / 2
        raises += len(find_peaks(brow, prominence=0.08, distance=8)[0])
        speed = np.linalg.norm(np.diff(head, axis=0), axis=1) * FPS
        window = min(30, len(speed))
        if window:
            still.append(np.convolve(speed, np.ones(window) / window, mode="valid") < np.radians(0.05))
    turn = np.degrees(np.concatenate(heads))
    return {
        "blinks_a_minute": blinks / minutes,
        "blink_ms": float(np.median(lengths)) if lengths else 0.0,
        "brow_raises_a_minute": raises / minutes,
        "jaw_p90": float(np.percentile(np.concatenate(faces)[:, INDEX["jawOpen"]], 90)),
        "head_std_degrees": float(turn.std(axis=0).mean()),
        "head_p99_degrees": float(np.percentile(np.abs(turn), 99)),
        "head_still_share": float(np.concatenate(still).mean()) if still else 0.0,
    }


def closures_kept(face: Array, every: int) -> tuple[int, int]:
    """Of the closures of a face (T, 52) at 30 fps, how many drawings held for `every` frames keep."""
    o = openness(face)
    shut = [k for k in range(1, len(o) - 1) if o[k] < SHUT and o[k] <= o[k - 1] and o[k] < o[k + 1]]
    times = held_times(len(face) / FPS, 24.0, every)
    seen = openness(shown(hold_face(face, FPS, times), times, FPS, len(face)))
    return sum(bool(seen[max(k - 1, 0) : k + 2].min() < SHUT) for k in shut), len(shut)
