"""`blender --command orator`: speech and a character in, a .blend, .glb, .fbx or .npz with takes out; and batches."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..core import interrupt
from ..core.bake.fitting import Bounds
from ..core.bake.road import prepare
from ..core.bake.target import Keying
from ..core.blender import bake, compat, job, takes
from ..core.blender.bake_target import editable, read_target
from ..core.blender.scene_rate import scene_fps
from ..core.blender.take_store import load_meta, load_performance
from ..core.errors import Cancelled, OratorError
from ..core.farm.engines import Program
from ..core.files import check_writable, explain_write_error, half_path, sweep
from .command_export import add_export_command
from .open_character import open_character

if TYPE_CHECKING:
    from ..core.request.generation import GenerationRequest

LAST_FRAME = 1_000_000


def build_parser() -> argparse.ArgumentParser:
    """The parser of `blender --command orator`."""
    from ..models.batch import add_batch_arguments, run_lines
    from ..models.cli import add_generate_arguments
    from ..models.device import add_machine_arguments
    from ..models.farm import add_farm_command

    parser = argparse.ArgumentParser(
        prog="blender --command orator", description="Gesture and face performance from speech."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("generate", help="make takes for a sound file on a character")
    add_generate_arguments(make)
    make.add_argument("--character", metavar="FILE.blend[:ARMATURE]", help="whose armature performs; else Orator's own")
    make.add_argument("--frame", type=float, help="the scene frame where the speech begins (the scene's first frame)")
    make.add_argument("--fps", type=float, help="frames a second (those of the file)")
    make.add_argument("--keys", choices=("sparse", "dense"), default="sparse", help="how the F-curves are written")
    make.set_defaults(run=_generate)
    add_export_command(commands)
    many = commands.add_parser("batch", help="make takes for a folder or a table of speech files")
    add_batch_arguments(many, ".blend")
    add_machine_arguments(many)
    many.set_defaults(run=lambda args: run_lines(args, build_parser(), job.explain))
    add_farm_command(commands, ".blend", farm_program(), build_parser)
    return parser


def farm_program() -> Program:
    """What runs this Blender's Orator on a worker of a farm."""
    return Program(bpy.app.binary_path or "blender", ("--background", "--command", "orator"))


def _set_fps(scene: bpy.types.Scene, fps: float) -> None:
    whole = max(1, round(fps))
    scene.render.fps, scene.render.fps_base = whole, whole / fps


def _place_speech(scene: bpy.types.Scene, path: Path, frame: float, seconds: float) -> None:
    """The sound on the timeline where this Blender can read it, and a timeline long enough for it."""
    try:
        compat.new_sound_strip(scene, path.stem, str(path.resolve()), 1, round(frame))
    except RuntimeError:
        print("This Blender could not put the sound on the timeline; the takes are written all the same.")
    scene.frame_end = max(scene.frame_end, int(frame + seconds * scene_fps(scene)))


def _save_blend(path: Path) -> None:
    """Write the .blend beside its place, so that relative paths hold, then put it there: no half file is ever left."""
    interrupt.check()
    sweep(path)
    made = half_path(path, ".blend")
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(made), copy=True, check_existing=False, relative_remap=True)
        os.replace(made, path)
    except RuntimeError as error:
        raise OratorError(f"'{path}' could not be written ({str(error).strip()}). Free some space there.") from error
    except OSError as error:
        raise explain_write_error(error, path) from error
    finally:
        made.unlink(missing_ok=True)


def _generate(args: argparse.Namespace) -> int:
    from ..core.blender.export_options import SUFFIXES
    from ..models.cli import request_from
    from ..models.device import use_machine

    suffix = args.output.suffix.lower()
    if suffix not in (".blend", *SUFFIXES):
        raise OratorError(f"'{args.output.name}' should end in one of .blend, {', '.join(SUFFIXES)}.")
    check_writable(args.output)
    if args.fps is not None and not 1.0 <= args.fps <= 1000.0:
        raise OratorError(f"--fps {args.fps:g}: give a frame rate from 1 to 1000.")
    if args.frame is not None and not abs(args.frame) <= LAST_FRAME:
        raise OratorError(f"--frame {args.frame:g}: give a frame from -{LAST_FRAME} to {LAST_FRAME}.")
    wanted = request_from(args)
    character = None if suffix == ".npz" and args.character is None else open_character(args.character)
    use_machine(args)
    if character is None:
        return _write_npz(args, wanted)
    scene = bpy.context.scene
    if args.fps is not None:
        _set_fps(scene, args.fps)
    frame = float(scene.frame_start) if args.frame is None else args.frame
    character = editable(character, scene)
    made = _bake_takes(args, wanted, character, frame / scene_fps(scene))
    _place_speech(scene, args.speech, frame, wanted.speech.seconds)
    if suffix == ".blend":
        _save_blend(args.output.resolve())
        print(f"{args.output}: {len(made)} take{'s' if len(made) > 1 else ''} on '{character.name}'")
    else:
        _export(args, wanted, character, made)
    return 0


def _bake_takes(
    args: argparse.Namespace, wanted: GenerationRequest, character: bpy.types.Object, start: float
) -> list[str]:
    """Generate and bake every seed; ids of the takes."""
    from ..models.generate import make_take
    from ..models.interface.progress import Bar

    keying = Keying(None if args.keys == "dense" else Bounds())
    made: list[Any] = []
    for seed in wanted.seeds:
        take, _ = make_take(wanted, seed, Bar(), interrupt.heard)
        target = read_target(character, bpy.context.scene)
        prepared = prepare(take.performance, start, target, keying)
        item = bake.add_take(character, replace(take, name="Take 1"), start, prepared, show=not made)
        made.append(item.uid)
        print(f"{item.name}: {item.coverage}, made in {take.meta['seconds_taken']:.1f} s")
    return made


def _write_npz(args: argparse.Namespace, wanted: GenerationRequest) -> int:
    from ..core.formats.take_npz import write_take
    from ..models.cli import output_paths
    from ..models.generate import make_take
    from ..models.interface.progress import Bar

    for seed, path in zip(wanted.seeds, output_paths(args.output, wanted.seeds), strict=True):
        take, extra = make_take(wanted, seed, Bar(), interrupt.heard)
        write_take(take, path, extra)
        print(f"{path}: {take.performance.frames} frames, {take.performance.seconds:.2f} s")
    return 0


def _export(args: argparse.Namespace, wanted: GenerationRequest, character: bpy.types.Object, made: list[str]) -> None:
    """One file a take, with that take shown."""
    from ..core.formats.take_npz import write_take
    from ..core.performance import Take
    from ..models.cli import output_paths

    for uid, path in zip(made, output_paths(args.output, wanted.seeds), strict=True):
        takes.show(character, uid)
        item = takes.shown_take(character)
        if path.suffix.lower() == ".npz":
            write_take(Take(load_performance(item), item.name, load_meta(item)), path)
        else:
            from ..core.blender.export import export_shown

            export_shown(character, path)
        print(f"{path}: {item.name} on '{character.name}'")


def main(argv: list[str]) -> int:
    """Run a command; errors are one sentence on the error stream and exit code 1."""
    with interrupt.listening():
        try:
            args = build_parser().parse_args(argv)
            return args.run(args)
        except SystemExit as stop:
            return int(stop.code or 0)
        except (KeyboardInterrupt, Cancelled):
            return _cancelled()
        except OratorError as error:
            print(f"orator: {error}", file=sys.stderr)
            return 1
        except Exception as error:
            if interrupt.asked():  # C code made another exception of it
                return _cancelled()
            print(f"orator: {job.explain(error)}", file=sys.stderr)
            return 1


def _cancelled() -> int:
    from ..models.cli import cancelled

    return cancelled()
