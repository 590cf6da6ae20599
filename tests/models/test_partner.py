"""Both speakers of a conversation in one file, as two channels."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
import soundfile
from orator.core.errors import OratorError
from orator.core.speech.load import load_speech
from orator.models.partner import add_partner_arguments, with_partner

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_partner_arguments(parser)
    return parser.parse_args(words)


def test_two_channels_of_one_file_are_two_speakers(tmp_path: Path) -> None:
    samples, rate = soundfile.read(DEMO)
    half = len(samples) // 2
    both = np.zeros((len(samples), 2))
    both[:half, 0], both[half:, 1] = samples[:half], samples[half:]
    path = tmp_path / "dialogue.wav"
    soundfile.write(path, both, rate)
    own = load_speech(path, channel="1")
    (mine, theirs), listening = with_partner(asked("--partner", str(path), "--partner-channel", "2"), own)
    assert listening is not None and len(mine.samples) == len(theirs.samples)
    middle = len(mine.samples) // 2
    loud = [[float(np.abs(part).mean()) for part in np.split(s.samples[: 2 * middle], 2)] for s in (mine, theirs)]
    assert loud[0][0] > 50 * loud[0][1] and loud[1][1] > 50 * loud[1][0]
    with pytest.raises(OratorError, match="channel 3"):
        with_partner(asked("--partner", str(path), "--partner-channel", "3"), own)
    with pytest.raises(OratorError, match="partner-channel is about a conversation"):
        with_partner(asked("--partner-channel", "2"), own)
