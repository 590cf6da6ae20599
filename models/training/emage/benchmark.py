"""Time and memory of EMAGE at the published widths: our order of operations against the published one.

    python -m orator.models.training.emage.benchmark [--seconds 60] [--threads 1] [--rounds 3] [--folder FOLDER]

Without a folder a random checkpoint of the published size (139 million numbers) is written to a temporary one. Both
orders run in this process on the same weights and speech, one after the other in every round; peak memory is that of
fresh processes that only generate.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MEASURE = """
import resource, sys
from pathlib import Path
import numpy as np, torch
from orator.core.request.generation import GenerationRequest
from orator.core.settings import Settings
from orator.core.speech.speech import Speech
from orator.models.emage.generate import run_emage
torch.set_num_threads(int(sys.argv[3]))
speech = Speech(np.random.default_rng(0).standard_normal(16000 * int(sys.argv[2])).astype(np.float32) * 0.1)
asked = GenerationRequest((speech,), Settings(options={"mode": sys.argv[4]}))
run_emage(Path(sys.argv[1]), asked, 0, lambda fraction: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def peak_memory(folder: Path, seconds: int, threads: int, mode: str) -> float:
    """GiB that a process needs at most to load the folder and generate."""
    command = [sys.executable, "-c", MEASURE, str(folder), str(seconds), str(threads), mode]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def _written(folder: Path) -> Path:
    from .checkpoint import PUBLISHED, write_checkpoint

    return write_checkpoint(folder, PUBLISHED["hidden"], PUBLISHED["width"], PUBLISHED["codes"])


def _say_times(times: dict[str, list[tuple[float, float]]], seconds: int) -> None:
    slow = np.array(times["published order"])
    for name, values in times.items():
        said = []
        for k, clock in enumerate(("of processor time", "by the clock")):
            spent = np.array(values)[:, k]
            ratio = slow[:, k] / spent
            span = f"{ratio.min():.2f} - {ratio.max():.2f}"
            said.append(f"{np.median(spent):.2f} s {clock}, {np.median(ratio):.2f} times faster ({span})")
        print(f"{name}, {seconds} s of speech: {'; '.join(said)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def main() -> None:
    import torch

    from ....core.smplx.hands import FLAT_HANDS
    from ...emage.artist import run_artist
    from ...emage.files import load
    from ...emage.model import EmageModel, half_is_fast
    from ...emage.reference import run_reference
    from .published_order import PublishedOrder, run_published_order

    options = _options()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or _written(Path(temporary))
        modes = ("reference", "orator")
        peaks = {mode: peak_memory(folder, options.seconds, options.threads, mode) for mode in modes}
        checkpoint = load(folder)
        published = PublishedOrder(checkpoint.config).eval()
        published.load_state_dict(checkpoint.root, strict=False)
        model, plain = EmageModel(load(folder)), EmageModel(load(folder), exact=False)
        fast = EmageModel(load(folder), exact=False, half=True) if half_is_fast() else None
    speech = np.random.default_rng(0).standard_normal(16000 * options.seconds).astype(np.float32) * 0.1
    results: dict[str, Any] = {}

    def published_order() -> None:
        results["theirs"] = run_published_order(published, model.codes, torch.from_numpy(speech))

    def reference() -> None:
        results["ours"] = run_reference(model.network, model.codes, speech, None, None, lambda fraction: None)

    def orator(with_model: EmageModel) -> None:
        frames = 30 * options.seconds
        network, codes = with_model.network, with_model.codes
        run_artist(network, codes, speech, frames, None, None, 0, 1.0, lambda fraction: None, FLAT_HANDS)

    runs: dict[str, Callable[[], None]] = {
        "published order": published_order,
        "reference mode": reference,
        "orator mode": lambda: orator(plain),
    }
    if fast is not None:
        runs["orator mode, bfloat16"] = lambda: orator(fast)
    # Processor time beside wall time, since other programs may share the machine: the sum over threads.
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(options.rounds):
        for name, run in runs.items():
            started = time.process_time(), time.perf_counter()
            run()
            times[name].append((time.process_time() - started[0], time.perf_counter() - started[1]))
    (channels, travel), ours = results["theirs"], results["ours"]
    difference = float(np.abs(ours.expressions - channels.expressions().numpy()).max())
    _say_times(times, options.seconds)
    print(", ".join(f"peak memory in {mode} mode {peak:.2f} GiB" for mode, peak in peaks.items()))
    away = float(np.abs(ours.trans - travel.numpy()).max())
    print(f"largest difference of expressions {difference:.1e}, of travel {away:.1e}; {options.threads} threads")


if __name__ == "__main__":
    main()
