"""Pictures of the face in docs/images: a human voice at known phones, and eight emotions while she speaks.

    python docs/demo/face_sheets.py [--out docs/images]

Needs bpy and PyTorch in one Python, and the held-out speech of `python -m orator.models.training.face.data`. Every
picture is one whole generation of one held-out paragraph, rendered at the frame that its label tells.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pictures
from orator.core.arkit import ARKIT, INDEX
from orator.core.blender.character import add_character, add_stage
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.emotion import constant_emotion
from orator.core.rotations import from_rotvec
from orator.core.settings import Settings
from orator.models.face import generate_face
from orator.models.training.face.data import Sample, condition_of, load
from orator.models.training.face.measures import openness

FPS = 30.0
PHONES = "P AA F OW IY TH W M EH S V UW".split()
SPELLED = dict(P="p (pat)", AA="a (father)", F="f (fat)", OW="o (go)", IY="i (see)", TH="th (thin)", W="w (we)",
               M="m (me)", EH="e (bed)", S="s (see)", V="v (vat)", UW="u (too)")  # fmt: skip
MOUTH = pictures.Framing(height=0.150, degrees=20.0, size=(216, 232))
FACE = pictures.Framing(height=0.235, degrees=8.0, size=(168, 200))
SMALL = pictures.Framing(height=0.225, degrees=8.0, size=(104, 124))
SEED = 3
LEAST = 2 / FPS
"""Seconds: a sound that is to be seen in a still; an "of" before "the" can be half of it."""


class Studio:
    """The character before a camera, with a line of text under its chin."""

    def __init__(self, framing: pictures.Framing, lift: float) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene = bpy.context.scene
        self.character = add_character(bpy.context)
        add_stage(self.scene, self.character)
        self.framing = framing
        camera = pictures.add_camera(self.scene)
        pictures.use_workbench(self.scene)
        self.scene.display.shading.show_cavity = True
        self.scene.display.shading.cavity_type = "BOTH"
        at = pictures.head_of(self.character) + Vector((0.0, -0.085, lift))
        pictures.aim(self.scene, at, framing)
        self.label = pictures.add_label(camera, 0.075 * max(1.0, 150.0 / framing.size[1]))

    def shoot(self, face: np.ndarray, head: np.ndarray, label: str) -> np.ndarray:
        """The face (52,) with its head turn (3,), as pixels (H, W, 3)."""
        pictures.shape_face(self.character, dict(zip(ARKIT, map(float, face), strict=True)))
        pictures.turn_bone(self.character, "head", from_rotvec(head))
        self.label.data.body = label
        with tempfile.TemporaryDirectory() as folder:
            return pictures.render(self.scene, Path(folder) / "still.png")


def sheet(cells: list[np.ndarray], columns: int, path: Path, gap: int = 3) -> None:
    """Cells of one size in rows on a white page."""
    pictures.write_png(pictures.page(cells, columns, gap), path)
    print(path, flush=True)


def generated(sample: Sample, emotion: str = "neutral", intensity: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Face and head of a paragraph, as anyone would get them without a transcript; eyes open on every frame."""
    settings = Settings(blink_rate=0.0)
    return generate_face(condition_of(sample), settings, constant_emotion(emotion, intensity), SEED)


def human(samples: list[Sample]) -> Sample:
    """The held-out paragraph of the human voice that has most of the phones for two frames, short ones first."""

    def seen(sample: Sample) -> set[str]:
        return {p.name for p in sample.phones if p.end - p.start >= LEAST} & set(PHONES)

    return max((s for s in samples if s.voice == "kathleen"), key=lambda s: 100 * len(seen(s)) - s.features.seconds)


def frame_of(phone: str, sample: Sample, face: np.ndarray) -> int:
    """The frame to show for a phone: its longest one's middle; where the lips meet, the frame that they meet on."""
    longest = max((p for p in sample.phones if p.name == phone), key=lambda p: p.end - p.start)
    first, last = int(np.ceil(longest.start * FPS)), int(longest.end * FPS)
    span = np.arange(first, max(last, first) + 1)
    if phone in "PBM":
        return int(span[np.argmin(openness(face)[span])])
    if phone in "FV":
        return int(span[np.argmax(face[span, INDEX["mouthRollLower"]] - openness(face)[span])])
    if phone == "TH":
        return int(span[np.argmax(face[span, INDEX["tongueOut"]])])
    return round((longest.start + longest.end) / 2 * FPS)


def phones_sheet(sample: Sample, path: Path) -> None:
    """Twelve phones of one paragraph."""
    face, head = generated(sample)
    studio = Studio(MOUTH, -0.105)
    frames = [(name, frame_of(name, sample, face)) for name in PHONES if any(p.name == name for p in sample.phones)]
    cells = [studio.shoot(face[k], 0.0 * head[k], f"{SPELLED[name]}  {k / FPS:.2f} s") for name, k in frames]
    sheet(cells, 6, path)


def emotion_sheets(sample: Sample, folder: Path) -> None:
    """All emotions at 0.5 and 1 on one open vowel; and for each level twelve frames of every emotion, 0.2 s apart."""
    vowel = next(p for p in sample.phones if p.name in ("EH", "AE", "EY") and p.start > 3.0 and p.end - p.start > 0.07)
    middle = round((vowel.start + vowel.end) / 2 * FPS)
    made = {level: {name: generated(sample, name, level) for name in EMOTIONS} for level in (0.5, 1.0)}
    large = Studio(FACE, -0.070)
    cells = [
        large.shoot(face[middle], head[middle], f"{name} {level:g}")
        for level, faces in made.items() for name, (face, head) in faces.items()
    ]  # fmt: skip
    sheet(cells, len(EMOTIONS), folder / "face_emotions.jpg")
    small = Studio(SMALL, -0.070)
    frames = [middle + 6 * k for k in range(12)]
    name_of = {0.5: "half", 1.0: "full"}
    for level, faces in made.items():
        cells = [
            small.shoot(face[k], head[k], name if k == middle else "")
            for name, (face, head) in faces.items() for k in frames
        ]  # fmt: skip
        sheet(cells, len(frames), folder / f"face_emotions_{name_of[level]}.jpg", 1)


def main() -> None:
    """Make every sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("phones", "emotions"), help="one kind of sheet")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "images")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    sample = human(load("test"))
    if given.only != "emotions":
        phones_sheet(sample, given.out / "face_phones.png")
    if given.only != "phones":
        emotion_sheets(sample, given.out)


if __name__ == "__main__":
    main()
