"""`orator draw` and `orator numbers`: a talking picture from a take, and the numbers that drive one as a file."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ...core.anime.drawn import NumberTrack, number_track, step_numbers
from ...core.arrays import Array
from ...core.editions import without_torch
from ...core.errors import OratorError
from ...core.files import check_writable
from ...core.formats.numbers import read_numbers, write_numbers
from ...core.formats.reference import read_reference
from ..tracking.film import is_film, track_film


def _drawn_timing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fps", type=float, default=24.0, help="frames a second")
    parser.add_argument("--face-model", type=Path, help="MediaPipe's face_landmarker.task, for films (beside the film)")
    parser.add_argument("--on", type=int, default=2, choices=(1, 2, 3, 4), help="hold each drawing for so many frames")


def add_anime_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The sub-commands `draw` and `numbers`."""
    draw = commands.add_parser("draw", help="an image sequence of a talking picture, by Talking Head Anime's networks")
    draw.add_argument(
        "motion", type=Path, metavar="TAKE", help="a TAKE.npz, a Live Link .csv, a film, or numbers (.csv, .json)"
    )
    draw.add_argument("--picture", type=Path, required=True, help="the character, cut out, face in the middle above")
    draw.add_argument("--weights", type=Path, required=True, help="the folder of the published .pt files")
    draw.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where 0001.png ... go")
    _drawn_timing(draw)
    draw.add_argument("--levels", default="", help="steps of each group: mouth=3,eyes=2,turn=2,tilt=1 ...")
    draw.add_argument("--cache", type=Path, help="where drawings are kept for the next time (OUTPUT/cache)")
    draw.add_argument("--every-frame", action="store_true", help="draw each frame anew, to compare")
    draw.set_defaults(run=_draw)
    numbers = commands.add_parser("numbers", help="the 6, 42 or 45 numbers of a talking anime head, as .csv or .json")
    numbers.add_argument("motion", type=Path, metavar="TAKE", help="a TAKE.npz, a Live Link .csv, or numbers")
    numbers.add_argument("-o", "--output", type=Path, required=True, help="ends in .csv or .json")
    numbers.add_argument("--set", default="45", choices=("6", "42", "45"), help="which numbers")
    _drawn_timing(numbers)
    numbers.set_defaults(run=_numbers)


def read_track(path: Path, name: str, fps: float, step: int, face_model: Path | None = None) -> NumberTrack:
    """The numbers of a set from a take, a Live Link .csv, a film or a file of numbers. Raises OratorError."""
    if not 1.0 <= fps <= 240.0:
        raise OratorError(f"--fps {fps:g}: give a frame rate from 1 to 240.")
    if path.suffix.lower() == ".json" or (path.suffix.lower() == ".csv" and _holds_numbers(path)):
        track = read_numbers(path)
        if len(track.names) != int(name):
            raise OratorError(f"'{path.name}' has the {len(track.names)} numbers of another form; {name} are needed.")
        return step_numbers(track, fps, step)
    performance = track_film(path, face_model) if is_film(path) else read_reference(path)
    return number_track(performance, name, fps, step)


def _holds_numbers(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf").startswith(b"seconds,")
    except OSError:
        return False


def _numbers(args: argparse.Namespace) -> int:
    if args.output.suffix.lower() not in (".csv", ".json"):
        raise OratorError(f"'{args.output.name}' should end in .csv or .json.")
    check_writable(args.output)
    track = read_track(args.motion, args.set, args.fps, args.on, args.face_model)
    write_numbers(track, args.output)
    print(f"{args.output}: {len(track.values)} frames of {len(track.names)} numbers, {track.fps:g} a second")
    return 0


def _draw(args: argparse.Namespace) -> int:
    if reason := without_torch("Drawing with Talking Head Anime"):
        raise OratorError(f"{reason}.")
    from ...core.pictures import read_picture
    from ..interface.progress import Bar
    from .draw import DrawSettings, draw_sequence
    from .files import load
    from .layout import CREDIT
    from .levels import parse_levels

    settings = DrawSettings(parse_levels(args.levels), not args.every_frame)
    picture = read_picture(args.picture)
    checkpoint = load(args.weights)
    track = read_track(args.motion, checkpoint.form.kind, args.fps, args.on, args.face_model)
    bar = Bar()

    def progress(fraction: float, text: str, _picture: Array | None) -> None:
        bar(fraction, text)

    cache = args.cache or args.output / "cache"
    wall, used = time.perf_counter(), time.process_time()
    done = draw_sequence(checkpoint, picture, track, args.output, settings, cache, progress)
    spent = f"{time.perf_counter() - wall:.1f} s, {time.process_time() - used:.1f} s of processor time"
    print(
        f"{args.output}: {len(done.frames)} frames of {done.drawings} drawings ({done.drawn} new, {done.morphs} "
        f"morphs) by the {checkpoint.form.title}, in {spent}"
    )
    print(CREDIT, file=sys.stderr)
    return 0
