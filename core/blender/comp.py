"""A comp in Blender: ranges of other takes over a take, as a new take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..bake.face import ConvertedFace, convert_face
from ..bake.road import prepare
from ..bake.target import Keying
from ..directing.comp import Piece, comp, provenance
from ..directing.directions import Directions, Sliders, apply_sliders
from ..directing.splice import cut_of, spliced
from ..errors import OratorError
from ..performance import Performance, Take
from ..regions import choice_regions
from . import bake, lists
from .bake_target import read_target
from .comp_ranges import source_of
from .directions import directions_record, read_directions, slider_record
from .groups import CharacterGroup, LaneGroup, TakeGroup
from .scene_rate import check_rate, scene_fps
from .take_store import load_meta, load_performance


def comp_take(character: bpy.types.Object, take: TakeGroup, scene: bpy.types.Scene, keying: Keying) -> str:
    """Build the new take and show it; returns a sentence. Raises OratorError when a range's take is gone.

    What a piece shows is what its take shows: sliders laid over it, pins that lie in it. The new take keeps the sliders
    of the take it is built on as long as every piece has the same; otherwise they are worked into the motion.
    """
    data = lists.listed(character)
    for lane in data.lanes:
        source = source_of(data, lane)
        if source is not None:
            check_rate(source, scene)
    check_rate(take, scene)
    meta = load_meta(take)
    start, fps = float(meta.get("start", 0.0)), scene_fps(scene)
    sources = _sources(take, data)
    sliders = slider_record(take.layers)
    alike = all(slider_record(source.layers) == sliders for _, source, _ in sources)
    directions = read_directions(take.layers, meta)
    target = read_target(character, scene)
    everyone = [load_performance(one) for one in (take, *(source for _, source, _ in sources))]
    # A face is mixed in one language: expressions as soon as one of the takes has them.
    expressive = any(one.expressions is not None for one in everyone)
    converted = [
        convert_face(one, target.description, target.expressions, expressive) if expressive else one for one in everyone
    ]
    base = _as_shown(converted[0], directions, alike)
    pieces = []
    for (lane, source, source_meta), made in zip(sources, converted[1:], strict=True):
        theirs = read_directions(source.layers, source_meta)
        # A take that was made for the strip at another place counts from its own start.
        offset = float(source_meta.get("start", start))
        first, last = lane.start / fps - start, lane.end / fps - start
        if abs(offset - start) > 0.5 / fps:
            raise OratorError(
                f"'{source.name}' begins {abs(offset - start):.2f} s {'after' if offset > start else 'before'} "
                f"'{take.name}': the strip was moved between them. Press Follow Strip on it first."
            )
        regions, blend = choice_regions(lane.region), lane.blend / fps
        performance = _as_shown(made, theirs, alike)
        origin: dict[str, object] = {key: source_meta[key] for key in ("seed", "models", "comp") if key in source_meta}
        pieces.append(Piece(performance, source.name, first, last, regions, blend, {"uid": source.uid, **origin}))
        directions = _directions(directions, theirs, pieces[-1], base.seconds)
    made = comp(base, tuple(pieces))
    if not alike:
        directions, sliders = replace(directions, sliders=Sliders()), {}
    origin = {key: meta[key] for key in ("seed", "models") if key in meta}
    new_meta = {
        **meta, **directions_record(directions),
        "comp": provenance(take.name, tuple(pieces), {"uid": take.uid, **origin}),
        "layer_seed": directions.seed,
    }  # fmt: skip
    prepared = prepare(made, start, target, keying, directions=directions)
    count = len({take.uid, *(source.uid for _, source, _ in sources)})  # before the list grows, and its items move
    item = bake.add_take(character, Take(made, "Comp 1", new_meta), start, prepared, sliders=sliders)
    return f"'{item.name}' was built of {count} takes: {item.coverage}; {prepared.keys()}."


def _sources(take: TakeGroup, data: CharacterGroup) -> list[tuple[LaneGroup, TakeGroup, dict[str, Any]]]:
    """Each range, its take and what is known of that. Raises OratorError for one that is gone or is `take` itself."""
    sources = []
    for lane in data.lanes:
        source = source_of(data, lane)
        if source is None:
            raise OratorError(f"The take '{lane.take}' of a range is not in the list. Choose another, or remove it.")
        if source.uid == take.uid:
            raise OratorError(
                f"A range of '{take.name}' lies over '{take.name}' itself. Highlight the take that it goes over, or "
                "remove the range."
            )
        sources.append((lane, source, load_meta(source)))
    return sources


def _as_shown(made: Performance | ConvertedFace, directions: Directions, sliders_stay: bool) -> Performance:
    """The performance under its sliders, unless those are kept as sliders."""
    if isinstance(made, ConvertedFace):
        return made.performance if sliders_stay else apply_sliders(made.performance, directions, made.driven)
    return made if sliders_stay else apply_sliders(made, directions)


def _directions(base: Directions, theirs: Directions, piece: Piece, seconds: float) -> Directions:
    """The pins of a piece where it shows whole, the base's outside it, and none where one turns into the other."""
    half = 0.5 * piece.blend
    first = piece.start - (half if piece.start > 0.0 else 1.0)
    last = piece.end + (half if piece.end < seconds - 1e-6 else 1.0)
    out = spliced(base, Directions(), cut_of(piece.regions, first, last))
    inner = cut_of(piece.regions, piece.start + (half if piece.start > 0.0 else -1.0),
                   piece.end - (half if piece.end < seconds - 1e-6 else -1.0))  # fmt: skip
    return spliced(out, theirs, inner) if inner.end > inner.start else out
