"""Writing files so that a full disk, a read-only folder or a crash never leaves half a file or harms an old one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .errors import OratorError


def explain_write_error(error: OSError, path: Path) -> OratorError:
    """The artist's sentence for an operating-system error while writing `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OratorError(f"The disk is full: '{path.name}' was not written. Free some space or choose another disk.")
    if error.errno in (errno.EACCES, errno.EPERM) and path.is_file() and os.access(path.parent, os.W_OK):
        return OratorError(f"'{path}' is open in another program, or read-only. Close it there or choose another name.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OratorError(f"The folder '{path.parent}' cannot be written to. Choose another folder.")
    if isinstance(error, (FileNotFoundError, NotADirectoryError, FileExistsError)):
        return OratorError(f"The folder '{path.parent}' does not exist and cannot be made. Choose another folder.")
    return OratorError(f"'{path}' could not be written ({error.strerror or error}). Choose another place.")


def check_writable(path: Path) -> None:
    """Make the folder of `path` and see that a file can be written there, before any long work.

    Raises OratorError when it cannot.
    """
    try:
        if path.is_dir():
            raise OratorError(f"'{path}' is a folder. Give the name of a file in it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.stat().st_mode & 0o222:
            raise OratorError(f"The folder '{path.parent}' is read-only. Choose another folder.")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists() and not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
            raise OratorError(f"'{path}' is read-only. Choose another name.")
    except OSError as error:
        raise explain_write_error(error, path) from error


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Call `write` on a new file beside `path`, then put it in place; on any failure `path` stays as it was.

    Raises OratorError for operating-system errors.
    """
    path = Path(path)
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise explain_write_error(error, path) from error
    finally:
        if temporary is not None:
            try:
                os.unlink(temporary)
            except OSError:
                pass
