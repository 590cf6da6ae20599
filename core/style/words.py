"""What was learned, in words: one short clause for each difference that an artist would notice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..arkit import INDEX
from ..body.neutral import NEUTRAL
from ..body.reach import wrist_place
from ..learned_style import FaceHabits, LearnedStyle


def clauses(style: LearnedStyle) -> tuple[str, ...]:
    """Clauses like 'hands 6 cm higher', the largest differences of the body first, then the face's."""
    numbers = style.numbers
    out = list(_places(style)) if style.strokes else []
    hand = numbers["handed"]
    if abs(hand) > 0.2:
        side = "right" if hand > 0 else "left"
        out.append(f"{'mostly ' if abs(hand) < 0.75 else ''}{side}-handed")
    if abs(numbers["both"]) > 0.08:
        out.append("more with both hands" if numbers["both"] > 0 else "more with one hand")
    for name, more, less, bound in (
        ("span", "larger strokes", "smaller strokes", 1.1), ("tempo", "quicker", "calmer", 1.08),
        ("hold", "strokes held longer", "strokes held shorter", 1.3), ("rate", "more gestures", "fewer gestures", 1.1),
        ("feet", "feet farther apart", "feet closer together", 1.15),
    ):  # fmt: skip
        if numbers[name] > bound:
            out.append(more)
        elif numbers[name] < 1.0 / bound:
            out.append(less)
    out += _held(style)
    if style.face is not None:
        out += _face(style.face)
    return tuple(out)


def described(style: LearnedStyle) -> str:
    """One sentence for the panel, the command line and the report."""
    found = clauses(style)
    counts = ((len(style.strokes), "stroke"), (len(style.rests), "rest"))
    named = " and ".join(f"{n} {what}{'s' if n > 1 else ''}" for n, what in counts if n)
    own = f"; {named} of its own" if named else ""
    said = ", ".join(found) if found else "much like the neutral style"
    return f"'{style.name}', from {style.seconds:.0f} s: {said}{own}."


def _places(style: LearnedStyle) -> Iterator[str]:
    plain = wrist_place(NEUTRAL.end[None])[0]
    shift = 100.0 * (wrist_place((NEUTRAL.end + style.moments["end"])[None])[0] - plain)
    for value, more, less in (
        (shift[1], "hands {:.0f} cm higher", "hands {:.0f} cm lower"),
        (shift[0], "{:.0f} cm wider", "{:.0f} cm narrower"),
        (shift[2], "{:.0f} cm farther ahead", "{:.0f} cm closer to the body"),
    ):
        if abs(value) >= 2.0:
            yield (more if value > 0 else less).format(abs(value))
    if style.moments["end"][3] > 0.12:
        yield "elbows out"
    elif style.moments["end"][3] < -0.08:
        yield "elbows in"
    turned = np.degrees(style.moments["end"][4])
    if abs(turned) > 10.0:
        yield "palms more up" if turned > 0 else "palms more down"
    bent = float(style.moments["shape"][:8].mean())
    if abs(bent) > 5.0:
        yield "fingers more bent" if bent > 0 else "fingers more stretched"


def _held(style: LearnedStyle) -> Iterator[str]:
    moments = style.moments
    bend, chin = np.degrees(moments["trunk"][0]), np.degrees(moments["head"][0])
    if abs(bend) > 2.0:
        yield f"leans {abs(bend):.0f}° {'forward' if bend > 0 else 'back'}"
    if moments["trunk_scale"].mean() > 1.2:
        yield "a livelier trunk"
    elif moments["trunk_scale"].mean() < 0.8:
        yield "a stiller trunk"
    if abs(chin) > 2.5:
        yield f"chin {abs(chin):.0f}° {'down' if chin > 0 else 'up'}"
    if moments["head_scale"][2] > 1.15:
        yield "more tilts of the head"
    elif moments["head_scale"][2] < 0.8:
        yield "fewer tilts of the head"
    if moments["nods"][0] > 1.2:
        yield "larger nods"
    elif moments["nods"][0] < 0.8:
        yield "smaller nods"


def _face(habits: FaceHabits) -> Iterator[str]:
    def shift(*names: str) -> float:
        return float(np.mean([habits.shift[i] for n, i in INDEX.items() if n.startswith(names)]))

    for names, more, less in (
        (("browInnerUp", "browOuterUp"), "brows raised", "brows lower"),
        (("browDown",), "brows drawn down", "brows less drawn down"),
        (("mouthSmile",), "smiles more", "smiles less"),
        (("mouthFrown",), "corners of the mouth down", ""),
    ):
        value = shift(*names)
        if abs(value) > 0.05 and (more if value > 0 else less):
            yield more if value > 0 else less
    if not 0.85 < habits.blinks < 1.18:
        yield "blinks more often" if habits.blinks > 1 else "blinks less often"
