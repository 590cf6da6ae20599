"""`orator evaluate`: every figure of the embedded networks on held-out voices and sentences, as one Markdown report."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ....core.errors import OratorError
from ....core.files import check_writable, write_atomically

if TYPE_CHECKING:
    from .runtimes import Generate

_HEADING = """# Quality

Written by `orator evaluate` (`python -m orator.models.cli evaluate -o docs/quality.md`), on whole voices and whole
sentences that no network was trained on. There is no real recording of speech with gesture behind these networks: the
body is acted by rules from the speech, and the face's corpus is assembled by rules from aligned speech (see the cards
in `models/weights`), so the figures say how people-like and how well timed the result is, not how near it is to one
person. Every table has a control: shuffled or shifted speech, the rules on true phone times, or another tool's figure.

What the figures mean, what misses its goal, and pictures: [the body](quality_body.md), [the face](quality_face.md).
"""


def _phones() -> str:
    from .. import phones_eval

    return "## Phones\n\n" + phones_eval.table(phones_eval.evaluate()) + "\n"


def _face() -> str:
    from ..face.evaluate import evaluate_face
    from ..face.report import section

    return section(evaluate_face())


def _body() -> str:
    from ..body.evaluate import evaluate
    from ..body.evaluate_hints import evaluate_hints
    from ..body.evaluate_words import evaluate_wishes, evaluate_words
    from ..body.report import section

    return section(evaluate() | {"words": evaluate_words(), "wishes": evaluate_wishes(), "hints": evaluate_hints()})


def _runtimes(generate: Generate) -> str:
    from .runtimes import compare, section

    return section(compare(generate, 20, 20.0))


def _style() -> str:
    from ..style.evaluate import evaluate, section

    return "## Learned styles\n\n" + section(evaluate()) + "\n"


def _gate(generate: Generate) -> str:
    from .no_speech import evaluate

    return "## Music, noise and laughter\n\n" + evaluate(generate) + "\n"


def evaluate(args: argparse.Namespace, generate: Generate) -> int:
    """Run the sections asked for; print them, or write them to `args.output`. `generate` is that of models/generate.py.

    Raises OratorError when the corpora are not built.
    """
    if args.cache is not None:
        os.environ["ORATOR_CACHE"] = str(args.cache)
    if args.output is not None:
        check_writable(args.output)
    sections: dict[str, Callable[[], str]] = {
        "phones": _phones, "body": _body, "face": _face, "runtimes": lambda: _runtimes(generate),
        "style": _style, "gate": lambda: _gate(generate),
    }  # fmt: skip
    wanted = [args.only] if args.only else list(sections)
    try:
        text = _HEADING + "\n" + "\n".join(sections[name]() for name in wanted)
    except FileNotFoundError as error:
        raise OratorError(
            f"The corpora are not built ('{error.filename}' is missing). Run `python -m "
            "orator.models.training.speech_corpus`, then the corpus commands of the weight cards."
        ) from error
    if args.output is None:
        print(text)
        return 0
    path = Path(args.output)
    if args.only and path.is_file():
        text = put_into(path.read_text(encoding="utf-8"), text.removeprefix(_HEADING + "\n"))
    write_atomically(path, lambda stream: stream.write(text.encode()) and None)
    return 0


def put_into(report: str, section: str) -> str:
    """A report with one of its sections made anew, in its place; at the end where it had none."""
    title = section.split("\n", 1)[0]
    before, found, rest = report.partition(f"\n{title}\n")
    _, after, others = rest.partition("\n## ")
    return f"{before.rstrip()}\n\n{section.rstrip()}\n" + (f"\n## {others}" if found and after else "")
