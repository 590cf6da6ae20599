"""Both characters of six dialogues, measured from their takes; writes docs/quality_conversation.md's tables.

python -m orator.models.training.conversation.evaluate [-o FILE] [--pairs 6] [--seconds 100]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....core.arkit import INDEX as FACE
from ....core.arrays import Array
from ....core.body.accents import find_accents
from ....core.body.measure import coupling, coupling_signals
from ....core.conversation.activity import activities, own_voice
from ....core.conversation.conduct import listening_cues
from ....core.conversation.turns import Turns, find_turns
from ....core.performance import Performance
from ....core.request.generation import GenerationRequest
from ....core.speech.features import SpeechFeatures, speech_features
from ...generate import generate
from . import measures
from .dialogues import PAIRS, Dialogue, make_dialogue


@dataclass(frozen=True)
class Side:
    """One character of a dialogue: its take, a take without a partner, the turns as laid out, and both voices."""

    made: Performance
    alone: Performance
    turns: Turns
    own: SpeechFeatures
    partner: SpeechFeatures


def sides(dialogue: Dialogue, seed: int) -> tuple[Side, Side]:
    """Both characters; turns are the true ones, so that a wrong ear costs."""
    voices = [own_voice(s, a) for s, a in zip(dialogue.speeches, activities(*dialogue.speeches), strict=True)]
    heard = [speech_features(voice) for voice in voices]
    made = []
    for k, turns in ((0, dialogue.turns), (1, dialogue.turns.swapped())):
        pair = (dialogue.speeches[k], dialogue.speeches[1 - k])
        answered = generate(GenerationRequest(pair), seed + k)
        alone = generate(GenerationRequest((voices[k],)), seed + k)
        made.append(Side(answered, alone, turns, heard[k], heard[1 - k]))
    return made[0], made[1]


def hearing(dialogue: Dialogue) -> dict[str, float]:
    """How well turns are found: frames of turns right, and answers found and false."""
    found = find_turns(*activities(*dialogue.speeches))
    times = np.arange(0.0, dialogue.turns.seconds, 0.01)
    right, hit, true, false = [], 0, 0, 0
    for who in ("own", "partner"):
        right.append(np.mean(found.speaking(who, times) == dialogue.turns.speaking(who, times)))
        said, heard = dialogue.turns.of(who, "backchannel"), found.of(who, "backchannel", "speech")
        hit += sum(any(h.start < s.end and h.end > s.start for h in heard) for s in said)
        answers = found.of(who, "backchannel")
        false += sum(not any(h.start < s.end and h.end > s.start for s in said) for h in answers)
        true += len(said)
    return {"turn frames right": float(np.mean(right)), "answers heard": hit / max(true, 1), "false answers": false}


def rates(side: Side, made: Performance) -> dict[str, float]:
    """The figures of one character's take, listening and speaking apart."""
    times = np.arange(made.frames) / made.fps
    talking = side.turns.speaking("own", times)
    listening = side.turns.speaking("partner", times) & ~talking
    shares = {"listening": listening, "speaking": talking}
    on, speed = measures.at_partner(made), measures.head_speed(made)

    def a_minute(found: Array, mask: Array) -> float:
        return float(
            mask[np.clip((found * made.fps).astype(int), 0, len(mask) - 1)].sum() / max(mask.sum() / 1800, 1e-6)
        )

    blinks, strokes = measures.blink_times(made), measures.strokes(made)
    nods, shifts = measures.nod_times(made), measures.weight_shifts(made)
    out: dict[str, float] = {}
    for name, mask in shares.items():
        out[f"gaze at the partner, {name}"] = float(on[mask].mean())
        out[f"blinks a minute, {name}"] = a_minute(blinks, mask)
        out[f"head speed, degrees/s, {name}"] = float(speed[mask].mean())
    out["median look, s"] = float(np.median(measures.bouts(on, made.fps)))
    out["nods a minute, listening"] = a_minute(nods, listening)
    out["strokes, listening over speaking"] = a_minute(strokes, listening) / max(a_minute(strokes, talking), 1e-6)
    out["weight shifts a minute, listening"] = a_minute(shifts, listening)
    cues = listening_cues(side.turns, side.partner)
    inside = nods[listening[np.clip((nods * made.fps).astype(int), 0, len(listening) - 1)]]
    near = [np.min(np.abs(cues - t), initial=9.0) < 0.6 for t in inside]
    out["nods at the partner's pauses or low pitch"] = float(np.mean(near or [0.0]))
    out["turns that end looking"], out["turns that start averted"], _ = measures.turn_ends(made, side.turns)
    out["first movement before the first word, s"] = measures.first_movement(made, side.turns)
    out["the same, no own answer before it, s"] = measures.first_movement(made, side.turns, answered=False)
    return out


def couplings(side: Side, other: Side, rng: np.random.Generator) -> dict[str, float]:
    """Nods to this partner and, as the control, to another dialogue's; the body to its own voice and to another's."""

    def nod_z(partner: Side) -> float:
        times = np.arange(side.made.frames) / side.made.fps
        listening = side.turns.speaking("partner", times) & ~side.turns.speaking("own", times)
        nods = measures.nod_times(side.made)
        nods = nods[listening[np.clip((nods * side.made.fps).astype(int), 0, len(listening) - 1)]]
        return measures.cue_z(nods, listening_cues(partner.turns, partner.partner), side.turns.seconds, rng)

    signals = coupling_signals(side.made.rotations.astype(np.float64), side.made.translation.astype(np.float64))
    return {
        "nods to the partner, z": nod_z(side),
        "nods to another dialogue's partner, z": nod_z(other),
        "body to its own voice, z": coupling(signals, find_accents(side.own)),
        "body to the partner's voice, z": coupling(signals, find_accents(side.partner)),
    }


def laughter(pairs: int, seconds: float) -> str:
    """What a partner's laugh does to the listener, and a laugh to one's own mouth; the control is the take alone."""
    rows: list[dict[str, float]] = []
    controls: list[dict[str, float]] = []
    for k, pair in enumerate(PAIRS[:pairs]):
        for side in sides(make_dialogue(pair, seconds, laughing=True), 500 + 10 * k):
            times = np.arange(side.made.frames) / side.made.fps
            theirs = np.array([s.start for s in side.turns.of("partner", "laughter") if s.start < seconds - 2.0])
            for made, out in ((side.made, rows), (side.alone, controls)):
                smiles = measures.smiles_after(made, theirs)
                laughing, speaking = (
                    np.any([(times >= s.start + edge) & (times < s.end) for s in side.turns.of("own", kind)], axis=0)
                    for kind, edge in (("laughter", 0.3), ("speech", 0.0))
                )
                out.append(
                    {
                        "laughs answered by a smile within 0.2 - 1 s": float(np.mean((smiles > 0.15) & (smiles < 1.0))),
                        "mouth shapes of words a second, laughing": measures.closures_a_second(made, laughing),
                        "mouth shapes of words a second, speaking": measures.closures_a_second(made, speaking),
                        "smile while laughing": float(made.face[laughing][:, FACE["mouthSmileLeft"]].mean()),
                    }
                )
    return table(rows, controls)


_ASKED = {
    "gaze at the partner, listening": "0.65 - 0.90", "gaze at the partner, speaking": "0.35 - 0.70",
    "blinks a minute, listening": "10 - 22", "blinks a minute, speaking": "18 - 34",
    "head speed, degrees/s, listening": "3 - 15", "median look, s": "1 - 3", "nods a minute, listening": "4 - 20",
    "strokes, listening over speaking": "under 0.05", "weight shifts a minute, listening": "2 - 10",
    "nods at the partner's pauses or low pitch": "0.6", "turns that end looking": "0.7",
    "turns that start averted": "0.6", "first movement before the first word, s": "0.2 - 0.6",
    "the same, no own answer before it, s": "0.2 - 0.6",
    "laughs answered by a smile within 0.2 - 1 s": "all",
    "mouth shapes of words a second, laughing": "far under speaking", "smile while laughing": "over 0.3",
    "nods to the partner, z": "at least 3",
    "nods to another dialogue's partner, z": "chance", "body to its own voice, z": "far over the partner's",
}  # fmt: skip


def table(rows: list[dict[str, float]], controls: list[dict[str, float]]) -> str:
    """Mean and spread of every figure over the characters, beside the same of the control."""
    lines = ["| figure | asked | with a partner | the same take without one |", "| --- | --- | --- | --- |"]
    for name in rows[0]:
        values = np.array([row[name] for row in rows if not np.isnan(row[name])])
        against = np.array([row[name] for row in controls if name in row and not np.isnan(row[name])])
        told = f"{against.mean():.3g} ± {against.std():.2g}" if len(against) else ""
        lines.append(f"| {name} | {_ASKED.get(name, '')} | {values.mean():.3g} ± {values.std():.2g} | {told} |")
    return "\n".join(lines)


def evaluate(pairs: int, seconds: float) -> str:
    """The page's tables, as Markdown."""
    dialogues = [make_dialogue(pair, seconds) for pair in PAIRS[:pairs]]
    ears = [hearing(dialogue) for dialogue in dialogues]
    people = [side for k, dialogue in enumerate(dialogues) for side in sides(dialogue, 10 * k)]
    rows = [rates(side, side.made) for side in people]
    controls = [rates(side, side.alone) for side in people]
    rng = np.random.default_rng(0)
    linked = [couplings(side, people[(k + 2) % len(people)], rng) for k, side in enumerate(people)]
    heard = "; ".join(f"{name} {np.mean([ear[name] for ear in ears]):.3g}" for name in ears[0])
    minutes = pairs * seconds / 60.0
    laughs = laughter(pairs, 60.0)
    return (
        f"{minutes:.0f} minutes, {pairs} pairs of voices that nothing was trained on, both characters; mean and "
        f"deviation over the {len(people)} characters.\n\nHearing: {heard}.\n\n{table(rows, controls)}\n\n"
        f"{table(linked, [])}\n\n"
        f"Dialogues in which every turn ends in a laugh, of kinds that nothing was trained on:\n\n{laughs}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--pairs", type=int, default=len(PAIRS))
    parser.add_argument("--seconds", type=float, default=100.0)
    options = parser.parse_args()
    text = evaluate(options.pairs, options.seconds)
    if options.output is None:
        print(text)
    else:
        page = options.output.read_text(encoding="utf-8") if options.output.exists() else "<!-- tables -->\n"
        head, mark, _ = page.partition("<!-- tables -->\n")
        options.output.write_text(f"{head}{mark}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
