"""A kind of target that nothing in Orator knows takes a bake: an Empty whose own numbers show the face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import speech_file
from orator.core.arkit import ARKIT, INDEX
from orator.core.bake.fitting import Bounds
from orator.core.bake.keys import CurveKeys
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, characters, compat, follow, targets
from orator.core.blender.bake_target import read_target
from orator.core.blender.takes import show
from orator.core.performance import Performance, Take, rest_performance
from orator.core.rig.description import MeshDescription, RigDescription, Shape


class Dial:
    """An Empty marked 'dial' with a custom property for each face weight."""

    def accepts(self, obj: bpy.types.Object) -> bool:
        return obj.type == "EMPTY" and "dial" in obj

    def describe(self, character: bpy.types.Object) -> RigDescription:
        shapes = tuple(Shape(name) for name in ARKIT if name in character)
        return RigDescription(character.name, (), (MeshDescription(character.name, shapes),))

    def animated(self, obj: bpy.types.Object) -> bpy.types.ID | None:
        return obj if self.accepts(obj) else None

    def owned(self, character: bpy.types.Object, curves: tuple[CurveKeys, ...]) -> list[targets.Owned]:
        named = [replace(c, path=c.path.removeprefix("key_blocks").removesuffix(".value")) for c in curves]
        return [(character, character, named)]


@pytest.fixture
def dial(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    kind = Dial()
    targets.register_target(kind)
    obj = bpy.data.objects.new("Dial", None)
    scene.collection.objects.link(obj)
    obj["dial"] = True
    for name in ARKIT:
        obj[name] = 0.0
    scene.orator.character = obj
    yield obj
    targets.unregister_target(kind)


def talking(frames: int = 60) -> Performance:
    made = rest_performance(frames)
    face = np.zeros_like(made.face)
    face[:, INDEX["jawOpen"]] = 0.5 + 0.4 * np.sin(np.arange(frames) / 4)
    return replace(made, face=face)


def jaw(scene: bpy.types.Scene, obj: bpy.types.Object, frames: range) -> np.ndarray:
    """What the Empty shows at scene frames."""
    shown = []
    for frame in frames:
        scene.frame_set(frame)
        shown.append(obj["jawOpen"])
    return np.array(shown)


def test_a_bake_plays_on_it_and_its_takes_are_switched_moved_and_removed(
    scene: bpy.types.Scene, dial: bpy.types.Object
) -> None:
    scene.render.fps = 30
    assert characters.is_character(dial) and characters.characters_in(scene) == [dial]
    made = talking()
    prepared = prepare(made, 1.0, read_target(dial, scene), Keying(Bounds()))
    assert "52 of 52 shapes" in prepared.coverage.sentence()
    item = bake.add_take(dial, Take(made, "Take 1", {}), 1.0, prepared)
    wanted = made.face[:, INDEX["jawOpen"]]
    assert np.abs(jaw(scene, dial, range(30, 90)) - wanted).max() < 0.02
    item.layers.lip_strength = 0.5
    assert "written again" in _said(), "the slider rewrote its curves"
    assert jaw(scene, dial, range(30, 90)).max() < 0.8 * wanted.max()
    item.layers.lip_strength = 1.0
    follow.move(dial, item, scene, 10)
    assert np.abs(jaw(scene, dial, range(40, 100)) - wanted).max() < 0.02
    show(dial, "")
    assert dial.animation_data.action is None
    assert bake.bake_again(dial, item.uid, scene, Keying(None))
    assert np.abs(jaw(scene, dial, range(40, 100)) - wanted).max() < 1e-4


def test_the_panels_operator_generates_for_it(scene: bpy.types.Scene, dial: bpy.types.Object, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    options = scene.orator
    options.source, options.file = "FILE", str(speech_file(tmp_path / "voice.wav"))
    assert bpy.ops.orator.generate() == {"FINISHED"}
    assert len(dial.orator.takes) == 1
    curves = list(compat.animated_curves(dial))
    assert {curve.data_path for curve in curves} == {f'["{name}"]' for name in ARKIT}
    assert np.ptp(jaw(scene, dial, range(1, 50))) > 0.005, "what was generated plays on it"


def _said() -> str:
    from orator.core.blender import report

    return report.last()
