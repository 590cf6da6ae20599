"""Makes a static extension repository out of the small edition's zips: a folder that any web server can hand out.

    repository.py [FOLDER]

FOLDER (build/repository) then has the zips of every system that is in build/, index.json for Blender (Preferences >
Get Extensions > Repositories > Add Remote Repository) and index.html for people. A new version takes the place of the
one before: Blender's index has one of each system, and who has an older one is offered the update.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from build import BUILD, blender_tool


def small_zips() -> dict[str, Path]:
    """The newest small zip of each system, by its name."""
    found: dict[str, Path] = {}
    for path in sorted(BUILD.glob("orator-*.zip"), key=lambda p: p.stat().st_mtime):
        match = re.fullmatch(r"orator-[\d.]+-([a-z]+-[a-z0-9]+)\.zip", path.name)
        if match:
            found[match.group(1)] = path
    return found


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD / "repository"
    zips = small_zips()
    if not zips:
        sys.exit("There is no zip to give out: run `make build` or `make build-all` first.")
    folder.mkdir(parents=True, exist_ok=True)
    for system, path in zips.items():
        for old in folder.glob(f"orator-*-{system}.zip"):
            old.unlink()
        shutil.copy2(path, folder / path.name)
    blender_tool("server-generate", "--repo-dir", str(folder), "--html")
    names = sorted(path.name for path in folder.glob("*.zip"))
    print(f"{folder}: {', '.join(names)}\nServe the folder, and give artists the address of its index.json.")


if __name__ == "__main__":
    main()
