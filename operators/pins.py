"""Pins: pin the pose, pin keys, look-at ranges; update, jump, delete."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..core.blender import compat, generation, lists
from ..core.blender.declared import declared
from ..core.blender.groups import PinGroup
from ..core.blender.holders import has_skeleton
from ..core.blender.scene_rate import scene_fps
from ..core.errors import OratorError
from .poll import Acting


def speech_origin(context: bpy.types.Context) -> float:
    """The scene frame at which the chosen speech starts; pins count from it, so that they follow the strip."""
    return generation.read_speech_start(context) * scene_fps(context.scene)


def _character(context: bpy.types.Context) -> bpy.types.Object | None:
    return generation.active_character(context)


class _OnCharacter(Acting):
    """Needs a character and a speech; errors are reported as sentences."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Pins lie on the time of a speech, so one must be chosen."""
        return generation.missing_character(context) or generation.missing_speech(context)

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """The work; returns a sentence. Raises OratorError."""
        return ""

    def work(self, context: bpy.types.Context) -> str:
        """The work on the character."""
        return self.act(context, generation.chosen_character(context))


class _OnPin(_OnCharacter):
    """Needs a highlighted pin too."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted pin."""
        character = _character(context)
        if character is None:
            return generation.missing_character(context)
        return "" if highlighted(character) is not None else _NONE


_NONE = "No pin is highlighted: pin a pose first"


def _chosen(character: bpy.types.Object) -> PinGroup:
    pin = highlighted(character)
    if pin is None:
        raise OratorError(f"{_NONE}.")
    return pin


def highlighted(character: bpy.types.Object) -> PinGroup | None:
    """The pin that is highlighted in the list, or None."""
    data = lists.character_data(character)
    if data is None or not 0 <= data.active_pin < len(data.pins):
        return None
    return data.pins[data.active_pin]


COVERS = (
    ("ALL", "Whole Pose", "Every joint, and the face"),
    ("BODY", "Body", "Every joint; the face stays free"),
    ("BONES", "Selected Bones", "Only the joints that the selected bones play"),
    ("UPPER", "Upper Body", "Spine, neck, head and arms"),
    ("HANDS", "Hands", "The fingers"),
    ("LOWER", "Lower Body", "Pelvis and legs, and where the character stands"),
    ("FACE", "Face", "Only the face; the body stays free"),
    ("ROOT", "Place", "Only where the character stands"),
)
_KEYED = ("KEYED", "What Is Keyed", "At each frame the bones and shapes that have a selected key there")
_REGIONS = {"UPPER": ("upper",), "HANDS": ("hands",), "LOWER": ("lower",), "ROOT": ("root",)}


def _coverage(character: bpy.types.Object, covers: str) -> dict[str, Any]:
    """What a choice in the menu means to `add_pins`. Raises OratorError when no bone is selected."""
    bones = compat.selected_bones(character) if covers == "BONES" else None
    if bones == ():
        raise OratorError("No bone is selected. Select bones in Pose Mode, or pin the whole pose.")
    return {
        "bones": bones, "body": covers != "FACE", "face": covers in ("ALL", "FACE"), "regions": _REGIONS.get(covers),
    }  # fmt: skip


@declared
class ORATOR_OT_pin_pose(_OnCharacter, bpy.types.Operator):
    """Pin the pose at the current frame: generated motion will hit it"""

    bl_idname = "orator.pin_pose"
    bl_label = "Pin Pose"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    covers = EnumProperty(name="Covers", description="What of the pose is pinned", items=COVERS, default="BODY")

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Pin."""
        from ..core.blender.pin_list import pins_at, pins_of
        from ..core.blender.pins import add_pins

        origin, frame = speech_origin(context), context.scene.frame_current_final
        before = [pins_of(character)[k].name for k in pins_at(character, frame, origin)]
        (pin,) = add_pins(character, context.scene, origin, **_coverage(character, self.covers))
        data = lists.listed(character)
        names = [other.name for other in data.pins]
        data.active_pin = names.index(pin.name)
        said = f"'{pin.name}' pins the pose at frame {pin.frame}"
        others = [f"'{name}'" for name in before if name in names and name != pin.name]
        if pin.name in before:
            said += ", in place of what it pinned there"
        return said + (f"; {', '.join(others)} keeps the rest." if others else ".")


@declared
class ORATOR_OT_pin_keys(_OnCharacter, bpy.types.Operator):
    """Turn selected keys of an Action into pins, one a frame, of at most 50 frames: select those that matter"""

    bl_idname = "orator.pin_keys"
    bl_label = "Pin Selected Keyframes"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    covers = EnumProperty(
        name="Covers", description="What of the poses is pinned", items=(_KEYED, *COVERS), default="KEYED"
    )
    action = StringProperty(name="Action", description="Whose selected keys; empty: what plays on the character")

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Pin."""
        from ..core.blender.pins import add_key_pins, add_pins, key_frames

        chosen: bpy.types.Action | None = bpy.data.actions.get(self.action)
        if self.action and chosen is None:
            raise OratorError(f"There is no Action '{self.action}' in this file. Choose another.")
        origin = speech_origin(context)
        if self.covers == "KEYED":
            made = add_key_pins(character, context.scene, origin, chosen)
        else:
            frames = key_frames(character, chosen)
            made = add_pins(character, context.scene, origin, frames, **_coverage(character, self.covers))
        data = lists.listed(character)
        data.active_pin = list(data.pins).index(made[-1])
        return f"{len(made)} frames are pinned now."


@declared
class ORATOR_OT_pins_copy(_OnCharacter, bpy.types.Operator):
    """Copy the pins of another character; poses are carried over to this rig"""

    bl_idname = "orator.pins_copy"
    bl_label = "Copy Pins"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    source = StringProperty(name="From", description="The character that has the pins")

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Copy."""
        from ..core.blender.pins import copy_pins

        source: bpy.types.Object | None = bpy.data.objects.get(self.source)
        if source is None or not has_skeleton(source) or source == character:
            raise OratorError("Choose another character that has pins.")
        count = copy_pins(source, character)
        if not count:
            raise OratorError(f"'{source.name}' has no pins.")
        return f"{count} pins of '{source.name}' are on '{character.name}' now."


class ORATOR_OT_pin_look(_OnCharacter, bpy.types.Operator):
    """Let head and eyes turn toward an object from the current frame on; choose the object in the list"""

    bl_idname = "orator.pin_look"
    bl_label = "Look At"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Add the range, one second long."""
        from ..core.blender.pin_list import pins_of

        pins = pins_of(character)
        pin = pins.add()
        pin.kind, pin.name = "LOOK", f"Look {context.scene.frame_current}"
        pin.frame, pin.origin = context.scene.frame_current, speech_origin(context)
        pin.hold = round(scene_fps(context.scene))
        if context.object is not None and context.object != character and context.object.type != "MESH":
            pin.target = context.object
        lists.listed(character).active_pin = len(pins) - 1
        return f"'{pin.name}' lasts {pin.hold} frames. Choose its target in the list."


class ORATOR_OT_pin_update(_OnPin, bpy.types.Operator):
    """Take the pose on screen for the highlighted pin"""

    bl_idname = "orator.pin_update"
    bl_label = "Update Pin"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Update."""
        from ..core.blender.pins import update_pin

        pin = _chosen(character)
        if pin.kind != "POSE":
            raise OratorError(f"'{pin.name}' is a look-at range: choose its target instead.")
        update_pin(character, pin)
        return f"'{pin.name}' has the pose on screen now."


class ORATOR_OT_pin_jump(_OnPin, bpy.types.Operator):
    """Go to the frame of the highlighted pin"""

    bl_idname = "orator.pin_jump"
    bl_label = "Jump to Pin"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Jump."""
        from ..core.blender.pin_list import scene_frame

        context.scene.frame_set(scene_frame(_chosen(character), speech_origin(context)))
        return ""


@declared
class ORATOR_OT_pin_delete(_OnPin, bpy.types.Operator):
    """Delete the highlighted pin, or all pins"""

    bl_idname = "orator.pin_delete"
    bl_label = "Delete Pin"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    every = BoolProperty(name="All Pins", description="Delete every pin of the character", default=False)

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Delete."""
        data = lists.listed(character)
        if self.every:
            count = len(data.pins)
            data.pins.clear()
            return f"{count} pins were deleted."
        name = _chosen(character).name
        data.pins.remove(data.active_pin)
        data.active_pin = max(0, min(data.active_pin, len(data.pins) - 1))
        return f"'{name}' was deleted."


CLASSES: tuple[type, ...] = (
    ORATOR_OT_pin_pose,
    ORATOR_OT_pin_keys,
    ORATOR_OT_pins_copy,
    ORATOR_OT_pin_look,
    ORATOR_OT_pin_update,
    ORATOR_OT_pin_jump,
    ORATOR_OT_pin_delete,
)
