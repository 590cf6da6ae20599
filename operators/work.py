"""The work of a generation, beside Blender: no bpy here, only what crosses to a worker thread and back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from ..core.bake.road import prepare
from ..core.blender.generation import Made, TakeRequest
from ..core.blender.growing import Opening
from ..core.blender.preferences import Chosen
from ..core.errors import OratorError

Progress = Callable[[float, str], None]
_GENERATING = 0.85
_warming: threading.Thread | None = None


def devices() -> tuple[str, ...]:
    """Devices that PyTorch can use here; imports it."""
    from ..models.device import available

    return available()


def warm(chosen: Chosen) -> None:
    """Once: import what a generation needs and read the networks beside Blender; the press finds them ready."""
    global _warming
    if _warming is None:
        from ..models.device import warm_up

        given = (chosen.device, chosen.threads, chosen.runtime)
        _warming = threading.Thread(target=warm_up, args=given, name="warming-orator", daemon=True)
        _warming.start()


def cool() -> None:
    """Wait for it: modules that load while their add-on goes away would end up in the air."""
    global _warming
    if _warming is not None:
        _warming.join(10.0)
        _warming = None


def work_on(
    request: TakeRequest, hand_over: Callable[[Opening], None] | None = None
) -> Callable[[Progress, Callable[[], bool]], tuple[Made, ...]]:
    """The work of a request for the job runner: generates the takes and prepares their keys.

    `hand_over` gets the openings of a long speech as soon as they can be played, before the work on the whole begins.
    """

    def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[Made, ...]:
        from ..models.device import use_device
        from ..models.runtime import notes

        progress(0.0, "Waking the networks")
        while _warming is not None and _warming.is_alive() and not cancelled():
            _warming.join(0.1)
        use_device(request.device, request.threads, request.runtime)
        for sentence in notes():
            print(f"Orator: {sentence}")
        done = 0.0
        if hand_over is not None:
            done = _open(request, hand_over, progress, cancelled)

        def rest(fraction: float, text: str) -> None:
            progress(done + (1.0 - done) * fraction, text)

        return tuple(_one(request, seed, k, rest, cancelled) for k, seed in enumerate(request.asked.seeds))

    return work


def _open(
    request: TakeRequest, hand_over: Callable[[Opening], None], progress: Progress, cancelled: Callable[[], bool]
) -> float:
    """Makes the openings; returns their share of all the work."""
    from ..core.request.opening import opened, opened_directions, openings

    lengths = openings(request.speech.seconds)
    total, done = sum(lengths) + request.speech.seconds * len(request.asked.seeds), 0.0
    for seconds in lengths:
        before, share = done, seconds / total

        def told(fraction: float, text: str, before: float = before, share: float = share) -> None:
            progress(before + share * fraction, text)

        done += share
        try:
            directions = opened_directions(request.directions, seconds)
            short = replace(request, asked=opened(request.asked, seconds), directions=directions)
            made = _one(short, short.asked.seeds[0], 0, told, cancelled)
        except OratorError:
            # What is wrong with the whole is said by the whole; what is wrong with an opening alone costs nothing.
            continue
        name = f"First {seconds:.0f} s"
        hand_over(Opening(short, replace(made, take=replace(made.take, name=name))))
    return done


def _one(request: TakeRequest, seed: int, k: int, progress: Progress, cancelled: Callable[[], bool]) -> Made:
    from ..models.generate import make_take

    count = len(request.asked.seeds)
    label = f"Take {k + 1} of {count}: " if count > 1 else ""

    def share(low: float, high: float) -> Progress:
        return lambda fraction, text: progress((k + low + (high - low) * fraction) / count, f"{label}{text}")

    take, _ = make_take(request.asked, seed, share(0.0, _GENERATING), cancelled)
    fitting = share(_GENERATING, 1.0)
    prepared = prepare(
        take.performance, request.asked.speech.start, request.target, request.keying,
        lambda f: fitting(f, "Fitting curves"), request.directions,
    )  # fmt: skip
    return Made(replace(take, name="Take 1", meta={**take.meta, **request.meta}), prepared)
