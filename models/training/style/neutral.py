"""What the neutral style moves like, measured as learned motion is: the table from which styles are told apart.

    python -m orator.models.training.style.neutral

writes core/body/neutral.py and core/face/neutral.py. To be run again when the acted body's neutral style or the neutral
face changes.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np

from ....core import body as room
from ....core import face as faces
from ....core.arkit import ARKIT, COUNT
from ....core.emotion import constant_emotion
from ....core.face.reference import BEND, EXPRESSION
from ....core.learned_style import Measured
from ....core.performance import make_performance
from ....core.settings import Settings
from ....core.style.channels import channels_of
from ....core.style.measured import measure
from ...face import generate_face
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


def neutral_face(seconds: float = SECONDS) -> str:
    """The neutral face to training voices, as the lines of core/face/neutral.py."""
    made = []
    for seed, voice in enumerate(VOICES):
        condition = clip_of(voice, seconds, True, split="train").condition
        made.append(generate_face(condition, Settings(), constant_emotion(), seed)[0])
    face = np.concatenate(made)
    rows = "".join(
        f'    "{ARKIT[k]}": ({face[:, k].mean():.3f}, {face[:, k].std():.3f}),\n' for k in (*EXPRESSION, *BEND)
    )
    return (
        '"""The neutral face in talk, measured: mean and deviation of what is held and bent; written by\n`python -m '
        'orator.models.training.style.neutral`."""\n\n'
        "from __future__ import annotations\n\nfrom typing import Final\n\n"
        f"NEUTRAL_FACE: Final = {{\n{rows}}}\n"
    )


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
    Path(str(room.__file__)).with_name("neutral.py").write_text(text, encoding="utf-8")
    Path(str(faces.__file__)).with_name("neutral.py").write_text(neutral_face(), encoding="utf-8")


if __name__ == "__main__":
    main()
