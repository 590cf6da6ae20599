"""With the real networks: around pins nothing jerks more than the same take does without them."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need PyTorch")

from orator.core.directing.calm import motion
from orator.core.directing.pins import PosePin
from orator.core.regions import joints_of
from orator.core.request.generation import GenerationRequest, given_by_pins
from orator.core.rotations import angle_between
from orator.core.speech.load import load_speech
from orator.models.generate import generate

SECONDS = 6.0


def test_no_pop_around_pins(demo_speech) -> None:
    speech = load_speech(demo_speech)
    speech = replace(speech, samples=speech.samples[: int(SECONDS * 16000)])
    free, other = generate(GenerationRequest((speech,)), 1), generate(GenerationRequest((speech,)), 9)
    body = np.ones(55, bool)
    body[22:25] = False
    pins = []
    for seconds, joints, root in ((2.0, body, True), (4.0, joints_of(("right_arm",)), False)):
        k = int(seconds * 30)
        pins.append(PosePin(f"at {seconds}", seconds, other.rotations[k].astype(float), joints,
                            other.translation[k].astype(float), root, np.zeros(52), np.zeros(52, bool)))  # fmt: skip
    times = free.times()
    given = given_by_pins(tuple(pins), (), speech.seconds)
    hints, mask = given.parts()
    made = generate(GenerationRequest((speech,), given=given), 1)
    assert angle_between(made.rotations[~mask.joints], hints.rotations[~mask.joints]).max() < 0.01
    usual = [np.percentile(values, 95, axis=0) for values in motion(free)]
    for pin in pins:
        near = np.abs(times - pin.seconds) <= 0.5
        for values, limit, lost in zip(motion(made), usual, (3, 2), strict=True):
            assert (values[near[lost // 2 : len(near) - (lost - lost // 2)]] < 1.5 * limit.max()).all(), pin.name
