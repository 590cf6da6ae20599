"""A folder of published weights, read strictly and safely: every tensor named, shaped and finite, nothing executed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...core.errors import OratorError
from ..interface.weight_files import check_kind, finite, read_pickle
from .layout import FORMS, Form

if TYPE_CHECKING:
    from torch import Tensor

Shapes = dict[str, tuple[int, ...]]
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


def _read(path: Path) -> dict[str, Tensor]:
    """A state dict; nothing in the file is run. Raises OratorError."""
    size = check_kind(path, _AGAIN)
    if size > _LIMIT:
        raise OratorError(f"'{path}' has {size >> 20} MB, far more than a network of a talking head. {_AGAIN}")
    return read_pickle(path, _AGAIN, "install torch 2.6 or later")


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
        weights[name] = {key: finite(value, key, path.name, _AGAIN) for key, value in loaded.items()}
    return AnimeCheckpoint(forms[0], weights)
