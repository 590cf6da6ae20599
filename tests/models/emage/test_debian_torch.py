"""Reference mode on Debian unstable's torch, in the system that the window test makes (tests/gui/run)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
ENTER = """
set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/tmp"
mkdir -p "$1/tmp/src/orator" "$1/tmp/parity"
mount --bind -o ro "$2" "$1/tmp/src/orator"
mount --bind -o ro "$3" "$1/tmp/parity"
exec chroot "$1" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/tmp OMP_NUM_THREADS=1 PYTHONPATH=/tmp/src \
    python3 -B /tmp/src/orator/tests/helpers/parity_report.py /tmp/parity
"""


def test_same_numbers_on_debians_torch(shared: Path) -> None:
    root = Path(os.environ.get("ORATOR_GUI_CACHE", "/var/cache/orator-blender")) / "unstable"
    parity = shared / "parity" / "emage"
    if os.geteuid() != 0 or not (root / "usr/bin/python3").exists() or not parity.is_dir():
        pytest.skip("it needs root, the window test's Debian unstable and the parity files")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("this machine allows no private mounts")
    command = ["unshare", "--mount", "bash", "-c", ENTER, "enter", str(root), str(REPOSITORY), str(parity)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    cases = [f"{form} {case}" for form in ("safetensors", "bin") for case in ("plain", "pinned")]
    for case in cases:
        assert not any(value for name, value in found[case].items() if name.endswith("_wrong")), (case, found)
        assert found[case].pop("poses_most") < 1e-3, "a root of a rounding error at the most"
        assert max(found[case].values()) < 1e-4, (case, found)
