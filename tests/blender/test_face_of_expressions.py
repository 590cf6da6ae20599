"""What an artist does to a face reaches the keys of a body whose face is made of expressions; seams and pins hold."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_rig, speech_file
from helpers.expressive import (
    INDEX_OF,
    SECONDS,
    expressions_of,
    expressive_take,
    keyed,
    own_take,
    take_of,
    turn_of,
    weights,
)
from helpers.flame_file import write_head
from helpers.smplx_file import write_model
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, comp, generation, sliders, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.export_neutral import shown_performance
from orator.core.blender.expression_map import PROPERTY
from orator.core.blender.pins import add_pins, copy_pins, pins_for
from orator.core.blender.regenerate import read_regenerate_request
from orator.core.blender.slider_state import waiting
from orator.core.blender.smplx_body import add_body, bodies_of
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.directing.directions import Directions
from orator.core.directing.pins import LookPin, PosePin
from orator.core.face.driven import no_expressions
from orator.core.performance import rest_performance
from orator.core.rotations import angle_between, from_rotvec, to_rotvec
from orator.core.skeleton import INDEX
from orator.core.smplx.arkit_map import JAW_OPEN, ExpressionMap

SLIDERS = {
    "lip_strength": 0.3, "jaw_range": 0.5, "upper_strength": 0.0, "eyelid_offset": 1.0, "lip_offset": 1.0,
    "smoothing_lower": 0.1, "smoothing_upper": 0.1, "delay": 0.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("faces")
    return {"body": write_model(folder / "SMPLX_NEUTRAL.npz"), "head": write_head(folder / "generic_model.pkl")}


def add(files: dict[str, Path], kind: str = "body") -> tuple[bpy.types.Object, ExpressionMap]:
    scene = bpy.context.scene
    scene.render.fps, scene.orator.keys = 30, "DENSE"
    armature, _ = add_body(bpy.context, files[kind], betas=10, expressions=100)
    scene.orator.character = armature
    return armature, read_target(armature, scene).expressions


def without_map(armature: bpy.types.Object) -> None:
    """As a character of the public add-on: only names tell what it is."""
    del armature[PROPERTY]


def pin(seconds: float, names: tuple[str, ...] = (), expressions: np.ndarray | None = None, **values: float) -> PosePin:
    """An exact pin of some weights, of all of them without names, or of expressions alone."""
    channels = np.zeros(52, bool)
    channels[[INDEX_OF[n] for n in names] if names else slice(None)] = expressions is None
    return PosePin(
        "Pin", seconds, rest_performance(1).rotations[0], np.zeros(55, bool), np.zeros(3), False, weights(**values),
        channels, expressions=expressions,
    )  # fmt: skip


# --- Sliders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["body", pytest.param("head", marks=pytest.mark.any_blender)])
@pytest.mark.parametrize("spoken", [True, pytest.param(False, marks=pytest.mark.any_blender)])
def test_every_slider_of_the_face_moves_the_keys_and_comes_back(scene, files, kind: str, spoken: bool) -> None:
    armature, mapping = add(files, kind)
    take_of(armature, expressive_take(mapping) if spoken else own_take())
    take = takes.shown(armature)
    before = keyed(armature)
    for name, value in SLIDERS.items():
        setattr(take.layers, name, value)
        moved = np.abs(expressions_of(keyed(armature)) - expressions_of(before)).max()
        assert moved > 0.02, f"{name} moves {moved}"
        take.layers.property_unset(name)
        sliders.rewrite(armature, take, scene, Keying(None))
    after = keyed(armature)
    assert max(float(np.abs(after[path] - values).max()) for path, values in before.items()) < 1e-5


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_expressions_and_jaw_move_by_what_the_weights_change(files) -> None:
    armature, mapping = add(files)
    spoken = expressive_take(mapping)
    take_of(armature, spoken)
    takes.shown(armature).layers.jaw_range = 0.5
    change = np.zeros_like(spoken.face)
    for name in ("jawOpen", "mouthClose"):
        change[:, INDEX_OF[name]] = -0.5 * spoken.face[:, INDEX_OF[name]]
    curves = keyed(armature)
    assert np.abs(expressions_of(curves) - spoken.expressions - change @ mapping.to_expressions.T).max() < 1e-4
    want = to_rotvec(spoken.rotations[:, INDEX["jaw"]].astype(float))[:, 0] + JAW_OPEN * change[:, INDEX_OF["jawOpen"]]
    assert np.degrees(np.abs(to_rotvec(turn_of(curves, "jaw"))[:, 0] - want)).max() < 0.01


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_a_delay_moves_the_face_whole_and_the_body_not(files) -> None:
    armature, mapping = add(files)
    spoken = expressive_take(mapping)
    take_of(armature, spoken)
    before = keyed(armature)
    takes.shown(armature).layers.delay = 0.2
    after = keyed(armature)
    assert np.abs(expressions_of(after)[6:] - expressions_of(before)[:-6]).max() < 1e-4
    assert angle_between(turn_of(after, "jaw")[6:], turn_of(before, "jaw")[:-6]).max() < 0.01
    assert np.array_equal(turn_of(after, "left_elbow"), turn_of(before, "left_elbow"))
    takes.shown(armature).layers.delay = 0.0
    takes.shown(armature).layers.offset = 0.2
    later = keyed(armature)
    assert angle_between(turn_of(later, "jaw"), turn_of(before, "jaw")).max() < 0.01
    assert angle_between(turn_of(later, "left_elbow")[6:], turn_of(before, "left_elbow")[:-6]).max() < 0.01


@pytest.mark.any_blender
def test_without_a_map_the_sentence_says_what_is_not_shown(scene, files) -> None:
    armature, mapping = add(files)
    without_map(armature)
    take_of(armature, expressive_take(mapping))
    take = takes.shown(armature)
    before = keyed(armature)
    with waiting:
        take.layers.upper_strength, take.layers.jaw_range = 0.0, 0.0
    said = sliders.rewrite(armature, take, scene, Keying(None))
    assert "are not shown: choose your SMPL-X file" in said and "brow" in said
    after = keyed(armature)
    assert np.array_equal(expressions_of(after), expressions_of(before))
    assert angle_between(turn_of(after, "jaw"), turn_of(before, "jaw")).max() > 5


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_weights_that_no_expression_shows_are_named(files) -> None:
    armature, _ = add(files)
    _, prepared = take_of(armature, own_take(), directions=Directions(pins=(pin(1.0, ("tongueOut",), tongueOut=1.0),)))
    assert any("sliders and pins of tongueOut are not shown" in note for note in prepared.coverage.notes)


# --- Pins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "sparse", "mapped", "spoken"),
    [
        (24, True, True, True),
        (30, False, True, True),
        pytest.param(30, True, False, True, marks=pytest.mark.any_blender),
        pytest.param(24, True, True, False, marks=pytest.mark.any_blender),
        pytest.param(30, True, False, False, marks=pytest.mark.any_blender),
    ],
)
def test_a_posed_face_is_hit(scene, files, rate: int, sparse: bool, mapped: bool, spoken: bool) -> None:
    armature, mapping = add(files)
    scene.render.fps = rate
    if not mapped:
        without_map(armature)
    keys = bodies_of(armature)[0].data.shape_keys.key_blocks
    posed = {"Exp003": 0.8, "Exp040": -0.6, "Exp099": 0.3}
    for name, value in posed.items():
        keys[name].value = value
    jaw = armature.pose.bones["jaw"]
    jaw.rotation_mode, jaw.rotation_quaternion = "QUATERNION", from_rotvec(np.array([0.3, 0.0, 0.0]))
    scene.frame_set(rate)
    (made,) = add_pins(armature, scene, 0.0, body=False)
    frame = made.frame
    pins, _, _ = pins_for(armature, scene, 0.0, SECONDS)
    performance = expressive_take(mapping) if spoken else own_take()
    take_of(armature, performance, directions=Directions(pins=pins), keying=Keying() if sparse else Keying(None))
    scene.frame_set(frame)
    shown = bodies_of(armature)[0].evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys.key_blocks
    assert max(abs(shown[f"Exp{k:03d}"].value - posed.get(f"Exp{k:03d}", 0.0)) for k in range(100)) < 1e-4
    assert angle_between(turn_of(keyed(armature), "jaw")[frame], from_rotvec(np.array([0.3, 0.0, 0.0]))) < 0.01
    steps = np.abs(np.diff(expressions_of(keyed(armature)), axis=0)).max(axis=1)
    assert steps[frame - 2 : frame + 2].max() < 0.5
    # Away from the pin the face plays on, the jaw too.
    far = turn_of(keyed(armature), "jaw")[-rate:]
    assert angle_between(far, far[:1]).max() > 1


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_pins_of_weights_are_changes_of_expressions(files) -> None:
    armature, mapping = add(files)
    spoken = expressive_take(mapping)
    take_of(
        armature, spoken, directions=Directions(pins=(pin(1.0, ("mouthSmileLeft", "jawOpen"), mouthSmileLeft=1.0),))
    )
    curves = keyed(armature)
    change = np.zeros(52)
    change[INDEX_OF["mouthSmileLeft"]] = 1.0 - spoken.face[30, INDEX_OF["mouthSmileLeft"]]
    change[INDEX_OF["jawOpen"]] = -spoken.face[30, INDEX_OF["jawOpen"]]
    want = spoken.expressions[30] + mapping.to_expressions @ change
    assert np.abs(expressions_of(curves)[30] - want).max() < 1e-4
    jaw = to_rotvec(spoken.rotations[30, INDEX["jaw"]].astype(float))[0] + JAW_OPEN * change[INDEX_OF["jawOpen"]]
    assert np.degrees(abs(to_rotvec(turn_of(curves, "jaw")[30])[0] - jaw)) < 0.01
    assert np.array_equal(expressions_of(curves)[-20:], spoken.expressions[-20:])


@pytest.mark.any_blender
@pytest.mark.parametrize("spoken", [True, False])
@pytest.mark.usefixtures("scene")
def test_a_whole_pinned_face_looks_the_same_on_every_take(files, spoken: bool) -> None:
    armature, mapping = add(files)
    whole = pin(1.0, mouthPucker=0.9, browInnerUp=0.5, jawOpen=0.4)
    take_of(armature, expressive_take(mapping) if spoken else own_take(), directions=Directions(pins=(whole,)))
    curves = keyed(armature)
    assert np.abs(expressions_of(curves)[30] - mapping.to_expressions @ whole.face).max() < 1e-4
    if not spoken:
        jaw = to_rotvec(turn_of(curves, "jaw")[30])
        assert np.degrees(np.abs(jaw - [0.4 * JAW_OPEN, 0, 0])).max() < 0.01


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_a_soft_pin_pulls_and_a_look_turns_the_eyes(files) -> None:
    armature, mapping = add(files)
    spoken = expressive_take(mapping)
    goal = np.full(100, np.nan)
    goal[5] = 2.0
    soft = pin(1.0, (), goal)
    soft = PosePin(**{**vars(soft), "strength": 0.5, "falloff": 0.3})
    look = LookPin("Look", 2.0, 2.5, np.array([3.0, 1.5, 1.0]))
    take_of(armature, spoken, directions=Directions(pins=(soft,), looks=(look,)))
    curves = keyed(armature)
    made = expressions_of(curves)
    assert abs(made[30, 5] - 0.5 * (2.0 + spoken.expressions[30, 5])) < 1e-3
    assert np.array_equal(made[:30, :5], spoken.expressions[:30, :5])
    eye = turn_of(curves, "left_eye_smplhf")
    assert angle_between(eye[66], spoken.rotations[66, INDEX["left_eye_smplhf"]]) > 5


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_a_pinned_jaw_does_not_stop_an_own_take_from_talking(files) -> None:
    armature, _ = add(files)
    own = own_take()
    held = pin(1.0, (), np.full(100, np.nan))
    joints = np.zeros(55, bool)
    joints[INDEX["jaw"]] = True
    held = PosePin(**{**vars(held), "joints": joints, "expressions": None})
    take_of(armature, own, directions=Directions(pins=(held,)))
    jaw = to_rotvec(turn_of(keyed(armature), "jaw"))
    assert np.abs(jaw[30]).max() < 1e-4
    want = JAW_OPEN * own.face[60:, INDEX_OF["jawOpen"]]
    assert np.degrees(np.abs(jaw[60:, 0] - want)).max() < 0.1


def test_own_keys_of_expressions_are_given(scene, files, tmp_path: Path) -> None:
    armature, mapping = add(files)
    scene.orator.source, scene.orator.file, scene.orator.file_frame = "FILE", str(speech_file(tmp_path / "v.wav", 3)), 0
    keys = bodies_of(armature)[0].data.shape_keys
    for frame, value in ((20, 0.9), (50, -0.4)):
        keys.key_blocks["Exp007"].value = value
        keys.key_blocks["Exp007"].keyframe_insert("value", frame=frame)
    (mine,) = bake.compat.animated_curves(keys)
    between = mine.evaluate(35)
    for keep in ("KEYS", "MOTION"):
        scene.orator.loop.around, scene.orator.loop.around_keep = True, keep
        request = generation.read_request(bpy.context)
        spoken = expressive_take(mapping)
        prepared = prepare(spoken, request.asked.speech.start, request.target, Keying(), directions=request.directions)
        curve = next(c for c in prepared.curves if "Exp007" in c.path)
        at = dict(zip(curve.frames.tolist(), curve.values.tolist(), strict=True))
        assert abs(at[20] - 0.9) < 1e-4 and abs(at[50] + 0.4) < 1e-4
        other = next(c for c in prepared.curves if "Exp008" in c.path)
        assert np.abs(other.values).max() > 0.3
        assert keep == "KEYS" or abs(np.interp(35, curve.frames, curve.values) - between) < 0.05


@pytest.mark.any_blender
def test_pins_go_to_an_arkit_character_and_back(scene, files) -> None:
    armature, mapping = add(files)
    other = make_rig("Anna")
    keys = bodies_of(armature)[0].data.shape_keys.key_blocks
    smile = mapping.to_expressions[:, INDEX_OF["mouthSmileLeft"]]
    for k in range(100):
        keys[f"Exp{k:03d}"].value = 0.8 * smile[k]
    scene.frame_set(30)
    add_pins(armature, scene, 0.0, body=False)
    assert copy_pins(armature, other) == 1
    pins, _, _ = pins_for(other, scene, 0.0, SECONDS)
    _, prepared = take_of(other, own_take(), directions=Directions(pins=pins))
    assert prepared.coverage.shapes == 52
    assert keyed(other)["mouthSmileLeft"][30] > 0.1 and keyed(other)["mouthFrownLeft"][30] < 0.1


# --- Comps and parts made again ------------------------------------------------------------------------------------


def lane(armature, name: str, uid: str, first: int, last: int) -> None:
    row = armature.orator.lanes.add()
    row.take, row.uid, row.start, row.end, row.region, row.blend = name, uid, first, last, "face", 8


@pytest.mark.any_blender
@pytest.mark.parametrize("spoken_below", [True, False])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_comp_of_both_kinds_holds_at_its_seams(scene, files, spoken_below: bool, mapped: bool) -> None:
    armature, mapping = add(files)
    spoken, own = expressive_take(mapping), own_take()
    if not mapped:
        without_map(armature)
    below, above = (spoken, own) if spoken_below else (own, spoken)
    take_of(armature, above, "Above")
    top, uid = keyed(armature), takes.shown(armature).uid
    take_of(armature, below, "Below")
    base = keyed(armature)
    lane(armature, "Above", uid, 30, 61)
    comp.comp_take(armature, takes.shown(armature), scene, Keying(None))
    made = keyed(armature)

    def face(curves):
        has = "Exp000" in curves
        spoke = expressions_of(curves) if has else no_expressions(90)
        return np.concatenate([spoke, to_rotvec(turn_of(curves, "jaw"))], axis=1)

    assert np.abs(face(made)[:25] - face(base)[:25]).max() < 1e-5
    assert np.abs(face(made)[66:] - face(base)[66:]).max() < 1e-5
    assert np.abs(face(made)[35:56] - face(top)[35:56]).max() < 1e-5
    allowed = max(np.abs(np.diff(face(c), axis=0)).max() for c in (top, base))
    apart = np.abs(face(top) - face(base)).max()
    assert np.abs(np.diff(face(made), axis=0)).max() < allowed + 0.3 * apart
    assert np.array_equal(turn_of(made, "left_elbow"), turn_of(base, "left_elbow"))


@pytest.mark.any_blender
@pytest.mark.parametrize("spoken_below", [True, False])
def test_a_comp_on_an_arkit_character_keeps_both_languages(scene, files, spoken_below: bool) -> None:
    _, mapping = add(files)
    armature = make_rig()
    scene.orator_emage.smplx_file = str(files["body"])
    spoken, own = expressive_take(mapping), own_take()
    below, above = (spoken, own) if spoken_below else (own, spoken)
    take_of(armature, above, "Above")
    uid = takes.shown(armature).uid
    take_of(armature, below, "Below")
    lane(armature, "Above", uid, 30, 61)
    comp.comp_take(armature, takes.shown(armature), scene, Keying(None))
    made = load_performance(takes.shown(armature))
    first, second = (np.s_[:25], np.s_[35:56]) if not spoken_below else (np.s_[35:56], np.s_[:25])
    assert np.abs(made.expressions[first] - own.face[first] @ mapping.to_expressions.T).max() < 1e-4
    assert np.abs(made.expressions[second] - spoken.expressions[second]).max() < 1e-5
    curves = keyed(armature)
    for name in ("mouthSmileLeft", "browInnerUp", "jawOpen"):
        for part, take in ((first, own), (second, spoken)):
            assert np.abs(curves[name][part] - take.face[part, INDEX_OF[name]]).max() < 1e-4


def again(scene, armature, tmp_path: Path, model: str, regions: tuple[str, ...]):
    pytest.importorskip("torch")
    from orator.operators.work import work_on

    scene.orator.source, scene.orator.file, scene.orator.file_frame = "FILE", str(speech_file(tmp_path / "v.wav", 3)), 0
    if model:
        scene.orator_emage.folder, scene.orator_emage.model = model, "EMAGE"
    request = read_regenerate_request(bpy.context, takes.shown(armature), regions, (30, 60))
    made = work_on(request)(lambda fraction, text: None, lambda: False)
    generation.deliver(request, made)
    return keyed(armature)


@pytest.mark.any_blender
@pytest.mark.parametrize(
    ("region", "emage", "spoken"),
    [("face", True, False), ("face", False, True), ("face", True, True), ("right_arm", False, True)],
)
def test_a_part_made_again_leaves_the_rest(
    scene, files, tmp_path: Path, request: pytest.FixtureRequest, spoken: bool, emage: bool, region: str
) -> None:
    model = str(request.getfixturevalue("shared") / "parity" / "emage") if emage else ""
    armature, mapping = add(files)
    take_of(armature, expressive_take(mapping) if spoken else own_take())
    before = keyed(armature)
    after = again(scene, armature, tmp_path, model, (region,))
    given = [*range(30), *range(60, 90)]
    assert np.abs(expressions_of(after)[given] - expressions_of(before)[given]).max() < 1e-5
    assert angle_between(turn_of(after, "jaw")[given], turn_of(before, "jaw")[given]).max() < 0.01
    moved = np.abs(expressions_of(after)[40:50] - expressions_of(before)[40:50]).max()
    assert moved > 0.05 if region == "face" else moved < 1e-5
    assert np.abs(np.diff(expressions_of(after), axis=0))[[28, 29, 30, 58, 59, 60]].max() < 0.6
    jaw = np.degrees(np.abs(np.diff(to_rotvec(turn_of(after, "jaw")), axis=0)).max(axis=1))
    assert jaw[[28, 29, 30, 58, 59, 60]].max() < 4.0 + 1.5 * jaw[33:57].max()


# --- Other targets and files ---------------------------------------------------------------------------------------


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_an_arkit_character_shows_an_emage_take_once(files) -> None:
    """Shapes open the mouth and turn the eyes: the bones do not do it a second time, under sliders neither."""
    _, mapping = add(files)
    armature = make_rig()
    spoken = expressive_take(mapping)
    take_of(armature, spoken)
    still = to_rotvec(turn_of(keyed(armature), "jaw"))
    assert np.ptp(np.degrees(still), axis=0).max() < 0.1
    takes.shown(armature).layers.jaw_range = 0.3
    curves = keyed(armature)
    assert np.ptp(np.degrees(to_rotvec(turn_of(curves, "jaw"))), axis=0).max() < 0.1
    assert np.abs(curves["jawOpen"] - 0.3 * spoken.face[:, INDEX_OF["jawOpen"]]).max() < 1e-4
    assert angle_between(turn_of(curves, "left_eye_smplhf"), turn_of(curves, "left_eye_smplhf")[:1]).max() < 0.1


@pytest.mark.any_blender
def test_pins_and_sliders_on_a_take_that_was_made_without_a_map(scene, files) -> None:
    _, mapping = add(files)
    armature = make_rig()
    scene.orator_emage.smplx_file = str(files["body"])
    whole, bare = expressive_take(mapping), expressive_take(None)
    take_of(armature, bare, directions=Directions(pins=(pin(1.0, ("mouthSmileLeft",), mouthSmileLeft=1.0),)))
    curves = keyed(armature)
    assert abs(curves["mouthSmileLeft"][30] - 1.0) < 1e-4
    assert np.abs(curves["browInnerUp"] - whole.face[:, INDEX_OF["browInnerUp"]]).max() < 1e-4
    take = takes.shown(armature)
    take.layers.upper_strength = 0.0
    assert np.abs(keyed(armature)["browInnerUp"]).max() < 1e-4
    take.layers.upper_strength = 1.0
    assert np.abs(keyed(armature)["browInnerUp"] - curves["browInnerUp"]).max() < 1e-5


@pytest.mark.usefixtures("scene")
def test_a_body_with_both_kinds_of_keys_plays_one(files) -> None:
    armature, mapping = add(files)
    mesh = bodies_of(armature)[0]
    for name in INDEX_OF:
        mesh.shape_key_add(name=name, from_mix=False)
    take_of(armature, expressive_take(mapping))
    both = keyed(armature)
    assert np.abs(expressions_of(both)).max() > 0.5 and max(np.abs(both[n]).max() for n in INDEX_OF) < 1e-6
    takes.shown(armature).layers.upper_strength = 0.0
    assert np.abs(expressions_of(keyed(armature)) - expressions_of(both)).max() > 0.02
    take_of(armature, own_take())
    own = keyed(armature)
    assert own["mouthSmileLeft"].max() > 0.3 and "Exp000" not in own


@pytest.mark.usefixtures("scene")
def test_exported_motion_has_what_the_body_shows(files) -> None:
    armature, mapping = add(files)
    take_of(armature, expressive_take(mapping))
    takes.shown(armature).layers.upper_strength = 0.0
    shown = shown_performance(armature, 30)
    assert np.abs(shown.expressions - expressions_of(keyed(armature))).max() < 1e-4
    take_of(armature, own_take())
    assert np.abs(shown_performance(armature, 30).expressions - expressions_of(keyed(armature))).max() < 1e-4


def test_a_body_with_few_expressions_has_a_map_of_its_own(scene, files) -> None:
    scene.render.fps = 30
    armature, _ = add_body(bpy.context, files["body"], betas=10, expressions=10)
    mapping = read_target(armature, scene).expressions
    assert mapping.to_expressions.shape == (10, 52)
    without_map(armature)
    scene.orator_emage.smplx_file = str(files["body"])
    assert np.allclose(read_target(armature, scene).expressions.to_expressions, mapping.to_expressions)
    take_of(armature, own_take())
    assert np.abs(expressions_of(keyed(armature), 10)).max() > 0.05


@pytest.mark.usefixtures("tmp_path")
def test_pins_survive_the_file(scene, files) -> None:
    armature, mapping = add(files)
    goal = np.full(100, np.nan)
    goal[3] = 0.7
    take_of(armature, expressive_take(mapping), directions=Directions(pins=(pin(1.0, (), goal),)))
    meta = load_meta(takes.shown(armature))
    json.loads(json.dumps(meta, allow_nan=False))
    bake.bake_again(armature, takes.shown(armature).uid, scene, Keying(None))
    assert abs(expressions_of(keyed(armature))[30, 3] - 0.7) < 1e-4
