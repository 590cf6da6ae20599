"""Image sequences from a picture and numbers, drawn as an animator draws: every distinct drawing once.

Numbers are rounded to levels (levels.py), frames that round to the same pose share a drawing, drawings that share an
expression share its morph, and what was drawn before is taken from the cache on disk. The result is that of drawing
every frame, byte for byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import torch

from ...core.anime.drawn import NumberTrack
from ...core.arrays import Array
from ...core.errors import Cancelled, OratorError
from ...core.files import check_writable, write_atomically
from ...core.pictures import png_bytes
from .files import AnimeCheckpoint
from .layout import CREDIT
from .levels import LEVELS, poses_of
from .picture import fit_picture, from_network, to_network
from .poser import Expression, Poser, Prepared

_NOTHING: Final = lambda fraction, text, picture: None  # noqa: E731


@dataclass(frozen=True)
class DrawSettings:
    """Levels of each group of numbers, and whether drawings are shared at all (False: the control, every frame)."""

    levels: dict[str, int] = field(default_factory=lambda: dict(LEVELS))
    reuse: bool = True


@dataclass(frozen=True)
class Sequence:
    """What was written: a file a frame, and how many drawings and morphs that took."""

    frames: tuple[Path, ...]
    drawings: int
    drawn: int
    morphs: int


class Artist:
    """One picture under one set of weights, with its cache on disk."""

    def __init__(self, checkpoint: AnimeCheckpoint, picture: Array, cache: Path | None = None) -> None:
        self.form = checkpoint.form
        self._poser = Poser(checkpoint.form, checkpoint.weights)
        small = fit_picture(picture, checkpoint.form)
        self._picture = to_network(small)
        self._prepared: Prepared | None = None
        self._expression: tuple[bytes, Expression] | None = None
        self.morphs = 0
        self._cache = None if cache is None else Path(cache) / _name_of(checkpoint, small)

    def path(self, pose: Array) -> Path | None:
        """Where the drawing of a pose (K,) is or would be kept."""
        if self._cache is None:
            return None
        return self._cache / f"{hashlib.sha256(np.asarray(pose, np.float32).tobytes()).hexdigest()[:24]}.png"

    def kept(self, pose: Array) -> bytes | None:
        """The drawing's PNG from the cache, if it is there."""
        path = self.path(pose)
        try:
            return None if path is None else path.read_bytes()
        except OSError:
            return None

    def draw(self, pose: Array) -> Array:
        """The drawing (N, N, 4) uint8 of a pose (K,) in the form's order."""
        face, turned = self._poser.split(torch.from_numpy(np.asarray(pose, np.float32)[None].copy()))
        key = face.numpy().tobytes()
        if self._prepared is None:
            self._prepared = self._poser.prepare(self._picture)
        if self._expression is None or self._expression[0] != key:
            self._expression = (key, self._poser.express(self._prepared, face))
            self.morphs += 1
        return from_network(self._poser.turn(self._expression[1], as_published(turned, self.form.turned))[0])


def as_published(turned: torch.Tensor, names: tuple[str, ...]) -> torch.Tensor:
    """Turns (1, K) about the body's left, up and forward axes as the networks count them: up and right are above 0."""
    signs = torch.tensor([-1.0 if name.endswith(("_x", "_y")) else 1.0 for name in names])
    return turned * signs


def _name_of(checkpoint: AnimeCheckpoint, picture: Array) -> str:
    """A name for a picture under a set of weights: other weights or another picture never share drawings."""
    digest = hashlib.sha256(checkpoint.form.name.encode())
    digest.update(picture.tobytes())
    for network in checkpoint.form.networks:
        for name, value in sorted(checkpoint.weights[network].items()):
            digest.update(name.encode())
            digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:16]


def check_room(folder: Path, frames: int, size: int) -> None:
    """Raises OratorError when the sequence may not fit on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = frames * size * size * 4, shutil.disk_usage(folder).free
    if needed > free:
        raise OratorError(
            f"There may be no room for {frames} pictures in '{folder}': they can take {needed >> 20} MB, and "
            f"{free >> 20} MB are free. Free some space or choose another disk."
        )


def _write(data: bytes, stream: BinaryIO) -> None:
    stream.write(data)


def draw_sequence(
    checkpoint: AnimeCheckpoint,
    picture: Array,
    track: NumberTrack,
    folder: Path,
    settings: DrawSettings | None = None,
    cache: Path | None = None,
    progress: Callable[[float, str, Array | None], None] = _NOTHING,
    cancelled: Callable[[], bool] = lambda: False,
) -> Sequence:
    """Draw and write FOLDER/0001.png ... and CREDIT.txt. `progress` gets each new drawing too.

    Raises OratorError, and Cancelled; what was drawn until then stays in the cache.
    """
    settings = settings or DrawSettings()
    form, folder = checkpoint.form, Path(folder)
    if track.names != form.numbers:
        raise OratorError(f"The weights are of the {form.title}, but the numbers are {len(track.names)}.")
    check_writable(folder / "CREDIT.txt")
    check_room(folder, len(track.values), form.size)
    artist = Artist(checkpoint, picture, cache)
    poses = poses_of(track, settings.levels)
    if settings.reuse:
        unique, which = np.unique(poses, axis=0, return_inverse=True)
        which = which.reshape(-1)
    else:
        unique, which = poses, np.arange(len(poses))
    turned = len(form.turned)
    face = unique[:, turned:] if form.name == "v1" else unique[:, :-turned]
    order = np.lexsort(face.T[::-1])
    first = {int(k): int(np.flatnonzero(which == k)[0]) for k in range(len(unique))}
    written: dict[int, Path] = {}
    drawn = 0
    for done, index in enumerate(order):
        if cancelled():
            raise Cancelled
        data, shown = artist.kept(unique[index]), None
        if data is None or not settings.reuse:
            shown = artist.draw(unique[index])
            data, drawn = png_bytes(shown), drawn + 1
            _keep(artist.path(unique[index]) if settings.reuse else None, data)
        path = folder / f"{first[int(index)] + 1:04d}.png"
        write_atomically(path, partial(_write, data))
        written[int(index)] = path
        progress((done + 1) / len(order), f"drawing {done + 1} of {len(order)}", shown)
    frames = tuple(folder / f"{t + 1:04d}.png" for t in range(len(which)))
    for path, index in zip(frames, which, strict=True):
        if path != written[int(index)]:
            data = written[int(index)].read_bytes()
            write_atomically(path, partial(_write, data))
    write_atomically(folder / "CREDIT.txt", lambda stream: stream.write(f"{CREDIT}\n".encode()))
    return Sequence(frames, len(unique), drawn, artist.morphs)


def _keep(path: Path | None, data: bytes) -> None:
    """Put a drawing into the cache; a full disk there is no reason to lose the sequence."""
    if path is None:
        return
    with contextlib.suppress(OratorError):
        write_atomically(path, lambda stream: stream.write(data))
