"""The read-back trial in every Blender: one take, exported from each character of the cast, imported again, compared.

    python tests/readback/run.py --take TAKE.npz --members all          (an hour; without --members: two characters)

`.venv-bpy-VERSION` (what `make test` sets up) or --pythons NAME,NAME are the Pythons with bpy. Without --take, the
first of them that has the networks generates one from docs/demo/speech.wav. --write puts the table into docs/rigs.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
MEMBERS = (
    "orator", "rocketbox female", "rocketbox male", "vircadia", "rigify", "vrm", "mixamo", "unreal 4", "unreal 5",
    "mmd", "makehuman", "daz 8", "auto-rig pro", "unity", "ready player me", "child", "giant",
)  # fmt: skip
RATES = "24,25,29.97,60,30>24,30>25,30>60,24>30"
"""Scene rates, and SCENE>FILE, tried with the first two members beside 30 with all."""
MARKS = ("<!-- read-back -->", "<!-- /read-back -->")
FILES = ("glb", "fbx", "fbx (new)", "usd")
SECONDS = 3.0


def pythons(text: str | None) -> list[Path]:
    """Pythons with bpy."""
    if text:
        return [Path(name) for name in text.split(",")]
    found = sorted(ROOT.glob(".venv-bpy-*/bin/python"))
    if not found:
        sys.exit("There is no .venv-bpy-*: run `make test` once, or name Pythons with --pythons.")
    return found


def environment(python: Path) -> dict[str, str]:
    """The networks' packages beside bpy, where the Pythons of `make test` are used."""
    entries = []
    if python.is_relative_to(ROOT) and "5.2" not in str(python):
        entries = [str(p) for p in (ROOT / ".venv" / "lib").glob("python3.*/site-packages")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entries), "OMP_NUM_THREADS": "1"}


def make_take(python: Path, folder: Path) -> Path:
    """Three seconds of a generated take."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import conftest\n"
        "from pathlib import Path; from dataclasses import replace\n"
        "from orator.models.cli import main; from orator.core.formats.take_npz import read_take, write_take\n"
        "out = Path(sys.argv[3]); assert main(['generate', sys.argv[2], '-o', str(out)]) == 0\n"
        "take = read_take(out); p = take.performance; n = int(float(sys.argv[4]) * p.fps)\n"
        "write_take(replace(take, performance=p.cut(n, 2 * n)), out)\n"
    )
    out = folder / "take.npz"
    speech = ROOT / "docs" / "demo" / "speech.wav"
    arguments = [str(python), "-c", code, str(ROOT / "tests"), str(speech), str(out), str(SECONDS)]
    subprocess.run(arguments, check=True, env=environment(python))
    return out


def outcomes(python: Path, take: Path, members: str, fps: str) -> list[dict]:
    """What one Blender says, line by line; its errors are passed on."""
    command = [str(python), str(HERE / "worker.py"), str(take), "--members", members, "--fps", fps]
    result = subprocess.run(command, capture_output=True, text=True, env=environment(python))
    found = [json.loads(line[8:]) for line in result.stdout.splitlines() if line.startswith("OUTCOME ")]
    if not found:
        sys.exit(f"{python} said nothing:\n{result.stderr[-2000:]}")
    return found


def held(outcome: dict) -> bool:
    """Within a millimetre, no frame shifted, every shape there."""
    return 0.0 <= outcome["worst"] < 1.0 and not outcome["shift"] and outcome["shapes"] == outcome["shapes_back"]


def table(found: list[dict]) -> str:
    """Markdown: a row a character, a column a kind of file, the worst over the Blenders; then the rates."""
    blenders = sorted({o["blender"] for o in found})
    lines = [f"Blender {', '.join(blenders)}; {SECONDS:g} s of a generated take at 30 frames a second; the worst "
             "vertex at 20 frames, mm, over all of them:", "",
             "| character | vertices | shapes back | glTF | FBX | FBX, new importer | USD |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for member in dict.fromkeys(o["member"] for o in found):
        mine = [o for o in found if o["member"] == member and o["fps"] == o["file_fps"] == 30.0]
        if not mine:
            continue
        cells = []
        for name in FILES:
            those = [o for o in mine if o["importer"] == name]
            cells.append(f"{max(o['worst'] for o in those):.4f}" if those else "-")
        shapes = f"{min(o['shapes_back'] for o in mine)} of {max(o['shapes'] for o in mine)}"
        lines.append(f"| {member} | {max(o['vertices'] for o in mine)} | {shapes} | {' | '.join(cells)} |")
    rates = [o for o in found if (o["fps"], o["file_fps"]) != (30.0, 30.0)]
    if rates:
        lines += ["", "| scene, file | glTF | FBX | FBX, new importer | USD |", "| --- | --- | --- | --- | --- |"]
        for pair in dict.fromkeys((o["fps"], o["file_fps"]) for o in rates):
            cells = []
            for name in FILES:
                those = [o["worst"] for o in rates if (o["fps"], o["file_fps"]) == pair and o["importer"] == name]
                cells.append(f"{max(those):.4f}" if those else "-")
            lines.append(f"| {pair[0]:g}, {pair[1]:g} | {' | '.join(cells)} |")
    shifted = [o for o in found if o["shift"]]
    lines += ["", f"{len(found)} files, {sum(map(held, found))} of them within a millimetre with every shape; frames "
              f"shifted in {len(shifted)}."]  # fmt: skip
    return "\n".join(lines)


def write_table(text: str) -> None:
    """Put the table between its marks in docs/rigs.md."""
    path = ROOT / "docs" / "rigs.md"
    page = path.read_text(encoding="utf-8")
    head, _, rest = page.partition(MARKS[0])
    _, _, tail = rest.partition(MARKS[1])
    path.write_text(f"{head}{MARKS[0]}\n{text}\n{MARKS[1]}{tail}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--take", type=Path)
    parser.add_argument("--members", default="orator,mixamo", help="'all', or some of: " + ", ".join(MEMBERS))
    parser.add_argument("--rates", default=RATES, help="'' for 30 alone")
    parser.add_argument("--pythons", help="Pythons with bpy, instead of .venv-bpy-*")
    parser.add_argument("--known", nargs="*", type=Path, default=[], help="logs of workers, instead of running them")
    parser.add_argument("--write", action="store_true", help="put the table into docs/rigs.md")
    args = parser.parse_args()
    found: list[dict] = []
    for log in args.known:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [json.loads(line[8:]) for line in lines if line.startswith("OUTCOME ")]
    if not args.known:
        members = ",".join(MEMBERS) if args.members == "all" else args.members
        with tempfile.TemporaryDirectory() as folder:
            take = args.take or make_take(pythons(args.pythons)[0], Path(folder))
            for python in pythons(args.pythons):
                found += outcomes(python, take, members, "30")
                if args.rates:
                    found += outcomes(python, take, ",".join(members.split(",")[:2]), args.rates)
    text = table(found)
    print(text)
    for outcome in found:
        if not held(outcome):
            print("NOT HELD", outcome)
    if args.write:
        write_table(text)
    return 0 if all(map(held, found)) else 1


if __name__ == "__main__":
    sys.exit(main())
