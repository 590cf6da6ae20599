"""A batch goes on after a kill: no line lost, none done twice, a failing one stops nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from orator.core.batch import lines_of_folder, lines_of_table, run_batch
from orator.core.errors import OratorError

WORKER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from orator.core.batch import lines_of_table, run_batch
from orator.core.files import write_atomically

table, out = Path(sys.argv[1]), Path(sys.argv[2])

def work(line):
    time.sleep(0.01)
    write_atomically(line.outputs[0], lambda stream: stream.write(b"x" * 1000))
    with (out.parent / "work.log").open("a") as log:
        log.write(f"{{line.number}}\\n")

print(run_batch(lines_of_table(table, out, ".npz", {{}}), out, work, say=lambda text: None).sentence())
"""


def table(folder: Path, count: int) -> Path:
    for k in range(count):
        (folder / f"speech {k}.wav").write_bytes(b"RIFF")
    path = folder / "lines.csv"
    path.write_text("speech,seed,emotion\n" + "".join(f"speech {k}.wav,{k},happy:0.5\n" for k in range(count)))
    return path


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_a_hundred_lines_survive_ten_kills(tmp_path: Path) -> None:
    lines = table(tmp_path, 100)
    out = tmp_path / "out"
    script = tmp_path / "worker.py"
    script.write_text(WORKER.format(tests=str(Path(__file__).parents[1])))
    rng = random.Random(3)
    command = [sys.executable, str(script), str(lines), str(out)]
    for _ in range(10):
        before = len(list(out.glob("*.npz"))) if out.is_dir() else 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30.0
        while time.monotonic() < deadline and process.poll() is None:
            if out.is_dir() and len(list(out.glob("*.npz"))) > before:
                break
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "100 of 100 lines finished" in said
    assert len(list(out.glob("*.npz"))) == 100
    assert not list(out.glob(".*.npz.*")), "nothing half written is left"
    worked = (tmp_path / "work.log").read_text().split()
    assert len(worked) == len(set(worked)), "no line was done twice"
    again = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "(100 in earlier runs)" in again


def test_one_failing_line_stops_nothing_and_is_tried_again(tmp_path: Path) -> None:
    lines = lines_of_table(table(tmp_path, 5), tmp_path / "out", ".npz", {"takes": "1"})
    broken = {3}

    def work(line) -> None:
        if line.number in broken:
            raise ValueError("no such sound")
        line.outputs[0].write_bytes(b"take")

    summary = run_batch(lines, tmp_path / "out", work, say=lambda text: None)
    assert summary.done == 4 and [n for n, _ in summary.failed] == [3]
    assert "1 failed" in summary.sentence()
    broken.clear()
    summary = run_batch(lines, tmp_path / "out", work, say=lambda text: None)
    assert (summary.done, summary.earlier, summary.failed) == (1, 4, ())


def test_a_deleted_output_is_made_again(tmp_path: Path) -> None:
    lines = lines_of_table(table(tmp_path, 2), tmp_path / "out", ".npz", {})
    run_batch(lines, tmp_path / "out", lambda line: line.outputs[0].write_bytes(b"1"), say=lambda text: None)
    lines[1].outputs[0].unlink()
    summary = run_batch(lines, tmp_path / "out", lambda line: line.outputs[0].write_bytes(b"2"), say=lambda text: None)
    assert (summary.done, summary.earlier) == (1, 1)


def test_a_folder_takes_transcripts_of_the_same_name(tmp_path: Path) -> None:
    for name in ("a.wav", "b.mp3", "notes.pdf"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "a.txt").write_text("hello")
    first, second = lines_of_folder(tmp_path, tmp_path / "out", ".glb", {"seed": "4"})
    assert f"--transcript={tmp_path / 'a.txt'}" in first.arguments and "--seed=4" in second.arguments
    assert second.outputs == (tmp_path / "out" / "b.glb",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sound\na.wav\n", "speech"),
        ("speech,colour\na.wav,red\n", "colour"),
        ("speech,takes\na.wav,many\n", "takes"),
        ("speech,output\na.wav,x.npz\nb.wav,x.npz\n", "Line 2"),
    ],
)
def test_a_table_with_errors_is_told_by_line_and_column(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(OratorError, match=names):
        lines_of_table(path, tmp_path, ".npz", {})


def test_two_runs_on_one_folder_do_not_mix(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    lines = lines_of_table(table(tmp_path, 1), tmp_path / "out", ".npz", {})

    def work(line) -> None:
        with pytest.raises(OratorError, match="Another batch"):
            run_batch(lines, tmp_path / "out", lambda inner: None)
        line.outputs[0].write_bytes(os.urandom(4))

    assert run_batch(lines, tmp_path / "out", work, say=lambda text: None).done == 1
