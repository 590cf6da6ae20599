"""What a take is made again from: the chosen speech, or the lines over the scene where it was made of those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import OratorError
from . import conversing, generation
from .groups import TakeGroup
from .take_store import load_meta, meta_text

if TYPE_CHECKING:
    from .generation import TakeRequest


def made_of_lines(take: TakeGroup) -> bool:
    """Whether a take was made with everyone's lines. Quick enough for drawing."""
    return '"lines"' in meta_text(take)


def missing(context: bpy.types.Context, take: TakeGroup | None) -> str:
    """Why a take's speech is not at hand, or ''."""
    if take is not None and made_of_lines(take) and not conversing.missing(context):
        return ""
    return generation.missing_speech(context)


def request_of(context: bpy.types.Context, take: TakeGroup, directed: bool = True) -> TakeRequest:
    """The request of the chosen character over the very time of one of its takes. Raises OratorError.

    The record of lines stays the take's: what of them has changed since is still not in it.
    directed: False leaves pins and kept animation out, for what tells of the take as it is and makes nothing.
    """
    if not made_of_lines(take) or conversing.missing(context):
        return generation.read_request(context, again=True, directed=directed)
    character, cast, meta = generation.chosen_character(context), conversing.cast_of(context), load_meta(take)
    start, seconds = meta.get("start"), meta.get("speech", {}).get("seconds")
    if cast.span is not None and isinstance(start, (int, float)) and isinstance(seconds, (int, float)):
        cast = replace(cast, span=(float(start), float(start) + float(seconds)))
    request = conversing.request_of(context, cast, character, again=True, directed=directed)
    if request is None:
        raise OratorError(
            f"'{character.name}' neither speaks nor listens any more: choose its Voice in Direct > Conversation."
        )
    kept: dict[str, Any] = {key: meta[key] for key in ("lines", "partner_lines") if key in meta}
    return replace(request, meta={**request.meta, **kept})
