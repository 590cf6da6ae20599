"""The command line: `orator generate` and `orator evaluate`, the same engine without Blender."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core import interrupt
from ..core.arrays import Array
from ..core.catalogue.controls import CONTROL_NAMES, CONTROLS, NUMBER_OF, NUMBERS
from ..core.catalogue.styles import STYLES
from ..core.directing.pins import unreachable_pins
from ..core.emotion import EmotionTrack, parse_emotion
from ..core.errors import Cancelled, OratorError
from ..core.face.reference import describe, reference_track
from ..core.files import check_writable
from ..core.formats.pins import posed
from ..core.formats.pins_npz import read_pins
from ..core.formats.reference import face_reference
from ..core.formats.take_npz import read_take, write_take
from ..core.model_card import card_of, cards, own_controls, split_id
from ..core.performance import Take, resample
from ..core.ranges import check_number
from ..core.reading import ordinary_file
from ..core.request.generation import GenerationRequest, given_by_pins
from ..core.settings import Settings
from ..core.skeleton import PARTS
from ..core.speech.load import load_speech
from ..core.speech.no_speech import notes_of
from ..core.speech.transcripts import read_transcript
from ..core.speech.words import unheard_notes
from . import registry  # noqa: F401  the models, whose cards the options are made of
from .anime.command import add_anime_commands
from .batch import add_batch_arguments, run_lines
from .device import add_machine_arguments, use_machine
from .farm import add_farm_command, here
from .interface.progress import Bar
from .partner import add_partner_arguments, with_partner
from .style import add_style_command

MOST_NOTES = 5


def add_generate_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `orator generate`, shared with the command inside Blender."""
    parser.add_argument("speech", type=Path, metavar="SPEECH", help="a sound file of one speaker")
    parser.add_argument("-o", "--output", type=Path, required=True, help="what to write")
    parser.add_argument("--transcript", help="the words that are said: text, or a .txt, .srt, .vtt or .rtf file")
    parser.add_argument(
        "--channel", default="auto", help="auto (the one with speech where they differ), mix, or a number: 1 is left"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="which of upper,hands,lower,face to generate")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same take")
    parser.add_argument("--takes", type=int, default=1, help="how many takes, with the seeds that follow")
    parser.add_argument("--pins", type=Path, help="a PINS.npz of poses that must be hit")
    parser.add_argument("--emotion", help="like happy:0.8, 0=neutral,2.5=angry:0.7, or guess (from the voice)")
    parser.add_argument(
        "--emotion-reference", type=Path, metavar="CLIP", help="a Live Link Face .csv or a TAKE.npz whose style to take"
    )
    parser.add_argument("--reference-strength", type=float, help="how far the face takes the clip's style, 0 - 1")
    parser.add_argument("--model", default="embedded", help=" or ".join(card.id_form for card in cards()))
    for card in cards():
        if len(card.modes) > 1:
            names = [mode.name for mode in card.modes]
            parser.add_argument(f"--{card.name}-mode", choices=names, default=names[0])
        for file in card.files:
            if file.flag:
                parser.add_argument(f"--{file.flag}", type=Path, help=file.help)
    for control in (*CONTROLS, *own_controls().values()):
        parser.add_argument(f"--{control.flag}", type=float, help=f"{control.help}, {control.range_text}")
    parser.add_argument(
        "--style",
        metavar="STYLE",
        help=f"the way of gesturing: {', '.join(STYLES)}, or a learned one like STYLE.npz:0.5",
    )
    parser.add_argument(
        "--gesture",
        action="append",
        metavar="TIME:KIND",
        help="a gesture wished for: 3.2:shrug, 3.2:point:right:1.2",
    )
    add_machine_arguments(parser)
    add_partner_arguments(parser)


def settings_from(args: argparse.Namespace) -> Settings:
    """Settings out of parsed options. Raises OratorError."""
    card = card_of(args.model)
    told = {control.name: getattr(args, control.name) for control in (*CONTROLS, *own_controls().values())}
    given = {name: value for name, value in told.items() if name in CONTROL_NAMES and value is not None}
    options = {c.name: c.default if told[c.name] is None else told[c.name] for c in card.controls}
    if len(card.modes) > 1:
        options["mode"] = getattr(args, f"{card.name}_mode")
    for file in card.files:
        path = getattr(args, file.flag.replace("-", "_")) if file.flag else None
        if path is not None:
            options[file.option] = str(path)
    if args.style is not None:
        given |= style_from(args.style)
    parts = tuple(p.strip() for p in args.parts.split(",") if p.strip())
    return Settings(
        parts=parts,
        model=args.model,
        options=options,
        transcript=read_transcript(args.transcript) if args.transcript else None,
        **given,
    )


def style_from(text: str) -> dict[str, Any]:
    """What `--style` says as arguments of Settings: one of STYLES, or a learned style's file. Raises OratorError."""
    if text in STYLES:
        return {"style": text}
    if ".npz" not in text.lower():
        raise OratorError(f"The style '{text[:40]}' is not known. Choose {', '.join(STYLES)}, or a STYLE.npz:0.5.")
    from ..core.style.file import worn_of

    return {"learned": worn_of(text)}


def with_mean_hands(settings: Settings) -> Settings:
    """The settings with the mean hands of the SMPL-X file that is known, for models whose fingers count from them."""
    if not card_of(settings.model).expressive or settings.options.get("hand_mean"):
        return settings
    from ..core.smplx.hands import hand_mean_beside

    folder = split_id(settings.model)[1]
    mean = hand_mean_beside(Path(folder) if folder else None, str(settings.options.get("smplx_file", "")))
    if mean is None:
        return settings
    return replace(settings, options={**settings.options, "hand_mean": tuple(map(tuple, mean.tolist()))})


def unheard(args: argparse.Namespace) -> list[str]:
    """Sentences about options that were given and are for other models than the chosen one."""
    card = card_of(args.model)
    files = {file.flag for file in card.files}
    others = [file.flag for other in cards() for file in other.files if file.flag and file.flag not in files]
    names = [*others, *(c.flag for c in own_controls().values() if c not in card.controls)]
    given = [name for name in dict.fromkeys(names) if getattr(args, name.replace("-", "_"), None) is not None]
    return [f"--{name} is not heard by the model '{card.name}': it is for another one." for name in given]


def request_from(args: argparse.Namespace) -> GenerationRequest:
    """The checked request out of parsed options; everything that can be wrong is said here, before the work.

    Raises OratorError.
    """
    for row in NUMBERS:
        if getattr(args, row.name, None) is not None:
            check_number(row, getattr(args, row.name))
    settings = with_mean_hands(settings_from(args))
    emotion = emotion_from(args)
    speech = load_speech(args.speech, channel=args.channel)
    speeches, listening = with_partner(args, speech)
    pins = () if args.pins is None else posed(read_pins(args.pins))
    given = given_by_pins(pins, (), speeches[0].seconds)
    for sentence in (*speech.notes, *unheard(args), *unreachable_pins(pins)[:MOST_NOTES]):
        print(f"Note: {sentence}", file=sys.stderr)
    seeds = tuple(range(args.seed, args.seed + args.takes))
    from ..core.body.wishes import parse_wish

    wishes = tuple(parse_wish(text) for text in args.gesture or ())
    for wish in wishes:
        if wish.time >= speeches[0].seconds:
            raise OratorError(
                f"The gesture '{wish.kind}' is wished for at {wish.time:g} s, but the speech ends at "
                f"{speeches[0].seconds:.2f} s."
            )
    return GenerationRequest(speeches, settings, emotion, seeds, given, listening=listening, wishes=wishes)


def emotion_from(args: argparse.Namespace) -> EmotionTrack:
    """The emotion out of parsed options. Raises OratorError."""
    strength = args.reference_strength
    if args.emotion_reference is None:
        if strength is not None:
            raise OratorError("--reference-strength needs a clip: give one with --emotion-reference.")
        track = parse_emotion(args.emotion or "neutral")
        if track.guess:
            print("Note: the emotion is a guess from the voice's loudness and pitch; look at it.", file=sys.stderr)
        return track
    if args.emotion is not None:
        raise OratorError("Give either --emotion or --emotion-reference: a reference brings its own emotion.")
    style = face_reference(args.emotion_reference, 1.0 if strength is None else strength)
    print(f"Note: {describe(style)}", file=sys.stderr)
    return reference_track(style)


def output_paths(output: Path, seeds: tuple[int, ...]) -> list[Path]:
    """One path a take: the output itself, or numbered ones (TAKE_1.npz, TAKE_2.npz ...) for several."""
    if len(seeds) == 1:
        return [output]
    return [output.with_name(f"{output.stem}_{k + 1}{output.suffix}") for k in range(len(seeds))]


def _generate(args: argparse.Namespace) -> int:
    if args.output.suffix.lower() != ".npz":
        raise OratorError(
            f"'{args.output.name}' should end in .npz; for .blend, .glb and .fbx use `blender --command "
            "orator generate`."
        )
    check_writable(args.output)
    from .generate import make_take

    request = request_from(args)
    use_machine(args)
    for seed, path in zip(request.seeds, output_paths(args.output, request.seeds), strict=True):
        take, extra = make_take(request, seed, Bar(), interrupt.heard)
        replaced = ", replaced" if path.exists() else ""
        write_take(take, path, extra)
        print(
            f"{path}: {take.performance.frames} frames, {take.performance.seconds:.2f} s, "
            f"made in {take.meta['seconds_taken']:.1f} s{replaced}"
        )
        for sentence in (*notes_of(take.meta), *unheard_notes(take.meta)):
            print(f"Note: {sentence}", file=sys.stderr)
    return 0


def _hand_mean(take: Take, chosen: Path | None) -> Array | None:
    """The mean hands (30, 3) that an SMPL-X file of the take counts fingers from: as it was made, or of `chosen`.

    What a take says of files is never opened: it may come from anywhere.
    """
    from ..core.smplx.hands import FLAT_HANDS, hand_mean_beside

    if chosen is not None:
        return hand_mean_beside(None, str(ordinary_file(chosen, "body model")))
    settings = take.meta.get("settings")
    options = settings.get("options") if isinstance(settings, dict) else None
    try:
        told = np.array((options.get("hand_mean") if isinstance(options, dict) else None) or (), float)
    except (TypeError, ValueError):
        return None
    return told if told.shape == FLAT_HANDS.shape and np.isfinite(told).all() else None


def _export(args: argparse.Namespace) -> int:
    from ..core.formats.neutral import write_neutral

    if args.fps is not None:
        check_number(NUMBER_OF["fps"], args.fps)
    check_writable(args.output)
    take = read_take(args.take)
    performance = take.performance if args.fps is None else resample(take.performance, args.fps)
    hands = _hand_mean(take, args.smplx_file) if args.output.suffix.lower() == ".npz" else None
    replaced = ", replaced" if args.output.exists() else ""
    write_neutral(performance, args.output, not args.in_place, hands)
    print(f"{args.output}: {performance.seconds:.2f} s{replaced}")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from .generate import generate
    from .training.evaluation.evaluate import evaluate

    return evaluate(args, generate)


def build_parser() -> argparse.ArgumentParser:
    """The parser of `orator`."""
    parser = argparse.ArgumentParser(prog="orator", description="Gesture and face performance from speech.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("generate", help="make takes for a speech file")
    add_generate_arguments(make)
    make.set_defaults(run=_generate)
    many = commands.add_parser("batch", help="make takes for a folder or a table of speech files")
    add_batch_arguments(many, ".npz")
    add_machine_arguments(many)
    many.set_defaults(run=lambda args: run_lines(args, build_parser()))
    other = commands.add_parser("export", help="a take as BVH, SMPL-X .npz or Live Link Face .csv")
    other.add_argument("take", type=Path, metavar="TAKE.npz")
    other.add_argument("-o", "--output", type=Path, required=True, help="ends in .bvh, .npz or .csv")
    other.add_argument("--fps", type=float, help="frames a second (the take's)")
    other.add_argument("--smplx-file", type=Path, help="the SMPL-X model whose mean hands an .npz counts fingers from")
    other.add_argument("--in-place", action="store_true", help="without root travel")
    other.set_defaults(run=_export)
    add_farm_command(commands, ".npz", here(), build_parser)
    add_style_command(commands)
    add_anime_commands(commands)
    judge = commands.add_parser("evaluate", help="measure the embedded networks on held-out speech")
    judge.add_argument("--cache", type=Path, help="the folder of the built corpora")
    judge.add_argument("-o", "--output", type=Path, help="write the report here (Markdown)")
    judge.add_argument("--only", choices=("body", "face", "phones", "runtimes", "style", "gate"), help="one section")
    judge.set_defaults(run=_evaluate)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command line; errors are one sentence on the error stream and exit code 1."""
    with interrupt.listening():
        args = build_parser().parse_args(_with_times(sys.argv[1:] if argv is None else argv))
        try:
            return args.run(args)
        except (KeyboardInterrupt, Cancelled):
            return cancelled()
        except OratorError as error:
            print(f"orator: {error}", file=sys.stderr)
            return 1
        except Exception:
            if interrupt.asked():  # C code made another exception of it
                return cancelled()
            raise


def _with_times(argv: list[str]) -> list[str]:
    """The arguments, a time below 0 behind --gesture held to it: argparse would take '-1:shrug' for an option."""
    out: list[str] = []
    for given in argv:
        if out and out[-1] == "--gesture" and given[:1] == "-" and given[1:2].isdigit():
            out[-1] = f"--gesture={given}"
        else:
            out.append(given)
    return out


def cancelled() -> int:
    """Says so on the error stream; the exit code of what Ctrl+C ended."""
    print("orator: cancelled; nothing was written.", file=sys.stderr)
    return 130


if __name__ == "__main__":
    sys.exit(main())
