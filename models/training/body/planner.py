"""What is gestured when: words and accents of a speech to gestures, beats, nods and gaze, by chance within rules.

The rules follow what gesture studies agree on (McNeill, "Hand and Mind", 1992; Kendon, "Gesture", 2004): the stroke
ends on or just before the stressed syllable, gestures chain within a clause with hold and partial retraction, one in
two or three stresses carries a stroke, and the hands go home when the speaker pauses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ....core.body.accents import Accents
from ....core.body.semantics import FUNCTION_WORDS, normal_form, stress_time, word_class
from ....core.speech.phones import Word
from .clips import Clip, Library
from .compose import Event

CLASS_APART: Final = 0.48
"""Seconds between strokes that words ask for: nearer ones share a stroke, or the rarer class has it."""
SHORT_PAUSE: Final = 1.2
"""Seconds of pause over which raised hands wait; over longer ones they go home."""

# Which families a style prefers (weights by folder), its size, and how often both hands are used.
_FAMILIES: Final[dict[str, dict[str, float]]] = {
    "neutral": {"Gestures": 1.0, "Gestures2": 0.5, "FemaleGestures": 1.0, "MaleGestures": 1.0, "PNGestures": 0.7},
    "calm": {"Gestures": 1.0, "Gestures2": 0.5, "FemaleGestures": 0.2, "MaleGestures": 0.4, "PNGestures": 0.0},
    "lively": {"Gestures": 0.4, "Gestures2": 0.4, "FemaleGestures": 1.0, "MaleGestures": 1.0, "PNGestures": 1.5},
    "formal": {"Gestures": 0.3, "Gestures2": 0.1, "FemaleGestures": 0.4, "MaleGestures": 1.5, "PNGestures": 0.0},
}
_SIZE: Final[dict[str, float]] = {"neutral": 1.0, "calm": 0.72, "lively": 1.25, "formal": 0.88}
_BOTH: Final[dict[str, float]] = {"neutral": 0.45, "calm": 0.35, "lively": 0.6, "formal": 0.3}

# Which clips a word class may use, best first; beats and chops fill what has no class.
_CLIP_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    "beat": ("beat", "beat", "chop", "offer"),
    "example": ("example", "chop"),
    "shrug": ("shrug", "offer"),
}


@dataclass(frozen=True)
class Controls:
    """What an artist can ask of the network itself; energy and head activity scale the result afterwards."""

    rate: float = 1.0
    handedness: float = 0.0
    stance: float = 0.0
    style: str = "neutral"


@dataclass(frozen=True)
class Plan:
    """events in time order; beats (time, size, arms); nods (time, size); shakes (time,); clause borders (s)."""

    events: tuple[Event, ...]
    beats: tuple[tuple[float, float, tuple[str, ...]], ...]
    nods: tuple[tuple[float, float], ...]
    shakes: tuple[float, ...]
    borders: tuple[float, ...]
    spans: tuple[tuple[float, float], ...] = field(default=())


def clause_spans(words: tuple[Word, ...], pause: float = 0.22, longest: float = 4.5) -> list[tuple[float, float]]:
    """Spans (start, end) of words without a pause, long ones cut at their longest inner gap or middle."""
    spans: list[list[Word]] = []
    for word in words:
        if spans and word.start - spans[-1][-1].end < pause and word.end - spans[-1][0].start < longest:
            spans[-1].append(word)
        else:
            spans.append([word])
    return [(group[0].start, group[-1].end) for group in spans]


class Planner:
    """Draws plans from a library; one generator of random numbers gives one plan."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._by_class: dict[str, list[Clip]] = {}
        for clip in library.clips:
            self._by_class.setdefault(clip.word_class, []).append(clip)

    def _clip(self, rng: np.random.Generator, wanted: str, hands: str, style: str, recent: list[str]) -> Clip:
        classes = _CLIP_CLASSES.get(wanted, (wanted,))
        name = classes[int(rng.integers(len(classes)))] if wanted == "beat" else classes[0]
        pool = self._by_class.get(name, [])
        if len(pool) < 6 and len(classes) > 1 and rng.random() < 0.4:
            pool = self._by_class[classes[-1]]
        weights = np.array([_FAMILIES[style].get(c.name.split("/")[0], 0.3) + 0.02 for c in pool])
        weights *= np.array([1.0 if c.hands == hands else 0.02 for c in pool])
        weights *= np.array([0.15 if c.performance in recent else 1.0 for c in pool])
        # A clip that barely moves the wrist does not read as a stroke.
        weights *= np.array([1.0 if c.reach > 0.16 or c.word_class == "shrug" else 0.15 for c in pool])
        return pool[int(rng.choice(len(pool), p=weights / weights.sum()))]

    def plan(
        self, words: tuple[Word, ...], accents: Accents, seconds: float, controls: Controls, rng: np.random.Generator
    ) -> Plan:
        """A plan for one speech. Words give times and classes; accents give strengths."""
        spans = clause_spans(words)
        wanted = self._wanted(words, accents, controls, rng)
        events = self._events(wanted, words, spans, seconds, controls, rng)
        taken = np.array([e.time for e in events] or [-10.0])
        beats, nods = [], []
        for time, strength in zip(accents.times, accents.strength, strict=True):
            lead = float(np.clip(rng.normal(0.09, 0.045), -0.02, 0.19))
            near = float(np.abs(taken - time).min())
            if near > 0.3 and rng.random() < 0.85 * min(1.0, 0.35 + 0.5 * controls.rate) and strength > 0.25:
                beats.append((time - lead, float(0.7 + 0.7 * strength) * rng.uniform(0.7, 1.2), ("left", "right")))
            if rng.random() < 0.4 + 0.6 * strength:
                nods.append((time - float(np.clip(rng.normal(0.05, 0.04), -0.04, 0.13)), float(0.5 + strength)))
        shakes = tuple(stress_time(w) for w in words if word_class(w.text) == "negate" and rng.random() < 0.6)
        borders = tuple(s for s, _ in spans)
        return Plan(tuple(events), tuple(beats), tuple(nods), shakes, borders, tuple(spans))

    def _wanted(
        self, words: tuple[Word, ...], accents: Accents, controls: Controls, rng: np.random.Generator
    ) -> list[tuple[float, str, float]]:
        """(time, class, strength) of the gestures to make, in time order, far enough apart."""
        least = 0.85 / controls.rate**0.8
        chosen: list[tuple[float, str, float]] = []

        def free(time: float, apart: float) -> bool:
            return all(abs(time - other) >= apart for other, _, _ in chosen)

        def strength_at(time: float) -> float:
            near = np.abs(accents.times - time) < 0.15
            return float(accents.strength[near].max()) if near.any() else 0.2

        classed = [(stress_time(w), word_class(w.text)) for w in words]
        order = rng.permutation(len(classed)).tolist()
        keep = 1.0 if controls.rate >= 0.7 else 0.85
        # Rare classes first: in running text "I" and "you" would crowd out everything else.
        order = sorted(order, key=lambda k: classed[k][1] in ("me", "you"))
        for k in order:
            time, name = classed[k]
            if name is not None and rng.random() < keep and free(time, CLASS_APART):
                chosen.append((time, name, strength_at(time)))
        stressed = []
        for word in words:
            if normal_form(word.text) in FUNCTION_WORDS or word_class(word.text):
                continue
            time = stress_time(word)
            near = np.abs(accents.times - time)
            # The audible accent counts, not the dictionary's: only it can be learnt from the sound.
            if len(near) and near.min() < 0.14:
                time = float(accents.times[near.argmin()])
                stressed.append((strength_at(time) + rng.normal(0.0, 0.12), time))
        for score, time in sorted(stressed, reverse=True):
            if score > 0.42 - 0.12 * controls.rate and free(time, least) and rng.random() < 0.93:
                chosen.append((time, "beat", strength_at(time)))
        return sorted(chosen)

    def _events(
        self,
        wanted: list[tuple[float, str, float]],
        words: tuple[Word, ...],
        spans: list[tuple[float, float]],
        seconds: float,
        controls: Controls,
        rng: np.random.Generator,
    ) -> list[Event]:
        events: list[Event] = []
        recent: list[str] = []
        ends = np.array([end for _, end in spans] or [0.0])
        mode = "right"
        for k, (time, name, strength) in enumerate(wanted):
            if k == 0 or rng.random() < 0.4:
                both = _BOTH[controls.style] * (1.0 - abs(controls.handedness)) ** 1.5
                right = 0.5 + 0.5 * controls.handedness
                draw = rng.random()
                mode = "both" if draw < both else ("right" if rng.random() < right else "left")
            clip = self._clip(rng, name, mode, controls.style, recent)
            hands = clip.hands
            if hands != mode and abs(controls.handedness) > 0.7 and hands == "both":
                hands = mode
            arms = ("left", "right") if hands == "both" else (hands,)
            recent = [*recent[-5:], clip.performance]
            following = wanted[k + 1][0] if k + 1 < len(wanted) else seconds + 5.0
            clause_end = float(ends[ends >= time - 0.05].min()) if (ends >= time - 0.05).any() else time + 0.5
            lead = float(np.clip(rng.normal(0.11, 0.05), 0.0, 0.22))
            at = max(time - lead, 0.2)
            far = following - time > 2.4
            # Hands go home in pauses and before long stretches without a gesture, but wait inside a clause.
            retract = far and (following > clause_end + SHORT_PAUSE or rng.random() < 0.12)
            hold = float(np.clip(rng.normal(0.45, 0.2), 0.15, 1.0))
            until = min(at + hold, following - 0.45)
            # A class that is said again soon keeps its gesture up.
            again = [t for t in (stress_time(w) for w in words if word_class(w.text) == name) if time < t < time + 1.4]
            until = max([until, *(t + 0.1 for t in again if t < following - 0.5)])
            if retract and clause_end - at > hold:
                until = min(at + rng.uniform(hold, max(clause_end - 0.3 - at, hold + 0.05)), following - 1.2)
            # Large takes are brought nearer to the common size: one speaker has one gesture space.
            size = _SIZE[controls.style] * (0.8 + 0.3 * strength) * rng.uniform(0.88, 1.12)
            size *= (
                float(np.clip((0.33 / max(clip.reach, 0.1)) ** 0.5, 0.7, 1.15)) if clip.word_class != "shrug" else 1.0
            )
            natural = clip.stroke_end - clip.onset
            gap = at - (events[-1].time if events else 0.0)
            tempo = float(np.clip(natural / min(max(gap - 0.15, 0.35), rng.uniform(0.42, 0.62)), 0.8, 1.6))
            events.append(
                Event(clip, at, max(until, at + 0.08), arms, bool(retract), size, tempo, rng.uniform(0.55, 0.85), name)
            )
        return events
