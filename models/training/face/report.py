"""The face's section of the quality report, in Markdown, from `evaluate_face`'s figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ROWS: Final[tuple[tuple[str, str, float | None, float | None], ...]] = (
    ("bilabial closure", "closure", 0.92, 0.97),
    ("wrong closures", "wrong_closure", None, None),
    ("closure less wrong closures", "closure_net", 0.90, 0.965),
    ("openness AUC", "openness_auc", 0.95, 0.95),
    ("rounding AUC", "rounding_auc", 0.87, 0.89),
    ("spread AUC", "spread_auc", 0.87, 0.88),
    ("F, V AUC", "labiodental_auc", 0.97, 0.975),
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
        lip_section("Lips, synthetic voices", figures["synthetic voices"]),
        lip_section("Lips, German, synthetic voices, a language the face was not trained on", figures["German"]),
        lip_section("Ablation, human voice, no transcript", figures["ablation"]),
        f"Refinement changes only the mouth, to the bit: {'yes' if figures['only the mouth'] else 'NO'}.\n",
        _flat("Upper face and head (neutral, with the blink layer)", figures["upper face"]),
        _flat("Emotion", figures["emotion"]),
        _flat("Five seeds of one speech", figures["diversity"]),
        _flat("Loudness", figures["reach"]),
    ]
    return "\n".join(parts)
