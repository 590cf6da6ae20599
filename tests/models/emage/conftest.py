"""A tiny checkpoint in the published layout, written once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    from orator.models.training.emage.checkpoint import TINY, write_checkpoint

    return write_checkpoint(tmp_path_factory.mktemp("emage"), **TINY, formats=("safetensors", "bin"))
