"""Farm bundles: what is whole is not made again whatever dies when, outputs stay inside, job descriptions hold."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from orator.core.batch.runner import lines_of_table
from orator.core.errors import OratorError
from orator.core.farm.engines import FLAMENCO_SCRIPT, Program, flamenco_settings, openjd_template
from orator.core.farm.lines import FarmLine, farm_lines, pack, parse_range, read_lines, write_lines
from orator.core.farm.results import PREFIX, by_deaths, make_line, read_result, report


@pytest.fixture
def lines(tmp_path: Path) -> tuple[FarmLine, ...]:
    for k in range(4):
        (tmp_path / f"speech {k}.wav").write_bytes(b"RIFF" + bytes([k]))
    table = tmp_path / "lines.csv"
    rows = [f"speech {k}.wav,{k},out/ä {k}.npz,1" for k in range(4)] + ["speech 0.wav,9,two.npz,2"]
    table.write_text(
        "speech,seed,output,takes\n" + "\n".join([*rows, "gone.wav,1,x.npz,1", "speech 1.wav,1,../y.npz,1"])
    )
    return farm_lines(lines_of_table(table, tmp_path / "bundle", ".npz", {}), tmp_path / "bundle")


class Maker:
    """Writes what `generate` would, and counts."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, arguments: list[str]) -> None:
        output, speech = Path(arguments[2]), Path(arguments[0])
        seed = next(a for a in arguments if a.startswith("--seed="))
        self.made.append(f"{speech.name} {seed}")
        takes = int(next((a for a in arguments if a.startswith("--takes=")), "--takes=1").partition("=")[2])
        for k in range(takes):
            name = output if takes == 1 else output.with_name(f"{output.stem}_{k + 1}{output.suffix}")
            name.write_bytes(speech.read_bytes() + seed.encode() + bytes([k]))


def run(lines: tuple[FarmLine, ...], folder: Path, make: Maker, models: dict[str, str] | None = None) -> list[str]:
    return [make_line(line, folder / "takes", folder / "results", models or {}, make).state for line in lines]


def test_each_line_is_made_once_and_bad_ones_are_listed(lines: tuple[FarmLine, ...], tmp_path: Path) -> None:
    make = Maker()
    assert run(lines, tmp_path, make) == ["done"] * 5 + ["failed"] * 2
    assert len(make.made) == 5 and not (tmp_path / "y.npz").exists()
    assert sorted(p.name for p in (tmp_path / "takes").rglob("*.npz")) == [
        "two_1.npz", "two_2.npz", "ä 0.npz", "ä 1.npz", "ä 2.npz", "ä 3.npz"
    ]  # fmt: skip
    run(lines, tmp_path, make)
    assert len(make.made) == 5, "what is there and whole is not made again"
    found = report(lines, tmp_path / "takes", tmp_path / "results")
    assert (found["done"], found["failed"], found["missing"]) == (5, 2, 0)
    assert "gone.wav" in found["problems"][0]["sentence"] and "outside" in found["problems"][1]["sentence"]


def test_other_content_is_another_line_and_another_path_is_not(lines: tuple[FarmLine, ...], tmp_path: Path) -> None:
    make = Maker()
    run(lines[:2], tmp_path, make)
    (tmp_path / "speech 0.wav").write_bytes(b"RIFF said anew")
    run(lines[:2], tmp_path, make)
    assert make.made[2:] == ["speech 0.wav --seed=0"]
    packed = pack(lines[:2], tmp_path / "bundle")
    assert packed[0].speech.parent == tmp_path / "bundle" / "inputs"
    run(packed, tmp_path, make)
    run(lines[:2], tmp_path, make, {"body": "2"})
    assert len(make.made) == 5, "moving the speech makes nothing; other weights make everything"


def test_a_damaged_or_lost_output_is_made_again(lines: tuple[FarmLine, ...], tmp_path: Path) -> None:
    make = Maker()
    run(lines[:3], tmp_path, make)
    (tmp_path / "takes/out/ä 0.npz").write_bytes(b"half")
    (tmp_path / "takes/out/ä 1.npz").unlink()
    (tmp_path / "results/line-000003.json").write_text('{"number": 3, "key"')
    run(lines[:3], tmp_path, make)
    assert len(make.made) == 6
    assert (tmp_path / "takes/out/ä 0.npz").read_bytes().startswith(b"RIFF")


@pytest.mark.parametrize("moment", range(9))
def test_a_worker_that_dies_anywhere_loses_nothing_and_makes_nothing_twice(
    moment: int, lines: tuple[FarmLine, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The n-th rename of the run never happens, as if the machine had gone; renames are the only moments that count."""

    class Gone(BaseException):
        pass

    done, real = 0, os.replace

    def replace(source, target):
        nonlocal done
        done += 1
        if done == moment + 1:
            raise Gone
        return real(source, target)

    make = Maker()
    monkeypatch.setattr(os, "replace", replace)
    for clean in ("unlink", "rmdir"):
        monkeypatch.setattr(os, clean, lambda *_args, **_names: None)  # A dead process cleans nothing.
    with pytest.raises(Gone):
        run((lines[0], lines[4]), tmp_path, make)
    monkeypatch.undo()
    whole = [read_result(tmp_path / "results", n) for n in (1, 5)]
    before = [r is not None and r.state in ("made", "done") for r in whole]
    known = len(make.made)
    assert run((lines[0], lines[4]), tmp_path, make) == ["done", "done"]
    assert len(make.made) - known == before.count(False)
    assert len(list((tmp_path / "takes").rglob("[!.]*.npz"))) == 3
    report(lines, tmp_path / "takes", tmp_path / "results")
    assert not list((tmp_path / "takes").rglob(f"*{PREFIX}*"))


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from orator.core.farm.lines import read_lines
from orator.core.farm.results import make_line
from orator.core.files import write_atomically

def write(stream):
    stream.write(b"half")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
line = read_lines(folder / "lines.jsonl")[0]
make_line(line, folder / "takes", folder / "results", {}, lambda arguments: write_atomically(Path(arguments[2]), write))
"""


@pytest.mark.skipif(os.name == "nt", reason="no signal ends a process at once there")
def test_what_a_killed_worker_was_writing_is_cleared_by_the_next(lines: tuple[FarmLine, ...], tmp_path: Path) -> None:
    write_lines(lines[:1], tmp_path / "lines.jsonl")
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(tmp_path)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    left = [p for p in (tmp_path / "takes").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in left] == [b"half"], "this test shows nothing unless half a file was left"
    assert run(lines[:1], tmp_path, Maker()) == ["done"]
    assert [p.name for p in (tmp_path / "takes").rglob("*") if p.is_file()] == [Path(lines[0].output).name]
    assert not list((tmp_path / "takes").rglob(".*"))


def test_a_line_that_kills_workers_comes_last_then_fails_then_is_tried_again(
    lines: tuple[FarmLine, ...], tmp_path: Path
) -> None:
    def die(_arguments: list[str]) -> None:
        raise SystemExit(9)  # What no line may raise: stands for a crash.

    for _ in range(3):
        with pytest.raises(SystemExit):
            make_line(lines[0], tmp_path / "takes", tmp_path / "results", {}, die)
        assert by_deaths(lines[:3], tmp_path / "results")[-1] == lines[0]
    failed = make_line(lines[0], tmp_path / "takes", tmp_path / "results", {}, die)
    assert failed.state == "failed" and "died at this line" in failed.sentence
    assert make_line(lines[0], tmp_path / "takes", tmp_path / "results", {}, Maker()).state == "done"


def test_lines_travel_with_a_moved_bundle(lines: tuple[FarmLine, ...], tmp_path: Path) -> None:
    packed = pack(lines[:4], tmp_path / "bundle")
    write_lines(packed, tmp_path / "bundle" / "lines.jsonl")
    shutil.move(tmp_path / "bundle", tmp_path / "elsewhere")
    moved = read_lines(tmp_path / "elsewhere" / "lines.jsonl")
    assert all(line.speech.is_file() and "elsewhere" in str(line.speech) for line in moved)
    assert [line.outputs for line in moved] == [line.outputs for line in lines[:4]]


@pytest.mark.parametrize(
    "row",
    [
        "", "[]", "{}", '{"line": 1}', "{" * 9000,
        '{"line":"x","speech":"a","output":"a","outputs":["a"],"options":{}}',
        '{"line":1,"speech":"a","output":"../a","outputs":["a"],"options":{}}',
        '{"line":1,"speech":"a","output":"a","outputs":["/etc/a"],"options":{}}',
        '{"line":1,"speech":"a","output":"a","outputs":["C:\\\\a"],"options":{}}',
        '{"line":1,"speech":"a","output":"a","outputs":["a"],"options":{"o /etc/x --seed":"1"}}',
    ],
)  # fmt: skip
def test_a_lines_file_that_is_none_is_refused(row: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(row + "\n")
    with pytest.raises(OratorError, match="no line of work"):
        read_lines(path)


def test_ranges() -> None:
    assert parse_range("1-3,9, 2") == (1, 2, 3, 9)
    for text in ("", "0x2", "3-1", "1-", "-4", "1-99999999", "a"):
        with pytest.raises(OratorError, match="range"):
            parse_range(text)


def test_the_template_validates(tmp_path: Path) -> None:
    openjd = pytest.importorskip("openjd.model")
    for packed in (True, False):
        for program in (Program('C:\\Program Files\\"B"\\blender.exe', ("--background", "--command", "orator")),):
            path = tmp_path / "template.yaml"
            path.write_text(openjd_template("Ä: lines", 1000, program, packed), encoding="utf-8")
            data = openjd.document_string_to_object(
                document=path.read_text(encoding="utf-8"), document_type=openjd.DocumentType.YAML
            )
            job = openjd.decode_job_template(template=data, supported_extensions=["TASK_CHUNKING"])
            parameters = {p.name: p for p in job.parameterDefinitions}
            assert parameters["Program"].default == program.executable
            assert ("Inputs" in parameters) == packed


COMPILE = """
import json, sys, quickjs
script, job = sys.argv[1], sys.argv[2]
context = quickjs.Context()
# A stand-in of what Flamenco's manual says a script is given.
context.eval('''
var author = {
    Task: function (name, type) {
        return {name: name, type: type, commands: [], needs: [],
                addCommand: function (c) { this.commands.push(c); },
                addDependency: function (t) { this.needs.push(t.name); }};
    },
    Command: function (name, parameters) { return {name: name, parameters: parameters}; }
};
function frameChunker(frames, size) {
    var all = [];
    frames.split(",").forEach(function (piece) {
        var ends = piece.split("-").map(Number);
        for (var n = ends[0]; n <= ends[ends.length - 1]; n++) { all.push(n); }
    });
    var chunks = [];
    for (var k = 0; k < all.length; k += size) {
        var part = all.slice(k, k + size);
        chunks.push(part.length > 1 ? part[0] + "-" + part[part.length - 1] : "" + part[0]);
    }
    return chunks;
}
var tasks = [];
''')
context.eval(open(script).read())
context.set("given", job)
context.eval('compileJob({settings: JSON.parse(given), addTask: function (t) { tasks.push(t); }})')
print(context.eval('JSON.stringify({type: JOB_TYPE, tasks: tasks})'))
"""


def test_flamenco_compiles_the_lines_to_tasks_and_a_report(tmp_path: Path) -> None:
    pytest.importorskip("quickjs")
    script = tmp_path / "orator-lines.js"
    script.write_text(FLAMENCO_SCRIPT)
    settings = flamenco_settings(60, Program("orator"), Path("/farm/b"), 25)
    said = subprocess.run(
        [sys.executable, "-c", COMPILE, str(script), json.dumps(settings)], capture_output=True, text=True, check=True
    )
    found = json.loads(said.stdout)
    assert {s["key"] for s in found["type"]["settings"]} == set(settings)
    assert all(s["type"] in ("string", "int32") for s in found["type"]["settings"])
    tasks = found["tasks"]
    assert [t["name"] for t in tasks] == ["lines-1-25", "lines-26-50", "lines-51-60", "report"]
    assert tasks[-1]["needs"] == ["lines-1-25", "lines-26-50", "lines-51-60"]
    (command,) = tasks[1]["commands"]
    assert command["name"] == "exec" and command["parameters"]["exe"] == "orator"
    assert command["parameters"]["args"] == [
        "farm", "lines", "/farm/b/lines.jsonl", "26-50", "-o", "/farm/b/takes", "--results", "/farm/b/results"
    ]  # fmt: skip
