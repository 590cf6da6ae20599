"""Who can be a character: faces without an armature, meshes that an armature holds in other ways, and who cannot."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.characters import make_motion, make_rig  # noqa: E402
from orator.core.bake.road import prepare  # noqa: E402
from orator.core.bake.target import Keying  # noqa: E402
from orator.core.blender import (  # noqa: E402
    bake,
    characters,
    generation,
    rig_mapping,
    takes,
)
from orator.core.blender.bake_target import read_target  # noqa: E402
from orator.core.blender.rig_reader import skinned_meshes  # noqa: E402
from orator.core.errors import OratorError  # noqa: E402
from orator.core.performance import Take  # noqa: E402

SHAPES = ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft")


def face(name: str, shapes: tuple[str, ...] = SHAPES) -> bpy.types.Object:
    """A mesh with shape keys and nothing that holds it."""
    data = bpy.data.meshes.new(name)
    data.from_pydata([(0, 0, 0), (0.1, 0, 0), (0, 0.1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(mesh)
    for shape in ("Basis", *shapes):
        mesh.shape_key_add(name=shape).value = 0.0
    return mesh


def played(character: bpy.types.Object) -> tuple[np.ndarray, str]:
    """A second on a character; the take's jawOpen at each frame and the coverage."""
    motion = make_motion(1.0)
    prepared = prepare(motion, 0.0, read_target(character, bpy.context.scene), Keying(None))
    bake.add_take(character, Take(motion, "Take 1", {"seed": 1}), 0.0, prepared)
    return prepared.frames, prepared.coverage.sentence()


def values(mesh: bpy.types.Object, name: str, frames: np.ndarray) -> np.ndarray:
    out = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        out.append(mesh.data.shape_keys.key_blocks[name].value)
    return np.array(out)


@pytest.mark.fault("12.22")
def test_a_face_without_an_armature_speaks(scene: bpy.types.Scene) -> None:
    head, teeth, prop = face("Head"), face("Teeth", ("jawOpen",)), face("Crate", ("Dented",))
    top = bpy.data.objects.new("Group", None)
    scene.collection.objects.link(top)
    head.parent = teeth.parent = top
    bpy.context.view_layer.objects.active = teeth
    assert generation.active_character(bpy.context) == head and not characters.is_character(prop)
    assert skinned_meshes(head) == [head, teeth]
    frames, said = played(head)
    assert said.startswith("0 of 55 joints, 4 of 52 shapes; missing: eye"), "no joint is missing from a face alone"
    for mesh in (head, teeth):
        moved = values(mesh, "jawOpen", frames)
        assert np.ptp(moved) > 0.05, mesh.name
    takes.show(head, "")
    assert head.data.shape_keys.animation_data.action is None
    rig_mapping.fill(head)
    assert len(head.orator_rig.shapes) == 4 and not len(head.orator_rig.rows)


@pytest.mark.fault("12.22")
def test_a_prop_with_shape_keys_is_no_character(scene: bpy.types.Scene) -> None:
    crate = face("Crate", ("Dented", "Open lid"))
    assert generation.active_character(bpy.context) is None
    with pytest.raises(OratorError, match="no shape keys of a known set"):
        read_target(crate, scene)


@pytest.mark.fault("12.22")
@pytest.mark.parametrize("how", ("bone", "child of", "child of above", "armature constraint"))
def test_meshes_that_an_armature_holds_are_its_own(scene: bpy.types.Scene, how: str) -> None:
    rig, head = make_rig(shapes=()), face("Held")
    if how == "bone":
        head.parent, head.parent_type, head.parent_bone = rig, "BONE", "head"
    elif how == "armature constraint":
        target = head.constraints.new("ARMATURE").targets.new()
        target.target, target.subtarget = rig, "head"
    else:
        holder = head
        if how == "child of above":
            holder = bpy.data.objects.new("Between", None)
            scene.collection.objects.link(holder)
            head.parent = holder
        constraint = holder.constraints.new("CHILD_OF")
        constraint.target, constraint.subtarget = rig, "head"
    bpy.context.view_layer.objects.active = head
    assert generation.active_character(bpy.context) == rig and not characters.is_character(head)
    frames, said = played(rig)
    assert said.startswith("55 of 55 joints, 4 of 52 shapes")
    assert np.ptp(values(head, "jawOpen", frames)) > 0.05


@pytest.mark.fault("12.22")
@pytest.mark.usefixtures("scene")
def test_a_copy_of_a_face_has_takes_of_its_own() -> None:
    head = face("Head")
    played(head)
    bpy.ops.object.select_all(action="DESELECT")
    head.select_set(True)
    bpy.context.view_layer.objects.active = head
    bpy.ops.object.duplicate()
    copy = bpy.context.view_layer.objects.active
    data = takes.character_data(copy, create=True)
    takes.remove(copy, data.takes[0].uid)
    kept = takes.character_data(head)
    assert len(kept.takes) == 1 and kept.takes[0].bindings[0].action is not None and kept.takes[0].data is not None
    assert head.data.shape_keys.animation_data.action is not None
