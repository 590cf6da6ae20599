"""How a person behaves in a conversation: where they look, when they nod, smile, raise brows, blink, breathe and shift.

The statistics are people's: a listener looks at the partner about three quarters of the time, a speaker half (Argyle,
Kendon); aversions of about a second every seven while listening, two every five while speaking (Andrist et al. 2013); a
turn begins averted and ends looking (Ho et al. 2015); nods and backchannels answer pauses and low pitch of 110 ms (Ward
and Tsukahara 2000); a laugh is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..catalogue.listening import LISTENING
from ..ranges import check_number
from ..speech.features import FEATURE_FPS, SpeechFeatures
from .turns import Stretch, Turns

_DEFAULT: Final = {control.name: control.default for control in LISTENING}


@dataclass(frozen=True)
class ListeningControls:
    """How a character listens and attends, as an artist sets it; what each means is in core/catalogue/listening.py.

    Raises OratorError for values outside their ranges.
    """

    attention: float = _DEFAULT["attention"]
    nod_rate: float = _DEFAULT["nod_rate"]
    warmth: float = _DEFAULT["warmth"]
    agreement: float = _DEFAULT["agreement"]
    restlessness: float = _DEFAULT["restlessness"]

    def __post_init__(self) -> None:
        for control in LISTENING:
            check_number(control, getattr(self, control.name))


@dataclass(frozen=True)
class Glance:
    """From `start` on the eyes are `yaw` to the person's left and `pitch` down of the partner's face, in degrees.

    at_partner  whether this is a look at the partner
    head        how much of the way the head goes
    """

    start: float
    yaw: float
    pitch: float
    at_partner: bool
    head: float = 0.6


@dataclass(frozen=True)
class Gesture:
    """A movement of the head or the face at `time`, over `length` seconds: 'nod', 'shake', 'tilt', 'smile', 'brows',
    'frown', 'blink', 'breath', 'lean' or 'shift'. `size` is in degrees, in weights, or in metres for 'shift'; `cycles`
    counts repetitions."""

    kind: str
    time: float
    length: float
    size: float
    cycles: int = 1


@dataclass(frozen=True)
class Conduct:
    """Everything that one person does because of the other, in the order of time.

    rests  seconds (start, end) in which the arms are at rest, because the other has the turn
    """

    glances: tuple[Glance, ...]
    gestures: tuple[Gesture, ...]
    rests: tuple[tuple[float, float], ...] = ()

    def of(self, kind: str) -> Iterator[Gesture]:
        """The movements of one kind."""
        return (g for g in self.gestures if g.kind == kind)


_SIDE_LOOKS: Final = ((17.0, 3.0), (24.0, -4.0), (14.0, 9.0), (20.0, 12.0), (27.0, 2.0), (12.0, 13.0), (19.0, -7.0))
"""Where people look when they look away: yaw to a side and pitch down, degrees."""


def plan_conduct(
    turns: Turns, partner: SpeechFeatures, controls: ListeningControls, rng: np.random.Generator
) -> Conduct:
    """The conduct of 'own' in the conversation; `partner` are the features of the other's voice."""
    cues = listening_cues(turns, partner)
    gestures = [
        *_nods(turns, cues, controls, rng),
        *_faces(turns, cues, controls, rng),
        *_starts(turns, rng),
        *_shifts(turns, controls, rng),
    ]
    glances = _glances(turns, controls, rng)
    return Conduct(tuple(glances), tuple(sorted(gestures, key=lambda g: g.time)), _rests(turns))


def _rests(turns: Turns) -> tuple[tuple[float, float], ...]:
    """Between one's own turns, where that is longer than a second and a half."""
    own = turns.of("own", "speech")
    edges = [0.0, *(t for s in own for t in (s.start, s.end - 0.6)), turns.seconds + 0.5]
    return tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1.5)


def listening_cues(turns: Turns, partner: SpeechFeatures) -> Array:
    """Seconds (K,) at which the partner's voice invites an answer: pauses inside turns, and low pitch after speech."""
    times = [s.start + 0.06 for s in turns.of("partner", "pause", "hesitation") if s.end - s.start > 0.12]
    times += [s.end + 0.02 for s in turns.of("partner", "speech")]
    voiced = partner.f0 > 0
    if voiced.sum() > 100:
        low = voiced & (partner.f0 < np.percentile(partner.f0[voiced], 26.0))
        edges = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(np.int8), [0]])))
        long = [a for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 0.11 * FEATURE_FPS]
        times += [a / FEATURE_FPS + 0.11 for a in long]
    listening = turns.during(np.array(sorted(times)), *_listening(turns))
    return np.array(sorted(times))[listening]


def _listening(turns: Turns) -> list[tuple[float, float]]:
    """The partner's turns, a little beyond their ends, without what lies in one's own."""
    return [(s.start, s.end + 0.3) for s in turns.of("partner", "speech")]


def _nods(turns: Turns, cues: Array, controls: ListeningControls, rng: np.random.Generator) -> Iterator[Gesture]:
    """Nods (or shakes) at the chosen rate: most at cues, some of them by chance; a nod with each backchannel."""
    own = turns.of("own", "backchannel")
    taken = [s.start for s in own]
    for s in own:
        yield _nod(s.start - 0.08, controls, rng)
    if controls.nod_rate <= 0.0 or controls.agreement == 0.0:
        return
    gap = 60.0 / controls.nod_rate
    mine = turns.of("own", "speech")
    for a, b in _listening(turns):
        at = a + float(rng.uniform(0.3, 1.0)) * gap * 0.6
        while at < b:
            near = cues[(cues >= at - 0.4 * gap) & (cues < min(at + 0.45 * gap, b))]
            chosen = float(near[np.argmin(np.abs(near - at))]) if len(near) and rng.random() < 0.85 else at
            speaking = any(s.start - 0.4 < chosen < s.end for s in mine)
            if not speaking and all(abs(chosen - t) > 1.2 for t in taken):
                taken.append(chosen)
                yield _nod(chosen + float(rng.uniform(0.0, 0.1)), controls, rng)
            at += gap * float(rng.uniform(0.7, 1.3))


def _nod(time: float, controls: ListeningControls, rng: np.random.Generator) -> Gesture:
    cycles = int(rng.choice([1, 2, 3], p=[0.45, 0.35, 0.2]))
    size = float(rng.uniform(4.5, 8.0)) * (1.0 if cycles == 1 else 0.75)
    kind = "nod" if rng.random() < 0.5 + 0.5 * controls.agreement else "shake"
    return Gesture(kind, time, (0.44 if cycles == 1 else 0.36) * cycles, size, cycles)


def _faces(turns: Turns, cues: Array, controls: ListeningControls, rng: np.random.Generator) -> Iterator[Gesture]:
    warm = controls.warmth
    laughs = turns.of("partner", "laughter")
    for laugh in laughs:
        delay = float(rng.uniform(0.2, 0.5))
        length = laugh.end - laugh.start + float(rng.uniform(1.0, 2.0))
        yield Gesture("grin", laugh.start + delay, length, float(rng.uniform(0.45, 0.75)) * (0.5 + warm))
    for cue in cues:
        if rng.random() < 0.22 * warm:
            length, size = float(rng.uniform(1.6, 4.0)), float(rng.uniform(0.15, 0.45)) * (0.4 + warm)
            # Nobody smiles at a laugh a moment before it is there.
            if not any(-0.4 < cue + 0.2 - laugh.start < 0.2 for laugh in laughs):
                yield Gesture("smile", cue + 0.2, length, size)
        if rng.random() < 0.2 * (0.4 + warm):
            kind = "brows" if controls.agreement >= 0.0 or rng.random() > -controls.agreement else "frown"
            yield Gesture(kind, cue + 0.1, float(rng.uniform(0.5, 1.4)), float(rng.uniform(0.2, 0.5)))
        if rng.random() < 0.1:
            yield Gesture("tilt", cue, float(rng.uniform(2.0, 5.0)), float(rng.normal(0.0, 5.0)))
    for unit in turns.of("partner", "speech"):
        if rng.random() < 0.7:
            yield Gesture("blink", unit.end + float(rng.uniform(0.0, 0.2)), 0.36, 1.0)
        yield Gesture("lean", unit.start + 0.6, max(unit.end - unit.start - 0.3, 1.5), 2.2 * (0.5 + warm))
    for broken in turns.of("partner", "interruption"):
        yield Gesture("brows", broken.start + 0.15, 0.9, 0.55)


def _starts(turns: Turns, rng: np.random.Generator) -> Iterator[Gesture]:
    """A breath and a small movement before one's own turns, a nod of the floor at their ends."""
    for turn in turns.of("own", "speech"):
        yield Gesture("breath", turn.start - float(rng.uniform(0.34, 0.46)), 0.8, 1.0)
        if rng.random() < 0.5:
            yield Gesture("brows", turn.start - 0.25, 0.7, float(rng.uniform(0.2, 0.4)))
        if rng.random() < 0.6:
            yield Gesture("nod", turn.end - 0.15, 0.5, float(rng.uniform(3.0, 5.0)))


def _shifts(turns: Turns, controls: ListeningControls, rng: np.random.Generator) -> Iterator[Gesture]:
    """Weight from one foot to the other at changes of turn, and now and then while listening."""
    if controls.restlessness <= 0.0:
        return
    changes = [s.start - 0.3 for s in turns.of("own", "speech") if rng.random() < 0.5 * controls.restlessness]
    changes += [s.start + 0.8 for s in turns.of("partner", "speech") if rng.random() < 0.25 * controls.restlessness]
    for a, b in _listening(turns):
        at = a + float(rng.exponential(30.0 / controls.restlessness))
        while at < b:
            changes.append(at)
            at += 9.0 + float(rng.exponential(20.0 / controls.restlessness))
    side = float(rng.choice([-1.0, 1.0]))
    last = -9.0
    for at in sorted(changes):
        if at - last > 3.0 and at > 0.0:
            side, last = -side, at
            yield Gesture("shift", at, float(rng.uniform(1.0, 1.7)), side * float(rng.uniform(0.014, 0.03)))


def _glances(turns: Turns, controls: ListeningControls, rng: np.random.Generator) -> list[Glance]:
    """Looks at the partner and away, by who has the turn; its beginnings averted, its ends looking."""
    mine = turns.of("own", "speech")
    out = [_face_look(0.0, rng)]
    at, away = float(rng.uniform(0.5, 2.0)), False
    while at < turns.seconds:
        talking = any(s.start - 0.4 <= at < s.end - 0.9 for s in mine)
        away = not away
        out.append(_away_look(at, talking, rng) if away else _face_look(at, rng))
        at += _dwell(away, talking, controls.attention, rng)
    return _with_rules(out, mine, turns, rng)


def _dwell(away: bool, talking: bool, attention: float, rng: np.random.Generator) -> float:
    """Seconds until the eyes go on: about 2 s at the partner; away as long as the wanted share leaves."""
    share = float(np.clip(attention if not talking else attention - 0.29, 0.05, 0.97))
    looking = (1.9 if talking else 2.4) * min(1.0, 0.5 + share)
    mean = looking if not away else max(looking * (1.0 - share) / share, 0.35)
    longest = 7.5 if not away or talking else 1.6
    return float(np.clip(rng.lognormal(np.log(mean) - 0.12, 0.5), 0.35, longest))


def _away_look(at: float, talking: bool, rng: np.random.Generator) -> Glance:
    yaw, pitch = _SIDE_LOOKS[int(rng.integers(len(_SIDE_LOOKS)))]
    side = float(rng.choice([-1.0, 1.0]))
    up = -1.0 if talking and pitch > 0 and rng.random() < 0.3 else 1.0
    scatter = float(rng.uniform(0.9, 1.2))
    head = float(rng.uniform(0.3, 0.6)) * (1.0 if talking else 0.6)
    return Glance(at, side * yaw * scatter, up * pitch * scatter, False, head)


def _face_look(at: float, rng: np.random.Generator) -> Glance:
    """At one of the partner's eyes, or the mouth."""
    spot = ((1.6, -0.4), (-1.6, -0.4), (0.0, 2.6))[int(rng.choice(3, p=[0.4, 0.4, 0.2]))]
    return Glance(at, spot[0], spot[1], True, 0.85)


def _with_rules(
    glances: list[Glance], mine: tuple[Stretch, ...], turns: Turns, rng: np.random.Generator
) -> list[Glance]:
    """The turn's beginnings averted and its ends looking, interruptions looked at; then shifts between the eyes."""
    fixed: list[tuple[float, float, Glance]] = []
    for turn in mine:
        if turn.end - turn.start > 1.2:
            if rng.random() < 0.9:
                begin = turn.start - float(rng.uniform(0.3, 0.42))
                fixed.append((begin, turn.start + float(rng.uniform(0.8, 1.5)), _away_look(begin, True, rng)))
            if rng.random() < 0.95:
                begin = turn.end - float(rng.uniform(0.5, 1.0))
                fixed.append((begin, turn.end + float(rng.uniform(0.5, 1.2)), _face_look(begin, rng)))
    fixed += [
        (broken.start + 0.15, broken.start + 1.2, _face_look(broken.start + 0.15, rng))
        for broken in turns.of("partner", "interruption")
    ]
    for begin, end, glance in sorted(fixed, key=lambda f: f[0]):
        after = [g for g in glances if g.start <= end]
        resume = replace(after[-1], start=end) if after else _face_look(end, rng)
        glances = [g for g in glances if not begin <= g.start <= end]
        glances += [glance] + ([resume] if end < turns.seconds else [])
    glances = sorted((g for g in glances if g.start < turns.seconds), key=lambda g: g.start)
    out: list[Glance] = []
    ends = [g.start for g in glances[1:]] + [turns.seconds]
    for glance, end in zip(glances, ends, strict=True):
        out.append(glance)
        at = glance.start + float(rng.uniform(0.5, 1.3))
        while glance.at_partner and at < end - 0.25:
            out.append(_face_look(at, rng))
            at += float(rng.uniform(0.4, 1.3))
    return out


@dataclass(frozen=True)
class Listening:
    """How the partner is attended to.

    place  where the partner's eyes are, (3,) or (T, 3) metres in the performance's space; None: facing each other
    turns  as the artist corrected them; None: as they are found
    """

    controls: ListeningControls = field(default_factory=ListeningControls)
    place: Array | None = None
    turns: Turns | None = None
