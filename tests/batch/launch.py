"""`blender --command orator ...` where Blender is only a Python module: the same parser, the same exit code."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="orator-blender-"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import conftest  # noqa: F401  (makes `import orator` find this checkout)
import orator

orator.register()
from orator.operators.command_line import main  # noqa: E402

code = main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)  # bpy 4.2 and 4.5 crash or hang in their own teardown after a sound
