"""The score in the Sequencer: native text strips above the sound, laid out from a take and read when they moved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from ..skeleton import PARTS
from . import compat, generation, lines, lists, strips, take_speech
from .groups import CharacterGroup, TakeGroup
from .scene_rate import check_rate, scene_fps
from .score_channels import CHANNELS, COLOURS, free_channel, named, new_channels, titles
from .take_store import load_meta, load_performance

if TYPE_CHECKING:
    from ..directing.score import Edits, Row
    from ..speech.words import PlacedWord
    from .generation import TakeRequest

TAG: Final = "orator_score"
"""Custom property of a strip: what it was laid out as."""
_MISSED: Final = 0.3
"""Seconds of a strip for a word that is not in the sound."""


def sheet(scene: bpy.types.Scene) -> dict[str, Any]:
    """What was laid out last: the take's id and its rows; empty without a score."""
    return json.loads(scene.orator.score) if scene.orator.score else {}


def rows_before(scene: bpy.types.Scene) -> list[Row]:
    """The rows as they were laid out."""
    return _rows(sheet(scene).get("rows", []))


def home(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose Sequencer holds the score: that of the chosen strip."""
    options = context.scene.orator
    found = strips.find_strip(context, options.strip, options.strip_scene) if options.source == "STRIP" else None
    if found is None and options.source == "STRIP":
        return lines.home(context)
    return found[0] if found is not None else context.scene


def take_of(scene: bpy.types.Scene, data: CharacterGroup | None) -> TakeGroup | None:
    """The take of a character's list whose score is laid out, or None."""
    return lists.find(data, sheet(scene).get("take", "")) if data is not None else None


def text_strips(scene: bpy.types.Scene) -> list[Any]:
    """The score's strips, those that the artist added in its channels too."""
    channels = named(scene)
    return [
        strip
        for strip in compat.sequencer_strips(scene)
        if strip.type == "TEXT" and (TAG in strip or strip.channel in channels)
    ]


def kind_of(strip: Any) -> str:
    """What a strip of the score is: by its channel, else as it was laid out."""
    return named(strip.id_data).get(strip.channel, _tag(strip).get("kind", "word"))


def highlighted(scene: bpy.types.Scene) -> Any:
    """The strip of the score that is highlighted in the sidebar's list, or None."""
    every = compat.sequencer_strips(scene)
    active = scene.orator.score_active
    strip = every[active] if 0 <= active < len(every) else None
    return strip if strip in text_strips(scene) else None


def add_strip(scene: bpy.types.Scene, kind: str, text: str, seconds: float) -> Any:
    """A strip of the score at the current frame, highlighted. Raises OratorError without a channel for it."""
    first = scene.frame_current
    last = first + max(round(seconds * scene_fps(scene)), 1)
    strip = compat.new_text_strip(scene, text, free_channel(scene, kind, first, last), first, last)
    strip.text, strip.mute, strip.color_tag = text, True, COLOURS[kind]
    # Blender may move it to another channel where it is dragged over others: it stays what it was added as.
    strip[TAG] = json.dumps({"kind": kind, "was": -1, "first": first, "last": last, "name": strip.name})
    scene.orator.score_active = list(compat.sequencer_strips(scene)).index(strip)
    return strip


# --- Laying out ----------------------------------------------------------------------------------------------------


def lay_out(context: bpy.types.Context, take: TakeGroup) -> int:
    """Lay a take's score out above everything else, in place of an earlier one; how many strips. Raises OratorError."""
    from ..directing.pins_json import look_pin_from_json
    from ..directing.score import Row, rows_of
    from ..speech.words import unheard_of
    from .emotion import read_emotion
    from .score_mouths import mouth_rows
    from .score_turns import talkers, turn_rows

    check_rate(take, context.scene)
    # Laying out makes nothing, so pins that contradict each other do not matter.
    meta, request = load_meta(take), take_speech.request_of(context, take, directed=False)
    speech, names = request.speech, talkers(generation.chosen_character(context), request)
    seconds = load_performance(take).seconds
    track = read_emotion(context.scene, speech) if context.scene.orator.emotion_source == "SET" else None
    looks = [look_pin_from_json(pin) for pin in meta.get("looks", ())]
    kept = meta.get("score")
    rows = _rows(kept["rows"]) if kept else rows_of(meta, track, looks, seconds)
    rows += [replace(row, was=len(rows) + k) for k, row in enumerate(turn_rows(meta, names, speech.seconds))]
    if not rows:
        raise OratorError(
            f"Nothing is known of what '{take.name}' does. Generate a take of the body, or with a transcript."
        )
    mouths = mouth_rows(take) if context.scene.orator.score_mouths else []
    rows = [*rows, *(replace(row, was=len(rows) + k) for k, row in enumerate(mouths))]
    # Words that are not in the sound are marked: in the channel of words one of them is said, here it is not.
    missed = [Row("unheard", text, at, at + _MISSED) for text, at in unheard_of(meta)]
    kept_in_view = _what(highlighted(context.scene))
    _lay(home(context), [*rows, *missed], speech.start)
    _highlight(context.scene, kept_in_view)
    words = enumerate(meta.get("words", ()))  # they come first among the rows
    heard = kept["heard"] if kept else [[k, word["heard"]] for k, word in words if "heard" in word]
    now = {"take": take.uid, "rows": _plain(rows), "heard": heard, "talkers": names}
    context.scene.orator.score = json.dumps(now)
    return len(rows)


def _what(strip: Any) -> tuple[str, str, int] | None:
    """What tells a strip from others after the score was laid out anew; None for none."""
    return None if strip is None else (kind_of(strip), strip.text, compat.strip_bounds(strip)[0])


def _highlight(scene: bpy.types.Scene, what: tuple[str, str, int] | None) -> None:
    """Keep the highlight where it was: on the nearest strip that is and says the same, else on none."""
    every, active = list(compat.sequencer_strips(scene)), -1
    if what is not None:
        alike = [strip for strip in text_strips(scene) if (kind_of(strip), strip.text) == what[:2]]
        near = min(alike, key=lambda strip: abs(compat.strip_bounds(strip)[0] - what[2]), default=None)
        active = every.index(near) if near is not None else -1
    scene.orator.score_active = active


def _plain(rows: list[Row]) -> list[list[Any]]:
    return [[row.kind, row.text, row.start, row.end] for row in rows]


def _rows(plain: list[list[Any]]) -> list[Row]:
    from ..directing.score import Row

    return [Row(kind, text, start, end, k) for k, (kind, text, start, end) in enumerate(plain)]


def _placed(scene: bpy.types.Scene, rows: list[Row], start: float) -> list[tuple[str, int, int]]:
    """Kind, first frame and the one after the last of each row's strip."""
    fps = scene_fps(scene)
    bounds = [(round((start + row.start) * fps), round((start + row.end) * fps)) for row in rows]
    return [(row.kind, first, max(last, first + 1)) for row, (first, last) in zip(rows, bounds, strict=True)]


def _lay(scene: bpy.types.Scene, rows: list[Row], start: float) -> None:
    """The strips in place of earlier ones. Raises OratorError where there is no room, with nothing changed."""
    placed = _placed(scene, rows, start)
    where = titles(placed)
    channels = new_channels(scene, (*where, CHANNELS["emotion"]), text_strips(scene))
    throw_away(scene)
    editor = scene.sequence_editor or scene.sequence_editor_create()
    for title, channel in channels.items():
        editor.channels[channel].name = title
    for number, (row, (kind, first, last), title) in enumerate(zip(rows, placed, where, strict=True)):
        strip = compat.new_text_strip(scene, row.text, channels[title], first, last)
        strip.text, strip.mute, strip.select = row.text, True, False  # muted: no picture of a render comes of it
        strip.color_tag = COLOURS[kind]
        strip[TAG] = json.dumps({"kind": kind, "was": number, "first": first, "last": last, "name": strip.name})


def unmade(scene: bpy.types.Scene) -> int:
    """How many strips were changed, added or deleted since the score was laid out."""
    before, stay, changed = rows_before(scene), set(), 0
    for strip in text_strips(scene) if before else ():
        was = (tag := _tag(strip)).get("was", -1)
        if kind_of(strip) == "unheard":
            continue
        if not 0 <= was < len(before) or was in stay:
            changed += 1
            continue
        stay.add(was)
        moved = compat.strip_bounds(strip)[:2] != (tag["first"], tag["last"])
        changed += moved or _said(strip, tag, before[was]) != before[was].text.strip()
    return changed + len(before) - len(stay) if before else 0


def throw_away(scene: bpy.types.Scene) -> int:
    """Remove the score's strips, and give its channels their names back; how many."""
    gone = text_strips(scene)
    editor = scene.sequence_editor
    for k in named(scene):
        assert editor is not None  # what is named is in it
        editor.channels[k].name = f"Channel {k}"
    compat.remove_strips(scene, gone)
    return len(gone)


# --- Reading -------------------------------------------------------------------------------------------------------


def read_rows(scene: bpy.types.Scene, before: list[Row], start: float) -> list[Row]:
    """The score as its strips lie now; one that was not touched has its own times to the bit."""
    from ..directing.score import Row

    fps, channels, out, seen = scene_fps(scene), named(scene), [], set()
    found = [(strip, _tag(strip)) for strip in text_strips(scene)]

    def far(pair: tuple[Any, dict[str, Any]]) -> float:
        return abs(compat.strip_bounds(pair[0])[0] - pair[1].get("first", 0))

    for strip, tag in sorted(found, key=far):  # of copies the one that lies where it lay is the row itself
        kind = channels.get(strip.channel, tag.get("kind", "word"))
        first, last, _ = compat.strip_bounds(strip)
        if kind == "unheard":
            continue
        was = tag.get("was", -1) if tag.get("kind") != "unheard" else -1
        old = before[was] if 0 <= was < len(before) and was not in seen else None
        text = _said(strip, tag, old)
        if old is None:
            row = Row(kind, text, first / fps - start, last / fps - start)
        else:
            seen.add(was)
            # Only what was moved is moved: the rest keeps its times between frames.
            begin = old.start if first == tag["first"] else old.start + (first - tag["first"]) / fps
            end = old.end if last == tag["last"] else old.end + (last - tag["last"]) / fps
            row = Row(old.kind, text, begin, end, was)
        out.append(row)
    return sorted(out, key=lambda row: (row.start, row.kind))


def _tag(strip: Any) -> dict[str, Any]:
    """What a strip was laid out as; empty for one of the artist's own, and where the property was written over."""
    try:
        tag = json.loads(strip.get(TAG, "{}"))
    except (TypeError, ValueError):
        return {}
    known = isinstance(tag, dict) and all(isinstance(tag.get(key), int) for key in ("was", "first", "last"))
    return tag if known else {}


def _said(strip: Any, tag: dict[str, Any], old: Row | None) -> str:
    """What a strip says: its text, or its name where that was changed."""
    text = strip.text.strip()
    if old is not None and text == old.text and strip.name != tag.get("name"):
        return strip.name.strip()
    return text or strip.name.strip()


# --- Making the changes again --------------------------------------------------------------------------------------


def read_changes(context: bpy.types.Context, character: bpy.types.Object) -> tuple[TakeRequest, Edits]:
    """A request that makes again exactly what was changed of the score. Raises OratorError when nothing was."""
    from ..directing.directions import Directions
    from ..directing.score import edits, gesture_rows, painted
    from ..performance import MODEL_FPS
    from .regenerate import regenerated
    from .score_mouths import mouth_pins
    from .score_turns import talkers, told, whose

    kept = sheet(context.scene)
    take = lists.find(lists.character_data(character), kept.get("take", ""))
    if take is None:
        raise OratorError("There is no score of a take of this character: press Lay Out Score.")
    check_rate(take, context.scene)
    request = take_speech.request_of(context, take)
    seconds, start = request.speech.seconds, request.speech.start
    before = _rows(kept["rows"])
    heard = {int(k): (float(a), float(b)) for k, (a, b) in kept.get("heard", ())}
    known = whose(kept, talkers(character, request))
    now = edits(before, read_rows(home(context), before, start), heard, seconds, known)
    if not now.pieces:
        raise OratorError("Nothing of the score has changed: move, rename, trim, copy or delete a strip of it.")
    asked = request.asked
    emotion = painted(asked.emotion, now.rows, now.silent, seconds) if _feels(now) else asked.emotion
    moved = {row.was: row for row in now.rows}
    looks, directions = [], request.directions or Directions()
    for number, row in enumerate(before):
        pin = next((p for p in directions.looks if row.kind == "look" and p.name == row.text), None)
        if pin is not None and number in moved:
            looks.append(replace(pin, start=moved[number].start, end=moved[number].end))
    meta = load_meta(take)
    asked = replace(
        asked,
        seeds=(int(meta.get("seed", take.seed)),),
        emotion=emotion,
        wishes=(*asked.wishes, *now.wishes),
        words=_corrections(asked.words, now.words),
    )
    pins = (*directions.pins, *mouth_pins(now.mouths))
    request = replace(request, asked=asked, directions=replace(directions, looks=tuple(looks), pins=pins))
    request = told(request, meta, now.rows, known, now.turns)
    parts = tuple(asked.settings.parts)
    frames = [
        (parts if p.regions == PARTS else p.regions, int(p.start * MODEL_FPS), round(p.end * MODEL_FPS))
        for p in now.pieces
    ]
    request = regenerated(
        take, request, tuple((regions, first, max(last, first + 1)) for regions, first, last in frames)
    )
    stay = [row for row in now.rows if row.kind not in ("mouth", "turn")]
    rows = [replace(row, was=k) for k, row in enumerate(stay)]
    moved_words = [(k, row) for k, row in enumerate(stay) if _was_moved(row, before, heard)]
    again_heard = [[k, list(_heard(row, before, heard))] for k, row in moved_words]
    # A face alone tells no gestures, and a body made again in pieces tells those that were drawn elsewhere.
    record = {"score": {"rows": _plain(rows), "heard": again_heard}, "gestures": gesture_rows(rows)}
    return replace(request, meta={**request.meta, **record}), now


def _feels(now: Edits) -> bool:
    return bool(now.silent) or any(row.kind == "emotion" for row in now.rows)


def _was_moved(row: Row, before: list[Row], heard: dict[int, tuple[float, float]]) -> bool:
    return row.kind == "word" and row.was >= 0 and (row.was in heard or not row.same(before[row.was]))


def _heard(row: Row, before: list[Row], heard: dict[int, tuple[float, float]]) -> tuple[float, float]:
    return heard.get(row.was, (before[row.was].start, before[row.was].end))


def _corrections(old: tuple[PlacedWord, ...], new: tuple[PlacedWord, ...]) -> tuple[PlacedWord, ...]:
    """Corrections of one word replace each other."""
    again = {word.heard for word in new if word.heard is not None}
    return (*(word for word in old if word.heard is None or word.heard not in again), *new)


# --- Afterwards ----------------------------------------------------------------------------------------------------


def follow_looks(character: bpy.types.Object, scene: bpy.types.Scene, before: list[Row], now: Edits) -> None:
    """The character's look-at pins go to where their strips lie now."""
    pins = lists.listed(character).pins
    fps = scene_fps(scene)
    for row in now.rows:
        if row.kind != "look" or row.was < 0:
            continue
        pin = next((p for p in pins if p.kind == "LOOK" and p.name == before[row.was].text), None)
        if pin is not None:
            pin.frame += round((row.start - before[row.was].start) * fps)
            pin.hold = max(round((row.end - row.start) * fps), 1)
