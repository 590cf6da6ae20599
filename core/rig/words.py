"""Plain words in bone names: side, part and number, whatever case, glue, prefix or suffix a rigger put around them.

`upperarm.l`, `LeftUpperArmBone`, `Arm_Upper_L`, `jnt_l_uparm_01`, `L_arm1` all say the same. A name that says it is an
end, a tip, a twist, a helper or of a coat says no joint.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

SIDES: Final = {
    **dict.fromkeys(("l", "left", "lf", "lt", "lft", "links", "gauche", "izq", "izquierda", "izquierdo"), "left"),
    **dict.fromkeys(("esquerda", "esquerdo", "sinistra", "sinistro", "左"), "left"),
    **dict.fromkeys(("r", "right", "rt", "rgt", "rechts", "droite", "droit", "derecha", "derecho"), "right"),
    **dict.fromkeys(("direita", "direito", "destra", "destro", "右"), "right"),
}

_SAME: Final = {
    "pelvis": "pelvis hips hip".split(),
    "spine": "spine chest torso abdomen abs belly stomach rib ribs ribcage thorax lumbar waist spines sternum".split(),
    "neck": ["neck"],
    "head": "head skull cranium".split(),
    "clavicle": "clavicle clav collar collarbone scapula".split(),
    "shoulder": ["shoulder"],
    "arm": ["arm", "arms"],
    "humerus": "bicep biceps humerus uparm".split(),
    "forearm": "forearm elbow ulna farm lowarm".split(),
    "hand": "hand wrist hands".split(),
    "palm": ["palm"],
    "thigh": "thigh thighs femur upleg".split(),
    "leg": ["leg", "legs"],
    "shin": "knee calf shin tibia lowleg".split(),
    "ankle": ["ankle"],
    "foot": ["foot", "feet"],
    "toe": "toe toes toebase ball toe0".split(),
    "thumb": ["thumb"],
    "index": "index pointer forefinger".split(),
    "middle": ["middle", "mid"],
    "ring": ["ring"],
    "pinky": "pinky pinkie little small".split(),
    "eye": ["eye", "eyeball"],
    "jaw": ["jaw", "mandible"],
}
PARTS: Final = {word: part for part, words in _SAME.items() for word in words}

_UPPER: Final = {"upper", "up", "top"}
_LOWER: Final = {"lower", "low", "lo", "fore"}
_FINGER_WORDS: Final = {"finger", "fingers", "proximal", "prox", "intermediate", "distal", "dist", "metacarpal", "meta"}
_QUIET: Final = set(
    "bone bones joint jnt jt jn bn b j def deform skin sk bind bnd rig char bip biped mixamorig cc base sec adj "
    "mesh geo grp main master fk env c m o s x a g e d".split()
)
"""Words that say nothing about the part."""
HELPERS: Final = set(
    "end tip nub leaf eff effector ik ctrl control ctl pole target tgt twist twst roll helper help pivot offset null "
    "locator loc hair skirt cloth clothes breast breasts boob boobs bust butt tail ear ears wing wings weapon sword "
    "gun prop holder socket attach slot muscle bulge corrective jiggle dyn phys spring collider sleeve string cape "
    "coat ribbon hat cap helmet bag accessory pocket brow eyebrow cheek lip lips mouth nose teeth tongue lid eyelid "
    "lash pupil iris highlight fin fins paw hoof claw horn antenna mask glasses beard scarf tie belt pad armor armour "
    "shadow light camera look lookat aim track dummy ref rotate track mch org ptr trg trs armature "
    "container".split()
)
"""Words of bones that play no joint: ends, twists, controls, what hangs from the body."""
CONTROLS: Final = frozenset("ctrl control ctl org".split())
"""Words of a control rig's bones; where a body has no others, they say nothing (a game's skeleton made out of one)."""
ANIMAL: Final = {"front", "back", "hind", "rear"}
_BODY: Final = frozenset("spine head humerus forearm arm hand thigh leg shin foot".split())
_LEGS: Final = {"leg", "thigh", "shin", "foot", "toe", "ankle"}
_KNOWN: Final = (
    set(PARTS) | {s for s in SIDES if len(s) > 1} | _UPPER | _LOWER | _FINGER_WORDS | {"bone", "joint", "jnt", "end",
    "tip", "twist", "roll", "root", "body", "bip"} | ANIMAL
)  # fmt: skip


@dataclass(frozen=True)
class Word:
    """What a name says: side ('left', 'right', ''), part ('' for none), upper / lower, numbers, helper or animal."""

    side: str
    part: str
    level: str
    numbers: tuple[int, ...]
    helper: bool
    tokens: tuple[str, ...]
    metacarpal: bool = False


def spoken(names: Iterable[str]) -> dict[str, Word]:
    """The words of a rig's bones that may play a joint: helpers are left out, controls where there is anything else."""
    words = {name: word_of(name) for name in names}
    plain = {name: word for name, word in words.items() if not word.helper}
    known = {(word.side, word.part) for word in plain.values()}
    body = sum(word.part in _BODY for word in plain.values())
    controls = {
        name: replace(word, helper=False)
        for name, word in words.items()
        if word.helper and set(word.tokens) & (HELPERS | ANIMAL) <= CONTROLS and (word.side, word.part) not in known
    }
    more = sum(word.part in _BODY for word in controls.values())
    if more <= body:
        return plain
    both = {**plain, **controls}
    return {name: both[name] for name in words if name in both}


@lru_cache(maxsize=4096)
def _pieces(token: str) -> tuple[str, ...]:
    """A lower-case token cut into known words, itself where it cannot be cut whole ('upperarm', 'lowerarmr')."""
    if token in _KNOWN or token in HELPERS or token in _QUIET or len(token) < 4:
        return (token,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(2, len(token) + 1):
        for start in range(end - 1):
            if start in best and token[start:end] in _KNOWN:
                made = (*best[start], token[start:end])
                if end not in best or len(made) < len(best[end]):
                    best[end] = made
    if len(token) in best:
        return best[len(token)]
    if token[-1] in "lr" and len(token) - 1 in best:
        return (*best[len(token) - 1], token[-1])
    if token[0] in "lr" and token[1:] != token and (rest := _pieces(token[1:])) != (token[1:],):
        return (token[0], *rest)
    if token[0] in "lr" and token[1:] in PARTS:
        return (token[0], token[1:])
    return (token,)


def _side(tokens: list[str]) -> str:
    """The side that some token says; whole words before letters."""
    for long in (True, False):
        for token in tokens:
            if token in SIDES and (len(token) > 1) == long:
                return SIDES[token]
    return ""


@lru_cache(maxsize=16384)
def word_of(name: str) -> Word:
    """What a bone's name says."""
    name = unicodedata.normalize("NFKC", name).split(":")[-1].split("|")[-1]
    whole = name.lower()
    found = [t.lower() for t in _TOKEN.findall(name)] if not (name.isupper() or name.islower()) else re.findall(
        r"[^\W\d_]+|\d+", whole)  # fmt: skip
    tokens = [piece for t in found for piece in _pieces(t)]
    numbers = tuple(int(t) for t in tokens if t.isdigit() and len(t) < 5)
    words = [t for t in tokens if not t.isdigit()]
    side = _side(words)
    parts = [PARTS[t] for t in words if t in PARTS]
    fingers = [p for p in parts if p in ("thumb", "index", "ring", "pinky")]
    if not fingers and "middle" in parts and side and not set(parts) & {"shin", "thigh", "leg", "arm", "spine"}:
        fingers = ["middle"]
    parts = fingers or [p for p in parts if p != "middle"]
    level = "upper" if set(words) & _UPPER else "lower" if set(words) & _LOWER else ""
    helper = bool(set(words) & HELPERS) or (bool(set(words) & ANIMAL) and bool(set(parts) & _LEGS))
    part = parts[0] if parts else ""
    if len(set(parts)) > 1:
        part = _compound(parts)
    if fingers and set(words) & {"toe", "toes", "foot"}:
        part, helper = "", True
    return Word(side, part, level, numbers, helper, tuple(tokens), bool(set(words) & {"metacarpal", "meta"}))


def _compound(parts: list[str]) -> str:
    """One part of several that a name holds: 'FootToe' is a toe, 'ArmHand' a hand, 'hipThigh' a thigh."""
    order = ("toe", "eye", "jaw", "palm", "hand", "forearm", "shin", "thigh", "humerus", "clavicle", "ankle", "foot",
             "head", "neck")  # fmt: skip
    return next((p for p in order if p in parts), parts[-1])


def says_animal(names: Iterable[str]) -> bool:
    """Whether names speak of front and hind legs, paws, fins or wings."""
    found = [set(word_of(name).tokens) for name in names]
    legs = {"leg", "legs", "foot", "feet", "thigh", "knee"}
    return any((t & ANIMAL and t & legs) or t & {"fin", "fins", "paw", "paws", "hoof", "hooves"} for t in found)
