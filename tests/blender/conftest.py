"""A fresh Blender file with Orator registered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

import orator  # noqa: E402


@pytest.fixture
def scene() -> Iterator[bpy.types.Scene]:
    """An empty file with Orator registered; unregistered again afterwards."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    yield bpy.context.scene
    orator.unregister()
