"""A deeper phone network goes on from a shallower one: the further blocks add nothing until they are trained."""

from __future__ import annotations

import numpy as np
import torch
from orator.core.speech.phones import PHONE_INDEX
from orator.models.phones.classify import DILATIONS
from orator.models.phones.network import PhoneNetwork
from orator.models.training.phones_mean import favour_lips, mean_of
from orator.models.training.phones_train import write_weights


def _heard(network: PhoneNetwork) -> np.ndarray:
    mel = torch.from_numpy(np.random.default_rng(2).normal(size=(1, 64, 120)).astype(np.float32))
    with torch.inference_mode():
        return network.eval()(mel).numpy()


def test_a_file_with_fewer_blocks_counts_as_one_whose_others_add_nothing(tmp_path):
    torch.manual_seed(1)
    short, full = PhoneNetwork(dilations=DILATIONS[:3]), PhoneNetwork()
    paths = [tmp_path / "short.safetensors", tmp_path / "full.safetensors"]
    for network, path in zip((short, full), paths, strict=True):
        write_weights(network, path)
    np.testing.assert_allclose(_heard(mean_of(paths, [1.0, 0.0])), _heard(short), atol=0.02)
    np.testing.assert_allclose(_heard(mean_of(paths, [0.0, 1.0])), _heard(full), atol=0.02)
    between = _heard(mean_of(paths, [1.0, 3.0]))
    assert np.abs(between - _heard(short)).max() > 0.1 and np.abs(between - _heard(full)).max() > 0.1


def test_lips_that_meet_gain_in_every_frame_and_nothing_else_does():
    torch.manual_seed(1)
    network = PhoneNetwork(dilations=DILATIONS[:2])
    before = _heard(network)
    favour_lips(network, 0.4)
    rows = [PHONE_INDEX[name] for name in "PBM"]
    gained = _heard(network) - before
    np.testing.assert_allclose(gained[:, rows], 0.4, atol=1e-5)
    np.testing.assert_array_equal(np.delete(gained, rows, axis=1), 0.0)
