"""Finding the profile of a rig: by the names of a known family, else by its structure."""

from __future__ import annotations

from .description import RigDescription
from .profile import RigProfile, smplx_profile


def detect(description: RigDescription) -> RigProfile:
    """The best profile for a rig; its `confidence` and `notes` say how sure it is."""
    return smplx_profile(description)
