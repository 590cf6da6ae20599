"""An extension folder that cannot be written to is enough: nothing is ever written into it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.characters import speech_file

CODE = """
import os, sys
sys.dont_write_bytecode = True
import bpy, orator
root, wrote = os.path.realpath(os.path.dirname(orator.__file__)), []
build = os.path.join(root, "build")

def inside(path):
    path = os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
    return path.startswith(root + os.sep) and not path.startswith(build + os.sep)

def watch(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        wrote.extend([args[0]] if inside(args[0]) else [])
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink"):
        wrote.extend(a for a in args if inside(a))

sys.addaudithook(watch)
orator.register()
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.orator.add_character()
options = bpy.context.scene.orator
options.source, options.file, options.use_upper = "FILE", sys.argv[1], False
made = "nothing"
if sys.argv[2] == "generate":
    made = bpy.ops.orator.generate()
orator.unregister()
print("WROTE", wrote, "MADE", made)
open(os.path.join(root, "seen.tmp"), "w").close()
os.remove(os.path.join(root, "seen.tmp"))
print("CONTROL", len(wrote))
"""


@pytest.mark.any_blender
def test_nothing_is_written_into_the_extension(tmp_path: Path) -> None:
    try:
        import torch  # noqa: F401

        work = "generate"
    except ImportError:
        work = "look"
    arguments = [str(speech_file(tmp_path / "voice.wav")), work]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert "WROTE [] MADE" in done.stdout, done.stdout + done.stderr
    assert "CONTROL 2" in done.stdout, "the watch sees what is written"
    if work == "generate":
        assert "FINISHED" in done.stdout
    else:
        pytest.skip("networks need PyTorch: only adding a character was looked at")
