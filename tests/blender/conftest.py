"""A fresh Blender file with Orator registered."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

import orator  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _factory() -> None:
    """Preferences and add-ons as Blender comes, once a file of tests: it takes five times as long as an empty file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def scene() -> Iterator[bpy.types.Scene]:
    """An empty file with Orator registered; unregistered again afterwards."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    orator.register()
    yield bpy.context.scene
    orator.unregister()


ONE_IS_ENOUGH = (5, 0)
"""The Blender that runs every test."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is the same under any Blender runs under one of them; under all with EVERY=1."""
    if bpy.app.version[:2] == ONE_IS_ENOUGH or os.environ.get("EVERY"):
        return
    spared = [item for item in items if item.get_closest_marker("any_blender")]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]
