"""Real motion for the guided model: standing clips of Microsoft Rocketbox (MIT), gestures of SmartBody (LGPL-2.1)."""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from ....core.arrays import Array
from ....core.rotations import from_scipy, hemisphere_continuous, multiply, normalise, rotate, slerp
from ....core.skeleton import FACE_JOINTS, REST_OFFSETS
from ..body.clips import Clip, data_folder, load_library, mirrored
from ..body.rocketbox import STANDING, convert, read_clip

WANTED: Final = re.compile(r"^static__[fm]_(gestic|idle|cheer|claphands|wave|cell|documents_check|take_picture|drink)")
"""Standing clips without a thing in the way."""
HELD_OUT: Final = 6
"""One in so many performances is kept from training, of both bodies."""


@dataclass(frozen=True)
class RealClip:
    """A clip at 30 fps: rotations (T, 55, 4), translation (T, 3); held_out: whether nothing may be trained on it."""

    name: str
    rotations: Array
    translation: Array
    held_out: bool


def _stood(rotations: Array, translation: Array) -> tuple[Array, Array]:
    """Turned to face +Z over the clip, its pelvis' path about the origin."""
    ahead = rotate(rotations[:, 0], np.array([0.0, 0.0, 1.0])).mean(axis=0)
    turn = from_scipy(Rotation.from_euler("y", [-np.arctan2(ahead[0], ahead[2])]), ())
    pelvis = rotate(turn, (translation + REST_OFFSETS[0]) * (1.0, 0.0, 1.0))
    path = pelvis - pelvis.mean(axis=0) + translation * (0.0, 1.0, 0.0)
    rotations[:, 0] = multiply(turn, rotations[:, 0])
    rotations[:, list(FACE_JOINTS)] = (1.0, 0.0, 0.0, 0.0)
    return hemisphere_continuous(normalise(rotations)).astype(np.float32), path.astype(np.float32)


def rocketbox() -> Iterator[RealClip]:
    """The standing clips, in a fixed order. Raises FileNotFoundError without the shared data."""
    with tarfile.open(data_folder() / "gestures" / "rocketbox" / "clips.tar") as archive:
        standing = read_clip(archive, STANDING)
        for name in sorted(Path(member.name).stem for member in archive.getmembers()):
            if not WANTED.match(name):
                continue
            clip = read_clip(archive, name.partition("__")[2])
            if len(clip[1]) < 45:
                continue
            kept = zlib.crc32(name.partition("__")[2][2:].encode()) % HELD_OUT == 0
            yield RealClip(name.partition("__")[2], *_stood(*convert(clip, standing)), kept)


def smartbody() -> Iterator[RealClip]:
    """Chains of a dozen gestures of one rig, each from idle to idle, blended over a third of a second."""
    library = load_library()
    groups: dict[tuple[str, bool], list[Clip]] = {}
    for clip in library.clips:
        if clip.name.endswith("~"):
            continue  # all are mirrored below
        kept = zlib.crc32(clip.performance.encode()) % HELD_OUT == 0
        groups.setdefault((clip.family, kept), []).append(clip)
    idle = library.idles[0]
    for (family, kept), clips in sorted(groups.items()):
        order = np.random.default_rng(zlib.crc32(f"{family}{kept}".encode())).permutation(len(clips))
        for part, chosen in enumerate(np.array_split(order, max(1, len(order) // 12))):
            if len(chosen) < 3:
                continue
            offsets = _chained([clips[k].offsets.astype(np.float64) for k in chosen])
            frames = np.arange(len(offsets)) % len(idle.rotations)
            base = hemisphere_continuous(idle.rotations[frames].astype(np.float64))
            rotations, translation = multiply(base, offsets), idle.translation[frames]
            rotations[:, :3] = base[:, :3]
            rotations[:, list(FACE_JOINTS)] = (1.0, 0.0, 0.0, 0.0)
            whole = hemisphere_continuous(normalise(rotations)).astype(np.float32)
            yield RealClip(f"smartbody-{family}-{part}", whole, translation.astype(np.float32), kept)


def _chained(pieces: list[Array], blend: int = 10) -> Array:
    """Rotation tracks (T, 55, 4) one after the other; the end of each goes over into the next."""
    out = pieces[0]
    share = (np.arange(1, blend + 1) / (blend + 1.0))[:, None]
    for piece in pieces[1:]:
        out = np.concatenate([out[:-blend], slerp(out[-blend:], piece[:blend], share), piece[blend:]])
    return out


def real_clips(mirror: bool = True) -> Iterator[RealClip]:
    """Everything, and each clip reflected."""
    for source in (rocketbox(), smartbody()):
        for clip in source:
            yield clip
            if mirror:
                flipped = clip.translation * np.array([-1.0, 1.0, 1.0], np.float32)
                yield RealClip(clip.name + "~", mirrored(clip.rotations), flipped, clip.held_out)


def real_chains(held_out: bool, frames: int = 450) -> Iterator[RealClip]:
    """The clips of one kind, short ones joined until they are long enough for a training window."""
    waiting: dict[bool, list[RealClip]] = {True: [], False: []}
    for clip in real_clips():
        if clip.held_out != held_out:
            continue
        group = waiting[clip.name.endswith("~")]
        group.append(clip)
        if sum(len(one.rotations) for one in group) < frames:
            continue
        turns = _chained([one.rotations.astype(np.float64) for one in group])
        path = group[0].translation.astype(np.float64)
        share = (np.arange(1, 11) / 11.0)[:, None]
        for one in group[1:]:
            mixed = path[-10:] + share * (one.translation[:10] - path[-10:])
            path = np.concatenate([path[:-10], mixed, one.translation[10:]])
        whole = hemisphere_continuous(turns).astype(np.float32)
        yield RealClip(group[0].name, whole, path.astype(np.float32), held_out)
        group.clear()
