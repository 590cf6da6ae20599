"""The face networks on the demo's kind of speech: lips that hit, calm silence, emotions in order, no seams."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from orator.core.arkit import COUNT, INDEX, LIPS  # noqa: E402
from orator.core.catalogue.emotions import EMOTIONS  # noqa: E402
from orator.core.emotion import EmotionTrack, constant_emotion, parse_emotion  # noqa: E402
from orator.core.errors import Cancelled  # noqa: E402
from orator.core.settings import Settings  # noqa: E402
from orator.core.speech.features import SpeechFeatures  # noqa: E402
from orator.core.speech.phones import PHONE_INDEX  # noqa: E402
from orator.models.face import generate_face  # noqa: E402
from orator.models.interface.condition import SpeechCondition  # noqa: E402

FPS = 30.0
# "My mother found a bad pen, did you move the thing" as flite speaks it: phone and end in seconds.
PHRASE = (
    "SIL .224 M .260 AY .392 M .503 AH .593 DH .655 ER .744 F .856 AW 1.008 N 1.078 D 1.119 AH 1.160 B 1.235 AE 1.311 "
    "D 1.359 P 1.449 EH 1.635 N 1.732 SIL 1.839 D 1.868 IH 1.942 D 2.008 Y 2.114 UW 2.162 M 2.243 UW 2.339 V 2.395 "
    "DH 2.458 AH 2.503 TH 2.616 IH 2.719 NG 2.915 SIL 3.926"
).split()
VOWELS = set("AY AH ER AW AE EH IH UW".split())


def phrase() -> list[tuple[str, float, float]]:
    ends = [float(e) for e in PHRASE[1::2]]
    return list(zip(PHRASE[::2], [0.0, *ends[:-1]], ends, strict=True))


def condition(repeat: int = 1, seconds: float | None = None, silent: bool = False) -> SpeechCondition:
    """What the networks would hear of the phrase, `repeat` times, cut to `seconds`."""
    length = phrase()[-1][2]
    total = length * repeat if seconds is None else seconds
    count = int(np.ceil(total * 100)) + 1
    times = np.arange(count) / 100 % length
    posteriors = np.full((count, 40), 0.002, np.float32)
    energy, voicing = np.full(count, -55.0, np.float32), np.zeros(count, np.float32)
    for name, start, end in phrase():
        here = (times >= start) & (times < end)
        posteriors[here, PHONE_INDEX["SIL" if silent else name]] = 1.0
        if name != "SIL" and not silent:
            energy[here] = -3.0 if name in VOWELS else -14.0
            voicing[here] = 1.0 if name in VOWELS or name in "MNNGDBVYDH" else 0.1
    smooth = np.array([0.25, 0.5, 0.25])
    posteriors = np.stack([np.convolve(np.pad(c, 1, mode="edge"), smooth, mode="valid") for c in posteriors.T], axis=1)
    posteriors /= posteriors.sum(axis=1, keepdims=True)
    f0 = np.where(voicing > 0.5, 120 + 20 * np.sin(times * 4), 0).astype(np.float32)
    onset = np.maximum(np.diff(energy, prepend=energy[0]), 0) / 20
    mel = np.zeros((count, 64), np.float32)
    features = SpeechFeatures(mel, energy, onset.astype(np.float32), f0, voicing, total)
    return SpeechCondition(features, posteriors.astype(np.float32), None, int(np.ceil(total * FPS - 1e-6)), total)


def openness(face: np.ndarray) -> np.ndarray:
    names = ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")
    gap = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0)
    return gap + 0.175 * face[:, [INDEX[n] for n in names]].sum(axis=1)


def make(
    given: SpeechCondition, emotion: str = "neutral", seed: int = 0, **more: object
) -> tuple[np.ndarray, np.ndarray]:
    return generate_face(given, Settings(), parse_emotion(emotion), seed, **more)


@pytest.fixture(scope="module")
def spoken() -> tuple[np.ndarray, np.ndarray]:
    return make(condition(3))


def test_shapes_and_ranges(spoken: tuple[np.ndarray, np.ndarray]) -> None:
    face, head = spoken
    frames = condition(3).frames
    assert face.shape == (frames, COUNT) and face.dtype == np.float32
    assert head.shape == (frames, 3) and head.dtype == np.float32
    assert face.min() >= 0 and face.max() <= 1
    assert np.degrees(np.abs(head)).max() < 25, "a talking head turns by degrees, not by quarters"


def test_lips_meet_on_every_p_b_m_and_part_for_vowels(spoken: tuple[np.ndarray, np.ndarray]) -> None:
    o = openness(spoken[0])
    for name, start, end in phrase():
        around = o[max(int(np.ceil(start * FPS)) - 1, 0) : int(np.floor(end * FPS)) + 2]
        if name in ("M", "B", "P"):
            assert around.min() < min(0.08, 0.2 * np.percentile(o, 90)), name
        if name in ("AY", "AW", "AE", "EH"):
            assert around.max() > 0.2, name


def test_teeth_meet_the_lip_on_f_and_v(spoken: tuple[np.ndarray, np.ndarray]) -> None:
    roll = spoken[0][:, INDEX["mouthRollLower"]]
    for name, start, end in phrase():
        peak = roll[int(start * FPS) : int(np.ceil(end * FPS)) + 1].max()
        if name in ("F", "V"):
            assert peak > 0.25, name


def test_silence_is_a_calm_shut_mouth() -> None:
    face, head = make(condition(1, silent=True))
    assert openness(face).mean() < 0.02
    assert np.abs(np.diff(face[:, list(LIPS)], axis=0)).max() < 0.05
    assert np.isfinite(head).all()


def test_same_seed_same_face_and_other_seeds_agree_in_the_lips(spoken: tuple[np.ndarray, np.ndarray]) -> None:
    face, head = spoken
    again, turned = make(condition(3))
    assert np.array_equal(face, again) and np.array_equal(head, turned)
    other, moved = make(condition(3), seed=5)
    assert np.array_equal(face[:, list(LIPS)], other[:, list(LIPS)])
    assert np.abs(moved - head).max() > np.radians(0.5)
    assert not np.array_equal(face[:, INDEX["browInnerUp"]], other[:, INDEX["browInnerUp"]])


def test_refinement_changes_only_the_mouth() -> None:
    given = condition(1)
    before, head = make(given, "happy:0.7", stages=("lip_condition",))
    after, turned = make(given, "happy:0.7", stages=("lip_condition", "refine"))
    rest = [i for i in range(COUNT) if i not in LIPS]
    assert np.array_equal(before[:, rest], after[:, rest])
    assert np.array_equal(head, turned)
    assert not np.array_equal(before[:, list(LIPS)], after[:, list(LIPS)])


@pytest.mark.parametrize(
    ("emotion", "channel"),
    [("happy", "cheekSquintLeft"), ("sad", "browInnerUp"), ("angry", "browDownLeft"), ("fear", "eyeWideLeft"),
     ("disgust", "noseSneerLeft"), ("contempt", "browOuterUpLeft"), ("surprise", "browOuterUpRight")],
)  # fmt: skip
def test_more_intensity_shows_more(emotion: str, channel: str) -> None:
    given = condition(1)
    levels = [make(given, f"{emotion}:{i}")[0] for i in (0.0, 0.5, 1.0)]
    means = [float(face[15:, INDEX[channel]].mean()) for face in levels]
    assert means[0] + 0.05 < means[1] < means[2] - 0.05
    o = openness(levels[2])
    for name, start, end in phrase():
        if name in ("M", "B", "P"):
            near = o[max(int(np.ceil(start * FPS)) - 1, 0) : int(np.floor(end * FPS)) + 2]
            assert near.min() < 0.08, f"{emotion} leaves {name} open"


def test_emotion_keys_change_the_face_over_time() -> None:
    track = EmotionTrack(
        np.array([0.0, 2.5, 4.0]), np.eye(len(EMOTIONS))[[0, 0, EMOTIONS.index("angry")]], np.array([0, 0, 1.0])
    )
    face, _ = generate_face(condition(2), Settings(), track, 0)
    brow = face[:, INDEX["browDownLeft"]]
    assert brow[150:].mean() > brow[:60].mean() + 0.3


def test_windows_join_without_a_seam() -> None:
    face, head = make(condition(8))
    upper = [i for i in range(COUNT) if i not in LIPS and not list(INDEX)[i].startswith(("eyeBlink", "eyeLook"))]
    step = np.abs(np.diff(face[:, upper], axis=0)).max(axis=1)
    turn = np.linalg.norm(np.diff(head, axis=0), axis=1)
    joins = [k for first in range(216, len(step) - 24, 216) for k in range(first - 1, first + 25)]
    assert step[joins].max() <= max(1.25 * np.percentile(step, 99.5), 0.06), "no channel jumps"
    assert turn[joins].max() <= max(1.25 * np.percentile(turn, 99.5), np.radians(0.6)), "the head does not jerk"


def test_settings_reach_the_face() -> None:
    given = condition(1)
    plain = generate_face(given, Settings(), constant_emotion(), 0)
    big = generate_face(given, Settings(lip_strength=1.5, head_activity=0.0, blink_rate=0.0), constant_emotion(), 0)
    assert np.percentile(openness(big[0]), 90) > 1.3 * np.percentile(openness(plain[0]), 90)
    assert not big[1].any()
    assert big[0][:, INDEX["eyeBlinkLeft"]].max() < 0.5


def test_cancel_stops_it() -> None:
    calls = []

    def tick(fraction: float) -> None:
        calls.append(fraction)
        if len(calls) > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(condition(8), tick=tick)
    assert len(calls) == 4
    assert calls == sorted(calls)


def test_a_tenth_of_a_second_is_enough() -> None:
    face, head = make(condition(1, seconds=0.1))
    assert face.shape == (3, COUNT) and head.shape == (3, 3)
    assert np.isfinite(face).all() and np.isfinite(head).all()


def test_a_minute_is_quick() -> None:
    import time

    from orator.models.device import use_device

    use_device(threads=1)  # Tests before this one may have asked for more, which beside other processes cost more.
    given = condition(16, seconds=60.0)
    make(given)
    started = time.process_time()
    make(given)
    assert time.process_time() - started < 1.4, "0.7 s on two cores"
