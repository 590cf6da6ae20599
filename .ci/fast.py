"""The tests that need no Blender and are not slow, in two processes side by side; says what processor time they took.

The files are dealt out by size, which is near enough to how long they take.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "models", "fuzz")


def main() -> int:
    files = [path for room in ROOMS for path in (ROOT / "tests" / room).rglob("test_*.py")]
    files.sort(key=lambda path: path.stat().st_size, reverse=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not slow"]
    running = [
        subprocess.Popen([*command, *map(str, files[k::2])], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for k in (0, 1)
    ]
    outputs = [process.communicate()[0].decode(errors="replace") for process in running]
    print("\n".join(outputs))
    spent = os.times()
    print(f"{spent.children_user + spent.children_system:.0f} s of processor time")
    return max(process.returncode for process in running)


if __name__ == "__main__":
    sys.exit(main())
