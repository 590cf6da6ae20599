"""Fingers of a hand whose names mean nothing."""

from __future__ import annotations

import numpy as np

from .anatomy import Shape

_NAMES = {
    1: ("middle",),
    2: ("thumb", "index"),
    3: ("thumb", "index", "middle"),
    4: ("thumb", "index", "middle", "pinky"),
    5: ("thumb", "index", "middle", "ring", "pinky"),
}
_METACARPAL = 0.6
"""A finger chain that starts nearer to the wrist than this share of its own length starts with a metacarpal."""


def _chains(shape: Shape, bone: int) -> list[list[int]]:
    """Unbranched-enough ways down from each child that are at least two bones long."""
    return [way for c in shape.children[bone] if len(way := shape.way(c)) >= 2]


def palm_of(shape: Shape, start: int) -> int:
    """The bone of a limb that fingers hang from: the one with most finger-like chains; -1 when there are no fingers."""
    best, most = -1, 1
    for bone in shape.way(start)[1:]:
        chains = [c for c in _chains(shape, bone) if shape.reach[c[0]] < 0.45 * max(shape.reach[start], 1e-9)]
        if len(chains) > most:
            best, most = bone, len(chains)
    return best


def _three(chain: list[int], skip: int) -> list[int]:
    """The three bones of a chain that are the finger's: `skip` metacarpals before and tips after are left out."""
    return chain[skip : skip + 3] if len(chain) > 3 else chain


def _metacarpals(shape: Shape, wrist: int, chains: list[list[int]]) -> int:
    """How many metacarpals the fingers (no thumb among them) start with: none or one, the same for a whole hand."""
    long = [c for c in chains if len(c) > 3]
    shares = [
        float(np.linalg.norm(shape.heads[c[0]] - shape.heads[wrist])) / max(float(shape.reach[c[0]]), 1e-9)
        for c in long
    ]
    return int(bool(shares) and float(np.median(shares)) < _METACARPAL)


def find_fingers(shape: Shape, elbow: int, wrist: int) -> dict[str, int]:
    """Joints without their side ('index1' ...) -> bone index, for one hand."""
    hand = shape.way(wrist)
    palm = max([wrist, *hand[1:2]], key=lambda b: len(_chains(shape, b)))
    chains = _chains(shape, palm)
    if palm != wrist:
        chains += [c for c in _chains(shape, wrist) if palm not in c]
    if not chains:
        return {}
    forearm = float(np.linalg.norm(shape.heads[wrist] - shape.heads[elbow]))
    if len(chains) > 5:
        chains = sorted(chains, key=len, reverse=True)[:5]
    along = shape.heads[wrist] - shape.heads[elbow]
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    names = _NAMES[len(chains)]
    order = list(range(len(chains)))
    if len(chains) >= 2:
        tips = np.array([shape.heads[c[-1]] for c in chains])
        bases = np.array([shape.heads[c[min(1, len(c) - 1)]] for c in chains])
        reach = (tips - shape.heads[wrist]) @ along / forearm
        apart = np.array([
            np.mean([np.linalg.norm(tips[i] - tips[j]) for j in order if j != i]) for i in order
        ]) / forearm  # fmt: skip
        starts = (np.array([shape.heads[c[0]] for c in chains]) - shape.heads[wrist]) @ along / forearm
        thumb = int(np.argmin(1.0 * reach - 1.0 * apart + 0.6 * starts))
        across = bases - shape.heads[wrist]
        across = across - (across @ along)[:, None] * along
        rest = [i for i in order if i != thumb]
        pairs = [(float(np.linalg.norm(across[i] - across[j])), i, j) for i in rest for j in rest]
        _, first, last = max(pairs)
        line = across[last] - across[first]
        if (across[thumb] - across[rest].mean(0)) @ line > 0:
            line = -line
        order = [thumb, *sorted(rest, key=lambda i: float(across[i] @ line))]
    out: dict[str, int] = {}
    skip = _metacarpals(shape, wrist, [chains[i] for i in order[1:]])
    for name, i in zip(names, order, strict=True):
        bones = _three(chains[i], 0 if name == "thumb" else skip)
        out |= {f"{name}{k + 1}": bone for k, bone in enumerate(bones[:3])}
    return out
