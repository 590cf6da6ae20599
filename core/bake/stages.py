"""The bake road, stage by stage: to the target's face, sliders, sample, directions, finish, retarget, keys.

A stage asks the one before it, and keeps what it made under a key that tells everything that it depends on, so the same
is never worked out twice. A bake goes the whole road; a slider goes it for the channels that it moves; files of tools
that take no mesh leave it after the directions. What a bake, a slider and an export show is the same for that reason.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np

from ..anime.drawn import held_samples
from ..arrays import Array
from ..directing.directions import (
    Directions,
    ReshapedFace,
    Sliders,
    apply_directions,
    reshape_body,
    reshape_face,
    with_face,
)
from ..face.driven import changed_names
from ..mask import Mask
from ..performance import Performance, frame_count
from ..rig.motion import RigMotion
from ..rig.retarget import retarget
from ..skeleton import FACE_JOINTS, INDEX, JOINTS
from .face import ConvertedFace, FaceFit, convert_face, finish
from .frames import bake_frames, sample_at
from .keys import CurveKeys, KeySettings, Tick, keys_of
from .reach import reach_of
from .target import BakeTarget, Keying

LASTING: Final = ("to_target", "body", "face")
"""Stages that a slider leaves as they are: what they made is kept in the memory that the road is given."""
Memory = dict[str, tuple[Hashable, Any]]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Grid:
    """When a performance is sampled: scene frames (T,) and seconds (T,) since its first frame.

    hold  for how many frames a drawing is held; 0 moves on every frame
    rate  frames a second of a file whose performance stays one; None: sampled for a rig
    """

    frames: Array
    seconds: Array
    hold: int = 0
    rate: float | None = None


def scene_grid(start: float, fps: float, hold: int = 0) -> Callable[[Performance], Grid]:
    """The scene's whole frames that a performance covers from the timeline second `start` on."""

    def grid(performance: Performance) -> Grid:
        frames = bake_frames(performance.seconds, start, fps)
        return Grid(frames, frames / fps - start, hold)

    return grid


def file_grid(rate: float) -> Callable[[Performance], Grid]:
    """The frames of a file of that rate, from the performance's first one on."""

    def grid(performance: Performance) -> Grid:
        frames = np.arange(frame_count(performance.seconds, rate))
        return Grid(frames, frames / rate, rate=rate)

    return grid


class Road:
    """One performance on its way to one target, under `directions`, at the frames that `grid` gives it.

    name    tells the performance from every other; only read where `memory` outlives the road
    memory  the results of LASTING, under their keys
    Sliders that a stage is given stand in for those of `directions`: what a take shows before and after a slider moved.
    """

    def __init__(
        self,
        load: Callable[[], Performance],
        target: BakeTarget,
        directions: Directions,
        grid: Callable[[Performance], Grid],
        name: Hashable = "",
        memory: Memory | None = None,
    ) -> None:
        self.target, self.directions = target, directions
        self._load, self._grid, self._name = load, grid, name
        self._lasting: Memory = {} if memory is None else memory
        self._own: Memory = {}

    def _once(self, stage: str, key: Hashable, make: Callable[[], Made]) -> Made:
        """What a stage made for this key, made now where that is not known."""
        memory = self._lasting if stage in LASTING else self._own
        known = memory.get(stage)
        if known is None or known[0] != key:
            known = memory[stage] = (key, make())
        return known[1]

    # --- Keys ------------------------------------------------------------------------------------------------------

    @property
    def _target_key(self) -> Hashable:
        return self._name, self.target.key

    def _body_key(self, sliders: Sliders) -> Hashable:
        return self._target_key, sliders.body, self.directions.pauses

    def _face_key(self, sliders: Sliders) -> Hashable:
        return self._target_key, sliders.face, sliders.eyes, self.directions.seed

    def _sliders_key(self, sliders: Sliders) -> Hashable:
        """Of every stage after the sliders: grid, pins and target are the road's own."""
        return self._body_key(sliders), self._face_key(sliders)

    # --- Stages ----------------------------------------------------------------------------------------------------

    def to_target(self) -> ConvertedFace:
        """The performance in the language of the target's face."""
        target = self.target
        return self._once("to_target", self._target_key,
                          lambda: convert_face(self._load(), target.description, target.expressions))  # fmt: skip

    def body(self, sliders: Sliders) -> Performance:
        """Its body under the sliders."""
        converted, directions = self.to_target(), replace(self.directions, sliders=sliders)
        return self._once("body", self._body_key(sliders), lambda: reshape_body(converted.performance, directions))

    def face(self, sliders: Sliders) -> ReshapedFace:
        """Its face under the sliders, with what plays it."""
        converted, directions = self.to_target(), replace(self.directions, sliders=sliders)
        return self._once(
            "face", self._face_key(sliders), lambda: reshape_face(converted.performance, directions, converted.driven)
        )

    @property
    def grid(self) -> Grid:
        """The frames that it is sampled at."""
        return self._once("grid", self._target_key, lambda: self._grid(self.to_target().performance))

    def sampled(self, sliders: Sliders | None = None) -> Performance:
        """Body and face at the grid's frames, by true time or as held drawings."""
        sliders, grid = sliders or self.directions.sliders, self.grid

        def make() -> Performance:
            reshaped = with_face(self.body(sliders), self.face(sliders))
            if grid.hold:
                return held_samples(reshaped, grid.seconds, grid.hold)
            if grid.rate is None:
                return sample_at(reshaped, grid.seconds)
            same = abs(grid.rate - reshaped.fps) <= 1e-6
            return reshaped if same else replace(sample_at(reshaped, grid.seconds), fps=grid.rate)

        return self._once("sampled", self._sliders_key(sliders), make)

    def directed(self, sliders: Sliders | None = None) -> Performance:
        """Under pins and looks, met on the very frames that are shown."""
        sliders = sliders or self.directions.sliders

        def make() -> Performance:
            return apply_directions(self.sampled(sliders), self.grid.seconds, self.directions, self.to_target().driven)

        return self._once("directed", self._sliders_key(sliders), make)

    def finished(self, sliders: Sliders | None = None) -> FaceFit:
        """As the target plays its face, with what the report has to say of it."""
        sliders = sliders or self.directions.sliders

        def make() -> FaceFit:
            directed, target = self.directed(sliders), self.target
            changed = self.face(sliders).changed | changed_names(self.sampled(sliders).face, directed.face)
            return finish(
                self.to_target(), directed, target.description, target.profile, changed, self._given, target.fps
            )

        return self._once("finished", self._sliders_key(sliders), make)

    def motion(self, sliders: Sliders | None = None) -> RigMotion:
        """Retargeted: what every bone and shape of the target does."""
        sliders = sliders or self.directions.sliders

        def make() -> RigMotion:
            reshaped, target = self.finished(sliders).performance, self.target
            return retarget(reshaped, target.description, target.profile, self.grid.seconds, given=self._given)

        return self._once("motion", self._sliders_key(sliders), make)

    def keys(
        self,
        motion: RigMotion,
        keying: Keying,
        tick: Tick = lambda fraction: None,
        begin: dict[tuple[str, str], Array] | None = None,
    ) -> tuple[CurveKeys, ...]:
        """Keys for a motion, or for the channels of it that `motion` has: then `begin` says where keys lie already."""
        grid = self.grid
        if grid.hold:
            keying = replace(keying, bounds=None)
        settings = key_settings(
            self.target,
            keying,
            grid.frames,
            self.directions.to_the_number(grid.seconds),
            self.directions.exact_expressions(grid.seconds),
        )
        if begin is not None:
            settings = replace(settings, start=begin, whole=self.motion())
        curves = keys_of(motion, grid.frames, settings, tick)
        return tuple(_held(keys, grid, keying) for keys in curves) if grid.hold else curves

    @property
    def _given(self) -> Mask | None:
        return self._once("given", self._target_key, lambda: self.directions.given(self.grid.seconds))


def _held(keys: CurveKeys, grid: Grid, keying: Keying) -> CurveKeys:
    """The keys at which drawings begin, and those of pins, held until the next."""
    kept = ((keys.frames - grid.frames[0]) % grid.hold == 0) | np.isin(keys.frames, keying.pinned)
    return replace(keys, frames=keys.frames[kept], values=keys.values[kept], handles=None, constant=True)


def key_settings(
    target: BakeTarget, keying: Keying, frames: Array, exact: Mask | None, exact_expressions: Array
) -> KeySettings:
    """How keys are made for a character; `exact` is False where a value must be met to the number, as pins must.

    exact_expressions (T,) is True where expressions must be.

    A pin of a hand puts keys on the hand's bones alone. Bones that play no joint (twists, controls that pull a leg)
    move with those that do: they get a key wherever any joint has one.
    """
    modes = target.modes
    metre = 1.0 / target.description.scale
    reach = reach_of(target.description, target.profile, keying.bounds.metres) if keying.bounds is not None else None
    if exact is None:
        return KeySettings(keying.bounds, metre, keying.pinned, modes, reach=reach)
    anywhere = frames[~exact.joints.all(axis=1) | ~exact.root]
    of_bones = {bone.name: anywhere for bone in target.description.bones}
    present = target.profile.present(target.description)
    face = ~exact.face.all(axis=1) | exact_expressions
    for joint, bone in present.items():
        rows = ~exact.joints[:, INDEX[joint]]
        if joint in (JOINTS[j] for j in FACE_JOINTS):
            rows = rows | face
        of_bones[bone] = frames[rows | ~exact.root] if joint == "pelvis" else frames[rows]
    of_shapes = frames[face]
    return KeySettings(keying.bounds, metre, keying.pinned, modes, of_bones, of_shapes, reach=reach)
