"""Fetching the published weights through huggingface_hub: resumed, checked, cancelled when asked, all of one revision.

Nothing here decides whether the network may be used: operators ask Blender and the artist first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...core.errors import OratorError
from ...core.files import explain_write_error, write_atomically
from .files import CONFIG_NAME, WEIGHT_NAMES, read_config, subfolder
from .layout import VQ_PARTS

REPOSITORY: Final = "H-Liu1997/emage_audio"
BRANCH: Final = "main"
LOCK_NAME: Final = "orator-emage.json"
"""Beside the files: the commit they are all of, and their checksums. The first contact pins the commit."""
TRIES: Final = 6
_CHUNK: Final = 1 << 20
_SHA256: Final = re.compile(r"^[0-9a-f]{64}$")
_COMMIT: Final = re.compile(r"^[0-9a-f]{40}$")
"""A commit, or git's own checksum of a small file."""

LICENCE: Final = (
    "EMAGE's weights are not part of Orator. Before you fetch them, know:",
    "The EMAGE code and the BEAT2 data were published under CC BY-NC 4.0: no commercial use, credit required.",
    "The hub's page of these weights says Apache-2.0. The two differ; which one binds you is yours to judge.",
    "SMPL-X bodies, and what is derived from the model files, have their own licence (Max Planck Institute).",
    "About 620 MB are fetched from the Hugging Face hub, from H-Liu1997/emage_audio: the revision that you name, or "
    "the hub's current one. It is written beside the files, and a later fetch takes the same one.",
)
"""What the artist reads before anything is fetched."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class _Wanted:
    name: str
    size: int
    checksum: str | None
    """SHA-256 of a large file, git's SHA-1 of a small one."""


def _refuse(error: Exception, what: str) -> OratorError:
    kind = type(error).__name__
    return OratorError(f"{what} could not be fetched ({kind}). What has come is kept: try again, or choose a folder.")


def _quiet_hub() -> Any:
    """huggingface_hub, told to send nothing but the requests themselves."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    try:
        import huggingface_hub
    except ImportError:
        raise OratorError("huggingface_hub is not installed. Fetch EMAGE's files and choose the folder.") from None
    return huggingface_hub


def _metadata(hub: Any, name: str, revision: str, endpoint: str | None, cancelled: Callable[[], bool]) -> Any:
    """Size, checksum and commit of a file, or None where the repository has no such file."""
    url = hub.hf_hub_url(REPOSITORY, name, revision=revision, endpoint=endpoint)
    for attempt in range(TRIES):
        _stop(cancelled)
        try:
            return hub.get_hf_file_metadata(url, token=False)
        except hub.errors.EntryNotFoundError:
            return None
        except hub.errors.RevisionNotFoundError:
            raise OratorError(
                f"The hub has no revision '{revision}' of {REPOSITORY}. Name another one, or delete {LOCK_NAME} in the "
                "folder to take the hub's current one."
            ) from None
        except (hub.errors.HfHubHTTPError, OSError) as error:
            failure = error
        except Exception as error:
            if not _is_connection(error):
                raise
            failure = error
        _pause(attempt, cancelled)
    raise _refuse(failure, f"'{name}'") from None


def _is_connection(error: Exception) -> bool:
    """Whether an error is of the HTTP library below (requests in old releases, httpx in new ones)."""
    return type(error).__module__.startswith(("requests", "urllib3", "httpx", "httpcore", "http.", "ssl"))


def _stop(cancelled: Callable[[], bool]) -> None:
    from ...core.errors import Cancelled

    if cancelled():
        raise Cancelled


def _pause(attempt: int, cancelled: Callable[[], bool]) -> None:
    until = time.monotonic() + min(0.2 * 2**attempt, 4.0)
    while time.monotonic() < until:
        _stop(cancelled)
        time.sleep(0.05)


def _bar(report: Callable[[int], None], cancelled: Callable[[], bool]) -> type:
    """A stand-in for tqdm that reports bytes and stops the transfer when asked."""
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]  # tqdm has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            kwargs["disable"] = True
            super().__init__(*args, **kwargs)
            report(int(kwargs.get("initial") or 0))

        def update(self, n: float | None = 1) -> None:
            _stop(cancelled)
            report(int(n or 0))

    return Bar


def checksum_of(path: Path, like: str, cancelled: Callable[[], bool] = lambda: False) -> str:
    """The file's checksum of the kind that `like` is: SHA-256, or git's SHA-1 of a blob; hexadecimal."""
    large = _SHA256.match(like) is not None
    digest = hashlib.sha256() if large else hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            _stop(cancelled)
    return digest.hexdigest()


def _files(
    hub: Any, folder: Path, revision: str, endpoint: str | None, cancelled: Callable[[], bool]
) -> tuple[str, list[_Wanted]]:
    """The commit to take and its files; without a `revision` that of the folder, or else the hub's current one."""
    revision = revision or pinned_revision(folder) or BRANCH
    wanted: list[_Wanted] = []
    for part in ("", *VQ_PARTS):
        for names in ((CONFIG_NAME,), WEIGHT_NAMES):
            for name in names:
                full = f"{subfolder(part)}/{name}".lstrip("/")
                found = _metadata(hub, full, revision, endpoint, cancelled)
                if found is not None:
                    break
            else:
                raise OratorError(f"The hub has no '{full}' in {REPOSITORY}: choose a folder with the files instead.")
            if not _COMMIT.match(found.commit_hash or ""):
                raise OratorError(f"The hub did not say of which revision '{full}' is: choose a folder with the files.")
            if wanted and found.commit_hash != revision:
                raise OratorError("The hub answered with files of two revisions: try again, or choose a folder.")
            # A branch, a tag or a short commit becomes the whole commit at the first answer.
            revision = found.commit_hash
            etag = (found.etag or "").strip('"')
            known = etag if _SHA256.match(etag) or _COMMIT.match(etag) else None
            wanted.append(_Wanted(full, int(found.size or 0), known))
    return revision, wanted


def pinned_revision(folder: Path) -> str | None:
    """The commit that this folder's files are of, or None before the first contact."""
    try:
        revision = json.loads((folder / LOCK_NAME).read_text())["revision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return revision if isinstance(revision, str) and _COMMIT.match(revision) else None


def fetch(
    folder: Path,
    progress: Progress = lambda fraction, text: None,
    cancelled: Callable[[], bool] = lambda: False,
    endpoint: str | None = None,
    revision: str = "",
) -> Path:
    """Fetch the checkpoint into `folder` and return it. Started again, it goes on where it stopped.

    `revision` is a commit, tag or branch; without one the folder's own is taken, or at first the hub's current commit.
    Raises OratorError when the hub cannot be reached or a file is not what the hub said, Cancelled when asked to stop.
    """
    hub = _quiet_hub()
    folder = Path(folder).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, folder / LOCK_NAME) from None
    progress(0.0, "Asking the hub")
    revision, wanted = _files(hub, folder, revision.strip(), endpoint, cancelled)
    lock = {"repository": REPOSITORY, "revision": revision, "checksums": {w.name: w.checksum for w in wanted}}
    write_atomically(folder / LOCK_NAME, lambda stream: stream.write(json.dumps(lock, indent=2).encode()))
    total, before = max(sum(w.size for w in wanted), 1), 0
    for one in wanted:

        def report(done: float, before: int = before) -> None:
            progress((before + done) / total, "Fetching EMAGE")

        _fetch_one(hub, folder, one, revision, endpoint, cancelled, report)
        before += one.size
    read_config(folder)
    progress(1.0, "EMAGE is here")
    return folder


def _fetch_one(
    hub: Any,
    folder: Path,
    wanted: _Wanted,
    revision: str,
    endpoint: str | None,
    cancelled: Callable[[], bool],
    report: Callable[[float], None],
) -> None:
    target = folder / wanted.name
    if target.is_file() and target.stat().st_size == wanted.size and _is_right(target, wanted, cancelled):
        return
    attempt = 0
    while True:
        count = [0]

        def add(n: int, count: list[int] = count) -> None:
            count[0] += n
            report(min(count[0], wanted.size))

        _stop(cancelled)
        try:
            hub.hf_hub_download(
                REPOSITORY, wanted.name, revision=revision, local_dir=folder, endpoint=endpoint, token=False,
                tqdm_class=_bar(add, cancelled),
            )  # fmt: skip
            break
        except OSError as error:
            if error.errno is not None and not isinstance(error, (ConnectionError, TimeoutError)):
                raise explain_write_error(error, target) from None
            failure: Exception = error
        except Exception as error:
            if not _is_connection(error) and not isinstance(error, hub.errors.HfHubHTTPError):
                raise
            failure = error
        attempt = 0 if count[0] > 0 and attempt < TRIES * 4 else attempt + 1
        if attempt >= TRIES:
            raise _refuse(failure, f"'{wanted.name}'") from None
        _pause(attempt, cancelled)
    if not _is_right(target, wanted, cancelled):
        target.unlink(missing_ok=True)
        raise OratorError(f"'{wanted.name}' is not what the hub announced (its checksum differs): try again.")


def _is_right(path: Path, wanted: _Wanted, cancelled: Callable[[], bool]) -> bool:
    if wanted.size and path.stat().st_size != wanted.size:
        return False
    return wanted.checksum is None or checksum_of(path, wanted.checksum, cancelled) == wanted.checksum
