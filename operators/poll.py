"""What every operator with a greyed button shares."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import job, report
from ..core.blender.declared import OperatorMixin


def ask(context: bpy.types.Context, operator: bpy.types.Operator, **options: Any) -> set[str]:
    """Show the operator's own dialogue before it runs."""
    return set(context.window_manager.invoke_props_dialog(operator, **options))


class Explained(OperatorMixin):
    """Mix into an operator with `disabled_reason(context)`: the button is grey, and says why, when there is one."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Why the button is grey, or ''."""
        return ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether the operator can run; sets the message of a grey button."""
        reason = cls.disabled_reason(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def _refused(self, error: Exception) -> set[str]:
        """What went wrong, as a sentence."""
        self.report({"ERROR"}, job.explain(error))
        return {"CANCELLED"}


class Acting(Explained):
    """Mix into an operator that does its work at once: `work` returns a sentence for the artist, or ''."""

    tone = "INFO"
    """How the sentence is reported; `work` may make it a WARNING."""

    def work(self, context: bpy.types.Context) -> str:
        """The work. Raises OratorError."""
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do the work; what goes wrong is reported as a sentence."""
        try:
            sentence = self.work(context)
        except Exception as error:
            return self._refused(error)
        report.remember(sentence)
        if sentence:
            self.report({self.tone}, sentence)
        return {"FINISHED"}
