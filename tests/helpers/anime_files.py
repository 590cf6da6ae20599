"""A folder of weights in the published layout, from a formula."""

from __future__ import annotations

from pathlib import Path


def write_weights(folder: Path, form_name: str = "v3-separable", seed: int = 3) -> Path:
    """Write NETWORK.pt of a form; returns the folder."""
    import torch
    from orator.models.anime.files import shapes_of
    from orator.models.anime.layout import FORMS
    from orator.models.anime.parity import weights_of

    folder.mkdir(parents=True, exist_ok=True)
    form = FORMS[form_name]
    for network in form.networks:
        keys = {network: [(name, list(shape), "float32") for name, shape in shapes_of(form, network).items()]}
        torch.save(weights_of(keys, seed)[network], folder / f"{network}.pt")
    return folder
