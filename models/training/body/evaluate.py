"""The body's quality figures on held-out voices and sentences.

    python -m orator.models.training.body.evaluate [--folder .cache/body] [--seconds 60]

prints figures and writes them as JSON to .cache/body/quality.json; `orator evaluate` makes the report of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ....core.arrays import Array
from ....core.body import alive, measure
from ....core.body.accents import Accents, find_accents, speaking
from ....core.catalogue.styles import STYLES
from ....core.mask import everything
from ....core.performance import MODEL_FPS, frame_count
from ....core.rotations import forward_kinematics
from ....core.settings import Settings
from ....core.speech.features import at_rate, speech_features
from ....core.speech.phones import PHONE_INDEX, Word
from ....core.speech.speech import SAMPLE_RATE, Speech
from ....core.stance import relaxed_performance
from ...body.generate import generate_body
from ...interface.condition import SpeechCondition
from ..speech_corpus import load_items
from .corpus import cache_folder

VOICES: Final = ("kathleen", "rms", "en-gb-scotland", "en-us+f5", "de", "fr+f4")
"""A human voice (its held-out sentences), and synthetic voices of which nothing was trained on."""


@dataclass(frozen=True)
class Clip:
    """A stretch of held-out speech: what the networks hear, its accents, and where somebody speaks (T,) bool."""

    name: str
    condition: SpeechCondition
    accents: Accents
    active: Array


def condition_of(samples: Array, words: tuple[Word, ...] | None, true_phones: Array | None) -> SpeechCondition:
    """The condition of a speech, with the phone network's posteriors, or true phones before there is one."""
    seconds = len(samples) / SAMPLE_RATE
    features = speech_features(Speech(samples))
    if true_phones is None:
        from ...phones import posteriors

        phones = posteriors(features, lambda _: None)
    else:
        phones = true_phones[: features.frames]
    return SpeechCondition(features, phones, words, frame_count(seconds), seconds)


def clip_of(voice: str, seconds: float, with_words: bool, oracle: bool = False, split: str = "test") -> Clip:
    """The first paragraphs of a voice's items of a split, together about `seconds` long."""
    samples: list[Array] = []
    words: list[Word] = []
    phones: list[tuple[int, int, int]] = []
    at = 0.0
    for item in load_items(split, voice):
        samples.append(item.samples.astype(np.float32) / 32768.0)
        words += [shifted(w, at) for w in item.words]
        phones += [(PHONE_INDEX[p.name], int((p.start + at) * 100), int((p.end + at) * 100)) for p in item.phones]
        at += item.seconds
        if at >= seconds:
            break
    joined = np.concatenate(samples)[: int(seconds * SAMPLE_RATE)]
    track = np.zeros((int(at * 100) + 400, len(PHONE_INDEX)), np.float32)
    for phone, a, b in phones:
        track[a:b, phone] = 1.0
    length = len(joined) / SAMPLE_RATE
    chosen = tuple(w for w in words if w.end < length) if with_words else None
    condition = condition_of(joined, chosen, track if oracle else None)
    active = at_rate(speaking(condition.features), condition.frames, MODEL_FPS) > 0.5
    return Clip(voice, condition, find_accents(condition.features), active)


def shifted(word: Word, by: float) -> Word:
    """The word `by` seconds later."""
    phones = tuple(replace(p, start=p.start + by, end=p.end + by) for p in word.phones)
    return replace(word, start=word.start + by, end=word.end + by, phones=phones)


class Body:
    """Generates bodies for clips with the weights of a folder (None: the embedded ones)."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def __call__(self, clip: Clip, settings: Settings | None = None, seed: int = 0) -> tuple[Array, Array]:
        frames = clip.condition.frames
        return generate_body(
            clip.condition,
            settings or Settings(),
            everything(frames),
            relaxed_performance(frames),
            seed,
            lambda _: None,
            self.folder,
        )


def accent_timing(path: Array, accents: Accents, shifts: int = 60) -> dict[str, float]:
    """Share of strokes that end 250 ms before to 100 ms after an accent, and the same for shifted accents (chance)."""
    ends = measure.stroke_ends(path)
    if not len(ends) or not len(accents.times):
        return {"on_accent": 0.0, "by_chance": 0.0}
    span = len(path) / MODEL_FPS

    def share(times: Array) -> float:
        offset = ends[:, None] - times[None]
        return float(((offset >= -0.25) & (offset <= 0.1)).any(axis=1).mean())

    rng = np.random.default_rng(0)
    strong = accents.times[accents.strength >= np.median(accents.strength)]
    chance = [share((strong + rng.uniform(2.0, span - 2.0)) % span) for _ in range(shifts)]
    return {
        "on_accent": share(accents.times),
        "on_strong_accent": share(strong),
        "strong_by_chance": float(np.mean(chance)),
        "strong_z": float((share(strong) - np.mean(chance)) / max(float(np.std(chance)), 1e-6)),
    }


def speed_in_silence(body: Body, voice: str, silence: float = 6.0, around: float = 8.0) -> float:
    """Mean wrist speed, m/s, in seconds of silence amid a voice's speech, from the second second on."""
    samples = next(load_items("test", voice)).samples.astype(np.float32) / 32768.0
    cut = int(around * SAMPLE_RATE)
    room = np.random.default_rng(0).normal(0.0, 3e-4, int(silence * SAMPLE_RATE)).astype(np.float32)
    condition = condition_of(np.concatenate([samples[:cut], room, samples[cut : 2 * cut]]), None, None)
    accents = find_accents(condition.features)
    rotations, translation = body(Clip(voice, condition, accents, np.ones(condition.frames, bool)))
    first, last = int((around + 1.0) * MODEL_FPS), int((around + silence) * MODEL_FPS)
    return float(measure.wrist_speed(measure.wrists(rotations, translation))[first:last].mean())


def evaluate(
    folder: Path | None = None, seconds: float = 60.0, oracle: bool = False, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """All figures by name: per voice, and of the controls, seeds and speed."""
    body = Body(folder)
    report: dict[str, Any] = {"voices": {}}
    clips = [clip_of(voice, seconds, True, oracle) for voice in VOICES]
    made = []
    for clip in clips:
        # Languages other than English have no transcript that the classes would know.
        if not clip.name.startswith(("kathleen", "rms", "en")):
            clip = replace(clip, condition=replace(clip.condition, words=None))
        begin = time.perf_counter()
        rotations, translation = body(clip)
        spent = time.perf_counter() - begin
        made.append((rotations, translation))
        row = measure.describe(rotations, translation, clip.active)
        row["coupling_z"] = measure.coupling(measure.coupling_signals(rotations, translation), clip.accents)
        row.update(accent_timing(measure.wrists(rotations, translation), clip.accents))
        row.update(alive.describe(rotations, translation))
        row["wrist_speed_in_silence"] = speed_in_silence(body, clip.name)
        row["seconds_taken"] = spent
        report["voices"][clip.name] = row
        say(f"{clip.name}: " + ", ".join(f"{k} {v:.4g}" for k, v in row.items()))
    # The control: the body of another voice's speech against this voice's accents.
    report["shuffled_z"] = [
        measure.coupling(measure.coupling_signals(*(a[:n] for a in made[k - 1])), clips[k].accents)
        for k in range(len(clips))
        for n in [min(clips[k].condition.frames, len(made[k - 1][0]))]
    ]
    report["seeds"] = _seeds(body, clips[0])
    report["controls"] = _controls(body, clips[0])
    report["long"] = _long(body)
    say(json.dumps({k: v for k, v in report.items() if k != "voices"}, indent=1))
    return report


def _seeds(body: Body, clip: Clip) -> dict[str, Any]:
    paths = [measure.wrists(*body(clip, seed=s)) for s in range(5)]
    apart = [float(np.linalg.norm(paths[a] - paths[b], axis=-1).mean()) for a in range(5) for b in range(a + 1, 5)]
    again = measure.wrists(*body(clip, seed=0))
    return {"mean_pair_m": float(np.mean(apart)), "same_seed_same": bool(np.array_equal(paths[0], again))}


def _long(body: Body, seconds: float = 540.0) -> tuple[int, float]:
    """(distinct arm poses, minutes) of one long speech."""
    clip = clip_of(VOICES[0], seconds, True)
    rotations, _ = body(clip)
    rotations = np.asarray(rotations, np.float64)
    rotations[:, 0] = (1.0, 0.0, 0.0, 0.0)
    positions, _ = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    return alive.distinct_poses(positions)[0], clip.condition.seconds / 60.0


def _controls(body: Body, clip: Clip) -> dict[str, Any]:
    out: dict[str, Any] = {}

    def run(**values: Any) -> dict[str, float]:
        return measure.describe(*body(clip, Settings(**values)), clip.active)

    for name in ("energy", "gesture_rate"):
        rows = [run(**{name: value}) for value in (0.5, 1.0, 1.5)]
        out[name] = {k: [round(r[k], 3) for r in rows] for k in ("wrist_speed", "strokes_a_minute", "workspace_litres")}
    for name, values in {"handedness": (-1.0, 0.0, 1.0), "stance": (-1.0, 0.0, 1.0), "travel": (0.0, 1.0)}.items():
        moved = []
        for value in values:
            wanted: dict[str, Any] = {name: value}
            rotations, translation = body(clip, Settings(**wanted))
            speed = measure.wrist_speed(measure.wrists(rotations, translation))[clip.active].mean(axis=0)
            root = np.linalg.norm(np.ptp(translation[:, [0, 2]], axis=0))
            moved.append([round(float(v), 3) for v in (*speed, root)])
        out[name] = moved
    out["head_activity"] = [round(run(head_activity=v)["head_speed"], 2) for v in (0.5, 1.0, 1.5)]
    out["style"] = {s: round(run(style=s)["wrist_speed"], 3) for s in STYLES}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--oracle", action="store_true", help="true phones instead of the phone network's")
    arguments = parser.parse_args()
    report = evaluate(arguments.folder, arguments.seconds, arguments.oracle)
    (cache_folder() / "quality.json").write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
