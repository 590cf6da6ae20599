"""The body half of retargeting: armature-space rotations and positions of a rig's bones for a window of frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, multiply, rotate, slerp
from ..skeleton import FLOOR_AT_REST, INDEX
from .description import RigDescription
from .profile import RigProfile
from .rest import RestFit, axes_quaternion, bone_quaternions, fit_rest
from .twist import plan_twists, twisted, untwisted

_TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


def chain(limb: str) -> tuple[str, str, str]:
    """The three joints of a limb such as 'left_arm'."""
    side, _, part = limb.partition("_")
    names = ("shoulder", "elbow", "wrist") if part == "arm" else ("hip", "knee", "ankle")
    return f"{side}_{names[0]}", f"{side}_{names[1]}", f"{side}_{names[2]}"


def shared_bends(description: RigDescription, present: Mapping[str, str]) -> dict[str, tuple[str, str, float]]:
    """Unmapped bones between two mapped trunk bones: bone -> (joint below, joint above, share of the bend)."""
    played = {bone: joint for joint, bone in present.items() if joint in _TRUNK}
    out: dict[str, tuple[str, str, float]] = {}
    for bone, joint in played.items():
        between: list[str] = []
        for ancestor in description.ancestors(bone):
            if ancestor in played:
                between.reverse()
                for k, name in enumerate(between):
                    out[name] = (played[ancestor], joint, (k + 1) / (len(between) + 1))
                break
            between.append(ancestor)
    return {name: share for name, share in out.items() if not description.by_name[name].constrained}


class BodyRetarget:
    """What every bone of a rig does in a window; made once per rig and profile, used window by window."""

    def __init__(self, description: RigDescription, profile: RigProfile) -> None:
        self.description = description
        self.present = profile.present(description)
        self.fit: RestFit = fit_rest(description, profile)
        self.axes = axes_quaternion(self.fit)
        self.rest = bone_quaternions(description)
        self.aims = {bone: aim for bone, aim in profile.aims.items() if bone in description.by_name}
        self.played = {bone: joint for joint, bone in self.present.items() if bone not in self.aims}
        also = {bone: joint for bone, joint in profile.also.items() if bone in description.by_name}
        if not profile.control:  # where a constraint makes them follow already, that is left to it
            held = {b.name for b in description.bones if b.constrained or b.driven}
            also = {bone: joint for bone, joint in also.items() if bone not in held}
        self.played |= {bone: joint for bone, joint in also.items() if joint in self.present}
        self.pulled = {
            limb: ik for limb, ik in profile.pulled(description).items() if all(j in self.present for j in chain(limb))
        }
        self.replaced: set[str] = set()
        for limb, ik in self.pulled.items():
            self.played[ik.end] = chain(limb)[-1]
            self.replaced |= {self.present[joint] for joint in chain(limb)}
            toes = f"{limb.split('_')[0]}_foot"
            if ik.toes in description.by_name and toes in self.present:
                self.replaced.add(self.present[toes])
                self.played[ik.toes] = toes
        self.shared = {} if profile.control else shared_bends(description, self.present)
        self.twists = {t.bone: t for t in plan_twists(description, self.present, profile.twists)}
        chained = {t.joint: t for t in self.twists.values() if t.chain and t.joint.endswith(("shoulder", "hip"))}
        self.bending = {self.present[joint]: twist for joint, twist in chained.items()}
        root = profile.root if profile.root in description.by_name else None
        self.carrier = root or self.present.get("pelvis")

    @property
    def up(self) -> Array:
        """(3,) the body's up in armature space."""
        return self.fit.axes[:, 1]

    def joint_turns(self, world: Array) -> dict[str, Array]:
        """Armature-space rotation from rest of every mapped joint, joint -> (T, 4); world is (T, 55, 4)."""
        back = conjugate(self.axes)
        return {
            joint: multiply(multiply(self.axes, multiply(world[:, INDEX[joint]], self.fit.correction[joint])), back)
            for joint in self.present
        }

    def bone_turns(
        self, joints: Mapping[str, Array], frames: int, given: Mapping[str, Array] | None = None
    ) -> dict[str, Array]:
        """Armature-space rotation from rest of every bone, name -> (T, 4).

        given  joint -> (T,) how near its rotation is to one an artist gave: then twist bones leave its own bone alone.
        """
        still = np.zeros((frames, 4))
        still[:, 0] = 1.0
        out: dict[str, Array] = {}
        pending = []
        for bone in self.description.bones:
            name = bone.name
            if name in self.bending:
                twist = self.bending[name]
                out[name] = untwisted(twist, joints)
                if given and given[twist.joint].any():
                    out[name] = slerp(out[name], joints[twist.joint], given[twist.joint])
            elif name in self.played:
                out[name] = joints[self.played[name]]
            elif name in self.twists:
                out[name] = twisted(self.twists[name], joints)
            elif name in self.shared:
                low, high, share = self.shared[name]
                out[name] = slerp(joints[low], joints[high], np.full(frames, share))
            else:
                follows = self.description.follows(name)
                if follows is not None and follows not in out:
                    pending.append(name)
                    continue
                out[name] = still if follows is None else out[follows]
        for name in pending:
            out[name] = out.get(self.description.follows(name) or "", still)
        return out

    def basis(self, name: str, turns: Mapping[str, Array]) -> Array:
        """(T, 4) the rotation of a bone's matrix_basis that gives it its armature-space rotation."""
        rest, turn = self.rest[name], turns[name]
        follows = self.description.follows(name)
        if follows is not None:
            turn = multiply(conjugate(turns[follows]), turn)
        return multiply(multiply(conjugate(rest), turn), rest)

    def keyed(self) -> tuple[str, ...]:
        """Bones whose rotation gets keys: those that play a joint or share a bend or twist, and have no drivers."""
        mine = (set(self.played) | set(self.shared) | set(self.twists)) - self.replaced
        mine -= {bone.name for bone in self.description.bones if bone.driven}
        return tuple(bone.name for bone in self.description.bones if bone.name in mine)

    def travel(self, translation: Array) -> Array:
        """(T, 3) how far the pelvis is from its rest, armature space, rig units."""
        standing = np.array([0.0, -FLOOR_AT_REST, 0.0])
        return self.fit.scale * ((np.asarray(translation, np.float64) - standing) @ self.fit.axes.T)

    def location(self, name: str, offset: Array, turns: Mapping[str, Array]) -> Array:
        """(T, 3) location of a bone's matrix_basis that moves its head by offset (T, 3) in armature space."""
        bone = self.description.by_name[name]
        follows = self.description.follows(name)
        moved = offset
        if follows is not None:
            pivot = self.description.by_name[follows].head
            moved = rotate(conjugate(turns[follows]), bone.head + offset - pivot) - (bone.head - pivot)
        return rotate(conjugate(self.rest[name]), moved) if bone.local_location else moved

    def placed(self, name: str, head: Array, offset: Array, turns: Mapping[str, Array]) -> Array:
        """(T, 3) location of a bone's matrix_basis that puts its head at head (T, 3), armature space.

        offset (T, 3) is how far the travel bone moves; what the bone follows may move with it.
        """
        bone = self.description.by_name[name]
        follows = self.description.follows(name)
        moved = head - bone.head
        if follows is not None:
            pivot = self.description.by_name[follows].head
            at = self.heads((follows,), offset, turns)[follows]
            moved = rotate(conjugate(turns[follows]), head - at) - (bone.head - pivot)
        return rotate(conjugate(self.rest[name]), moved) if bone.local_location else moved

    def heads(self, names: tuple[str, ...], offset: Array, turns: Mapping[str, Array]) -> dict[str, Array]:
        """Posed heads of bones, name -> (T, 3) armature space; offset (T, 3) is how far the travel bone moves."""
        done: dict[str, Array] = {}

        def head(name: str) -> Array:
            if name not in done:
                bone = self.description.by_name[name]
                follows = self.description.inherits.get(name, bone.parent)
                if follows is None:
                    done[name] = np.broadcast_to(bone.head, offset.shape).copy()
                else:
                    before = self.description.by_name[follows]
                    done[name] = head(follows) + rotate(turns[follows], bone.head - before.head)
                if name == self.carrier:
                    done[name] = done[name] + offset
            return done[name]

        return {name: head(name) for name in names}
