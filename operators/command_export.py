"""`blender --command orator export`: takes of a .blend file, or a TAKE.npz, as files for other tools."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import bpy

from ..core.blender import bake, export
from ..core.blender.bake_target import editable, read_target
from ..core.blender.export_options import PRESETS, SUFFIXES, ExportOptions
from ..core.blender.scene_rate import scene_fps
from ..core.errors import OratorError
from ..core.files import check_writable


def add_export_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`export` with its options."""
    make = commands.add_parser("export", help="write a character's takes to FBX, glTF, VRM, USD, BVH, .npz or .csv")
    make.add_argument(
        "source", metavar="FILE.blend[:ARMATURE]|TAKE.npz", help="whose takes; or a take for --character to perform"
    )
    make.add_argument("-o", "--output", type=Path, required=True, help=f"ends in one of {', '.join(SUFFIXES)}")
    make.add_argument("--character", metavar="FILE.blend[:ARMATURE]", help="who performs TAKE.npz; else Orator's own")
    make.add_argument("--preset", choices=tuple(PRESETS), default="plain", help="what the file is for")
    make.add_argument(
        "--takes",
        default="shown",
        help="shown, all, favourites, or names: 'Take 1,Take 3'; lines: the shown one, a file "
        "for each line that the character speaks, named after its strip, beside OUTPUT; everyone: the lines of all",
    )
    make.add_argument("--together", action="store_true", help="all takes in one FBX or glTF file, as animations")
    make.add_argument("--fps", type=float, help="frames a second of the file (the scene's)")
    make.add_argument("--in-place", action="store_true", help="without root travel")
    make.add_argument("--from-zero", action="store_true", help="the take begins at 0 seconds in the file")
    make.add_argument("--no-face", action="store_true", help="without the face")
    make.add_argument("--no-check", action="store_true", help="do not read the file back")
    make.set_defaults(run=run_export)


def run_export(args: argparse.Namespace) -> int:
    """Export, read back, and say what arrived. Raises OratorError."""
    from .open_character import open_character

    if args.output.suffix.lower() not in SUFFIXES:
        raise OratorError(f"'{args.output.name}' should end in one of {', '.join(SUFFIXES)}.")
    if args.fps is not None and not 1.0 <= args.fps <= 240.0:
        raise OratorError(f"--fps {args.fps:g}: give a frame rate from 1 to 240.")
    check_writable(args.output)
    if args.source.lower().endswith(".npz"):
        character = _performed(Path(args.source), args.character)
    elif args.character is not None:
        raise OratorError("--character goes with a TAKE.npz: name the .blend file's armature as FILE.blend:ARMATURE.")
    else:
        character = open_character(args.source)
    options = ExportOptions(args.preset, args.fps, not args.in_place, not args.no_face, args.from_zero)
    files, sentence, exact = export.deliver(
        character, args.output, options, args.takes, args.together, not args.no_check
    )
    print(sentence)
    if not exact:
        print("Not everything arrived as the scene shows it: see the figures above.")
    return 0 if files else 1


def _performed(path: Path, who: str | None) -> bpy.types.Object:
    """A take from a file, baked onto a character that shows it."""
    from ..core.bake.road import prepare
    from ..core.bake.target import Keying
    from ..core.formats.take_npz import read_take
    from .open_character import open_character

    take = read_take(path)
    scene_character = open_character(who)
    scene = bpy.context.scene
    character = editable(scene_character, scene)
    start = scene.frame_start / scene_fps(scene)
    prepared = prepare(take.performance, start, read_target(character, scene), Keying(None))
    bake.add_take(character, replace(take, name=take.name or path.stem), start, prepared)
    return character
