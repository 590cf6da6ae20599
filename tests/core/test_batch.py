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
from orator.core.batch.runner import lines_of_folder, lines_of_table, run_batch
from orator.core.errors import OratorError
from orator.core.files import check_writable, half_path, write_atomically

WORKER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from orator.core.batch.runner import lines_of_table, run_batch
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
    assert not list(out.glob(".orator-half*")), "nothing half written is left"
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
        ("speech\n", "no lines"),
    ],
)
def test_a_table_with_errors_is_told_by_line_and_column(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(OratorError, match=names):
        lines_of_table(path, tmp_path, ".npz", {})


def ran(path: Path, out: Path) -> tuple[list[str], dict[int, str]]:
    """The speech of the lines that were done, and why the others failed."""
    done = []

    def work(line) -> None:
        done.append(Path(line.arguments[0]).name)
        for output in line.outputs:
            output.write_bytes(b"1")

    summary = run_batch(lines_of_table(path, out, ".npz", {}), out, work, say=lambda text: None)
    return done, dict(summary.failed)


def test_a_bad_line_of_a_table_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = ["speech,takes,output", "a.wav,many,", ",2,", "b.wav,2,x.npz", ",,", "c.wav,,x.npz", "d.wav,,"]
    path.write_text("\n".join(rows))
    done, failed = ran(path, tmp_path / "out")
    assert done == ["b.wav", "d.wav"]
    assert "takes" in failed[1] and "names no speech" in failed[2] and "line before" in failed[4]


@pytest.mark.parametrize("how", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_as_spreadsheets_save_them(tmp_path: Path, how: str, delimiter: str) -> None:
    name = "Grüße aus Köln (2).wav"
    (tmp_path / name).write_bytes(b"RIFF")
    text = f'Speech{delimiter}Transcript\r\n{name}{delimiter}"Hello{delimiter} ""you""\r\nthere"\r\n\r\n'
    (tmp_path / "t.csv").write_bytes(text.encode(how))
    (line,) = lines_of_table(tmp_path / "t.csv", tmp_path / "out", ".npz", {})
    assert line.arguments[0] == str(tmp_path / name) and line.outputs[0].name == "001_Grüße aus Köln (2).npz"
    assert line.arguments[-1] == f'--transcript=Hello{delimiter} "you"\r\nthere'


def test_accents_may_be_composed_in_two_ways(tmp_path: Path) -> None:
    (tmp_path / "e\u0301te\u0301 日本.wav").write_bytes(b"RIFF")
    (tmp_path / "t.csv").write_text("sep=;\nspeech;seed\n\u00e9t\u00e9 日本.wav;3\n", encoding="utf-8")
    (line,) = lines_of_table(tmp_path / "t.csv", tmp_path / "out", ".npz", {})
    assert Path(line.arguments[0]).is_file() and line.arguments[-1] == "--seed=3"


def test_a_line_that_takes_the_program_down_comes_last_the_next_time(tmp_path: Path) -> None:
    lines = lines_of_table(table(tmp_path, 3), tmp_path / "out", ".npz", {})

    def fall(_line) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(lines, tmp_path / "out", fall, say=lambda text: None)
    order = []

    def work(line) -> None:
        order.append(line.number)
        line.outputs[0].write_bytes(b"1")

    run_batch(lines, tmp_path / "out", work, say=lambda text: None)
    assert order == [2, 3, 1]


def dead_writer(path: Path) -> list[Path]:
    """What a process that is gone left half written of a path: a file, Blender's own half of it, and a folder."""
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); import conftest\n"
        "from pathlib import Path\nfrom orator.core.files import half_folder, half_path\n"
        f"path = Path({str(path)!r}); made = half_path(path, '.blend'); made.write_bytes(b'half')\n"
        "made.with_name(made.name + '@').write_bytes(b'half'); (half_folder(path) / 'part.bin').write_bytes(b'half')\n"
    )
    before = set(path.parent.iterdir())
    subprocess.run([sys.executable, "-c", script], check=True)
    made = sorted(set(path.parent.iterdir()) - before)
    assert len(made) == 3
    return made


@pytest.mark.fault("12.1", "12.27")
def test_what_a_killed_run_left_half_written_is_swept_away(tmp_path: Path) -> None:
    lines = lines_of_table(table(tmp_path, 2), tmp_path / "out", ".blend", {})
    (tmp_path / "out").mkdir()
    dead_writer(lines[0].outputs[0])
    run_batch(lines, tmp_path / "out", lambda line: line.outputs[0].write_bytes(b"1"), say=lambda text: None)
    assert {p.name for p in (tmp_path / "out").iterdir() if "journal" not in p.name and "batch" not in p.name} == {
        line.outputs[0].name for line in lines
    }


@pytest.mark.fault("12.1", "12.27")
def test_sweeping_touches_nothing_that_orator_did_not_make(tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    theirs = [
        tmp_path / name for name in (".take.npz.d", ".take.npz.bak", ".take.npz.x/y", ".orator-half-mine", "a.npz")
    ]
    for own in theirs:
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(b"mine")
    other, lives = dead_writer(tmp_path / "other.npz"), half_path(path)
    lives.write_bytes(b"this process writes it")
    left = dead_writer(path)
    folder = next(p for p in left if p.is_dir())
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_bytes(b"mine")
    unmarked = folder.with_name(folder.name.rsplit("-", 1)[0] + "-00000000.parts")
    unmarked.mkdir()
    (unmarked / "file").write_bytes(b"mine")
    write_atomically(path, lambda stream: stream.write(b"1"))
    assert all(p.read_bytes() == b"mine" for p in (*theirs, folder / "deep" / "file", unmarked / "file"))
    assert lives.exists() and all(p.exists() for p in other)
    assert not any(p.is_file() for p in left)


@pytest.mark.fault("12.1")
@pytest.mark.parametrize("how", ["absolute", "dots", "link", "speech"])
def test_outputs_stay_inside_the_folder_and_off_what_is_read(tmp_path: Path, how: str) -> None:
    out, home = tmp_path / "out", tmp_path / "home"
    out.mkdir()
    (home / ".config.d").mkdir(parents=True)
    (home / ".config.d" / "kept").write_bytes(b"mine")
    (home / "config").write_bytes(b"mine")
    (tmp_path / "voice.wav").write_bytes(b"mine")
    if how == "link":
        (out / "there").symlink_to(home)
    path = {
        "absolute": str(home / "config"), "dots": "../home/config", "link": "there/config", "speech": "../voice.wav",
    }[how]  # fmt: skip
    (tmp_path / "lines.csv").write_text(f"speech,output\nvoice.wav,{path}\nvoice.wav,good.npz\n")
    lines = lines_of_table(tmp_path / "lines.csv", out, ".npz", {}, anywhere=how == "speech")
    done = run_batch(lines, out, lambda line: line.outputs[0].write_bytes(b"1"), say=lambda text: None)
    assert [number for number, _ in done.failed] == [1] and done.done == 1
    assert ("reads" if how == "speech" else "outside") in done.failed[0][1]
    assert all(
        p.read_bytes() == b"mine" for p in (home / ".config.d" / "kept", home / "config", tmp_path / "voice.wav")
    )


@pytest.mark.fault("12.1")
def test_outputs_may_leave_the_folder_when_allowed(tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(b"mine")
    (tmp_path / "lines.csv").write_text(f"speech,output\nvoice.wav,{tmp_path / 'there.npz'}\n")
    lines = lines_of_table(tmp_path / "lines.csv", tmp_path / "out", ".npz", {}, anywhere=True)
    run_batch(lines, tmp_path / "out", lambda line: line.outputs[0].write_bytes(b"1"), say=lambda text: None)
    assert (tmp_path / "there.npz").read_bytes() == b"1"


def test_a_name_as_long_as_the_disk_allows_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("\u3042" * 83 + ".npz")
    write_atomically(path, lambda stream: stream.write(b"1"))
    assert path.read_bytes() == b"1"
    with pytest.raises(OratorError, match="too long"):
        check_writable(tmp_path / ("a" * 300))


def test_two_runs_on_one_folder_do_not_mix(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    lines = lines_of_table(table(tmp_path, 1), tmp_path / "out", ".npz", {})

    def work(line) -> None:
        with pytest.raises(OratorError, match="Another batch"):
            run_batch(lines, tmp_path / "out", lambda inner: None)
        line.outputs[0].write_bytes(os.urandom(4))

    assert run_batch(lines, tmp_path / "out", work, say=lambda text: None).done == 1
