"""Stills of the two-character scene at random times, for somebody who hears nothing to name the speaker.

blind_stills.py OUT [CONVERSATION.blend]     OUT/draw1..3/01..20.png and OUT/key.json, the answers

Without a file the scene is made first, as `make demo-conversation` makes it. A time counts where one of the two is
heard and the other is silent; which times, and their order, is by chance. Runs where make_conversation.py does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bpy
import make_conversation
import make_demo
import numpy as np
import pictures
from make_demo import FPS, ROOT, Stages, must

DRAWS, STILLS = 3, 20
APART = 0.6
"""Seconds between two stills of a draw."""
HEARD, SILENT = 0.1, 0.5
"""Seconds around a still in which the one is heard, and the other is not."""
SIDES = ("left", "right")
FRAMING = pictures.Framing(height=1.32, degrees=0.0, size=(1000, 650), lift=0.05)
VOICES = tuple(Path(__file__).resolve().parent / "conversation" / name for name in ("anna.flac", "ben.flac"))


def clear_times() -> list[tuple[float, str]]:
    """Seconds of the sound, a tenth apart, at which one of the two is clearly heard alone, and who."""
    from orator.core.conversation.activity import activities
    from orator.core.speech.load import load_speech

    heard = activities(*(load_speech(voice) for voice in VOICES))
    out = []
    for at in range(int(100 * SILENT), len(heard[0]) - int(100 * SILENT), 10):
        near, wide = (slice(at - int(100 * x), at + int(100 * x) + 1) for x in (HEARD, SILENT))
        out += [(at / 100.0, SIDES[k]) for k in (0, 1) if heard[k][near].all() and not heard[1 - k][wide].any()]
    return out


def draw(times: list[tuple[float, str]], seed: int) -> list[tuple[float, str]]:
    """STILLS of the times in a random order, none nearer than APART to another."""
    rng, chosen = np.random.default_rng(seed), []
    for k in rng.permutation(len(times)):
        if all(abs(times[k][0] - at) >= APART for at, _ in chosen) and len(chosen) < STILLS:
            chosen.append(times[k])
    return chosen


def make_scene() -> list[bpy.types.Object]:
    """The demo's scene with its takes."""
    scene = make_demo.new_scene()
    people = make_conversation.add_people(scene, VOICES)
    scene.frame_start = 1
    must(bpy.ops.orator.add_stage(), "Add Stage")
    must(bpy.ops.orator.generate_conversation(), "Generate Conversation")
    return people


def main(out: Path, blend: Path | None) -> None:
    """The scene, the draws, the key."""
    stages = Stages()
    with stages.stage("the scene"):
        if blend is None:
            people = make_scene()
        else:
            bpy.ops.wm.open_mainfile(filepath=str(blend))
            people = [bpy.data.objects[name] for name in make_conversation.LOOKS]
    scene = bpy.context.scene
    pictures.add_camera(scene)
    pictures.use_workbench(scene)
    pictures.aim(scene, make_conversation.middle(people, 1.14), FRAMING)
    key, times = {}, clear_times()
    from orator.core.blender.strips import sound_strips, start_of_strip

    begin = min(start_of_strip(scene, strip) for strip in sound_strips(scene))
    for number in range(1, DRAWS + 1):
        chosen, cells = draw(times, number), []
        with stages.stage(f"draw {number}: {len(chosen)} stills"):
            for k, (at, who) in enumerate(chosen, 1):
                scene.frame_set(round((begin + at) * FPS))
                name = f"draw{number}/{k:02d}.png"
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                cells.append(np.array(pictures.render(scene, out / name)))
                key[name] = {"speaker": who, "second": at}
        pictures.write_png(pictures.page([cell[::2, ::2] for cell in cells], 5), out / f"sheet{number}.png")
    (out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


if __name__ == "__main__":
    words = [Path(word).resolve() for word in sys.argv[1:]]
    make_demo.LOG = ROOT / "build" / "demo.log"
    make_demo.LOG.write_text("", encoding="utf-8")
    main(words[0], words[1] if len(words) > 1 else None)
