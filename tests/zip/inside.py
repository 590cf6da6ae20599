"""Inside a Python that has only bpy: install the zip, generate a take for the speech, look at what came out.

    inside.py ZIP SPEECH

Prints TOOK lines with times and one HELD line; anything else is a failure.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
import socket
import sys
import time
from pathlib import Path

import bpy

PACKAGE = "bl_ext.user_default.orator"


def module(name: str) -> object:
    """A module of the installed extension."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def check_nothing_else() -> None:
    """Nothing that the zip should bring is there before."""
    for name in ("torch", "onnxruntime", "librosa", "scipy", "soundfile", "safetensors", "orator"):
        assert importlib.util.find_spec(name) is None, f"{name} is there before the zip is installed"


def network_is_cut() -> bool:
    """Whether no address can be reached; one reserved for documentation would time out, a cut network refuses."""
    try:
        with socket.create_connection(("192.0.2.1", 80), timeout=2.0):
            return False
    except TimeoutError:
        return False
    except OSError:
        return True


def install(package: Path) -> None:
    """By the extension installer, as Preferences > Get Extensions > Install from Disk does."""
    bpy.ops.extensions.package_install_files(filepath=str(package), repo="user_default", enable_on_install=True)
    assert PACKAGE in sys.modules, "the extension was not enabled after installing"
    assert "onnxruntime" not in sys.modules, "installing imported ONNX Runtime"


def perform(speech: Path) -> bpy.types.Object:
    """The road of an artist, blocking; returns the character."""
    scene = bpy.context.scene
    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    scene.render.fps = 25
    scene.frame_current = 11
    assert bpy.ops.orator.add_speech(filepath=str(speech)) == {"FINISHED"}
    assert bpy.ops.orator.add_character() == {"FINISHED"}
    begin = time.perf_counter()
    assert bpy.ops.orator.generate() == {"FINISHED"}
    print(f"TOOK {time.perf_counter() - begin:.1f} s from the cold press to the take")
    slow = [name for name in ("torch", "librosa", "numba", "sklearn", "scipy.stats") if name in sys.modules]
    assert not slow, f"generating imported {slow}"
    return scene.orator.character


def check_without_torch() -> None:
    """What needs PyTorch says so, and where to get it."""
    assert module("models.runtime").chosen() == "onnx"
    scene = bpy.context.scene
    scene.orator_emage.model = "EMAGE"
    sentence = ""
    try:
        bpy.ops.orator.generate()
    except RuntimeError as error:
        sentence = str(error)
    scene.orator_emage.model = "EMBEDDED"
    assert "EMAGE needs PyTorch" in sentence and "Orator Full" in sentence, sentence


def check_take(character: bpy.types.Object, speech_seconds: float) -> str:
    """What an artist would notice: the hands move, the lips move, it starts and ends with the strip."""
    scene = bpy.context.scene
    data = character.orator
    assert len(data.takes) == 1, f"{len(data.takes)} takes instead of one"
    performance = module("core.blender.take_store").load_performance(data.takes[0])
    assert performance.frames == math.ceil(speech_seconds * 30.0), f"{performance.frames} frames"
    shapes = [o.data.shape_keys.key_blocks for o in character.children if o.type == "MESH" and o.data.shape_keys]
    mouths = [blocks["jawOpen"] for blocks in shapes if "jawOpen" in blocks]
    assert mouths, "no mesh with a jawOpen shape"
    wrists, jaws = [], []
    last = 11 + round(speech_seconds * 25)
    for frame in range(11, last, 5):
        scene.frame_set(frame)
        posed = character.evaluated_get(bpy.context.evaluated_depsgraph_get())
        wrists.append(posed.pose.bones["right_wrist"].matrix.translation.copy())
        jaws.append(mouths[0].value)
    reach = max((a - b).length for a in wrists for b in wrists)
    assert all(math.isfinite(v) for w in wrists for v in w), "the pose is not finite"
    assert reach > 0.05, f"the right hand moves only {reach:.3f} m"
    assert max(jaws) - min(jaws) > 0.08, f"the jaw opens only {max(jaws) - min(jaws):.3f}"
    assert all(0.0 <= j <= 1.0 for j in jaws)
    return f"the right hand reaches {100 * reach:.0f} cm, the jaw opens to {max(jaws):.2f}"


def main() -> None:
    package, speech = Path(sys.argv[1]), Path(sys.argv[2])
    check_nothing_else()
    cut = network_is_cut()
    begin = time.perf_counter()
    install(package)
    print(f"TOOK {time.perf_counter() - begin:.1f} s to install")
    character = perform(speech)
    seconds = importlib.import_module("soundfile").info(str(speech)).duration
    what = check_take(character, seconds)
    check_without_torch()
    assert bpy.ops.preferences.addon_disable(module=PACKAGE) == {"FINISHED"}
    assert not hasattr(bpy.types.Scene, "orator"), "disabling left its properties behind"
    print(f"HELD {what}; network {'cut' if cut else 'not cut'}", flush=True)
    sys.stdout.flush()
    # bpy 4.2 and 4.5 may crash or hang in their own teardown once a sound was played; all is checked by now.
    os._exit(0)


main()
