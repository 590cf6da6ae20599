"""Prints what the window test saw and, when asked to, turns its screenshots into the pictures of the documentation.

    summary.py OUT [IMAGES]
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

PICTURES = ("character", "progress-2", "takes", "switched")
"""The screenshots that the documentation uses."""


def main() -> int:
    out = Path(sys.argv[1])
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    print(f"Blender {report['blender']} in a window:")
    for check in report["checks"]:
        figure = f" ({check['figure']})" if check["figure"] else ""
        print(f"  {'ok    ' if check['held'] else 'FAILED'} {check['what']}{figure}")
    if len(sys.argv) > 2:
        for name in PICTURES:
            source = out / f"{name}.png"
            shutil.copy(source, Path(sys.argv[2]) / f"window-{source.name}")
    failed = sum(not check["held"] for check in report["checks"])
    print(f"{len(report['checks']) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
