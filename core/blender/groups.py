"""What our property groups hold, as types: `Object.orator` is a CharacterGroup, `Scene.orator` a SceneGroup, and so on.

The groups themselves are declared in panels/, which this room does not know. mypy holds the two together where they are
hung on Blender's types (`attach` in panels/), since .ci/stubs.py writes these into the stubs of bpy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import bpy

_Row = TypeVar("_Row", covariant=True)


class Rows(Protocol[_Row]):
    """A collection of property groups."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_Row]: ...
    def __getitem__(self, key: int, /) -> _Row: ...
    def add(self) -> _Row: ...
    def clear(self) -> None: ...
    def remove(self, index: int, /) -> None: ...
    def move(self, src_index: int, dst_index: int, /) -> None: ...


class Group(Protocol):
    """What every property group has."""

    name: str

    @property
    def id_data(self) -> Any: ...
    @property
    def bl_rna(self) -> Any: ...
    def path_from_id(self) -> str: ...
    def property_unset(self, property: str, /) -> None: ...


class PinGroup(Group, Protocol):
    """A pose that generating must hit, or a range in which the character looks at something."""

    name: str
    kind: str
    enabled: bool
    frame: int
    at: int
    origin: float
    hold: int
    softness: str
    strength: float
    falloff: float
    target: bpy.types.Object | None
    joints: str
    channels: str
    root: bool
    pose: str


class GestureGroup(Group, Protocol):
    """A gesture of a take as it is to be; `made` is how the take shows it, as JSON, '' for one that was added."""

    made: str
    time: float
    at: int
    kind: str
    hands: str
    size: float
    hold: float
    removed: bool


class LaneGroup(Group, Protocol):
    """A range of another take that a comp takes over."""

    take: str
    uid: str
    region: str
    start: int
    end: int
    blend: int


class SlidersGroup(Group, Protocol):
    """Sliders over a take (core/catalogue/sliders.py); moving one rewrites the curves, no network runs."""

    swap_sides: bool
    own_eyes: bool


class LoopGroup(Group, Protocol):
    """What the artist's loop is set to: what a pin covers, and which animation generating leaves as it is."""

    pin_covers: str
    around: bool
    around_action: bpy.types.Action | None
    around_bones: str
    around_chosen: str
    around_keep: str
    around_face: bool

    def layers(self) -> SlidersGroup: ...


class BindingGroup(Group, Protocol):
    """Which Action a take plays on which object; for a mesh its shape keys are meant."""

    object: bpy.types.Object | None
    action: bpy.types.Action | None
    slot: str
    strip: str


class OwnGroup(Group, Protocol):
    """The artist's own animation of one object, kept while a take is shown."""

    object: bpy.types.Object | None
    action: bpy.types.Action | None
    slot: str
    blend: str
    extrapolation: str
    influence: float
    pose: str
    solo: str
    goes: bpy.types.Action | None
    strip: str


class TakeGroup(Group, Protocol):
    """One take of a character."""

    name: str
    uid: str
    seed: int
    favourite: bool
    learn: bool
    data: bpy.types.Text | None
    coverage: str

    @property
    def bindings(self) -> Rows[BindingGroup]: ...
    @property
    def layers(self) -> SlidersGroup: ...

    written: str
    laid: str

    @property
    def gestures(self) -> Rows[GestureGroup]: ...

    active_gesture: int


class CharacterGroup(Group, Protocol):
    """The takes of one character."""

    @property
    def takes(self) -> Rows[TakeGroup]: ...

    active: int
    shown: str
    solo: bool

    @property
    def own(self) -> Rows[OwnGroup]: ...
    @property
    def pins(self) -> Rows[PinGroup]: ...

    active_pin: int

    @property
    def lanes(self) -> Rows[LaneGroup]: ...

    active_lane: int


class OverriddenGroup(Group, Protocol):
    """The takes of a library override: an override cannot store a list of its own."""

    character: bpy.types.Object | None

    @property
    def data(self) -> CharacterGroup: ...


class SceneGroup(Group, Protocol):
    """What to generate from, for whom and how, and the numbers of the catalogue: those of a control by its name."""

    seed: int
    count: int
    intensity: float
    reference_strength: float
    bound_degrees: float
    bound_millimetres: float
    bound_weight: float
    source: str
    strip: str
    strip_scene: bpy.types.Scene | None
    file: str
    file_frame: float
    channel: str
    transcript: str
    transcript_text: bpy.types.Text | None
    character: bpy.types.Object | None
    use_upper: bool
    use_hands: bool
    use_lower: bool
    use_face: bool
    style: str
    emotion: str
    emotion_source: str
    use_markers: bool
    reference_take: str
    reference_file: str
    lock_seed: bool
    in_sync: bool
    score: str
    score_mouths: bool
    score_active: int
    line_texts: bool
    corrected: str
    played_start: int
    played_end: int
    keys: str
    show_ghost: bool
    again_region: str
    again_range: str
    again_start: int
    again_end: int

    @property
    def overridden(self) -> Rows[OverriddenGroup]: ...
    @property
    def loop(self) -> LoopGroup: ...


class RigRowGroup(Group, Protocol):
    """One joint and the bone that plays it."""

    bone: str


class RigLimbGroup(Group, Protocol):
    """How one limb of a control rig is keyed."""

    kind: str


class RigShapeGroup(Group, Protocol):
    """How one face shape is written."""

    shape: str
    gain: float
    offset: float
    minimum: float
    maximum: float
    mute: bool


class RigGroup(Group, Protocol):
    """What the mapping's list shows."""

    @property
    def limbs(self) -> Rows[RigLimbGroup]: ...
    @property
    def shapes(self) -> Rows[RigShapeGroup]: ...

    active_shape: int
    numbers: str
    contacts: bool

    @property
    def rows(self) -> Rows[RigRowGroup]: ...

    active: int
    title: str
    notes: str
    confidence: float
    found: int
    own: bool


class StyleGroup(Group, Protocol):
    """A learned style of this file."""

    name: str
    data: bpy.types.Text | None
    told: str


class StylesGroup(Group, Protocol):
    """The learned styles of a scene, which one is worn, and what the next one is learned from."""

    @property
    def styles(self) -> Rows[StyleGroup]: ...

    active: int
    wear: bool
    amount: float
    source: str
    folder: str
    name: str
    active_action: int
    active_take: int


class EmageGroup(Group, Protocol):
    """Which model generates; stored with the scene."""

    model: str
    mode: str
    folder: str
    smplx_file: str


class SeatGroup(Group, Protocol):
    """What a character sits on and at."""

    sits_on: bpy.types.Object | None
    sits_at: bpy.types.Object | None


class TalkGroup(Group, Protocol):
    """A character's part in conversations."""

    speaks_by: str
    channel: int
    sound_channel: str
    named: str
    colour: str
    speaks: str
    listens_to: bpy.types.Object | None
