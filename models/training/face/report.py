"""The face's section of the quality report, in Markdown, from `evaluate_face`'s figures."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, Final

ROWS: Final[tuple[tuple[str, str, float | None, float | None], ...]] = (
    ("bilabial closure", "closure", 0.92, 0.97),
    ("wrong closures", "wrong_closure", None, None),
    ("closure less wrong closures", "closure_net", 0.90, 0.965),
    ("openness AUC", "openness_auc", 0.95, 0.95),
    ("open phones against closed, AUC", "opening_auc", 0.92, None),
    ("rounding AUC", "rounding_auc", 0.87, 0.89),
    ("spread AUC", "spread_auc", 0.87, 0.88),
    ("F, V AUC", "labiodental_auc", 0.97, 0.975),
    ("F, V with lips near each other", "teeth_narrow", 0.85, None),
    ("lag of o, ms", "lag_ms", None, None),
    ("correlation with sonority", "correlation", 0.67, 0.67),
    ("mean o in pauses", "pause_o", None, None),
    ("share of o's variation above 8 Hz", "above_8hz", None, None),
    ("99th percentile of o's step", "step_p99", None, None),
    ("90th percentile of o", "p90", None, None),
)
LIMITS: Final[dict[str, tuple[float, float]]] = {
    "lag_ms": (-15, 15), "pause_o": (0, 0.02), "above_8hz": (0, 0.29), "step_p99": (0, 0.28), "p90": (0.30, 0.45),
}  # fmt: skip


def _cell(key: str, value: float) -> str:
    if isnan(value):
        return "none"
    return f"{value:.0f}" if key == "lag_ms" else f"{value:.3f}"


def _goal(key: str, least: float | None) -> str:
    if key in LIMITS:
        low, high = LIMITS[key]
        return f"{low:g} - {high:g}"
    return "" if least is None else f"≥ {least:g}"


def lip_section(title: str, table: Mapping[str, Mapping[str, float]]) -> str:
    """A Markdown table with a column for each variant, and the asked values."""
    names = list(table)
    out = [f"### {title}", "", "| | " + " | ".join(names) + " | asked (no transcript / with) |"]
    out.append("| --- |" + " --- |" * (len(names) + 1))
    for label, key, plain, words in ROWS:
        goals = [g for g in dict.fromkeys((_goal(key, plain), _goal(key, words))) if g]
        cells = " | ".join(_cell(key, table[n][key]) for n in names)
        out.append(f"| {label} | {cells} | {' / '.join(goals)} |")
    return "\n".join(out) + "\n"


def _flat(title: str, figures: Mapping[str, Any]) -> str:
    out = [f"### {title}", "", "| | |", "| --- | --- |"]
    for key, value in figures.items():
        if isinstance(value, Mapping):
            out += [f"| {key}: {k} | {v:.3f} |" for k, v in value.items()]
        else:
            out.append(f"| {key.replace('_', ' ')} | {value:.3f} |")
    return "\n".join(out) + "\n"


def _both(value: tuple[float, float]) -> str:
    return f"{value[0]:.3f} ± {value[1]:.3f}"


def emotion_section(figures: Mapping[str, Any]) -> str:
    """Legibility by intensity, and a row an emotion."""
    count = f"{figures['paragraphs']} paragraphs of {figures['voices']} voices"
    out = [f"### Emotion, {count}", "", "| | intensity 0 | 0.5 | 1 | by chance | asked |", "| --- |" + " --- |" * 5]
    rows = (
        ("the asked emotion is named, of eight", "named", 0.125, "≥ 0.85 at 1, chance at 0"),
        ("the same, neutral not allowed", "named without neutral", 1 / 7, ""),
        ("AUC of the asked emotion's score", "AUC", 0.5, ""),
    )
    for title, key, chance, asked in rows:
        cells = " | ".join(f"{figures['legible'][f'intensity {level}'][key]:.3f}" for level in ("0", "0.5", "1"))
        out.append(f"| {title} | {cells} | {chance:.3f} | {asked} |")
    keys = ("named at 0.5", "named at 1", "in order", "0 to 0.5", "0.5 to 1", "largest drop", "closure")
    titles = ("named at 0.5", "named at 1", "channels in order", "change 0 to 0.5", "change 0.5 to 1",
              "largest drop of a lip figure", "bilabial closure")  # fmt: skip
    out += ["", "| at intensity 1 | " + " | ".join(titles) + " |", "| --- |" + " --- |" * len(titles)]
    for emotion, row in figures["emotions"].items():
        cells = " | ".join(f"{row[k]:.3f}" if isinstance(row[k], float) else _both(row[k]) for k in keys)
        out.append(f"| {emotion} | {cells} |")
    return "\n".join(out) + "\n"


def _rows(title: str, table: Mapping[str, Mapping[str, float]], first: str) -> str:
    """A row a case, a column a figure."""
    names = list(next(iter(table.values())))
    out = [f"### {title}", "", f"| {first} | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    out += [f"| {case} | " + " | ".join(f"{row[n]:.3g}" for n in names) + " |" for case, row in table.items()]
    return "\n".join(out) + "\n"


def seeds_section(figures: Mapping[str, tuple[float, float]]) -> str:
    """Five seeds: mean and deviation over paragraphs."""
    out = ["### Five seeds of the same speech", "", "| | mean ± deviation over paragraphs |", "| --- | --- |"]
    out += [f"| {key} | {_both(value)} |" for key, value in figures.items()]
    return "\n".join(out) + "\n"


def section(figures: Mapping[str, Any]) -> str:
    """The whole section."""
    minutes = figures["minutes"]
    parts = [
        "## The face",
        "",
        f"Held-out speech: {minutes['human']:.1f} min of a human voice (sentences that were not trained on, the voice "
        f"was), {minutes['synthetic']:.1f} min of synthetic voices and {minutes['German']:.1f} min of German by voices "
        "that were not trained on where whole voices are held out. Human phone times are a forced alignment, "
        "synthetic ones are the synthesiser's own. "
        "Made by `python -m orator.models.training.face.evaluate`.",
        "",
        lip_section("Lips, human voice", figures["human voice"]),
        lip_section("Lips, recorded people, no transcript", figures["people"]),
        lip_section("Lips, synthetic voices", figures["synthetic voices"]),
        lip_section("Lips, German, synthetic voices, a language the lips were not trained on", figures["German"]),
        lip_section("Lips, other voices and languages, no transcript", figures["languages"]),
        lip_section("Ablation, human voice, no transcript", figures["ablation"]),
        f"Refinement changes only the mouth, to the bit: {'yes' if figures['only the mouth'] else 'NO'}.\n",
        _flat("Upper face and head (neutral, with the blink layer)", figures["upper face"]),
        emotion_section(figures["emotion"]),
        seeds_section(figures["diversity"]),
        _rows("Loud, soft, fast and slow speech, one human paragraph", figures["changed"], "the sound"),
    ]
    return "\n".join(parts)
