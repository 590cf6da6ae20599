"""Learned styles measured: each behaviour set of the gesture clips held out in turn as a studio.

    python -m orator.models.training.style.evaluate [--draws 3] [-o docs/quality_style.md]

A style is learned from 5, 15 and 60 s of a set and worn while held-out speech is performed; the distance of what is
made to the set's clips that were not in the reference is set against the neutral style and against the styles of the
other sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from ....core.arkit import COUNT
from ....core.arrays import Array
from ....core.body import measure
from ....core.learned_style import Worn
from ....core.mask import everything
from ....core.performance import make_performance, rest_performance
from ....core.rotations import angle_between, from_rotvec
from ....core.settings import Settings
from ....core.skeleton import INDEX
from ....core.style.channels import channels_of
from ....core.style.learned import learn
from ...body.generate import generate_body
from ..body.evaluate import Clip, accent_timing, clip_of
from .distance import GROUPS, features, frechet
from .sets import SETS, clips_of, drawn

VOICES: Final = ("kathleen", "rms", "en-us+f5")
"""A human voice's held-out sentences, and two synthetic ones that nothing was trained on."""
SECONDS: Final = (5.0, 15.0, 60.0)
SPEECH: Final = 30.0


@dataclass
class Made:
    """What was performed in one style: frames (N, D), and of each speech coupling z, strokes on accents, slide (mm)."""

    frames: Array
    z: list[float] = field(default_factory=list)
    on_accent: list[float] = field(default_factory=list)
    slide: list[float] = field(default_factory=list)
    pin: float = 0.0


def performed(speeches: list[Clip], worn: Worn | None, seed: int) -> Made:
    """The body to every speech, in a style or in the neutral one."""
    frames, made = [], Made(np.zeros((0, 0)))
    for clip in speeches:
        rotations, translation = _body(clip, worn, seed)
        frames.append(features(make_performance(rotations, translation, np.zeros((len(rotations), COUNT)))))
        made.z.append(measure.coupling(measure.coupling_signals(rotations, translation), clip.accents))
        made.on_accent.append(accent_timing(measure.wrists(rotations, translation), clip.accents)["on_accent"])
        made.slide.append(measure.feet(rotations, translation)["slide_p95_mm"])
    made.frames = np.concatenate(frames)
    made.pin = _pinned(speeches[0], worn, seed)
    return made


def _body(clip: Clip, worn: Worn | None, seed: int, pin: Array | None = None) -> tuple[Array, Array]:
    count = clip.condition.frames
    mask, hints = everything(count), rest_performance(count)
    if pin is not None:
        joints = np.array(mask.joints)
        joints[count // 2, _PINNED] = False
        hints.rotations[count // 2, _PINNED] = pin
        mask = type(mask)(joints, mask.root, mask.face)
    return generate_body(clip.condition, Settings(learned=worn), mask, hints, seed, lambda _: None)


_PINNED: Final = [INDEX["right_shoulder"], INDEX["right_elbow"]]


def _pinned(clip: Clip, worn: Worn | None, seed: int) -> float:
    """Degrees by which a pinned arm is missed, the artist's pass included."""
    from ....core.residual import honour

    pin = from_rotvec(np.array([[0.1, 0.3, 1.0], [0.0, 0.9, 0.0]]))
    rotations, translation = _body(clip, worn, seed, pin)
    count = len(rotations)
    mask, hints = everything(count), rest_performance(count)
    joints = np.array(mask.joints)
    joints[count // 2, _PINNED] = False
    hints.rotations[count // 2, _PINNED] = pin
    met = honour(
        make_performance(rotations, translation, np.zeros((count, COUNT))),
        hints,
        type(mask)(joints, mask.root, mask.face),
    )
    return float(angle_between(met.rotations[count // 2, _PINNED], pin).max())


def evaluate(
    draws: Iterable[int] = range(3), lengths: tuple[float, ...] = SECONDS, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Rows of (set, seconds, draw) with the distances of none, own and each other style, and what must not change."""
    draws = tuple(draws)
    speeches = [clip_of(voice, SPEECH, True) for voice in VOICES]
    clips = {name: clips_of(name) for name in SETS}
    known = {id(p): features(p) for own in clips.values() for p in own}
    scale = np.concatenate(list(known.values())).std(axis=0)
    rows: list[dict[str, Any]] = []
    plain = {seed: performed(speeches, None, seed) for seed in draws}
    for seconds in lengths:
        for draw in draws:
            made, rest, count = {}, {}, {}
            for name in SETS:
                reference, left = drawn(clips[name], seconds, draw)
                style = learn([channels_of(p) for p in reference], name)
                made[name], count[name] = performed(speeches, Worn(style), draw), len(style.strokes)
                rest[name] = np.concatenate([known[id(p)] for p in left])
            for name in SETS:
                none, own = (frechet(m.frames, rest[name], scale) for m in (plain[draw], made[name]))
                wrong = [frechet(made[other].frames, rest[name], scale) for other in SETS if other != name]
                parts = {
                    g: [frechet(m.frames[:, cut], rest[name][:, cut], scale[cut]) for m in (plain[draw], made[name])]
                    for g, cut in GROUPS.items()
                }
                rows.append({"set": name, "seconds": seconds, "draw": draw, "none": none, "own": own, "wrong": wrong,
                             "parts": parts, "strokes": count[name], "made": made[name]})  # fmt: skip
                say(f"{name} {seconds:.0f} s, draw {draw}: none {none:.1f}, own {own:.1f}, others {np.mean(wrong):.1f}")
    return {"rows": rows, "plain": list(plain.values())}


def _of(rows: list[dict[str, Any]], name: str) -> list[float]:
    return [float(np.mean(row[name])) for row in rows]


def section(report: dict[str, Any]) -> str:
    """The tables of docs/quality_style.md."""
    rows, plain = report["rows"], report["plain"]
    text = [
        "| studio | reference | strokes | no style | own style | change (spread) | other sets' styles |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in (*SETS, "all"):
        for seconds in SECONDS:
            some = [r for r in rows if r["seconds"] == seconds and name in (r["set"], "all")]
            change = [100.0 * (r["own"] / r["none"] - 1.0) for r in some]
            other = [100.0 * (float(np.mean(r["wrong"])) / r["none"] - 1.0) for r in some]
            means = [float(np.mean(_of(some, key))) for key in ("strokes", "none", "own", "wrong")]
            spread = f"{np.mean(change):+.0f} % ({min(change):+.0f} to {max(change):+.0f})"
            text.append(
                f"| {name} | {seconds:.0f} s | {means[0]:.0f} | {means[1]:.1f} | {means[2]:.1f} | {spread} | "
                f"{means[3]:.1f} ({np.mean(other):+.0f} %) |"
            )
    beaten = sum(r["own"] < float(np.mean(r["wrong"])) for r in rows)
    nearest = sum(r["own"] < min(r["wrong"]) for r in rows)
    fallen = sum(r["own"] < 0.75 * r["none"] for r in rows)
    text += [
        "",
        f"The own style is nearer than the other sets' on the mean in {beaten} of {len(rows)} cases, and nearer than "
        f"every one of them in {nearest}. The distance falls by 25 % or more in {fallen} of them.",
        "",
        "| group | no style | own style, 5 s | 15 s | 60 s |",
        "| --- | --- | --- | --- | --- |",
    ]
    for group in GROUPS:
        own = [np.mean([r["parts"][group][1] for r in rows if r["seconds"] == s]) for s in SECONDS]
        before = np.mean([r["parts"][group][0] for r in rows])
        text.append(f"| {group} | {before:.1f} | {own[0]:.1f} | {own[1]:.1f} | {own[2]:.1f} |")
    return "\n".join([*text, "", *_unchanged(rows, plain)]) + "\n"


def _unchanged(rows: list[dict[str, Any]], plain: list[Made]) -> list[str]:
    """The table of what a style must not change."""
    text = ["| must not change | no style | in a learned style |", "| --- | --- | --- |"]
    worn = [r["made"] for r in rows]
    for label, pick in (
        ("coupling z to accents, mean (least)", lambda m: m.z),
        ("strokes that end on an accent", lambda m: m.on_accent),
        ("slide of planted feet, 95th percentile, mm a frame", lambda m: m.slide),
        ("a pinned arm is missed by, degrees", lambda m: [m.pin]),
    ):
        cells = []
        for group_of in (plain, worn):
            values = [v for m in group_of for v in pick(m)]
            extra = f" ({min(values):.1f})" if "least" in label else ""
            cells.append(f"{np.mean(values):.3g}{extra}")
        text.append(f"| {label} | {cells[0]} | {cells[1]} |")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, help="the page whose tables are written anew")
    options = parser.parse_args()
    text = section(evaluate(range(options.draws)))
    if options.output is None:
        print(text)
        return
    page = options.output.read_text(encoding="utf-8")
    head, _, tail = page.partition("<!-- tables -->\n")
    _, _, after = tail.partition("<!-- end of tables -->\n")
    options.output.write_text(f"{head}<!-- tables -->\n{text}<!-- end of tables -->\n{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
