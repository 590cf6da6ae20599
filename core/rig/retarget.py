"""Retargeting: a performance as values for a rig's own bones and shape keys. Pure maths; nothing is read from Blender.

A bone that plays a joint takes the joint's model-space rotation with the rest pose compensated (core/rig/rest.py); its
value is then expressed in its own matrix_basis space against whatever it follows. Bones that play no joint follow
their parent, except spine and neck bones between two mapped ones, which share the bend, and twist bones. Feet that
stand in the performance stand on the rig (core/rig/legs.py).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..anime.names import TURN_SHAPES
from ..anime.numbers import anime_numbers
from ..arkit import ARKIT
from ..arrays import Array
from ..mask import Mask, given_joint, nearness
from ..performance import Performance
from ..rotations import conjugate, hemisphere_continuous, multiply, rotate, world_rotations
from ..skeleton import JOINTS
from .body import BodyRetarget
from .description import RigDescription
from .facing import face_joints, face_shapes
from .legs import LegPlan, plan_legs
from .lids import lid_locations, lid_turns, plan_lids
from .motion import Coverage, RigMotion
from .profile import RigProfile
from .pulls import pull_locations
from .touch import Touch

WINDOW: Final = 4096


class _Writer:
    """Fills the channels of one RigMotion window by window."""

    def __init__(
        self,
        body: BodyRetarget,
        profile: RigProfile,
        legs: LegPlan | None,
        frames: int,
        near: dict[str, Array],
        shown: set[str],
    ) -> None:
        self.body, self.legs, self.near = body, legs, near
        self.touch = Touch(body) if profile.contacts and profile.rest != "smplx" else None
        self.held: dict[str, Array] = {}
        by_name = body.description.by_name
        self.ankles = legs.ankles if legs is not None else {}
        self.ik = {j: b for j, b in profile.ik.items() if b in by_name and j in self.ankles}
        self.goals = {j: b for j, b in profile.ik.items() if j.endswith("wrist") and body.played.get(b) == j}
        pulled = {f"{j.split('_')[0]}_{part}" for j in self.ik for part in ("hip", "knee", "ankle", "foot")}
        self.keyed = tuple(n for n in body.keyed() if body.played.get(n) not in pulled or not by_name[n].constrained)
        self.rotations = {n: np.empty((frames, 4), np.float32) for n in (*self.keyed, *self.ik.values())}
        moving = [body.carrier] if body.carrier else []
        moving += [c for ik in body.pulled.values() for c in (ik.end, ik.pole) if c in by_name]
        self.lids = plan_lids(body, profile, shown)
        self.rotations |= {lid.bone: np.empty((frames, 4), np.float32) for lid in self.lids if lid.turn}
        moving += [lid.bone for lid in self.lids if np.any(lid.shift)]
        self.locations = {
            n: np.empty((frames, 3), np.float32) for n in (*moving, *body.aims, *self.ik.values(), *self.goals.values())
        }

    def fill(self, part: slice, world: Array, translation: Array, face: Array) -> None:
        """One window: world rotations (T, 55, 4), translation (T, 3) and face weights (T, 52)."""
        body = self.body
        joints = body.joint_turns(world)
        offset = body.travel(translation)
        if self.legs is not None:
            joints |= {joint: turns[part] for joint, turns in self.legs.turns.items()}
            offset = offset + self.legs.shift[part]
        near = {joint: weight[part] for joint, weight in self.near.items()}
        if self.touch is not None:
            held = {side: weight[part] for side, weight in self.held.items()}
            joints |= self.touch.turns(world, joints, offset, held, near)
        turns = body.bone_turns(joints, len(world), near)
        turns |= lid_turns(body, self.lids, face, turns)
        for name in (*self.keyed, *(lid.bone for lid in self.lids if lid.turn)):
            self.rotations[name][part] = body.basis(name, turns)
        for name, values in lid_locations(body, self.lids, face).items():
            self.locations[name][part] = values
        if body.carrier:
            self.locations[body.carrier][part] = body.location(body.carrier, offset, turns)
        for limb, ik in body.pulled.items():
            for name, values in pull_locations(body, limb, ik, offset, turns).items():
                self.locations[name][part] = values
        for name, (joint, pivot) in body.aims.items():
            self.locations[name][part] = self._aim(name, joints[joint], pivot, turns)
        for joint, name in self.goals.items():  # a bone that carries the fingers and hangs beside the arm
            wrist = body.present[joint]
            at = body.heads((wrist,), offset, turns)[wrist]
            arm = body.description.by_name[name].head - body.description.by_name[wrist].head
            self.locations[name][part] = body.placed(name, at + rotate(joints[joint], arm), offset, turns)
        for joint, name in self.ik.items():
            ankle = body.description.by_name[body.present[joint]].head
            turns[name] = joints[joint]
            arm = body.description.by_name[name].head - ankle
            moved = self.ankles[joint][part] - ankle + rotate(joints[joint], arm) - arm
            self.rotations[name][part] = body.basis(name, turns)
            self.locations[name][part] = body.location(name, moved, turns)

    def _aim(self, target: str, eye: Array, pivot: str, turns: dict[str, Array]) -> Array:
        """(T, 3) location of an eye's target bone so that the eye, turning about the pivot, looks where it should."""
        by_name = self.body.description.by_name
        arm = by_name[target].head - by_name[pivot].head
        follows = self.body.description.follows(target)
        turn = eye if follows is None else multiply(conjugate(turns[follows]), eye)
        return rotate(conjugate(self.body.rest[target]), rotate(turn, arm) - arm)


def retarget(
    performance: Performance,
    description: RigDescription,
    profile: RigProfile,
    times: Array | None = None,
    keep_feet: bool = True,
    given: Mask | None = None,
) -> RigMotion:
    """The performance for one rig: bone rotations, locations and shape values, with the coverage.

    times      (T,) seconds of the performance's frames, when it was sampled at other times than k / fps.
    keep_feet  hold feet that stand; rigs with the SMPL-X rest are copied exactly and never solved.
    given      False where the rig must show the performance's own value (a pin), whatever is solved around it.
    Long performances are worked through in windows, so memory stays at the size of the result.
    """
    body = BodyRetarget(description, profile)
    frames = performance.frames
    times = performance.times() if times is None else np.asarray(times, np.float64)
    fps = (frames - 1) / (times[-1] - times[0]) if frames > 1 and times[-1] > times[0] else performance.fps
    legs = plan_legs(body, performance, fps, WINDOW, given) if keep_feet and profile.rest != "smplx" else None
    shapes, shown, notes = face_shapes(performance, description, profile)
    bending = {twist.joint for twist in body.bending.values()}
    near = {joint: nearness(given_joint(given, joint, frames), fps) for joint in bending}
    writer = _Writer(body, profile, legs, frames, near, shown)
    arms = ("collar", "shoulder", "elbow", "wrist")
    for side in ("left", "right") if given is not None else ():
        writer.held[side] = nearness(np.any([given_joint(given, f"{side}_{a}", frames) for a in arms], axis=0), fps)
    for first in range(0, frames, WINDOW):
        part = slice(first, min(first + WINDOW, frames))
        local = performance.rotations[part]
        if profile.rest != "smplx":
            local = face_joints(local, performance, shown, part, given, fps)
        writer.fill(part, world_rotations(local), performance.translation[part], performance.face[part])
    numbers = {("", name): values for name, values in anime_numbers(performance, profile.numbers, times).items()}
    return RigMotion(
        times=times,
        rotations={name: hemisphere_continuous(values) for name, values in writer.rotations.items()},
        locations=writer.locations,
        shapes=shapes,
        properties={(bone, prop): value for bone, prop, value in profile.set_switches()} | numbers,
        coverage=_coverage(body, profile, writer, shown, (*profile.notes, *notes)),
    )


def _coverage(
    body: BodyRetarget, profile: RigProfile, writer: _Writer, shown: set[str], notes: tuple[str, ...]
) -> Coverage:
    by_name = body.description.by_name
    left: dict[str, str] = {}
    if not profile.control:
        free = set(writer.keyed)
        held = {j: by_name[b].held for j, b in body.present.items() if b in free and by_name[b].held}
        for kind in dict.fromkeys(k for kinds in held.values() for k in kinds):
            mine = [joint for joint, kinds in held.items() if kind in kinds]
            left |= dict.fromkeys(mine, "")
            notes = (*notes, f"moved by constraints whatever the take says ({kind}; mute them to see it): {_few(mine)}")
        limits = [joint for joint, bone in body.present.items() if bone in free and by_name[bone].limited]
        if limits:
            notes = (*notes, f"constraints limit how far these turn: {_few(limits)}")
    driven = [name for name in body.played if by_name[name].driven]
    left |= {joint: "" for joint, bone in body.present.items() if by_name[bone].driven}
    if driven:
        notes = (*notes, f"left to their drivers: {_few(driven)}")
    carrier = by_name.get(body.carrier or "")
    if carrier is not None and carrier.connected:
        notes = (*notes, f"'{carrier.name}' is connected to its parent and cannot travel: turn off Connected")
    if not body.fit.sure:
        notes = (*notes, "left, right and up of this rig could not be measured: check the mapping")
    return Coverage(
        joints=len(body.present) - len(left),
        missing_joints=tuple(j for j in JOINTS if j not in body.present or j in left),
        shapes=len(shown),
        missing_shapes=tuple(n for n in ARKIT if n not in shown),
        notes=notes,
        turns=TURN_SHAPES.keys() <= {shape.name for mesh in body.description.meshes for shape in mesh.shapes},
    )


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{more}"
