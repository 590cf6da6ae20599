"""`blender --command orator`: the command line inside Blender."""

from __future__ import annotations

from typing import Any

import bpy

_registered: list[Any] = []


def _run(argv: list[str]) -> int:
    from .command_line import main

    return main(argv)


def _attach() -> None:
    if hasattr(bpy.utils, "register_cli_command"):
        _registered.append(bpy.utils.register_cli_command("orator", _run))


def _detach() -> None:
    while _registered:
        bpy.utils.unregister_cli_command(_registered.pop())


HOOK = (_attach, _detach)
CLASSES: tuple[type, ...] = ()
