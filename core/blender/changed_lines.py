"""What changed of a scene's lines since the takes were made, and requests that make exactly that again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from . import conversing, job, lines, lists, takes
from .groups import TakeGroup
from .scene_rate import check_rate, scene_fps
from .take_store import load_meta, load_performance, meta_text, start_of

if TYPE_CHECKING:
    from ..conversation.lines import Line
    from .generation import TakeRequest

_TAIL: Final = 1.0
"""Seconds of a take's end that are made again when the scene lasts longer now."""
_SAME_START: Final = 1e-3
_read: dict[str, tuple[str, tuple[Line, ...]]] = {}


@dataclass(frozen=True)
class Row:
    """A line in the scene's table. `state` is MADE, CHANGED or NEW; first and last are frames.

    sound     the strip itself, whose text can be typed
    progress  0 - 1 while it is being made, or waits for that; None otherwise
    """

    character: str
    strip: str
    first: int
    last: int
    state: str
    sound: Any
    progress: float | None = None


_making: dict[str, tuple[tuple[float, float], ...] | None] = {}
"""Who is being made in the running work, in that order, and which seconds of the timeline; None for all of it."""


def begin(requests: tuple[TakeRequest, ...]) -> None:
    """Remember what the work that begins makes, so that the table can show it."""
    _making.clear()
    _making.update({request.target.name: request.spans for request in requests})


def progress_of(name: str, first: float, last: float) -> float | None:
    """How far what a character says from `first` to `last` seconds of the timeline is made; None where it stays.

    The work goes from character to character; all that one says grows together.
    """
    running = job.current()
    if running is None or running.text.split(":")[0] not in _making or name not in _making:
        return None
    spans = _making[name]
    if spans is not None and not any(a < last and first < b for a, b in spans):
        return None
    return min(max(running.fraction * len(_making) - list(_making).index(name), 0.0), 1.0)


def take_of(character: bpy.types.Object) -> TakeGroup | None:
    """The take whose lines count: the one that is shown, else the latest that was made of lines; None without any."""
    data = lists.character_data(character)
    if data is None:
        return None
    shown = takes.shown(character)
    found = [take for take in data.takes if _lines(take)]
    return shown if shown is not None and shown in found else (found[-1] if found else None)


def _lines(take: TakeGroup) -> tuple[Line, ...]:
    """The lines that a take was made of; remembered, since the table is drawn often and records may be long."""
    from ..conversation.lines import lines_of

    text = meta_text(take)
    if '"lines"' not in text:
        return ()
    if _read.get(take.uid, ("", ()))[0] != text:
        meta = load_meta(take)
        _read[take.uid] = (text, (*lines_of(meta.get("lines")), *lines_of(meta.get("partner_lines"))))
    return _read[take.uid][1]


def table(context: bpy.types.Context) -> list[Row]:
    """The scene's lines in the order of the timeline. Quick enough for drawing."""
    rows = []
    for character in conversing.talkers(context.scene):
        if not lines.speaks(character.orator_talk):
            continue
        take = take_of(character)
        start = start_of(take) if take is not None else None
        known = _lines(take) if take is not None else ()
        for line in lines.placed(context, character.orator_talk):
            state = "NEW"
            if take is not None and start is not None:
                told = lines.told(line, start)
                state = "MADE" if any(told.same(other) for other in known) else "CHANGED"
            fps = scene_fps(line.scene)
            share = progress_of(character.name, line.first / fps, line.last / fps)
            rows.append(Row(character.name, line.strip.name, line.first, line.last, state, line.strip, share))
    return sorted(rows, key=lambda row: (row.first, row.character))


def read_changes(context: bpy.types.Context) -> tuple[TakeRequest, ...]:
    """A request for everyone whose own or heard lines changed; a character without a take gets a whole one.

    Raises OratorError when nothing has changed, or when it cannot be made into the takes that there are.
    """
    from ..conversation.lines import changed_spans, lines_of

    out = []
    for _, take, request in _requests(context):
        if take is None:
            out.append(request)
            continue
        meta, seconds = load_meta(take), request.speech.seconds
        spans = [
            span
            for key in ("lines", "partner_lines")
            for span in changed_spans(lines_of(meta.get(key)), lines_of(request.meta.get(key)), seconds)
        ]
        before = load_performance(take).seconds
        if seconds - before > 1.0 / 30.0:
            spans.append((before - _TAIL, seconds))
        if spans:
            out.append(_pieces(take, request, spans, int(meta.get("seed", take.seed))))
    if not out:
        raise OratorError("No line has changed since the takes were made: add, move, trim or replace a strip.")
    return tuple(out)


def read_line(context: bpy.types.Context, name: str, first: int, last: int) -> tuple[TakeRequest, ...]:
    """A request that makes one line of a character again with another seed: its frames, first to last (excluded).

    Raises OratorError when that character has no take of its lines.
    """
    from ..conversation.lines import AFTER, BEFORE

    for character, take, request in _requests(context):
        if character.name != name:
            continue
        if take is None:
            raise OratorError(
                f"'{name}' has no take of its lines yet: press Generate Conversation (or Generate All Lines)."
            )
        fps, start = request.target.fps, request.speech.start
        span = (first / fps - start - BEFORE, last / fps - start + AFTER)
        return (_pieces(take, request, [span], request.asked.seeds[0]),)
    raise OratorError(f"'{name}' speaks no line any more.")


def _requests(context: bpy.types.Context) -> list[tuple[bpy.types.Object, Any, TakeRequest]]:
    """Everyone's request over the time of the takes that there are, and the take."""
    cast = conversing.cast_of(context)
    found = {character.name: take_of(character) for character in conversing.talkers(context.scene)}
    span = cast.span
    for name, take in found.items():
        if take is None:
            continue
        check_rate(take, context.scene)
        start, seconds = float(load_meta(take).get("start", 0.0)), load_performance(take).seconds
        if span is not None:
            # A take begins where it began; it may last longer.
            earliest = min((line.first for line in cast.said.get(name, ())), default=None)
            if earliest is not None and earliest / scene_fps(context.scene) < start - _SAME_START:
                raise OratorError(f"A line of '{name}' begins before '{take.name}' does: press Generate Conversation.")
            span = (start, max(span[1], start + seconds))
    requests = conversing.requests_of(context, replace(cast, span=span))
    out = []
    for request in requests:
        character, take = context.scene.objects[request.target.name], found[request.target.name]
        if take is not None and abs(float(load_meta(take).get("start", 0.0)) - request.speech.start) > _SAME_START:
            raise OratorError(f"The scene of '{take.name}' began at another time: press Generate Conversation.")
        out.append((character, take, request))
    return out


def _pieces(take: TakeGroup, request: TakeRequest, spans: list[tuple[float, float]], seed: int) -> TakeRequest:
    """A take made again in the spans, in all the parts that are chosen."""
    from ..conversation.lines import joined
    from ..performance import MODEL_FPS
    from .regenerate import regenerated

    asked = replace(request.asked, seeds=(seed,))
    regions = tuple(asked.settings.parts)
    cut = joined(spans, request.speech.seconds + 1.0)
    pieces = tuple((regions, int(first * MODEL_FPS), round(last * MODEL_FPS)) for first, last in cut)
    lines_now = {key: request.meta[key] for key in ("lines", "partner_lines")}
    made = regenerated(take, replace(request, asked=asked), pieces, other_speech=True)
    start = request.speech.start
    spans_now = tuple((start + first, start + last) for first, last in cut)
    return replace(made, meta={**made.meta, **lines_now}, spans=spans_now)
