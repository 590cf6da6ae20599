"""What can be exported to, by which of Blender's exporters, and with what options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bpy

from ..errors import OratorError

SUFFIXES: Final = (
    ".glb", ".gltf", ".fbx", ".vrm", ".vrma", ".usd", ".usdc", ".usda", ".bvh", ".npz", ".csv",
)  # fmt: skip
_OTHERS: Final = (
    ".abc", ".blend", ".dae", ".json", ".mov", ".mp4", ".obj", ".ply", ".srt", ".stl", ".tsv", ".txt", ".usdz", ".wav",
    ".x3d",
)  # fmt: skip
"""Endings of files that are something else; any other, as in 'scene 1.2', is a part of the name."""
PRESETS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "unreal": {"mesh_smooth_type": "FACE", "use_tspace": True, "armature_nodetype": "NULL"},
    "unity": {"apply_scale_options": "FBX_SCALE_UNITS", "mesh_smooth_type": "OFF"},
    "godot": {"export_yup": True, "export_optimize_animation_size": False},
    "web": {"export_yup": True, "export_image_format": "JPEG", "export_optimize_animation_size": True},
}
"""What each target wants beside what every export gets; options an exporter does not know are left out."""
RATES: Final = (24.0, 25.0, 30.0, 60.0)
FBX: Final[dict[str, Any]] = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "add_leaf_bones": False,
    "bake_anim": True,
    "bake_anim_use_all_bones": True,
    "bake_anim_use_nla_strips": False,
    "bake_anim_use_all_actions": False,
    "bake_anim_force_startend_keying": True,
    "bake_anim_simplify_factor": 0.0,
    "bake_anim_step": 1.0,
    "path_mode": "COPY",
    "embed_textures": True,
}
GLTF: Final[dict[str, Any]] = {
    "use_selection": True,
    "export_animations": True,
    "export_frame_range": True,
    "export_force_sampling": True,
    "export_morph": True,
    "export_morph_animation": True,
    "export_skins": True,
    "export_all_influences": True,
    "export_optimize_animation_size": False,
    "export_anim_slide_to_zero": False,
    "export_anim_single_armature": False,  # or every Action of the file is taken for the only armature's
}
USD: Final[dict[str, Any]] = {
    "selected_objects_only": True,
    "export_animation": True,
    "export_armatures": True,
    "export_shapekeys": True,
    "allow_unicode": True,
}


@dataclass(frozen=True)
class ExportOptions:
    """How to export.

    preset  a key of PRESETS.      fps  frames a second, None for the scene's.
    travel  False: the character stays in place.      face  False: shapes rest, and glTF files have none.
    from_zero  the first key at 0 seconds; otherwise a file's time is the scene's frame divided by its rate.
    frames  first and last frame of the scene that go into the file, None for all that the character plays.
    """

    preset: str = "plain"
    fps: float | None = None
    travel: bool = True
    face: bool = True
    from_zero: bool = False
    frames: tuple[int, int] | None = None


def with_ending(path: Path, chosen: str) -> Path:
    """The path, with the chosen format's ending where its name has none; an ending that is a format's stays.

    Raises OratorError for the ending of something else, which no take is written to.
    """
    ending = path.suffix.lower()
    if ending in SUFFIXES:
        return path
    if ending in _OTHERS:
        raise OratorError(
            f"'{path.name}' ends like another kind of file: write one of {', '.join(SUFFIXES)}, or no ending for "
            f"{chosen}."
        )
    return path.with_name(f"{path.name or 'take'}{chosen}")


def exporter(path: Path) -> Any:
    """The operator for a suffix. Raises OratorError when its add-on is missing."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OratorError(f"'{path.name}' should end in one of {', '.join(SUFFIXES)}.")
    scene = {".fbx": "fbx", ".glb": "gltf", ".gltf": "gltf", ".vrm": "vrm", ".vrma": "vrma"}.get(suffix)
    found: Any = bpy.ops.wm.usd_export if scene is None else getattr(bpy.ops.export_scene, scene)
    try:
        found.get_rna_type()
    except (KeyError, AttributeError) as error:
        names = {".vrm": "the VRM add-on (VRM format, from Get Extensions)", ".fbx": "the add-on FBX format"}
        name = names.get(suffix.removesuffix("a"), "the add-on glTF 2.0 format" if "gl" in suffix else "this exporter")
        raise OratorError(f"'{path.name}' needs {name}: install or enable it in the Preferences.") from error
    return found


def preset_options(options: ExportOptions) -> dict[str, Any]:
    if options.preset not in PRESETS:
        raise OratorError(f"There is no preset '{options.preset}'. Choose one of {', '.join(PRESETS)}.")
    return PRESETS[options.preset]


def gltf_options(path: Path, options: ExportOptions) -> dict[str, Any]:
    faces = {} if options.face else {"export_morph": False, "export_morph_animation": False}
    kind = {"export_format": "GLB" if path.suffix.lower() == ".glb" else "GLTF_SEPARATE"}
    return {**GLTF, **preset_options(options), **faces, **kind}
