"""What a glTF file itself says of its animations, read without Blender's importer."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ..errors import OratorError


def read_gltf_json(path: Path) -> dict[str, Any]:
    """The JSON of a .glb or .gltf file. Raises OratorError when it is none."""
    try:
        data = path.read_bytes()
        if data[:4] == b"glTF":
            length, kind = struct.unpack_from("<I4s", data, 12)
            if kind != b"JSON":
                raise ValueError("its first chunk is no JSON")
            data = data[20 : 20 + length]
        found = json.loads(data)
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror}).") from error
    except (ValueError, struct.error, RecursionError) as error:
        raise OratorError(f"'{path.name}' is no glTF file ({error}). Export it again.") from error
    if not isinstance(found, dict):
        raise OratorError(f"'{path.name}' is no glTF file. Export it again.")
    return found


def animation_times(path: Path) -> list[tuple[str, float, float]]:
    """(name, first second, last second) of every animation of the file, by the bounds of its samplers' times.

    Raises OratorError when the file is no glTF.
    """
    content, out = read_gltf_json(path), []
    try:
        for animation in content.get("animations", ()):
            times = [content["accessors"][sampler["input"]] for sampler in animation["samplers"]]
            first, last = min(t["min"][0] for t in times), max(t["max"][0] for t in times)
            out.append((str(animation.get("name", "")), float(first), float(last)))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise OratorError(f"'{path.name}' has animations without times. Export it again.") from error
    return out


def keep_animations(path: Path, names: set[str]) -> None:
    """Drop the animations of other names from a .glb or .gltf file that was just written; the rest stays as it is.

    Raises OratorError and OSError.
    """
    content = read_gltf_json(path)
    animations = content.get("animations", [])
    kept = [animation for animation in animations if animation.get("name") in names]
    if len(kept) == len(animations):
        return
    content["animations"] = kept
    if not kept:
        del content["animations"]
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    data = path.read_bytes()
    if data[:4] == b"glTF":
        text += b" " * (-len(text) % 4)
        rest = data[20 + struct.unpack_from("<I", data, 12)[0] :]
        version = struct.unpack_from("<I", data, 4)[0]
        head = struct.pack("<4sII", b"glTF", version, 20 + len(text) + len(rest))
        text = head + struct.pack("<I4s", len(text), b"JSON") + text + rest
    path.write_bytes(text)
