"""Guess Transcript: what the artist's own recogniser hears becomes a text that they can correct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..core.blender import generation, job, preferences
from ..core.errors import OratorError
from .generate import Generating

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.speech.speech import Speech


@dataclass(frozen=True)
class _Asked:
    """A speech, the command that hears it, and the scene that wants the words."""

    speech: Speech
    command: str
    scene: str


class ORATOR_OT_guess_transcript(Generating, bpy.types.Operator):
    """Let the recogniser that you set in the preferences write down what is said, as a text that you can correct"""

    bl_idname = "orator.guess_transcript"
    bl_label = "Guess Transcript"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a speech, a recogniser and no other job."""
        if busy := job.busy_reason():
            return busy
        if not preferences.read().recogniser:
            return "No recogniser is set: name the command of one that you have installed in Orator's preferences"
        return generation.missing_speech(context)

    def read(self, context: bpy.types.Context) -> _Asked:
        """The speech and the command."""
        return _Asked(generation.read_speech(context), preferences.read().recogniser, context.scene.name)

    def work(self, request: _Asked) -> job.Work:
        """The command, run beside Blender."""

        def work(progress: job.Progress, cancelled: Callable[[], bool]) -> str:
            from ..core.speech.recogniser import recognise

            progress(0.0, "Listening")
            return recognise(request.speech, request.command, cancelled)

        return work

    def deliver(self, request: _Asked, made: str) -> tuple[str, ...]:
        """A new text, chosen as the transcript."""
        scene = bpy.data.scenes.get(request.scene)
        if scene is None:
            raise OratorError("The scene is gone, so what was heard was dropped. Nothing was changed.")
        text = bpy.data.texts.new(f"{request.speech.name} Transcript")
        text.write(made)
        text.cursor_set(0)
        scene.orator.transcript_text = text
        return (f"{len(made.split())} words were heard: correct them in the Text Editor, in '{text.name}'.",)


CLASSES: tuple[type, ...] = (ORATOR_OT_guess_transcript,)
