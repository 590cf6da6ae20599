"""The face's figures on held-out voices and sentences, as a dict and as a section for the quality report.

    python -m orator.models.training.face.evaluate [--clips 24] [--out section.md]

Truth is the phone times that each held-out paragraph knows (synthetic voices) or was aligned to (the human voice).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....core.arkit import COUNT, LIPS
from ....core.arrays import Array
from ....core.catalogue.emotions import LEARNED
from ....core.emotion import constant_emotion
from ....core.face.prosody import prosody_of
from ....core.settings import Settings
from ...face import STAGES, generate_face
from ...interface.progress import no_tick
from .data import Sample, condition_of, load
from .evaluate_changed import changed_figures
from .evaluate_emotion import diversity, emotion_figures
from .life import coupling, emotion_life, life_figures
from .measures import FPS, closures_kept, dynamics, lip_figures, openness, upper_figures
from .visemes import loudness_scale, mouth


def _figures(faces: Sequence[Array], samples: Sequence[Sample]) -> dict[str, float]:
    clips = [(f, s.phones) for f, s in zip(faces, samples, strict=True)]
    return {**lip_figures(clips), **dynamics([openness(f) for f in faces])}


def _faces(samples: Sequence[Sample], kind: str, stages: tuple[str, ...] = STAGES, emotion: str = "neutral",
           intensity: float = 1.0, seed: int = 0) -> list[tuple[Array, Array]]:  # fmt: skip
    track = constant_emotion(emotion, intensity)
    return [
        generate_face(condition_of(s, kind), Settings(transcript=None), track, seed, no_tick, stages) for s in samples
    ]


def _mouths(samples: Sequence[Sample], kind: str) -> list[Array]:
    """Faces (T, 52) with the mouth alone: what refinement puts there, without running the diffusion."""
    from ...face.generate import felt_of, refine, run_lips, spoken
    from ...runtime import Networks

    out = []
    for sample in samples:
        heard = condition_of(sample, kind)
        mouth_alone = run_lips(Networks(), heard, felt_of(heard, constant_emotion()), no_tick)
        out.append(refine(np.zeros((heard.frames, COUNT), np.float32), spoken(mouth_alone, heard)))
    return out


def oracle(samples: Sequence[Sample]) -> list[Array]:
    """The corpus rules on true phone times, (T, 52) at 30 fps."""
    return [mouth(s.phones, s.features.seconds, FPS, loudness_scale(s.features.energy)) for s in samples]


def shuffled(faces: Sequence[Array]) -> list[Array]:
    """Each clip with the face of the next one's speech, repeated or cut to its length."""
    moved = [*faces[1:], faces[0]]
    return [np.resize(m, (len(f), COUNT)) for m, f in zip(moved, faces, strict=True)]


def lip_row(samples: Sequence[Sample]) -> dict[str, float]:
    """Lip figures and dynamics of speech heard without its transcript."""
    return _figures(_mouths(samples, "real"), samples)


def lip_table(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Lip figures and dynamics: without and with a transcript, the rules on true phones, and shuffled speech."""
    real, with_words = _mouths(samples, "real"), _mouths(samples, "sharp")
    return {
        "no transcript": _figures(real, samples),
        "with transcript": _figures(with_words, samples),
        "rules on true phones": _figures(oracle(samples), samples),
        "shuffled speech": _figures(shuffled(real), samples),
    }


def ablation(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Diffusion alone, with lip conditioning, with refinement."""
    steps: dict[str, tuple[str, ...]] = {
        "diffusion alone": (), "+ lip conditioning": ("lip_condition",), "+ refinement": ("lip_condition", "refine"),
    }  # fmt: skip
    return {name: _figures([f for f, _ in _faces(samples, "real", s)], samples) for name, s in steps.items()}


def only_the_mouth(sample: Sample) -> bool:
    """Whether refinement leaves everything but the mouth equal to the bit."""
    ((before, head),) = _faces([sample], "real", ("lip_condition",))
    ((after, turned),) = _faces([sample], "real", ("lip_condition", "refine"))
    rest = [i for i in range(COUNT) if i not in LIPS]
    return bool(np.array_equal(before[:, rest], after[:, rest]) and np.array_equal(head, turned))


def upper_table(samples: Sequence[Sample]) -> dict[str, float]:
    made = _faces(samples, "real")
    return upper_figures([f for f, _ in made], [h for _, h in made])


def many_voices(synthetic: Sequence[Sample], count: int) -> list[Sample]:
    """Paragraphs of as many voices as there are, one each first."""
    seen: dict[str, int] = {}
    order = []
    for k, sample in enumerate(synthetic):
        seen[sample.voice] = seen.get(sample.voice, 0) + 1
        order.append((seen[sample.voice], k))
    return [synthetic[k] for _, k in sorted(order)[:count]]


def other_languages(test: Sequence[Sample], clips: int) -> dict[str, dict[str, float]]:
    """Lip figures without a transcript, a language or held-out voice a column."""
    groups: dict[str, list[Sample]] = {
        "English, rms (a man, voice held out)": [s for s in test if s.voice == "rms"],
        "German (voices held out)": [s for s in test if s.language == "de"],
        "French (voices held out)": [s for s in test if s.language == "fr"],
        "Spanish, Italian": [s for s in test if s.language in ("es", "it")],
        "Catalan, Czech, Finnish, Russian": [s for s in test if s.language in ("ca", "cs", "fi", "ru")],
        "Bulgarian, Slovene, Albanian, Estonian (never trained on)": load("strangers"),
    }
    return {name: lip_row(some[:clips]) for name, some in groups.items() if some}


PEOPLE = {
    "kathleen": "Kathleen, sentences held out",
    "emodb08": "a woman who acts German, held out",
    "emodb11": "a man who acts German, held out",
    "asterisk_ru": "Russian prompts, held out",
    "asterisk_it": "Italian prompts, held out",
}


def people(human: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Lip figures without a transcript of every recorded person, and all of them with the next one's speech."""
    some = [*human, *load("people")]
    groups = {title: [s for s in some if s.voice == voice] for voice, title in PEOPLE.items()}
    made = {title: _mouths(own, "real") for title, own in groups.items()}
    table = {title: _figures(made[title], own) for title, own in groups.items()}
    order = [s for own in groups.values() for s in own]
    table["all, shuffled"] = _figures(shuffled([f for faces in made.values() for f in faces]), order)
    return table


@dataclass(frozen=True)
class HeldOut:
    """What is judged on: paragraphs of the human voice, of synthetic ones, of German; a few of many voices."""

    test: tuple[Sample, ...]
    human: tuple[Sample, ...]
    synthetic: tuple[Sample, ...]
    german: tuple[Sample, ...]
    voices: tuple[Sample, ...]


def held_out(clips: int, feelings: int) -> HeldOut:
    """The held-out paragraphs. Raises FileNotFoundError before `data.prepare` has run."""
    test = tuple(load("test"))
    spoken = tuple(s for s in test if s.voice != "kathleen" and s.language == "en")
    return HeldOut(
        test, tuple(s for s in test if s.voice == "kathleen")[:clips],
        spoken[:: max(1, len(spoken) // clips)][:clips], tuple(s for s in test if s.language == "de")[:clips],
        tuple(many_voices(spoken, feelings)),
    )  # fmt: skip


def _changed(data: HeldOut) -> dict[str, dict[str, float]]:
    from ..speech_corpus import load_items

    return changed_figures(next(i for i in load_items("test", "kathleen") if i.id == data.human[0].id))


def _some(data: HeldOut) -> list[Sample]:
    """As many paragraphs of the human voice as there are of many voices, and those."""
    return [*data.human[: len(data.voices)], *data.voices]


def life(test: Sequence[Sample]) -> dict[str, object]:
    """The face's life on two paragraphs of every English voice, its coupling, and that of the next one's face."""
    seen: dict[str, int] = {}
    some = []
    for sample in (s for s in test if s.language == "en"):
        seen[sample.voice] = seen.get(sample.voice, 0) + 1
        if seen[sample.voice] <= 2:
            some.append(sample)
    faces = [generate_face(condition_of(s), Settings(), constant_emotion(), seed)[0] for seed, s in enumerate(some)]
    heard = [prosody_of(s.features, len(f)) for s, f in zip(some, faces, strict=True)]
    felt = {e: [f for f, _ in _faces(some[:5], "real", emotion=e)] for e in LEARNED[1:]}
    return {
        "neutral": life_figures(faces), "coupling": coupling(faces, heard),
        "coupling, shuffled": coupling(shuffled(faces), heard), "paragraphs": len(some),
        "emotions": {e: emotion_life(made, e) for e, made in felt.items()},
    }  # fmt: skip


def held(samples: Sequence[Sample]) -> dict[str, float]:
    """Share of closures kept by held drawings at 12 and 8 a second."""
    mouths = _mouths(samples, "real")
    counts = {every: np.sum([closures_kept(f, every) for f in mouths], axis=0) for every in (2, 3)}
    return {f"{24 // every} a second": float(kept / max(of, 1)) for every, (kept, of) in counts.items()}


SECTIONS: dict[str, Callable[[HeldOut], object]] = {
    "human voice": lambda d: lip_table(d.human),
    "synthetic voices": lambda d: lip_table(d.synthetic),
    "German": lambda d: {k: v for k, v in lip_table(d.german).items() if k != "with transcript"},
    "people": lambda d: people(d.human),
    "languages": lambda d: other_languages(d.test, len(d.human)),
    "held drawings": lambda d: held((*d.human, *d.synthetic)),
    "ablation": lambda d: ablation(d.human[:10]),
    "only the mouth": lambda d: all(only_the_mouth(s) for s in (*d.human[:1], *d.voices[:2])),
    "upper face": lambda d: upper_table((*d.human, *d.synthetic)),
    "emotion": lambda d: emotion_figures(_some(d), load("train")[::12][:16]),
    "diversity": lambda d: diversity(_some(d)),
    "changed": _changed,
    "life": lambda d: life(d.test),
    "minutes": lambda d: {
        name: sum(s.features.seconds for s in some) / 60
        for name, some in (("human", d.human), ("synthetic", d.synthetic), ("German", d.german))
    },
}


def evaluate_face(
    clips: int = 24, feelings: int = 6, only: Sequence[str] = (), known: dict[str, object] | None = None
) -> dict[str, object]:
    """Figures of the face by section; those not in `only` are taken from `known`. All of them take some minutes.

    `feelings` is how many paragraphs of the human voice, and of as many synthetic ones, tell about emotions and seeds.
    """
    data = held_out(clips, feelings)
    return {**(known or {}), **{name: make(data) for name, make in SECTIONS.items() if not only or name in only}}


def main() -> None:
    """The command line."""
    from .report import section

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--only", action="append", default=[], choices=tuple(SECTIONS), help="one section; may repeat")
    parser.add_argument("--json", type=Path, help="keep the figures here, and take sections that are not made from it")
    parser.add_argument("--out", type=Path, help="write the report's section here")
    given = parser.parse_args()
    known = json.loads(given.json.read_text()) if given.json is not None and given.json.is_file() else {}
    figures = evaluate_face(given.clips, only=given.only, known=known)
    print(json.dumps(figures, indent=1))
    if given.json is not None:
        given.json.write_text(json.dumps(figures))
    if given.out is not None:
        given.out.write_text(section(figures))


if __name__ == "__main__":
    main()
