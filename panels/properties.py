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
from ..core.blender.declared import declared
from ..core.blender.strips import SOUND_CHANNELS
from ..core.catalogue.controls import CONTROLS, NUMBER_OF
from ..core.catalogue.emotions import EMOTION_ROWS
from ..core.catalogue.styles import GESTURE_STYLES
from . import direction_properties
from .direction_properties import REGION_ITEMS, OratorGesture, OratorLane, OratorLoop, OratorPin, OratorSliders
from .layout import number_property


def _can_act(_self: bpy.types.PropertyGroup, obj: bpy.types.Object) -> bool:
    return characters.is_character(obj)


def _active_changed(self: OratorCharacter, _context: bpy.types.Context) -> None:
    takes.active_changed(self)


def _name_changed(self: OratorTake, _context: bpy.types.Context) -> None:
    takes.name_changed(self)


@declared
class OratorBinding(bpy.types.PropertyGroup):
    """Which Action a take plays on which object; for a mesh its shape keys are meant."""

    object = PointerProperty(type=bpy.types.Object)
    action = PointerProperty(type=bpy.types.Action)
    slot = StringProperty()
    strip = StringProperty()


@declared
class OratorOwn(bpy.types.PropertyGroup):
    """The artist's own animation of one object, kept while a take is shown."""

    object = PointerProperty(type=bpy.types.Object)
    action = PointerProperty(type=bpy.types.Action)
    slot = StringProperty()
    blend = StringProperty(default="REPLACE")
    extrapolation = StringProperty(default="HOLD")
    influence = FloatProperty(default=1.0)
    pose = StringProperty()
    solo = StringProperty()
    goes = PointerProperty(type=bpy.types.Action)
    strip = StringProperty()


@declared
class OratorTake(bpy.types.PropertyGroup):
    """One take of a character."""

    name = StringProperty(
        name="Name", description="Name of the take, and of its Action and NLA track", update=_name_changed
    )
    uid = StringProperty()
    seed = IntProperty()
    favourite = BoolProperty(name="Favourite", description="Mark this take as one to keep")
    learn = BoolProperty(name="Learn", description="Learn the style from this take")
    data = PointerProperty(type=bpy.types.Text)
    coverage = StringProperty()
    bindings = CollectionProperty(type=OratorBinding)
    layers = PointerProperty(type=OratorSliders)
    written = StringProperty()
    laid = StringProperty()
    gestures = CollectionProperty(type=OratorGesture)
    active_gesture = IntProperty(name="Gesture", description="The highlighted gesture")


@declared
class OratorCharacter(bpy.types.PropertyGroup):
    """The takes of one character."""

    takes = CollectionProperty(type=OratorTake)
    active = IntProperty(
        name="Take", description="The take that the character shows; click one to switch", update=_active_changed
    )
    shown = StringProperty()
    solo = BoolProperty()
    own = CollectionProperty(type=OratorOwn)
    pins = CollectionProperty(type=OratorPin)
    active_pin = IntProperty(name="Pin", description="The highlighted pin")
    lanes = CollectionProperty(type=OratorLane)
    active_lane = IntProperty(name="Range", description="The highlighted range")


@declared
class OratorOverridden(bpy.types.PropertyGroup):
    """The takes of a library override: an override cannot store a list of its own."""

    character = PointerProperty(type=bpy.types.Object)
    data = PointerProperty(type=OratorCharacter)


def _emotion_items() -> list[tuple[str, str, str, int]]:
    return [(row.name.upper(), row.label, row.help, k) for k, row in enumerate(EMOTION_ROWS)]


def _weight(name: str) -> object:
    return FloatProperty(
        name=name.capitalize(),
        description=f"How much of the mixture is {name}; key it to change over time",
        default=0.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        options={"ANIMATABLE"},
    )


@declared
class OratorScene(bpy.types.PropertyGroup):
    """What to generate from, for whom and how. Numbers with a dot beside them can be keyed over time."""

    source = EnumProperty(
        name="Source",
        description="Where the speech comes from",
        items=(
            ("STRIP", "Strip", "A sound strip of the Video Sequencer, with its trim and place on the timeline"),
            ("FILE", "File", "A sound file, from the frame given"),
        ),
    )
    strip = StringProperty(name="Strip", description="The sound strip to perform; empty: the active or selected one")
    strip_scene = PointerProperty(type=bpy.types.Scene)
    file = StringProperty(name="File", description="A sound file of one speaker", subtype="FILE_PATH")
    file_frame = FloatProperty(
        name="Starts at", description="The scene frame at which the sound file begins", default=1.0
    )
    channel = EnumProperty(
        name="Channel",
        description="Which channel of the sound is performed",
        items=SOUND_CHANNELS,
    )
    transcript = StringProperty(
        name="Transcript", description="The words that are said, if you have them: lips and beats become more exact"
    )
    transcript_text = PointerProperty(
        type=bpy.types.Text,
        name="Transcript Text",
        description="A text of the Text Editor with the words that are said",
    )
    character = PointerProperty(
        type=bpy.types.Object,
        name="Character",
        description="Who performs, an armature or a face without one; empty: the active one",
        poll=_can_act,
    )
    use_upper = BoolProperty(name="Upper Body", description="Generate spine, neck, head and arms", default=True)
    use_hands = BoolProperty(name="Hands", description="Generate the fingers", default=True)
    use_lower = BoolProperty(
        name="Lower Body", description="Generate hips, legs and where the character stands", default=True
    )
    use_face = BoolProperty(name="Face", description="Generate lips, jaw, brows, eyes and blinks", default=True)
    style = EnumProperty(
        name="Style",
        description="The way of gesturing",
        items=tuple((style.name, style.label, style.help) for style in GESTURE_STYLES),
    )
    emotion = EnumProperty(
        name="Emotion",
        description="The emotion of face and body; key it to change over time",
        items=_emotion_items(),
        options={"ANIMATABLE"},
    )
    emotion_source = EnumProperty(
        name="From",
        description="What says how the face feels",
        items=(
            ("SET", "As Set Here", "The emotion or the mixture below, which can be keyed, and emotion markers"),
            ("REFERENCE", "Like a Clip", "A take or a Live Link Face recording lends its expression and style"),
            ("GUESS", "Guess", "A guess from the voice's loudness and pitch, often wrong: look at the result"),
        ),
    )
    use_markers = BoolProperty(
        name="Emotion Markers",
        description="Timeline markers such as 'happy:0.8', 'sad 50%' or 'neutral' set the emotion from there on",
        default=True,
    )
    reference_take = StringProperty(
        name="Take", description="The take of this character whose expression and style are taken over"
    )
    reference_file = StringProperty(
        name="Clip",
        description="A Live Link Face .csv, or a take saved as .npz; used when no take is chosen",
        subtype="FILE_PATH",
    )
    lock_seed = BoolProperty(
        name="Lock Seed",
        description="Keep the seed, so that the next press makes the same take again; without it the seed moves on",
    )
    in_sync = BoolProperty(options={"HIDDEN"})
    score = StringProperty(options={"HIDDEN"})
    score_mouths = BoolProperty(
        name="Mouths", description="The score has the mouths too, by the letters of the mouth chart: A - H, X at rest"
    )
    line_texts = BoolProperty(name="Texts", description="Under each line what is said in it, to type or paste")
    score_active = IntProperty(name="Strip", description="The highlighted strip of the score")
    corrected = StringProperty(options={"HIDDEN"})
    played_start = IntProperty(options={"HIDDEN"})
    played_end = IntProperty(options={"HIDDEN"})
    keys = EnumProperty(  # type: ignore[assignment]  # bpy_struct.keys() is hidden by it, in Blender too
        name="Keys",
        description="How the F-curves are written",
        items=(
            ("SPARSE", "Sparse", "As few Bezier keys as the bounds below allow: easy to edit"),
            ("DENSE", "Dense", "A key on every frame: exact"),
            ("ONES", "On Ones", "Every frame is a drawing that is held: closures are kept, no in-betweens"),
            ("TWOS", "On Twos", "Each drawing is held for two frames, and shows what tells the most of their time"),
            (
                "THREES",
                "On Threes",
                "Each drawing is held for three frames, and shows what tells most of their time",
            ),
        ),
    )
    show_ghost = BoolProperty(
        name="Ghost", description="Draw the highlighted pin's pose in the 3D Viewport", default=False
    )
    again_region = EnumProperty(name="Region", description="What is made again", items=REGION_ITEMS)
    again_range = EnumProperty(
        name="Range",
        description="Which frames are made again",
        items=(
            ("ALL", "Whole Take", "From the first to the last frame"),
            ("PREVIEW", "Preview Range", "The scene's preview range"),
            ("MARKERS", "Markers", "From the first to the last selected marker"),
            ("TYPED", "Frames", "The frames below"),
        ),
    )
    again_start = IntProperty(name="Start", description="First frame that is made again", default=1)
    again_end = IntProperty(name="End", description="Frame after the last one", default=100)
    # Of the catalogue's rows: declared below.
    seed: int
    count: int
    intensity: float
    reference_strength: float
    bound_degrees: float
    bound_millimetres: float
    bound_weight: float
    overridden = CollectionProperty(type=OratorOverridden)
    loop = PointerProperty(type=OratorLoop)


_NUMBERS = {
    **{row.name: number_property(row) for row in CONTROLS},
    **{name: number_property(NUMBER_OF[name]) for name in ("seed", "bound_degrees", "bound_millimetres")},
    "bound_weight": number_property(NUMBER_OF["bound_weight"], precision=3),
    "intensity": number_property(NUMBER_OF["intensity"], subtype="FACTOR"),
    "reference_strength": number_property(NUMBER_OF["reference_strength"], subtype="FACTOR"),
    "count": number_property(NUMBER_OF["takes"]),
    **{f"weight_{row.name}": _weight(row.name) for row in EMOTION_ROWS},
}
OratorScene.__annotations__.update(_NUMBERS)

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
