"""The gestures of a take as a list that an artist edits, and gestures that timeline markers wish for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from .groups import GestureGroup, TakeGroup
from .scene_rate import scene_fps
from .take_store import load_meta, load_performance, start_of

if TYPE_CHECKING:
    from ..body.wishes import Change, Wish
    from ..speech.speech import Speech

MARK: Final = "gesture:"
"""What the names of markers that wish for a gesture begin with."""


def list_them(take: TakeGroup) -> int:
    """Fills the take's list of gestures from what it was made with; returns how many there are."""
    take.gestures.clear()
    for row in load_meta(take).get("gestures", ()):
        item = take.gestures.add()
        item.made = json.dumps(row)
        try:
            put_back(item)
        except (KeyError, TypeError, ValueError):  # a damaged file: what tells no gesture is not listed
            take.gestures.remove(len(take.gestures) - 1)
    take.active_gesture = min(take.active_gesture, max(len(take.gestures) - 1, 0))
    return len(take.gestures)


def put_back(item: GestureGroup) -> None:
    """A gesture of the list as the take shows it."""
    row = json.loads(item.made)
    item.time, item.kind, item.hands = row["time"], row["kind"], row["hands"]
    item.size, item.hold, item.removed = row["size"], row["hold"], False


def is_new(item: GestureGroup) -> bool:
    """Whether the gesture was added to the list and is not in the take yet."""
    return not item.made


def is_changed(item: GestureGroup) -> bool:
    """Whether the gesture is another in the list than in the take. Quick enough for drawing."""
    if is_new(item) or item.removed:
        return True
    row = json.loads(item.made)
    same = item.kind == row["kind"] and item.hands == row["hands"]
    return not same or any(abs(getattr(item, name) - row[name]) > 5e-3 for name in ("time", "size", "hold"))


def scene_frame(take: TakeGroup, item: GestureGroup, scene: bpy.types.Scene) -> int:
    """The scene frame at which the gesture's stroke ends."""
    return round(((start_of(take) or 0.0) + item.time) * scene_fps(scene))


def seconds_at(take: TakeGroup, frame: float, scene: bpy.types.Scene) -> float:
    """The second of the take at a scene frame."""
    return frame / scene_fps(scene) - (start_of(take) or 0.0)


def add(take: TakeGroup, scene: bpy.types.Scene) -> GestureGroup:
    """A new gesture at the current frame, highlighted. Raises OratorError outside the take."""
    time = seconds_at(take, scene.frame_current, scene)
    seconds = load_performance(take).seconds
    if not 0.2 <= time <= seconds:
        raise OratorError(f"The current frame is outside '{take.name}': go to where the gesture is to be.")
    item = take.gestures.add()
    item.time = time
    at = sum(other.time < time for other in list(take.gestures)[:-1])
    take.gestures.move(len(take.gestures) - 1, at)
    take.active_gesture = at
    return take.gestures[at]


def changes_of(take: TakeGroup) -> tuple[Change, ...]:
    """What the list asks to be another than the take shows. Raises OratorError for values that no gesture has."""
    from ..body.wishes import Change, Wish

    out = []
    for item in take.gestures:
        if not is_changed(item):
            continue
        before = None if is_new(item) else json.loads(item.made)
        after = None if item.removed else Wish(item.time, item.kind, item.hands, item.size, item.hold)
        out.append(Change(before, after))
    return tuple(out)


def marked(scene: bpy.types.Scene, speech: Speech) -> tuple[Wish, ...]:
    """The gestures that timeline markers named `gesture:KIND[:HANDS[:SIZE[:HOLD]]]` wish for in a speech.

    Raises OratorError that names the frame of one that cannot be read.
    """
    from ..body.wishes import parse_wish

    fps, found = scene_fps(scene), []
    for marker in sorted(scene.timeline_markers, key=lambda m: m.frame):
        if not marker.name.lower().startswith(MARK):
            continue
        at = marker.frame / fps - speech.start
        if not 0.0 <= at <= speech.seconds:
            continue
        try:
            found.append(parse_wish(f"{at:.4f}:{marker.name[len(MARK) :].lower()}"))
        except OratorError as error:
            raise OratorError(f"The marker '{marker.name}' at frame {marker.frame}: {error}") from None
    return tuple(found)


def spliced(
    before: list[dict[str, Any]], after: list[dict[str, Any]], spans: list[tuple[float, float]]
) -> list[dict[str, Any]]:
    """The track of a take of which only `spans` (seconds) were made again: the old one's rows outside of them."""

    def within(row: dict[str, Any]) -> bool:
        return any(a <= row["time"] < b for a, b in spans)

    rows = [*(r for r in before if not within(r)), *(r for r in after if within(r))]
    return sorted(rows, key=lambda r: r["time"])
