"""Errors whose text an artist reads."""


class OratorError(Exception):
    """Something the artist can mend. The message is one or two sentences: what is wrong, and what to do."""


class Cancelled(Exception):
    """The artist cancelled the work; nothing was written."""
