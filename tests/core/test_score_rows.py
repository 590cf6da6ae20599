"""What a change of the score means: which pieces are made again, and what is asked of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from orator.core.body.gesture_words import gesture_said
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.directing.score import LEAD, Row, edits, painted, rows_of, wish_of
from orator.core.emotion import parse_emotion
from orator.core.errors import OratorError

SECONDS = 10.0
META = {
    "words": [{"text": "so", "start": 1.0, "end": 1.4}, {"text": "what", "start": 4.0, "end": 4.5}],
    "gestures": [
        {"time": 1.2, "kind": "point", "hands": "right", "size": 1.0, "hold": 0.4},
        {"time": 7.0, "kind": "shrug", "hands": "both", "size": 1.3, "hold": 0.5},
    ],
}


def before() -> list[Row]:
    return rows_of(META, parse_emotion("0=neutral,8=happy:0.7"), (), SECONDS)


def test_nothing_changed_asks_for_nothing() -> None:
    assert not edits(before(), before(), {}, SECONDS).pieces


def test_a_gesture_goes_along_with_its_word_and_the_other_stays() -> None:
    rows = before()
    after = [replace(row, start=row.start + 0.3, end=row.end + 0.3) if row.text == "so" else row for row in rows]
    now = edits(rows, after, {}, SECONDS)
    moved = [row for row in now.rows if row.kind == "gesture"]
    assert moved[0].start + LEAD == pytest.approx(1.5) and moved[1] in rows
    assert [(wish.kind, round(wish.time, 3)) for wish in now.wishes] == [("point", 1.5)]
    assert [(word.text, word.heard) for word in now.words] == [("so", (1.0, 1.4))]
    assert max(piece.end for piece in now.pieces) < 4.0, "nothing of the second word"


def test_deleting_asks_for_nothing_there_and_for_silence() -> None:
    rows = before()
    now = edits(rows, [row for row in rows if row.text not in ("what", "shrug both 1.3")], {}, SECONDS)
    assert [(wish.kind, wish.time) for wish in now.wishes] == [("none", pytest.approx(7.0))]
    assert [(word.text, word.heard) for word in now.words] == [("", (4.0, 4.5))]
    assert {piece.regions for piece in now.pieces} == {("face",), ("upper", "hands")}


def test_a_word_moved_twice_was_heard_where_it_was_heard_first() -> None:
    rows = before()
    after = [replace(row, start=2.0, end=2.4) if row.text == "so" else row for row in rows]
    assert edits(rows, after, {0: (0.7, 1.1)}, SECONDS).words[0].heard == (0.7, 1.1)


def test_a_name_that_is_no_gesture_and_a_place_outside_are_sentences() -> None:
    rows = before()
    for wrong in (
        Row("gesture", "somersault", 2.0, 3.0),
        Row("emotion", "blue", 2.0, 3.0),
        Row("word", "no", 11.0, 12.0),
    ):
        with pytest.raises(OratorError):
            edits(rows, [*rows, wrong], {}, SECONDS)
    with pytest.raises(OratorError, match=r"'shurg both' is no gesture. Did you mean shrug"):
        wish_of(Row("gesture", "shurg both", 2.0, 3.0))
    with pytest.raises(OratorError, match=r"'lft' is no hand .left, right, both. and no size from 0.2 to 2"):
        wish_of(Row("gesture", "point lft", 2.0, 3.0))
    assert gesture_said("point right 1.2") == "A finger points to the side; right hand, 1.2 times as large"
    wish = wish_of(Row("gesture", "Point LEFT 1,2", 2.0, 3.0))
    assert (wish.kind, wish.hands, wish.size, wish.time) == ("point", "left", 1.2, 2.4)


def test_emotions_are_painted_over_the_track() -> None:
    track = painted(parse_emotion("sad:0.5"), [Row("emotion", "happy:0.8", 2.0, 4.0)], [(6.0, 7.0)], SECONDS)
    felt = track.at(np.array([1.0, 3.0, 6.5, 9.0]))
    sad, happy = EMOTIONS.index("sad"), EMOTIONS.index("happy")
    assert felt[:, sad] == pytest.approx([0.5, 0.0, 0.0, 0.5]) and felt[:, happy] == pytest.approx([0.0, 0.8, 0.0, 0.0])


def test_a_mouth_that_goes_leaves_the_one_before_and_a_short_word_is_said_to_be_short() -> None:
    shapes = (("X", 0.0, 1.0), ("D", 1.0, 1.3), ("A", 1.3, 1.4), ("X", 1.4, SECONDS))
    rows = [Row("mouth", text, start, end, k) for k, (text, start, end) in enumerate(shapes)]
    now = edits(rows, [rows[0], replace(rows[1], end=1.2), rows[3]], {}, SECONDS)
    found = sorted((cue.shape, round(cue.start, 2), round(cue.end, 2)) for cue in now.mouths)
    assert found == [("D", 1.0, 1.2), ("D", 1.2, 1.3), ("D", 1.3, 1.4)]
    assert {piece.regions for piece in now.pieces} == {("face",)}
    assert max(piece.end for piece in now.pieces) < 1.6
    words = before()
    with pytest.raises(OratorError, match="too short"):
        edits(words, [replace(words[0], end=words[0].start + 0.03), *words[1:]], {}, SECONDS)
