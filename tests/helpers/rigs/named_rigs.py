"""Rigs named as riggers name them: vocabularies x spellings on the random builds of invented.py, with the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from helpers.rigs.invented import invented_rig
from orator.core.rig.description import RigDescription

_ORDER: Final = ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "collar", "shoulder", "elbow", "wrist", "hip",
                 "knee", "ankle", "foot")  # fmt: skip
VOCABULARIES: Final[dict[str, tuple[str, str, str]]] = {
    # the joints of _ORDER; how fingers are called, {f} the finger and {n} its number; the fifth finger
    "humanoid": ("hips|spine|chest|upper chest|neck|head|shoulder|upper arm|lower arm|hand|upper leg|lower leg|foot|"
                 "toes", "{f} {p}", "little"),
    "arm and forearm": ("hips|spine|spine 1|spine 2|neck|head|shoulder|arm|fore arm|hand|up leg|leg|foot|toe base",
                        "hand {f} {n}", "pinky"),
    "elbow and knee": ("hips|spine|chest|upper chest|neck|head|shoulder|arm|elbow|wrist|leg|knee|ankle|toe",
                       "{f} finger {n}", "little"),
    "anatomy": ("pelvis|spine 01|spine 02|spine 03|neck 01|head|clavicle|upperarm|forearm|hand|thigh|calf|foot|ball",
                "{f} 0{n}", "pinky"),
    "joints": ("pelvis|waist|spine|chest|neck|head|clav|shoulder|elbow|wrist|hip|knee|ankle|toe",
               "{f} {n}", "pinky"),
    "bones": ("pelvis|torso|torso 2|ribcage|neck|skull|collarbone|humerus|ulna|hand|femur|tibia|foot|toe",
              "finger {f} {n}", "pinky"),
    "simple game": ("hips|abdomen|torso|chest|neck|head|shoulder|upperarm|lowerarm|wrist|upperleg|lowerleg|foot|toes",
                    "{f} {n}", "pinky"),
    "lower and upper last": ("hip|belly|chest|chest 2|neck|head|shoulder|arm upper|arm lower|palm|leg upper|leg lower|"
                             "foot|toe", "{f} {n}", "pinky"),
}  # fmt: skip
_PHALANX: Final = {"1": "proximal", "2": "intermediate", "3": "distal"}
_EXTRAS: Final = {"root": "root", "toe_end": "toe end", "breast": "breast", "head_top": "head end"}


def _camel(words: str) -> str:
    return "".join(w[:1].upper() + w[1:] for w in words.split())


def _snake(words: str) -> str:
    return words.replace(" ", "_")


SPELLINGS: Final[dict[str, Callable[[str, str], str]]] = {
    # from a side ('left', 'right', '') and words
    "LeftUpperArm": lambda side, words: _camel(f"{side} {words}"),
    "LeftUpperArmBone": lambda side, words: _camel(f"{side} {words} bone"),
    "upperArm_L_JNT": lambda side, words: f"{_camel(words)}{'_' + side[0].upper() if side else ''}_JNT",
    "upper_arm.L": lambda side, words: _snake(words) + (f".{side[0].upper()}" if side else ""),
    "upperarm.l": lambda side, words: words.replace(" ", "") + (f".{side[0]}" if side else ""),
    "L_UpperArm": lambda side, words: (f"{side[0].upper()}_" if side else "") + _camel(words),
    "jnt_l_upper_arm": lambda side, words: _snake(f"jnt {side[:1]} {words}").replace("__", "_"),
    "UPPER_ARM_LEFT": lambda side, words: _snake(f"{words} {side}".strip()).upper(),
    "Left upper arm": lambda side, words: f"{side} {words}".strip().capitalize(),
    "hero:lUpperArm": lambda side, words: "hero:" + (side[:1] + _camel(words) if side else words.replace(" ", "")),
    "b_UpperArm_lf": lambda side, words: "b_" + _camel(words) + ({"left": "_lf", "right": "_rt"}.get(side, "")),
    "leftupperarm": lambda side, words: side + words.replace(" ", ""),
    "bind.upper-arm.R.001": lambda side, words: f"bind.{words.replace(' ', '-')}{'.' + side[:1] if side else ''}.001",
}


def named_rig(seed: int, vocabulary: str, spelling: str) -> tuple[RigDescription, dict[str, str]]:
    """A random build under a rigger's names, and the truth: joint -> bone."""
    joints, fingers, fifth = VOCABULARIES[vocabulary]
    words = dict(zip(_ORDER, joints.split("|"), strict=True))
    spell = SPELLINGS[spelling]
    used: set[str] = set()

    def name(joint: str) -> str:
        extra = joint.startswith("x_")
        plain = joint.removeprefix("x_")
        side = next((s for s in ("left", "right") if plain.startswith(s)), "")
        part = plain.removeprefix(f"{side}_") if side else plain
        if extra:
            said = _EXTRAS.get(part) or ("twist " + words.get(part.split("_")[0], "") if "twist" in part else
                                         part.replace("_", " "))  # fmt: skip
        elif part in words:
            said = words[part]
        elif part[:-1] in ("thumb", "index", "middle", "ring", "pinky"):
            finger = fifth if part[:-1] == "pinky" else part[:-1]
            said = fingers.format(f=finger, n=part[-1], p=_PHALANX[part[-1]])
        else:
            said = part.removesuffix("_smplhf")
        made = spell(side, said)
        while made in used:
            made += "x"
        used.add(made)
        return made

    return invented_rig(seed, name)
