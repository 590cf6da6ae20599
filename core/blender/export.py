"""Taking a character with its takes out of Blender: FBX, glTF, VRM, USD, BVH, SMPL-X .npz, Live Link .csv."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..errors import OratorError
from ..files import check_writable
from ..formats.neutral import SUFFIXES as NEUTRAL
from ..formats.neutral import write_neutral
from . import lists, takes, targets
from .export_actions import Playing
from .export_bendy import stand_in
from .export_check import READABLE, Arrived, read_back, record
from .export_neutral import shown_performance
from .export_options import FBX, USD, ExportOptions, exporter, gltf_options, preset_options
from .export_run import run, run_in_true_time
from .export_stage import Cue, Stage, playing, staged, staged_takes
from .model_file import known_hand_mean

if TYPE_CHECKING:
    from .export_lines import LineFile

_LONGEST_NAME: Final = 55
"""Bytes of a take's name in a file of several takes."""


def export_shown(
    character: bpy.types.Object, path: Path, options: ExportOptions | None = None, check: bool = False
) -> Arrived | None:
    """What the character shows now as one file; the suffix chooses the format.

    check: import the file again and say what arrived, for the formats that Blender reads. Raises OratorError when the
    file cannot be written or the exporter is missing; no half file is left, and the scene is as before.
    """
    options, path = options or ExportOptions(), Path(path).absolute()
    suffix = path.suffix.lower()
    if suffix in NEUTRAL:
        check_writable(path)
        hands = known_hand_mean(character, bpy.context.scene) if suffix == ".npz" else None
        write_neutral(shown_performance(character, options.fps, options.frames), path, options.travel, hands)
        return None
    operator = exporter(path)
    settings = preset_options(options)
    _check_mirrored(character, path)
    check_writable(path)
    item = takes.shown(character)
    plays = playing(character)
    name = item.name if item is not None else plays[0].action.name if plays else character.name
    name = path.stem if options.frames else name
    off = 0.0
    with staged(character, options, name) as stage:
        if suffix in (".vrm", ".vrma"):
            from .export_vrm import export_vrm

            export_vrm(character, operator, path)
        else:
            wanted = _deform_only(character)
            if suffix == ".fbx":
                wanted |= {**FBX, **settings}
            elif suffix in (".glb", ".gltf"):
                wanted |= {**gltf_options(path, options), **_as_one_animation(stage, name)}
            else:
                wanted |= {**USD, "export_shapekeys": options.face}
            with stand_in(character, stage.meshes, stage.first, stage.last, name):
                if suffix in (".glb", ".gltf"):
                    off = run_in_true_time(operator, path, wanted, stage.last)
                else:
                    run(operator, path, wanted)
        shown = _record(stage, options, path) if check and suffix in READABLE else None
    if shown is None:
        return None
    return replace(read_back(path, shown), off=off, unlike=stage.unlike, hidden=stage.hidden, notes=stage.notes)


def _check_mirrored(character: bpy.types.Object, path: Path) -> None:
    """Raises OratorError for glTF of a mirrored armature: Blender's exporter bends its limbs the wrong way."""
    if path.suffix.lower() in (".glb", ".gltf", ".vrm", ".vrma") and character.matrix_world.determinant() < 0.0:
        raise OratorError(
            f"'{character.name}' is mirrored (its scale is negative), which {path.suffix} files do not carry. "
            "Apply the scale (Object > Apply > Scale) before generating, or export FBX."
        )


def _check_driven(cues: list[Cue], path: Path) -> None:
    """Raises OratorError where takes key shapes of a mesh that has driven ones too: glTF would mix the takes' faces.

    Blender's exporter then samples all shapes of the mesh while it plays every take's body, but only one take's face.
    """
    keys = {play.owner for cue in cues for play in cue.plays if isinstance(play.owner, bpy.types.Key)}
    animated = {key: key.animation_data for key in keys if key.animation_data is not None}
    mixed = [key for key, data in animated.items() if any("key_blocks" in curve.data_path for curve in data.drivers)]
    if mixed and path.suffix.lower() != ".fbx":
        raise OratorError(
            f"'{mixed[0].user.name}' has driven shapes (pose correctives, for one) beside those that takes play, and a "
            f"{path.suffix} file of several takes would mix up their faces: export one file each, or FBX."
        )


def _as_one_animation(stage: Stage, name: str) -> dict[str, Any]:
    """glTF's options for what the scene shows as one animation; a scene's own is named after the scene."""
    if stage.layered:
        return {"export_animation_mode": "SCENE", "export_anim_scene_split_object": False}
    return {"export_animation_mode": "ACTIVE_ACTIONS", "export_nla_strips_merged_animation_name": name}


def _record(stage: Stage, options: ExportOptions, path: Path) -> Any:
    shown = record(stage.meshes, stage.first, stage.last)
    carried = options.face or path.suffix.lower() == ".fbx"
    return shown if carried else replace(shown, shapes=frozenset())


def _deform_only(character: bpy.types.Object) -> dict[str, Any]:
    """Control rigs leave their controls at home where deform bones carry the meshes."""
    from .rig_profile import read_rig

    if not read_rig(character)[1].control:
        return {}
    return {"use_armature_deform_only": True, "export_def_bones": True, "only_deform_bones": True}


def export_takes(
    character: bpy.types.Object,
    uids: list[str],
    path: Path,
    options: ExportOptions | None = None,
    together: bool = False,
    check: Callable[[Path, Arrived], None] | None = None,
) -> list[Path]:
    """Several takes: a file each (path, path-2 ...), or, for FBX and glTF, all in one file as named animations.

    check: called with what came back of each file. The take that was shown is shown again afterwards. Returns the
    files. Raises OratorError.
    """
    path = Path(path).absolute()
    if together and len(uids) > 1:
        export_together(character, uids, path, options)
        return [path]
    shown = lists.listed(character).shown
    made = []
    try:
        for k, uid in enumerate(uids):
            takes.show(character, uid)
            part = _numbered(path, k)
            arrived = export_shown(character, part, options, check is not None)
            if check is not None and arrived is not None:
                check(part, arrived)
            made.append(part)
    finally:
        takes.show(character, shown)
    return made


def chosen_takes(character: bpy.types.Object, which: str) -> list[str]:
    """Ids of 'all' takes, the 'favourites', or those named 'One,Two'. Raises OratorError when there is none."""
    data = lists.character_data(character)
    items = list(data.takes) if data is not None else []
    if which == "all":
        found = items
    elif which == "favourites":
        found = [item for item in items if item.favourite]
    else:
        names = [name.strip() for name in which.split(",") if name.strip()]
        missing = [name for name in names if name not in [item.name for item in items]]
        if missing:
            have = ", ".join(item.name for item in items) or "none"
            raise OratorError(f"'{character.name}' has no take '{missing[0]}'. It has: {have}.")
        found = [item for name in names for item in items if item.name == name]
    if not found:
        raise OratorError("There is no such take: generate one, or mark a favourite.")
    return [item.uid for item in found]


def deliver(
    character: bpy.types.Object,
    path: Path,
    options: ExportOptions,
    which: str = "shown",
    together: bool = False,
    check: bool = True,
    overwrite: bool = True,
) -> tuple[list[Path], str, bool]:
    """Export 'shown', 'all', 'favourites' or named takes; the files, a sentence on what arrived, whether all did.

    'lines' is what is shown, a file for each line of the character, named after its strip, beside `path`; 'everyone'
    the lines of all characters of the scene.
    overwrite: False where files that are there already stay. Raises OratorError, also where a take should be shown.
    """
    path = Path(path).absolute()
    there = [file for file in _planned(character, path, which, together) if file.exists()]
    if there and not overwrite:
        raise OratorError(f"{_named(there)} there already: choose another name, or tick Overwrite.")
    files, sentence, exact = _deliver(character, path, options, which, together, check)
    sentence += f"; all in '{path.parent}'" if len(files) > 1 else ""
    return files, f"{sentence}; {_named(there, 'was', 'were')} replaced" if there else sentence, exact


def _planned(character: bpy.types.Object, path: Path, which: str, together: bool) -> list[Path]:
    """The files that will be written. Raises OratorError where there is nothing to write."""
    if which in ("shown", "lines") and takes.shown(character) is None:
        raise OratorError(f"'{character.name}' shows no take: click one in the list of takes, or press Generate.")
    if which in ("lines", "everyone"):
        return [path.with_name(f"{line.name}{path.suffix}") for _, line in _said(character, which)[0]]
    if which == "shown":
        return [path]
    count = 1 if together else len(chosen_takes(character, which))
    return [_numbered(path, k) for k in range(count)]


def _numbered(path: Path, k: int) -> Path:
    return path if k == 0 else path.with_name(f"{path.stem}-{k + 1}{path.suffix}")


def _named(files: list[Path], one: str = "is", several: str = "are") -> str:
    """The first few files, and how many more: the beginning of a sentence."""
    names = ", ".join(f"'{file.name}'" for file in files[:2])
    names += f" and {len(files) - 2} more" if len(files) > 2 else ""
    return f"{names} {one if len(files) == 1 else several}"


def _deliver(
    character: bpy.types.Object, path: Path, options: ExportOptions, which: str, together: bool, check: bool
) -> tuple[list[Path], str, bool]:
    if which in ("lines", "everyone"):
        return _deliver_lines(character, path, options, which, check)
    if which == "shown":
        arrived = export_shown(character, path, options, check)
        exact = arrived is None or arrived.exact
        return [path], path.name if arrived is None else f"{path.name}: {arrived.sentence()}", exact
    uids = chosen_takes(character, which)
    if together and len(uids) > 1:
        wanted, arrived = export_together(character, uids, path, options, check)
        if arrived is None:
            return [path], f"{path.name}: {len(wanted)} animations: {', '.join(wanted)}", True
        names = arrived.animations
        missing = [name for name in wanted if name not in names]
        text = f"{path.name}: {len(names)} animations read back: {', '.join(names)}"
        text += f"; missing: {', '.join(missing)}" if missing else ""
        text += f"; times {arrived.off:+.3f} s off" if abs(arrived.off) > 0.002 else ""
        exact = not missing and len(names) == len(wanted) and arrived.true
        return [path], text + "".join(f"; {note}" for note in arrived.notes), exact
    lines: list[tuple[Path, Arrived]] = []
    files = export_takes(character, uids, path, options, check=(lambda *line: lines.append(line)) if check else None)
    text = "; ".join(f"{file.name}: {arrived.sentence()}" for file, arrived in lines)
    return files, text or ", ".join(file.name for file in files), all(arrived.exact for _, arrived in lines)


def _said(
    character: bpy.types.Object, which: str
) -> tuple[tuple[tuple[bpy.types.Object, LineFile], ...], tuple[str, ...]]:
    """Who says which line, of the character alone or of everyone, and notes on who is left out. Raises OratorError."""
    from .export_lines import lines_of_everyone, shown_lines

    return lines_of_everyone() if which == "everyone" else (tuple((character, x) for x in shown_lines(character)), ())


def _deliver_lines(
    character: bpy.types.Object, path: Path, options: ExportOptions, which: str, check: bool
) -> tuple[list[Path], str, bool]:
    files, said, exact = [], [], True
    found, left = _said(character, which)
    for who, line in found:
        part = path.with_name(f"{line.name}{path.suffix}")
        arrived = export_shown(who, part, replace(options, frames=(line.first, line.last)), check)
        files.append(part)
        said.append(part.name if arrived is None else f"{part.name}: {arrived.sentence()}")
        exact = exact and (arrived is None or arrived.exact)
    return files, "; ".join((*said, *left)), exact


def export_together(
    character: bpy.types.Object, uids: list[str], path: Path, options: ExportOptions | None = None, check: bool = False
) -> tuple[tuple[str, ...], Arrived | None]:
    """Takes as named animations of one FBX or glTF file, body and face of each.

    Returns the names they were given (takes of one name are told apart: Talk, Talk.001), and what was read back. In an
    FBX file every animation begins at 0 seconds; in a glTF file it keeps its place on the timeline, unless asked.
    """
    options, path = options or ExportOptions(), Path(path).absolute()
    suffix = path.suffix.lower()
    if suffix not in (".glb", ".gltf", ".fbx"):
        raise OratorError("Only .fbx, .glb and .gltf keep several takes in one file: export one file each.")
    operator, settings = exporter(path), preset_options(options)
    _check_mirrored(character, path)
    check_writable(path)
    cues = _told_apart([_cue(character, uid) for uid in uids])
    _check_driven(cues, path)
    off, row = 0.0, suffix == ".fbx"
    with staged_takes(character, cues, options.fps, options.travel, options.face, row, options.from_zero) as stage:
        if suffix == ".fbx":
            strips = {"bake_anim_use_nla_strips": True, "bake_anim_force_startend_keying": True}
            run(operator, path, {**FBX, **settings, **strips, **_deform_only(character)})
        else:
            mode = {"export_animation_mode": "NLA_TRACKS", "export_frame_range": False}
            wanted = {**gltf_options(path, options), **mode, **_deform_only(character)}
            names = tuple(cue.name for cue in cues)
            off = run_in_true_time(operator, path, wanted, stage.last, names)
        shown = record(stage.meshes, stage.first, stage.first, 1) if check else None
    names = tuple(cue.name for cue in cues)
    if shown is None:
        return names, None
    arrived = read_back(path, shown)
    return names, replace(arrived, off=off, unlike=stage.unlike, hidden=stage.hidden, notes=stage.notes)


def _told_apart(cues: list[Cue]) -> list[Cue]:
    """Cues whose names differ, and are short enough for Blender to keep them so."""
    out: list[Cue] = []
    for cue in cues:
        stem = cue.name.encode()[:_LONGEST_NAME].decode(errors="ignore").strip() or "Take"
        name, number = stem, 0
        while name in {other.name for other in out}:
            number += 1
            name = f"{stem}.{number:03d}"
        out.append(replace(cue, name=name))
    return out


def _cue(character: bpy.types.Object, uid: str) -> Cue:
    """A take's Actions with what they play on. Raises OratorError when it is gone."""
    item = lists.find(lists.character_data(character), uid)
    if item is None:
        raise OratorError("This take is not in the list any more.")
    plays: list[Playing] = []
    for binding in item.bindings:
        owner = targets.animated_id(binding.object)
        if owner is not None and binding.action is not None and owner not in [p.owner for p in plays]:
            plays.append(Playing(owner, binding.action, binding.slot))
    if not plays:
        raise OratorError(f"The Actions of '{item.name}' were deleted. Press Bake Again to write them anew.")
    return Cue(item.name, plays)
