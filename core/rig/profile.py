"""The rig profile: which bone plays which joint, which shape plays which face weight, and the rest correction.

A profile is concrete: it names this rig's own bones. Families (core/rig/families.py) are the patterns profiles are
detected from; an artist's edited profile is saved and loaded here as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from .. import arkit, skeleton
from ..errors import OratorError
from ..files import write_atomically
from ..reading import parse_json, read_text
from .description import RigDescription

VERSION: Final = 1
_RESTS: Final = ("smplx", "measure")
_LONGEST_NAME: Final = 1000
_MOST_ENTRIES: Final = 10_000
_LARGEST: Final = 1e6
_LARGEST_FILE: Final = 16 << 20


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


_Check = Callable[[object], Any]


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise TypeError("a name")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _LARGEST:
        raise TypeError("a number")
    return float(value)


def _list_of(check: _Check) -> _Check:
    def checked(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            raise TypeError("a list")
        return tuple(check(entry) for entry in value)

    return checked


def _table_of(check: _Check, names: Collection[str] | None = None, what: str = "") -> _Check:
    def checked(value: object) -> dict[str, object]:
        if not isinstance(value, dict) or len(value) > _MOST_ENTRIES:
            raise TypeError("a table of names")
        for name in value:
            if names is not None and name not in names:
                raise ValueError(f"'{name[:80]}', which is {what}")
        return {_text(name): check(entry) for name, entry in value.items()}

    return checked


def _row_of(*checks: _Check) -> _Check:
    def checked(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or len(value) != len(checks):
            raise TypeError(f"a list of {len(checks)}")
        return tuple(check(entry) for check, entry in zip(checks, value, strict=True))

    return checked


def _record(kind: type, checks: Mapping[str, _Check]) -> _Check:
    def checked(value: object) -> object:
        if not isinstance(value, dict):
            raise TypeError("a table of names")
        for name in value:
            if name not in checks:
                raise ValueError(f"'{str(name)[:80]}', which it does not know")
        return kind(**{name: checks[name](entry) for name, entry in value.items()})

    return checked


def _one_of(names: Collection[str], what: str) -> _Check:
    def checked(value: Any) -> str:
        if _text(value) not in names:
            raise ValueError(f"'{value[:80]}', which is {what}")
        return value

    return checked


def _limb(value: object) -> IkLimb:
    made = _record(IkLimb, {"end": _text, "pole": _text, "toes": _text, "switches": _list_of(_SWITCH), "use": _switch})
    if not isinstance(value, dict) or "end" not in value:
        raise TypeError("a limb with its 'end'")
    return made(value)


_SWITCH: Final = _row_of(_text, _text, _number)
_JOINT: Final = (frozenset(skeleton.JOINTS), f"none of the {skeleton.JOINT_COUNT} joints")
_WEIGHT: Final = (frozenset(arkit.ARKIT), "none of the 52 face weights")
_BONES: Final = _table_of(_text, *_JOINT)
_CHECKS: Final[dict[str, _Check]] = {
    "family": _text, "title": _text, "joints": _BONES, "rest": _one_of(_RESTS, f"none of {', '.join(_RESTS)}"),
    "root": _optional_text, "twists": _table_of(_one_of(*_JOINT)), "also": _table_of(_one_of(*_JOINT)),
    "aims": _table_of(_row_of(_one_of(*_JOINT), _text)), "lids": _table_of(_text), "ik": _BONES,
    "switches": _list_of(_SWITCH), "ik_limbs": _table_of(_limb), "reads": _BONES, "numbers": _text,
    "contacts": _switch, "control": _switch, "faces": _table_of(_one_of(*_WEIGHT)),
    "adjust": _table_of(
        _record(ShapeAdjust, dict.fromkeys(("gain", "offset", "minimum", "maximum"), _number) | {"mute": _switch}),
        *_WEIGHT,
    ),
    "converter": _text, "confidence": _number, "notes": _list_of(_text),
}  # fmt: skip
"""What every entry of a saved profile has to be."""


def from_json(text: str, source: str = "The file") -> RigProfile:
    """A profile from JSON. Raises OratorError that names the first thing that is wrong."""
    data = parse_json(text, source)
    if not isinstance(data, dict) or "orator_profile" not in data:
        raise OratorError(f"{source} is not a rig profile: choose a .json file that Orator saved.")
    if data["orator_profile"] != VERSION or isinstance(data["orator_profile"], bool):
        raise OratorError(f"{source} is a rig profile of another version: save it again with this Orator.")
    values = {}
    for name, check in _CHECKS.items():
        if name not in data:
            continue
        try:
            values[name] = check(data[name])
        except TypeError as error:
            raise OratorError(f"{source}: '{name}' must have {error} where it has not. Save it again.") from None
        except ValueError as error:
            raise OratorError(f"{source}: '{name}' names {error}. Mend or save it again.") from None
    return RigProfile(**values)


def save(profile: RigProfile, path: str | Path) -> None:
    """Writes the profile; raises OratorError when the place cannot be written."""
    write_atomically(Path(path), lambda stream: stream.write(to_json(profile).encode("utf-8")) and None)


def load(path: str | Path) -> RigProfile:
    """Reads a profile; raises OratorError when it is missing or broken."""
    return from_json(read_text(path, "rig profile", _LARGEST_FILE), f"'{Path(path).name}'")
