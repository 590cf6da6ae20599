"""Cancels at random moments inside one Blender: no thread, no memory and no data is left of them.

    python tests/batch/inside.py --rounds 100 [--write]

Run with a Python that has bpy and the extension's packages. Starts the same work as Generate does, cancels it after a
random time, and begins the next at once, as a hasty artist would. A tenth of the way counts as warming up: memory is
compared with what it was then. Prints a table (--write: into docs/faults.md); exit code 0 when nothing was left.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="orator-blender-"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import conftest  # noqa: F401  (makes `import orator` find this checkout)

KEEP = 48 << 20
"""Bytes by which the memory of a process may wander."""


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def settled() -> None:
    """Wait for the last worker; a cancelled one winds down beside Blender."""
    for thread in threading.enumerate():
        if thread.name.startswith("orator-"):
            thread.join(60.0)
    gc.collect()


def _seconds(work: Callable[..., object], job: ModuleType) -> float:
    """How long the work takes in this process when nobody cancels it: the second time, with everything loaded."""
    for _ in range(2):
        begun = time.monotonic()
        job.start("Generating", work)
        while job.poll() is None:
            time.sleep(0.01)
    return time.monotonic() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100, help="cancels")
    parser.add_argument("--longest", type=float, default=4.0, help="seconds of work before a cancel, at most")
    parser.add_argument("--write", action="store_true", help="the table into docs/faults.md")
    args = parser.parse_args()
    import bpy
    import orator
    from helpers.characters import make_rig, speech_file
    from helpers.marked import put
    from orator.core.blender import generation, job
    from orator.operators.work import work_on

    orator.register()
    scene, rng = bpy.context.scene, random.Random(4)
    scene.orator.source = "FILE"
    scene.orator.file = str(speech_file(Path(tempfile.mkdtemp()) / "voice.wav", 6.0))
    scene.orator.character = make_rig(shapes=("jawOpen",))
    data = len(bpy.data.actions), len(bpy.data.texts), len(bpy.data.objects)
    warm, cancelled, ended, slowest = (0, 0), 0, 0, 0.0
    longest = min(args.longest, _seconds(work_on(generation.read_request(bpy.context)), job))
    while cancelled < args.rounds:
        k = cancelled + ended
        if k == max(1, args.rounds // 10):
            settled()
            warm = resident(), threading.active_count()
        job.start("Generating", work_on(generation.read_request(bpy.context)))
        time.sleep(rng.uniform(0.0, longest))
        message, begin = job.poll(), time.monotonic()
        job.cancel()
        slowest = max(slowest, time.monotonic() - begin)
        ended, cancelled = ended + (message is not None), cancelled + (message is None)
        if message is not None and message.kind == "failed":
            print(f"{k + 1}: {message.text}")
            return 1
    settled()
    grown, threads = (resident() - warm[0]) / 2**20, threading.active_count() - warm[1]
    left = [t.name for t in threading.enumerate() if t.name.startswith("orator-")]
    same = data == (len(bpy.data.actions), len(bpy.data.texts), len(bpy.data.objects))
    text = "\n".join([
        "| cancels in one Blender | ended before | Cancel took at most, s | threads more | MB more | data-blocks |",
        "| --- " * 6 + "|",
        f"| {cancelled} | {ended} | {slowest:.3f} | {max(threads, 0)} | {grown:.0f} | "
        f"{'as before' if same else 'CHANGED'} |",
    ])  # fmt: skip
    print(text)
    if args.write:
        put(Path(__file__).resolve().parents[2] / "docs" / "faults.md", "inside", text)
    held = same and not left and threads <= 0 and grown < KEEP / 2**20
    sys.stdout.flush()
    orator.unregister()
    return 0 if held else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # bpy 4.2 and 4.5 crash or hang in their own teardown after a sound
