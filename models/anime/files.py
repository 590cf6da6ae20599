"""A folder of published weights, read strictly and safely: every tensor named, shaped and finite, nothing executed."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...core.errors import OratorError
from .layout import FORMS, Form

if TYPE_CHECKING:
    from torch import Tensor

Shapes = dict[str, tuple[int, ...]]
SAFE_TORCH: Final = (2, 6)
"""Before this torch, weights_only could be tricked into running code (CVE-2025-32434)."""
_LIMIT: Final = 600 << 20
_AGAIN: Final = "Get the file again, or choose another folder."


@dataclass(frozen=True)
class AnimeCheckpoint:
    """A form and its weights, network -> name -> float32 tensor."""

    form: Form
    weights: dict[str, dict[str, Tensor]]


@lru_cache(maxsize=32)
def shapes_of(form: Form, network: str) -> Shapes:
    """Names and shapes of a network's published weights."""
    from .network import empty_network

    return {name: tuple(value.shape) for name, value in empty_network(form, network).state_dict().items()}


def _candidates(folder: Path) -> list[Form]:
    """Forms whose files are all in the folder. Raises OratorError that names what is missing."""
    if not folder.is_dir():
        raise OratorError(f"There is no folder '{folder}': choose the one with the published .pt files.")
    there = {path.stem for path in folder.glob("*.pt")}
    found = [form for form in FORMS.values() if set(form.networks) <= there]
    # The second form's folder also has all that the first one's names ask for.
    if any(form.name == "v2" for form in found):
        found = [form for form in found if form.name != "v1"]
    if found:
        return found
    best = max(FORMS.values(), key=lambda form: len(set(form.networks) & there) / len(form.networks))
    if not set(best.networks) & there:
        raise OratorError(
            f"There are no weights of a talking head in '{folder}': choose the folder with files such as "
            "face_morpher.pt and combiner.pt."
        )
    missing = ", ".join(f"{name}.pt" for name in best.networks if name not in there)
    raise OratorError(f"'{folder}' lacks {missing}: put the published files of one form together in one folder.")


def _check_kind(path: Path) -> None:
    """Raises OratorError for files that are something else under the name of weights."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror}). {_AGAIN}") from None
    if start.startswith(b"version https://git-lfs"):
        raise OratorError(f"'{path}' is a Git LFS pointer, not the weights: run 'git lfs pull' there, or fetch them.")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise OratorError(f"'{path}' is a web page that was saved under the name of the weights. {_AGAIN}")
    if size > _LIMIT:
        raise OratorError(f"'{path}' has {size >> 20} MB, far more than a network of a talking head. {_AGAIN}")


def _read(path: Path) -> dict[str, Tensor]:
    """A state dict by torch's restricted unpickler; nothing in the file is run. Raises OratorError."""
    import torch

    _check_kind(path)
    version = tuple(int(n) for n in torch.__version__.split("+")[0].split(".")[:2] if n.isdigit())
    if version < SAFE_TORCH:
        raise OratorError(f"torch {torch.__version__} cannot read '{path.name}' safely: install torch 2.6 or later.")
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise OratorError(
            f"'{path}' is damaged or holds something other than weights, perhaps a program. Nothing in it was run. "
            f"{_AGAIN}"
        ) from None
    except Exception:
        # A damaged file fails in many ways inside torch; all mean the same to the artist.
        raise OratorError(f"'{path}' is cut off or damaged. {_AGAIN}") from None
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) and value.layout == torch.strided
        for name, value in loaded.items()
    ):
        raise OratorError(f"'{path}' is not a list of named weights. {_AGAIN}")
    return dict(loaded)


def _form_of(first: Shapes, name: str, forms: list[Form], path: Path) -> Form:
    """Which of the forms a file is of; the third form's two kinds have the same file names."""
    for form in forms:
        if first == shapes_of(form, name):
            return form
    for form in FORMS.values():
        for network in form.networks:
            if first == shapes_of(form, network):
                raise OratorError(
                    f"'{path.name}' holds the weights of {network} ({form.title}): the files are swapped or of two "
                    "forms. Keep the published files of one form together under their own names."
                )
    raise OratorError(f"'{path.name}' does not fit: {_what_is_wrong(first, shapes_of(forms[-1], name))}. {_AGAIN}")


def _what_is_wrong(found: Shapes, expected: Shapes) -> str:
    said = []
    missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    for label, names in (("missing", missing), ("not the network's", extra)):
        if names:
            more = f" and {len(names) - 2} more" if len(names) > 2 else ""
            said.append(f"{label}: {', '.join(name[:60] for name in names[:2])}{more}")
    for name in sorted(set(found) & set(expected)):
        if found[name] != expected[name] and len(said) < 3:
            said.append(f"{name} has shape {list(found[name])} instead of {list(expected[name])}")
    return "; ".join(said)


def _checked(path: Path, loaded: dict[str, Tensor]) -> dict[str, Tensor]:
    import torch

    out = {}
    for name, value in loaded.items():
        if not value.is_floating_point():
            raise OratorError(f"'{path.name}': {name} holds {str(value.dtype)[6:]} numbers, not weights. {_AGAIN}")
        value = value.detach().to(torch.float32).contiguous()
        if not torch.isfinite(value).all():
            raise OratorError(f"'{path.name}': {name} has values that are not numbers. {_AGAIN}")
        out[name] = value
    return out


def load(folder: Path, beat: Callable[[], None] = lambda: None) -> AnimeCheckpoint:
    """The published weights in `folder`; `beat` is called for every file and may stop the work.

    Raises OratorError with a sentence for anything wrong, missing, swapped or unsafe.
    """
    folder = Path(folder).expanduser()
    forms = _candidates(folder)
    weights: dict[str, dict[str, Tensor]] = {}
    for name in forms[0].networks:
        beat()
        path = folder / f"{name}.pt"
        loaded = _read(path)
        shapes = {key: tuple(value.shape) for key, value in loaded.items()}
        fitting = [form for form in forms if shapes == shapes_of(form, name)]
        if not fitting:
            _form_of(shapes, name, forms, path)
        forms = fitting
        weights[name] = _checked(path, loaded)
    return AnimeCheckpoint(forms[0], weights)
