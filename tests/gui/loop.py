"""The artist's loop in a real window: pose, pin, generate, regenerate an arm, comp, move a slider; undo all, redo all.

Runs inside Blender, started by tests/gui/run. After every undo and redo the whole state (curves, takes, pins, sliders,
pose) must be one of those that the artist has seen.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import numpy as np
import session as first
from driver import Report, Steps
from mathutils import Quaternion

SECONDS = 6
FPS = 30
PIN_FRAME = 91
RANGE = (61, 121)
"""Seconds 2 to 4 of a speech that starts at frame 1."""
OPEN = {
    "headings": ("ORATOR_PT_direct", "ORATOR_PT_adjust"),
    "pins": ("ORATOR_PT_pins",),
    "regenerate": ("ORATOR_PT_regenerate",),
    "comp": ("ORATOR_PT_comp",),
    "sliders": ("ORATOR_PT_sliders",),
}
CLOSED = {"speech": ("ORATOR_PT_speech",), "emotion": ("ORATOR_PT_emotion",)}
State = dict[str, object]


def arrange_panels() -> None:
    """The panels of the loop are open, as this artist left them."""
    for wanted, options in ((OPEN, set()), (CLOSED, {"DEFAULT_CLOSED"})):
        for module, names in wanted.items():
            for name in names:
                kind = getattr(importlib.import_module(f"bl_ext.dev.orator.panels.{module}"), name, None)
                if kind is not None:
                    kind.bl_options = options


def rig() -> bpy.types.Object:
    return first.options().character


def state() -> State:
    """Everything of the loop that undo must bring back: read anew, since undo replaces the data."""
    curves_of = first.orator("core.blender.compat").curves_of
    character = rig()
    data = character.orator
    curves = {}
    for action in bpy.data.actions:
        digest = hashlib.blake2b(digest_size=8)
        for curve in curves_of(action):
            values = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", values)
            digest.update(f"{curve.data_path}{curve.array_index}".encode() + values.tobytes())
        curves[action.name] = digest.hexdigest()
    sliders = {
        take.name: tuple(round(float(getattr(take.layers, p.identifier)), 4) for p in take.layers.bl_rna.properties
                         if p.type in ("FLOAT", "BOOLEAN"))
        for take in data.takes
    }  # fmt: skip
    return {
        "curves": curves,
        "takes": tuple((take.name, take.uid, take.data.name if take.data else "") for take in data.takes),
        "shown": next((take.name for take in data.takes if take.uid == data.shown), ""),
        "plays": character.animation_data.action.name if character.animation_data and character.animation_data.action
        else "",
        "tracks": tuple(t.name for t in character.animation_data.nla_tracks) if character.animation_data else (),
        "pins": tuple((pin.name, pin.frame, pin.enabled, hash(pin.pose)) for pin in data.pins),
        "lanes": tuple((lane.take, lane.region, lane.start, lane.end) for lane in data.lanes),
        "sliders": sliders,
        "texts": tuple(sorted(text.name for text in bpy.data.texts)),
    }  # fmt: skip


def differing(one: State, other: State) -> str:
    return ", ".join(key for key in one if one[key] != other[key]) or "nothing"


class History:
    """The states that the artist has seen, in order."""

    def __init__(self, report: Report) -> None:
        self.report, self.states, self.names = report, [state()], ["the start"]

    def note(self, name: str, *changed: str) -> None:
        """A step was taken: note what it led to; `changed` must differ from before."""
        now = state()
        different = differing(self.states[-1], now)
        missing = [key for key in changed if key not in different]
        self.report.check(f"{name} changes {', '.join(changed)}", not missing, f"changed: {different}")
        self.states.append(now)
        self.names.append(name)


def viewport() -> tuple[int, int]:
    region = driver.region("VIEW_3D", "WINDOW")
    return region.x + 160, region.y + 160


def bone_on_screen(name: str) -> tuple[int, int]:
    """Window coordinates of the middle of a bone."""
    from bpy_extras.view3d_utils import location_3d_to_region_2d

    area, region = driver.area("VIEW_3D"), driver.region("VIEW_3D", "WINDOW")
    bone = rig().pose.bones[name]
    middle = rig().matrix_world @ (0.5 * (bone.head + bone.tail))
    place = location_3d_to_region_2d(region, area.spaces.active.region_3d, middle)
    return region.x + int(place.x), region.y + int(place.y)


def lower_left_arm() -> None:
    """The arm that this artist leaves alone hangs, instead of standing out as at rest."""
    relaxed = importlib.import_module("bl_ext.dev.orator.core.stance").relaxed_rotations()
    names = importlib.import_module("bl_ext.dev.orator.core.skeleton").JOINTS
    for name, (w, x, y, z) in zip(names, relaxed, strict=True):
        if name.startswith("left"):
            bone = rig().pose.bones[name]
            rest = bone.bone.matrix_local.to_quaternion()
            bone.rotation_quaternion = rest.inverted() @ Quaternion((w, x, -z, y)) @ rest
    bpy.ops.ed.undo_push(message="Arm")


def showing(frame: int, name: str) -> Steps:
    """A picture of another frame than the pinned one."""
    bpy.context.scene.frame_set(frame)
    yield 1.0
    driver.screenshot(name)
    bpy.context.scene.frame_set(PIN_FRAME)
    yield 0.5


def pose_and_pin(report: Report, history: History) -> Steps:
    """Pose Mode, the right arm turned by R 5 0, and a press on Pin Pose."""
    bpy.context.scene.frame_set(PIN_FRAME)
    bpy.context.view_layer.objects.active = rig()
    rig().select_set(True)
    lower_left_arm()
    yield 0.5
    driver.move(*viewport())
    yield 0.3
    driver.press("TAB", *viewport(), ctrl=True)
    yield 1.0
    report.check("Ctrl-Tab leads to Pose Mode", bpy.context.mode == "POSE", bpy.context.mode)
    for bone in ("right_shoulder", "right_elbow"):
        yield from driver.click(*bone_on_screen(bone))
        yield 0.4
        active = bpy.context.active_pose_bone
        report.check(f"a click selects {bone}", active is not None and active.name == bone, getattr(active, "name", ""))
        x, y = viewport()
        yield from driver.typed(("R", "FIVE", "ZERO", "RET"), x, y)
        yield 0.6
    turned = [rig().pose.bones[b].matrix_basis.to_quaternion().angle for b in ("right_shoulder", "right_elbow")]
    report.check("R and a number turn the arm", min(turned) > 0.5, f"{np.degrees(turned).round(1)} degrees")
    driver.screenshot("loop-posed")
    history.states[-1] = state()
    yield from first.press_button(report, "bpy.ops.orator.pin_pose", "Pin Pose")
    yield 0.6
    history.note("Pin Pose", "pins")
    yield 1.5  # panels glide to their places
    driver.screenshot("loop-pinned")


def wait_for_job(report: Report, what: str) -> Steps:
    started = yield from driver.wait_until(lambda: first.job() is not None, 4.0)
    report.check(f"{what} starts", started is not None)
    took = yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    report.check(f"{what} ends", took is not None, f"{took or 0:.0f} s")
    yield 1.2


def generate(report: Report, history: History) -> Steps:
    yield from first.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from wait_for_job(report, "generating")
    history.note("Generate", "curves", "takes", "shown", "plays", "tracks", "texts")
    wanted = rig_rotations(PIN_FRAME, pinned=True)
    shown = rig_rotations(PIN_FRAME)
    # The chord, since a cosine knows nothing of small angles.
    apart = [min(np.linalg.norm(a - b), np.linalg.norm(a + b)) for a, b in zip(wanted, shown, strict=True)]
    off = float(np.degrees(4.0 * np.arcsin(0.5 * max(apart))))
    yield 1.5
    report.check("the pinned pose is hit", off < 0.01, f"{off:.4f} degrees")
    driver.screenshot("loop-generated")


_posed: list[np.ndarray] = []


def rig_rotations(frame: int, pinned: bool = False) -> list[np.ndarray]:
    """Local rotations of the arm's bones: as they were posed, or at a frame now."""
    if pinned:
        return _posed
    bpy.context.scene.frame_set(frame)
    evaluated = rig().evaluated_get(bpy.context.evaluated_depsgraph_get())
    return [local_turn(evaluated.pose.bones[name]) for name in ("right_shoulder", "right_elbow", "right_wrist")]


def local_turn(bone: bpy.types.PoseBone) -> np.ndarray:
    """A posed bone's rotation against its parent's, evaluated."""
    own = bone.matrix.to_quaternion()
    return np.array(bone.parent.matrix.to_quaternion().inverted() @ own, np.float64)


def regenerate(report: Report, history: History) -> Steps:
    scene = bpy.context.scene
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, RANGE[0], RANGE[1] - 1
    options = first.options()
    options.again_region, options.again_range, options.seed = "right_arm", "PREVIEW", 7
    bpy.ops.ed.undo_push(message="Range")
    yield from first.press_button(report, "bpy.ops.orator.regenerate(", "Regenerate")
    yield from wait_for_job(report, "regenerating")
    history.note("Regenerate", "curves", "takes", "shown", "plays")
    stored = first.orator("core.blender.take_store")
    names = importlib.import_module("bl_ext.dev.orator.core.skeleton").JOINTS
    old, new = (stored.load_performance(take) for take in rig().orator.takes)
    arm = [names.index(f"right_{j}") for j in ("collar", "shoulder", "elbow", "wrist")]
    rest = [j for j in range(55) if j not in arm]
    low, high = ((f - 1) * 30 // FPS for f in RANGE)
    same = np.array_equal(old.rotations[:, rest], new.rotations[:, rest]) and np.array_equal(old.face, new.face)
    ends = np.array_equal(old.rotations[:low], new.rotations[:low])
    ends = ends and np.array_equal(old.rotations[high:], new.rotations[high:])
    inside = float(np.abs(old.rotations[low:high, arm] - new.rotations[low:high, arm]).max())
    report.check("all but the arm in its range is the same to the bit", same and ends)
    yield 1.0
    report.check("the arm moves differently in its range", inside > 0.02, f"{inside:.2f}")
    yield from showing(PIN_FRAME - 14, "loop-regenerated")


def comp(report: Report, history: History) -> Steps:
    yield from first.press_button(report, "bpy.ops.orator.lane_add", "Add Range", 0.83)
    yield 0.5
    history.note("Add Range", "lanes")
    place = yield from driver.find_button(first.sidebar(), "bpy.ops.orator.take_duplicate", 0.83)
    report.check("the list of takes is there", place is not None)
    if place is None:
        return
    region = first.sidebar()
    for y in range(place[1] - 24, place[1] + 24, 8):
        yield from driver.click(int(region.x + region.width * 0.3), y)
        yield 0.5
        if state()["shown"] == "Take 1":
            break
    history.note("a click on Take 1", "shown", "plays")
    yield from first.press_button(report, "bpy.ops.orator.comp", "Comp Takes")
    yield 1.5
    history.note("Comp Takes", "curves", "takes", "shown")
    yield 1.0
    driver.screenshot("loop-comp")


def slide(report: Report, history: History) -> Steps:
    for path, across in (("layers.amplitude_upper", -60), ("layers.lip_strength", 50)):
        place = yield from driver.find_slider(first.sidebar(), path)
        report.check(f"the slider {path} is there", place is not None)
        if place is None:
            return
        yield from driver.drag(*place, across)
        yield 0.8
        history.note(f"dragging {path.split('.')[1]}", "curves", "sliders")
    yield from showing(PIN_FRAME + 24, "loop-layers")


def walk(report: Report, history: History, back: bool) -> Steps:
    """Undo (or redo) until every state was passed; between two of them nothing else may show."""
    order = list(range(len(history.states) - 2, -1, -1)) if back else list(range(1, len(history.states)))
    what = "undo" if back else "redo"
    now = state()
    for target in order:
        presses, wanted = 0, history.states[target]
        while now != wanted and presses < 8:
            before = now
            driver.press("Z", *viewport(), ctrl=True, shift=not back)
            yield from driver.wait_until(lambda wanted=wanted: state() == wanted, 1.2, every=0.1)
            now = state()
            presses += 1
            if now not in (before, wanted):
                break
        held = now == wanted
        step = history.names[target + 1] if back else history.names[target]
        report.check(
            f"{what} of '{step}' gives the very state", held,
            f"{presses} presses" if held else f"{presses} presses, differs: {differing(now, history.states[target])}",
        )  # fmt: skip
        if back and target == 0:
            driver.screenshot("loop-undone")
        if not held:
            return
    bpy.context.scene.frame_set(PIN_FRAME)
    yield 0.3


def undo_while_working(report: Report) -> Steps:
    """Ctrl-Z while a take is being made: the take arrives on the character as it is then."""
    before = len(rig().orator.takes)
    yield from first.press_button(report, "bpy.ops.orator.generate", "Generate, once more,")
    started = yield from driver.wait_until(lambda: first.job() is not None, 4.0)
    yield 1.0
    driver.press("Z", *viewport(), ctrl=True)
    yield 1.5
    took = yield from driver.wait_until(lambda: first.job() is None, first.GENERATE_SECONDS, every=0.1)
    yield 1.5
    report.check("a take survives undo while it is made", started is not None and took is not None
                 and len(rig().orator.takes) == before + 1, f"{before} and then {len(rig().orator.takes)}")  # fmt: skip


def loop(report: Report) -> Steps:
    """All of it, in order."""
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(first.SOURCE), remote_url="")
    arrange_panels()
    import addon_utils

    report.check("the extension enables", addon_utils.enable("bl_ext.dev.orator") is not None)
    first.furnish()
    editor = bpy.context.scene.sequence_editor
    editor.strips.remove(editor.strips["Second voice"])
    editor.strips["Interview"].right_handle = 1 + SECONDS * FPS
    bpy.context.scene.frame_end = 1 + SECONDS * FPS
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    driver.screenshot("loop-start")
    yield from first.press_button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    arrived = yield from driver.wait_until(lambda: first.options().character is not None, 60.0)
    report.check("a click on Add Character adds one", arrived is not None)
    if arrived is None:
        return
    first.frame_character()
    bpy.context.preferences.view.ui_scale = 0.85
    rig().show_in_front = True
    space = driver.area("VIEW_3D").spaces.active
    space.overlay.show_bones = True
    first.options().loop.pin_covers = "UPPER"
    with bpy.context.temp_override(window=driver.window()):
        bpy.ops.ed.undo_push(message="Set")
    yield 1.0
    history = History(report)
    yield from pose_and_pin(report, history)
    _posed[:] = rig_rotations(PIN_FRAME)
    for part in (generate, regenerate, comp, slide):
        yield from part(report, history)
    yield from walk(report, history, back=True)
    yield from walk(report, history, back=False)
    yield from undo_while_working(report)
    alive = all(np.isfinite(turn).all() for turn in rig_rotations(PIN_FRAME))
    report.check("Blender is alive after all of it", alive)


if __name__ == "__main__":
    driver.play(loop)
