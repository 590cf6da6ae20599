"""A loaded EMAGE checkpoint, ready to run, and the last one kept for the next take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .codes import Codes
from .files import Checkpoint, load, weight_file
from .layout import VQ_PARTS
from .network import EmageNetwork


class EmageModel:
    """Network and code books of one folder."""

    def __init__(self, checkpoint: Checkpoint, half: bool = False) -> None:
        self.config = checkpoint.config
        self.network = EmageNetwork(checkpoint.config, checkpoint.root, half)
        self.codes = Codes(checkpoint.parts)

    @classmethod
    def load(cls, folder: Path, half: bool = False, beat: Callable[[], None] = lambda: None) -> EmageModel:
        """`half` as in EmageNetwork. Raises OratorError with a sentence for anything wrong in the folder."""
        return cls(load(folder, beat), half)


def half_is_fast() -> bool:
    """Whether this processor has matrix units for bfloat16 (Intel's AMX) that torch uses."""
    import torch

    found = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(found and found() and torch.backends.mkldnn.is_available())


_last: tuple[object, EmageModel] | None = None


def _stamp(folder: Path) -> object:
    files = [weight_file(folder, part) for part in ("", *VQ_PARTS)]
    return tuple((str(f.resolve()), f.stat().st_mtime_ns, f.stat().st_size) for f in files)


def cached(folder: Path, exact: bool, beat: Callable[[], None]) -> EmageModel:
    """The model of a folder, loaded again only when its files changed; one model is kept.

    `exact` is for reference mode: float32 throughout.
    """
    global _last
    if not folder.is_dir():
        return EmageModel.load(folder)
    half = not exact and half_is_fast()
    stamp = (_stamp(folder), half)
    if _last is None or _last[0] != stamp:
        _last = None
        _last = (stamp, EmageModel.load(folder, half, beat))
    return _last[1]
