"""What every operator with a greyed button shares."""

from __future__ import annotations

import bpy


class Explained:
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
