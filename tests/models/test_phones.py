"""The phone network hears lips, pauses and vowels; transcripts land on their words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("librosa")

from orator.core.errors import Cancelled, OratorError
from orator.core.speech.features import SpeechFeatures, speech_features
from orator.core.speech.load import load_speech
from orator.core.speech.phones import PHONE_INDEX, PHONES, Phone, Word
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.models.phones import align, posteriors, sharpen
from orator.models.phones.network import load_network
from orator.models.phones.pronounce import fold_letters, spoken_letters
from orator.models.phones.spell import guess_language, tokens

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"
SILENCE = PHONE_INDEX["SIL"]


@pytest.fixture(scope="module")
def features() -> SpeechFeatures:
    if not DEMO.exists():
        pytest.skip("docs/demo/speech.wav is not there")
    return speech_features(load_speech(DEMO))


@pytest.fixture(scope="module")
def heard(features: SpeechFeatures) -> np.ndarray:
    return posteriors(features)


def timed(words: dict[str, str] | dict[int, str], seconds: float = 0.08) -> tuple[np.ndarray, list[float]]:
    """Clear posteriors of words given by their phones, with a pause around each, and where each word starts."""
    rows, starts = [], []

    def say(phone: str, duration: float) -> None:
        row = np.full(len(PHONES), 0.1 / len(PHONES), np.float32)
        row[PHONE_INDEX[phone]] += 0.9
        rows.extend([row] * round(100 * duration))

    for phones in words.values():
        say("SIL", 0.3)
        starts.append(len(rows) / 100.0)
        for phone in phones.split():
            say(phone, seconds)
    say("SIL", 0.3)
    return np.array(rows), starts


def test_posteriors_cover_every_frame_and_sum_to_one(features: SpeechFeatures, heard: np.ndarray) -> None:
    assert heard.shape == (features.frames, len(PHONES)) and heard.dtype == np.float32
    assert np.abs(heard.sum(axis=1) - 1.0).max() < 1e-4 and heard.min() >= 0.0


def test_the_demo_is_heard_clearly_and_its_pauses_as_pauses(features: SpeechFeatures, heard: np.ndarray) -> None:
    loud, hush = features.energy > -12.0, features.energy < -50.0
    assert heard[loud].max(axis=1).mean() > 0.5
    assert heard[loud, SILENCE].mean() < 0.05
    if hush.sum() > 20:
        assert heard[hush, SILENCE].mean() > 0.7


def test_the_same_speech_gives_the_same_answer(features: SpeechFeatures, heard: np.ndarray) -> None:
    assert np.array_equal(heard, posteriors(features))


def test_the_level_and_the_neighbours_do_not_matter(heard: np.ndarray) -> None:
    speech = load_speech(DEMO)
    soft = posteriors(speech_features(Speech(0.05 * speech.samples)))
    assert (soft.argmax(axis=1) == heard.argmax(axis=1)).mean() > 0.98
    twice = posteriors(speech_features(Speech(np.tile(speech.samples, 3))))
    count = len(heard) - 200
    assert (twice[:count].argmax(axis=1) == heard[:count].argmax(axis=1)).mean() > 0.95


def test_silence_is_a_pause() -> None:
    for samples in (np.zeros(SAMPLE_RATE, np.float32), np.zeros(800, np.float32)):
        answer = posteriors(speech_features(Speech(samples)))
        assert (answer[:, SILENCE] > 0.99).all()


def test_short_sounds_do_not_break_it() -> None:
    rng = np.random.default_rng(0)
    for count in (1, 100, 1600):
        answer = posteriors(speech_features(Speech(rng.normal(0, 0.1, count).astype(np.float32))))
        assert np.isfinite(answer).all() and len(answer) == -(-count // 160) + 1


def test_it_can_be_cancelled(features: SpeechFeatures) -> None:
    def stop(_fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        posteriors(features, stop)


def test_missing_and_damaged_weights_are_said(tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="missing"):
        load_network(tmp_path / "phones.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(OratorError, match="damaged"):
        load_network(tmp_path / "bad.safetensors")


def test_words_land_on_their_times() -> None:
    answer, starts = timed({"no": "N OW", "people": "P IY P AH L", "stop": "S T AA P"})
    words = align(answer, "No, people... stop!", len(answer) / 100.0)
    assert [w.text for w in words] == ["no", "people", "stop"]
    assert np.abs(np.array([w.start for w in words]) - starts).max() < 0.03
    assert words[1].phones[0].name == "P" and words[1].phones[1].stress == 1
    for word in words:
        assert word.start == word.phones[0].start and word.end == word.phones[-1].end


def test_speech_that_the_transcript_leaves_out_is_skipped() -> None:
    answer, starts = timed({"no": "N OW", "mumble": "M AH M B AH", "stop": "S T AA P", "me": "M IY"})
    words = align(answer, "No. Stop me!", len(answer) / 100.0)
    assert [w.text for w in words] == ["no", "stop", "me"]
    assert np.abs(np.array([w.start for w in words]) - np.array(starts)[[0, 2, 3]]).max() < 0.05


@pytest.mark.fault("12.14")
def test_the_times_of_subtitles_are_used() -> None:
    """Said three times, subtitled once: the word lies where its subtitle is, also where all times are shifted."""
    once = {"hello": "HH AH L OW", "there": "DH EH R", "friend": "F R EH N D"}
    rows, starts = timed(once)
    heard = np.concatenate([rows, rows, rows])
    for shift, place in ((0.0, 2), (0.0, 1)):
        cues = "\n\n".join(
            f"{k}\n00:00:{len(rows) * place / 100 + start + shift:06.3f} --> "
            f"00:00:{len(rows) * place / 100 + start + 0.5 + shift:06.3f}\n{word}"
            for k, (word, start) in enumerate(zip(once, starts, strict=True), 1)
        )
        words = align(heard, cues.replace(".", ","), len(heard) / 100.0)
        found = [word.start - len(rows) * place / 100.0 for word in words]
        assert [word.text for word in words] == list(once) and np.allclose(found, starts, atol=0.06)
    other_cut = "\n\n".join(
        f"00:{7 + start:06.3f} --> 00:{7.5 + start:06.3f}\n{word}" for word, start in zip(once, starts, strict=True)
    )
    words = align(rows, "WEBVTT\n\n" + other_cut, len(rows) / 100.0)
    assert np.allclose([word.start for word in words], starts, atol=0.06)


def test_a_wrong_or_empty_transcript_is_said() -> None:
    answer, _ = timed({"no": "N OW", "people": "P IY P AH L", "stop": "S T AA P"})
    with pytest.raises(OratorError, match="does not match"):
        align(answer, "Every gaudy chicken thinks.", len(answer) / 100.0)
    with pytest.raises(OratorError, match="no words"):
        align(answer, " ... !", len(answer) / 100.0)
    with pytest.raises(OratorError, match="more than fit"):
        align(answer, "remarkably long words " * 40, len(answer) / 100.0)


def test_long_speech_keeps_its_place() -> None:
    names = ["stop" if number % 2 else "people" for number in range(240)]
    spoken = {number: "S T AA P" if name == "stop" else "P IY P AH L" for number, name in enumerate(names)}
    answer, starts = timed(spoken)
    words = align(answer, " ".join(names), len(answer) / 100.0)
    assert len(words) == 240
    assert np.abs(np.array([w.start for w in words]) - starts).max() < 0.04


def test_sharpening_makes_the_known_phone_certain() -> None:
    answer = np.full((50, len(PHONES)), 1.0 / len(PHONES), np.float32)
    word = Word("bee", 0.1, 0.3, (Phone("B", 0.1, 0.2), Phone("IY", 0.2, 0.3, 1)))
    sharp = sharpen(answer, (word,))
    assert np.abs(sharp.sum(axis=1) - 1.0).max() < 1e-5
    assert sharp[15, PHONE_INDEX["B"]] > 0.8 and sharp[25, PHONE_INDEX["IY"]] > 0.5
    assert np.allclose(sharp[40], answer[40])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It cost $1,250 in 1998.", "it cost one thousand two hundred fifty dollars in nineteen ninety eight"),
        ("Mr. Brown came 21st, 50% of it!", "mister brown came twenty first fifty percent of it"),
        ("The BBC [laughs] said: well-known.", "the bee bee see said well known"),
    ],
)
def test_numbers_and_signs_are_spelled_out(text: str, said: str) -> None:
    assert " ".join(word for token in tokens(text, "en") for word in token.said) == said


def test_languages_are_told_apart() -> None:
    assert guess_language("That is not what we said.") == "en"
    assert guess_language("No, people... stop!") == "en"
    assert guess_language("Das ist nicht für mich.") == "de"
    assert guess_language("Je ne crois pas que ce soit vrai.") == "fr"
    assert guess_language("No creo que venga nadie, pero es verdad.") == "es"
    assert guess_language("Non credo che sia vero, ma è bello.") == "it"


def test_words_are_pronounced() -> None:
    assert " ".join(spoken_letters("people", "en")) == "P IY1 P AH0 L"
    assert spoken_letters("schön", "de")[0] == "SH"
    assert "SH" in spoken_letters("champagne", "fr")
    assert fold_letters("Łåñé!") == "loñé"


def test_mnemonics_are_read_or_said_to_be_unknown() -> None:
    espeak = pytest.importorskip("orator.models.training.speech_espeak")
    assert espeak.espeak_phones("tS", "es") == ("CH",) and espeak.espeak_phones("a:", "de") == ("AA",)
    assert espeak.espeak_phones("!", "nl") == () == espeak.espeak_phones("(en)", "de")
    with pytest.warns(UserWarning, match="'8' .nl. is not in ESPEAK_TABLE"):
        assert espeak.espeak_phones("8", "nl") == ()
