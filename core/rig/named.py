"""Mapping a rig by plain words in its bones' names: which of several readings fits its hierarchy best."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from ..skeleton import JOINTS
from .description import RigDescription
from .families import spread_spine
from .profile import RigProfile
from .words import Word, spoken, word_of

_ARM: Final = ("collar", "shoulder", "elbow", "wrist")
_LEG: Final = ("hip", "knee", "ankle", "foot")
_WORTH: Final = {"collar": 1.0, "foot": 1.0}
"""What a found joint of a limb counts; 2 for those without an entry."""
_COSTS: Final[dict[str, dict[str, float]]] = {
    "clavicle": {"collar": 0.0},
    "shoulder": {"collar": 0.0, "shoulder": 0.3},
    "humerus": {"shoulder": 0.0},
    "arm": {"shoulder": 0.1, "elbow": 0.5, "collar": 0.9},
    "forearm": {"elbow": 0.0},
    "hand": {"wrist": 0.0},
    "palm": {"wrist": 0.3},
    "pelvis": {"hip": 0.15},
    "thigh": {"hip": 0.0},
    "leg": {"hip": 0.2, "knee": 0.2},
    "shin": {"knee": 0.0},
    "ankle": {"ankle": 0.0},
    "foot": {"ankle": 0.1, "foot": 0.6},
    "toe": {"foot": 0.0},
}
_LEVELS: Final = {("arm", "upper"): "humerus", ("arm", "lower"): "forearm", ("leg", "upper"): "thigh",
                  ("leg", "lower"): "shin", ("shoulder", "upper"): "humerus", ("thigh", "lower"): "shin"}  # fmt: skip
_ARM_PARTS: Final = {"clavicle", "shoulder", "humerus", "arm", "forearm", "hand", "palm"}
_LEG_PARTS: Final = {"pelvis", "thigh", "leg", "shin", "ankle", "foot", "toe"}
_FINGERS: Final = ("thumb", "index", "middle", "ring", "pinky")
_METACARPAL: Final = 0.6
_AT_THE_WRIST: Final = 0.1
_FEWEST_FINGERS: Final = 3


def _part(word: Word) -> str:
    return _LEVELS.get((word.part, word.level), word.part)


class _Reading:
    """The words of one rig's bones, helpers left out."""

    def __init__(self, description: RigDescription) -> None:
        self.description = description
        self.words = spoken(b.name for b in description.bones)
        self.order = {b.name: i for i, b in enumerate(description.bones)}
        self.above = {b.name: description.ancestors(b.name) for b in description.bones}

    def with_part(self, part: str, side: str = "") -> list[str]:
        return [n for n, w in self.words.items() if w.part == part and w.side == side]

    def limb(self, side: str, parts: set[str], labels: tuple[str, ...]) -> dict[str, str]:
        """Joint without its side -> bone: the best reading of the best chain of a side's bones."""
        mine = [n for n, w in self.words.items() if w.side == side and w.part in parts]
        best: tuple[float, dict[str, str]] = (0.0, {})
        inner = {a for n in mine for a in self.above[n] if a in mine}
        for last in (n for n in mine if n not in inner):
            chain = [a for a in reversed((last, *self.above[last])) if a in mine]
            found = self._fit(chain, labels)
            if found[0] > best[0]:
                best = found
        out = best[1]
        missing = [x for x in labels[1:] if x not in out]
        for label in missing:  # controls of inverse kinematics: a foot that does not hang below its shin
            cost = {n: _COSTS[_part(self.words[n])].get(label, 9.0) for n in mine if n not in out.values()}
            near = [n for n in cost if cost[n] < 0.2]
            before = out.get(labels[labels.index(label) - 1])
            if before and near and label in ("ankle", "wrist"):
                out[label] = min(near, key=lambda n: (cost[n], self.order[n]))
        return out

    def _fit(self, chain: list[str], labels: tuple[str, ...]) -> tuple[float, dict[str, str]]:
        """Highest-valued increasing assignment of labels to a chain of bones, parents first."""
        best: dict[int, tuple[float, dict[str, str]]] = {-1: (0.0, {})}
        for step, bone in enumerate(chain):
            costs = _COSTS[_part(self.words[bone])]
            for at, (value, found) in list(best.items()):
                for label, cost in costs.items():
                    k = labels.index(label) if label in labels else -1
                    worth = value + _WORTH.get(label, 2.0) - cost - 0.01 * step
                    if k > at and worth > best.get(k, (-1.0, {}))[0]:
                        best[k] = (worth, {**found, label: bone})
        return max(best.values(), key=lambda v: v[0])

    def fingers(self, side: str, wrist: str, elbow: str) -> dict[str, str]:
        """Joints without their side ('index1') -> bone."""
        out: dict[str, str] = {}
        heads = self.description.by_name
        for finger in _FINGERS:
            names = [n for n in self.with_part(finger, side) if wrist in self.above[n] or elbow in self.above[n]]
            if not names:
                continue
            last = max(names, key=lambda n: (len(self.above[n]), -self.order[n]))
            chain = [a for a in reversed((last, *self.above[last])) if a in names]
            if finger != "thumb":
                chain = [n for n in chain if not self.words[n].metacarpal] or chain
            if len(chain) > 3:
                gap = float(np.linalg.norm(heads[chain[0]].head - heads[wrist].head))
                reach = sum(float(np.linalg.norm(heads[b].head - heads[a].head)) for a, b in pairwise(chain))
                skip = int(finger != "thumb" and gap < _METACARPAL * reach)
                chain = chain[skip : skip + 3]
            out |= {f"{finger}{k + 1}": bone for k, bone in enumerate(chain)}
        return out


def _common(reading: _Reading, names: list[str]) -> str | None:
    """The lowest bone above all of some bones, one of them included."""
    lines = [(n, *reading.above[n]) for n in names]
    return next((b for b in lines[0] if all(b in line for line in lines[1:])), None) if lines else None


def _trunk(reading: _Reading, joints: dict[str, str]) -> tuple[dict[str, str], str | None]:
    """Pelvis, spine, neck and head; and the bone that carries travel where the legs do not hang from the pelvis."""
    out: dict[str, str] = {}
    above = reading.above
    hips = [joints[j] for j in ("left_hip", "right_hip") if j in joints]
    arms = [joints[j] for j in ("left_collar", "right_collar", "left_shoulder", "right_shoulder") if j in joints]
    necks, heads = reading.with_part("neck"), reading.with_part("head")
    trunk = reading.with_part("spine")
    tops = {a for n in heads for a in above[n]}
    # Of several heads the one that other heads, a face or nothing hangs from, nearest to the root.
    heads = sorted(heads, key=lambda n: (not (set(above[n]) & set(necks + trunk)), len(above[n]), reading.order[n]))
    if heads:
        out["head"] = heads[0]
    necks = [n for n in necks if not any(n in above[a] for a in arms) and ("head" not in out or n in tops)]
    if necks:
        out["neck"] = min(necks, key=lambda n: len(above[n]))
    carried = None
    pelves = reading.with_part("pelvis")
    fork = _common(reading, [*hips, *arms[:1], *([out["head"]] if "head" in out else [])]) if hips else None
    holding = [p for p in pelves if all(p in above[h] for h in hips)] if hips else pelves
    if holding:
        out["pelvis"] = max(holding, key=lambda n: (len(above[n]), -reading.order[n]))
    elif pelves and fork is not None:
        by_name = reading.description.by_name
        middle = np.mean([by_name[h].head for h in hips], axis=0)
        knees = [by_name[joints[j]].head for j in ("left_knee", "right_knee") if j in joints]
        size = float(np.linalg.norm(np.mean(knees, axis=0) - middle)) if knees else 0.0
        near = float(np.linalg.norm(by_name[fork].head - middle)) < size
        out["pelvis"], carried = (fork, None) if near else (pelves[0], fork)
    elif fork is not None and len(hips) == 2 and word_of(fork).part in ("", "spine") and above[fork]:
        out["pelvis"] = fork
    top = _common(reading, arms) if len(arms) > 1 else None
    top = top or next((a for n in ("neck", "head") if n in out for a in above[out[n]] if a in trunk), None)
    if top is not None and top != out.get("pelvis"):
        line = [b for b in reversed((top, *above[top]))]
        if out.get("pelvis") in line:
            line = line[line.index(out["pelvis"]) + 1 :]
        elif carried in line:
            line = [b for b in line[line.index(carried) + 1 :] if b in trunk or b == top]
        else:
            line = [b for b in line if b in trunk]
        # What the arms hang from is the chest, whatever it is called.
        named = [b for b in line if b in trunk or b == top]
        whole = named if any(b in trunk for b in named) else line
        out |= spread_spine([b for b in whole if b not in out.values()])
    return out, carried


def _goal(reading: _Reading, wrist: str, elbow: str) -> str | None:
    """The bone that carries a hand's fingers where the hand carries none: the goal of an arm's inverse kinematics.

    Games keep it beside the arm, at the wrist's place; it has to be brought there.
    """
    above, by_name = reading.above, reading.description.by_name
    if any(wrist in line for line in above.values()):
        return None
    length = float(np.linalg.norm(by_name[wrist].head - by_name[elbow].head))
    near = [
        n
        for n, bone in by_name.items()
        if elbow not in above[n] and n not in above[elbow] and not bone.connected
        and np.linalg.norm(bone.head - by_name[wrist].head) < _AT_THE_WRIST * length
        and sum(n in line for line in above.values()) >= _FEWEST_FINGERS
    ]  # fmt: skip
    return max(near, key=lambda n: len(above[n]), default=None)


def by_words(description: RigDescription) -> RigProfile | None:
    """A profile by plain words, or None where no name says a part of a body. Its confidence is set by the caller."""
    reading = _Reading(description)
    joints: dict[str, str] = {}
    also: dict[str, str] = {}
    ik: dict[str, str] = {}
    for side in ("left", "right"):
        arm, leg = reading.limb(side, _ARM_PARTS, _ARM), reading.limb(side, _LEG_PARTS, _LEG)
        joints |= {f"{side}_{j}": b for j, b in {**arm, **leg}.items()}
        if "elbow" in arm:
            wrist = arm.get("wrist", arm["elbow"])
            joints |= {f"{side}_{j}": b for j, b in reading.fingers(side, wrist, arm["elbow"]).items()}
            palms = [n for n in reading.with_part("palm", side) if arm["elbow"] in reading.above[n]]
            also |= {n: f"{side}_wrist" for n in palms if n != wrist and wrist not in reading.above[n]}
            goal = _goal(reading, wrist, arm["elbow"]) if "wrist" in arm else None
            if goal is not None:
                also[goal], ik[f"{side}_wrist"] = f"{side}_wrist", goal
        if {"knee", "ankle"} <= leg.keys() and leg["knee"] not in reading.above[leg["ankle"]]:
            ik[f"{side}_ankle"] = leg["ankle"]
    trunk, carried = _trunk(reading, joints)
    joints |= trunk
    if "head" in joints:
        for side in ("left", "right"):
            eyes = [n for n in reading.with_part("eye", side) if joints["head"] in reading.above[n]]
            if eyes:
                joints[f"{side}_eye_smplhf"] = min(eyes, key=lambda n: (len(reading.above[n]), reading.order[n]))
        jaws = [n for n in reading.with_part("jaw") if joints["head"] in reading.above[n]]
        if jaws:
            joints["jaw"] = min(jaws, key=lambda n: (len(reading.above[n]), reading.order[n]))
    if not joints:
        return None
    ordered = {j: joints[j] for j in JOINTS if j in joints}
    return RigProfile("words", "Names in plain words", ordered, root=carried, also=also, ik=ik, confidence=0.0)
