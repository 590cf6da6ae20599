"""`orator style learn`: a style from motion files."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core import interrupt
from ..core.errors import OratorError
from ..core.files import check_writable


def add_style_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`orator style learn MOTION... -o STYLE.npz` and `orator style tell STYLE.npz`."""
    parser = commands.add_parser("style", help="learn a style from motion, or tell what one is like")
    inner = parser.add_subparsers(dest="style_command", required=True)
    learn = inner.add_parser("learn", help="learn a style from takes, SMPL-X .npz, BVH, Live Link Face .csv or folders")
    learn.add_argument("motion", nargs="+", type=Path, metavar="MOTION")
    learn.add_argument("-o", "--output", type=Path, required=True, metavar="STYLE.npz")
    learn.add_argument("--name", help="what the style is called (the output's name)")
    learn.set_defaults(run=_learn)
    tell = inner.add_parser("tell", help="say what a style is like")
    tell.add_argument("style", type=Path, metavar="STYLE.npz")
    tell.set_defaults(run=_tell)


def _learn(args: argparse.Namespace) -> int:
    from ..core.style.file import write_style
    from ..core.style.sources import found, learn_from, read_piece
    from ..core.style.words import described

    if args.output.suffix.lower() != ".npz":
        raise OratorError(f"'{args.output.name}' should end in .npz.")
    check_writable(args.output)
    paths = found(args.motion)
    if any(path.resolve() == args.output.resolve() for path in paths):
        raise OratorError(f"'{args.output.name}' is one of the files to learn from. Give another name with -o.")
    style = learn_from((read_piece(p) for p in paths), args.name or args.output.stem, interrupt.check)
    write_style(style, args.output)
    print(described(style))
    return 0


def _tell(args: argparse.Namespace) -> int:
    from ..core.style.file import read_style
    from ..core.style.words import described

    print(described(read_style(args.style)))
    return 0
