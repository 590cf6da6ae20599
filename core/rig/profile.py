"""The rig profile: which bone plays which joint, which shape plays which face weight, and the rest correction.

A profile is concrete: it names this rig's own bones. Families (core/rig/families.py) are the patterns profiles are
detected from; an artist's edited profile is saved and loaded here as JSON.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from .. import arkit, skeleton
from ..errors import OratorError
from .description import RigDescription

VERSION: Final = 1
_RESTS: Final = ("smplx", "measure")


@dataclass(frozen=True)
class ShapeAdjust:
    """How one face channel is written: weight * gain + offset, clamped; nothing is written when muted."""

    gain: float = 1.0
    offset: float = 0.0
    minimum: float = 0.0
    maximum: float = 1.0
    mute: bool = False


@dataclass(frozen=True)
class IkLimb:
    """The inverse kinematics of one limb of a control rig.

    end       control that the hand or foot is pulled to; pole: control that elbow or knee points at, '' without one.
    toes      control that turns the toes while the leg is pulled, or ''.
    switches  (bone, property, value) that turn the limb to inverse kinematics.
    use       True: keys go onto these controls; False: onto the limb's forward controls.
    """

    end: str
    pole: str = ""
    toes: str = ""
    switches: tuple[tuple[str, str, float], ...] = ()
    use: bool = False


@dataclass(frozen=True)
class RigProfile:
    """Which bone of one rig plays which joint.

    family      the family it was found as ('smplx', 'mixamo', 'rocketbox' ..., 'structure', 'custom').
    joints      SMPL-X joint name -> bone name.
    rest        'smplx': rotations are copied as they are; 'measure': the rest pose is compensated from bone axes.
    root        a bone above the pelvis that carries travel, or None: the pelvis carries it.
    twists      twist bone -> joint of the limb it lies along ('left_elbow': the left forearm).
    also        bone -> joint whose rotation it copies besides the bone that plays it.
    aims        target bone -> (joint, the bone the eye turns about): moved, not turned.
    lids        eyelid bone -> 'left_upper', 'left_lower' ...: turned where no shape blinks.
    ik          ankle or wrist joint -> bone that pulls the limb by inverse kinematics; moved and turned.
    switches    (bone, property, value) that are keyed so that the mapped controls act.
    ik_limbs    'left_arm', 'right_leg' ... -> its inverse kinematics on a control rig, used or not.
    reads       joint -> bone that shows it on a control rig, whichever controls pose it; where the pose is read from.
    numbers     '6', '42' or '45' for the numbers of a talking anime head as custom properties, '' for none.
    contacts    whether hands that touch each other or the face in the performance touch on the rig too.
    control     True for control rigs: effective parents are probed in Blender, deform bones are left alone.
    faces       (mesh, shape) pairs the artist mapped by hand: 'mesh/shape' -> ARKit name.
    adjust      ARKit name -> ShapeAdjust.
    converter   name of the face converter for rigs without ARKit shapes, or '' to choose by the shapes' names.
    confidence  0-1, how sure detection is.
    """

    family: str = "custom"
    title: str = "Custom"
    joints: dict[str, str] = field(default_factory=dict)
    rest: str = "measure"
    root: str | None = None
    twists: dict[str, str] = field(default_factory=dict)
    also: dict[str, str] = field(default_factory=dict)
    aims: dict[str, tuple[str, str]] = field(default_factory=dict)
    lids: dict[str, str] = field(default_factory=dict)
    ik: dict[str, str] = field(default_factory=dict)
    switches: tuple[tuple[str, str, float], ...] = ()
    ik_limbs: dict[str, IkLimb] = field(default_factory=dict)
    reads: dict[str, str] = field(default_factory=dict)
    numbers: str = ""
    contacts: bool = True
    control: bool = False
    faces: dict[str, str] = field(default_factory=dict)
    adjust: dict[str, ShapeAdjust] = field(default_factory=dict)
    converter: str = ""
    confidence: float = 1.0
    notes: tuple[str, ...] = ()

    def present(self, description: RigDescription) -> dict[str, str]:
        """The joints whose bone exists on the rig, in the skeleton's order."""
        have = description.by_name
        return {j: self.joints[j] for j in skeleton.JOINTS if self.joints.get(j) in have}

    def pulled(self, description: RigDescription) -> dict[str, IkLimb]:
        """The limbs whose keys go onto their inverse kinematics, as far as the rig has the controls."""
        have = description.by_name
        return {limb: ik for limb, ik in self.ik_limbs.items() if ik.use and ik.end in have}

    def set_switches(self) -> tuple[tuple[str, str, float], ...]:
        """All switches that are keyed: those of limbs that are pulled stand before those of the profile."""
        out = {(bone, prop): value for bone, prop, value in self.switches}
        for ik in self.ik_limbs.values():
            if ik.use:
                out |= {(bone, prop): value for bone, prop, value in ik.switches}
        return tuple((bone, prop, value) for (bone, prop), value in out.items())

    def missing(self, description: RigDescription) -> tuple[str, ...]:
        """SMPL-X joints that no bone of the rig plays."""
        present = self.present(description)
        return tuple(j for j in skeleton.JOINTS if j not in present)


def to_json(profile: RigProfile) -> str:
    """The profile as JSON text that `from_json` reads back unchanged."""
    return json.dumps({"orator_profile": VERSION, **asdict(profile)}, indent=1, ensure_ascii=False)


def _checked(data: Any, source: str) -> dict[str, Any]:
    if not isinstance(data, dict) or "orator_profile" not in data:
        raise OratorError(f"{source} is not a rig profile: choose a .json file that Orator saved.")
    if data["orator_profile"] != VERSION:
        raise OratorError(f"{source} is a rig profile of another version: save it again with this Orator.")
    return {f.name: data[f.name] for f in fields(RigProfile) if f.name in data}


def from_json(text: str, source: str = "The file") -> RigProfile:
    """A profile from JSON. Raises OratorError that names the first thing that is wrong."""
    try:
        values = _checked(json.loads(text), source)
    except json.JSONDecodeError as error:
        raise OratorError(f"{source} is broken at line {error.lineno}: {error.msg}. Mend or save it again.") from error
    joints = values.get("joints", {})
    if not isinstance(joints, dict) or not all(isinstance(v, str) for v in joints.values()):
        raise OratorError(f"{source}: 'joints' must pair joint names with bone names.")
    for joint in joints:
        if joint not in skeleton.INDEX:
            raise OratorError(f"{source} names the joint '{joint}', which is none of the {skeleton.JOINT_COUNT}.")
    if values.get("rest", "measure") not in _RESTS:
        raise OratorError(f"{source}: 'rest' must be one of {', '.join(_RESTS)}.")
    for key, name in values.get("faces", {}).items():
        if name not in arkit.INDEX:
            raise OratorError(f"{source} maps '{key}' to '{name}', which is none of the 52 face weights.")
    try:
        values["adjust"] = {k: ShapeAdjust(**v) for k, v in values.get("adjust", {}).items()}
        values["notes"] = tuple(values.get("notes", ()))
        values["switches"] = tuple((b, p, float(v)) for b, p, v in values.get("switches", ()))
        limbs = values.get("ik_limbs", {}).items()
        values["ik_limbs"] = {
            k: IkLimb(**{**v, "switches": tuple((b, p, float(x)) for b, p, x in v.get("switches", ()))})
            for k, v in limbs
        }
        values["aims"] = {k: (v[0], v[1]) for k, v in values.get("aims", {}).items()}
        return RigProfile(**values)
    except (TypeError, ValueError, AttributeError) as error:
        raise OratorError(f"{source} has an entry Orator does not know ({error}). Save it again.") from error


def save(profile: RigProfile, path: str | Path) -> None:
    """Writes the profile; raises OratorError when the place cannot be written."""
    try:
        Path(path).write_text(to_json(profile), encoding="utf-8")
    except OSError as error:
        text = f"The profile cannot be written to {path} ({error.strerror}): choose another place."
        raise OratorError(text) from error


def load(path: str | Path) -> RigProfile:
    """Reads a profile; raises OratorError when it is missing or broken."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OratorError(f"The profile {path} cannot be read: check the file. ({error})") from error
    return from_json(text, Path(path).name)
