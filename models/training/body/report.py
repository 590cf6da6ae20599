"""The body's figures as Markdown: a row a measure with its goal, a column a voice; controls, codes, words and hints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_GOALS: Final[dict[str, tuple[str, str]]] = {
    "wrist_speed": ("wrist speed, m/s", "0.25 - 0.85"),
    "wrist_speed_silent": ("wrist speed in pauses between words, m/s", "below that"),
    "wrist_speed_in_silence": ("wrist speed in six seconds of silence, m/s", "near 0"),
    "strokes_a_minute": ("strokes a minute of speech", "50 - 150"),
    "workspace": ("wrist workspace, litres", "0.5 - 1.8"),
    "head_speed": ("head speed, degrees/s", "14 - 40"),
    "finger_deviation": ("finger joint deviation, degrees", "5 - 18"),
    "power_above_8": ("share of wrist power above 8 Hz", "at most 0.0015"),
    "mean_frequency": ("jerk-weighted mean frequency, Hz", "1.2 - 2.1"),
    "slide_mm": ("planted foot, mm a frame", "at most 0.8"),
    "slide_p95_mm": ("the same, 95th percentile", ""),
    "sole_mm": ("soles off the floor, mm", "at most 45"),
    "drift_m_a_minute": ("root drift, m a minute", "under 0.3"),
    "least_elbow": ("least elbow flexion, degrees", "over 0"),
    "least_knee": ("least knee flexion, degrees", "over 0"),
    "inside": ("frames with a hand in the torso", "under 0.005"),
    "coupling_z": ("coupling to this speech, z", "at least 9"),
    "on_accent": ("strokes ending 250 ms before to 100 ms after an accent", "most"),
    "on_strong_accent": ("the same, stronger half of the accents", ""),
    "strong_by_chance": ("the same, shifted accents (control)", ""),
    "strong_z": ("stronger accents over chance, z", ""),
    "distinct_poses": ("distinct arm poses (8 cm apart) in the minute", "at least 60"),
    "biggest_pose": ("the commonest pose's share of time", "at most 0.2"),
    "above_elbow": ("wrists above the elbow, share of time", "0.15 - 0.5"),
    "wrist_speed_relative": ("wrist speed about the pelvis, m/s", "0.35 - 0.75"),
    "pelvis_acceleration": ("pelvis angular acceleration, degrees/s2", "80 - 450"),
    "body_yaw": ("yaw of the body, degrees", "at least 12"),
    "shoulder_yaw": ("the same of the shoulders", "at least 20"),
    "hip_yaw": ("the same of the hips", "at least 10"),
    "side_lean": ("side lean of the torso, 2-98 %, degrees", "at least 8.5"),
    "forward_lean": ("forward lean of the torso, degrees", "at least 11.5"),
    "pelvis_x_cm": ("pelvis sideways, cm", "at least 12"),
    "pelvis_y_cm": ("pelvis up and down, cm", "at least 2"),
    "pelvis_z_cm": ("pelvis forward and back, cm", "at least 10"),
    "weight_shifts": ("weight shifts a minute", "10 - 30"),
    "steps": ("small steps a minute", "1 - 8"),
    "head_roll": ("head roll deviation, degrees", "2 - 6"),
    "head_off_axis": ("head over 10 degrees off axis, share", "0.15 - 0.5"),
    "finger_dimensions": ("finger dimensions for 90 %", "at least 8"),
    "finger_speed": ("finger speed, degrees/s", "25 - 70"),
    "finger_effective": ("effective dimensions of a hand, the lesser", "at least 4"),
    "both_down": ("both hands down, share of time", "0.15 - 0.5"),
}


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> list[str]:
    return [_row(*head), _row(*["---"] * len(head)), *(_row(*row) for row in rows), ""]


def section(report: dict[str, Any]) -> str:
    """Markdown of what `evaluate` found."""
    voices = report["voices"]
    rows = []
    for name, (title, goal) in _GOALS.items():
        rows.append((title, goal, *(f"{figures[name]:.3g}" for figures in voices.values())))
    lines = ["## Body", "", *_table(("measure", "goal", *voices), rows)]
    shuffled = ", ".join(f"{z:.2f}" for z in report["shuffled_z"])
    apart, same = 100 * report["seeds"]["mean_pair_m"], report["seeds"]["same_seed_same"]
    poses, minutes = report["long"]
    lines += [
        f"Distinct arm poses in {minutes:.1f} minutes of one voice: {poses} (at least 250 in nine).",
        f"Coupling of another voice's body to each speech (control): z = {shuffled}.",
        f"Five seeds of one clip: mean pairwise wrist distance {apart:.1f} cm. The same seed, the same body: {same}.",
        "",
        "### Controls",
        "",
        *_controls(report["controls"]),
        "### Words",
        "",
        *_words(report["words"]),
        "### Wishes",
        "",
        *_wishes(report["wishes"]),
        "### Key poses",
        "",
        *_hints(report["hints"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _controls(controls: dict[str, Any]) -> list[str]:
    rows: list[tuple[Any, ...]] = []
    for name in ("energy", "gesture_rate"):
        figures = controls[name]
        rows.append((name, "0.5, 1, 1.5", "wrist speed, m/s", figures["wrist_speed"]))
        rows.append((name, "0.5, 1, 1.5", "strokes a minute", figures["strokes_a_minute"]))
    for name, values in (("handedness", "-1, 0, 1"), ("stance", "-1, 0, 1"), ("travel", "0, 1")):
        rows.append((name, values, "left and right wrist, m/s; range of the root, m", controls[name]))
    rows.append(("head_activity", "0.5, 1, 1.5", "head speed, degrees/s", controls["head_activity"]))
    rows.append(("style", ", ".join(controls["style"]), "wrist speed, m/s", list(controls["style"].values())))
    return _table(("control", "values", "measure", "result"), [(*row[:3], _plain(row[3])) for row in rows])


def _plain(values: list[Any]) -> str:
    return "; ".join(", ".join(f"{v:.3g}" for v in x) if isinstance(x, list) else f"{x:.3g}" for x in values)


def _words(words: dict[str, dict[str, Any]]) -> list[str]:
    made = words["with transcript"]
    rows = [(name, x["class_words"], f"{x['hit']:.0%}") for name, x in words.items()]
    each = ", ".join(f"{name} {hit:.0%}" for name, hit in made["per_class"].items())
    return [
        "Class words whose gesture is seen within 0.25 s, by a classifier of hands that hears nothing, each class",
        "at the threshold that one in twenty of the other words passes. Without a transcript is the control.",
        "",
        *_table(("motion", "class words", "seen (goal 70% with transcript)"), rows),
        f"With transcript, by class (words): {each}.",
        "",
    ]


def _wishes(wishes: dict[str, Any]) -> list[str]:
    rows = [
        ("told in the take's own track", "at least 85%", f"{wishes['told']:.0%}"),
        ("seen by the classifier", "at least 85%", f"{wishes['seen']:.0%}"),
        ("the likest of all 32 kinds", "", f"{wishes['likest of all']:.0%}"),
        (
            "seen at the same moments of takes without the wishes (control)",
            "5% - 10%",
            f"{wishes['without the wish']:.0%}",
        ),
    ]
    least = ", ".join(f"{name} {share:.0%}" for name, share in wishes["least seen"].items())
    return [
        f"{wishes['wishes']} gestures of any kind, hand and size, wished for at random moments of five voices: there",
        "within 0.15 s. A kind is called seen from the value on that one in twenty moments without wishes passes.",
        "",
        *_table(("wishes", "goal", "share"), rows),
        f"Least seen: {least}.",
        "",
    ]


def _hints(hints: dict[str, dict[str, float]]) -> list[str]:
    rows = [(gap, *(x[name] for name in ("with hints", "warp only", "slerp only"))) for gap, x in hints.items()]
    return [
        "Mean joint error between whole-body keys of held-out planned motion, millimetres.",
        "",
        *_table(("keys every", "networks with hints", "without, then warped", "slerp alone"), rows),
    ]
