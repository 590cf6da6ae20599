"""How long both characters of a minute's conversation take, warm; a row for docs/quality_conversation.md.

python -m orator.models.training.conversation.speed [-o docs/quality_conversation.md] [--model guided] [--rounds 3]

Both voices are whole ones that were held out. The first round loads and is not counted; of the others the quickest
clock counts, since a machine with other work only makes it longer, and says its processor time beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path
from typing import Final

from ....core.request.generation import GenerationRequest
from ....core.settings import Settings
from ...generate import generate
from .dialogues import PAIRS, make_dialogue

SECONDS: Final = 60.0
MARKS: Final = ("<!-- speed -->\n", "<!-- /speed -->\n")


def measure(model: str, rounds: int) -> tuple[float, float]:
    """Seconds of the clock and of the processor for both characters, of the round with the shortest clock."""
    speeches = make_dialogue(PAIRS[0], SECONDS).speeches
    requests = [GenerationRequest(pair, Settings(model=model)) for pair in (speeches, speeches[::-1])]
    took = []
    for _ in range(rounds + 1):
        clock, processor = time.perf_counter(), time.process_time()
        for seed, request in enumerate(requests):
            generate(request, seed)
        took.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(took[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--model", nargs="+", default=["embedded", "guided"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    waiting = os.getloadavg()[0]
    lines = ["| model | clock, s | processor, s | memory at its peak, MB |", "| --- | --- | --- | --- |"]
    for model in options.model:
        clock, processor = measure(model, options.rounds)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        lines.append(f"| {model} | {clock:.2f} | {processor:.2f} | {memory:.0f} |")
    text = (
        f"{SECONDS:.0f} s of both characters, warm, {options.threads} threads on {os.cpu_count()} cores; when it "
        f"began, {waiting:.1f} programs were running or waiting: above none, read the processor times.\n\n"
        + "\n".join(lines)
    )
    print(text)
    if options.output is not None:
        page = options.output.read_text(encoding="utf-8")
        before, _, rest = page.partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        options.output.write_text(f"{before}{MARKS[0]}\n{text}\n\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
