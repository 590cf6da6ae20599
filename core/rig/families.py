"""Rig families: the bone names of known rigs, one JSON file each in core/rig/profiles, and how well a rig fits them.

A file holds `name`, `title`, and
  sides    what stands for {s} in names: {"left": "Left", "right": "Right"}; values may be lists of alternatives
  middle   joint -> names (first found wins); `root` is a bone that may carry travel
  side     joint without its side -> names with {s}
  spine    trunk bones from the pelvis up, all that exist are used
  twist    upper_arm / forearm / thigh / shin -> names of twist bones; {n} stands for any number
  ik       ankle -> names of bones that pull the legs by inverse kinematics
  also     further bone -> joint whose rotation it copies; with {s} in the name the joint is written without its side
  lids     upper / lower -> names of eyelid bones
  aim      eye -> [target bone, the bone the eye turns about]: the target is moved so that the eye looks right
  strip    a pattern dropped from bone names; `bonus` a pattern that speaks for this family
  rest     'smplx' where rotations are copied as they are
  control  true for animation control rigs; fk_switch [bone, property, value] turns limbs to FK
  reads    joint (a side one without its side) -> bone that shows it, whichever way the artist poses its limb
  ik_limb  arm / leg -> {"end": control, "pole": control, "toes": control, "switches": [...]} for IK instead of FK
Names are compared without case, spaces, punctuation and half or full width; a side's word may stand at either end, and
a prefix that most bones of a rig share (a namespace) is dropped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ..errors import OratorError
from ..skeleton import JOINTS
from .description import RigDescription
from .profile import IkLimb

FOLDER: Final = Path(__file__).parent / "profiles"
_DROP: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Family:
    """One family's names, as read from its file."""

    name: str
    title: str
    sides: dict[str, tuple[str, ...]]
    middle: dict[str, tuple[str, ...]]
    side: dict[str, tuple[str, ...]]
    spine: tuple[str, ...] = ()
    twist: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ik: dict[str, tuple[str, ...]] = field(default_factory=dict)
    strip: str = ""
    bonus: str = ""
    rest: str = "measure"
    control: bool = False
    fk_switch: tuple[tuple[str, str, float], ...] = ()
    also: dict[str, str] = field(default_factory=dict)
    aim: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ik_limb: dict[str, dict[str, object]] = field(default_factory=dict)
    reads: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FamilyMatch:
    """A family's bones found on one rig.

    joints  SMPL-X joint -> bone.       twists  bone -> (limb's joint, e.g. 'left_elbow').
    ik      joint -> bone.              root    the bone above the pelvis, if there is one.
    also    bone -> joint it copies.    aims    target bone -> (joint, the bone it turns about).
    lids    eyelid bone -> 'left_upper', 'left_lower' ...
    ik_limbs  'left_arm' ... -> the controls of its inverse kinematics
    reads   joint -> bone that shows it
    switches  (bone, property, value) that must be keyed for the mapped controls to act.
    """

    family: Family
    joints: dict[str, str]
    twists: dict[str, str]
    ik: dict[str, str]
    root: str | None
    also: dict[str, str]
    aims: dict[str, tuple[str, str]]
    switches: tuple[tuple[str, str, float], ...]
    lids: dict[str, str]
    ik_limbs: dict[str, IkLimb]
    reads: dict[str, str]
    score: float


@lru_cache(maxsize=16384)
def plain(name: str) -> str:
    """A name without case, spaces, punctuation and width; letters of any script and digits stay."""
    return _DROP.sub("", unicodedata.normalize("NFKC", name)).lower()


def shared_prefix(names: list[str]) -> str:
    """The longest prefix, up to a separator, that most names begin with: a namespace; '' where there is none."""
    found: dict[str, int] = {}
    for name in names:
        for match in re.finditer(r"[:|_\- ]", name):
            found[name[: match.end()]] = found.get(name[: match.end()], 0) + 1
    common = [prefix for prefix, count in found.items() if count >= max(8, 0.8 * len(names))]
    return max(common, key=len, default="")


def parse_family(data: dict[str, Any], source: str) -> Family:
    """A family from the contents of its file; raises OratorError naming what is wrong."""
    try:
        sides = {s: (v,) if isinstance(v, str) else tuple(v) for s, v in data["sides"].items()}
        groups = {
            key: {joint: tuple(names) for joint, names in data.get(key, {}).items()}
            for key in ("middle", "side", "twist", "ik", "aim", "lids")
        }
        family = Family(
            name=data["name"],
            title=data["title"],
            sides=sides,
            spine=tuple(data.get("spine", ())),
            strip=data.get("strip", ""),
            bonus=data.get("bonus", ""),
            rest=data.get("rest", "measure"),
            control=bool(data.get("control", False)),
            fk_switch=tuple((b, p, float(v)) for b, p, v in data.get("fk_switch", ())),
            also=dict(data.get("also", {})),
            ik_limb=dict(data.get("ik_limb", {})),
            reads=dict(data.get("reads", {})),
            **groups,
        )
        for pattern in (family.strip, family.bonus):
            re.compile(pattern)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise OratorError(f"The rig family file {source} is broken ({error}): install Orator again.") from error
    return family


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Every family that ships with the extension."""
    out = []
    for path in sorted(FOLDER.glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OratorError(f"The rig family file {path.name} is broken: install the extension again.") from error
        out.append(parse_family(data, path.name))
    return tuple(out)


def _spine_joints(count: int) -> tuple[str, ...]:
    """Which joints the first, middle and last of `count` trunk bones play; bones between them share the bend."""
    return {0: (), 1: ("spine3",), 2: ("spine1", "spine3")}.get(count, ("spine1", "spine2", "spine3"))


def spread_spine(bones: list[str]) -> dict[str, str]:
    """Trunk bones from the pelvis up -> the three spine joints; the last one always carries the chest."""
    joints = _spine_joints(len(bones))
    if len(joints) < 3:
        return dict(zip(joints, bones, strict=True))
    return {"spine1": bones[0], "spine2": bones[len(bones) // 2], "spine3": bones[-1]}


class _Names:
    """The rig's bones by their plain names, with and without a family's prefix."""

    def __init__(self, description: RigDescription, strip: str, namespace: str = "") -> None:
        self.strip = re.compile(strip, re.IGNORECASE) if strip else None
        self.bones: dict[str, str] = {}
        for bone in description.bones:
            name = bone.name.removeprefix(namespace)
            name = self.strip.sub("", name) if self.strip else name
            self.bones.setdefault(plain(name), bone.name)

    def find(self, names: tuple[str, ...], side: str = "") -> str | None:
        for name in names:
            found = self.bones.get(plain(name.replace("{s}", side)))
            if found:
                return found
        for name in names:
            if name.startswith("{s}") and (found := self.bones.get(plain(name[3:] + side))):
                return found
        return None

    def by_side(
        self, wanted: Iterable[tuple[str, tuple[str, ...]]], tokens: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        """What is found of names with a side's token: (what with its side, bone)."""
        wanted = list(wanted)
        for side, token in tokens.items():
            for what, alternatives in wanted:
                bone = self.find(alternatives, token)
                if bone:
                    yield f"{side}_{what}", bone

    def find_all(self, names: tuple[str, ...], side: str) -> list[str]:
        out = []
        for name in names:
            text = re.escape(plain(name.replace("{s}", side).replace("{n}", "0000"))).replace("0000", r"\d+")
            whole = re.compile(text).fullmatch
            out += [bone for key, bone in self.bones.items() if whole(key)]
        return out


def _best_tokens(names: _Names, family: Family) -> dict[str, str]:
    """Of alternative side words (左 or L) those that find most."""
    out = {}
    for side, tokens in family.sides.items():
        counts = [sum(names.find(n, token) is not None for n in family.side.values()) for token in tokens]
        out[side] = tokens[counts.index(max(counts))]
    return out


def _switches(
    description: RigDescription, names: _Names, wanted: Iterable[Sequence[Any]], tokens: tuple[str, ...]
) -> tuple[tuple[str, str, float], ...]:
    """(bone, property, value) of those switches that the rig has."""
    out = (
        (bone, prop, float(value))
        for name, prop, value in wanted
        for token in tokens
        if (bone := names.find((name,), token)) is not None and prop in description.by_name[bone].properties
    )
    return tuple(dict.fromkeys(out))


def _ik_limb(description: RigDescription, names: _Names, data: dict[str, Any], token: str) -> IkLimb | None:
    """The controls of one limb's inverse kinematics, or None where the rig has none."""
    end, pole, toes = (names.find((data.get(key, ""),), token) or "" for key in ("end", "pole", "toes"))
    if not end:
        return None
    return IkLimb(end, pole, toes, _switches(description, names, data.get("switches", ()), (token,)))


_LIMB: Final = {"upper_arm": "shoulder", "forearm": "elbow", "thigh": "hip", "shin": "knee"}
"""The joint whose bone twists with each part of a limb."""


def match_family(description: RigDescription, family: Family, namespace: str = "") -> FamilyMatch:
    """What of a family a rig has. The score counts joints, and a little for names that only this family uses.

    namespace: a prefix that the rig's bones share, to be dropped.
    """
    names = _Names(description, family.strip, namespace)
    tokens = _best_tokens(names, family)
    found, aims = _joints(names, family, tokens)
    joints = {j: found[j] for j in JOINTS if j in found}
    twists = {
        bone: f"{side}_{_LIMB[part]}"
        for side, token in tokens.items()
        for part, alternatives in family.twist.items()
        for bone in names.find_all(alternatives, token)
        if bone not in joints.values()
    }
    also = {bone: joint for name, joint in family.also.items() if (bone := names.find((name,))) is not None}
    sided = ((joint, (name,)) for name, joint in family.also.items() if "{s}" in name)
    also |= {bone: joint for joint, bone in names.by_side(sided, tokens)}
    limbs = {
        f"{side}_{limb}": pulled
        for side, token in tokens.items()
        for limb, data in family.ik_limb.items()
        if (pulled := _ik_limb(description, names, data, token)) is not None
    }
    return FamilyMatch(
        family, joints, twists, dict(names.by_side(family.ik.items(), tokens)),
        names.find(family.middle.get("root", ())), also, aims,
        _switches(description, names, family.fk_switch, tuple(tokens.values())),
        {bone: lid for lid, bone in names.by_side(family.lids.items(), tokens)}, limbs,
        dict(names.by_side(((joint, (name,)) for joint, name in family.reads.items()), tokens)),
        _score(description, family, len(joints), len(twists)),
    )  # fmt: skip


def _joints(names: _Names, family: Family, tokens: dict[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The bones of the joints, and the targets that eyes look at with the joint and the bone they turn about."""
    found = {j: bone for j, others in family.middle.items() if j != "root" and (bone := names.find(others))}
    found |= spread_spine([b for n in family.spine if (b := names.find((n,)))])
    for joint, bone in names.by_side(family.side.items(), tokens):
        found[f"{joint}_smplhf" if joint.endswith("_eye") else joint] = bone
    aims: dict[str, tuple[str, str]] = {}
    for side, token in tokens.items():
        for target, pivot in family.aim.values():
            aimed, around = names.find((target,), token), names.find((pivot,), token)
            if aimed and around:
                found[f"{side}_eye_smplhf"] = aimed
                aims[aimed] = (f"{side}_eye_smplhf", around)
    return found, aims


def _score(description: RigDescription, family: Family, joints: int, twists: int) -> float:
    bonus = re.compile(family.bonus, re.IGNORECASE) if family.bonus else None
    special = sum(bonus.search(b.name) is not None for b in description.bones) if bonus else 0
    score = joints + 0.5 * min(special, 4) + 0.01 * twists - (0.5 if bonus and not special else 0.0)
    return score + 5.0 if family.control and joints > 20 else score
