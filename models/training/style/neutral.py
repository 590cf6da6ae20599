"""What the neutral style moves like, measured as learned motion is: the table from which styles are told apart.

    python -m orator.models.training.style.neutral

writes core/body/neutral.py. To be run again when the acted body's neutral style changes.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np

from ....core import body as room
from ....core.arkit import COUNT
from ....core.learned_style import Measured
from ....core.performance import make_performance
from ....core.style.channels import channels_of
from ....core.style.measured import measure
from ..body.evaluate import Body, clip_of

VOICES = ("kathleen", "slt", "awb", "kal16", "cmu_us_slt_arctic_hts", "es")
SEEDS = 2
SECONDS = 40.0


def neutral_measures(seconds: float = SECONDS, seeds: int = SEEDS) -> Measured:
    """The neutral body to training voices, measured."""
    body, pieces = Body(None), []
    for voice in VOICES:
        clip = clip_of(voice, seconds, True, split="train")
        for seed in range(seeds):
            rotations, translation = body(clip, seed=seed)
            face = np.zeros((len(rotations), COUNT))
            pieces.append(channels_of(make_performance(rotations, translation, face)))
    return measure(pieces)


def _told(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({[round(float(v), 4) for v in value]})"
    return str(round(value, 4)) if isinstance(value, float) else str(value)


def main() -> None:
    found = neutral_measures()
    rows = ",\n    ".join(
        f"{f.name}={_told(getattr(found, f.name))}" for f in fields(found) if not f.name.startswith("own_")
    )
    text = (
        '"""The neutral style, measured; written by `python -m orator.models.training.style.neutral`."""\n\n'
        "from __future__ import annotations\n\nfrom typing import Final\n\nimport numpy as np\n\n"
        f"from ..learned_style import Measured\n\nNEUTRAL: Final = Measured(\n    {rows},\n)\n"
    )
    Path(room.__file__).with_name("neutral.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
