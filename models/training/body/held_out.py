"""Held-out speech as WAV and transcript files, to be heard, and seen on the character.

    python -m orator.models.training.body.held_out -o FOLDER [--voices kathleen rms de] [--seconds 20]

A film of one: `docs/demo/make_demo.py OUT FOLDER/kathleen.wav FOLDER/kathleen.txt` in a Python with bpy.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from ....core.speech.speech import SAMPLE_RATE
from ..speech_corpus import load_items


def write_clip(voice: str, seconds: float, folder: Path) -> None:
    """The first whole words of a voice's held-out paragraphs, about `seconds` of them; a transcript where English."""
    item = next(load_items("test", voice))
    words = [word for word in item.words if word.end < seconds]
    last = words[-1].end + 0.4 if words else seconds
    soundfile.write(folder / f"{voice}.wav", item.samples[: int(last * SAMPLE_RATE)].astype(np.int16), SAMPLE_RATE)
    if item.language == "en":
        (folder / f"{voice}.txt").write_text(" ".join(word.text for word in words) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voices", nargs="+", default=["kathleen", "rms", "de"])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for voice in arguments.voices:
        write_clip(voice, arguments.seconds, arguments.output)


if __name__ == "__main__":
    main()
