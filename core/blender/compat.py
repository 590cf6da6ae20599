"""What differs between Blender 4.2 and 5.2, and nothing else. Functions only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy
import numpy as np


def has_slots() -> bool:
    """True where an Action has layers and slots (4.4 and later)."""
    return hasattr(bpy.types, "ActionSlot")


# --- Actions -------------------------------------------------------------------------------------------------------


def new_curves(action: bpy.types.Action, target: bpy.types.ID) -> tuple[Any, Any, Any]:
    """Room for F-curves of `target` in a new or growing Action: (curves, groups, slot or None).

    From 4.4 one Action holds a slot for each target; before, an Action serves one kind of target.
    """
    if not has_slots():
        return action.fcurves, action.groups, None
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip: Any = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    slot = action.slots.new(id_type=target.id_type, name=target.name)
    bag = strip.channelbag(slot, ensure=True)
    return bag.fcurves, bag.groups, slot


def curves_of(action: bpy.types.Action, slot: object = None) -> Iterator[bpy.types.FCurve]:
    """Every F-curve of an Action, or those of one slot."""
    if not has_slots():
        yield from action.fcurves
        return
    for layer in action.layers:
        for strip in layer.strips:
            if slot is not None:
                bag = strip.channelbag(slot)
                yield from bag.fcurves if bag else ()
            else:
                for bag in strip.channelbags:
                    yield from bag.fcurves


def scale_time(curve: bpy.types.FCurve, factor: float, shift: float = 0.0) -> None:
    """Multiply the time of every key and handle, then add `shift` frames."""
    points = curve.keyframe_points
    for name in ("co", "handle_left", "handle_right"):
        values = np.empty(2 * len(points), np.float32)
        points.foreach_get(name, values)
        values[::2] = values[::2] * factor + shift
        points.foreach_set(name, values)
    curve.update()


def curve_lists(action: bpy.types.Action, slot: object = None) -> Iterator[Any]:
    """The collections that hold an Action's F-curves, or those of one slot; curves can be removed from them."""
    if not has_slots():
        yield action.fcurves
        return
    for layer in action.layers:
        for strip in layer.strips:
            bags = strip.channelbags if slot is None else [strip.channelbag(slot)]
            yield from (bag.fcurves for bag in bags if bag is not None)


def animated_curves(target: bpy.types.ID) -> Iterator[bpy.types.FCurve]:
    """F-curves of the Action that is active on `target`."""
    data = target.animation_data
    if data is None or data.action is None:
        return
    slot = data.action_slot if has_slots() else None
    if has_slots() and slot is None:
        return
    yield from curves_of(data.action, slot)


def slot_named(action: bpy.types.Action | None, identifier: str) -> Any:
    """The slot with that identifier, or None (also where Actions have no slots)."""
    if not has_slots() or not identifier or action is None:
        return None
    return next((slot for slot in action.slots if slot.identifier == identifier), None)


def slot_for(action: bpy.types.Action, target: bpy.types.ID) -> object:
    """The slot of an Action that suits a data-block: by its name, else the first of its kind; None without one."""
    if not has_slots() or target is None:
        return None
    fitting = [slot for slot in action.slots if slot.target_id_type in (target.id_type, "UNSPECIFIED")]
    named = [slot for slot in fitting if slot.name_display == target.name]
    return named[0] if named else (fitting[0] if fitting else None)


def slot_identifier(slot: Any) -> str:
    """The identifier to find a slot again, '' for None."""
    return slot.identifier if slot is not None else ""


def assign(data: bpy.types.AnimData, action: bpy.types.Action | None, slot: Any) -> None:
    """Make an Action (and its slot) the active one of an animation data."""
    if data.action != action:
        data.action = action
    if action is not None and slot is not None and data.action_slot != slot:
        data.action_slot = slot


def active_slot(data: bpy.types.AnimData) -> object:
    """The slot of the active Action, None without one."""
    return data.action_slot if has_slots() and data.action is not None else None


def strip_slot(strip: bpy.types.NlaStrip, slot: Any) -> None:
    """Make an NLA strip play one slot of its Action."""
    if slot is not None and strip.action_slot != slot:
        strip.action_slot = slot


# --- The Video Sequencer -------------------------------------------------------------------------------------------


def sequencer_strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    """Every strip of a scene's sequencer, those inside meta strips too."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def active_strip(scene: bpy.types.Scene) -> Any:
    """The sequencer's active strip, or None."""
    return scene.sequence_editor.active_strip if scene.sequence_editor else None


def strip_type() -> Any:
    """The type of a strip of the sequencer: called Strip from 4.4 on."""
    return getattr(bpy.types, "Strip", None) or getattr(bpy.types, "Sequence")  # noqa: B009  # the newest lacks it


def new_sound_strip(scene: bpy.types.Scene, name: str, path: str, channel: int, frame: int) -> Any:
    """A new sound strip in the scene's sequencer. Raises RuntimeError when the file cannot be read."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    return strips.new_sound(name, path, channel, frame)


def new_text_strip(scene: bpy.types.Scene, name: str, channel: int, start: int, end: int) -> Any:
    """A new text strip from frame `start` to before frame `end`; from 5.0 a length is given instead of an end."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    until: dict[str, Any] = {"length": end - start} if _by_length(strips) else {"frame_end": end}
    return strips.new_effect(name=name, type="TEXT", channel=channel, frame_start=start, **until)


def _by_length(strips: Any) -> bool:
    return "length" in strips.bl_rna.functions["new_effect"].parameters


def remove_strips(scene: bpy.types.Scene, gone: Iterable[Any]) -> None:
    """Take strips of the scene's sequencer away, those inside meta strips too."""
    for strip in gone:
        home: Any = strip.parent_meta() or scene.sequence_editor
        (home.strips if hasattr(home, "strips") else home.sequences).remove(strip)


def sequencer_scenes(context: bpy.types.Context) -> tuple[bpy.types.Scene, ...]:
    """Scenes whose sequencer may be meant, the likeliest first, each once.

    From 5.0 a workspace names the scene its sequencers edit, and may name none.
    """
    found: list[bpy.types.Scene | None] = []
    found.append(getattr(getattr(context, "workspace", None), "sequencer_scene", None))
    found.append(context.scene)
    found += [getattr(workspace, "sequencer_scene", None) for workspace in bpy.data.workspaces]
    found += list(bpy.data.scenes)
    out: list[bpy.types.Scene] = []
    for scene in found:
        if scene is not None and scene not in out:
            out.append(scene)
    return tuple(out)


def strip_bounds(strip: Any) -> tuple[int, int, float]:
    """First frame, frame after the last, and the frame where the sound's own start would lie, on the timeline."""
    if hasattr(strip, "left_handle"):
        return int(strip.left_handle), int(strip.right_handle), float(strip.content_start)
    return int(strip.frame_final_start), int(strip.frame_final_end), float(strip.frame_start)


def strip_fields(strip: Any) -> tuple[tuple[str, str], ...]:
    """The properties of a strip that move it and that drag its right end, each with a name."""
    if hasattr(strip, "right_handle"):
        return ("content_start", "Start"), ("right_handle", "End")
    return ("frame_start", "Start"), ("frame_final_end", "End")


def strip_list(editor: object) -> str:
    """The name of the property of a sequence editor that lists all its strips."""
    return "strips_all" if hasattr(editor, "strips_all") else "sequences_all"


def metas_around(scene: bpy.types.Scene, strip: object) -> tuple[object, ...]:
    """The meta strips that hold a strip, the outermost first."""

    def inside(strips: Any) -> tuple[object, ...] | None:
        for other in strips:
            if other == strip:
                return ()
            if other.type == "META":
                found = inside(other.strips if hasattr(other, "strips") else other.sequences)
                if found is not None:
                    return (other, *found)
        return None

    editor = scene.sequence_editor
    if editor is None:
        return ()
    return inside(editor.strips if hasattr(editor, "strips") else editor.sequences) or ()


def right_trim(strip: object) -> float:
    """Frames that the artist cut off a strip's end."""
    name = "right_handle_offset" if hasattr(strip, "right_handle_offset") else "frame_offset_end"
    return float(getattr(strip, name))


# --- Selection -----------------------------------------------------------------------------------------------------


def selected_bones(armature: bpy.types.Object) -> tuple[str, ...]:
    """Names of the selected bones in Pose Mode; from 5.0 selection lives on the pose bones."""
    if armature.pose is None:
        return ()
    return tuple(b.name for b in armature.pose.bones if (b.select if hasattr(b, "select") else b.bone.select))


# --- User interface ------------------------------------------------------------------------------------------------


def redraw(window_manager: bpy.types.WindowManager, kinds: Iterable[str] = ("VIEW_3D", "SEQUENCE_EDITOR")) -> None:
    """Ask the sidebars of these editors to draw again, and the status bars."""
    wanted = set(kinds)
    for window in window_manager.windows:
        for area in window.screen.areas:
            if area.type in wanted:
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def redraw_time(window_manager: bpy.types.WindowManager | None) -> None:
    """Ask the editors that show time, and the 3D Viewports, to draw again."""
    kinds = ("DOPESHEET_EDITOR", "GRAPH_EDITOR", "SEQUENCE_EDITOR", "NLA_EDITOR", "VIEW_3D")
    for window in window_manager.windows if window_manager is not None else ():
        for area in window.screen.areas:
            if area.type in kinds:
                area.tag_redraw()


# --- Geometry nodes ------------------------------------------------------------------------------------------------


def modifier_input_path(modifier: bpy.types.Modifier, socket: str) -> str:
    """The path of an input of a node modifier, from its object; from 5.2 inputs are properties of their own."""
    path = f'modifiers["{bpy.utils.escape_identifier(modifier.name)}"]'
    if hasattr(modifier, "properties"):
        return f"{path}.properties.inputs.{socket}.value"
    return f'{path}["{socket}"]'
