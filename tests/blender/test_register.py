"""Enable, disable, enable: nothing stays behind, nothing slow is loaded, and a failing step is taken back."""

import subprocess
import sys

import bpy
import orator
import pytest

SLOW = ("torch", "librosa", "scipy", "smplx", "huggingface_hub")


def traces() -> set[str]:
    types = {name for name in dir(bpy.types) if "orator" in name.lower()}
    hung = {f"{owner.__name__}.orator" for owner in (bpy.types.Scene, bpy.types.Object) if hasattr(owner, "orator")}
    handlers = {
        f"{kind}: {function.__module__}"
        for kind in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, kind), list)
        for function in getattr(bpy.app.handlers, kind)
        if function.__module__.startswith("orator.")
    }
    return types | hung | handlers


def test_three_times_on_and_off_leaves_nothing() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for _ in range(3):
        orator.register()
        assert "ORATOR_OT_generate" in traces() and "Scene.orator" in traces()
        assert bpy.context.scene.orator.energy == 1.0
        orator.unregister()
        assert traces() == set()


def test_registering_loads_nothing_slow() -> None:
    code = (
        "import bpy, sys, orator; orator.register(); "
        f"print([m for m in {SLOW!r} if m in sys.modules], flush=True); orator.unregister(); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert "[]" in done.stdout, done.stdout + done.stderr


def test_a_failing_step_takes_back_the_steps_before(monkeypatch: pytest.MonkeyPatch) -> None:
    from orator import panels

    def fail() -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(panels, "HOOKS", (*panels.HOOKS, (fail, fail)))
    with pytest.raises(RuntimeError, match="no room"):
        orator.register()
    assert traces() == set()


def test_a_second_orator_is_refused_and_the_first_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    orator.register()
    try:
        monkeypatch.setattr(orator, "_undo", [])  # as in a second copy, which did not register the first one's
        with pytest.raises(RuntimeError, match=r"Another Orator is enabled \(orator\)"):
            orator.register()
        monkeypatch.undo()
        assert bpy.context.scene.orator.energy == 1.0
    finally:
        orator.unregister()


def test_every_button_and_value_has_a_tooltip(scene: bpy.types.Scene) -> None:
    from orator import operators, panels

    for cls in (*operators.CLASSES, *panels.CLASSES):
        assert (cls.__doc__ or "").strip(), cls.__name__
    for name, prop in scene.orator.bl_rna.properties.items():
        if name not in ("rna_type", "name") and not prop.is_hidden and prop.type not in ("COLLECTION", "POINTER"):
            assert prop.description or name == "strip_scene", name


@pytest.mark.usefixtures("scene")
def test_grey_buttons_say_why() -> None:
    from orator import operators

    explained = [cls for cls in operators.CLASSES if hasattr(cls, "disabled_reason")]
    assert explained
    for cls in explained:
        reason = cls.disabled_reason(bpy.context)
        module, name = cls.bl_idname.split(".")
        assert bool(reason) != getattr(getattr(bpy.ops, module), name).poll(), cls.__name__
