"""How long a minute of drawings takes: `python -m orator.models.training.anime.times SPEECH --picture FACE.png`.

Takes of the speech (seeds 0, 1, ...) are drawn on twos at 24 frames a second by a published form under weights of
chance, which cost what the published ones do: once as `orator draw` does it, every distinct drawing once, and for
comparison every drawing anew, as many as `--control` says. `--drawn` stops the first after so many drawings, and counts
the rest at what those took. Prints a row of a table, for 60 s of speech.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ....core.anime.drawn import NumberTrack, number_track
from ....core.pictures import read_picture
from ....core.request.generation import GenerationRequest
from ....core.speech.load import load_speech
from ...anime.draw import DrawSettings, draw_sequence
from ...anime.files import AnimeCheckpoint, shapes_of
from ...anime.layout import FORMS, Form
from ...anime.levels import LEVELS, poses_of
from ...anime.parity import weights_of
from ...generate import generate

FPS, STEP = 24.0, 2


@dataclass(frozen=True)
class Spent:
    """Drawings made and the seconds they took: on the clock, and of processors."""

    drawings: int
    morphs: int
    wall: float
    cpu: float

    def scaled(self, drawings: float) -> str:
        """What so many drawings take at this pace, in words."""
        each = drawings / self.drawings
        return f"{self.cpu * each:.1f} min of processors ({self.wall * each:.1f} on the clock)"


def chance(form: Form, seed: int = 3) -> AnimeCheckpoint:
    """Weights of chance in a form's layout."""
    keys = {n: [(k, list(s), "float32") for k, s in shapes_of(form, n).items()] for n in form.networks}
    return AnimeCheckpoint(form, weights_of(keys, seed))


def said(speech: Path, form: Form, takes: int) -> NumberTrack:
    """The numbers of several takes of a speech, one after the other."""
    heard = load_speech(speech)
    tracks = [number_track(generate(GenerationRequest((heard,)), seed), form.kind, FPS, STEP) for seed in range(takes)]
    return NumberTrack(tracks[0].names, np.concatenate([track.values for track in tracks]), FPS)


def of_drawings(track: NumberTrack, count: int) -> tuple[NumberTrack, int, int]:
    """The frames of the first `count` distinct drawings (all of them at 0); how many there are; and how many morphs."""
    poses = poses_of(track, LEVELS)
    distinct, first, which = np.unique(poses, axis=0, return_index=True, return_inverse=True)
    turned = [k for k, name in enumerate(track.names) if name.startswith(("head", "neck", "body", "breath"))]
    morphs = len(np.unique(np.delete(distinct, turned, axis=1), axis=0))
    # On their levels already, so that fewer frames are not rounded otherwise.
    early = np.argsort(np.argsort(first))[which.reshape(-1)] < (count or len(distinct))
    return NumberTrack(track.names, poses[early], track.fps), len(distinct), morphs


def measured(checkpoint: AnimeCheckpoint, picture: Path, track: NumberTrack, reuse: bool) -> Spent:
    """Draw a track into a folder that goes away again."""
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        done = draw_sequence(
            checkpoint, read_picture(picture), track, Path(folder) / "out", replace(DrawSettings(), reuse=reuse)
        )
        return Spent(done.drawn, done.morphs, time.perf_counter() - wall, time.process_time() - cpu)


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser(prog="python -m orator.models.training.anime.times", description=__doc__)
    parser.add_argument("speech", type=Path)
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--form", default="v1", choices=tuple(FORMS))
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--control", type=int, default=12, help="drawings of the comparison")
    parser.add_argument("--drawn", type=int, default=0, help="drawings of the first, 0 for all")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    form = FORMS[options.form]
    track = said(options.speech, form, options.takes)
    seconds = len(track.values) / FPS
    checkpoint = chance(form)
    shared, drawings, morphs = of_drawings(track, options.drawn)
    once = measured(checkpoint, options.picture, shared, reuse=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    part = NumberTrack(track.names, track.values[::STEP][: options.control], FPS)
    each = measured(checkpoint, options.picture, part, reuse=False)
    whole, minute = len(track.values) // STEP, 1.0 / seconds
    said_once, said_each = once.scaled(drawings * minute), each.scaled(whole * minute)
    print(
        f"| {form.title} | {drawings} | {morphs} | {said_once}, from {once.drawings} | {whole} | "
        f"{said_each}, from {each.drawings} | {peak:.1f} GB |"
    )


if __name__ == "__main__":
    main()
