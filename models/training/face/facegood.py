"""Real lower-face captures beside the rules: what their dynamics were set by.

    python -m orator.models.training.face.facegood [PLOT.png]

Maps FACEGOOD-Audio2Face's rig channels (MIT) to ARKit as its own table says, checks that left and right and the jaw's
link with loudness make sense, and prints o's dynamics of every take beside those of the rules.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import soundfile

from ....core.arkit import COUNT, INDEX
from ....core.arrays import Array
from .measures import dynamics, openness

CHANNELS = {
    "jawForward": ("jaw_thrust_c",), "jawLeft": ("jaw_sideways_l",), "jawRight": ("jaw_sideways_r",),
    "jawOpen": ("mouth_stretch_c",), "mouthClose": ("mouth_chew_c",),
    "mouthFunnel": ("mouth_funnel_dl", "mouth_funnel_dr", "mouth_funnel_ul", "mouth_funnel_ur"),
    "mouthPucker": ("mouth_pucker_l", "mouth_pucker_r"),
    "mouthSmileLeft": ("mouth_lipCornerPull_l",), "mouthSmileRight": ("mouth_lipCornerPull_r",),
    "mouthStretchLeft": ("mouth_lipStretch_l",), "mouthStretchRight": ("mouth_lipStretch_r",),
    "mouthRollLower": ("mouth_suck_dl", "mouth_suck_dr"), "mouthRollUpper": ("mouth_suck_ul", "mouth_suck_ur"),
    "mouthPressLeft": ("mouth_press_l",), "mouthPressRight": ("mouth_press_r",),
    "mouthLowerDownLeft": ("mouth_lowerLipDepress_l",), "mouthLowerDownRight": ("mouth_lowerLipDepress_r",),
    "mouthUpperUpLeft": ("mouth_upperLipRaise_l",), "mouthUpperUpRight": ("mouth_upperLipRaise_r",),
}  # fmt: skip
"""ARKit weight -> rig channels, of which the largest counts."""


def data_folder() -> Path:
    """The captures: ORATOR_DATA/face/facegood, or beside the checkout."""
    root = os.environ.get("ORATOR_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data"
    return Path(root) / "face" / "facegood"


def read_take(path: Path) -> Array:
    """A take as ARKit weights (T, 52) at 30 fps; only the mouth moves."""
    with np.load(path, allow_pickle=True) as file:
        weights, names = file["weights"], [str(n) for n in file["names"]]
    face = np.zeros((len(weights), COUNT), np.float32)
    for name, sources in CHANNELS.items():
        found = [weights[:, names.index(s)] for s in sources if s in names]
        if found:
            face[:, INDEX[name]] = np.clip(np.max(found, axis=0), 0, 1)
    return face


def loudness(path: Path, frames: int) -> Array:
    """Root mean square (frames,) of the take's sound around every motion frame."""
    sound, rate = soundfile.read(path.with_suffix(".flac"), dtype="float32")
    edges = np.minimum((np.arange(frames + 1) * rate / 30).astype(int), len(sound))
    total = np.r_[0.0, np.cumsum(sound.astype(np.float64) ** 2)]
    return np.sqrt(np.diff(total[edges]) / np.maximum(np.diff(edges), 1))


def main() -> None:
    takes = sorted(data_folder().glob("*.npz"))
    faces = [read_take(path) for path in takes]
    for path, face in zip(takes, faces, strict=True):
        link = np.corrcoef(openness(face), loudness(path, len(face)))[0, 1]
        sides = np.abs(face[:, INDEX["mouthSmileLeft"]] - face[:, INDEX["mouthSmileRight"]]).max()
        print(path.stem, {k: round(v, 3) for k, v in dynamics([openness(face)]).items()},
              f"o against loudness {link:.2f}, left against right {sides:.3f}")  # fmt: skip
    if len(sys.argv) > 1:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(2, 1, figsize=(14, 6), sharex=True)
        axes[0].plot(openness(faces[-1])[:600], label="o")
        axes[0].plot(3 * loudness(takes[-1], len(faces[-1]))[:600], label="loudness")
        for name in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthSmileLeft", "mouthRollLower"):
            axes[1].plot(faces[-1][:600, INDEX[name]], label=name)
        for axis in axes:
            axis.legend()
        figure.savefig(sys.argv[1], dpi=60)


if __name__ == "__main__":
    main()
