"""Measures how fast Orator is here, on two cores, and writes docs/performance.md.

    bench.py [--short] [--without-emage] [-o FILE]

Every figure is of fresh processes on the demo's speech, repeated to the wanted length; wall-clock seconds, beside them
the seconds of processor time, which other programs disturb less. `--short` leaves out an hour of speech, which is
half of the work. What is measured against other programs is left out where there are some already.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
BPY = "5.0.1"
THREADS = 2
NAMES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}

COMMON = f"""
import json, resource, sys, time
begin = time.perf_counter()
def tell(**values): print("TOLD " + json.dumps(values), flush=True)
SPEECH = {str(ROOT / "docs" / "demo" / "speech.wav")!r}
"""

TAKES = (
    COMMON
    + """
runtime, lengths = sys.argv[1], [int(n) for n in sys.argv[2].split(",")]
import numpy as np
from orator.core.request.generation import GenerationRequest
from orator.core.speech.load import load_speech
from orator.core.speech.speech import Speech
from orator.models.device import use_device
from orator.models.generate import generate
use_device("auto", int(sys.argv[3]), runtime)
whole = load_speech(SPEECH).samples
tell(imported=time.perf_counter() - begin)
for seconds in lengths:
    samples = np.tile(whole, -(-seconds * 16000 // len(whole)))[: seconds * 16000]
    wall, own = time.perf_counter(), time.process_time()
    generate(GenerationRequest((Speech(samples),)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(seconds=seconds, wall=time.perf_counter() - wall, cpu=time.process_time() - own, peak=peak)
"""
)

PRESSES = (
    COMMON
    + """
import bpy, orator
orator.register()
import numpy as np, wave
from pathlib import Path
folder = Path(sys.argv[2])
with wave.open(SPEECH) as file:
    rate, data = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
def sound(seconds):
    path = folder / f"{seconds}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(rate)
        file.writeframes(np.tile(data, -(-seconds * rate // len(data)))[: seconds * rate].tobytes())
    return str(path)
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.orator.add_character()
options = bpy.context.scene.orator
options.source = "FILE"
from orator.models import runtime
real = runtime.configure
runtime.configure = lambda wanted="auto", threads=0, device="cpu": real(sys.argv[1], threads, device)
for seconds in (20, 20, 20, 60, 60):
    options.file = sound(seconds)
    wall, own = time.perf_counter(), time.process_time()
    bpy.ops.orator.generate()
    tell(seconds=seconds, wall=time.perf_counter() - wall, cpu=time.process_time() - own)
import os; os._exit(0)
"""
)

GROWS = (
    PRESSES.split("for seconds in (20")[0]
    + """
import queue
from orator.core.blender import generation, job
from orator.core.blender.growing import Growing
from orator.operators.work import work_on
options.file = sound(20)
bpy.ops.orator.generate()
options.file = sound(600)
asked, openings = generation.read_request(bpy.context), queue.SimpleQueue()
growing, first = Growing(asked), None
wall = time.perf_counter()
job.start("Generating", work_on(asked, openings.put))
while (message := job.poll()) is None:
    while not openings.empty():
        growing.take_in(openings.get())
        first = first or time.perf_counter() - wall
    time.sleep(0.02)
growing.give_way()
generation.deliver(asked, message.result)
tell(first=first, whole=time.perf_counter() - wall)
import os; os._exit(0)
"""
)

EMAGE = (
    COMMON
    + """
from orator.models.device import wait_passively
wait_passively()  # waiting threads that spin would count as its work
import tempfile, numpy as np, torch
from pathlib import Path
from orator.models.emage.files import load
from orator.models.emage.model import EmageModel
from orator.models.training.emage.checkpoint import PUBLISHED, write_checkpoint
from orator.models.training.emage.published_order import PublishedOrder, run_published_order
torch.set_num_threads(int(sys.argv[1]))
with tempfile.TemporaryDirectory() as name:
    checkpoint = load(write_checkpoint(Path(name), **PUBLISHED))
    network = PublishedOrder(checkpoint.config).eval()
    network.load_state_dict(checkpoint.root, strict=False)
    model = EmageModel(checkpoint)
    speech = torch.from_numpy(np.random.default_rng(0).standard_normal(16000 * 60).astype(np.float32) * 0.1)
    for _ in range(2):
        wall, own = time.perf_counter(), time.process_time()
        run_published_order(network, model.codes, speech)
        tell(seconds=60, wall=time.perf_counter() - wall, cpu=time.process_time() - own)
"""
)


def start(code: str, *arguments: str, python: Path = PYTHON, path: str = "") -> subprocess.Popen[str]:
    """A fresh process on the two cores that are measured."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OMP_")}
    places = os.pathsep.join([str(ROOT / "build" / "path"), *([path] if path else [])])
    environment = {**kept, "PYTHONPATH": places}
    return subprocess.Popen(
        [str(python), "-c", code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What it told by its end."""
    out, _ = process.communicate()
    if process.returncode:
        sys.exit(f"A measurement ended with exit code {process.returncode}: {process.args[1:3]}")
    return [json.loads(line[5:]) for line in out.splitlines() if line.startswith("TOLD ")]


@contextmanager
def busy_core():
    """Another program that keeps one core busy."""
    code = "while True: pass"
    process = subprocess.Popen([str(PYTHON), "-c", code])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


def takes_at_once(runtime: str, count: int) -> float:
    """Takes of 60 s a minute, of so many processes at once, imports and loading included."""
    begin = time.perf_counter()
    for process in [start(TAKES, runtime, "60,60,60,60,60,60", "1") for _ in range(count)]:
        told(process)
    return 60.0 * 6 * count / (time.perf_counter() - begin)


def measure_takes(hour: bool, alone: bool) -> dict[str, dict[str, Any]]:
    """Import, cold and warm takes, lengths and memory, by each runtime."""
    out: dict[str, dict[str, Any]] = {}
    for runtime in NAMES:
        first, *rows = told(start(TAKES, runtime, "20,20,10,60,60,60,600", str(THREADS)))
        usual = statistics.median(row["wall"] for row in rows[3:6])
        cpu = statistics.median(row["cpu"] for row in rows[3:6])
        out[runtime] = {
            "import": first["imported"], "first": rows[0]["wall"], "second": rows[1]["wall"], "ten": rows[2]["wall"],
            "minute": usual, "minute_cpu": cpu, "long": rows[6]["wall"],
            "long_cpu": rows[6]["cpu"], "peak": rows[6]["peak"],
        }  # fmt: skip
        if alone:
            with busy_core():
                beside = told(start(TAKES, runtime, "60,60,60,60", str(THREADS)))[2:]
            out[runtime]["beside"] = statistics.median(row["wall"] for row in beside) / usual
            out[runtime]["at_once"] = takes_at_once(runtime, 4) / takes_at_once(runtime, 2)
        if hour:
            last = told(start(TAKES, runtime, "3600", str(THREADS)))[-1]
            out[runtime] |= {"hour": last["wall"], "hour_cpu": last["cpu"], "hour_peak": last["peak"]}
        print(runtime, {key: round(value, 2) for key, value in out[runtime].items()}, flush=True)
    return out


def measure_presses(folder: Path) -> dict[str, list[float]]:
    """Presses of Generate in Blender's Python, with the sparse bake: 20 s cold, in wall-clock and processor time, 20 s
    and 60 s warm, blocking; then beside Blender, of 600 s: the first 12 s on the rig, and all of it."""
    packages = str(next((ROOT / ".venv" / "lib").glob("python3.*/site-packages")))
    python = ROOT / f".venv-bpy-{BPY}" / "bin" / "python"
    out = {}
    for runtime in NAMES:
        rows = told(start(PRESSES, runtime, str(folder), python=python, path=packages))
        out[runtime] = [rows[0]["wall"], rows[0]["cpu"]]
        out[runtime] += [min(r["wall"] for r in rows[1:3]), min(r["wall"] for r in rows[3:5])]
        grown = told(start(GROWS, runtime, str(folder), python=python, path=packages))[0]
        out[runtime] += [grown["first"], grown["whole"]]
        print("presses", runtime, [round(value, 2) for value in out[runtime]], flush=True)
    return out


def busy_cores(seconds: float = 3.0) -> float:
    """How many cores other programs keep busy now, where the system tells it."""

    def idle() -> float:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
        return (float(fields[4]) + float(fields[5])) / os.sysconf("SC_CLK_TCK")

    try:
        before, begin = idle(), time.monotonic()
        time.sleep(seconds)
        return max((os.cpu_count() or 1) - (idle() - before) / (time.monotonic() - begin), 0.0)
    except (OSError, IndexError, ValueError, AttributeError):
        return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def page(
    takes: dict[str, dict[str, Any]], presses: dict[str, list[float]], emage: dict[str, float] | None, load: float
) -> str:
    """docs/performance.md."""

    def row(what: str, key: str, digits: int = 1) -> str:
        if key not in takes["onnx"]:
            return ""
        return f"| {what} | " + " | ".join(f"{takes[name][key]:.{digits}f}" for name in takes) + " |"

    def press(what: str, k: int) -> str:
        return f"| {what} | " + " | ".join(f"{presses[name][k]:.1f}" for name in presses) + " |"

    lines = [
        "# Performance", "",
        "Written by `make bench`: fresh processes, two threads, the demo's speech repeated to the wanted length.", "",
        f"On {processor()}, {os.cpu_count()} cores, {platform.system()}, Python 3.11; when it began, other "
        f"programs kept {load:.1f} cores busy: above none, read the processor times.", "",
        "| seconds, unless it says otherwise | " + " | ".join(NAMES[name] for name in takes) + " |",
        "| --- |" + " --- |" * len(takes),
        row("import, up to the loaded sound", "import"),
        row("first take of 20 s in a cold process", "first"), row("second one", "second"), row("10 s of speech", "ten"),
        row("60 s of speech", "minute"), row("the same in processor time", "minute_cpu"),
        row("600 s of speech", "long"), row("the same in processor time", "long_cpu"),
        row("memory at its peak, MB", "peak", 0),
        row("60 s beside a program that keeps a core busy, times the quiet ones", "beside", 2),
        row("takes a minute of four processes at once, times those of two", "at_once", 2),
        row("an hour of speech", "hour", 0), row("the same in processor time", "hour_cpu", 0),
        row("memory at its peak, MB", "hour_peak", 0),
        press("in Blender: cold press to the take on the rig, 20 s", 0), press("the same in processor time", 1),
        press("the next presses", 2), press("60 s, warm, sparse keys included", 3),
        press("600 s, warm: the first 12 s can be played", 4), press("the same: all of it", 5), "",
    ]  # fmt: skip
    if emage is not None:
        ratios = "; ".join(
            f"with {NAMES[name]} {emage['wall'] / takes[name]['minute']:.1f} times faster, in "
            f"{emage['cpu'] / takes[name]['minute_cpu']:.1f} times less processor time"
            for name in takes
        )
        lines += [
            f"EMAGE's published order of operations takes {emage['wall']:.1f} s ({emage['cpu']:.1f} s of a processor) "
            f"for 60 s of speech on the same threads (its network at the published size, random weights). "
            f"Orator makes a take {ratios}.", "",
        ]  # fmt: skip
    return re.sub(r"\|\n\n+\|", "|\n|", "\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--without-emage", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "performance.md")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    load = busy_cores()
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    takes = measure_takes(not options.short, load < 0.5)
    presses = measure_presses(folder)
    emage = None
    if not options.without_emage:
        emage = min(told(start(EMAGE, str(THREADS))), key=lambda row: row["cpu"])
        print("EMAGE's published order", emage, flush=True)
    options.output.write_text(page(takes, presses, emage, load), encoding="utf-8")
    print(options.output)


if __name__ == "__main__":
    main()
