"""Biped clips on the project's skeleton: a made one comes back as it was, and a real one points where it pointed."""

from __future__ import annotations

import tarfile

import numpy as np
import pytest
from orator.core.rotations import angle_between, forward_kinematics, from_rotvec, multiply, to_matrix
from orator.core.skeleton import INDEX, JOINT_COUNT, PARENTS
from orator.models.training.body import rocketbox
from orator.models.training.body.clips import data_folder

ARCHIVE = data_folder() / "gestures" / "rocketbox" / "clips.tar"


def made_clip(local: np.ndarray) -> rocketbox.Clip:
    """The Biped whose bones stand as our joints do under these local rotations (T, 55, 4)."""
    world = np.array(local)
    for j, parent in enumerate(PARENTS):
        if parent >= 0:
            world[:, j] = multiply(world[:, parent], local[:, j])
    at, _ = forward_kinematics(local, np.zeros((len(local), 3)))
    matrices = to_matrix(world)
    names, bones, positions = [], [], []
    for joint, (bone, rest) in rocketbox._targets().items():
        names.append(bone)
        bones.append(matrices[:, INDEX[joint]] @ rest)
        positions.append(100.0 * at[:, INDEX[joint]])
    for side, letter in (("left", "L"), ("right", "R")):
        names.append(f"Bip01 {letter} Clavicle")
        bones.append(matrices[:, INDEX[f"{side}_collar"]])
        positions.append(100.0 * at[:, INDEX[f"{side}_collar"]])
    return names, np.stack(bones, axis=1), np.stack(positions, axis=1)


def test_a_made_clip_comes_back() -> None:
    rng = np.random.default_rng(0)
    local = from_rotvec(rng.normal(0.0, 0.25, (5, JOINT_COUNT, 3)))
    straight = [INDEX[name] for name in ("neck", "jaw", "left_eye_smplhf", "right_eye_smplhf")]
    local[:, straight] = [1.0, 0.0, 0.0, 0.0]
    local[:, [INDEX["left_collar"], INDEX["right_collar"]]] = [1.0, 0.0, 0.0, 0.0]
    local[:, INDEX["head"]] = [1.0, 0.0, 0.0, 0.0]
    clip = made_clip(local)
    back, translation = rocketbox.convert(clip, made_clip(np.tile([1.0, 0.0, 0.0, 0.0], (1, JOINT_COUNT, 1))))
    # The collars stand 8 degrees lower than the standing clip's by definition, what hangs on them turns against it, and
    # the forearm shares its twist with the wrist: those are judged by where the hand points.
    arm = ("collar", "shoulder", "elbow", "wrist")
    same = [j for name, j in INDEX.items() if not any(part in name for part in arm)]
    assert np.degrees(angle_between(back[:, same], local[:, same])).max() < 0.01
    ours, _ = forward_kinematics(back, translation)
    theirs, _ = forward_kinematics(local, np.zeros((5, 3)))
    for side in ("left", "right"):
        for a, b in (("shoulder", "elbow"), ("wrist", "middle1"), ("index1", "index3")):
            one = ours[:, INDEX[f"{side}_{b}"]] - ours[:, INDEX[f"{side}_{a}"]]
            other = theirs[:, INDEX[f"{side}_{b}"]] - theirs[:, INDEX[f"{side}_{a}"]]
            assert np.abs(one - other).max() < 1e-4


@pytest.mark.skipif(not ARCHIVE.exists(), reason="the Rocketbox clips are not at hand")
def test_a_presenting_hand_goes_where_it_went() -> None:
    with tarfile.open(ARCHIVE) as archive:
        standing = rocketbox.read_clip(archive, rocketbox.STANDING)
        clip = rocketbox.read_clip(archive, "f_gestic_presentation_left_01")
        with pytest.raises(KeyError):
            rocketbox.read_clip(archive, "nobody_01")
    local, translation = rocketbox.convert(clip, standing)
    at, _ = forward_kinematics(local, translation)
    names, _, positions = clip
    for ours, theirs in (
        (("left_shoulder", "left_elbow"), ("Bip01 L UpperArm", "Bip01 L Forearm")),
        (("right_elbow", "right_wrist"), ("Bip01 R Forearm", "Bip01 R Hand")),
        (("left_hip", "left_knee"), ("Bip01 L Thigh", "Bip01 L Calf")),
    ):
        a = at[:, INDEX[ours[1]]] - at[:, INDEX[ours[0]]]
        b = positions[:, names.index(theirs[1])] - positions[:, names.index(theirs[0])]
        cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        assert np.degrees(np.arccos(cosine.clip(-1, 1))).max() < 1.0
    # Her left hand rises above the shoulder to show, and both feet stand on the floor all the time.
    assert (at[:, INDEX["left_wrist"], 1] - at[:, INDEX["left_shoulder"], 1]).max() > 0.0
    ankles = at[:, [INDEX["left_ankle"], INDEX["right_ankle"]], 1]
    assert ankles.min() > 0.06 and np.percentile(ankles.min(axis=1), 90) < 0.13
