"""Pins of a character: kept in the .blend as neutral poses, read as what the artist directs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..bake.face import shows_arkit
from ..directing.pins import LookPin, PosePin, check_pose_pins
from ..errors import OratorError
from ..regions import REGIONS, joints_of
from ..rig.inverse import read_back, with_missing_parents
from ..rig.rest import fit_rest
from ..skeleton import FLOOR_AT_REST, REST_OFFSETS
from . import compat, lists
from .expression_map import read_map
from .groups import PinGroup
from .pin_list import flags_of, listed, mask_of, pins_of, place, pose_of, scene_frame, store
from .pose_reader import current_pose, poses_at
from .rig_profile import read_rig
from .scene_rate import scene_fps

if TYPE_CHECKING:
    from ..rig.description import RigDescription
    from ..rig.profile import RigProfile
    from . import kept

_LEGS = [*REGIONS["left_leg"], *REGIONS["right_leg"]]
MOST_KEYS = 50
"""Frames that become pins at one press; Blender selects every key of a new take, which nobody means."""


def _covered(bones: tuple[str, ...] | None, present: dict[str, str]) -> Array:
    """(55,) bool: the joints that the chosen bones play; all that the rig has without a choice."""
    chosen = None if bones is None else set(bones)
    covered = np.zeros(skeleton.JOINT_COUNT, bool)
    for joint, bone in present.items():
        covered[skeleton.INDEX[joint]] = chosen is None or bone in chosen
    return covered


def _wanted(regions: tuple[str, ...] | None, body: bool, face: bool) -> Array:
    """(55,) bool: the joints of the regions; jaw and eyes go with the face."""
    wanted = np.ones(skeleton.JOINT_COUNT, bool) if regions is None else joints_of(regions)
    own = list(skeleton.FACE_JOINTS)
    wanted[own] &= face
    wanted[[j for j in range(skeleton.JOINT_COUNT) if j not in own]] &= body
    return wanted


def add_pins(
    character: bpy.types.Object,
    scene: bpy.types.Scene,
    origin: float,
    frames: tuple[float, ...] | None = None,
    bones: tuple[str, ...] | None = None,
    body: bool = True,
    face: bool = True,
    regions: tuple[str, ...] | None = None,
) -> list[PinGroup]:
    """Pin the pose on screen at the current frame, or the poses at `frames`; returns the pins that hold them.

    What enabled pins at such a frame hold of the same joints, shapes or place, they give up; one that is left with
    nothing becomes the new pin, under its name. Its hold and softness are taken over.

    origin  the scene frame at which the speech starts, so that pins follow the strip
    bones   only the joints these bones play (and the root when the pelvis' bone is among them); None for all
    regions only these regions, 'root' for where the character stands; None for all
    body, face  False leaves the body or the face (its shapes, the jaw and the eyes) free
    Raises OratorError when the rig has nothing that could be pinned.
    """
    description, profile = read_rig(character)
    present = profile.present(description)
    pose = current_pose(character, description) if frames is None else poses_at(character, description, scene, frames)
    read = read_back(description, profile, pose, mapping=read_map(character, scene))
    joints = with_missing_parents(_covered(bones, present) & _wanted(regions, body, face), read.joints)
    faced = face and (regions is None or "face" in regions)
    channels = read.face & faced
    expressions = read.performance.expressions if faced else None
    stands = body and joints[skeleton.INDEX["pelvis"]]
    if regions is not None:
        stands = bool({"root", "lower", "pelvis"} & set(regions))
    if not joints.any() and not channels.any() and expressions is None and not (stands and read.root):
        raise OratorError("None of the chosen bones plays a joint. Select bones of the body, or pin the whole pose.")
    at = frames or (scene.frame_current_final,)
    return listed(
        character,
        [
            place(
                character, origin, frame, read.performance, k, joints, bool(read.root and stands), channels, expressions
            )
            for k, frame in enumerate(at)
        ],
    )


def add_key_pins(
    character: bpy.types.Object, scene: bpy.types.Scene, origin: float, action: bpy.types.Action | None = None
) -> list[PinGroup]:
    """Selected keys of an Action as pins, one a frame, of just the bones and shapes that have a selected key there.

    action  None for what plays on the character now. Raises OratorError when no key is selected, or far too many.
    """
    from . import kept

    description, profile = read_rig(character)
    action, slot, keyed = _keys_of(character, action)
    rows = kept.selected_rows(character, keyed)
    frames = _few_frames(rows)
    if action is None:
        pose = poses_at(character, description, scene, frames)
        read = read_back(description, profile, pose)
    else:
        read = kept.sample_action(character, scene, action, slot, keyed, np.array(frames, float))
    made = []
    for k, frame in enumerate(frames):
        rows_here = [row for row, at in rows.items() if frame in at]
        joints, root, channels = kept.flags_of(rows_here)
        joints = with_missing_parents(joints, read.joints)
        expressions = kept.expressions_of(rows_here, read.performance)
        made.append(
            place(character, origin, frame, read.performance, k, joints, root and read.root, channels & read.face,
                     expressions)
        )  # fmt: skip
    return listed(character, made)


def key_frames(character: bpy.types.Object, action: bpy.types.Action | None = None) -> tuple[float, ...]:
    """The frames at which keys of an Action are selected, as `add_key_pins` takes them. Raises OratorError."""
    from . import kept

    return tuple(_few_frames(kept.selected_rows(character, _keys_of(character, action)[2])))


def _keys_of(
    character: bpy.types.Object, action: bpy.types.Action | None
) -> tuple[bpy.types.Action | None, Any, kept.Keyed]:
    """The Action where it is not the one that plays, its slot, and what is keyed in it or in what plays."""
    from . import kept

    anim = character.animation_data
    playing = anim.action if anim is not None else None
    other = action if action is not None and action != playing else None
    slot = compat.active_slot(anim) if anim is not None else None
    if other is not None:
        slot = compat.slot_for(other, character)
    keyed = kept.read_keyed(character, other or playing, slot)
    if other is None:
        keyed.shapes = kept.playing_shapes(character)
    return other, slot, keyed


def _few_frames(rows: dict[Any, Any]) -> list[float]:
    """The frames of selected keys, in order. Raises OratorError for none, and for far too many."""
    frames = sorted(set().union(*rows.values()))
    if not frames:
        raise OratorError("No key of the character is selected. Select keys in the Dope Sheet or Graph Editor.")
    if len(frames) > MOST_KEYS:
        raise OratorError(
            f"{len(frames)} frames have selected keys, as all keys of a new take have. "
            f"Select up to {MOST_KEYS} that matter."
        )
    return [float(frame) for frame in frames]


def copy_pins(source: bpy.types.Object, character: bpy.types.Object) -> int:
    """The pins of another character, onto this one; how many. Poses are neutral, so any humanoid takes them."""
    theirs = lists.character_data(source)
    pins = pins_of(character)
    by_shapes = shows_arkit(read_rig(character)[0])
    for other in theirs.pins if theirs is not None else ():
        pin = pins.add()
        for name in other.bl_rna.properties.keys():
            if name not in ("rna_type", "at"):
                setattr(pin, name, getattr(other, name))
        if by_shapes and pin.pose and pin.kind == "POSE" and pose_of(pin)[3] is not None:
            # Jaw and eyes of a face of expressions: here shapes show them, and bones would do so twice.
            joints = mask_of(pin.joints, skeleton.JOINT_COUNT)
            joints[list(skeleton.FACE_JOINTS)] = False
            pin.joints = flags_of(joints)
    return len(theirs.pins) if theirs is not None else 0


def update_pin(character: bpy.types.Object, pin: PinGroup) -> None:
    """Take the pose on screen for what the pin covers. Raises OratorError when the rig lacks the pinned joints now."""
    description, profile = read_rig(character)
    read = read_back(
        description, profile, current_pose(character, description), mapping=read_map(character, bpy.context.scene)
    )
    lost = missing_joints(pin, read.joints)
    if lost:
        raise OratorError(f"'{pin.name}' covers {', '.join(lost[:3])}, which no bone plays now. Delete the pin.")
    performance = read.performance
    expressions = None
    pinned = pose_of(pin)[3]
    if pinned is not None and performance.expressions is not None:
        expressions = np.where(np.isfinite(pinned), performance.expressions[0], np.nan)
    store(pin, performance.rotations[0], performance.translation[0], performance.face[0], expressions)


def missing_joints(pin: PinGroup, have: Array) -> list[str]:
    """Joints that a pin covers and the rig does not have (any more)."""
    covered = mask_of(pin.joints, skeleton.JOINT_COUNT)
    return [skeleton.JOINTS[j] for j in np.flatnonzero(covered & ~have)]


def pins_for(
    character: bpy.types.Object, scene: bpy.types.Scene, start: float, seconds: float
) -> tuple[tuple[PosePin, ...], tuple[LookPin, ...], tuple[str, ...]]:
    """The enabled pins on the speech's own time, and notes for the artist.

    start is the timeline second of the speech. Raises OratorError for pins outside the speech or that disagree.
    """
    data = lists.character_data(character)
    if data is None or not len(data.pins):
        return (), (), ()
    description, profile = read_rig(character)
    have = np.zeros(skeleton.JOINT_COUNT, bool)
    have[[skeleton.INDEX[j] for j in profile.present(description)]] = True
    fps = scene_fps(scene)
    poses, looks, notes = [], [], []
    for pin in data.pins:
        if not pin.enabled:
            continue
        at = scene_frame(pin, start * fps) / fps - start
        hold = max(0, pin.hold) / fps
        if pin.kind == "LOOK":
            if pin.target is None:
                raise OratorError(
                    f"The look-at pin '{pin.name}' has no target. Choose an object in the list of pins, or untick it."
                )
            target = neutral_point(character, profile, description, pin.target.matrix_world.translation)
            looks.append(LookPin(pin.name, at, at + hold, target, pin.strength))
            continue
        lost = missing_joints(pin, have)
        if lost:
            notes.append(f"'{pin.name}' covers {', '.join(lost[:3])}, which '{character.name}' does not have now.")
        rotations, translation, face, expressions = pose_of(pin)
        exact = pin.softness == "EXACT"
        poses.append(
            PosePin(
                pin.name, at, rotations, mask_of(pin.joints, skeleton.JOINT_COUNT), translation, pin.root, face,
                mask_of(pin.channels, arkit.COUNT), hold, 1.0 if exact else min(pin.strength, 0.999),
                0.0 if exact else max(pin.falloff / fps, 1e-3), expressions,
            )
        )  # fmt: skip
    check_pose_pins(tuple(poses), seconds)
    if any(pin.exact and pin.joints[_LEGS].any() for pin in poses) and any(j.endswith("ankle") for j in profile.ik):
        notes.append(
            f"The legs of '{character.name}' are pulled by inverse kinematics: pinned feet are hit, the knees follow "
            "the rig's own solver."
        )
    return tuple(poses), tuple(looks), tuple(notes)


def neutral_point(character: bpy.types.Object, profile: RigProfile, description: RigDescription, world: Any) -> Array:
    """A point of the scene in the performance's own space, metres, (3,). Raises OratorError for what lies nowhere."""
    if not np.isfinite(np.array(character.matrix_world)).all():
        raise OratorError(f"The location, rotation or scale of '{character.name}' is no number. Set it anew.")
    if not np.isfinite(np.array(world)).all():
        raise OratorError(f"What '{character.name}' looks at has a location that is no number. Set it anew.")
    if not abs(character.matrix_world.determinant()) > 0.0:
        raise OratorError(f"'{character.name}' is scaled to nothing: set its scale to 1.")
    fit = fit_rest(description, profile)
    point = np.array(character.matrix_world.inverted() @ world, np.float64)
    pelvis = profile.present(description).get("pelvis")
    head = description.by_name[pelvis].head if pelvis else np.zeros(3)
    return fit.axes.T @ (point - head) / fit.scale + REST_OFFSETS[0] - np.array([0.0, FLOOR_AT_REST, 0.0])
