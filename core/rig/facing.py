"""The face half of retargeting: shape values of every mesh, and what jaw and eye bones do beside or without them."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..anime.numbers import turn_shapes
from ..arkit import INDEX as FACE
from ..arkit import LOOK_DEGREES
from ..arrays import Array
from ..mask import Mask, given_joint, nearness
from ..performance import Performance
from ..rotations import IDENTITY, angle_between, conjugate, from_rotvec, multiply, slerp, to_rotvec
from ..skeleton import INDEX
from ..smplx.names import expression_values
from .converters import Converter, converter_for
from .description import MeshDescription, RigDescription, Shape
from .faces import match_shapes
from .profile import RigProfile

_JAW_OPEN: Final = np.radians(22.0)
"""How far a jaw bone turns for jawOpen at 1, where no shape opens the mouth."""
_JAW_SIDE: Final = np.radians(8.0)
_EYES: Final = {"Left": "left_eye_smplhf", "Right": "right_eye_smplhf"}
_LOOK: Final = np.radians(LOOK_DEGREES)
"""How far an eye bone turns for an eyeLook weight at 1."""


def face_shapes(
    performance: Performance, description: RigDescription, profile: RigProfile
) -> tuple[dict[tuple[str, str], Array], set[str], tuple[str, ...]]:
    """Values of every mesh's shapes, the ARKit weights that they show, and notes for the report.

    Shapes that the artist muted or drives are left alone. A mesh whose shapes are of another set goes through the
    converter for that set.
    """
    out: dict[tuple[str, str], Array] = {}
    shown: set[str] = set()
    left_alone = 0
    still: dict[str, set[str]] = {}  # why -> weights that some mesh does not show, though it has their shape
    notes = []
    face = _adjusted(performance.face, profile)
    for mesh in description.meshes:
        named = match_shapes(mesh)
        names = {f"{mesh.name}/{s.name}": named.get(s.name) for s in mesh.shapes}
        names |= {key: name for key, name in profile.faces.items() if key in names}
        converter: Converter | None = None
        if sum(name is not None for name in names.values()) < 20 and mesh.shapes:
            converter = converter_for(mesh, profile.converter)
        values = converter.apply(face) if converter else {}
        values |= expression_values((s.name for s in mesh.shapes), performance.expressions)
        values |= turn_shapes(performance, (s.name for s in mesh.shapes))
        if converter:
            notes.append(f"{mesh.name}: {converter.title}")
            shown |= set(converter.shown())
        for shape in mesh.shapes:
            name = names[f"{mesh.name}/{shape.name}"]
            if name is not None:
                value = face[:, FACE[name]]
                sources = {name}
            elif shape.name in values:
                value, sources = values[shape.name], set()
            else:
                continue
            own = profile.adjust.get(name or shape.name)
            why = _stays(mesh, shape)
            if why and sources:
                still.setdefault(f"{why} on '{mesh.name}'", set()).update(sources)
            if shape.muted or shape.driven or (own is not None and own.mute):
                left_alone += 1
                continue
            if name is None and own is not None:  # expressions go beyond 0 and 1: nothing of them is clamped unasked
                value = np.clip(value * own.gain + own.offset, own.minimum, own.maximum)
            out[mesh.name, shape.name] = np.clip(value, shape.minimum, shape.maximum).astype(np.float32)
            shown |= sources
    for why, names_of in still.items():
        few = sorted(names_of)
        notes.append(f"{why}: {', '.join(few[:4])}{f' and {len(few) - 4} more' if len(few) > 4 else ''}")
        shown -= names_of
    if left_alone:
        notes.append(f"{left_alone} muted or driven shapes left alone")
    return out, shown, tuple(notes)


def _stays(mesh: MeshDescription, shape: Shape) -> str:
    """Why a shape will not move as its value says, '' when it will."""
    if mesh.still:
        return {"absolute": "shapes are absolute (Relative is off)", "pinned": "one shape is pinned alone"}[mesh.still]
    if shape.muted or shape.driven:
        return "muted" if shape.muted else "driven"
    if shape.empty:
        return "empty shapes"
    if shape.maximum < 0.99 or shape.minimum > 0.01:
        return "cut by their slider's range"
    return ""


def adjustable(description: RigDescription, profile: RigProfile) -> dict[str, str]:
    """What gain, offset, clamp and mute can be set for: the face weight's name, or the shape's own where it shows
    another set; with the name of a shape key that it moves."""
    out: dict[str, str] = {}
    for mesh in description.meshes:
        named = match_shapes(mesh)
        named |= {s.name: profile.faces[f"{mesh.name}/{s.name}"] for s in mesh.shapes
                  if f"{mesh.name}/{s.name}" in profile.faces}  # fmt: skip
        converter = converter_for(mesh, profile.converter) if mesh.shapes and len(named) < 20 else None
        others = {names[0] for names in converter.shapes.values()} if converter else set()
        for shape in mesh.shapes:
            if shape.name in named:
                out.setdefault(named[shape.name], shape.name)
            elif shape.name in others:
                out.setdefault(shape.name, shape.name)
    return out


def _adjusted(face: Array, profile: RigProfile) -> Array:
    """(T, 52) weights after the profile's gain, offset and clamp."""
    if not profile.adjust:
        return face
    out = np.array(face, np.float32)
    for name, adjust in profile.adjust.items():
        if name in FACE:
            value = out[:, FACE[name]] * adjust.gain + adjust.offset
            out[:, FACE[name]] = np.clip(value, adjust.minimum, adjust.maximum)
    return out


def _moves(rotation: Array, given: Array) -> bool:
    """Whether a joint turns of itself: what an artist pinned is no sign of it."""
    return float(np.max(angle_between(rotation[~given], IDENTITY), initial=0.0)) > 0.5


def _jaw(rotation: Array, face: Array, by_shape: bool, given: Array) -> Array:
    """(T, 4) the jaw's local rotation: what shapes do not open already, or all of it where there are none."""
    opened = _JAW_OPEN * face[:, FACE["jawOpen"]]
    sideways = _JAW_SIDE * (face[:, FACE["jawLeft"]] - face[:, FACE["jawRight"]])
    if not by_shape:
        if _moves(rotation, given):
            return rotation
        return from_rotvec(np.stack([opened, sideways, np.zeros_like(opened)], axis=1))
    left = to_rotvec(rotation)
    left[:, 0] -= np.clip(np.minimum(opened, left[:, 0]), 0.0, None)
    same = np.sign(left[:, 1]) == np.sign(sideways)
    left[:, 1] -= np.where(same, np.sign(sideways) * np.minimum(np.abs(sideways), np.abs(left[:, 1])), 0.0)
    return from_rotvec(left)


def _eye(rotation: Array, face: Array, side: str, by_shape: bool, given: Array) -> Array:
    """(T, 4) an eye's local rotation: the joint's own, or the look weights' where the joint is still."""
    own = _moves(rotation, given)
    if own != by_shape:
        return rotation
    look = {d: face[:, FACE[f"eyeLook{d}{side}"]] for d in ("Up", "Down", "In", "Out")}
    out = look["Out"] - look["In"] if side == "Left" else look["In"] - look["Out"]
    down = look["Down"] - look["Up"]
    turned = from_rotvec(_LOOK * np.stack([down, out, np.zeros_like(down)], axis=1))
    # Where shapes look already, the joint's own turn is what they leave over.
    return multiply(conjugate(turned), rotation) if own else turned


def face_joints(
    rotations: Array,
    performance: Performance,
    shown: set[str],
    part: slice,
    given: Mask | None = None,
    fps: float = 30.0,
) -> Array:
    """Local rotations (T, 55, 4) of a window with the jaw and eyes as this rig needs them; given ones as they are."""
    out = np.array(rotations, np.float64)
    face = performance.face[part].astype(np.float64)
    pinned = {j: given_joint(given, j, performance.frames)[part] for j in ("jaw", *_EYES.values())}
    made = {"jaw": _jaw(out[:, INDEX["jaw"]], face, "jawOpen" in shown, pinned["jaw"])}
    for side, eye in _EYES.items():
        made[eye] = _eye(out[:, INDEX[eye]], face, side, f"eyeLookUp{side}" in shown, pinned[eye])
    for joint, turned in made.items():
        if pinned[joint].any():
            turned = slerp(turned, out[:, INDEX[joint]], nearness(pinned[joint], fps))
        out[:, INDEX[joint]] = turned
    return out
