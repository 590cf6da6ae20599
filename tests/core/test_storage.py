"""A performance kept in a .blend file comes back bit for bit, and a damaged one says so."""

import numpy as np
import pytest
from helpers.motions import moving
from orator.core.errors import OratorError
from orator.core.performance import rest_performance
from orator.core.storage import pack, unpack


def test_every_bit_comes_back() -> None:
    for performance in (moving(90, 29.97), rest_performance(1)):
        back = unpack(pack(performance))
        assert back.fps == performance.fps
        for name in ("rotations", "translation", "face"):
            assert np.array_equal(getattr(back, name).view(np.uint32), getattr(performance, name).view(np.uint32))
        assert back.expressions is None


def test_rest_takes_hardly_any_room() -> None:
    assert len(pack(rest_performance(1800))) < 20_000


@pytest.mark.parametrize("broken", (b"", b"something else", pack(moving(20))[:-40], pack(moving(20))[:30]))
def test_damage_is_said(broken: bytes) -> None:
    with pytest.raises(OratorError, match="damaged"):
        unpack(broken)
