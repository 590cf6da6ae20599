"""Real motion of whole people as takes: the Microsoft Rocketbox clips (MIT) on the project's skeleton.

    python -m orator.models.training.body.rocketbox f_gestic_presentation_left_01 m_idle_neutral_01 -o FOLDER

The clips are 3ds Max Biped: every bone runs along its own +x, fingers and toes curl towards +y, elbows towards -y, and
the world is ours (Y up, facing +Z, left at +X), in centimetres. A joint's world rotation is its bone's, carried over by
the frame that the same bone has on our skeleton at rest; no rest pose of the clips is needed (theirs is a clip's first
frame). The faces are bones that translate, and are left out: the face of the take is at rest.
"""

from __future__ import annotations

import argparse
import io
import tarfile
from pathlib import Path
from typing import Final

import numpy as np

from ....core.arkit import ARKIT
from ....core.arrays import Array
from ....core.formats.take_npz import write_take
from ....core.performance import Take, make_performance
from ....core.rotations import conjugate, forward_kinematics, from_matrix, from_rotvec, multiply, slerp, to_matrix
from ....core.skeleton import INDEX, JOINT_COUNT, JOINTS, PARENTS, SOLE_BELOW_ANKLE, rest_positions
from .clips import data_folder

FPS: Final = 30.0
STANDING: Final = "f_idle_neutral_01"
"""Its first frame says how the clavicles of the rig lie when a person just stands."""
COLLAR_DROP: Final = np.radians(8.0)
"""How far below our rest a standing person's collars lie (the mean of the other gesture clips' rigs)."""
UP, FORWARD, LEFT = np.eye(3)[1], np.eye(3)[2], np.eye(3)[0]
_FINGERS: Final = ("thumb", "index", "middle", "ring", "pinky")

Clip = tuple[list[str], Array, Array]
"""Bone names, world rotations (T, N, 3, 3) and positions (T, N, 3) in centimetres."""


def read_clip(archive: tarfile.TarFile, name: str) -> Clip:
    """A clip by its name, like `m_idle_neutral_01`. Raises KeyError where the archive has none."""
    member = next((m for m in archive.getmembers() if Path(m.name).stem.endswith("__" + name)), None)
    stream = archive.extractfile(member) if member is not None else None
    if stream is None:
        raise KeyError(name)
    data = np.load(io.BytesIO(stream.read()))
    frames = max(len(data["anim_rot"]), len(data["anim_tr"]))
    local = np.repeat(data["rest_rot"][None].astype(np.float64), frames, axis=0)
    offset = np.repeat(data["rest_tr"][None].astype(np.float64), frames, axis=0)
    local[:, data["anim_rot_idx"]] = data["anim_rot"] / 32767.0
    offset[:, data["anim_tr_idx"]] = data["anim_tr"]
    matrices = to_matrix(local / np.linalg.norm(local, axis=-1, keepdims=True))
    world, position = np.zeros_like(matrices), np.zeros_like(offset)
    for j, parent in enumerate(data["parents"]):
        if parent < 0:
            world[:, j], position[:, j] = matrices[:, j], offset[:, j]
        else:
            world[:, j] = world[:, parent] @ matrices[:, j]
            position[:, j] = position[:, parent] + (world[:, parent] @ offset[:, j, :, None])[..., 0]
    return [str(bone) for bone in data["names"]], world, position


def _frame(along: Array, curl: Array) -> Array:
    """The frame with x along a bone, y where it curls to (made orthogonal), and z by the right hand."""
    x = along / np.linalg.norm(along)
    y = curl - (curl @ x) * x
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _targets() -> dict[str, tuple[str, Array]]:
    """For each of our joints the clip's bone, and the frame that this bone has on our skeleton at rest."""
    rest = rest_positions()
    towards = {JOINTS[parent]: rest[j] - rest[parent] for j, parent in enumerate(PARENTS) if parent >= 0}
    out = {
        joint: ("Bip01 " + bone, _frame(UP, FORWARD))
        for joint, bone in (
            ("pelvis", "Pelvis"), ("spine1", "Spine"), ("spine2", "Spine1"), ("spine3", "Spine2"), ("head", "Head"),
        )
    }  # fmt: skip
    for side, letter in (("left", "L"), ("right", "R")):
        for joint, bone in (("shoulder", "UpperArm"), ("elbow", "Forearm")):
            out[f"{side}_{joint}"] = (f"Bip01 {letter} {bone}", _frame(towards[f"{side}_{joint}"], -FORWARD))
        middle = rest[INDEX[f"{side}_middle1"]] - rest[INDEX[f"{side}_wrist"]]
        out[f"{side}_wrist"] = (f"Bip01 {letter} Hand", _frame(middle, -UP))
        for k, finger in enumerate(_FINGERS):
            curl = -0.5 * UP - 0.85 * FORWARD if finger == "thumb" else -UP
            for n in (1, 2, 3):
                joint = f"{side}_{finger}{n}"
                along = towards.get(joint, towards.get(f"{side}_{finger}2", middle))
                out[joint] = (f"Bip01 {letter} Finger{k}{n - 1 if n > 1 else ''}", _frame(along, curl))
        for joint, bone in (("hip", "Thigh"), ("knee", "Calf"), ("ankle", "Foot")):
            along = -UP if joint == "ankle" else towards[f"{side}_{joint}"]
            out[f"{side}_{joint}"] = (f"Bip01 {letter} {bone}", _frame(along, FORWARD))
        out[f"{side}_foot"] = (f"Bip01 {letter} Toe0", _frame(FORWARD, UP))
    return out


def convert(clip: Clip, standing: Clip) -> tuple[Array, Array]:
    """Local rotations (T, 55, 4) wxyz and translation (T, 3) in metres of a clip; the feet stand on the floor."""
    names, bones, positions = clip
    frames = len(bones)
    world = np.tile(np.eye(3), (frames, JOINT_COUNT, 1, 1))
    for joint, (bone, rest) in _targets().items():
        world[:, INDEX[joint]] = bones[:, names.index(bone)] @ rest.T
    for side, letter, sign in (("left", "L", -1.0), ("right", "R", 1.0)):
        bone = f"Bip01 {letter} Clavicle"
        stood = standing[1][0, standing[0].index(bone)]
        drop = to_matrix(from_rotvec(np.array([0.0, 0.0, sign * COLLAR_DROP])))
        world[:, INDEX[f"{side}_collar"]] = bones[:, names.index(bone)] @ stood.T @ drop
    turned = from_matrix(world)
    turned[:, INDEX["neck"]] = slerp(turned[:, INDEX["spine3"]], turned[:, INDEX["head"]], np.full(frames, 0.5))
    for joint in ("jaw", "left_eye_smplhf", "right_eye_smplhf"):
        turned[:, INDEX[joint]] = turned[:, INDEX["head"]]
    rest = rest_positions()
    for side in ("left", "right"):
        _share_twist(turned, side, rest)
    local = np.array(turned)
    for j, parent in enumerate(PARENTS):
        if parent >= 0:
            local[:, j] = multiply(conjugate(turned[:, parent]), turned[:, j])
    at, _ = forward_kinematics(local, np.zeros((frames, 3)))
    ankles = [INDEX["left_ankle"], INDEX["right_ankle"]]
    theirs = [names.index("Bip01 L Foot"), names.index("Bip01 R Foot")]
    # Our legs are not theirs: the feet decide where the pelvis is, not the pelvis where the feet are.
    sole = positions[:, theirs] / 100.0
    translation = (sole - at[:, ankles]).mean(axis=1)
    low = (at[:, ankles, 1] + translation[:, None, 1]).min(axis=1)
    standing_height = float(np.percentile(low, 20))
    translation[:, 1] += SOLE_BELOW_ANKLE - standing_height
    return local, translation


def _share_twist(world: Array, side: str, rest: Array) -> None:
    """Half of the forearm's twist goes to the elbow: the clips have all of it in the wrist."""
    elbow, wrist = INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]
    along = rest[wrist] - rest[elbow]
    along /= np.linalg.norm(along)
    between = multiply(conjugate(world[:, elbow]), world[:, wrist])
    twist = np.unwrap(2.0 * np.arctan2(between[:, 1:] @ along, between[:, 0]))
    twist -= 2.0 * np.pi * np.round(np.median(twist) / (2.0 * np.pi))
    world[:, elbow] = multiply(world[:, elbow], from_rotvec(0.5 * twist[:, None] * along))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tarfile.open(data_folder() / "gestures" / "rocketbox" / "clips.tar") as archive:
        standing = read_clip(archive, STANDING)
        for name in arguments.clips:
            local, translation = convert(read_clip(archive, name), standing)
            performance = make_performance(local, translation, np.zeros((len(local), len(ARKIT))), FPS)
            write_take(Take(performance, name, {}), arguments.output / f"{name}.npz")


if __name__ == "__main__":
    main()
