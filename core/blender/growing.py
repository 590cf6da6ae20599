"""A take that can be played while it is being made: openings come first, each in place of the one before.

The whole take then takes the last one's place, as if it had never been there. What the artist changed of an opening
stays as a take of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import bpy

from . import lists, takes
from .fcurves import fingerprint
from .generation import Made, TakeRequest, deliver
from .groups import TakeGroup

_OF_SCENE: Final = ("use_preview_range", "frame_preview_start", "frame_preview_end", "frame_end", "sync_mode",
                    "use_audio_scrub", "frame_current")  # fmt: skip
_OF_OPTIONS: Final = ("in_sync", "played_start", "played_end")


@dataclass(frozen=True)
class Opening:
    """The take of a speech's first seconds, with the request that it was made for."""

    request: TakeRequest
    made: Made

    @property
    def seconds(self) -> float:
        """How much can be played."""
        return self.request.speech.seconds


class Growing:
    """What a running generation has put into the list so far."""

    def __init__(self, request: TakeRequest) -> None:
        self._request = request
        self._uid = self._written = ""
        self._shown_before = ""
        self._scene_before: dict[str, Any] = {}
        self._scene_after: dict[str, Any] = {}
        self.seconds = 0.0

    def take_in(self, opening: Opening) -> None:
        """Put an opening in place of the last one, and show it unless the artist looks at another take.

        Raises OratorError, ValueError and the like when it cannot be written; what was there is left then.
        """
        character = self._character()
        if character is None or character.library is not None:
            # An override is made for a whole take only: cancelling could not take it back.
            return
        data, scene = lists.character_data(character), bpy.data.scenes[self._request.scene]
        looked_at = data.shown
        if not self._uid:
            self._shown_before, self._scene_before = looked_at, _state(scene)
        shown = not self._uid or looked_at == self._uid
        known = {take.uid for take in data.takes}
        deliver(opening.request, (opening.made,))
        last, data = (self._uid, self._written), lists.character_data(character)
        item = next(take for take in data.takes if take.uid not in known)
        self._uid, self._written, self.seconds = item.uid, _looks(item), opening.seconds
        self._scene_after = _state(scene)
        _remove(character, *last)
        if not shown and lists.find(data, looked_at) is not None:
            takes.show(character, looked_at)

    def give_way(self) -> None:
        """Take the opening out of the list, before the whole take comes into it."""
        character = self._character()
        if character is not None:
            _remove(character, self._uid, self._written)
        self._uid = ""

    def end(self, keep: bool) -> str:
        """The generation has ended without a whole take: the name of what is kept, or ''; all else is as it was."""
        character, uid = self._character(), self._uid
        self._uid = ""
        if character is None or not uid:
            return ""
        data = lists.character_data(character)
        item = lists.find(data, uid)
        if data is None or item is None:
            return ""  # the artist took it away, by undo perhaps; or this is another file
        if keep:
            return str(item.name)
        was_shown = data.shown == uid
        _remove(character, uid, self._written)
        if was_shown:
            known = lists.find(data, self._shown_before) is not None
            takes.show(character, self._shown_before if known else "")
        self._scene_as_before()
        return ""

    def _character(self) -> bpy.types.Object | None:
        scene = bpy.data.scenes.get(self._request.scene)
        found = None if scene is None else scene.objects.get(self._request.target.name)
        return found if found is not None and lists.character_data(found) is not None else None

    def _scene_as_before(self) -> None:
        """What following the sound had set goes back, where nobody changed it since."""
        scene = bpy.data.scenes[self._request.scene]
        now = _state(scene)
        for name, value in self._scene_before.items():
            if now[name] == self._scene_after[name] and value != now[name]:
                setattr(scene if name in _OF_SCENE else scene.orator, name, value)


def _state(scene: bpy.types.Scene) -> dict[str, Any]:
    return {name: getattr(scene if name in _OF_SCENE else scene.orator, name) for name in (*_OF_SCENE, *_OF_OPTIONS)}


def _looks(item: TakeGroup) -> str:
    """All that an artist can change of a take in the list, as text."""
    return f"{fingerprint(item)} {item.name} {item.laid}"


def _remove(character: bpy.types.Object, uid: str, written: str) -> None:
    """Take one out of the list, unless the artist did so, or changed it."""
    item = lists.find(lists.character_data(character), uid)
    if item is not None and _looks(item) == written:
        takes.remove(character, uid)
