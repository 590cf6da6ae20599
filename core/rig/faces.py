"""Matching a mesh's shape keys to the 52 ARKit names through case, side and prefix variants.

`jawOpen`, `JawOpen`, `AK_25_JawOpen`, `jaw_open`, `eyeBlink_L`, `Eye.Blink.R`, `blendShape1.mouthSmile_L` are found;
where a mesh has several sets (Rocketbox has four), each weight takes the shape of the set that matches most.
"""

from __future__ import annotations

import re
from typing import Final

from ..arkit import ARKIT
from .description import MeshDescription

_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIDE: Final = {"l": "left", "r": "right", "lt": "left", "rt": "right", "lf": "left", "left": "left", "right": "right"}
_ALIASES: Final = {
    "mouthclosed": "mouthclose",
    "jawfwd": "jawforward",
    "browup": "browouterup",
    "toungeout": "tongueout",
    "tongout": "tongueout",
    "mouthpout": "mouthpucker",
    "cheeckpuff": "cheekpuff",
    "mouthrolllow": "mouthrolllower",
    "mouthrollup": "mouthrollupper",
    "mouthshruglow": "mouthshruglower",
    "mouthshrugup": "mouthshrugupper",
}


_COPY: Final = re.compile(r"\.\d{3}$")
"""What Blender puts behind the name of a duplicate."""


def _split(name: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(name)]


def _key(tokens: list[str]) -> tuple[str, str]:
    """(words without the side, side) of a name's tokens; the side may stand anywhere."""
    side = ""
    words = []
    for token in tokens:
        if token in _SIDE and not side:
            side = _SIDE[token]
        else:
            words.append(token)
    joined = "".join(words)
    return _ALIASES.get(joined, joined), side


_ARKIT_KEYS: Final = {_key(_split(name)): name for name in ARKIT}
_LOWER: Final = {name.lower(): name for name in ARKIT}
_BOTH_SIDES: Final = {"browinnerup": "browInnerUp", "cheekpuff": "cheekPuff", "tongueout": "tongueOut"}


def arkit_name(shape: str) -> tuple[str, str] | None:
    """(ARKit name, the prefix that was dropped) for a shape key's name, or None when it is none of the 52."""
    tokens = _split(_COPY.sub("", shape))
    whole = _LOWER.get("".join(tokens))
    if whole is not None:
        return whole, ""
    # 'eyeBlinkL' splits well, 'eyeblinkl' does not: a lone trailing side letter on lower-case names is split off too.
    variants = [tokens]
    if tokens and len(tokens[-1]) > 4 and tokens[-1][-1] in "lr":
        variants.append([*tokens[:-1], tokens[-1][:-1], tokens[-1][-1]])
    if tokens:
        variants += [
            [*tokens[:-1], tokens[-1][: -len(side)], side]
            for side in ("left", "right")
            if tokens[-1].endswith(side) and tokens[-1] != side
        ]
    for start in range(len(tokens)):
        for variant in variants:
            words, side = _key(variant[start:])
            prefix = "".join(t for t in variant[:start] if not t.isdigit())
            found = _ARKIT_KEYS.get((words, side))
            if found is None and side:
                found = _BOTH_SIDES.get(words)
            if found is not None:
                return found, prefix
    return None


def match_shapes(mesh: MeshDescription) -> dict[str, str]:
    """Shape key name -> ARKit name, for one mesh; of several sets the one that matches most wins each weight."""
    found = {}
    called = {binds[0][0]: key for key, binds in mesh.declared.items() if len(binds) == 1}
    for shape in mesh.shapes:
        match = arkit_name(shape.name) or arkit_name(called.get(shape.name, ""))
        if match is not None:
            found[shape.name] = match
    # Beside the shape itself its duplicate is another one of the artist's.
    plain = {shape for shape in found if not _COPY.search(shape)}
    found = {s: match for s, match in found.items() if s in plain or _COPY.sub("", s) not in plain}
    sizes: dict[str, int] = {}
    for _, prefix in found.values():
        sizes[prefix] = sizes.get(prefix, 0) + 1
    best: dict[str, str] = {}
    for name, prefix in found.values():
        if name not in best or sizes[prefix] > sizes[best[name]]:
            best[name] = prefix
    return {shape: name for shape, (name, prefix) in found.items() if best[name] == prefix}
