"""Property groups of the artist's loop: pins, ranges of other takes, and the sliders of a take."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..core.blender import lists
from ..core.blender.declared import declared
from ..core.blender.groups import SlidersGroup, TakeGroup
from ..core.catalogue.gestures import GESTURE_HANDS, GESTURE_KINDS
from ..core.catalogue.sliders import SLIDERS
from ..operators.pins import COVERS
from .layout import number_property

REGION_ITEMS = (
    ("all", "Everything", "Body and face"),
    ("upper", "Upper Body", "Spine, neck, head and arms"),
    ("hands", "Hands", "The fingers of both hands"),
    ("lower", "Lower Body", "Pelvis, legs and where the character stands"),
    ("face", "Face", "Lips, jaw, brows, eyes and blinks"),
    ("head", "Head", "Neck and head"),
    ("spine", "Spine", "The trunk"),
    ("left_arm", "Left Arm", "Collar to wrist"),
    ("right_arm", "Right Arm", "Collar to wrist"),
    ("left_hand", "Left Hand", "The fingers"),
    ("right_hand", "Right Hand", "The fingers"),
    ("left_leg", "Left Leg", "Hip to foot"),
    ("right_leg", "Right Leg", "Hip to foot"),
)


def _origin() -> float | None:
    """The scene frame of the chosen speech's start, None without one."""
    from ..core.blender import generation
    from ..core.blender.scene_rate import scene_fps

    context = bpy.context
    if generation.missing_speech(context):
        return None
    return generation.read_speech_start(context) * scene_fps(context.scene)


def _at(self: OratorPin) -> int:
    origin = _origin()
    return self.frame if origin is None else self.frame + round(origin - self.origin)


def _set_at(self: OratorPin, frame: int) -> None:
    origin = _origin()
    self.frame = frame if origin is None else frame - round(origin - self.origin)


def _pin_changed(_self: OratorPin, context: bpy.types.Context) -> None:
    from ..core.blender import compat

    compat.redraw_time(context.window_manager)


@declared
class OratorPin(bpy.types.PropertyGroup):
    """A pose that generating must hit, or a range in which the character looks at something."""

    name = StringProperty(name="Name", description="Name of the pin")
    kind = EnumProperty(
        items=(("POSE", "Pose", "A pose that is hit"), ("LOOK", "Look At", "Head and eyes toward an object")),
        name="Kind",
    )
    enabled = BoolProperty(name="Enabled", description="Use this pin", default=True, update=_pin_changed)
    frame = IntProperty(update=_pin_changed)
    at = IntProperty(name="Frame", description="The scene frame of the pin; it follows the strip", get=_at, set=_set_at)
    origin = FloatProperty()
    hold = IntProperty(
        name="Hold",
        description="For how many frames the pose is kept, or the look lasts",
        min=0,
        update=_pin_changed,
    )
    softness = EnumProperty(
        name="Softness",
        description="How closely the pose is met",
        items=(("EXACT", "Exact", "The pose is hit to the number"), ("SOFT", "Soft", "The motion is pulled there")),
    )
    strength = FloatProperty(
        name="Strength", description="How far a soft pin pulls", min=0.0, max=1.0, default=1.0, subtype="FACTOR"
    )
    falloff = FloatProperty(name="Falloff", description="Over how many frames a soft pin fades", min=1.0, default=15.0)
    target = PointerProperty(type=bpy.types.Object, name="Target", description="What head and eyes turn to")
    joints = StringProperty()
    channels = StringProperty()
    root = BoolProperty()
    pose = StringProperty()


def _take_of(self: OratorGesture) -> TakeGroup:
    owner: Any = self.id_data
    return owner.path_resolve(self.path_from_id().rpartition(".gestures[")[0])


def _gesture_at(self: OratorGesture) -> int:
    from ..core.blender import gestures

    return gestures.scene_frame(_take_of(self), self, bpy.context.scene)


def _set_gesture_at(self: OratorGesture, frame: int) -> None:
    from ..core.blender import gestures

    self.time = max(gestures.seconds_at(_take_of(self), frame, bpy.context.scene), 0.0)


@declared
class OratorGesture(bpy.types.PropertyGroup):
    """A gesture of a take as it is to be; `made` is how the take shows it, as JSON, '' for one that was added."""

    made = StringProperty()
    time = FloatProperty()
    at = IntProperty(
        name="Frame", description="The scene frame at which its stroke ends", get=_gesture_at, set=_set_gesture_at
    )
    kind = EnumProperty(
        name="Gesture",
        description="What the hands do",
        items=tuple((row.name, row.label, row.help) for row in GESTURE_KINDS),
        default="present",
    )
    hands = EnumProperty(
        name="Hands",
        description="Which hands make it",
        items=tuple((name, name.title(), f"Made with {name}") for name in GESTURE_HANDS),
        default="both",
    )
    size = FloatProperty(name="Size", description="How large it is; 1 is as it comes", default=1.0, min=0.2, max=2.0)
    hold = FloatProperty(
        name="Hold", description="For how long it is held at its end, seconds", default=0.35, min=0.0, max=5.0
    )
    removed = BoolProperty()


def _lane_changed(self: OratorLane, _context: bpy.types.Context) -> None:
    from ..core.blender import comp_ranges

    comp_ranges.source_changed(self)


@declared
class OratorLane(bpy.types.PropertyGroup):
    """A range of another take that a comp takes over."""

    take = StringProperty(name="Take", description="The take this range comes from", update=_lane_changed)
    uid = StringProperty()
    region = EnumProperty(name="Region", description="What of it is taken", items=REGION_ITEMS)
    start = IntProperty(name="Start", description="First scene frame of the range")
    end = IntProperty(name="End", description="Scene frame after the range")
    blend = IntProperty(name="Blend", description="Frames over which the ends are blended", default=8, min=0)


def _changed(self: OratorSliders, context: bpy.types.Context) -> None:
    from ..core.blender import sliders

    sliders.changed(self, context.scene)


@declared
class OratorSliders(bpy.types.PropertyGroup):
    """Sliders over a take (core/catalogue/sliders.py); moving one rewrites the curves, no network runs."""

    swap_sides = BoolProperty(
        name="Swap Sides", description="Left and right of the body change places", update=_changed, options=set()
    )
    own_eyes = BoolProperty(
        name="Blinks and Gaze",
        description="Lay blinks and gaze anew with these sliders",
        update=_changed,
        options=set(),
    )


OratorSliders.__annotations__.update(
    {row.name: number_property(row, update=_changed, options=set()) for row in SLIDERS}
)


@declared
class OratorLoop(bpy.types.PropertyGroup):
    """What the artist's loop is set to: what a pin covers, and which animation generating leaves as it is."""

    pin_covers = EnumProperty(name="Covers", description="What of the pose is pinned", items=COVERS, default="BODY")
    around = BoolProperty(
        name="Around My Animation", description="Keep your own keys of chosen bones, and generate the rest around them"
    )
    around_action = PointerProperty(
        type=bpy.types.Action, name="Action", description="Whose keys are kept; empty: the character's own animation"
    )
    around_bones = EnumProperty(
        name="Bones",
        description="Which bones are kept",
        items=(("KEYED", "With Keys", "Every bone that the Action animates"),
               ("CHOSEN", "Chosen", "The bones that were selected when Use Selected Bones was pressed")),
    )  # fmt: skip
    around_chosen = StringProperty()
    around_keep = EnumProperty(
        name="Keep",
        description="What of the animation is kept",
        items=(("MOTION", "Motion", "The motion from the first to the last key of a bone"),
               ("KEYS", "Keys", "Only the poses at the keys; what lies between them is generated")),
    )  # fmt: skip
    around_face = BoolProperty(name="Face", description="Keep the keys of the shape keys too", default=True)

    def layers(self) -> SlidersGroup:
        """The sliders of the highlighted take: what layer presets are saved from and set on."""
        from ..core.blender import generation

        data = lists.listed(generation.chosen_character(bpy.context))
        return data.takes[data.active].layers


CLASSES: tuple[type, ...] = (OratorPin, OratorGesture, OratorLane, OratorSliders, OratorLoop)
