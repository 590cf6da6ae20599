"""Prints what the window tests saw and, when asked to, turns their screenshots into the pictures of the documentation.

    summary.py OUT SESSIONS [IMAGES]

A session that left no report counts as failed.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

PICTURES = (
    "progress-2", "takes", "switched", "loop-pinned", "loop-generated", "loop-regenerated", "loop-comp",
    "loop-layers", "installed", "three-clicks", "style-learned", "style-worn",
    "minute-2-tab", "minute-3-files", "minute-5-character", "minute-6-generating", "minute-7-face",
    "picture-file", "picture-talks", "gestures-changed", "lines-again", "compared",
    "conversation-corrected",
)  # fmt: skip
"""The screenshots that the documentation uses."""


def main() -> int:
    out, sessions = Path(sys.argv[1]), sys.argv[2].split()
    held = failed = 0
    for name in sessions:
        path = out / f"report-{name}.json"
        if not path.is_file():
            print(f"The session '{name}' ended without a report, see build/gui/blender-{name}.log")
            failed += 1
            continue
        report = json.loads(path.read_text(encoding="utf-8"))
        print(f"Blender {report['blender']} in a window, {name}, {report['seconds']} s:")
        for check in report["checks"]:
            figure = f" ({check['figure']})" if check["figure"] else ""
            print(f"  {'ok    ' if check['held'] else 'FAILED'} {check['what']}{figure}")
            held, failed = held + bool(check["held"]), failed + (not check["held"])
    if len(sys.argv) > 3:
        for name in PICTURES:
            source = out / f"{name}.png"
            if source.is_file():
                shutil.copy(source, Path(sys.argv[3]) / f"window-{source.name}")
    print(f"{held} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
