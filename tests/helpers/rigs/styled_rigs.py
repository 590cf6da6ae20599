"""Skeletons of other styles than `invented.py`: what riggers really build, at random, under invented names.

Every build is a choice of roots, spine, neck, collars, twist bones, hands, feet, hanging parts (skirt, hair, tail,
wings, ears, cape), face bones, rest, axes, units and symmetry. The truth gives, for each joint, the bones that may
play it.
"""

from __future__ import annotations

import numpy as np
from helpers.rigs.invented import _bend, _proportions, invented_name
from helpers.rigs.plain_rigs import rig
from orator.core.rig.description import RigDescription
from orator.core.rotations import from_rotvec, to_matrix
from orator.core.skeleton import JOINTS

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
Heads = dict[str, tuple[str | None, np.ndarray]]


class Styled:
    """One skeleton being built; `heads` key -> (parent key, point), `truth` joint -> keys that may play it."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.points = _proportions(self.rng)
        self.heads: Heads = {}
        self.truth: dict[str, set[str]] = {}
        self.style: dict[str, object] = {}

    def pick(self, what: str, options: list, weights: list[float] | None = None):
        k = int(self.rng.choice(len(options), p=None if weights is None else np.array(weights) / sum(weights)))
        self.style[what] = options[k]
        return options[k]

    def add(self, key: str, parent: str | None, point: np.ndarray, joint: str = "") -> str:
        self.heads[key] = (parent, np.asarray(point, float))
        if joint:
            self.truth.setdefault(joint, set()).add(key)
        return key

    # --- Parts ---------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        drop = {"t": 0.0, "a": 45.0, "down": 78.0}[self.pick("rest", ["t", "a", "down"])] + self.rng.uniform(-8, 8)
        bend = self.pick("bend", [0.0, 12.0, 30.0])
        apart = self.rng.uniform(-1, 8)
        uneven = self.pick("uneven", [False, True], [0.85, 0.15])
        for side, sign in (("left", 1.0), ("right", -1.0)):
            more = self.rng.uniform(-25, 25) if uneven else 0.0
            _bend(self.points, f"{side}_shoulder", to_matrix(from_rotvec(np.radians([0, 0, -sign * (drop + more)]))))
            axis = self.points[f"{side}_wrist"] - self.points[f"{side}_elbow"]
            turn = np.cross(axis, [0.0, 0.0, 1.0])
            turn /= np.linalg.norm(turn)
            more = self.rng.uniform(0, 40) if uneven else 0.0
            _bend(self.points, f"{side}_elbow", to_matrix(from_rotvec(np.radians(bend + more) * turn)))
            _bend(self.points, f"{side}_hip", to_matrix(from_rotvec(np.radians([0, 0, sign * apart]))))

    def trunk(self) -> None:
        p = self.points
        floor = np.array([0.0, min(p["left_foot"][1], p["right_foot"][1]) - 0.03, 0.0])
        root: str | None = None
        kind = self.pick("root", ["none", "floor", "floor+com", "com"])
        if kind in ("floor", "floor+com"):
            root = self.add("root", None, floor)
        if kind in ("com", "floor+com"):
            root = self.add("com", root, p["pelvis"] + np.array([0.0, 0.02, 0.0]), "pelvis")
        split = self.pick("pelvis", ["one", "split", "legs on spine root"], [0.6, 0.25, 0.15])
        hips = self.add("hips", root, p["pelvis"], "pelvis")
        self.legs_on = hips
        spine_on = hips
        if split == "split":
            self.legs_on = self.add("pelvis", hips, p["pelvis"] + np.array([0.0, -0.01, 0.0]), "pelvis")
        elif split == "legs on spine root":
            spine_on = self.add("waist", hips, p["pelvis"] + np.array([0.0, 0.03, 0.0]))
            self.legs_on = hips
        count = self.pick("spine", [1, 2, 3, 4, 5])
        line = [p["pelvis"], p["spine1"], p["spine2"], p["spine3"]]
        at = np.linspace(1.0, 3.0, count) if count > 1 else np.array([self.rng.uniform(1.2, 3.0)])
        bones = []
        before = spine_on
        for k, s in enumerate(at):
            i = min(int(s), 2)
            point = line[i] + (s - i) * (line[i + 1] - line[i])
            before = self.add(f"spine{k}", before, point)
            bones.append(before)
        if split == "legs on spine root":
            bones = ["waist", *bones]
        self.chest = bones[-1]
        self.truth["spine3"] = {bones[-1]}
        if len(bones) >= 2:
            self.truth["spine1"] = set(bones[:-1])
        necks = self.pick("necks", [0, 1, 2], [0.1, 0.6, 0.3])
        before = self.chest
        for k in range(necks):
            point = p["neck"] + k / max(necks, 1) * (p["head"] - p["neck"])
            before = self.add(f"neck{k}", before, point, "neck")
        self.head = self.add("head", before, p["head"], "head")

    def legs(self) -> None:
        p = self.points
        joint = self.pick("hip joints", [False, True], [0.8, 0.2])
        feet = self.pick("feet", ["toes", "none", "toes+end", "five toes", "heel"])
        twists = self.pick("leg twists", ["none", "sibling", "chain"], [0.6, 0.25, 0.15])
        for side in ("left", "right"):
            up = self.legs_on
            if joint:
                up = self.add(f"{side}_hipjoint", up, p["pelvis"] + np.array([0.0, 0.0, 0.0]) * 0.3)
            hip = self.add(f"{side}_hip", up, p[f"{side}_hip"], f"{side}_hip")
            middle = 0.5 * (p[f"{side}_hip"] + p[f"{side}_knee"])
            before = hip
            if twists != "none":
                t = self.add(f"{side}_thigh_twist", hip, middle)
                before = t if twists == "chain" else hip
            knee = self.add(f"{side}_knee", before, p[f"{side}_knee"], f"{side}_knee")
            ankle = self.add(f"{side}_ankle", knee, p[f"{side}_ankle"], f"{side}_ankle")
            toe, sign = p[f"{side}_foot"], 1.0 if side == "left" else -1.0
            if feet in ("toes", "toes+end", "heel"):
                ball = self.add(f"{side}_foot", ankle, toe, f"{side}_foot")
            if feet == "toes+end":
                self.add(f"{side}_toe_end", ball, toe + np.array([0.0, -0.01, 0.07]))
            if feet == "heel":
                self.add(f"{side}_heel", ankle, p[f"{side}_ankle"] + np.array([0.0, -0.07, -0.04]))
            if feet == "five toes":
                for k in range(5):
                    base = toe + np.array([sign * 0.015 * (k - 2), 0.0, -0.004 * k])
                    first = self.add(f"{side}_toe{k}", ankle, base, f"{side}_foot")
                    self.add(f"{side}_toe{k}b", first, base + np.array([0.0, -0.005, 0.03]))

    def arms(self) -> None:
        p = self.points
        collars = self.pick("collars", [0, 1, 2], [0.2, 0.65, 0.15])
        twists = self.pick("arm twists", ["none", "sibling", "chain", "two siblings"], [0.45, 0.25, 0.15, 0.15])
        hand = self.pick(
            "hand", ["five", "five+meta", "four", "three", "mitten", "none", "five 2-bone"], [4, 2, 1, 1.5, 1, 1, 1]
        )
        tips = self.pick("tips", [False, True])
        weapon = self.pick("weapon", [False, True], [0.8, 0.2])
        for side in ("left", "right"):
            up = self.chest
            for k in range(collars):
                point = p[f"{side}_collar"] + 0.35 * k * (p[f"{side}_shoulder"] - p[f"{side}_collar"])
                up = self.add(f"{side}_collar{k}", up, point, f"{side}_collar")
            chain = ["shoulder", "elbow", "wrist"]
            for a, b in zip(chain, [*chain[1:], None], strict=True):
                up = self.add(f"{side}_{a}", up, p[f"{side}_{a}"], f"{side}_{a}")
                if b and twists != "none":
                    for k, s in enumerate((0.35, 0.7) if twists == "two siblings" else (0.5,)):
                        q = p[f"{side}_{a}"] + s * (p[f"{side}_{b}"] - p[f"{side}_{a}"])
                        t = self.add(f"{side}_{a}_twist{k}", f"{side}_{a}", q)
                    up = t if twists == "chain" else up
            self.fingers(side, hand, tips)
            if weapon and side == "right":
                w = p["right_wrist"] + 0.7 * (p["right_middle1"] - p["right_wrist"])
                self.add("weapon", "right_wrist", w + np.array([0.0, -0.03, 0.02]))

    def fingers(self, side: str, hand: str, tips: bool) -> None:
        p, wrist = self.points, f"{side}_wrist"
        keep = {"four": (0, 1, 2, 4), "three": (0, 1, 2), "mitten": (0, 2), "none": ()}.get(hand, (0, 1, 2, 3, 4))
        ks = (1, 2) if hand == "five 2-bone" else (1, 2, 3)
        for f in (FINGERS[k] for k in keep):
            up = wrist
            if hand == "five+meta" and f != "thumb":
                up = self.add(f"{side}_{f}_meta", up, p[wrist] + 0.25 * (p[f"{side}_{f}1"] - p[wrist]))
            for k in ks:
                name = f"{side}_{f}{k}"
                # The one finger of a mitten is as much an index as it is a middle finger.
                joint = f"{side}_index{k}" if hand == "mitten" and f == "middle" else name
                up = self.add(name, up, p[name], joint)
            if tips and hand != "five 2-bone":
                last = p[f"{side}_{f}3"]
                self.add(f"{side}_{f}_tip", up, last + 0.8 * (last - p[f"{side}_{f}2"]))

    def face(self) -> None:
        p = self.points
        kind = self.pick("face", ["none", "eyes", "eyes+jaw", "many"])
        h = p["head"]
        size = np.linalg.norm(p["left_eye_smplhf"] - h) / 0.0778
        if kind != "none":
            for side in ("left", "right"):
                self.add(f"{side}_eye_smplhf", "head", p[f"{side}_eye_smplhf"], f"{side}_eye_smplhf")
        if kind in ("eyes+jaw", "many"):
            self.add("jaw", "head", p["jaw"], "jaw")
        if kind == "many":
            spots = {
                "brow_in": (0.015, 0.06, 0.085),
                "brow_out": (0.045, 0.06, 0.07),
                "cheek": (0.045, 0.0, 0.06),
                "lip": (0.02, -0.045, 0.085),
                "lid_up": (0.03, 0.036, 0.08),
                "lid_low": (0.03, 0.022, 0.08),
            }
            for name, (x, y, z) in spots.items():
                for side, sign in (("left", 1.0), ("right", -1.0)):
                    self.add(f"{side}_{name}", "head", h + size * np.array([sign * x, y, z]))
            self.add("lower_lip", "jaw", h + size * np.array([0.0, -0.055, 0.085]))
            self.add("nose", "head", h + size * np.array([0.0, 0.0, 0.1]))
            self.add("tongue", "jaw", h + size * np.array([0.0, -0.04, 0.05]))
        if self.pick("head end", [False, True]):
            self.add("head_end", "head", h + np.array([0.0, 0.2, 0.0]))

    def hanging(self) -> None:  # noqa: C901  chances in a row
        p = self.points
        if self.pick("skirt", [False, True], [0.8, 0.2]):
            chains, links = int(self.rng.choice([4, 6, 8])), int(self.rng.integers(2, 5))
            for c in range(chains):
                angle = 2 * np.pi * (c + 0.5) / chains
                up = "hips"
                for k in range(links):
                    r = 0.13 + 0.05 * k
                    at = p["pelvis"] + np.array([r * np.sin(angle), -0.03 - 0.14 * k, r * np.cos(angle)])
                    up = self.add(f"skirt{c}_{k}", up, at)
        hair = self.pick("hair", ["none", "tails", "back", "ears"], [0.6, 0.15, 0.15, 0.1])
        top = p["head"]
        if hair == "tails":
            for side, sign in (("left", 1.0), ("right", -1.0)):
                up = "head"
                for k in range(5):
                    at = top + np.array([sign * (0.1 + 0.03 * k), 0.08 - 0.12 * k, -0.05])
                    up = self.add(f"{side}_hair{k}", up, at)
        if hair == "back":
            up = "head"
            for k in range(6):
                up = self.add(f"hair{k}", up, top + np.array([0.0, 0.08 - 0.11 * k, -0.1]))
        if hair == "ears":
            for side, sign in (("left", 1.0), ("right", -1.0)):
                first = self.add(f"{side}_ear0", "head", top + np.array([sign * 0.07, 0.15, 0.0]))
                self.add(f"{side}_ear1", first, top + np.array([sign * 0.08, 0.24, 0.0]))
        if self.pick("tail", [False, True], [0.85, 0.15]):
            up = "hips"
            for k in range(6):
                up = self.add(f"tail{k}", up, p["pelvis"] + np.array([0.0, -0.03 - 0.07 * k, -0.1 - 0.1 * k]))
        if self.pick("wings", [False, True], [0.9, 0.1]):
            for side, sign in (("left", 1.0), ("right", -1.0)):
                up = self.chest
                for k in range(4):
                    at = p["spine3"] + np.array([sign * (0.06 + 0.22 * k), 0.08 + 0.06 * k, -0.1 - 0.05 * k])
                    up = self.add(f"{side}_wing{k}", up, at)
        if self.pick("breasts", [False, True], [0.8, 0.2]):
            for side, sign in (("left", 1.0), ("right", -1.0)):
                self.add(f"{side}_breast", self.chest, p["spine3"] + np.array([0.08 * sign, 0.0, 0.09]))
        if self.pick("ik", [False, True], [0.8, 0.2]) and "root" in self.heads:
            for side in ("left", "right"):
                self.add(f"{side}_ik_foot", "root", p[f"{side}_ankle"])
                self.add(f"{side}_ik_hand", "root", p[f"{side}_wrist"])
                self.add(f"{side}_pole", "root", p[f"{side}_knee"] + np.array([0.0, 0.0, 0.5]))

    def finish(self) -> tuple[RigDescription, dict[str, set[str]]]:
        """Named, turned, scaled, noisy; parents before children, siblings in any order."""
        rng = self.rng
        turn = self.pick("facing", ["-y", "+x", "+y", "-x", "y up", "y up, -z", "x up"])
        z_up = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        about = {"-y": 0, "+x": 90, "+y": 180, "-x": 270}
        if turn in about:
            axes = to_matrix(from_rotvec(np.radians([0.0, 0.0, about[turn]]))) @ z_up
        else:
            axes = {
                "y up": np.eye(3),
                "y up, -z": np.diag([-1.0, 1, -1]),
                "x up": np.array([[0, 1.0, 0], [0, 0, 1], [1, 0, 0]]),
            }[turn]
        scale = float(self.pick("scale", [0.01, 1.0, 39.37, 100.0]))
        noise = float(self.pick("noise", [0.0, 0.001, 0.004]))
        used: set[str] = set()
        names = {key: invented_name(rng, used) for key in self.heads}
        order: list[str] = []
        waiting = [k for k, (p, _) in self.heads.items() if p is None]
        while waiting:
            key = waiting.pop(rng.integers(len(waiting)))
            order.append(key)
            waiting += [k for k, (p, _) in self.heads.items() if p == key]
        built = {}
        for key in order:
            up, point = self.heads[key]
            built[names[key]] = (names[up] if up else None, scale * axes @ (point + rng.normal(0, noise, 3)))
        truth = {j: {names[k] for k in self.truth[j]} for j in JOINTS if j in self.truth}
        return rig(built, rng), truth


def styled_rig(seed: int) -> tuple[RigDescription, dict[str, set[str]], dict[str, object]]:
    """A rig of a random style, the bones that may play each joint, and the style."""
    s = Styled(seed)
    s.rest()
    s.trunk()
    s.legs()
    s.arms()
    s.face()
    s.hanging()
    description, truth = s.finish()
    return description, truth, s.style
