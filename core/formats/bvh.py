"""BVH: writing performances, and reading motion of humanoid BVH files whose joint names are known."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.spatial.transform import Rotation

from .. import arkit, skeleton
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically
from ..performance import Performance, make_performance
from ..reading import read_text, room, sentence_for
from ..rotations import conjugate, from_scipy, multiply, rotate, to_scipy

CENTIMETRES = 100.0
_RATES: Final = (1.0, 1000.0)
_LARGEST: Final = 1e7
_LONGEST_HEAD: Final = 4 << 20
_PIECE: Final = 1 << 20
_MOST_JOINTS: Final = 4096
_MOST_CHANNELS: Final = 9
_JOINT_BYTES: Final = 90
_FRAME_BYTES: Final = 3600
"""What a joint, and a frame of the neutral skeleton, take while a file is read."""


@dataclass(frozen=True)
class BvhMotion:
    """A parsed BVH: J joints (end sites left out), T frames.

    names      J joint names; parents (J,) with -1 for the root
    offsets    (J, 3) in the file's units
    positions  (T, J, 3) local offsets in the file's units, position channels applied
    rotations  (T, J, 4) local quaternions wxyz
    seconds    per frame
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Array
    positions: Array
    rotations: Array
    frame_time: float


def write_bvh(performance: Performance, path: Path) -> None:
    """Write the 55 joints under their SMPL-X names, centimetres, Y up, ZXY channels (degrees)."""
    text = io.StringIO()
    text.write("HIERARCHY\n")
    children: dict[int, list[int]] = {j: [] for j in range(-1, skeleton.JOINT_COUNT)}
    for j, parent in enumerate(skeleton.PARENTS):
        children[parent].append(j)
    order: list[int] = []

    def write_joint(j: int, depth: int) -> None:
        order.append(j)
        pad = "\t" * depth
        x, y, z = skeleton.REST_OFFSETS[j] * CENTIMETRES if j else (0.0, 0.0, 0.0)
        text.write(f"{pad}{'ROOT' if j == 0 else 'JOINT'} {skeleton.JOINTS[j]}\n{pad}{{\n")
        text.write(f"{pad}\tOFFSET {x:.6f} {y:.6f} {z:.6f}\n")
        position = "Xposition Yposition Zposition " if j == 0 else ""
        text.write(f"{pad}\tCHANNELS {6 if j == 0 else 3} {position}Zrotation Xrotation Yrotation\n")
        for child in children[j]:
            write_joint(child, depth + 1)
        if not children[j]:
            x, y, z = skeleton.REST_OFFSETS[j] * CENTIMETRES
            text.write(f"{pad}\tEnd Site\n{pad}\t{{\n{pad}\t\tOFFSET {x:.6f} {y:.6f} {z:.6f}\n{pad}\t}}\n")
        text.write(f"{pad}}}\n")

    write_joint(0, 0)
    frames = performance.frames
    text.write(f"MOTION\nFrames: {frames}\nFrame Time: {1.0 / performance.fps:.9f}\n")
    euler = to_scipy(performance.rotations[:, order]).as_euler("ZXY", degrees=True).reshape(frames, -1)
    root = (performance.translation + skeleton.REST_OFFSETS[0]) * CENTIMETRES
    np.savetxt(text, np.concatenate([root, euler], axis=1), fmt="%.6f")
    write_atomically(Path(path), lambda stream: stream.write(text.getvalue().encode("ascii")) and None)


def parse_bvh(path: Path) -> BvhMotion:
    """Parse any BVH. Raises OratorError that says what is wrong."""
    path = Path(path)
    text = read_text(path, "BVH file")
    with sentence_for(f"'{path.name}' is damaged or not a BVH file. Export it again."):
        return _parse(text, path)


def _parse(text: str, path: Path) -> BvhMotion:
    motion = text.find("MOTION")
    if motion < 0 or "HIERARCHY" not in text[: min(motion, _LONGEST_HEAD)]:
        raise OratorError(f"'{path.name}' is not a BVH file: it has no HIERARCHY and MOTION. Choose another file.")
    if motion > _LONGEST_HEAD:
        raise OratorError(f"The hierarchy of '{path.name}' is longer than any skeleton's. Export the BVH again.")
    names, parents, offsets, channels = _parse_hierarchy(text[:motion].split(), path)
    match = re.compile(r"Frames:\s*(\d{1,9})\s+Frame\s+Time:\s*([-+.\deE]{1,40})").search(text, motion, motion + 4096)
    if not match:
        raise OratorError(f"'{path.name}' does not say how many frames it has. Export it again.")
    frames, frame_time = int(match.group(1)), float(match.group(2))
    width = sum(map(len, channels))
    cut_off = f"'{path.name}' is cut off: it promises {frames} frames of {width} numbers. Export it again."
    if frames == 0 or width == 0 or 2 * frames * width - 1 > len(text) - match.end():
        raise OratorError(cut_off)
    if not 1.0 / _RATES[1] <= frame_time <= 1.0 / _RATES[0]:
        raise OratorError(f"'{path.name}' has {frame_time:g} s a frame, which cannot be. Export it again.")
    if frames * (_JOINT_BYTES * len(names) + _FRAME_BYTES) > room(len(text)):
        raise OratorError(f"'{path.name}' would unfold to far more than its size. Export it again, with fewer joints.")
    values = _numbers(text, match.end(), frames * width, path)
    if len(values) != frames * width or not (np.abs(values) <= _LARGEST).all():
        raise OratorError(cut_off)
    values = values.reshape(frames, width)
    positions = np.tile(offsets, (frames, 1, 1))
    rotations = np.zeros((frames, len(names), 4))
    rotations[..., 0] = 1.0
    column = 0
    for j, names_of_channels in enumerate(channels):
        block = values[:, column : column + len(names_of_channels)]
        column += len(names_of_channels)
        turns = [k for k, c in enumerate(names_of_channels) if c.endswith("rotation")]
        for k, c in enumerate(names_of_channels):
            if c.endswith("position"):
                # A root's position channels replace its offset, as every reader takes them; a joint's likewise.
                positions[:, j, "xyz".index(c[0])] = block[:, k]
        if turns:
            axes = "".join(names_of_channels[k][0].upper() for k in turns)
            rotations[:, j] = from_scipy(_euler(axes, block[:, turns]), (frames,))
    return BvhMotion(tuple(names), tuple(parents), offsets, positions, rotations, frame_time)


def _numbers(text: str, at: int, most: int, path: Path) -> Array:
    """The numbers of a text from a place on, piece by piece; one more than `most` when there are too many."""
    pieces, count = [], 0
    try:
        while at < len(text) and count <= most:
            end = at + _PIECE
            while end < len(text) and not text[end].isspace():
                end += 1
            pieces.append(np.array(text[at:end].split(), dtype=np.float64))
            count += len(pieces[-1])
            at = end
    except ValueError as error:
        raise OratorError(f"The frames of '{path.name}' hold something that is not a number.") from error
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _euler(axes: str, degrees: Array) -> Rotation:
    if len(set(axes)) == len(axes) == 3:
        return Rotation.from_euler(axes, degrees, degrees=True)
    total = Rotation.identity(len(degrees))
    for k, axis in enumerate(axes):
        total = total * Rotation.from_euler(axis, degrees[:, k], degrees=True)
    return total


def _parse_hierarchy(tokens: list[str], path: Path) -> tuple[list[str], list[int], Array, list[list[str]]]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    stack: list[int] = []
    k, end_site = 0, False
    try:
        while k < len(tokens):
            token = tokens[k].upper()
            if token in ("ROOT", "JOINT"):
                # Names may hold blanks: all up to the brace.
                brace = tokens.index("{", k)
                names.append(" ".join(tokens[k + 1 : brace]))
                parents.append(stack[-1] if stack else -1)
                offsets.append([0.0, 0.0, 0.0])
                channels.append([])
                stack.append(len(names) - 1)
                k = brace
            elif token == "END":
                end_site = True
                stack.append(-1)
                k = tokens.index("{", k)
            elif token == "OFFSET":
                if not end_site:
                    offsets[stack[-1]] = [float(t) for t in tokens[k + 1 : k + 4]]
                k += 3
            elif token == "CHANNELS":
                count = int(tokens[k + 1])
                if not 0 <= count <= _MOST_CHANNELS:
                    raise ValueError(count)
                channels[stack[-1]] = [t.lower() for t in tokens[k + 2 : k + 2 + count]]
                k += 1 + count
            elif token == "}":
                stack.pop()
                end_site = False
            k += 1
    except (ValueError, IndexError) as error:
        raise OratorError(f"The hierarchy of '{path.name}' is damaged. Export the BVH again.") from error
    known = {f"{a}{kind}" for a in "xyz" for kind in ("position", "rotation")}
    places = [row for row in offsets if len(row) == 3 and all(abs(value) <= _LARGEST for value in row)]
    unknown = any(c not in known for row in channels for c in row)
    if not names or stack or unknown or len(places) < len(offsets) or len(names) > _MOST_JOINTS:
        raise OratorError(f"The hierarchy of '{path.name}' is damaged. Export the BVH again.")
    return names, parents, np.array(offsets, dtype=np.float64), channels


# What common BVH exports call SMPL-X's body joints, in small letters without prefix, blanks and separators.
_ALIASES: dict[str, tuple[str, ...]] = {
    "pelvis": ("hips", "hip", "root"),
    "spine1": ("spine", "lowerback", "abdomen"),
    "spine2": ("spine1", "chest"),
    "spine3": ("spine2", "chest2", "upperchest", "spine3"),
    "neck": ("neck", "neck1"),
    "head": ("head",),
    "left_collar": ("leftshoulder", "lcollar", "leftcollar", "lshoulder"),
    "left_shoulder": ("leftarm", "leftuparm", "leftupperarm", "lshldr", "larm"),
    "left_elbow": ("leftforearm", "leftlowarm", "leftlowerarm", "lforearm"),
    "left_wrist": ("lefthand", "lhand"),
    "left_hip": ("leftupleg", "leftupperleg", "leftthigh", "lthigh", "lupleg"),
    "left_knee": ("leftleg", "leftlowleg", "leftlowerleg", "leftshin", "lshin", "lleg"),
    "left_ankle": ("leftfoot", "lfoot"),
    "left_foot": ("lefttoebase", "lefttoe", "ltoe", "ltoebase"),
    **{
        f"left_{finger}{k}": (f"lefthand{finger}{k}", f"left{finger}{k}")
        for finger in ("index", "middle", "pinky", "ring", "thumb")
        for k in (1, 2, 3)
    },
}


def _match_joints(names: tuple[str, ...]) -> dict[int, int]:
    """SMPL-X joint -> BVH joint."""
    plain: dict[str, Any] = {}
    for k, name in enumerate(names):
        plain.setdefault(re.sub(r"[\s_.\-]", "", name.split(":")[-1]).lower(), k)
    exact = {j: plain[key] for j, n in enumerate(skeleton.JOINTS) if (key := n.replace("_", "")) in plain}
    if len(exact) >= 22:
        return exact
    found: dict[int, int] = {}
    for left, aliases in _ALIASES.items():
        for side, short in (("left", "l"), ("right", "r")):
            joint = left.replace("left", side)
            for alias in aliases:
                key = alias
                if alias.startswith("left"):
                    key = side + alias[4:]
                elif left.startswith("left"):
                    key = short + alias[1:]
                if key in plain and plain[key] not in found.values():
                    found.setdefault(skeleton.INDEX[joint], plain[key])
    return found


def read_bvh(path: Path) -> Performance:
    """Read a humanoid BVH as a performance: bone directions are carried over, sizes become the neutral skeleton's.

    Raises OratorError when the joints' names are not known (retarget inside Blender instead).
    """
    motion = parse_bvh(path)
    with sentence_for(f"The motion of '{Path(path).name}' cannot be. Export the BVH again."):
        return _carried(motion, Path(path))


def _carried(motion: BvhMotion, path: Path) -> Performance:
    match = _match_joints(motion.names)
    needed = (
        "pelvis",
        "left_hip",
        "right_hip",
        "left_knee",
        "right_knee",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "head",
    )
    missing = [n for n in needed if skeleton.INDEX[n] not in match]
    if missing:
        raise OratorError(
            f"The joints {', '.join(missing[:4])} were not recognised in '{path.name}'. "
            "Import the BVH in Blender and map its bones in the Character panel instead."
        )
    frames = len(motion.rotations)
    world, rest = _world(motion)
    correction = _direction_corrections(match, rest)
    out = np.zeros((frames, skeleton.JOINT_COUNT, 4))
    local = np.zeros_like(out)
    for j, parent in enumerate(skeleton.PARENTS):
        if j in match:
            out[:, j] = multiply(world[:, match[j]], correction[j])
        else:
            out[:, j] = out[:, parent] if parent >= 0 else np.array([1.0, 0, 0, 0])
        local[:, j] = out[:, j] if parent < 0 else multiply(conjugate(out[:, parent]), out[:, j])
    hip = match[0]
    hip_joint, knee = skeleton.INDEX["left_hip"], skeleton.INDEX["left_knee"]
    thigh = float(np.linalg.norm(rest[match[knee]] - rest[match[hip_joint]]))
    scale = float(np.linalg.norm(skeleton.REST_OFFSETS[knee])) / max(thigh, 1e-9)
    path_of_root = motion.positions[:, hip] if motion.parents[hip] < 0 else _world_positions(motion)[:, hip]
    translation = path_of_root * scale - skeleton.REST_OFFSETS[0]
    return make_performance(local, translation, np.zeros((frames, arkit.COUNT)), 1.0 / motion.frame_time)


def _world(motion: BvhMotion) -> tuple[Array, Array]:
    world = np.empty_like(motion.rotations)
    rest = np.zeros((len(motion.names), 3))
    for j, parent in enumerate(motion.parents):
        world[:, j] = motion.rotations[:, j] if parent < 0 else multiply(world[:, parent], motion.rotations[:, j])
        rest[j] = motion.offsets[j] + (rest[parent] if parent >= 0 else 0.0)
    return world, rest


def _world_positions(motion: BvhMotion) -> Array:
    world, _ = _world(motion)
    out = np.empty_like(motion.positions)
    for j, parent in enumerate(motion.parents):
        if parent < 0:
            out[:, j] = motion.positions[:, j]
        else:
            out[:, j] = out[:, parent] + rotate(world[:, parent], motion.positions[:, j])
    return out


def _direction_corrections(match: dict[int, int], rest: Array) -> dict[int, Array]:
    """For each joint the turn from the neutral rest bone direction to the file's, so that directions carry over."""
    neutral = skeleton.rest_positions()
    child = {p: j for j, p in reversed(list(enumerate(skeleton.PARENTS))) if p > 0 and p not in (9, 15, 20, 21)}
    child.update({20: skeleton.INDEX["left_middle1"], 21: skeleton.INDEX["right_middle1"]})
    out = {}
    for j in match:
        out[j] = np.array([1.0, 0.0, 0.0, 0.0])
        tip = child.get(j)
        # Trunk, head and feet stand upright in every rest pose: their joint offsets say nothing about a turn.
        if j in (0, 3, 6, 9, 12, 15, 7, 8, 10, 11, 13, 14) or tip not in match:
            continue
        a, b = neutral[tip] - neutral[j], rest[match[tip]] - rest[match[j]]
        if np.linalg.norm(a) < 1e-6 or np.linalg.norm(b) < 1e-6:
            continue
        turn, _ = Rotation.align_vectors((b / np.linalg.norm(b))[None], (a / np.linalg.norm(a))[None])
        out[j] = turn.as_quat()[[3, 0, 1, 2]]
    return out
