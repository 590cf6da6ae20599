"""Between key poses of held-out motion: the guided model against what else there is, as a table.

    python -m orator.models.training.guided.evaluate [-o docs/quality_conversation.md] [--clips 6]
    python -m orator.models.training.guided.evaluate --variety 0.7 1 1.3

Motion is acted speech of voices that nothing was trained on, and real clips kept from training; whole poses are given
every 1, 2 and 4 seconds. Speed and jerk are held against the range of the whole corpus. The table goes between the
page's marks. With --variety the guided model is tried with so much more or less drawn beside the likely motion, on
other takes: sentences of `val`, and kept clips that the table has not.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from ....core.arrays import Array
from ....core.directing.calm import meet
from ....core.mask import Mask, everything
from ....core.performance import MODEL_FPS, Performance
from ....core.rotations import angle_between, forward_kinematics, hemisphere_continuous, normalise
from ....core.settings import Settings
from ....core.skeleton import INDEX
from ....core.speech.speech import SAMPLE_RATE, Speech
from ...body.generate import generate_body, hear
from ...body.inbetween import fill_in
from ...body.inputs import Heard
from ...body.likely import Poses
from ...body.parts import DOWN
from ...guided.between import draw_between, voices_of
from ...interface.condition import SpeechCondition
from ...runtime import Networks
from ..body.corpus import build_takes, silence_rng, with_silence
from ..body.evaluate import condition_of
from ..body.evaluate_hints import GAPS, error_mm, key_mask, slerped
from ..speech_corpus import load_items
from ..style.distance import features, frechet
from .corpus import load_track
from .real import real_clips

VOICES: Final = {
    "test": ("kathleen", "rms", "en-gb-scotland", "en-us+f5", "en-us+Annie", "en-us+m7"),
    "val": ("kathleen", "awb", "slt", "en-us+f2"),
}
SENTENCES: Final = {"test": 2, "val": 1}
"""Of each voice."""
SEEDS: Final = 5
APART: Final = 2.0
"""Seconds between poses at which several seeds are drawn."""
FRAMES: Final = 360
"""Of a case at the most."""
MARKS: Final = ("<!-- between -->\n", "<!-- /between -->\n")
WRISTS: Final = (INDEX["left_wrist"], INDEX["right_wrist"])


@dataclass(frozen=True)
class Case:
    """A held-out motion, what is heard with it, and whether it has a sound at all."""

    name: str
    truth: Performance
    condition: SpeechCondition
    sound: bool

    @property
    def heard(self) -> Heard:
        """The networks' inputs."""
        return hear(self.condition, Settings(), -(-self.truth.frames // DOWN))


def _performance(rotations: Array, translation: Array) -> Performance:
    whole = hemisphere_continuous(normalise(rotations.astype(np.float64))).astype(np.float32)
    return Performance(whole, translation.astype(np.float32), np.zeros((len(whole), 52), np.float32))


def acted_cases(split: str = "test") -> Iterator[Case]:
    """Held-out sentences of a human voice and of others; those others of `test` were held out as a whole."""
    for item in (i for voice in VOICES[split] for i in islice(load_items(split, voice), SENTENCES[split])):
        take = next(iter(build_takes(item, 1)))
        item = with_silence(item, silence_rng(item))
        frames = min(len(take.rotations), FRAMES)
        samples = item.samples[: int(frames / MODEL_FPS * SAMPLE_RATE)].astype(np.float32) / 32768.0
        condition = replace(condition_of(samples, item.words, None), frames=frames)
        yield Case(item.id, _performance(take.rotations[:frames], take.translation[:frames]), condition, True)


def real_cases(most: int, others: bool = False) -> Iterator[Case]:
    """Real clips that were kept from training: of those of five seconds and more `most`, evenly over them all, and all
    from three seconds; or all the others, on which something may be chosen."""
    held = [clip for clip in real_clips(mirror=False) if clip.held_out]
    kept = [clip for clip in held if len(clip.rotations) >= 5.0 * MODEL_FPS]
    short = [clip for clip in held if 3.0 * MODEL_FPS <= len(clip.rotations) < 5.0 * MODEL_FPS]
    chosen = np.unique(np.linspace(0, len(kept) - 1, most).astype(int))
    rest = [kept[k] for k in np.setdiff1d(np.arange(len(kept)), chosen)]
    for clip in rest if others else [*(kept[k] for k in chosen), *short]:
        frames = min(len(clip.rotations), FRAMES)
        silent = np.random.default_rng(0).normal(0.0, 1e-4, int(frames / MODEL_FPS * SAMPLE_RATE)).astype(np.float32)
        condition = replace(condition_of(Speech(silent).samples, (), None), frames=frames)
        yield Case(clip.name, _performance(clip.rotations[:frames], clip.translation[:frames]), condition, False)


Way = Callable[[Case, Mask, int], tuple[Array, Array]]
"""Rotations and translation for a case's keys and a seed."""


def guides_of(case: Case, mask: Mask) -> Poses:
    """The keys of the truth as the networks take them."""
    bits = (~mask.joints).astype(np.float32), (~mask.root).astype(np.float32)
    return Poses(*bits, case.truth.rotations, case.truth.translation)


def by_guided(case: Case, mask: Mask, seed: int, nets: Networks, variety: float = 1.0) -> tuple[Array, Array]:
    """The diffusion between the keys alone."""
    voices = replace(voices_of(case.heard), known=case.sound)
    return draw_between(nets, voices, guides_of(case, mask), seed, lambda _: None, variety)


def by_regression(case: Case, mask: Mask, seed: int) -> tuple[Array, Array]:
    """The in-between regression, which the embedded model uses."""
    straight = slerped(case.truth, mask)
    rotations, translation = np.array(straight.rotations), np.array(straight.translation)
    fill_in(Networks(), case.heard, mask, case.truth, rotations, translation, seed, lambda _: None)
    return rotations, translation


def by_warp(case: Case, _mask: Mask, seed: int) -> tuple[Array, Array]:
    """Another take of the speech, without keys; the exact meeting then warps it to them."""
    free = everything(case.truth.frames)
    return generate_body(case.condition, Settings(), free, case.truth, seed + 1, lambda _: None)


def by_slerp(case: Case, mask: Mask, _seed: int) -> tuple[Array, Array]:
    """Straight from key to key."""
    straight = slerped(case.truth, mask)
    return straight.rotations, straight.translation


def stretches(performance: Performance, gap: float) -> tuple[Array, Array]:
    """Of each stretch between keys the wrists' mean speed (m/s) and mean jerk (m/s³)."""
    place, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    wrists, step = place[:, WRISTS], round(gap * MODEL_FPS)
    speed = np.linalg.norm(np.diff(wrists, axis=0), axis=-1).mean(axis=1) * MODEL_FPS
    jerk = np.linalg.norm(np.diff(wrists, 3, axis=0), axis=-1).mean(axis=1) * MODEL_FPS**3
    cuts = range(0, len(jerk) - step + 1, step)
    return np.array([speed[a : a + step].mean() for a in cuts]), np.array([jerk[a : a + step].mean() for a in cuts])


def spread(takes: list[Performance], gap: float) -> Array:
    """Of each stretch between keys how far apart any two takes are at a wrist where they differ most, metres."""
    places = [forward_kinematics(t.rotations.astype(float), t.translation.astype(float))[0][:, WRISTS] for t in takes]
    most = np.max(
        [np.linalg.norm(a - b, axis=-1).max(axis=1) for k, a in enumerate(places) for b in places[:k]], axis=0
    )
    step = round(gap * MODEL_FPS)
    return np.array([most[a : a + step].max() for a in range(0, len(most) - step + 1, step)])


Ranges = tuple[Array, Array]
"""Between which two values speed and jerk lie in nine of ten stretches."""


def corpus_ranges(sound: bool) -> dict[float, tuple[Ranges, int]]:
    """For every gap the ranges of the corpus's acted or real motion, and of how many stretches (12 s of each take)."""
    track = load_track("train")
    found: dict[float, list[tuple[Array, Array]]] = {gap: [] for gap in GAPS}
    for k in np.flatnonzero(track.sound.reshape(-1) == sound):
        rows = slice(int(track.starts[k]), min(int(track.starts[k + 1]), int(track.starts[k]) + FRAMES))
        take = _performance(track.rotations[rows], track.translation[rows])
        for gap, rest in found.items():
            rest.append(stretches(take, gap))
    out: dict[float, tuple[Ranges, int]] = {}
    for gap, rest in found.items():
        speed, jerk = (np.concatenate(x) for x in zip(*rest, strict=True))
        out[gap] = (np.percentile(speed, [5, 95]), np.percentile(jerk, [5, 95])), len(speed)
    return out


def _ends(performances: list[Performance], gap: float) -> list[Array]:
    """Speeds and jerks of all stretches between keys."""
    return [np.concatenate(x) for x in zip(*(stretches(one, gap) for one in performances), strict=True)]


def measure(
    cases: list[Case], gap: float, way: Way, seeds: int, ranges: Ranges | None = None
) -> tuple[dict[str, float], list[list[Performance]]]:
    """One way's figures over the cases; the first seed counts where one sample does. Without ranges the truth's own."""
    made: list[list[Performance]] = []
    straight: list[Performance] = []
    off = 0.0
    for case in cases:
        mask = key_mask(case.truth.frames, gap)
        takes = [meet(_performance(*way(case, mask, seed)), case.truth, mask) for seed in range(seeds)]
        keys = np.flatnonzero(~mask.root)
        off = max(off, float(angle_between(takes[0].rotations[keys], case.truth.rotations[keys]).max()))
        made.append([take.cut(0, int(keys[-1]) + 1) for take in takes])
        straight.append(meet(_performance(*by_slerp(case, mask, 0)), case.truth, mask).cut(0, int(keys[-1]) + 1))
    truth = [case.truth.cut(0, one[0].frames) for case, one in zip(cases, made, strict=True)]
    errors = [[error_mm(take, real) for take in one] for one, real in zip(made, truth, strict=True)]
    less = [own[0] - error_mm(line, real) for own, line, real in zip(errors, straight, truth, strict=True)]
    known, drawn = (np.concatenate([features(x) for x in group]) for group in (truth, [one[0] for one in made]))
    limits = ranges or tuple(np.percentile(x, [5, 95]) for x in _ends(truth, gap))
    row = {
        "joint error, mm": float(np.mean([e[0] for e in errors])),
        "deviation": float(np.std([e[0] for e in errors])),
        "less": float(np.mean(less)), "less, error": float(np.std(less) / np.sqrt(max(len(less) - 1, 1))),
        "best of five, mm": float(np.mean([min(e) for e in errors])),
        "distance": frechet(drawn, known, known.std(axis=0) + 1e-6),
        "pins, degrees": off,
    }  # fmt: skip
    for name, x, (low, high) in zip(("speed", "jerk"), _ends([one[0] for one in made], gap), limits, strict=True):
        row[f"{name} inside"] = float(np.mean((x >= low) & (x <= high)))
        row[f"{name}, median inside"] = float(low <= np.median(x) <= high)
    if seeds > 1:
        row["wrists apart, cm"] = 100.0 * float(np.median(np.concatenate([spread(one, gap) for one in made])))
    return row, made


def told(row: dict[str, float], several: bool) -> list[str]:
    """A row's cells."""
    inside = [
        f"{row[f'{name} inside']:.2f}, {'in' if row[f'{name}, median inside'] else 'out'}" for name in ("speed", "jerk")
    ]
    return [
        f"{row['joint error, mm']:.1f} ± {row['deviation']:.2g}",
        f"{row['less']:+.2f} ± {row['less, error']:.2g}",
        f"{row['best of five, mm']:.1f}" if several else "",
        f"{row['distance']:.3g}", *inside,
        f"{row['wrists apart, cm']:.2g}" if several else "",
        f"{row['pins, degrees']:.1g}",
    ]  # fmt: skip


Drawn = dict[tuple[float, str], tuple[Array, Array]]
"""Of a gap and a way the features of the truth and of what was made, as the distance compares them."""


def table(cases: list[Case], ways: dict[str, tuple[Way, int]], drawn: Drawn | None = None) -> str:
    """The rows of every gap, and before them the ranges that they are held against; what is made goes into `drawn`."""
    names = (
        "joint error, mm", "over slerp's, mm", "best of five, mm", "distance",
        "speed inside, median", "jerk inside, median", "wrists apart, cm", "pins, degrees",
    )  # fmt: skip
    lines = [f"| keys | way | {' | '.join(names)} |", "| --- " * (len(names) + 2) + "|"]
    ranges, notes = corpus_ranges(cases[0].sound), []
    for gap in GAPS:
        (speed, jerk), count = ranges[gap]
        here = [case for case in cases if case.truth.frames > gap * MODEL_FPS]
        own = _ends([case.truth for case in here], gap)
        truth = " and ".join(
            f"{np.mean((x >= low) & (x <= high)):.2f}" for x, (low, high) in zip(own, (speed, jerk), strict=True)
        )
        notes.append(
            f"{gap:g} s: {speed[0]:.3f} - {speed[1]:.3f} m/s and {jerk[0]:.3g} - {jerk[1]:.3g} m/s³ over {count} "
            f"stretches (the truth here, {len(own[0])} stretches: {truth} inside)"
        )
        for name, (way, seeds) in ways.items():
            several = seeds > 1 and gap == APART
            row, made = measure(here, gap, way, seeds if several else 1, (speed, jerk))
            if drawn is not None:
                own_drawn = [features(one[0]) for one in made]
                known = [features(case.truth.cut(0, one[0].frames)) for case, one in zip(here, made, strict=True)]
                before = drawn.get((gap, name), (known[0][:0], known[0][:0]))
                drawn[gap, name] = np.concatenate([before[0], *known]), np.concatenate([before[1], *own_drawn])
            lines.append(f"| {gap:g} s | {name} | {' | '.join(told(row, several))} |")
            print(lines[-1], flush=True)
    return "The corpus's range: " + "; ".join(notes) + ".\n\n" + "\n".join(lines)


def evaluate(clips: int, folder: Path | None) -> str:
    """Both tables, as Markdown."""
    guided = partial(by_guided, nets=Networks(folder))
    ways: dict[str, tuple[Way, int]] = {
        "guided": (guided, SEEDS), "in-between regression": (by_regression, SEEDS),
        "warp": (by_warp, 1), "slerp": (by_slerp, 1),
    }  # fmt: skip
    out, drawn = [], Drawn()
    for title, cases in (("Acted speech", list(acted_cases())), ("Real clips", list(real_cases(clips)))):
        seconds = sum(case.truth.frames for case in cases) / MODEL_FPS
        out.append(f"{title}: {len(cases)} takes, {seconds:.0f} s.\n\n{table(cases, ways, drawn)}\n")
    lines = [f"| keys | {' | '.join(ways)} |", "| --- " * (len(ways) + 1) + "|"]
    for gap in GAPS:
        far = [frechet(made, known, known.std(axis=0) + 1e-6) for known, made in (drawn[gap, name] for name in ways)]
        lines.append(f"| {gap:g} s | {' | '.join(f'{one:.3g}' for one in far)} |")
    out.append("The distance over both, acted and real, as one body of motion:\n\n" + "\n".join(lines) + "\n")
    return "\n".join(out)


def try_variety(clips: int, folder: Path | None, shares: list[float]) -> None:
    """Prints the tables of other takes, the guided model with each of the shares."""
    nets = Networks(folder)
    ways: dict[str, tuple[Way, int]] = {
        f"{share:g}": (partial(by_guided, nets=nets, variety=share), SEEDS) for share in shares
    }
    ways |= {"in-between regression": (by_regression, 1), "slerp": (by_slerp, 1)}
    for cases in (list(acted_cases("val")), list(real_cases(clips, others=True))):
        print(f"{len(cases)} takes")
        table(cases, ways)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--folder", type=Path, help="weights of a training folder")
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--variety", type=float, nargs="+")
    options = parser.parse_args()
    if options.variety:
        try_variety(options.clips, options.folder, options.variety)
        return
    text = evaluate(options.clips, options.folder)
    if options.output is not None:
        page = options.output.read_text(encoding="utf-8")
        before, _, rest = page.partition(MARKS[0])
        options.output.write_text(
            f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
