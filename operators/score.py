"""The score: laying a take out as strips, making again what was moved, throwing the strips away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from ..core.blender import compat, corrections, generation, job, score, take_speech, takes
from ..core.blender.declared import declared
from ..core.blender.groups import CharacterGroup, TakeGroup
from ..core.errors import OratorError
from .generate import Generating
from .poll import Acting
from .take import OnTake

if TYPE_CHECKING:
    from ..core.directing.score import Edits


@dataclass(frozen=True)
class _Asked:
    """A request, with what was changed for it."""

    request: generation.TakeRequest
    edits: Edits
    before: list[Any]
    scene: str


class ORATOR_OT_score_lay(OnTake, bpy.types.Operator):
    """Lay out what the highlighted take does as strips above its sound: words, gestures, looks, emotions, turns.
    A gesture's strip says which it is, its hand, and its size where that is not 1: shrug both 1.2"""

    bl_idname = "orator.score_lay"
    bl_label = "Lay Out Score"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a take and its speech."""
        return super().disabled_reason(context) or take_speech.missing(context, generation.highlighted_take(context)[1])

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Lay it out."""
        dropped = score.unmade(score.home(context))
        said = f"{score.lay_out(context, take)} strips: move, rename, trim, copy or delete, then Regenerate Changes."
        gone = f" What was changed and not made yet is gone ({dropped}): Undo brings it back." if dropped else ""
        return said + gone


class ORATOR_OT_score_regenerate(Generating, bpy.types.Operator):
    """Make again exactly what you changed of the score, as a new take; everything else stays to the bit"""

    bl_idname = "orator.score_regenerate"
    bl_label = "Regenerate Changes"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a score, its speech, and no other job."""
        if busy := job.busy_reason():
            return busy
        if not score.sheet(context.scene):
            return "No score is laid out: press Lay Out Score"
        reason = generation.missing_character(context)
        return reason or take_speech.missing(
            context, score.take_of(context.scene, generation.highlighted_take(context)[0])
        )

    def read(self, context: bpy.types.Context) -> _Asked:
        """What was changed."""
        character = generation.chosen_character(context)
        request, edits = score.read_changes(context, character)
        return _Asked(request, edits, score.rows_before(context.scene), context.scene.name)

    def work(self, request: _Asked) -> job.Work:
        """As for any take."""
        return super().work(request.request)

    def deliver(self, request: _Asked, made: Any) -> tuple[str, ...]:
        """The new take, its score in place of the old one, and what was corrected kept for later takes."""
        sentences = generation.deliver(request.request, made)
        scene = bpy.data.scenes[request.scene]
        character = generation.chosen_character(bpy.context)
        score.follow_looks(character, scene, request.before, request.edits)
        asked = request.request.asked
        corrections.keep_corrections(scene, asked.speech, asked.settings.transcript, asked.words)
        if request.edits.turns:
            from ..core.blender.score_turns import mark

            mark(scene, character, request.request)
        take = takes.shown(character)
        if take is None:
            raise OratorError("The new take is not shown, so its score was not laid out.")
        score.lay_out(bpy.context, take)
        return sentences


_NEW = {
    "word": ("word", 0.4),
    "mouth": ("X", 0.2),
    "gesture": ("beat_forward both", 0.8),
    "emotion": ("happy:0.8", 1.5),
    "turn": ("", 1.5),
}
"""What a new strip says, and the seconds it lasts."""


@declared
class ORATOR_OT_score_add(Acting, bpy.types.Operator):
    """Add a strip to the score at the current frame; say in the list what it is"""

    bl_idname = "orator.score_add"
    bl_label = "Add to Score"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    kind = bpy.props.EnumProperty(
        name="Kind",
        description="What is added",
        items=(
            ("gesture", "Gesture", "Made with its stroke there"),
            ("emotion", "Emotion", "Felt for as long"),
            ("word", "Word", "Said there, though nobody heard it"),
            ("mouth", "Mouth", "Shown there, whatever is heard"),
            ("turn", "Turn", "The character has the floor there, in a conversation"),
        ),
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a score."""
        return "" if score.sheet(context.scene) else "No score is laid out"

    def work(self, context: bpy.types.Context) -> str:
        """Add it."""
        text, seconds = _NEW[self.kind]
        if self.kind == "turn":
            from ..core.blender.score_turns import new_text

            text = new_text(score.sheet(context.scene))
        score.add_strip(score.home(context), self.kind, text, seconds)
        return ""


class ORATOR_OT_score_delete(Acting, bpy.types.Operator):
    """Delete the highlighted strip of the score: the gesture is not made, the word is not said, the emotion ends"""

    bl_idname = "orator.score_delete"
    bl_label = "Delete from Score"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with one."""
        return "" if score.highlighted(score.home(context)) is not None else "No strip of the score is highlighted"

    def work(self, context: bpy.types.Context) -> str:
        """Delete it."""
        scene = score.home(context)
        strip = score.highlighted(scene)
        kind, text = score.kind_of(strip), strip.text
        compat.remove_strips(scene, [strip])
        return f"The {kind} '{text}' was deleted; Regenerate Changes makes it so."


class ORATOR_OT_score_remove(Acting, bpy.types.Operator):
    """Throw the score's strips away; the take stays, and Lay Out Score brings them back"""

    bl_idname = "orator.score_remove"
    bl_label = "Remove Score"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a score."""
        return "" if score.sheet(context.scene) else "No score is laid out"

    def work(self, context: bpy.types.Context) -> str:
        """Remove."""
        count = score.throw_away(score.home(context))
        context.scene.orator.score = ""
        return f"{count} strips were removed; Lay Out Score brings them back."


CLASSES: tuple[type, ...] = (
    ORATOR_OT_score_lay,
    ORATOR_OT_score_regenerate,
    ORATOR_OT_score_add,
    ORATOR_OT_score_delete,
    ORATOR_OT_score_remove,
)
