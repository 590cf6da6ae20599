"""A few of the cast through files and back, by importers alone; tests/readback/run.py tries them all."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

ROOT = Path(__file__).resolve().parents[2]
from helpers.characters import make_motion  # noqa: E402
from orator.core.formats.take_npz import write_take  # noqa: E402
from orator.core.performance import Take  # noqa: E402
from readback import worker  # noqa: E402

TRIALS = (
    ("vircadia", 30.0, 30.0, ("glb", "fbx", "fbx (new)")),
    ("unreal 5", 24.0, 24.0, ("glb", "fbx")),
    ("orator", 30.0, 24.0, ("glb", "fbx")),
)


@pytest.mark.parametrize(("member", "fps", "file_fps", "files"), TRIALS)
@pytest.mark.usefixtures("scene")
def test_files_bring_back_what_the_scene_shows(
    tmp_path: Path, request: pytest.FixtureRequest, member: str, fps: float, file_fps: float,
    files: tuple[str, ...],
) -> None:  # fmt: skip
    shared = request.getfixturevalue("shared") if member in ("vircadia",) else tmp_path
    take = tmp_path / "take.npz"
    write_take(Take(make_motion(1.0, seed=3), "Take"), take)
    for outcome in worker.trial(member, take, list(files), fps, file_fps, shared):
        assert outcome.worst < 1.0 and outcome.shift == 0 and outcome.shapes == outcome.shapes_back, outcome


@pytest.mark.usefixtures("scene")
def test_bendy_bones_arrive(tmp_path: Path) -> None:
    """A rope of two bendy bones that curves: no file knows bendy bones, the vertices come back all the same."""
    from helpers.bendy import bent_rope
    from orator.core.blender.export import export_shown

    rope = bent_rope()
    names = [o.name for o in bpy.data.objects]
    for suffix in (".glb", ".fbx"):
        arrived = export_shown(rope, tmp_path / f"rope{suffix}", check=True)
        assert arrived is not None and arrived.exact, arrived
    assert names == [o.name for o in bpy.data.objects] and rope.data.bones["low"].bbone_segments == 6
