"""A loaded EMAGE checkpoint, ready to run, and the last one kept for the next take."""

from __future__ import annotations

from pathlib import Path

from .codes import Codes
from .files import Checkpoint, load, weight_file
from .layout import VQ_PARTS
from .network import EmageNetwork


class EmageModel:
    """Network and code books of one folder."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.config = checkpoint.config
        self.network = EmageNetwork(checkpoint.config, checkpoint.root)
        self.codes = Codes(checkpoint.parts)

    @classmethod
    def load(cls, folder: Path) -> EmageModel:
        """Raises OratorError with a sentence for anything wrong in the folder."""
        return cls(load(folder))


_last: tuple[object, EmageModel] | None = None


def _stamp(folder: Path) -> object:
    files = [weight_file(folder, part) for part in ("", *VQ_PARTS)]
    return tuple((str(f.resolve()), f.stat().st_mtime_ns, f.stat().st_size) for f in files)


def cached(folder: Path) -> EmageModel:
    """The model of a folder, loaded again only when its files changed; one model is kept."""
    global _last
    if not folder.is_dir():
        return EmageModel.load(folder)
    stamp = _stamp(folder)
    if _last is None or _last[0] != stamp:
        _last = None
        _last = (stamp, EmageModel.load(folder))
    return _last[1]
