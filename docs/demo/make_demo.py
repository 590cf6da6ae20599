"""`make demo`: the road of an artist, from a sound file to takes, files and pictures, in Blender without a window.

    make_demo.py [OUT [SPEECH.wav [TRANSCRIPT.txt]]]      runs inside a Python with bpy and the extension's packages

Every step is the operator behind a button of the Orator panels, or Blender's own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="orator-demo-"))

import bpy  # noqa: E402

sys.path.insert(0, str(HERE))
import pictures  # noqa: E402

FPS = 24
MOMENTS = 8
"""Columns of the contact sheet."""


class Stages:
    """Times the stages, and says them as they end."""

    def __init__(self) -> None:
        self.took: list[tuple[str, float]] = []

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """One stage; Blender's own chatter meanwhile goes to a log."""
        begin = time.perf_counter()
        with quiet():
            yield
        self.took.append((name, time.perf_counter() - begin))
        print(f"{name:<46} {self.took[-1][1]:7.1f} s", flush=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what the process and its libraries print to the demo's log."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(LOG, "a", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)


def progress() -> Callable[[float], None]:
    """Shows a share on the error stream: it moves in a terminal, and is a line a quarter elsewhere."""
    shown = -1

    def tell(fraction: float) -> None:
        nonlocal shown
        step = int(100 * fraction) if sys.stderr.isatty() else 25 * int(4 * fraction)
        if step > shown:
            shown = step
            print(f"  {step:3d}%", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    return tell


def enable() -> None:
    """Enable Orator from this checkout, as an extension of a local repository."""
    import addon_utils

    folder = ROOT / "build" / "path"
    bpy.context.preferences.extensions.repos.new(
        name="Development", module="dev", custom_directory=str(folder), remote_url=""
    )
    if addon_utils.enable("bl_ext.dev.orator") is None:
        sys.exit("The extension could not be enabled, see the messages above.")


def must(answer: set[str], what: str) -> None:
    """Stop the demo when an operator did not finish."""
    if answer != {"FINISHED"}:
        sys.exit(f"{what} did not finish.")


def new_scene() -> bpy.types.Scene:
    """An empty file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    enable()
    scene = bpy.context.scene
    scene.render.fps = FPS
    scene.frame_current = 1
    return scene


def add_speech(scene: bpy.types.Scene, speech: Path, transcript: Path | None) -> None:
    """The sound on the timeline, its words, and the frame range that it covers."""
    must(bpy.ops.orator.add_speech(filepath=str(speech)), "Add Speech")
    scene.orator.transcript = transcript.read_text(encoding="utf-8").strip() if transcript else ""
    scene.frame_start = 1


def write_take(character: bpy.types.Object, path: Path) -> None:
    """The shown take as the file that the command line writes."""
    from bl_ext.dev.orator.core.blender import takes
    from bl_ext.dev.orator.core.blender.take_store import load_meta, load_performance
    from bl_ext.dev.orator.core.formats.take_npz import write_take as write
    from bl_ext.dev.orator.core.performance import Take

    item = takes.shown(character)
    write(Take(load_performance(item), item.name, load_meta(item)), path)


def export(character: bpy.types.Object, path: Path) -> None:
    """The character with the shown take, in the format that the suffix names."""
    from bl_ext.dev.orator.core.blender.export import export_shown

    export_shown(character, path)


def save(path: Path) -> None:
    """The file with its sound inside."""
    for sound in bpy.data.sounds:
        if sound.packed_file is None:
            sound.pack()
    must(bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True), "Saving")


def main(out: Path, speech: Path, transcript: Path | None) -> None:
    """All stages in order."""
    stages = Stages()
    with stages.stage("open an empty file, enable Orator"):
        scene = new_scene()
    with stages.stage("add the speech to the timeline"):
        add_speech(scene, speech, transcript)
    with stages.stage("add a character"):
        must(bpy.ops.orator.add_character(), "Add Character")
        character = scene.orator.character
    with stages.stage("add a stage"):
        must(bpy.ops.orator.add_stage(), "Add Stage")
    with stages.stage("generate three takes (networks load here)"):
        scene.orator.count = 3
        must(bpy.ops.orator.generate(), "Generate")
    with stages.stage("save demo.blend"):
        save(out / "demo.blend")
    with stages.stage("write take.npz"):
        write_take(character, out / "take.npz")
    with stages.stage("export demo.glb"):
        export(character, out / "demo.glb")
    with stages.stage("export demo.fbx"):
        export(character, out / "demo.fbx")
    camera = pictures.add_camera(scene)
    with stages.stage("render the contact sheet sheet.png"):
        first, last = scene.frame_start, scene.frame_end
        moments = [round(first + (last - first) * (k + 0.5) / MOMENTS) for k in range(MOMENTS)]
        pictures.contact_sheet(scene, character, moments, out / "sheet.png", MOMENTS, tell=progress())
    with stages.stage("render the movie demo.mp4 with sound"):
        pictures.movie(scene, character, out / "demo.mp4", progress())
    bpy.data.objects.remove(camera)
    seconds = (scene.frame_end - scene.frame_start) / FPS
    total = sum(took for _, took in stages.took)
    where = f"Blender {bpy.app.version_string}, {os.cpu_count()} cores"
    print(f"{'in all':<46} {total:7.1f} s for {seconds:.1f} s of speech ({where}); {out}/ holds:")
    for path in sorted(out.iterdir()):
        print(f"  {path.name:<12} {path.stat().st_size / 1e6:7.2f} MB")


if __name__ == "__main__":
    words = [Path(word).resolve() for word in sys.argv[1:]]
    folder = words[0] if words else Path("out/demo").resolve()
    said = (
        (words[1], words[2] if len(words) > 2 else None)
        if len(words) > 1
        else (HERE / "speech.wav", HERE / "speech.txt")
    )
    folder.mkdir(parents=True, exist_ok=True)
    LOG = ROOT / "build" / "demo.log"
    LOG.write_text("", encoding="utf-8")
    main(folder, *said)
