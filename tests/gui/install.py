"""The small edition as an artist gets it: its zip, installed from disk into the real Blender; three clicks to a take.

Runs inside Blender, started by tests/gui/run. PyTorch and librosa, which the Debian around it has for other sessions,
are out of reach here. It wants a zip with this Blender's Python: `make build PYTHON=3.14`.
"""

from __future__ import annotations

import sys
import time
from importlib.machinery import PathFinder
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bpy
import driver
import session
from driver import Report, Steps

PACKAGE = "bl_ext.user_default.orator"
WHEELS = f"python{sys.version_info.major}.{sys.version_info.minor}"


class NotDebians:
    """Finds what the zip brings in Blender's own folders only, and not in those of the Debian around it."""

    names = frozenset("torch librosa numba sklearn scipy soundfile safetensors soxr onnxruntime".split())

    def find_spec(self, name: str, path: object = None, _target: object = None) -> object:
        if path is not None or name not in self.names:
            return None
        found = PathFinder.find_spec(name, [p for p in sys.path if not p.startswith("/usr/lib/python3/")])
        if found is None:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return found


def from_disk(report: Report) -> Steps:
    """As Install from Disk in the preferences does; then the preferences are looked at."""
    found = sorted((session.SOURCE / "orator" / "build").glob(f"orator-*-linux-x64-{WHEELS}.zip"))
    report.check("there is a zip for this Blender's Python", bool(found), found[-1].name if found else WHEELS)
    begin = time.perf_counter()
    bpy.ops.extensions.package_install_files(filepath=str(found[-1]), repo="user_default", enable_on_install=True)
    report.check("it installs and enables", PACKAGE in sys.modules, f"{time.perf_counter() - begin:.1f} s")
    area = driver.area("VIEW_3D")
    area.type = "PREFERENCES"
    bpy.context.preferences.active_section = "EXTENSIONS"
    yield 1.5
    driver.screenshot("installed")
    area.type = "VIEW_3D"
    yield 0.5


def three_clicks(report: Report) -> Steps:
    """The strip, the character, Generate."""
    yield from session.pick_strip(report)
    yield from session.press_button(report, "bpy.ops.orator.add_character", "Add Character", 0.25)
    arrived = yield from driver.wait_until(lambda: session.options().character is not None, 60.0)
    report.check("a click on Add Character adds one", arrived is not None)
    session.frame_character()
    driver.area("VIEW_3D").spaces.active.overlay.show_bones = False
    yield 0.5
    yield from session.press_button(report, "bpy.ops.orator.generate", "Generate")
    yield from driver.wait_until(lambda: session.job() is not None, 3.0)
    took = yield from driver.wait_until(lambda: session.job() is None, session.GENERATE_SECONDS, every=0.05)
    names, _, keys, _ = session.take_state()
    report.check("a take arrives", len(names) == 1 and min(keys, default=0) > 100, f"{took or 0:.1f} s after the press")
    far = max(session.apart(session.pose(100), session.pose(frame)) for frame in (200, 300, 400))
    report.check("the hands move", far > 0.05, f"{100 * far:.0f} cm")
    runtime = session.orator("models.runtime").chosen()
    where = str(getattr(sys.modules.get("onnxruntime"), "__file__", ""))
    report.check("by the ONNX Runtime that the zip brought", runtime == "onnx" and "extensions" in where, where)
    bpy.context.scene.frame_set(300)
    yield 3.0
    driver.screenshot("three-clicks")


def install(report: Report) -> Steps:
    """All of it, in order."""
    session.PACKAGE = PACKAGE
    sys.meta_path.insert(0, NotDebians())
    yield from from_disk(report)
    session.furnish()
    yield 1.0
    session.sidebar().active_panel_category = "Orator"
    yield 1.0
    yield from three_clicks(report)


if __name__ == "__main__":
    driver.play(install)
