"""Taking a character with its takes out of Blender: FBX, glTF, VRM, USD, BVH, SMPL-X .npz, Live Link .csv."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bpy

from ..errors import OratorError
from ..files import check_writable, explain_write_error
from . import takes
from .export_stage import staged

SUFFIXES: Final = (".glb", ".gltf", ".fbx", ".vrm", ".usd", ".usdc", ".usda", ".bvh", ".npz", ".csv")
PRESETS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "unreal": {"mesh_smooth_type": "FACE", "use_tspace": True, "armature_nodetype": "NULL"},
    "unity": {"apply_scale_options": "FBX_SCALE_UNITS", "mesh_smooth_type": "OFF"},
    "godot": {"export_yup": True, "export_optimize_animation_size": False},
    "web": {"export_yup": True, "export_image_format": "JPEG", "export_optimize_animation_size": True},
}
"""What each target wants beside what every export gets; options an exporter does not know are left out."""
_FBX: Final[dict[str, Any]] = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "add_leaf_bones": False,
    "bake_anim": True,
    "bake_anim_use_nla_strips": False,
    "bake_anim_use_all_actions": False,
    "bake_anim_force_startend_keying": True,
    "bake_anim_simplify_factor": 0.0,
    "bake_anim_step": 1.0,
    "path_mode": "COPY",
    "embed_textures": True,
}
_GLTF: Final[dict[str, Any]] = {
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
}


@dataclass(frozen=True)
class ExportOptions:
    """How to export.

    preset  a key of PRESETS.      fps  frames a second, None for the scene's.
    travel  False: the character stays in place.      face  False: no shape keys.
    """

    preset: str = "plain"
    fps: float | None = None
    travel: bool = True
    face: bool = True


def _known(operator: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Of the options those that this Blender's exporter has."""
    have = operator.get_rna_type().properties.keys()
    return {name: value for name, value in wanted.items() if name in have}


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that takes the place of `path` when all went well."""
    check_writable(path)
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}.", dir=path.parent) as folder:
        made = Path(folder) / path.name
        yield made
        if not made.is_file():
            raise OratorError(f"Blender's exporter wrote nothing for '{path.name}'. See the system console.")
        try:
            for part in sorted(Path(folder).iterdir(), key=lambda p: p == made):
                os.replace(part, path.parent / part.name)
        except OSError as error:
            raise explain_write_error(error, path) from error


def _run(operator: Any, path: Path, options: dict[str, Any]) -> None:
    """Call an exporter; what it raises becomes a sentence."""
    with _beside(path) as made:
        try:
            operator(filepath=str(made), **_known(operator, options))
        except RuntimeError as error:
            raise OratorError(f"'{path.name}' could not be exported: {str(error).strip()}") from error


def _exporter(path: Path) -> Any:
    """The operator for a suffix. Raises OratorError when its add-on is missing."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OratorError(f"'{path.name}' should end in one of {', '.join(SUFFIXES)}.")
    found = {
        ".fbx": lambda: bpy.ops.export_scene.fbx,
        ".glb": lambda: bpy.ops.export_scene.gltf,
        ".gltf": lambda: bpy.ops.export_scene.gltf,
        ".vrm": lambda: bpy.ops.export_scene.vrm,
    }.get(suffix, lambda: bpy.ops.wm.usd_export)()
    try:
        found.get_rna_type()
    except (KeyError, AttributeError) as error:
        name = {".vrm": "the VRM add-on", ".fbx": "the FBX add-on"}.get(suffix, "this exporter")
        raise OratorError(f"'{path.name}' needs {name}: enable it in Preferences > Add-ons.") from error
    return found


def _neutral(character: bpy.types.Object, path: Path, options: ExportOptions) -> None:
    """The shown take's performance itself, for tools that take no mesh."""
    from ..formats.bvh import write_bvh
    from ..formats.livelink import write_livelink
    from ..formats.smplx_npz import write_smplx
    from ..performance import resample

    item = takes.shown(character)
    if item is None:
        raise OratorError(f"'{character.name}' shows no take. Choose one in the Takes list, then export.")
    performance = takes.load_performance(item)
    if options.fps is not None:
        performance = resample(performance, options.fps)
    if not options.travel:
        performance = in_place(performance)
    write = {".bvh": write_bvh, ".csv": write_livelink, ".npz": write_smplx}[path.suffix.lower()]
    write(performance, path)


def in_place(performance: Any) -> Any:
    """A performance that stays where it starts; it still rises and sinks."""
    from dataclasses import replace

    translation = performance.translation.copy()
    translation[:, (0, 2)] = translation[:1, (0, 2)]
    return replace(performance, translation=translation)


def export_shown(character: bpy.types.Object, path: Path, options: ExportOptions | None = None) -> None:
    """What the character shows now as one file; the suffix chooses the format.

    Raises OratorError when the file cannot be written or the exporter is missing; no half file is left.
    """
    options, path = options or ExportOptions(), Path(path).resolve()
    suffix = path.suffix.lower()
    if suffix in (".bvh", ".npz", ".csv"):
        check_writable(path)
        _neutral(character, path, options)
        return
    operator = _exporter(path)
    with staged(character, options.fps, options.travel):
        extra = PRESETS[options.preset]
        if suffix == ".fbx":
            _run(operator, path, {**_FBX, "bake_anim_use_all_bones": True, **extra})
        elif suffix in (".glb", ".gltf"):
            kind = "GLB" if suffix == ".glb" else "GLTF_SEPARATE"
            faces = {} if options.face else {"export_morph": False, "export_morph_animation": False}
            mode = {"export_format": kind, "export_animation_mode": "ACTIVE_ACTIONS"}
            _run(operator, path, {**_GLTF, **extra, **faces, **mode})
        elif suffix == ".vrm":
            _run(operator, path, {"export_only_selections": True})
        else:
            _run(operator, path, {"selected_objects_only": True, "export_animation": True, "export_shapekeys": True})


def export_takes(
    character: bpy.types.Object,
    uids: list[str],
    path: Path,
    options: ExportOptions | None = None,
    together: bool = False,
) -> list[Path]:
    """Several takes: a file each (path, path-2 ...), or, for glTF, all in one file as named animations.

    The take that was shown is shown again afterwards. Returns the files.
    """
    path = Path(path).resolve()
    shown = takes.character_data(character).shown
    if together and len(uids) > 1:
        if path.suffix.lower() not in (".glb", ".gltf"):
            raise OratorError(
                "Only .glb and .gltf keep several takes with their faces in one file: export one file each."
            )
        _together(character, uids, path, options or ExportOptions())
        return [path]
    made = []
    try:
        for k, uid in enumerate(uids):
            takes.show(character, uid)
            part = path if k == 0 else path.with_name(f"{path.stem}-{k + 1}{path.suffix}")
            export_shown(character, part, options)
            made.append(part)
    finally:
        takes.show(character, shown)
    return made


def _together(character: bpy.types.Object, uids: list[str], path: Path, options: ExportOptions) -> None:
    """Takes as named animations, by their NLA tracks; other tracks are silent meanwhile."""
    data = takes.character_data(character)
    wanted = [track for uid in uids for _, track in takes.tracks_of(takes.find(data, uid))]
    every = [track for take in data.takes for _, track in takes.tracks_of(take)]
    mutes = [(track, track.mute) for track in every]
    if options.fps is not None or not options.travel:
        raise OratorError("Several takes in one file keep the scene's frame rate and travel: export one file each.")
    shown = data.shown
    try:
        takes.show(character, "")
        for track in every:
            track.mute = track not in wanted
        with staged(character, None, True):
            extra = PRESETS[options.preset]
            kind = "GLB" if path.suffix.lower() == ".glb" else "GLTF_SEPARATE"
            mode = {"export_format": kind, "export_animation_mode": "NLA_TRACKS", "export_frame_range": False}
            _run(_exporter(path), path, {**_GLTF, **extra, **mode})
    finally:
        for track, mute in mutes:
            track.mute = mute
        takes.show(character, shown)
