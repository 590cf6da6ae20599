"""The job descriptions: Open Job Description (`jobtemplate-2023-09`) and a job type of Flamenco 3.

Both run the same two commands of a program P (`orator`, a Python with the package, or Blender):

    P farm lines LINES.jsonl RANGE -o OUTPUT --results RESULTS      many lines in one process, the networks loaded once
    P farm report LINES.jsonl -o OUTPUT --results RESULTS           at the end, how all lines went

Sources: the Open Job Description specification 2023-09 with its task chunking extension; Flamenco's manual on job
types.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHUNK: Final = 25
"""Lines that a worker does with networks loaded once: loading is then a few percent of the work."""


@dataclass(frozen=True)
class Program:
    """What runs Orator on a worker: an executable, and its arguments before `farm`."""

    executable: str
    arguments: tuple[str, ...] = ()


def _quoted(text: str) -> str:
    """A string as YAML takes it in double quotes (JSON's own form)."""
    return json.dumps(text, ensure_ascii=False)


_INPUTS: Final = """\
  - name: Inputs
    type: PATH
    objectType: DIRECTORY
    dataFlow: IN
    description: "The speeches and other files that the lines are made from."
    default: inputs
"""


def openjd_template(name: str, count: int, program: Program, packed: bool, chunk: int = CHUNK) -> str:
    """The job template as YAML. Paths are parameters relative to it, so that a farm can move and map them.

    packed  whether the bundle holds the inputs, which then travel with it
    """
    inputs = _INPUTS if packed else ""
    return f"""specificationVersion: "jobtemplate-2023-09"
extensions:
  - TASK_CHUNKING
name: {_quoted(name[:64])}
description: "Orator: takes for the lines of a table, many lines a worker, a result file a line."
parameterDefinitions:
  - name: Program
    type: STRING
    description: "What runs Orator on the workers."
    default: {_quoted(program.executable)}
  - name: LinesFile
    type: PATH
    objectType: FILE
    dataFlow: IN
    description: "The lines, one JSON object each."
    default: lines.jsonl
  - name: Lines
    type: STRING
    description: "Which lines, such as 1-1000 or 3,10-20."
    default: "1-{count}"
  - name: LinesPerTask
    type: INT
    description: "How many lines a worker does with the networks loaded once."
    default: {chunk}
    minValue: 1
  - name: Output
    type: PATH
    objectType: DIRECTORY
    dataFlow: OUT
    description: "Where the takes go."
    default: takes
  - name: Results
    type: PATH
    objectType: DIRECTORY
    dataFlow: OUT
    description: "A result file a line, and the report."
    default: results
{inputs}{_steps(program)}"""


def _steps(program: Program) -> str:
    before = "".join(f"            - {_quoted(text)}\n" for text in program.arguments)
    return f"""steps:
  - name: Lines
    parameterSpace:
      taskParameterDefinitions:
        - name: Line
          type: CHUNK[INT]
          range: "{{{{Param.Lines}}}}"
          chunks:
            defaultTaskCount: "{{{{Param.LinesPerTask}}}}"
            rangeConstraint: CONTIGUOUS
    script:
      actions:
        onRun:
          command: "{{{{Param.Program}}}}"
          args:
{before}            - farm
            - lines
            - "{{{{Param.LinesFile}}}}"
            - "{{{{Task.Param.Line}}}}"
            - -o
            - "{{{{Param.Output}}}}"
            - --results
            - "{{{{Param.Results}}}}"
            - --say
            - openjd
  - name: Report
    dependencies:
      - dependsOn: Lines
    script:
      actions:
        onRun:
          command: "{{{{Param.Program}}}}"
          args:
{before}            - farm
            - report
            - "{{{{Param.LinesFile}}}}"
            - -o
            - "{{{{Param.Output}}}}"
            - --results
            - "{{{{Param.Results}}}}"
            - --say
            - openjd
"""


FLAMENCO_FILE: Final = "orator-lines.js"
"""Flamenco knows a job type by its file's name; the script goes into the Manager's `scripts` folder."""

FLAMENCO_SCRIPT: Final = """\
// SPDX-License-Identifier: GPL-3.0-or-later
// A job type of Flamenco 3: takes of Orator for the lines of a bundle. Put it into the Manager's folder `scripts`.

var JOB_TYPE = {
    label: "Orator Lines",
    description: "Gesture and face performances for many lines of speech, and a report at the end",
    settings: [
        { key: "program", type: "string", required: true, default: "orator", visible: "submission",
          description: "What runs Orator on a Worker: orator, a Python, or {blender}" },
        { key: "runs_in", type: "string", required: true, default: "command line", visible: "submission",
          choices: ["command line", "Python", "Blender"], description: "What kind of program that is" },
        { key: "lines_file", type: "string", subtype: "file_path", required: true,
          description: "lines.jsonl of the bundle" },
        { key: "lines", type: "string", required: true, description: "Which lines: 1-1000, or 3, 10-20" },
        { key: "lines_per_task", type: "int32", required: true, default: 25, visible: "submission",
          description: "How many lines a Worker does with the networks loaded once" },
        { key: "output", type: "string", subtype: "dir_path", required: true, description: "Where the takes go" },
        { key: "results", type: "string", subtype: "dir_path", required: true,
          description: "Where each line's result and the report go" }
    ]
};

var BEFORE = {
    "command line": [],
    "Python": ["-m", "orator.models.cli"],
    "Blender": ["--background", "--command", "orator"]
};

function command(settings, what) {
    return author.Command("exec", {
        exe: settings.program,
        args: BEFORE[settings.runs_in].concat(["farm"], what, ["-o", settings.output, "--results", settings.results])
    });
}

function compileJob(job) {
    var settings = job.settings;
    if (!BEFORE.hasOwnProperty(settings.runs_in)) {
        throw new Error("'Runs in' is one of: command line, Python, Blender.");
    }
    if (!(settings.lines_per_task >= 1)) {
        throw new Error("Lines per task is a whole number from 1.");
    }
    var report = author.Task("report", "misc");
    report.addCommand(command(settings, ["report", settings.lines_file]));
    // Flamenco's chunker is made for frames; lines are numbers just as well.
    var chunks = frameChunker(settings.lines, settings.lines_per_task);
    for (var i = 0; i < chunks.length; i++) {
        var task = author.Task("lines-" + chunks[i], "misc");
        task.addCommand(command(settings, ["lines", settings.lines_file, chunks[i]]));
        job.addTask(task);
        report.addDependency(task);
    }
    job.addTask(report);
}
"""


def flamenco_settings(count: int, program: Program, bundle: Path, chunk: int = CHUNK) -> dict[str, object]:
    """The settings of the job type for one bundle, as Flamenco's API and its submitters take them."""
    kinds = {(): "command line", ("-m", "orator.models.cli"): "Python"}
    return {
        "program": program.executable,
        "runs_in": kinds.get(program.arguments, "Blender"),
        "lines_file": str(bundle / "lines.jsonl"),
        "lines": f"1-{count}",
        "lines_per_task": chunk,
        "output": str(bundle / "takes"),
        "results": str(bundle / "results"),
    }
