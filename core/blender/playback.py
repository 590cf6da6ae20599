"""Playing what was made: sound and picture together, over the speech, from its start."""

from __future__ import annotations

import math

import bpy

from .scene_rate import scene_fps


def follow_sound(scene: bpy.types.Scene, start: float, seconds: float) -> tuple[str, ...]:
    """Let a scene play a speech from the timeline second `start` on; what it says is a sentence for the artist.

    Once a scene: where playback has no sync of the artist's own, it follows the sound (frames are dropped, not slowed)
    and the sound is heard while one scrubs. Every time: the scene's end is extended to the speech's, and the preview
    range goes to the speech where there is none or where it lay round the last one. A playhead outside of it goes to
    its start.
    """
    options, fps = scene.orator, scene_fps(scene)
    first, last = math.floor(start * fps + 1e-6), math.ceil((start + seconds) * fps - 1e-6)
    said: tuple[str, ...] = ()
    if not options.in_sync:
        options.in_sync = True
        if scene.sync_mode == "NONE":
            scene.sync_mode, scene.use_audio_scrub = "AUDIO_SYNC", True
            said = ("Playback follows the sound now (Timeline > Playback > Sync)",)
    scene.frame_end = max(scene.frame_end, last)
    ours = (options.played_start, options.played_end) == (scene.frame_preview_start, scene.frame_preview_end)
    if first >= 0 and last > first and (not scene.use_preview_range or ours):
        scene.use_preview_range = True
        scene.frame_preview_start, scene.frame_preview_end = first, last
        options.played_start, options.played_end = first, last
    if not first <= scene.frame_current <= last:
        scene.frame_set(first)
    return said
