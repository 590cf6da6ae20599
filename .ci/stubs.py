"""Types of bpy for mypy: fake-bpy-module's stubs with what they leave out, written to build/stubs.

    python .ci/stubs.py

The stubs are generated from Blender's own description of its data, which cannot say what an extension hangs on it, what
is never missing where our code runs, or what a property declares. Each line below corrects one such thing in one class;
one that does not fit any more (a newer fake-bpy-module) ends the program, so that nothing is corrected by chance.
"""

from __future__ import annotations

import re
import shutil
import sysconfig
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
OUT: Final = ROOT / "build" / "stubs"
PACKAGES: Final = ("bpy", "bpy_extras", "mathutils")

_GROUPS = "orator.core.blender.groups"
_RETURNED = r"-> set\[bpy\.stub_internal\.rna_enums\.OperatorReturnItems\]"

_LAYOUT = (r"def layout\(self\) -> UILayout \| None", "def layout(self) -> UILayout")
_ANYTHING = (
    "def __getattr__(self, name: str) -> typing.Any: ...",
    "def __setattr__(self, name: str, value: typing.Any) -> None: ...",
)


def _more(*lines: str) -> tuple[str, str]:
    """Lines at the head of a class."""
    return r"\A(class \w+\b.*:\n)", r"\1" + "".join(f"    {line}\n" for line in lines)


CORRECTIONS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # An operator or a panel is not called without these; area, region, window and the active object may be missing.
    "Context": tuple(
        (rf"def {name}\(self\) -> (\w+) \| None", rf"def {name}(self) -> \1")
        for name in ("scene", "view_layer", "window_manager", "preferences", "tool_settings", "collection")
    ),
    # What we hang on Blender's types.
    "Object": (
        _more(f"orator: {_GROUPS}.CharacterGroup", f"orator_talk: {_GROUPS}.TalkGroup",
              f"orator_rig: {_GROUPS}.RigGroup", f"orator_seat: {_GROUPS}.SeatGroup"),
        # What there is follows from `Object.type`, which a type cannot say.
        (r"    data: \(\n(?:.*\n)*?    \)\n", "    data: typing.Any\n"),
        (r"def pose\(self\) -> Pose \| None", "def pose(self) -> Pose"),
    ),
    "Scene": (
        _more(f"orator: {_GROUPS}.SceneGroup", f"orator_styles: {_GROUPS}.StylesGroup",
              f"orator_emage: {_GROUPS}.EmageGroup", "orator_model: typing.Any"),
    ),
    "Action": (_more("orator_learn: bool"),),
    # Of many kinds, each with data of its own: `type` or bl_idname says which, a type of the list does not.
    **{name: (_more(*_ANYTHING),) for name in (
        "Modifier", "Constraint", "Property", "Node", "NodeSocket", "Attribute", "Light", "Space", "AddonPreferences",
        "ActionStrip", "BlenderRNA",
    )},
    # Every kind of ID that we ask has it.
    "ID": ((r"(    def animation_data_create)",
            r"    @property\n    def animation_data(self) -> AnimData | None: ...\n\1"),),
    # We ask for it once `use_nodes` is on.
    **{name: ((r"node_tree: ShaderNodeTree \| None", "node_tree: ShaderNodeTree"),) for name in ("Material", "World")},
    "Image": ((r"    pixels: float", "    pixels: typing.Any"),),
    # Results and options are sets of names; classes that are mixed in have them as plain sets.
    "Operator": (_LAYOUT, (_RETURNED, "-> set[str]"), (r"bl_options: set\[.*?\]\n", "bl_options: set[str]\n")),
    "Panel": (_LAYOUT, (r"bl_options: set\[(?:.*\n)*?    \]\n", "bl_options: set[str]\n"),
              (r"bl_(region|space)_type: .*", r"bl_\1_type: str")),
    "Menu": (_LAYOUT,),
    "UIList": (
        (r"def draw_item\((?:.*\n)*?    \) -> None:",
         "def draw_item(self, *args: typing.Any, **more: typing.Any) -> None:"),
        (r"tuple\[bpy_prop_array\[int\], bpy_prop_array\[int\]\]", "tuple[list[int], list[int]]"),
    ),
    "bpy_prop_collection_idprop": ((r"\(bpy_prop_collection\)", "(bpy_prop_collection[_GenericType1])"),),
    # A name in an ID asks for its custom property.
    "bpy_struct": (_more("def __contains__(self, key: str) -> bool: ..."),
                   (r"(def id_properties_ui\((?:.*\n)*?    \)) -> None:", r"\1 -> typing.Any:")),
}  # fmt: skip

ELSEWHERE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "bpy/app/handlers": (
        (r"^persistent: typing.Any", "_F = typing.TypeVar('_F', bound=typing.Callable[..., None])\n"
                                     "def persistent(function: _F) -> _F: ..."),
    ),
    "bpy/stub_internal/rna_enums": (
        (r"^type WmReportItems = typing.Literal\[(?:.*\n)*?\]", "type WmReportItems = str"),
    ),
    "bpy/path": ((r"\Z", "\nextensions_audio: frozenset[str]\nextensions_movie: frozenset[str]\n"),),
    "bpy/utils": ((r"(def register_cli_command\(.*\)) -> None:", r"\1 -> typing.Any:"),),
    # What add-ons register there is known only while they run.
    "bpy/ops/export_scene": ((r"\Z", "\ndef __getattr__(name: str) -> typing.Any: ...\n"),),
    "bpy_extras/io_utils": (
        (r"(class (?:Ex|Im)portHelper:\n)", r"\1    filepath: str\n"),
        (r"def check\(self, _context\) -> None:", "def check(self, _context: typing.Any) -> bool:"),
        (r"def invoke\(self, context, _event\) -> None:",
         "def invoke(self, context: typing.Any, _event: typing.Any) -> set[str]:"),
    ),
    "mathutils": ((r"(class Vector:\n(?:    \"\"\".*\n)?)",
                   r"\1    def __iter__(self) -> collections.abc.Iterator[float]: ...\n"),),
}  # fmt: skip

VALUES: Final = {"Bool": "bool", "Int": "int", "Float": "float", "String": "str", "Enum": "str"}
"""A property is read as this; core/blender/declared.py declares it as one."""

_POINTERS: Final = """
@typing.overload
def PointerProperty[T: bpy.types.PropertyGroup](*, type: type[T], **more: typing.Any) -> T: ...
@typing.overload
def PointerProperty[I: bpy.types.ID](*, type: type[I], **more: typing.Any) -> I | None: ...
def CollectionProperty[T: bpy.types.PropertyGroup](
    *, type: type[T], **more: typing.Any
) -> bpy.types.bpy_prop_collection_idprop[T]: ...
"""


def replaced(text: str, pattern: str, new: str, place: str) -> str:
    """A text with every match replaced; one at least."""
    text, count = re.subn(pattern, new, text, flags=re.MULTILINE)
    if not count:
        raise SystemExit(f"Nothing like {pattern!r} in {place} of the stubs: look at what {__file__} corrects.")
    return text


def corrected(text: str, name: str, changes: tuple[tuple[str, str], ...]) -> str:
    """A stub with the changes made in one class."""
    start = re.search(rf"^class {name}\b", text, re.MULTILINE)
    if start is None:
        raise SystemExit(f"No class {name} in the stubs: look at CORRECTIONS in {__file__}.")
    end = re.compile(r"^class ", re.MULTILINE).search(text, start.end())
    body = text[start.start() : end.start() if end else len(text)]
    rest = text[end.start() :] if end else ""
    for pattern, new in changes:
        body = replaced(body, pattern, new, name)
    return text[: start.start()] + body + rest


def properties(text: str) -> str:
    """The functions of bpy.props as what is read where they declare."""
    for kind, value in VALUES.items():
        text, count = re.subn(rf"(def {kind}Property\[(?:.*\n)*?\)) -> None:", rf"\1 -> {value}:", text, count=1)
        if not count:
            raise SystemExit(f"No {kind}Property in the stubs: look at VALUES in {__file__}.")
    for name in ("PointerProperty", "CollectionProperty"):
        text = re.sub(rf"^def {name}\b(?:.*\n)*?(?=^def )", "", text, count=1, flags=re.MULTILINE)
    return text + _POINTERS


def main() -> None:
    """Write the stubs anew."""
    installed = Path(sysconfig.get_paths()["purelib"])
    shutil.rmtree(OUT, ignore_errors=True)
    for package in PACKAGES:
        shutil.copytree(installed / f"{package}-stubs", OUT / package)
    types = OUT / "bpy" / "types" / "__init__.pyi"
    text = types.read_text(encoding="utf-8").replace("import typing\n", f"import typing\nimport {_GROUPS}\n", 1)
    for name, changes in CORRECTIONS.items():
        text = corrected(text, name, changes)
    types.write_text(text, encoding="utf-8")
    props = OUT / "bpy" / "props" / "__init__.pyi"
    props.write_text(properties(props.read_text(encoding="utf-8")), encoding="utf-8")
    for place, changes in ELSEWHERE.items():
        path = OUT / place / "__init__.pyi"
        text = path.read_text(encoding="utf-8")
        for pattern, new in changes:
            text = replaced(text, pattern, new, place)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
