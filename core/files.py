"""Writing files so that a full disk, a read-only folder or a crash never leaves half a file or harms an old one.

What is half written lies beside its place under a name of its own pattern, which says for which name it is, and which
process on which machine writes it. Only such files, of processes that have died, are ever swept away.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from .errors import OratorError

_HALF: Final = re.compile(r"\.orator-half-(?P<name>[0-9a-f]{12})-(?P<host>[0-9a-f]{6})-(?P<pid>\d+)-[0-9a-f]{8}\.\w*@?")
_MARK: Final = ".orator-half"
"""A folder of half written files has one of this name in it."""
_OLD: Final = 86400.0
"""Seconds after which what another machine left on a shared disk counts as left over."""


def _digest(text: str, length: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=length // 2).hexdigest()


def half_path(path: Path, suffix: str = ".part") -> Path:
    """A new name beside `path` to write under before it is put in place; short, whatever the length of the name."""
    host = _digest(platform.node(), 6)
    return path.with_name(f".orator-half-{_digest(path.name, 12)}-{host}-{os.getpid()}-{secrets.token_hex(4)}{suffix}")


def half_folder(path: Path) -> Path:
    """Make a marked folder beside `path`, for exporters that write several files. Raises OSError."""
    folder = half_path(path, ".parts")
    folder.mkdir()
    (folder / _MARK).touch()
    return folder


def clear_half_folder(folder: Path) -> None:
    """Remove the files of a marked folder, and the folder when nothing else is in it."""
    try:
        for entry in list(os.scandir(folder)):
            if entry.is_file(follow_symlinks=False) and entry.name != _MARK:
                os.unlink(entry)
        with os.scandir(folder) as left:
            if [entry.name for entry in left] == [_MARK]:
                os.unlink(folder / _MARK)
                folder.rmdir()
    except OSError:
        pass


def alive(pid: int) -> bool:
    """Whether a process of this machine lives; on Windows, where asking would end it, always."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _left_over(entry: os.DirEntry[str], found: re.Match[str]) -> bool:
    """Whether the process that wrote it has died."""
    if found["host"] == _digest(platform.node(), 6) and not alive(int(found["pid"])):
        return True
    try:
        return time.time() - entry.stat(follow_symlinks=False).st_mtime > _OLD
    except OSError:
        return False


def sweep(path: Path) -> None:
    """Remove what killed processes of Orator left half written of `path`, beside it; nothing else."""
    try:
        entries = list(os.scandir(path.parent))
    except OSError:
        return
    for entry in entries:
        found = _HALF.fullmatch(entry.name)
        if found is None or found["name"] != _digest(path.name, 12) or not _left_over(entry, found):
            continue
        if entry.is_dir(follow_symlinks=False):
            if (Path(entry.path) / _MARK).is_file():
                clear_half_folder(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            with contextlib.suppress(OSError):
                os.unlink(entry)


def explain_write_error(error: OSError, path: Path) -> OratorError:
    """The artist's sentence for an operating-system error while writing `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OratorError(f"The disk is full: '{path.name}' was not written. Free some space or choose another disk.")
    if error.errno in (errno.EACCES, errno.EPERM) and path.is_file() and os.access(path.parent, os.W_OK):
        return OratorError(f"'{path}' is open in another program, or read-only. Close it there or choose another name.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OratorError(f"The folder '{path.parent}' cannot be written to. Choose another folder.")
    if error.errno == errno.ENAMETOOLONG:
        return OratorError(f"The name '{path.name[:40]}...' is too long for this disk. Choose a shorter one.")
    if isinstance(error, (FileNotFoundError, NotADirectoryError, FileExistsError)):
        return OratorError(f"The folder '{path.parent}' does not exist and cannot be made. Choose another folder.")
    return OratorError(f"'{path}' could not be written ({error.strerror or error}). Choose another place.")


def check_writable(path: Path) -> None:
    """Make the folder of `path` and see that a file can be written there, before any long work.

    Raises OratorError when it cannot.
    """
    try:
        _check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.stat().st_mode & 0o222:
            raise OratorError(f"The folder '{path.parent}' is read-only. Choose another folder.")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists() and not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
            raise OratorError(f"'{path}' is read-only. Choose another name.")
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            raise explain_write_error(error, path) from error
        raise OratorError("The name of the file to write holds a sign that no name can. Choose another.") from error


def _check_place(path: Path) -> None:
    """Raises OratorError for what is there and cannot be replaced by a file, OSError for a name that none can have."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return
    if path.is_dir():
        raise OratorError(f"'{path}' is a folder. Give the name of a file in it.")
    if path.exists() and not path.is_file():
        raise OratorError(f"'{path}' is a device or a pipe. Give the name of an ordinary file.")


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Call `write` on a new file beside `path`, then put it in place; on any failure `path` stays as it was.

    Raises OratorError for operating-system errors.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        _check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path)
        made = half_path(path)
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "wb") as out:
            temporary = made
            write(out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(made, path)
        temporary = None
    except OSError as error:
        raise explain_write_error(error, path) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
