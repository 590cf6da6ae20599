"""What an artist directed, cut as the motion is cut: regenerating and comping take over a range of some joints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array
from ..regions import REGIONS, joints_of
from .directions import Directions
from .kept import KeptMotion, within
from .pins import NEAR, LookPin, PosePin


@dataclass(frozen=True)
class Cut:
    """A range in seconds (start included, end excluded) of joints (55,) bool, the root, and the whole face or none."""

    start: float
    end: float
    joints: Array
    root: bool
    face: bool

    @property
    def gaze(self) -> bool:
        """Whether it takes over where the character looks."""
        return self.face or bool(self.joints[list(REGIONS["head"])].any())


def cut_of(regions: tuple[str, ...], start: float, end: float) -> Cut:
    """The cut that regions and a range mean. Raises OratorError for an unknown region."""
    root = "root" in regions or "lower" in regions
    return Cut(start, end, joints_of(tuple(r for r in regions if r != "root")), root, "face" in regions)


def spliced(old: Directions, new: Directions, cut: Cut) -> Directions:
    """The directions of `old` outside the cut and those of `new` inside it; layers, pauses and seed are `old`'s."""
    pins = [*_pins(old.pins, cut, inside=False), *_pins(new.pins, cut, inside=True)]
    motions = [*_motions(old.motions, cut, inside=False), *_motions(new.motions, cut, inside=True)]
    looks = list(old.looks)
    if cut.gaze:
        looks = _joined([*_looks(old.looks, cut, inside=False), *_looks(new.looks, cut, inside=True)])
    return replace(old, pins=tuple(pins), looks=tuple(looks), motions=tuple(motions))


def _spans(start: float, end: float, cut: Cut) -> tuple[tuple[float, float, bool], ...]:
    """A time span in up to three: before, inside and after the cut, as (start, end, is inside)."""
    edges = (
        (start, min(end, cut.start - 2 * NEAR), False),
        (max(start, cut.start - NEAR), min(end, cut.end - 2 * NEAR), True),
        (max(start, cut.end - NEAR), end, False),
    )
    return tuple(span for span in edges if span[0] <= span[1] + 1e-12)


def _pins(pins: Iterable[PosePin], cut: Cut, inside: bool) -> Iterable[PosePin]:
    for pin in pins:
        for start, end, lies_inside in _spans(pin.seconds, pin.seconds + pin.hold, cut):
            part = replace(pin, seconds=start, hold=end - start)
            if lies_inside:
                joints = pin.joints & (cut.joints if inside else ~cut.joints)
                channels = pin.channels & (cut.face == inside)
                spoken = pin.expressions if cut.face == inside else None
                root = pin.root and cut.root == inside
                part = replace(part, joints=joints, root=root, channels=channels, expressions=spoken)
            elif inside:
                continue
            if _says(part):
                yield part


def _says(part: PosePin | KeptMotion) -> bool:
    return bool(part.joints.any() or part.channels.any() or part.root or part.expressions is not None)


def _motions(motions: Iterable[KeptMotion], cut: Cut, inside: bool) -> Iterable[KeptMotion]:
    for motion in motions:
        for start, end, lies_inside in _spans(motion.first, motion.last, cut):
            part = within(motion, start, end)
            if part is None or (inside and not lies_inside):
                continue
            if lies_inside:
                joints = part.joints & (cut.joints if inside else ~cut.joints)
                channels = part.channels & (cut.face == inside)
                spoken = part.expressions if cut.face == inside else None
                root = part.root and cut.root == inside
                part = replace(part, joints=joints, root=root, channels=channels, expressions=spoken)
            if _says(part):
                yield part


def _looks(looks: Iterable[LookPin], cut: Cut, inside: bool) -> Iterable[LookPin]:
    for look in looks:
        for start, end, lies_inside in _spans(look.start, look.end, cut):
            if lies_inside == inside:
                yield replace(look, start=start, end=end)


def _joined(looks: list[LookPin]) -> list[LookPin]:
    """Looks in their order, pieces of one in one: each piece would turn the head a second time where they meet."""
    whole: list[tuple[int, LookPin]] = []
    for place, look in sorted(enumerate(looks), key=lambda pair: pair[1].start):
        before = next((k for k, (_, other) in enumerate(whole) if _goes_on(other, look)), None)
        if before is None:
            whole.append((place, look))
        else:
            first, other = whole[before]
            whole[before] = (min(first, place), replace(other, end=max(other.end, look.end)))
    return [look for _, look in sorted(whole, key=lambda pair: pair[0])]


def _goes_on(look: LookPin, later: LookPin) -> bool:
    """Whether a look is the same one and begins where the other ends."""
    same = (look.name, look.strength, look.ease) == (later.name, later.strength, later.ease)
    touches = look.end - NEAR <= later.start <= look.end + 2 * NEAR
    return (
        same
        and touches
        and look.target.shape == later.target.shape
        and np.allclose(look.target, later.target, rtol=0.0, atol=1e-6)
    )
