"""The partner of a conversation on the command line: `orator generate OWN.wav --partner OTHER.wav`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..core.catalogue.listening import LISTENING
from ..core.conversation.conduct import Listening, ListeningControls
from ..core.conversation.turns import Turns, turns_from_meta
from ..core.errors import OratorError
from ..core.request.conversation import together
from ..core.speech.load import load_speech
from ..core.speech.speech import Speech


def add_partner_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a conversation."""
    parser.add_argument("--partner", type=Path, help="the other person's sound: the character listens and answers")
    parser.add_argument(
        "--partner-channel",
        default="auto",
        help="the channel of the partner's sound, like --channel: both speakers may be in one file",
    )
    parser.add_argument(
        "--turns", type=Path, help='a .json list of ["own" or "partner", kind, start, end], or a TAKE.npz'
    )
    for control in LISTENING:
        parser.add_argument(f"--{control.flag}", type=float, help=f"{control.help}, {control.range_text}")


def with_partner(args: argparse.Namespace, speech: Speech) -> tuple[tuple[Speech, ...], Listening | None]:
    """The speeches of the request, of one length, and how the partner is attended to. Raises OratorError."""
    told = {c.name: getattr(args, c.name) for c in LISTENING if getattr(args, c.name) is not None}
    if args.partner is None:
        if told or args.turns is not None or args.partner_channel != "auto":
            others = "turns" if args.turns is not None else "partner-channel"
            name = next(iter(told), others).replace("_", "-")
            raise OratorError(f"--{name} is about a conversation: give the other person's sound with --partner.")
        return (speech,), None
    if str(args.partner) in ("", "."):
        raise OratorError("--partner names no sound: give the file of the other person's voice, or leave it out.")
    speeches = together((speech, load_speech(args.partner, channel=args.partner_channel)))
    turns = None if args.turns is None else _read_turns(args.turns, speeches[0].seconds)
    return speeches, Listening(ListeningControls(**told), None, turns)


def _read_turns(path: Path, seconds: float) -> Turns:
    if path.suffix.lower() == ".npz":
        from ..core.formats.take_npz import read_take

        found = read_take(path).meta.get("turns")
        if found is None:
            raise OratorError(f"The take '{path.name}' holds no turns: it was made without a partner.")
        return turns_from_meta(found, seconds)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise OratorError(f"The turns '{path}' cannot be read: give a .json list, or a TAKE.npz.") from None
    return turns_from_meta(data.get("turns") if isinstance(data, dict) else data, seconds)
