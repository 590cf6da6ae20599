"""Processor time and memory of EMAGE at the published widths: our order of operations against the published one.

    python -m orator.models.training.emage.benchmark [--seconds 60] [--threads 1] [--folder FOLDER]

Without a folder a random checkpoint of the published size (139 million numbers) is written to a temporary one. Both
orders run in this process on the same weights and speech; peak memory is that of a fresh process that only generates.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MEASURE = """
import resource, sys
from pathlib import Path
import numpy as np, torch
torch.set_num_threads(int(sys.argv[3]))
from orator.models.emage.files import load
from orator.models.emage.model import EmageModel
from orator.models.emage.reference import run_reference
model = EmageModel.load(Path(sys.argv[1]))
speech = np.random.default_rng(0).standard_normal(16000 * int(sys.argv[2])).astype(np.float32) * 0.1
run_reference(model.network, model.codes, speech, None, None, lambda fraction: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def main() -> None:
    import torch

    from ...emage.artist import run_artist
    from ...emage.files import load
    from ...emage.model import EmageModel, half_is_fast
    from ...emage.reference import run_reference
    from .checkpoint import PUBLISHED, write_checkpoint
    from .published_order import PublishedOrder, run_published_order

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or write_checkpoint(Path(temporary), **PUBLISHED)
        command = [sys.executable, "-c", MEASURE, str(folder), str(options.seconds), str(options.threads)]
        peak = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        checkpoint = load(folder)
        published = PublishedOrder(checkpoint.config).eval()
        published.load_state_dict(checkpoint.root, strict=False)
        model = EmageModel(load(folder))
        artist = EmageModel(load(folder), half_is_fast())
    speech = np.random.default_rng(0).standard_normal(16000 * options.seconds).astype(np.float32) * 0.1
    # Processor time, since other programs may share the machine: the sum over threads.
    times: dict[str, list[float]] = {"published order": [], "reference mode": [], "orator mode": []}
    for _ in range(2):
        started = time.process_time()
        channels, travel = run_published_order(published, model.codes, torch.from_numpy(speech))
        times["published order"].append(time.process_time() - started)
        started = time.process_time()
        ours = run_reference(model.network, model.codes, speech, None, None, lambda fraction: None)
        times["reference mode"].append(time.process_time() - started)
        started = time.process_time()
        run_artist(artist.network, artist.codes, speech, 30 * options.seconds, None, None, 0, 1.0, lambda f: None)
        times["orator mode"].append(time.process_time() - started)
    difference = float(np.abs(ours.expressions - channels.expressions().numpy()).max())
    for name, values in times.items():
        print(f"{name}: {min(values):.2f} s of processor time for {options.seconds} s of speech")
    slowest = min(times.pop("published order"))
    print(", ".join(f"{name} {slowest / min(values):.2f} times faster" for name, values in times.items()))
    print(f"peak memory {peak:.2f} GB; bfloat16 in orator mode: {half_is_fast()}")
    away = float(np.abs(ours.trans - travel.numpy()).max())
    print(f"largest difference of expressions {difference:.1e}, of travel {away:.1e}; {options.threads} threads")


if __name__ == "__main__":
    main()
