"""A comp in Blender: ranges of other takes over a take, as a new take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..bake.face import Told, tell
from ..bake.road import prepare
from ..bake.target import BakeStyle
from ..directing.comp import Piece, comp, provenance
from ..directing.shaping import Layers, Shaping, apply_layers
from ..directing.splice import cut_of, spliced
from ..errors import OratorError
from ..performance import Performance, Take
from ..regions import choice_regions
from . import bake, takes
from .bake_target import read_target
from .lanes import source_of
from .scene_rate import check_rate, scene_fps
from .shaped import direction_meta, laid, read_shaping
from .take_store import load_meta, load_performance


def comp_take(character: bpy.types.Object, take: Any, scene: bpy.types.Scene, style: BakeStyle) -> str:
    """Build the new take and show it; returns a sentence. Raises OratorError when a range's take is gone.

    What a piece shows is what its take shows: sliders laid over it, pins that lie in it. The new take keeps the sliders
    of the take it is built on as long as every piece has the same; otherwise they are worked into the motion.
    """
    data = takes.character_data(character)
    for lane in data.lanes:
        source = source_of(data, lane)
        if source is not None:
            check_rate(source, scene)
    check_rate(take, scene)
    meta = load_meta(take)
    start, fps = float(meta.get("start", 0.0)), scene_fps(scene)
    sources = []
    for lane in data.lanes:
        source = source_of(data, lane)
        if source is None:
            raise OratorError(f"The take '{lane.take}' of a range is not in the list. Choose another, or remove it.")
        sources.append((lane, source, load_meta(source)))
    sliders = laid(take.layers)
    alike = all(laid(source.layers) == sliders for _, source, _ in sources)
    shaping = read_shaping(take.layers, meta)
    target = read_target(character, scene)
    everyone = [load_performance(one) for one in (take, *(source for _, source, _ in sources))]
    # A face is mixed in one language: expressions as soon as one of the takes has them.
    spoken = any(one.expressions is not None for one in everyone)
    told = [tell(one, target.description, target.expressions, spoken) if spoken else one for one in everyone]
    base = _as_shown(told[0], shaping, alike)
    pieces = []
    for (lane, source, source_meta), made in zip(sources, told[1:], strict=True):
        theirs = read_shaping(source.layers, source_meta)
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
        origin: dict[str, Any] = {key: source_meta[key] for key in ("seed", "models", "comp") if key in source_meta}
        pieces.append(Piece(performance, source.name, first, last, regions, blend, {"uid": source.uid, **origin}))
        shaping = _directions(shaping, theirs, pieces[-1], base.seconds)
    made = comp(base, tuple(pieces))
    if not alike:
        shaping, sliders = replace(shaping, layers=Layers()), {}
    origin = {key: meta[key] for key in ("seed", "models") if key in meta}
    new_meta = {
        **meta, **direction_meta(shaping), "comp": provenance(take.name, tuple(pieces), {"uid": take.uid, **origin}),
        "layer_seed": shaping.seed,
    }  # fmt: skip
    prepared = prepare(made, start, target, style, shaping=shaping)
    item = bake.add_take(character, Take(made, "Comp 1", new_meta), start, prepared, sliders=sliders)
    return f"'{item.name}' was built of {len(pieces) + 1} takes: {item.coverage}."


def _as_shown(made: Performance | Told, shaping: Shaping, sliders_stay: bool) -> Performance:
    """The performance under its sliders, unless those are kept as sliders."""
    if isinstance(made, Told):
        return made.performance if sliders_stay else apply_layers(made.performance, shaping, made.voice)
    return made if sliders_stay else apply_layers(made, shaping)


def _directions(base: Shaping, theirs: Shaping, piece: Piece, seconds: float) -> Shaping:
    """The pins of a piece where it shows whole, the base's outside it, and none where one turns into the other."""
    half = 0.5 * piece.blend
    first = piece.start - (half if piece.start > 0.0 else 1.0)
    last = piece.end + (half if piece.end < seconds - 1e-6 else 1.0)
    out = spliced(base, Shaping(), cut_of(piece.regions, first, last))
    inner = cut_of(piece.regions, piece.start + (half if piece.start > 0.0 else -1.0),
                   piece.end - (half if piece.end < seconds - 1e-6 else -1.0))  # fmt: skip
    return spliced(out, theirs, inner) if inner.end > inner.start else out
