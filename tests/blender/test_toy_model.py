"""A model that is registered and nothing else: panel's operator, command line and batch generate with its control."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
import orator
import pytest
from helpers.characters import make_rig, speech_file
from helpers.toy_model import ToyPipeline
from orator.core.blender import takes
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.formats.take_npz import read_take
from orator.core.rotations import to_rotvec
from orator.core.skeleton import INDEX
from orator.models import registry
from orator.models.cli import main


@pytest.fixture
def toy() -> Iterator[None]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    registry.register(ToyPipeline())
    orator.register()
    yield
    orator.unregister()
    registry.unregister("toy")


pytest.importorskip("torch", reason="generating wakes a runtime, and here is none")


def nods(performance) -> float:
    """Nods a second, counted where the head comes up through the middle."""
    pitch = to_rotvec(np.asarray(performance.rotations[:, INDEX["head"]], float))[:, 0]
    return float(((pitch[1:] > 0) & (pitch[:-1] <= 0)).sum() / performance.seconds)


@pytest.mark.usefixtures("toy")
def test_the_operator(tmp_path: Path) -> None:
    armature, scene = make_rig(), bpy.context.scene
    scene.orator.source, scene.orator.file = "FILE", str(speech_file(tmp_path / "voice.wav", 3.0))
    scene.orator_emage.model, scene.orator_model.toy_nods = "TOY", 3.0
    assert bpy.ops.orator.generate() == {"FINISHED"}
    take = takes.shown(armature)
    assert nods(load_performance(take)) == pytest.approx(3.0, abs=0.4)
    assert load_meta(take)["models"] == {"toy": "1"}


@pytest.mark.any_blender
@pytest.mark.usefixtures("toy")
def test_the_command_line_and_a_batch(tmp_path: Path, capsys) -> None:
    sound, out = speech_file(tmp_path / "voice.wav", 3.0), tmp_path / "t.npz"
    given = ["generate", str(sound), "-o", str(out), "--model", "toy", "--toy-nods"]
    assert main([*given, "4"]) == 0 and nods(read_take(out).performance) == pytest.approx(4.0, abs=0.4)
    assert main([*given, "9"]) == 1 and "toy-nods is 9" in capsys.readouterr().err
    (tmp_path / "t.csv").write_text("speech,output,model,toy-nods\nvoice.wav,a.npz,toy,2\nvoice.wav,b.npz,toy,9\n")
    assert main(["batch", str(tmp_path / "t.csv"), "-o", str(tmp_path / "many"), "--format", ".npz"]) == 1
    assert nods(read_take(tmp_path / "many" / "a.npz").performance) == pytest.approx(2.0, abs=0.4)
    assert not (tmp_path / "many" / "b.npz").exists()
