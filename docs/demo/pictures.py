"""Pictures of a performance: a contact sheet of the body with close-ups of the face, and a movie with sound."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from mathutils import Quaternion, Vector


@dataclass(frozen=True)
class Framing:
    """A camera: what it aims at, from which side (degrees from the front, positive to the character's left), how tall
    the picture is there in metres, and the picture's size in pixels."""

    height: float
    degrees: float
    size: tuple[int, int]
    lift: float = 0.0
    """How much higher than its aim the camera stands, in metres."""


BODY = Framing(height=1.93, degrees=12.0, size=(270, 400), lift=0.1)
FACE = Framing(height=0.40, degrees=14.0, size=(270, 260), lift=0.02)
MOVIE = Framing(height=1.08, degrees=9.0, size=(576, 324), lift=0.06)

Tell = Callable[[float], None]
"""Told the share that is done."""


def head_of(character: bpy.types.Object) -> Vector:
    """The middle of the head in the world, at the scene's frame."""
    bone = character.pose.bones["head"]
    return character.matrix_world @ (bone.matrix @ Vector((0.0, bone.length * 0.5, 0.0)))


def add_camera(scene: bpy.types.Scene) -> bpy.types.Object:
    """A camera of our own, made the scene's."""
    camera = bpy.data.objects.new("Picture Camera", bpy.data.cameras.new("Picture Camera"))
    scene.collection.objects.link(camera)
    camera.data.lens = 70.0
    scene.camera = camera
    scene.view_settings.exposure = 0.55
    return camera


def add_label(camera: bpy.types.Object, size: float) -> bpy.types.Object:
    """A line of text along the lower edge of the camera's picture, `size` of its height."""
    data = bpy.data.curves.new("Label", "FONT")
    data.align_x = "CENTER"
    material = bpy.data.materials.new("Label")
    material.diffuse_color = (1.0, 1.0, 1.0, 1.0)
    data.materials.append(material)
    text = bpy.data.objects.new("Label", data)
    camera.users_collection[0].objects.link(text)
    distance = 0.25
    height = 2.0 * distance * np.tan(0.5 * camera.data.angle_y)
    data.size = size * height
    text.parent = camera
    text.location = (0.0, -0.475 * height, -distance)
    return text


def page(cells: list[np.ndarray], columns: int, gap: int = 3) -> np.ndarray:
    """Cells (H, W, 3) of one size in rows on a white page."""
    height, width = cells[0].shape[:2]
    rows = -(-len(cells) // columns)
    out = np.ones((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), np.float32)
    for k, cell in enumerate(cells):
        top, left = gap + (k // columns) * (height + gap), gap + (k % columns) * (width + gap)
        out[top : top + height, left : left + width] = cell
    return out


def shape_face(character: bpy.types.Object, weights: Mapping[str, float]) -> None:
    """Set every ARKit shape key of the character's meshes; those that are not named to 0."""
    for mesh in character.children:
        keys = mesh.data.shape_keys if mesh.type == "MESH" else None
        for block in keys.key_blocks[1:] if keys else ():
            block.value = weights.get(block.name, 0.0)


def turn_bone(character: bpy.types.Object, joint: str, rotation: np.ndarray) -> None:
    """Turn a joint's bone from its rest by a rotation (4,) wxyz in SMPL-X axes."""
    bone = character.pose.bones[joint]
    rest = bone.bone.matrix_local.to_quaternion()
    w, x, y, z = rotation
    bone.rotation_quaternion = rest.inverted() @ Quaternion((w, x, -z, y)) @ rest


def aim(scene: bpy.types.Scene, at: Vector, framing: Framing) -> None:
    """Point the scene's camera, and set the size of the picture."""
    camera = scene.camera
    scene.render.resolution_x, scene.render.resolution_y = framing.size
    scene.render.resolution_percentage = 100
    camera.data.sensor_fit = "VERTICAL"
    distance = 0.5 * framing.height / math.tan(0.5 * camera.data.angle_y)
    turn = math.radians(framing.degrees)
    camera.location = at + Vector((math.sin(turn) * distance, -math.cos(turn) * distance, framing.lift))
    camera.rotation_euler = (at - camera.location).to_track_quat("-Z", "Y").to_euler()


def use_cycles(scene: bpy.types.Scene, samples: int) -> None:
    """Path tracing on the CPU, which needs no window and no graphics card."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 4
    scene.render.use_persistent_data = True


def use_workbench(scene: bpy.types.Scene) -> None:
    """Blender's quick solid look, for movies."""
    scene.render.engine = "BLENDER_WORKBENCH"
    shading = scene.display.shading
    shading.light = "STUDIO"
    shading.color_type = "MATERIAL"
    shading.show_shadows = False
    shading.show_cavity = False
    shading.background_type = "WORLD"
    scene.display.render_aa = "FXAA"  # without a graphics card, more of it takes most of the time


def render(scene: bpy.types.Scene, path: Path) -> np.ndarray:
    """Render the scene's frame to a PNG, and its pixels (H, W, 3), row 0 on top, as they are in the file."""
    if hasattr(scene.render.image_settings, "media_type"):
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return read_png(path)


def read_png(path: Path) -> np.ndarray:
    """The pixels of an image file, (H, W, 3) in [0, 1]."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(height, width, -1)[::-1, :, :3]


def write_png(pixels: np.ndarray, path: Path) -> None:
    """Write pixels (H, W, 3) in [0, 1] to a PNG, or a smaller .jpg, as they are."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("Sheet", width, height)
    image.colorspace_settings.name = "Non-Color"
    image.pixels.foreach_set(np.dstack([pixels[::-1], np.ones((height, width))]).astype(np.float32).ravel())
    image.filepath_raw = str(path)
    image.file_format = "JPEG" if path.suffix == ".jpg" else "PNG"
    image.save(quality=88) if path.suffix == ".jpg" else image.save()
    bpy.data.images.remove(image)


def contact_sheet(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    frames: Iterable[int],
    path: Path,
    columns: int = 6,
    gap: int = 6,
    tell: Tell = lambda fraction: None,
) -> None:
    """Body above, face below, one column a frame, so many columns a row."""
    use_cycles(scene, 8)
    frames = list(frames)
    cells: list[np.ndarray] = []
    with tempfile.TemporaryDirectory() as folder:
        still = Path(folder) / "still.png"
        for frame in frames:
            scene.frame_set(frame)
            head = head_of(character)
            root = character.matrix_world @ character.pose.bones["pelvis"].head
            aim(scene, Vector((root.x, root.y, 0.88)), BODY)
            body = render(scene, still)
            aim(scene, head - Vector((0.0, 0.0, 0.03)), FACE)
            face = render(scene, still)
            cells.append(np.vstack([body, face]))
            tell(len(cells) / len(frames))
    paper = np.array([0.12, 0.125, 0.135], np.float32)
    height, width = cells[0].shape[:2]
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    sheet = np.tile(paper, (rows * (height + gap) + gap, columns * (width + gap) + gap, 1))
    for k, cell in enumerate(cells):
        top, left = gap + (k // columns) * (height + gap), gap + (k % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = cell
    write_png(sheet, path)


def movie(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    path: Path,
    tell: Tell = lambda fraction: None,
    at: Vector | None = None,
    framing: Framing = MOVIE,
) -> None:
    """The scene's frame range as an mp4 (H.264, and AAC from the sequencer's sound); `at` is what the camera aims at,
    the character where it is left out."""
    use_workbench(scene)
    scene.frame_set((scene.frame_start + scene.frame_end) // 2)
    root = character.matrix_world @ character.pose.bones["pelvis"].head
    aim(scene, at or Vector((root.x, root.y, head_of(character).z - 0.34)), framing)
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    settings.color_mode = "RGB"
    video = scene.render.ffmpeg
    video.format, video.codec, video.constant_rate_factor = "MPEG4", "H264", "HIGH"
    video.audio_codec, video.audio_bitrate = "AAC", 160
    scene.render.filepath = str(path)
    scene.render.use_file_extension = False
    # The strip is there for its sound; the picture is the 3D scene's.
    scene.render.use_sequencer = False
    frames = scene.frame_end - scene.frame_start + 1

    def rendered(of: bpy.types.Scene, *_args: object) -> None:
        tell((of.frame_current - of.frame_start + 1) / frames)

    bpy.app.handlers.render_write.append(rendered)
    try:
        bpy.ops.render.render(animation=True)
    finally:
        bpy.app.handlers.render_write.remove(rendered)
