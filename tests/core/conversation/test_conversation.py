"""Two people: whose voice is whose, turns, and a listener who looks, nods and rests."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import INDEX as FACE
from orator.core.conversation.activity import activities, own_voice
from orator.core.conversation.conduct import Conduct, ListeningControls, listening_cues, plan_conduct
from orator.core.conversation.perform import converse, minimum_jerk
from orator.core.conversation.turns import Stretch, Turns, find_turns, turns_from_meta
from orator.core.errors import OratorError
from orator.core.performance import Performance, make_performance
from orator.core.request.conversation import together
from orator.core.rotations import from_rotvec, multiply
from orator.core.skeleton import INDEX
from orator.core.speech.features import speech_features
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.core.stance import relaxed_performance
from orator.models.training.conversation.measures import (
    at_partner,
    bouts,
    first_movement,
    gaze_angles,
    head_speed,
    nod_times,
    strokes,
    turn_ends,
)

SECONDS = 60.0


def voice(spans: list[tuple[float, float]], pitch: float, seed: int, seconds: float = SECONDS) -> np.ndarray:
    """A buzz with syllables and a falling melody wherever it speaks, in a little room noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = pitch * (1.0 + 0.15 * np.cos(2 * np.pi * t / 2.3))
    phase = 2 * np.pi * np.cumsum(tone) / SAMPLE_RATE
    buzz = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 14))
    syllables = np.clip(np.sin(2 * np.pi * 3.7 * t + seed) + 0.45, 0.0, 1.0)
    on = np.zeros(len(t))
    for start, end in spans:
        on[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] = 1.0
    noise = rng.normal(0.0, 0.001, len(t))
    return (0.06 * buzz * syllables * on + noise).astype(np.float32)


OWN = [(12.0, 15.0), (15.5, 20.0), (34.0, 41.0), (6.0, 6.5), (27.0, 27.6)]
PARTNER = [(1.0, 4.6), (5.1, 8.2), (8.9, 11.7), (20.3, 26.0), (26.8, 30.0), (30.5, 33.7), (41.4, 47.0), (47.6, 58.0)]


@pytest.fixture(scope="module")
def dialogue() -> tuple[np.ndarray, np.ndarray]:
    return voice(OWN, 120.0, 1), voice(PARTNER, 205.0, 2)


@pytest.mark.parametrize("leak", [0.0, 0.1])
def test_turns_and_backchannels_are_found_through_crosstalk(dialogue, leak: float) -> None:
    own, partner = dialogue
    heard = own + leak * np.roll(partner, 60), 0.6 * (partner + leak * np.roll(own, 90))
    turns = find_turns(*activities(*(Speech(h.astype(np.float32)) for h in heard)))
    spoken = [(s.start, s.end) for s in turns.of("own", "speech")]
    assert len(spoken) == 2
    np.testing.assert_allclose(spoken, [(12.0, 20.0), (34.0, 41.0)], atol=0.3)
    answers = [(s.start, s.end) for s in turns.of("own", "backchannel")]
    np.testing.assert_allclose(answers, [(6.0, 6.5), (27.0, 27.6)], atol=0.3)
    assert [round(s.start) for s in turns.of("partner", "speech")] == [1, 20, 41]
    assert turns.swapped().of("partner", "speech") and not turns.of("own", "interruption")


def test_what_leaks_is_not_the_characters_own_voice(dialogue) -> None:
    own, partner = dialogue
    mixed = Speech((own + 0.1 * np.roll(partner, 60)).astype(np.float32))
    mine, _ = activities(mixed, Speech(partner))
    alone = own_voice(mixed, mine).samples
    quiet, loud = slice(22 * SAMPLE_RATE, 25 * SAMPLE_RATE), slice(13 * SAMPLE_RATE, 14 * SAMPLE_RATE)
    assert np.abs(alone[quiet]).max() < 1e-6 < np.abs(alone[loud]).max()


def test_a_silent_voice_and_the_same_voice_twice(dialogue) -> None:
    own, partner = dialogue
    noise = np.random.default_rng(0).normal(0, 2e-4, len(own))
    leaking = Speech((0.1 * np.roll(partner, 70) + noise).astype(np.float32))
    mine, theirs = activities(leaking, Speech(partner))
    assert not mine.any() and theirs.any(), "who is silent all along only listens"
    mine, theirs = activities(Speech(np.zeros(len(own), np.float32)), Speech(np.zeros(9, np.float32)))
    assert not mine.any() and not theirs.any()
    with pytest.raises(OratorError, match="same sound"):
        activities(Speech(own), Speech(own * 0.9))


def test_an_interruption_is_told() -> None:
    at = np.arange(3000) / 100.0
    turns = find_turns((at > 10.0) & (at < 18.0), (at > 1.0) & (at < 10.7))
    assert [round(s.start, 1) for s in turns.of("own", "interruption")] == [10.0]
    assert turns.of("own", "overlap")


def test_who_starts_later_listens_until_then(dialogue) -> None:
    late = Speech(dialogue[0][: 5 * SAMPLE_RATE], start=12.5)
    early = Speech(dialogue[1][: 9 * SAMPLE_RATE], start=2.0)
    one, two = together((late, early))
    assert one.start == two.start == 2.0 and one.seconds == two.seconds == 15.5
    np.testing.assert_array_equal(one.samples[int(10.5 * SAMPLE_RATE) :], late.samples)
    assert not one.samples[: int(10.5 * SAMPLE_RATE)].any()


def test_turns_travel_with_a_take_and_wrong_ones_are_refused() -> None:
    turns = Turns((Stretch("own", "speech", 1.0, 2.5), Stretch("partner", "backchannel", 2.0, 2.3)), 9.0)
    assert turns_from_meta(turns.as_meta(), 9.0) == turns
    for wrong in (7, [["me", "speech", 0, 1]], [["own", "song", 0, 1]], [["own", "speech", 2, 1]], [["own"]]):
        with pytest.raises(OratorError, match=r"[Tt]urn"):
            turns_from_meta(wrong, 9.0)


def played(dialogue, controls: ListeningControls | None = None, seed: int = 3) -> tuple[Performance, Turns, Conduct]:
    own, partner = (Speech(signal) for signal in dialogue)
    mine, theirs = activities(own, partner)
    turns = find_turns(mine, theirs)
    features = speech_features(own_voice(partner, theirs))
    conduct = plan_conduct(turns, features, controls or ListeningControls(), np.random.default_rng(seed))
    return converse(relaxed_performance(int(SECONDS * 30)), conduct), turns, conduct


def test_a_listener_looks_and_a_speaker_looks_away_more(dialogue) -> None:
    shares = []
    for seed in range(4):
        made, turns, _ = played(dialogue, seed=seed)
        times = np.arange(made.frames) / made.fps
        on, talking = at_partner(made), turns.speaking("own", times)
        listening = turns.speaking("partner", times) & ~talking
        shares.append((on[listening].mean(), on[talking].mean()))
        assert 1.0 <= np.median(bouts(on, made.fps)) <= 3.0
        assert 3.0 < head_speed(made)[listening].mean() < 15.0, "alive, not restless"
        assert len(strokes(made)) == 0
    listened, talked = np.mean(shares, axis=0)
    assert 0.65 < listened < 0.9 and 0.35 < talked < 0.7 and listened - talked > 0.15


def test_turns_end_looking_and_start_averted(dialogue) -> None:
    looking, averted = np.mean([turn_ends(*played(dialogue, seed=s)[:2])[:2] for s in range(6)], axis=0)
    assert looking >= 0.7 and averted >= 0.6


def test_a_turn_sets_out_shortly_before_its_first_word_even_if_the_body_would_earlier(dialogue) -> None:
    made, turns, conduct = played(dialogue)
    assert 0.2 <= first_movement(made, turns) <= 0.6
    times = np.arange(made.frames) / made.fps
    turned = sum(minimum_jerk((times - s.start + 1.5) / 1.8) for s in turns.of("own", "speech"))
    still = relaxed_performance(made.frames)
    rotations = np.array(still.rotations, np.float64)
    for name in ("pelvis", "spine2"):
        leaning = from_rotvec(np.outer(turned, (0.05, 0.15, 0.0)))
        rotations[:, INDEX[name]] = multiply(rotations[:, INDEX[name]], leaning)
    swaying = make_performance(rotations, still.translation, still.face, still.fps)
    assert first_movement(swaying, turns) > 1.0
    assert 0.2 <= first_movement(converse(swaying, conduct), turns) <= 0.6


def test_nods_answer_the_partner_at_the_chosen_rate(dialogue) -> None:
    still = ListeningControls(attention=1.0)
    for rate in (0.0, 5.0, 16.0):
        made, turns, conduct = played(dialogue, ListeningControls(attention=1.0, nod_rate=rate))
        spans = [(s.start, s.end + 0.3) for s in turns.of("partner", "speech")]
        asked = np.array([g.time for g in conduct.of("nod")])
        minutes = sum(b - a for a, b in spans) / 60.0
        nods = Turns.during(asked, *spans).sum() / minutes
        assert abs(nods - rate) <= 0.4 * rate + 4.0, "two backchannels nod by themselves"
        seen = nod_times(made)
        for time in asked[(asked > 1.0) & (asked < SECONDS - 1.0)]:
            assert np.abs(seen - time).min() < 1.2, "what is planned is seen"
    _, turns, conduct = played(dialogue, still)
    cues = listening_cues(turns, speech_features(Speech(dialogue[1])))
    asked = np.array([g.time for g in conduct.of("nod")])
    asked = asked[turns.speaking("partner", asked)]
    near = [np.abs(cues - time).min() < 0.3 for time in asked]
    assert np.mean(near) > 0.6


def test_disagreement_shakes_and_warmth_smiles(dialogue) -> None:
    cold, _, no = played(dialogue, ListeningControls(agreement=-1.0, warmth=0.0))
    warm, _, yes = played(dialogue, ListeningControls(agreement=1.0, warmth=1.0))
    assert not list(yes.of("shake")) and len(list(no.of("shake"))) > 2
    k = FACE["mouthSmileLeft"]
    assert cold.face[:, k].max() < 0.05 < 0.3 < warm.face[:, k].max()


@pytest.mark.parametrize(
    ("place", "yaw"), [((1.6, 1.45, 0.0), 90.0), ((0.0, 1.45, -2.0), 180.0), ((-0.6, 1.2, 0.6), -45.0)]
)
def test_gaze_goes_to_where_the_partner_is_as_far_as_a_body_turns(dialogue, place, yaw: float) -> None:
    conduct = played(dialogue)[2]
    from orator.core.skeleton import FLOOR_AT_REST

    made = converse(relaxed_performance(600), conduct, np.add(place, (0.0, FLOOR_AT_REST, 0.0)))
    found = float(np.median(gaze_angles(made)[:, 0]))
    wanted = np.clip(yaw, -100.0, 100.0)
    assert abs(abs(found) - abs(wanted)) < 25.0 and (np.sign(found) == np.sign(wanted) or yaw == 180.0)


def test_feet_stay_and_only_asked_parts_move(dialogue) -> None:
    from orator.core.body.legs import foot_state

    made, _, conduct = played(dialogue)
    ankles, _ = foot_state(made.rotations.astype(np.float64), made.translation.astype(np.float64))
    assert np.ptp(ankles, axis=0).max() < 0.004
    assert np.ptp(made.translation[:, 0]) > 0.01, "weight is shifted"
    face_only = converse(relaxed_performance(made.frames), conduct, None, ("face",))
    np.testing.assert_array_equal(face_only.rotations, relaxed_performance(made.frames).rotations)
