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

    def __init__(self, checkpoint: Checkpoint, exact: bool = True, half: bool = False) -> None:
        """`exact` decodes with the published sums, as reference mode asks; `half` as in EmageNetwork."""
        self.config = checkpoint.config
        self.network = EmageNetwork(checkpoint.config, checkpoint.root, half)
        self.codes = Codes(checkpoint.parts, exact)

    @classmethod
    def load(
        cls, folder: Path, exact: bool = True, half: bool = False, beat: Callable[[], None] = lambda: None
    ) -> EmageModel:
        """Raises OratorError with a sentence for anything wrong in the folder."""
        return cls(load(folder, beat), exact, half)


def half_is_fast() -> bool:
    """Whether this processor multiplies bfloat16 at twice the speed of float32 and more: AMX or AVX512-BF16."""
    import torch

    told = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    if not torch.backends.mkldnn.is_available() or told is None or not told():
        return False
    found = (getattr(torch.cpu, f"_is_{unit}_supported", None) for unit in ("amx_tile", "avx512_bf16"))
    return any(supported() for supported in found if supported)


_last: tuple[object, EmageModel] | None = None


def _stamp(folder: Path) -> object:
    files = [weight_file(folder, part) for part in ("", *VQ_PARTS)]
    return tuple((str(f.resolve()), f.stat().st_mtime_ns, f.stat().st_size) for f in files)


def cached(folder: Path, exact: bool, beat: Callable[[], None]) -> EmageModel:
    """The model of a folder, loaded again only when its files changed; one model is kept.

    `exact` is for reference mode: float32 throughout, with the published sums.
    """
    global _last
    if not folder.is_dir():
        return EmageModel.load(folder)
    stamp = (_stamp(folder), exact)
    if _last is None or _last[0] != stamp:
        _last = None
        _last = (stamp, EmageModel.load(folder, exact, not exact and half_is_fast(), beat))
    return _last[1]
