"""Turns as texts: what they say, which seconds a change of them reaches, and who has the floor."""

from __future__ import annotations

import pytest
from orator.core.conversation.turns import Stretch, Turns
from orator.core.directing.score import Row, edits
from orator.core.directing.score_turns import corrected, floor_of, shown, stretch_of
from orator.core.errors import OratorError

WHOSE = {"Ben": "own", "Anna: the first": "partner"}
TURNS = Turns(
    (
        Stretch("partner", "speech", 0.3, 2.8),
        Stretch("own", "backchannel", 1.2, 1.5),
        Stretch("partner", "pause", 1.4, 1.6),
        Stretch("own", "speech", 3.1, 5.6),
        Stretch("own", "hesitation", 4.0, 4.6),
    ),
    6.0,
)


def laid() -> list[Row]:
    names = {who: name for name, who in WHOSE.items()}
    return [Row("turn", text, start, end, k) for k, (text, start, end) in enumerate(shown(TURNS, names))]


def now(rows: list[Row]) -> Turns:
    return corrected(TURNS, [stretch_of(row.text, row.start, row.end, WHOSE) for row in rows])


def test_what_was_not_touched_is_the_same_turns() -> None:
    assert [row.text for row in laid()] == ["Anna: the first: speech", "Ben: backchannel", "Ben: speech"]
    assert now(laid()) == TURNS
    assert not edits(laid(), laid(), {}, 6.0, WHOSE).pieces


@pytest.mark.parametrize(
    "text, who, kind",
    [
        ("Ben", "own", "speech"),
        ("Anna: the first", "partner", "speech"),
        (" Ben :LAUGHTER ", "own", "laughter"),
        ("Ben: speech.001", "own", "speech"),
        ("Anna: the first: overlap", "partner", "overlap"),
    ],
)
def test_a_text_says_who_does_what(text: str, who: str, kind: str) -> None:
    found = stretch_of(text, 1.0, 2.0, WHOSE)
    assert (found.who, found.kind, found.start, found.end) == (who, kind, 1.0, 2.0)


@pytest.mark.parametrize("text", ["Carl: speech", "Ben: sings", "Ben: pause", "", ": speech"])
def test_another_text_is_one_sentence_with_the_form(text: str) -> None:
    with pytest.raises(OratorError, match=r"is no turn\. Write it like 'Ben: speech'"):
        edits([], [Row("turn", text, 1.0, 2.0)], {}, 6.0, WHOSE)
    with pytest.raises(OratorError, match="made alone"):
        edits([], [Row("turn", text, 1.0, 2.0)], {}, 6.0)


def test_a_trim_reaches_what_was_trimmed_and_another_owner_the_whole() -> None:
    before = laid()
    trimmed = [*before[:2], Row("turn", "Ben: speech", 4.1, 5.6, 2)]
    made = edits(before, trimmed, {}, 6.0, WHOSE)
    assert [(round(p.start, 3), round(p.end, 3)) for p in made.pieces] == [(2.2, 5.6)] and made.turns
    own = now(trimmed)
    assert [s.start for s in own.of("own", "speech")] == [4.1] and not own.of("own", "hesitation")
    assert own.of("partner", "pause") == TURNS.of("partner", "pause")
    given = [*before[:2], Row("turn", "Anna: the first: speech", 3.1, 5.6, 2)]
    (piece,) = edits(before, given, {}, 6.0, WHOSE).pieces
    assert (round(piece.start, 3), round(piece.end, 3)) == (2.2, 7.0)
    assert not now(given).of("own", "speech")
    (piece,) = edits(before, before[1:], {}, 6.0, WHOSE).pieces
    assert (piece.start, round(piece.end, 3)) == (0.0, 4.3)


@pytest.mark.parametrize(
    "start, end, reached",
    [
        (4.1, 6.6, [(2.2, 5.6), (4.7, 7.0)]),  # the middle was his turn and still is
        (0.5, 1.0, [(0.0, 2.5), (2.2, 7.0)]),
        (3.1, 9.0, [(4.7, 7.0)]),
    ],
)
def test_a_move_reaches_where_it_was_and_where_it_is(start: float, end: float, reached: list) -> None:
    moved = [*laid()[:2], Row("turn", "Ben: speech", start, end, 2)]
    pieces = edits(laid(), moved, {}, 6.0, WHOSE).pieces
    assert [(round(p.start, 3), round(p.end, 3)) for p in pieces] == reached


def test_who_began_last_has_the_floor_and_the_other_has_it_back() -> None:
    turns = Turns(
        (
            Stretch("own", "speech", 0.5, 5.0),
            Stretch("partner", "speech", 2.0, 3.0),
            Stretch("partner", "speech", 5.2, 6.0),
            Stretch("own", "backchannel", 5.5, 5.7),
            Stretch("own", "speech", 8.0, 9.0),
        ),
        10.0,
    )
    assert floor_of(turns, 0.3) == [
        (0.5, "own"), (2.0, "partner"), (3.0, "own"), (5.2, "partner"), (6.0, None), (8.0, "own"), (9.0, None),
    ]  # fmt: skip
    assert floor_of(turns, 2.5)[-2:] == [(8.0, "own"), (9.0, None)]


def test_turns_of_one_that_overlap_are_one() -> None:
    rows = [*laid(), Row("turn", "Ben: speech", 5.0, 7.5)]
    assert [(s.start, s.end) for s in now(rows).of("own", "speech")] == [(3.1, 6.0)]
    assert now([Row("turn", "Ben: overlap", 5.9995, 7.0)]).stretches == (), "nothing is left of it in the speech"
