"""SMPL-X bodies and FLAME heads posed by the `smplx` package itself.

The package unpickles whatever it opens, so it is never given the artist's file: it gets a copy with the numbers that
core/smplx/model_file.py read and checked, in a folder that only this process can read and that is gone afterwards.
"""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..core.arrays import Array
from ..core.errors import OratorError
from ..core.smplx.body import BATCH, Forward, own_forward
from ..core.smplx.model_file import FLAME, FLAME_LANDMARKS, LANDMARKS, SMPLX, SmplxModel

if TYPE_CHECKING:
    import torch

_NO_PARENT: Final = 2**32 - 1


def make_forward(model: SmplxModel, betas: int, expressions: int, mean_hands: bool) -> Forward:
    """The package's forward pass of a model, or our own where torch or the package is not installed."""
    try:
        import smplx  # noqa: F401
        import torch
    except (ImportError, OSError):
        # OSError: a torch whose libraries do not load here.
        return own_forward(model, betas, expressions, mean_hands)
    module = package_module(model, betas, expressions, mean_hands)

    def forward(beta: Array, expression: Array) -> tuple[Array, Array]:
        with torch.no_grad():
            out = module(betas=torch.from_numpy(beta).float(), expression=torch.from_numpy(expression).float())
        # After the joints of the skeleton the package gives landmarks.
        return out.vertices.numpy(), out.joints[:, : len(model.layout.joints)].numpy()

    return forward


def package_module(model: SmplxModel, betas: int, expressions: int, mean_hands: bool = False) -> torch.nn.Module:
    """The package's SMPL-X or FLAME module of a model, for batches of BATCH, without its pose correctives."""
    import smplx

    try:
        with tempfile.TemporaryDirectory(prefix="orator-smplx-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            given: dict[str, Any] = {
                "ext": "npz", "num_betas": betas, "num_expression_coeffs": expressions, "batch_size": BATCH,
            }  # fmt: skip
            file = folder / ("SMPLX_NEUTRAL.npz" if model.layout is SMPLX else "FLAME_NEUTRAL.npz")
            np.savez(file, **_clean(model))
            if model.layout is FLAME:
                face, share = _landmarks()
                table = {"lmk_face_idx": face, "lmk_b_coords": share}
                (folder / FLAME_LANDMARKS).write_bytes(pickle.dumps(table))
                return smplx.FLAME(str(folder), **given)
            return smplx.SMPLX(str(file), use_pca=False, flat_hand_mean=not mean_hands, **given)
    except OSError as error:
        raise OratorError(
            f"The body could not be set up in '{tempfile.gettempdir()}' ({error.strerror}): it needs 100 MB there."
        ) from None


def _clean(model: SmplxModel) -> dict[str, Array]:
    """The entries that the package asks for, of the model's own numbers.

    Pose directions are zeros: correctives are shape keys of their own, and a body may go without them.
    """
    bones = len(model.layout.joints)
    face, share = _landmarks()
    parents = np.array([_NO_PARENT, *model.layout.parents[1:]], np.int64)
    return {
        "v_template": model.template,
        "f": model.faces,
        "shapedirs": np.concatenate([model.betas, model.expressions], axis=2, dtype=np.float32),
        "posedirs": np.zeros((model.layout.vertices, 3, 9 * (bones - 1)), np.int8),
        "J_regressor": model.regressor,
        "weights": model.weights,
        "kintree_table": np.stack([parents, np.arange(bones)]),
        "hands_meanl": model.hand_mean[:15].ravel(),
        "hands_meanr": model.hand_mean[15:].ravel(),
        "hands_componentsl": np.eye(45),
        "hands_componentsr": np.eye(45),
        "lmk_faces_idx": face,
        "lmk_bary_coords": share,
    }


def _landmarks() -> tuple[Array, Array]:
    """Triangles (51,) and places on them (51, 3), which the package wants and a body does not use."""
    return np.zeros(LANDMARKS, np.int64), np.full((LANDMARKS, 3), 1 / 3)
