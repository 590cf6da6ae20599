"""Runs reference mode on the parity files and prints, as JSON, how far it is from the published results.

python tests/helpers/parity_report.py PARITY_FOLDER      (with `orator` importable)
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from orator.models.emage.model import EmageModel
from orator.models.emage.network import WindowOutput
from orator.models.emage.reference import run_reference
from orator.models.emage.windows import published_windows


def as_bin(source: Path, target: Path) -> Path:
    """The same checkpoint as the published .bin files."""
    from safetensors.torch import load_file

    for path in source.rglob("model.safetensors"):
        place = target / path.parent.relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        torch.save(load_file(path), place / "pytorch_model.bin")
        (place / "config.json").write_bytes((path.parent / "config.json").read_bytes())
    return target


def differences(model: EmageModel, known: dict[str, np.ndarray]) -> dict[str, float]:
    """Wrong class indices, and the largest differences of everything else; of poses the 99.9th percentile too.

    The published way to an axis takes the square root of what a rounding error leaves where an axis has no such part:
    one in thousands of numbers is up to 7e-4 off by how a processor rounds (AVX2 and AVX-512 differ).
    """
    outputs: list[WindowOutput] = []
    ran = run_reference(
        model.network, model.codes, known["audio"], known.get("hint_motion"), known.get("hint_mask"), lambda f: None,
        outputs.append,
    )  # fmt: skip
    kept = [window.kept for window in published_windows(len(known["audio"]) * 30 // 16000, model.config)]
    face = np.concatenate([out.latent["face"][:k] for out, k in zip(outputs, kept, strict=True)])
    upper = np.concatenate([out.logits["upper"][:k] for out, k in zip(outputs, kept, strict=True)])
    parts = ("upper", "hands", "lower")
    out = {f"{part}_wrong": float((ran.walk.index[part].numpy() != known[f"{part}_index"]).sum()) for part in parts}
    pairs = {
        "face_latent": face,
        "cls_upper": upper,
        "poses": ran.poses,
        "expressions": ran.expressions,
        "trans": ran.trans,
    }
    apart = {name: np.abs(value - known[name]) for name, value in pairs.items()}
    out["poses_most"] = float(apart["poses"].max())
    out["poses"] = float(np.percentile(apart.pop("poses"), 99.9))
    return out | {name: float(far.max()) for name, far in apart.items()}


def report(parity: Path) -> dict[str, object]:
    """Of both forms and both files."""
    out: dict[str, object] = {"torch": torch.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    with tempfile.TemporaryDirectory() as temporary:
        for form, folder in (("safetensors", parity), ("bin", as_bin(parity, Path(temporary)))):
            model = EmageModel.load(folder)
            for case in ("plain", "pinned"):
                out[f"{form} {case}"] = differences(model, dict(np.load(parity / f"{case}.npz")))
    return out


if __name__ == "__main__":
    print(json.dumps(report(Path(sys.argv[1]))))
