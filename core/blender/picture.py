"""Talking pictures: a picture's mesh with shapes, its materials, and the marks that the artist drags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy
import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..pictures import check_size, figures, keyed, opaque, srgb_to_linear
from .picture_images import image_of, pixels_of
from .picture_layers import cut_pictures, mask_now, propose_mask, remember

if TYPE_CHECKING:
    from ..picture.marks import Marks
    from ..picture.puppet import Puppet

MARK: Final = "orator_mark"
PICTURE: Final = "orator_picture"
_KEPT: Final = "orator_picture_image"
"""The picture itself: the materials show its layers, and what nobody uses is not saved."""
_SPREAD: Final = "orator_picture_spread"
"""How many times as wide as its lines the strips are that they lie on."""
_LIPS: Final = "orator_picture_lips"
"""How thick a line would be for its drawn lips, in pixels; 0 without any."""
_STILL: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".tga", ".webp", ".exr", ".jp2")


def is_picture(obj: bpy.types.Object | None) -> bool:
    """Whether an object is a talking picture."""
    return obj is not None and obj.type == "MESH" and obj.get(PICTURE) is not None


def add_picture(context: bpy.types.Context, path: str) -> tuple[bpy.types.Object, tuple[str, ...]]:
    """A talking picture from a file, upright at the 3D cursor, and what to say about its marks. Raises OratorError."""
    from ..picture.marks import check_marks, propose

    image = load_still(path)
    try:
        pixels = pixels_of(image)
        notes: list[str] = []
        if opaque(pixels):
            cut = keyed(pixels)
            if opaque(cut):
                notes.append("the picture has no clear background, so all of it is kept")
            else:
                kept, pixels = image, cut
                image = image_of(f"{kept.name} cut out", cut)
                bpy.data.images.remove(kept)
        if figures(pixels) > 1:
            notes.append("the picture shows several figures: crop it to the one that should talk")
        marks = propose(pixels)
        check_marks(marks, pixels.shape[1], pixels.shape[0])
    except Exception:
        bpy.data.images.remove(image)
        raise
    obj = _object(context, Path(path).stem, image, pixels, marks)
    return obj, (*notes, *marks.notes)


def load_still(path: str) -> bpy.types.Image:
    """A still picture, packed. Raises OratorError."""
    name = Path(path).name
    if not Path(path).is_file():
        raise OratorError(f"The picture '{path}' is missing: choose it again.")
    if Path(path).suffix.lower() not in _STILL:
        raise OratorError(f"'{name}' is no still picture that Blender reads: save it as a PNG.")
    try:
        image = bpy.data.images.load(path)
    except RuntimeError:
        raise OratorError(f"'{name}' is not a picture that can be read: save it as a PNG.") from None
    try:
        if (not image.has_data and not image.pixels) or image.size[0] == 0:
            raise OratorError(f"The picture '{name}' is cut off or damaged: save it again.")
        if _moves(Path(path)):
            raise OratorError(f"'{name}' is animated: save one of its pictures as a PNG.")
        check_size(name, *image.size)
        # Kept in the .blend: a file that is replaced later does not change a take that was made for this one.
        image.pack()
    except Exception:
        bpy.data.images.remove(image)
        raise
    return image


def _moves(path: Path) -> bool:
    """Whether a PNG or WebP file is animated: it says so before its pixels."""
    with path.open("rb") as file:
        head = file.read(4096)
    return b"acTL" in head.split(b"IDAT", 1)[0] if head.startswith(b"\x89PNG") else b"ANIM" in head[:64]


def _object(
    context: bpy.types.Context, name: str, image: bpy.types.Image, pixels: Array, marks: Marks
) -> bpy.types.Object:
    from ..picture.grain import tiles
    from ..picture.layers import parts_of
    from ..picture.lips import find_lips, with_lips
    from ..picture.plate import lash_ends, line_colour, skin_plate, stroke_widths
    from ..picture.puppet import MATERIALS, build
    from ..picture.stroke import SPREAD, mouth_colours, pen_strip, stroke_strip

    layers, mask = propose_mask(name, pixels, marks)
    parts = parts_of(pixels, mask, marks)
    line, plate = line_colour(pixels, marks), skin_plate(pixels, marks)
    images = {"Skin": image_of(f"{name} skin", plate)}
    images.update(cut_pictures(name, pixels, parts, marks, images))
    flat, strokes = mouth_colours(line, pixels), stroke_widths(pixels, marks)
    grained = tiles(pixels, marks, flat)
    strip = stroke_strip(pixels, plate, marks, line)
    own = strip is None and "Line" not in grained
    if strip is None:
        even = np.rint(255.0 * np.array([[[*line, 1.0]]])).astype(np.uint8)
        strip = pen_strip(strokes[1] or 3.0, grained.get("Line", even))
    lips = find_lips(pixels, plate, marks, line, strokes[1])
    if lips is not None:
        strip, own = with_lips(strip, lips, line), False
    grained["Line"] = strip
    images |= {title: image_of(f"{name} {title}", tile) for title, tile in grained.items()}
    (height, width), lip = pixels.shape[:2], lips.stroke if lips else 0.0
    puppet = build(marks, width, height, strokes, parts, SPREAD, lip, lash_ends(pixels, marks))
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(puppet.vertices.tolist(), [], puppet.quads.tolist())
    for title, material in zip(MATERIALS, _materials(name, images, flat), strict=True):
        if own and title == "Line":
            _coloured(material, flat[title])
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", puppet.materials.astype(np.int32))
    mesh.uv_layers.new(name="UVMap")
    obj = bpy.data.objects.new(name, mesh)
    obj[PICTURE] = image.name
    obj[_KEPT] = image
    remember(obj, layers, mask)
    obj[_SPREAD] = SPREAD
    obj[_LIPS] = lips.stroke if lips else 0.0
    obj[f"{PICTURE}_size"] = [pixels.shape[1], pixels.shape[0]]
    context.scene.collection.objects.link(obj)
    obj.location = context.scene.cursor.location
    obj.shape_key_add(name="Basis", from_mix=False)
    for key in puppet.shapes:
        obj.shape_key_add(name=key, from_mix=False).value = 0.0
    _write(obj, puppet)
    _add_marks(obj, marks, context.scene)
    for other in context.selected_objects:
        other.select_set(False)
    obj.select_set(True)
    context.view_layer.objects.active = obj
    return obj


def _materials(
    name: str, images: dict[str, bpy.types.Image], flat: dict[str, tuple[float, ...]]
) -> Iterator[bpy.types.Material]:
    """A picture's materials in their order: by its images, or of a plain colour."""
    from ..picture.puppet import MATERIALS

    for title in MATERIALS:
        picture, repeats = images.get(title), title in flat
        yield textured(f"{name} {title}", picture, repeats) if picture else _plain(f"{name} {title}", flat[title])


def _write(obj: bpy.types.Object, puppet: Puppet) -> None:
    """Vertices, shapes and texture places of a puppet into its object."""
    mesh = obj.data
    mesh.vertices.foreach_set("co", puppet.vertices.astype(np.float32).ravel())
    loops = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", loops)
    mesh.uv_layers[0].data.foreach_set("uv", puppet.uvs[loops].astype(np.float32).ravel())
    blocks = mesh.shape_keys.key_blocks
    blocks[0].data.foreach_set("co", puppet.vertices.astype(np.float32).ravel())
    for name, offset in puppet.shapes.items():
        block = blocks.get(name)
        if block is not None:
            block.data.foreach_set("co", (puppet.vertices + offset).astype(np.float32).ravel())
    mesh.update()


def _coloured(material: bpy.types.Material, colour: tuple[float, ...]) -> None:
    """Let a textured material keep its picture's alpha, and have a flat colour, which is the artist's to change."""
    tree: Any = material.node_tree
    emission = next(node for node in tree.nodes if node.type == "EMISSION")
    for link in list(emission.inputs["Color"].links):
        tree.links.remove(link)
    emission.inputs["Color"].default_value = (*srgb_to_linear(np.array(colour)).tolist(), 1.0)


def _plain(name: str, colour: tuple[float, ...]) -> bpy.types.Material:
    """A flat colour that no light changes; the artist's to change."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    linear = (*srgb_to_linear(np.array(colour)).tolist(), 1.0)
    material.diffuse_color = linear
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    emission, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    emission.inputs["Color"].default_value = linear
    links.new(emission.outputs[0], output.inputs[0])
    return material


def textured(name: str, image: bpy.types.Image, repeats: bool = False) -> bpy.types.Material:
    """A picture as it is, with its alpha; no light changes it."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.surface_render_method = "DITHERED"
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    texture, emission = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeEmission")
    clear, mix = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeMixShader")
    output = nodes.new("ShaderNodeOutputMaterial")
    texture.image, texture.extension = image, "REPEAT" if repeats else "EXTEND"
    links.new(texture.outputs["Color"], emission.inputs["Color"])
    links.new(texture.outputs["Alpha"], mix.inputs[0])
    links.new(clear.outputs[0], mix.inputs[1])
    links.new(emission.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], output.inputs[0])
    return material


# --- Marks --------------------------------------------------------------------------------------------------------


def _add_marks(obj: bpy.types.Object, marks: Marks, scene: bpy.types.Scene) -> None:
    width, height = obj[f"{PICTURE}_size"]
    for name, (x, y) in marks.places.items():
        empty = bpy.data.objects.new(f"{obj.name} {name}", None)
        empty[MARK] = name
        empty.empty_display_type, empty.empty_display_size = "SPHERE", 0.012
        empty.parent, empty.show_in_front = obj, True
        empty.show_name = True
        empty.location = ((x + 0.5 - width / 2.0) / height, -0.05, 1.0 - (y + 0.5) / height)
        empty.lock_location[1] = True
        scene.collection.objects.link(empty)
        empty.hide_set(True)


def mark_objects(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """The empties that mark a talking picture's face."""
    return [child for child in obj.children if child.get(MARK)]


def marks_shown(obj: bpy.types.Object) -> bool:
    """Whether the marks can be seen and dragged."""
    return any(not empty.hide_get() for empty in mark_objects(obj))


def show_marks(obj: bpy.types.Object, shown: bool) -> None:
    """Show or hide the marks. Raises OratorError when the artist deleted them."""
    found = mark_objects(obj)
    if not found:
        raise OratorError(f"The marks of '{obj.name}' are gone: undo, or add the picture again.")
    for empty in found:
        empty.hide_set(not shown)


def read_marks(obj: bpy.types.Object) -> Marks:
    """The marks as the artist left them, in the picture's pixels."""
    from ..picture.marks import Marks

    width, height = obj[f"{PICTURE}_size"]
    places = {}
    for empty in mark_objects(obj):
        x, _, z = empty.matrix_parent_inverse @ empty.location
        places[str(empty[MARK])] = (float(x) * height + width / 2.0 - 0.5, (1.0 - float(z)) * height - 0.5)
    return Marks(places)


def update_picture(obj: bpy.types.Object) -> None:
    """Rebuild the shapes, lids and mouth from the marks; takes go on playing. Raises OratorError before any change."""
    from ..picture.layers import parts_of
    from ..picture.plate import lash_ends, skin_plate, stroke_widths
    from ..picture.puppet import build, vertex_count

    if obj.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    image: bpy.types.Image | None = obj.get(_KEPT) or bpy.data.images.get(obj[PICTURE])
    if image is None:
        raise OratorError(f"The picture '{obj[PICTURE]}' is no longer in this file: add it again.")
    marks = read_marks(obj)
    width, height = obj[f"{PICTURE}_size"]
    # Marks that cannot be, and a mesh that they cannot move, are told before anything changes.
    if vertex_count(marks, int(width), int(height)) != len(obj.data.vertices):
        raise OratorError(
            f"The mesh of '{obj.name}' was edited, or made by an older Orator, so its marks cannot move it: add the "
            "picture again."
        )
    pixels = pixels_of(image)
    parts = parts_of(pixels, mask_now(obj, pixels, marks), marks)
    spread = float(obj.get(_SPREAD, 1.0))
    strokes, lips = stroke_widths(pixels, marks), float(obj.get(_LIPS, 0.0))
    puppet = build(marks, int(width), int(height), strokes, parts, spread, lips, lash_ends(pixels, marks))
    _write(obj, puppet)
    images = _images_of(obj)
    if "Skin" in images:
        image_of(images["Skin"].name, skin_plate(pixels, marks), images["Skin"])
    _show_layers(obj, cut_pictures(obj.name, pixels, parts, marks, {k: v for k, v in images.items() if v != image}))


def _show_layers(obj: bpy.types.Object, images: dict[str, bpy.types.Image]) -> None:
    """Let the sheets' materials show their pictures."""
    from ..picture.puppet import MATERIALS

    for title, image in images.items():
        for node in _textures(obj, MATERIALS.index(title)):
            node.image = image


def _images_of(obj: bpy.types.Object) -> dict[str, bpy.types.Image]:
    """The images of the materials that show one, by the materials' titles; the artist's own are left out."""
    from ..picture.puppet import MATERIALS

    found = {title: _textures(obj, k) for k, title in enumerate(MATERIALS)}
    return {title: nodes[0].image for title, nodes in found.items() if nodes and nodes[0].image}


def _textures(obj: bpy.types.Object, index: int) -> list[Any]:
    material: Any = obj.data.materials[index] if len(obj.data.materials) > index else None
    if material is None or material.node_tree is None:
        return []
    return [node for node in material.node_tree.nodes if node.type == "TEX_IMAGE"]
