"""Which runtime and processor the networks run on, and with how many threads."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from functools import lru_cache
from typing import Final

from ..core.editions import FULL
from ..core.errors import OratorError
from . import runtime as runtimes

DEVICES: Final = ("auto", "cpu", "cuda", "mps")
MOST_THREADS: Final = 4
"""The embedded networks are small: more threads than this wait for each other longer than they work."""


def available() -> tuple[str, ...]:
    """Devices that the installed PyTorch can use here; 'cpu' always. Imports torch where it is."""
    found = ["cpu"]
    if not runtimes.usable("torch"):
        import torch

        if torch.cuda.is_available():
            found.append("cuda")
        if torch.backends.mps.is_available():
            found.append("mps")
    return tuple(found)


def own_cores() -> int:
    """Cores that this process may use, at most MOST_THREADS."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # neither Windows nor macOS has it
        cores = os.cpu_count() or 1
    return max(1, min(MOST_THREADS, cores))


@lru_cache(maxsize=1)
def free_threads() -> int:
    """Threads that fit what is free: own cores, less what has been kept busy over the last minute; at least one.

    Asked once in a process: networks keep their threads.
    """
    try:
        cores, busy = os.cpu_count() or 1, os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has no such measure
        return own_cores()
    return max(1, min(own_cores(), cores - round(busy)))


def use_device(name: str = "auto", threads: int = 0, runtime: str = "auto") -> str:
    """Choose how this process's networks run; returns the device.

    threads 0: as many as are free, at most MOST_THREADS; for PyTorch, whose last digits hang on their number, as
    many as there are. 'auto' is the CPU: the embedded networks are small, and a take is the same, bit for bit,
    wherever there is one.
    Raises OratorError for a device or a runtime that is not there.
    """
    wait_passively()
    name = "cpu" if name == "auto" else name
    if name != "cpu":
        if runtime == "onnx":
            raise OratorError(f"ONNX Runtime runs on the CPU here. Choose PyTorch for {name.upper()}, or the CPU.")
        reason = runtimes.usable("torch")
        if reason:
            raise OratorError(f"{name.upper()} needs PyTorch: {reason}. {FULL}.")
        if name not in available():
            raise OratorError(
                f"This machine has no {name.upper()} that PyTorch can use. Choose Auto in the preferences."
            )
    runtimes.configure(runtime, threads, name)
    if runtimes.chosen() == "torch":
        import torch

        torch.set_num_threads(threads or own_cores())
    else:
        runtimes.configure(runtime, threads or free_threads(), name)
    return name


def wait_passively() -> None:
    """Threads of OpenMP that wait give their core to others, unless the user's environment says otherwise.

    Two threads that wait actively fall apart when anything else uses a core: a viewport that plays, another worker.
    Counts for libraries that are loaded after this.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("KMP_BLOCKTIME", "0")


def warm_up(device: str, threads: int, runtime: str) -> None:
    """Imports what a generation needs and reads the networks, so that the next one begins at once. Never raises.

    What is wrong is said by the generation itself.
    """
    with suppress(Exception):
        use_device(device, threads, runtime)
        wake()


def wake() -> None:
    """The imports of the embedded networks, and the networks: seconds when they are cold. Raises OratorError."""
    import soxr  # noqa: F401

    from .face import generate as _face  # noqa: F401

    for name in runtimes.USUAL:
        runtimes.network(name)


def add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that runs networks."""
    parser.add_argument("--threads", type=int, default=0, help="processor threads, 0: as many as are free")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="what the networks run on")
    parser.add_argument(
        "--runtime",
        choices=runtimes.RUNTIMES,
        default="auto",
        help="what computes the networks: PyTorch or ONNX Runtime",
    )


def machine_arguments(args: argparse.Namespace) -> tuple[str, ...]:
    """The same options again, for a command that this one runs."""
    return (f"--threads={args.threads}", f"--device={args.device}", f"--runtime={args.runtime}")


def use_machine(args: argparse.Namespace) -> None:
    """Does what the options say. Raises OratorError."""
    if args.threads < 0:
        raise OratorError("--threads is the number of threads, or 0 for as many as are free.")
    use_device(args.device, args.threads, args.runtime)
    for sentence in runtimes.notes():
        print(f"Note: {sentence}", file=sys.stderr)
