"""The extension's preferences."""

from __future__ import annotations

import sys

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..core.blender.declared import declared
from ..core.blender.preferences import ROOT, default_cache

_NAMES = {"auto": "Automatic", "cpu": "CPU", "cuda": "CUDA", "mps": "MPS (Apple)"}
_HELP = {
    "auto": "The CPU: these networks are small, and it gives the same take every time",
    "cpu": "Runs everywhere",
    "cuda": "An NVIDIA graphics card",
    "mps": "The graphics part of an Apple chip",
}
_items: list[tuple[str, str, str, int]] = []


def _device_items(_self: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str, int]]:
    """Only what torch has; torch is not imported for this, so before the first generation CUDA and MPS do not show."""
    found = ["auto", "cpu"]
    if "torch" in sys.modules:
        from ..operators.work import devices

        found += [name for name in devices() if name != "cpu"]
    # Blender keeps no reference to dynamic items, so this module must.
    order = list(_NAMES)
    _items[:] = [(name.upper(), _NAMES[name], _HELP[name], order.index(name)) for name in found]
    return _items


@declared
class OratorPreferences(bpy.types.AddonPreferences):
    """How Orator uses the machine."""

    bl_idname = ROOT

    threads = IntProperty(
        name="Threads",
        description="Processor threads for generating; 0: as many as are free",
        default=0,
        min=0,
        max=256,
    )
    device = EnumProperty(
        name="Device",
        description="What the networks run on; CUDA and MPS show after the first generation where PyTorch has them",
        items=_device_items,
    )
    runtime = EnumProperty(
        name="Networks by",
        description="What computes the networks; both give the same take",
        items=(
            ("AUTO", "Automatic", "PyTorch where it is installed, ONNX Runtime where it is not"),
            ("TORCH", "PyTorch", "Also for graphics cards, EMAGE and the smplx package"),
            ("ONNX", "ONNX Runtime", "Small and quick to load; on the CPU"),
        ),
    )
    playable = BoolProperty(
        name="Playable at Once",
        description="The first seconds of a speech over a minute can be played while the rest is being made",
        default=True,
    )
    cache = StringProperty(
        name="Cache Folder",
        description="Where weights that you ask Orator to fetch are kept; empty: a folder of the extension",
        subtype="DIR_PATH",
    )

    recogniser = StringProperty(
        name="Recogniser",
        description="A command of yours that writes down what is said, such as whisper.cpp: {sound} stands for the "
        "sound file, {text} for the text or subtitles it writes; without {text} what it prints is taken",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """The preferences' panel."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "runtime")
        layout.prop(self, "threads")
        layout.prop(self, "device")
        layout.prop(self, "playable")
        layout.prop(self, "cache")
        if not self.cache:
            layout.label(text=str(default_cache()), icon="FILE_FOLDER", translate=False)
        layout.prop(self, "recogniser")


CLASSES: tuple[type, ...] = (OratorPreferences,)
