"""Characters that talk with each other: whose voice is whose, where they stand, and turns that the artist corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import bpy
import numpy as np

from .. import estimate
from ..arrays import Array
from ..catalogue.listening import LISTENING
from ..errors import OratorError
from ..speech.speech import Speech
from . import generation, lines, lists, takes
from .holders import has_skeleton
from .scene_rate import scene_fps

if TYPE_CHECKING:
    from ..conversation.turns import Turns
    from .generation import Made, TakeRequest

_LONG_PAUSE: Final = 1.0
"""Seconds between two turns that are heard from which on nobody has the floor."""
_LONG_SILENCE: Final = 600.0
"""Seconds without a line from which on they are said: strips of another scene, more often than a pause."""
MARK: Final = "turn:"
"""Timeline markers `turn:NAME` give the floor to a character from there on, `turn:-` to nobody."""


def talkers(scene: bpy.types.Scene) -> tuple[bpy.types.Object, ...]:
    """The characters of the scene that speak a strip or listen to someone."""
    return tuple(
        o
        for o in scene.objects
        if has_skeleton(o) and (lines.speaks(o.orator_talk) or o.orator_talk.listens_to is not None)
    )


def missing(context: bpy.types.Context) -> str:
    """Why nothing of a scene's lines can be generated, or ''."""
    found = talkers(context.scene)
    if not found:
        return "Nobody speaks or listens yet: choose a strip or a partner for a character in the Conversation panel"
    for o in found:
        partner = o.orator_talk.listens_to
        if partner is None:
            continue
        if partner == o:
            return f"'{o.name}' listens to itself: choose another character"
        if partner.name not in context.scene.objects:
            return f"'{partner.name}', whom '{o.name}' listens to, is not in the scene: choose another character"
        if not has_skeleton(partner):
            return f"'{partner.name}', whom '{o.name}' listens to, has no skeleton: choose a character that has one"
        if not lines.speaks(partner.orator_talk):
            return f"'{partner.name}' speaks no strip that '{o.name}' could listen to: choose one for it"
    return ""


def missing_pair(context: bpy.types.Context) -> str:
    """Why there are no turns, or ''."""
    reason = missing(context)
    if reason or any(_has_pair(o) for o in talkers(context.scene)):
        return reason
    return "Nobody both speaks and listens, so there are no turns between two voices"


def _has_pair(character: bpy.types.Object) -> bool:
    talk = character.orator_talk
    return talk.listens_to is not None and lines.speaks(talk)


@dataclass(frozen=True)
class Cast:
    """Who says which lines, over which seconds of the timeline; without a `span` each speaks its one strip."""

    said: dict[str, tuple[lines.Placed, ...]]
    span: tuple[float, float] | None


def cast_of(context: bpy.types.Context) -> Cast:
    """The lines of everyone who speaks. Raises OratorError where none can be read."""
    reason = missing(context)
    if reason:
        raise OratorError(f"{reason}.")
    speakers = [o for o in talkers(context.scene) if lines.speaks(o.orator_talk)]
    said = {o.name: lines.placed(context, o.orator_talk) for o in speakers}
    for (name, mine), (other, theirs) in combinations(said.items(), 2):
        line = next((one for one in mine if any(one.clashes(their) for their in theirs)), None)
        if line is not None:
            raise OratorError(
                f"'{name}' and '{other}' speak the same strip, '{line.strip.name}': choose another for one, or a Sound "
                "Side for each."
            )
    if not any(lines.whole_scene(o.orator_talk) for o in speakers):
        return Cast(said, None)
    return Cast(said, lines.span_of(context.scene, tuple(line for mine in said.values() for line in mine)))


def long_silence(context: bpy.types.Context) -> str:
    """A sentence about the longest time in which nobody speaks, if that is long, else ''; quick enough to draw."""
    fps = scene_fps(context.scene)
    speakers = [o.orator_talk for o in talkers(context.scene) if lines.speaks(o.orator_talk)]
    said = sorted((line for talk in speakers for line in lines.placed(context, talk)), key=lambda line: line.first)
    wait, until, after = 0.0, None, None
    for line in said:
        if until is not None and (line.first - until.last) / fps > wait:
            wait, after = (line.first - until.last) / fps, (until, line)
        until = line if until is None or line.last > until.last else until
    if after is None or wait <= _LONG_SILENCE:
        return ""
    whole = (max(line.last for line in said) - said[0].first) / fps
    return (
        f"Nobody speaks for {estimate.duration(wait)} between '{after[0].strip.name}' and '{after[1].strip.name}': the "
        f"takes last {estimate.duration(whole)}. Move the strips together, or choose others."
    )


def read_requests(context: bpy.types.Context) -> tuple[TakeRequest, ...]:
    """A request for each character that speaks or listens, checked before any work. Raises OratorError."""
    return requests_of(context, cast_of(context))


def requests_of(context: bpy.types.Context, cast: Cast) -> tuple[TakeRequest, ...]:
    """The requests of a cast. Raises OratorError."""
    scene = context.scene
    voices = {name: lines.voice(scene.objects[name], mine, cast.span) for name, mine in cast.said.items()}
    first, *others = (_request(scene, character, cast, voices) for character in talkers(scene))
    said = long_silence(context)
    return (replace(first, notes=(*first.notes, said)) if said else first, *others)


def request_of(
    context: bpy.types.Context,
    cast: Cast,
    character: bpy.types.Object,
    again: bool = False,
    directed: bool = True,
) -> TakeRequest | None:
    """One character's request; None for one who neither speaks nor listens. Raises OratorError.

    again     of a take, which keeps its seat
    directed  False leaves pins and kept animation out
    """
    if character not in talkers(context.scene):
        return None
    partner = character.orator_talk.listens_to
    needed = [o for o in (character, partner) if o is not None and o.name in cast.said]
    voices = {o.name: lines.voice(o, cast.said[o.name], cast.span) for o in needed}
    return _request(context.scene, character, cast, voices, again, directed)


def _request(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    cast: Cast,
    voices: dict[str, Speech],
    again: bool = False,
    directed: bool = True,
) -> TakeRequest:
    """One character's, with the lines that it says and hears in the record of its takes."""
    from ..conversation.conduct import Listening, ListeningControls
    from ..conversation.lines import rows_of
    from ..request.conversation import together

    talk, partner = character.orator_talk, character.orator_talk.listens_to
    own = voices.get(character.name)
    if partner is None:
        assert own is not None
        request = generation.request_for(scene, character, (own,), again=again, directed=directed)
    else:
        theirs = voices[partner.name]
        mine = own or Speech(np.zeros(1, np.float32), theirs.start, f"{character.name} listening")
        pair = together((mine, theirs))
        if own is not None and pair[0].start < own.start:
            # The take begins before its strip does, so it is not a take of that strip alone, which it could follow.
            pair = (replace(pair[0], name=f"The line of {character.name}"), pair[1])
        controls = ListeningControls(**{control.name: getattr(talk, control.name) for control in LISTENING})
        turns = _marked_turns(scene, character, partner, pair)
        listening = Listening(controls, _eyes_of(partner, character), turns)
        request = generation.request_for(scene, character, pair, listening, again, directed)
    start = request.speech.start
    request = _with_texts(scene, request, lines.transcript(cast.said.get(character.name, ()), start))
    heard = cast.said.get(partner.name, ()) if partner is not None else ()
    rows = {
        "lines": rows_of(lines.told(line, start) for line in cast.said.get(character.name, ())),
        "partner_lines": rows_of(lines.told(line, start) for line in heard),
    }
    return replace(request, meta={**request.meta, **rows})


def _with_texts(scene: bpy.types.Scene, request: TakeRequest, transcript: str) -> TakeRequest:
    """A request with the texts of its lines, where any has one, in place of the transcript of the Speech panel."""
    from .corrections import corrected

    if not transcript:
        return request
    words = corrected(scene, request.speech, transcript)
    settings = replace(request.asked.settings, transcript=transcript)
    return replace(request, asked=replace(request.asked, settings=settings, words=words))


def _eyes_of(partner: bpy.types.Object, character: bpy.types.Object) -> Array:
    """Where the partner's eyes are, (3,) metres in the character's own space; a partner without a head: its top."""
    from .pins import neutral_point
    from .rig_profile import read_rig

    profile = read_rig(partner)[1]
    bone = profile.joints.get("head")
    pose = partner.pose.bones.get(bone) if bone else None
    if pose is not None:
        point = partner.matrix_world @ ((pose.head + pose.tail) / 2.0)
    elif partner.pose.bones:
        point = max((partner.matrix_world @ b.tail for b in partner.pose.bones), key=lambda v: v.z)
    else:
        point = partner.matrix_world.translation
    mine, own_profile = read_rig(character)
    return neutral_point(character, own_profile, mine, point)


def _marked_turns(
    scene: bpy.types.Scene, character: bpy.types.Object, partner: bpy.types.Object, pair: tuple[Speech, ...]
) -> Turns | None:
    """Who has the floor as markers say, None without any; backchannels and pauses are those that are found."""
    from ..conversation.activity import activities
    from ..conversation.turns import Stretch, Turns, find_turns

    fps, start, seconds = scene_fps(scene), pair[0].start, pair[0].seconds
    marks = sorted((m.frame / fps - start, m.name[len(MARK) :].strip()) for m in scene.timeline_markers if _is_mark(m))
    if not any(0.0 <= at < seconds for at, _ in marks):
        return None
    whose = {character.name: "own", partner.name: "partner"}
    known = {o.name for o in talkers(scene)} | {"-"}
    for _, name in marks:
        if name not in known:
            raise OratorError(f"The marker '{MARK}{name}' names no character that talks. Rename or delete it.")
    found = find_turns(*activities(*pair))
    floor = []
    for (at, name), (until, _) in zip(marks, [*marks[1:], (seconds, "-")], strict=True):
        if name in whose and min(until, seconds) > max(at, 0.0):
            floor.append(Stretch(whose[name], "speech", max(at, 0.0), min(until, seconds)))
    rest = [s for s in found.stretches if s.kind not in ("speech", "interruption", "overlap")]
    spoken = [s for s in rest if s.kind == "backchannel" or any(_inside(s, f) for f in floor)]
    merged = sorted([*floor, *spoken], key=lambda s: (s.start, s.end, s.who, s.kind))
    return Turns(tuple(merged), seconds)


def _inside(stretch: Any, turn: Any) -> bool:
    return stretch.who == turn.who and turn.start <= stretch.start and stretch.end <= turn.end


def _is_mark(marker: Any) -> bool:
    return marker.name.lower().startswith(MARK)


def lay_turns(context: bpy.types.Context) -> int:
    """Markers for the turns that were found between the first pair of talkers, in place of earlier ones; how many.

    Raises OratorError when there is no pair.
    """
    from ..conversation.activity import activities
    from ..conversation.turns import find_turns
    from ..request.conversation import together

    reason = missing_pair(context)
    if reason:
        raise OratorError(f"{reason}.")
    scene, cast = context.scene, cast_of(context)
    pair = next((o, o.orator_talk.listens_to) for o in talkers(scene) if _has_pair(o))
    heard = together(tuple(lines.voice(o, cast.said[o.name], cast.span) for o in pair))
    turns = find_turns(*activities(*heard))
    for marker in [m for m in scene.timeline_markers if _is_mark(m)]:
        scene.timeline_markers.remove(marker)
    if not any(s.kind == "speech" for s in turns.stretches):
        return 0
    return mark_turns(scene, turns, {"own": pair[0].name, "partner": pair[1].name}, heard[0].start, _LONG_PAUSE)


def mark_turns(scene: bpy.types.Scene, turns: Turns, names: Mapping[str, str], start: float, pause: float) -> int:
    """Markers for turns that begin at `start` seconds, between the two whose names these are; how many turns.

    Earlier markers of the two within that time go; those of others, and what lies beside, stay. Nobody has the floor
    in what is longer than `pause` seconds.
    """
    from ..directing.score_turns import floor_of

    fps, floor = scene_fps(scene), floor_of(turns, pause)
    first, last = round(start * fps), round((start + turns.seconds) * fps)
    mine, holder, earlier = set(names.values()), "-", "-"
    for marker in sorted((m for m in scene.timeline_markers if _is_mark(m)), key=lambda m: m.frame):
        name = marker.name[len(MARK) :].strip()
        of_these = name in mine or (name == "-" and holder in {*mine, "-"})
        holder = name
        if marker.frame < first:
            earlier = name
        elif marker.frame <= last and of_these:
            scene.timeline_markers.remove(marker)
    if not floor or (earlier in mine and floor[0][0] > 0.0):
        floor.insert(0, (0.0, None))
    for at, who in floor:
        scene.timeline_markers.new(f"{MARK}{names[who] if who else '-'}", frame=round((start + at) * fps))
    return sum(who is not None for _, who in floor)


def deliver(requests: tuple[TakeRequest, ...], made: tuple[tuple[Made, ...], ...]) -> tuple[str, ...]:
    """Write every character's takes, or none; sentences for the artist. Raises OratorError."""
    written: list[tuple[bpy.types.Object, set[str]]] = []
    sentences: list[str] = []
    try:
        for request, mine in zip(requests, made, strict=True):
            scene: bpy.types.Scene | None = bpy.data.scenes.get(request.scene)
            character = scene.objects.get(request.target.name) if scene is not None else None
            data = lists.character_data(character) if character is not None else None
            if character is not None:
                written.append((character, {take.uid for take in data.takes} if data is not None else set()))
            sentences += generation.deliver(request, mine)
    except Exception:
        for character, before in written:
            data = lists.character_data(character)
            for uid in [take.uid for take in data.takes] if data is not None else []:
                if uid not in before:
                    takes.remove(character, uid)
        raise
    return tuple(sentences)
