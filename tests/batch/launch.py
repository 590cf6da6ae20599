"""`blender --command orator ...` where Blender is only a Python module: the same parser, the same exit code."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

# Until the command runs, Ctrl+C ends the process as it ends any program: Blender's own start drops the exception.
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="orator-blender-"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import conftest  # noqa: E402, F401  (makes `import orator` find this checkout)
import orator  # noqa: E402

orator.register()
if sys.argv[1:2] == ["style"]:  # Blender's command has no styles
    from orator.models.cli import main
else:
    from orator.operators.command_line import main

signal.signal(signal.SIGINT, signal.default_int_handler)
if os.environ.get("ORATOR_READY"):  # tests/batch/ends.py waits for it
    Path(os.environ["ORATOR_READY"]).touch()
code = main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)  # bpy 4.2 and 4.5 crash or hang in their own teardown after a sound
