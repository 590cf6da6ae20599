"""Property groups: what an artist sets, and the takes of a character. They live in the .blend file."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..core.blender import characters, takes
from ..core.settings import EMOTIONS
from . import direction_properties
from .direction_properties import REGION_ITEMS, OratorLane, OratorLayers, OratorLoop, OratorPin


def _can_act(_self: bpy.types.PropertyGroup, obj: bpy.types.Object) -> bool:
    return characters.is_character(obj)


def _active_changed(self: OratorCharacter, _context: bpy.types.Context) -> None:
    takes.active_changed(self)


def _name_changed(self: OratorTake, _context: bpy.types.Context) -> None:
    takes.name_changed(self)


class OratorBinding(bpy.types.PropertyGroup):
    """Which Action a take plays on which object; for a mesh its shape keys are meant."""

    object: PointerProperty(type=bpy.types.Object)
    action: PointerProperty(type=bpy.types.Action)
    slot: StringProperty()
    strip: StringProperty()


class OratorOwn(bpy.types.PropertyGroup):
    """The artist's own animation of one object, kept while a take is shown."""

    object: PointerProperty(type=bpy.types.Object)
    action: PointerProperty(type=bpy.types.Action)
    slot: StringProperty()
    blend: StringProperty(default="REPLACE")
    extrapolation: StringProperty(default="HOLD")
    influence: FloatProperty(default=1.0)
    pose: StringProperty()
    solo: StringProperty()
    goes: PointerProperty(type=bpy.types.Action)
    strip: StringProperty()


class OratorTake(bpy.types.PropertyGroup):
    """One take of a character."""

    name: StringProperty(
        name="Name", description="Name of the take, and of its Action and NLA track", update=_name_changed
    )
    uid: StringProperty()
    seed: IntProperty()
    favourite: BoolProperty(name="Favourite", description="Mark this take as one to keep")
    data: PointerProperty(type=bpy.types.Text)
    coverage: StringProperty()
    bindings: CollectionProperty(type=OratorBinding)
    layers: PointerProperty(type=OratorLayers)
    written: StringProperty()
    laid: StringProperty()


class OratorCharacter(bpy.types.PropertyGroup):
    """The takes of one character."""

    takes: CollectionProperty(type=OratorTake)
    active: IntProperty(
        name="Take", description="The take that the character shows; click one to switch", update=_active_changed
    )
    shown: StringProperty()
    solo: BoolProperty()
    own: CollectionProperty(type=OratorOwn)
    pins: CollectionProperty(type=OratorPin)
    active_pin: IntProperty(name="Pin", description="The highlighted pin")
    lanes: CollectionProperty(type=OratorLane)
    active_lane: IntProperty(name="Range", description="The highlighted range")


class OratorOverridden(bpy.types.PropertyGroup):
    """The takes of a library override: an override cannot store a list of its own."""

    character: PointerProperty(type=bpy.types.Object)
    data: PointerProperty(type=OratorCharacter)


def _emotion_items() -> list[tuple[str, str, str, int]]:
    return [
        (name.upper(), name.capitalize(), f"The face and voice are {name}" if name != "neutral" else "No emotion", k)
        for k, name in enumerate(EMOTIONS)
    ]


def _weight(name: str):
    return FloatProperty(
        name=name.capitalize(),
        description=f"How much of the mixture is {name}; key it to change over time",
        default=0.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        options={"ANIMATABLE"},
    )


class OratorScene(bpy.types.PropertyGroup):
    """What to generate from, for whom and how. Numbers with a dot beside them can be keyed over time."""

    source: EnumProperty(
        name="Source",
        description="Where the speech comes from",
        items=(
            ("STRIP", "Strip", "A sound strip of the Video Sequencer, with its trim and place on the timeline"),
            ("FILE", "File", "A sound file, from the frame given"),
        ),
    )
    strip: StringProperty(name="Strip", description="The sound strip to perform; empty: the active or selected one")
    strip_scene: PointerProperty(type=bpy.types.Scene)
    file: StringProperty(name="File", description="A sound file of one speaker", subtype="FILE_PATH")
    file_frame: FloatProperty(
        name="Starts at", description="The scene frame at which the sound file begins", default=1.0
    )
    channel: EnumProperty(
        name="Channel",
        description="Which channel of the sound is performed",
        items=(
            ("auto", "Automatic", "All of them, or the one with speech where they hold different things"),
            ("mix", "Mix", "All of them together"),
            ("1", "Left", "The first channel"),
            ("2", "Right", "The second channel"),
        ),
    )
    transcript: StringProperty(
        name="Transcript", description="The words that are said, if you have them: lips and beats become more exact"
    )
    transcript_text: PointerProperty(
        type=bpy.types.Text,
        name="Transcript Text",
        description="A text of the Text Editor with the words that are said",
    )
    character: PointerProperty(
        type=bpy.types.Object,
        name="Character",
        description="Who performs, an armature or a face without one; empty: the active one",
        poll=_can_act,
    )
    use_upper: BoolProperty(name="Upper Body", description="Generate spine, neck, head and arms", default=True)
    use_hands: BoolProperty(name="Hands", description="Generate the fingers", default=True)
    use_lower: BoolProperty(
        name="Lower Body", description="Generate hips, legs and where the character stands", default=True
    )
    use_face: BoolProperty(name="Face", description="Generate lips, jaw, brows, eyes and blinks", default=True)
    energy: FloatProperty(name="Energy", description="Size and speed of gestures", default=1.0, min=0.3, max=2.0)
    gesture_rate: FloatProperty(
        name="Gesture Rate",
        description="How many gestures a minute, around what is natural",
        default=1.0,
        min=0.3,
        max=2.0,
    )
    handedness: FloatProperty(
        name="Handedness",
        description="-1 gestures with the left hand only, 0 with both, 1 with the right only",
        default=0.0,
        min=-1.0,
        max=1.0,
    )
    stance: FloatProperty(
        name="Stance",
        description="-1 stands narrow and still, 1 wide and shifting weight",
        default=0.0,
        min=-1.0,
        max=1.0,
    )
    head_activity: FloatProperty(
        name="Head", description="How much the head nods and turns", default=1.0, min=0.0, max=2.0
    )
    travel: FloatProperty(name="Travel", description="0 stays in place, 1 walks about", default=0.0, min=0.0, max=1.0)
    temperature: FloatProperty(
        name="Variety", description="How far takes differ: low is safe, high is daring", default=1.0, min=0.5, max=1.5
    )
    lip_strength: FloatProperty(name="Lips", description="How far the mouth opens", default=1.0, min=0.0, max=2.0)
    blink_rate: FloatProperty(name="Blinks", description="Blinks a minute", default=18.0, min=0.0, max=60.0)
    style: EnumProperty(
        name="Style",
        description="The way of gesturing",
        items=(
            ("neutral", "Neutral", "As people mostly talk"),
            ("calm", "Calm", "Slower and smaller"),
            ("lively", "Lively", "Quicker and larger"),
            ("formal", "Formal", "Upright, hands kept close"),
        ),
    )
    emotion: EnumProperty(
        name="Emotion",
        description="The emotion of face and body; key it to change over time",
        items=_emotion_items(),
        options={"ANIMATABLE"},
    )
    intensity: FloatProperty(
        name="Intensity",
        description="How strong the emotion is; key it to change over time",
        default=0.6,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    emotion_source: EnumProperty(
        name="From",
        description="What says how the face feels",
        items=(
            ("SET", "As Set Here", "The emotion or the mixture below, which can be keyed, and emotion markers"),
            ("REFERENCE", "Like a Clip", "A take or a Live Link Face recording lends its expression and style"),
            ("GUESS", "Guess", "A guess from the voice's loudness and pitch, often wrong: look at the result"),
        ),
    )
    weight_neutral: _weight("neutral")
    weight_happy: _weight("happy")
    weight_sad: _weight("sad")
    weight_angry: _weight("angry")
    weight_fear: _weight("fear")
    weight_disgust: _weight("disgust")
    weight_contempt: _weight("contempt")
    weight_surprise: _weight("surprise")
    use_markers: BoolProperty(
        name="Emotion Markers",
        description="Timeline markers such as 'happy:0.8', 'sad 50%' or 'neutral' set the emotion from there on",
        default=True,
    )
    reference_take: StringProperty(
        name="Take", description="The take of this character whose expression and style are taken over"
    )
    reference_file: StringProperty(
        name="Clip",
        description="A Live Link Face .csv, or a take saved as .npz; used when no take is chosen",
        subtype="FILE_PATH",
    )
    reference_strength: FloatProperty(
        name="Strength",
        description="How far the face takes over the clip's style",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    seed: IntProperty(
        name="Seed", description="The same seed gives the same take; another seed gives another", min=0, default=0
    )
    count: IntProperty(
        name="Takes", description="How many takes one press makes, each with the next seed", default=1, min=1, max=16
    )
    keys: EnumProperty(
        name="Keys",
        description="How the F-curves are written",
        items=(
            ("SPARSE", "Sparse", "As few Bezier keys as the bounds below allow: easy to edit"),
            ("DENSE", "Dense", "A key on every frame: exact"),
        ),
    )
    bound_degrees: FloatProperty(
        name="Rotation", description="How many degrees sparse curves may be off", default=0.5, min=0.01, max=10.0
    )
    bound_millimetres: FloatProperty(
        name="Location", description="How many millimetres sparse curves may be off", default=2.0, min=0.1, max=100.0
    )
    bound_weight: FloatProperty(
        name="Weight",
        description="How far sparse shape key values may be off",
        default=0.01,
        min=0.0005,
        max=0.2,
        precision=3,
    )
    show_ghost: BoolProperty(
        name="Ghost", description="Draw the highlighted pin's pose in the 3D Viewport", default=False
    )
    again_region: EnumProperty(name="Region", description="What is made again", items=REGION_ITEMS)
    again_range: EnumProperty(
        name="Range",
        description="Which frames are made again",
        items=(
            ("ALL", "Whole Take", "From the first to the last frame"),
            ("PREVIEW", "Preview Range", "The scene's preview range"),
            ("MARKERS", "Markers", "From the first to the last selected marker"),
            ("TYPED", "Frames", "The frames below"),
        ),
    )
    again_start: IntProperty(name="Start", description="First frame that is made again", default=1)
    again_end: IntProperty(name="End", description="Frame after the last one", default=100)
    overridden: CollectionProperty(type=OratorOverridden)
    loop: PointerProperty(type=OratorLoop)


CLASSES: tuple[type, ...] = (
    *direction_properties.CLASSES,
    OratorBinding,
    OratorOwn,
    OratorTake,
    OratorCharacter,
    OratorOverridden,
    OratorScene,
)


def attach() -> None:
    """Hang the properties on scenes and objects."""
    bpy.types.Object.orator = PointerProperty(type=OratorCharacter)
    bpy.types.Scene.orator = PointerProperty(type=OratorScene)


def detach() -> None:
    """Take the properties away again; what the file stores of them stays."""
    for owner in (bpy.types.Object, bpy.types.Scene):
        if hasattr(owner, "orator"):
            del owner.orator
