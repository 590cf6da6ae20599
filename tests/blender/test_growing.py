"""A long speech can be played while it is being made; what is finished is what it is without."""

import queue
import time
import wave
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig
from orator.core.bake.road import prepare
from orator.core.blender import compat, generation, job, takes
from orator.core.blender.growing import Growing, Opening
from orator.core.performance import Take
from orator.core.request.opening import opened
from orator.operators.work import work_on

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"


@pytest.fixture(autouse=True)
def no_job_left():
    yield
    job.shut_down()


@pytest.fixture
def asked(scene: bpy.types.Scene, tmp_path: Path) -> generation.TakeRequest:
    """A speech of 61 s on a character that shows an older take."""
    armature = make_rig()
    motion = make_motion(1.0)
    older = generation.bake.add_take(
        armature, Take(motion, "Older", {"seed": 0}), 0.0, prepare(motion, 0.0, generation.read_target(armature, scene))
    )
    assert armature.orator.shown == older.uid
    path = tmp_path / "long.wav"
    with wave.open(str(DEMO)) as file, wave.open(str(path), "wb") as out:
        rate, data = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(rate)
        out.writeframes(np.tile(data, 9)[: 61 * rate].tobytes())
    scene.orator.source, scene.orator.file, scene.orator.keys = "FILE", str(path), "DENSE"
    return generation.read_request(bpy.context)


def state() -> tuple[list[str], ...]:
    """Names of all that a generation could have changed."""
    return tuple(sorted(x.name for x in data) for data in (bpy.data.actions, bpy.data.texts, bpy.data.objects))


def keys(armature: bpy.types.Object, name: str) -> dict:
    """Every key of a take: (data path, index) -> (K, 2)."""
    out = {}
    item = next(take for take in armature.orator.takes if take.name == name)
    for binding in item.bindings:
        for curve in compat.curves_of(binding.action, compat.slot_named(binding.action, binding.slot)):
            values = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", values)
            out[binding.object.name, curve.data_path, curve.array_index] = values.reshape(-1, 2)
    return out


def grow(request: generation.TakeRequest, growing: Growing, opening: queue.SimpleQueue) -> None:
    """What the operator does until the first opening is in the list; the whole is still being made then."""
    job.start("Generating", work_on(request, opening.put))
    while opening.empty():
        message = job.poll()
        assert message is None or message.kind == "progress", message
        time.sleep(0.01)
    growing.take_in(opening.get())


def test_ten_seconds_play_while_the_rest_is_made_and_the_end_is_the_same(asked: generation.TakeRequest) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    armature, scene = bpy.data.objects[asked.target.name], bpy.context.scene
    generation.deliver(asked, job.run_blocking(work_on(asked)))
    plain = keys(armature, "Take 1")
    takes.remove(armature, next(take.uid for take in armature.orator.takes if take.name == "Take 1"))
    bpy.ops.ed.undo_push(message="Before")

    growing = Growing(asked)
    grow(asked, growing, queue.SimpleQueue())
    assert job.current() is not None and growing.seconds == 12.0
    first = keys(armature, "First 12 s")
    assert takes.shown(armature).name == "First 12 s"
    assert first.keys() == plain.keys()
    assert min(values[-1, 0] for values in first.values() if len(values) > 1) >= 10.0 * scene.render.fps
    moved = [k for k, values in first.items() if len(values) > 1 and np.ptp(values[:, 1]) > 1e-3]
    assert len(moved) > 20
    message = None
    while message is None:
        message = job.poll()
        time.sleep(0.01)
    assert message.kind == "done"
    growing.give_way()
    generation.deliver(asked, message.result)
    assert [take.name for take in armature.orator.takes] == ["Older", "Take 1"]
    whole = keys(armature, "Take 1")
    assert whole.keys() == plain.keys() and all(np.array_equal(whole[k], plain[k]) for k in plain)
    bpy.ops.ed.undo_push(message="Generate")
    bpy.ops.ed.undo()
    assert [t.name for t in bpy.data.objects[asked.target.name].orator.takes] == ["Older"], "one step, openings and all"


def made_opening(asked: generation.TakeRequest, seconds: float) -> Opening:
    """An opening with a motion that is made here."""
    short = replace(asked, asked=opened(asked.asked, seconds))
    motion = make_motion(seconds)
    prepared = prepare(motion, short.speech.start, short.target, short.keying)
    return Opening(short, generation.Made(Take(motion, f"First {seconds:.0f} s", {"seed": 0}), prepared))


def test_cancel_leaves_everything_as_it_was(asked: generation.TakeRequest) -> None:
    armature, scene = bpy.data.objects[asked.target.name], bpy.context.scene
    end, shown, before = scene.frame_end, armature.orator.shown, state()
    growing = Growing(asked)
    growing.take_in(made_opening(asked, 12.0))
    assert armature.orator.shown != shown and scene.frame_preview_end == 1 + 12 * scene.render.fps
    assert growing.end(keep=False) == ""
    assert (scene.frame_end, armature.orator.shown, state()) == (end, shown, before)
    assert not scene.use_preview_range
    assert armature.animation_data.action.name == "Older"


def test_cancel_keeps_what_is_done_when_asked_to(asked: generation.TakeRequest) -> None:
    armature = bpy.data.objects[asked.target.name]
    growing = Growing(asked)
    growing.take_in(made_opening(asked, 12.0))
    growing.take_in(made_opening(asked, 40.0))
    assert [take.name for take in armature.orator.takes] == ["Older", "First 40 s"]
    assert growing.end(keep=True) == "First 40 s"
    assert takes.shown(armature).name == "First 40 s"
    assert armature.animation_data.action.frame_range[1] >= 40 * bpy.context.scene.render.fps - 1


def test_what_the_artist_does_meanwhile_stays(asked: generation.TakeRequest) -> None:
    armature = bpy.data.objects[asked.target.name]
    growing = Growing(asked)
    growing.take_in(made_opening(asked, 12.0))
    older, item = armature.orator.takes[0].uid, takes.shown(armature)
    curve = next(
        iter(
            compat.curves_of(item.bindings[0].action, compat.slot_named(item.bindings[0].action, item.bindings[0].slot))
        )
    )
    curve.keyframe_points[0].co[1] += 1.0
    takes.show(armature, older)
    growing.take_in(made_opening(asked, 40.0))
    assert [take.name for take in armature.orator.takes] == ["Older", "First 12 s", "First 40 s"]
    assert armature.orator.shown == older, "the artist looks at another take"
    takes.remove(armature, armature.orator.takes[2].uid)
    growing.give_way()
    assert [take.name for take in armature.orator.takes] == ["Older", "First 12 s"]
