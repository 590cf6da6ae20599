"""Inside a Python that has only bpy: Orator from a repository over HTTP, and then its update.

    repository.py FOLDER NEWER

FOLDER is what `make repository` makes; NEWER a zip of the next version, which takes its place half way. Prints one HELD
line.
"""

from __future__ import annotations

import functools
import http.server
import importlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import bpy

TOOL = next(Path(bpy.utils.system_resource("SCRIPTS")).glob("addons_core/bl_pkg/cli/blender_ext.py"))
PACKAGE = "bl_ext.studio.orator"


def serve(folder: Path) -> str:
    """The folder over HTTP on this machine; the address of its index."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/index.json"


def installed_version(repository: bpy.types.UserExtensionRepo) -> str:
    """What the manifest on the disk says."""
    import tomllib

    return tomllib.loads((Path(repository.directory) / "orator" / "blender_manifest.toml").read_text())["version"]


def main() -> None:
    folder, newer = Path(sys.argv[1]), Path(sys.argv[2])
    bpy.context.preferences.system.use_online_access = True
    repositories = bpy.context.preferences.extensions.repos
    repository = repositories.new(name="Studio", module="studio", remote_url=serve(folder))
    index = len(repositories) - 1
    bpy.ops.extensions.repo_sync(repo_index=index)
    bpy.ops.extensions.package_install(repo_index=index, pkg_id="orator", enable_on_install=True)
    assert PACKAGE in sys.modules, "the extension from the repository was not enabled"
    first = installed_version(repository)
    assert importlib.import_module(f"{PACKAGE}.core.editions").installed("onnxruntime"), "its wheels were not unpacked"
    next(folder.glob("orator-*-linux-x64.zip")).unlink()
    shutil.copy2(newer, folder / newer.name)
    subprocess.run([sys.executable, str(TOOL), "server-generate", "--repo-dir", str(folder)], check=True)
    bpy.ops.extensions.repo_sync(repo_index=index)
    bpy.ops.extensions.package_upgrade_all(use_active_only=False)
    second = installed_version(repository)
    assert first != second, f"still {first} after the update"
    assert hasattr(bpy.types.Scene, "orator"), "after the update it is not enabled"
    print(f"HELD a repository over HTTP gives {first}, and then updates to {second}", flush=True)
    os._exit(0)


main()
