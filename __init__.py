"""Orator: gesture and face performance from speech, as editable F-curves."""


def register() -> None:
    """Register Orator with Blender."""


def unregister() -> None:
    """Remove everything that register added."""
