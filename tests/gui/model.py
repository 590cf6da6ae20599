"""EMAGE's weights and SMPL-X bodies in a real window: the panel, the licence dialog, a body, a take on it.

Runs inside Blender, started by tests/gui/run. The checkpoint and the body are synthetic.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, "/srv/src")

import addon_utils
import bpy
import driver
import session as first
from driver import Report, Steps

FILES = Path("/tmp/model")


def open_panel() -> None:
    """The heading and its panels."""
    heading, emage, rig = (first.orator(f"panels.{name}") for name in ("headings", "emage", "rig"))
    first.open_panels(heading.ORATOR_PT_models, emage.ORATOR_PT_emage, rig.ORATOR_PT_mapping)


def dialog(report: Report) -> Steps:
    """Fetching waits for online access, then shows the licences; nothing is fetched without the tick."""
    context = bpy.context
    fetch = first.orator("operators.emage").ORATOR_OT_fetch_emage
    context.preferences.system.use_online_access = False
    report.check("fetching is greyed out offline and says why", "online access" in fetch.disabled_reason(context))
    context.preferences.system.use_online_access = True
    report.check("with online access it is offered", fetch.disabled_reason(context) == "")
    yield 0.5
    with context.temp_override(window=driver.window(), area=driver.area("VIEW_3D")):
        bpy.ops.orator.fetch_emage("INVOKE_DEFAULT")
    yield 1.5
    driver.screenshot("model-licence")
    driver.press("ESC", 400, 400)
    yield 0.5
    report.check("Esc fetches nothing", first.job() is None and not first.options().id_data.orator_emage.folder)
    context.preferences.system.use_online_access = False


def body(report: Report) -> Steps:
    """A synthetic body from a file, and EMAGE's weights from a folder."""
    from helpers.smplx_file import write_model
    from orator.models.training.emage.checkpoint import TINY, write_checkpoint

    FILES.mkdir(parents=True, exist_ok=True)
    file = write_model(FILES / "SMPLX_NEUTRAL.npz")
    folder = write_checkpoint(FILES / "emage", **TINY)
    yield 0.2
    report.check(
        "a body is added from a model file",
        bpy.ops.orator.add_smplx_body(filepath=str(file), expressions=20) == {"FINISHED"},
    )
    report.check("it is the character", first.options().character is not None)
    chosen = bpy.ops.orator.choose_emage_folder(directory=str(folder)) == {"FINISHED"}
    report.check("a folder with weights is taken", chosen and bpy.context.scene.orator_emage.model == "EMAGE")
    where = first.sidebar()
    x, y = where.x + where.width // 2, where.y + where.height // 2
    driver.move(x, y)
    for _ in range(40):
        driver.press("WHEELDOWNMOUSE", x, y)
        yield 0.05
    yield from aside()
    driver.screenshot("model-panel")


def aside() -> Steps:
    """The mouse over the viewport, where no tooltip covers the panel, and the character seen whole."""
    view = driver.area("VIEW_3D")
    driver.move(view.x + 300, view.y + 120)
    with bpy.context.temp_override(window=driver.window(), area=view, region=view.regions[-1]):
        bpy.ops.view3d.view_selected("EXEC_DEFAULT")
    yield 1.5


def layers(report: Report, armature: bpy.types.Object, mesh: bpy.types.Object) -> Steps:
    """Sliders of a face made of expressions: the keys follow them and come back."""
    keys = mesh.data.shape_keys.key_blocks
    before = [keys[f"Exp{k:03d}"].value for k in range(20)]
    take = armature.orator.takes[0]
    take.layers.upper_strength = 0.0
    bpy.context.scene.frame_set(45)
    moved = max(abs(keys[f"Exp{k:03d}"].value - old) for k, old in enumerate(before))
    report.check("a slider of the face moves the expressions", moved > 0.02, f"by {moved:.2f}")
    yield 0.5
    take.layers.upper_strength = 1.0
    bpy.context.scene.frame_set(45)
    left = max(abs(keys[f"Exp{k:03d}"].value - old) for k, old in enumerate(before))
    report.check("and they come back", left < 0.02, f"within {left:.4f}")


def model(report: Report) -> Steps:
    """The session."""
    report.check("the extension enables", True)
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Development", module="dev", custom_directory=str(first.SOURCE), remote_url="")
    addon_utils.enable("bl_ext.dev.orator")
    first.furnish()
    editor = bpy.context.scene.sequence_editor
    editor.strips.remove(editor.strips["Second voice"])
    editor.strips["Interview"].right_handle = 91
    open_panel()
    yield 1.0
    first.sidebar().active_panel_category = "Orator"
    yield 1.0
    yield from dialog(report)
    yield from body(report)
    first.options().strip = "Interview"
    bpy.ops.orator.generate("INVOKE_DEFAULT")
    armature = first.options().character
    took = yield from driver.wait_until(lambda: len(armature.orator.takes) > 0, first.GENERATE_SECONDS, 0.2)
    report.check("EMAGE makes a take on it", took is not None, f"{took or 0:.1f} s")
    if took is None:
        return
    yield 1.0
    bpy.context.scene.frame_set(45)
    yield from aside()
    driver.screenshot("model-take")
    mesh = next(child for child in armature.children if child.type == "MESH")
    moved = [
        key.name for key in mesh.data.shape_keys.key_blocks if key.name.startswith("Exp") and abs(key.value) > 1e-3
    ]
    report.check("its expressions move", len(moved) >= 10, f"{len(moved)} of 20")
    yield from layers(report, armature, mesh)


if __name__ == "__main__":
    driver.play(model)
