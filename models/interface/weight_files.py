"""Published weights of other models, read strictly and safely: what is in their files is never executed."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...core.errors import OratorError

if TYPE_CHECKING:
    from torch import Tensor

SAFE_TORCH: Final = (2, 6)
"""Before this torch, weights_only could be tricked into running code (CVE-2025-32434)."""


def check_kind(path: Path, again: str) -> int:
    """The size of a file of weights in bytes. Raises OratorError for what is something else under that name.

    again: what to do about it, a sentence.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64).lstrip().lower()
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror}). {again}") from None
    if start.startswith(b"version https://git-lfs"):
        raise OratorError(f"'{path}' is a Git LFS pointer, not the weights: run 'git lfs pull' there, or fetch them.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise OratorError(f"'{path}' is a web page that was saved under the name of the weights. {again}")
    return size


def read_pickle(path: Path, again: str, instead: str) -> dict[str, Tensor]:
    """The named tensors of a file of torch's, by its restricted unpickler. Raises OratorError.

    Not mapped into memory: mapped pages would count a second time while a network lays its matrices out.
    again: what to do about a damaged file; instead: about a torch that is too old.
    """
    import torch

    version = tuple(int(n) for n in torch.__version__.split("+")[0].split(".")[:2] if n.isdigit())
    if version < SAFE_TORCH:
        raise OratorError(f"torch {torch.__version__} cannot read '{path.name}' safely: {instead}.")
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise OratorError(
            f"'{path}' is damaged or holds something other than weights, perhaps a program. Nothing in it was run. "
            f"{again}"
        ) from None
    except Exception:
        # A damaged file fails in many ways inside torch; all mean the same to the artist.
        raise OratorError(f"'{path}' is cut off or damaged. {again}") from None
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) and value.layout == torch.strided
        for name, value in loaded.items()
    ):
        raise OratorError(f"'{path}' is not a list of named weights. {again}")
    return dict(loaded)


def finite(value: Tensor, name: str, shown: str, again: str) -> Tensor:
    """A tensor as float32, one after the other in memory. Raises OratorError for anything but finite numbers."""
    import torch

    if not value.is_floating_point():
        raise OratorError(f"'{shown}': {name} holds {str(value.dtype)[6:]} numbers instead of weights. {again}")
    value = value.detach().to(torch.float32).contiguous()
    if not torch.isfinite(value).all():
        raise OratorError(f"'{shown}': {name} has values that are not numbers. {again}")
    return value
