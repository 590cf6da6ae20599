"""Fetching from a local server that speaks the hub's protocol and drops connections. Never the network."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub")
pytest.importorskip("torch")

from orator.core.errors import Cancelled, OratorError
from orator.models.emage import download
from orator.models.emage.files import load

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.ThreadingHTTPServer):
    """Serves a folder as one repository; drops every transfer after `drop_after` bytes while `drops` last."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.drops, self.drop_after, self.lie = folder, 0, 20_000, "nothing"
        self.commit = COMMIT
        self.asked: list[tuple[str, str, str]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Dropped connections are the point."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *_args: object) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self.answer(False)

    def do_GET(self) -> None:
        self.answer(True)

    def answer(self, body: bool) -> None:
        prefix, _, rest = self.path.partition("/resolve/")
        revision, _, name = rest.partition("/")
        self.server.asked.append((self.command, revision, name))
        path = self.server.folder / name
        if prefix != f"/{download.REPOSITORY}" or revision not in ("main", "v1", COMMIT) or not path.is_file():
            self.send_response(404)
            known = revision in ("main", "v1", COMMIT)
            self.send_header("X-Error-Code", "EntryNotFound" if known else "RevisionNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if name.endswith(".json"):  # small files have git's own checksum
            digest = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        digest = "0" * len(digest) if self.server.lie in name else digest
        start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0] or 0)
        self.send_response(206 if start else 200)
        self.send_header("X-Repo-Commit", self.server.commit)
        self.send_header("ETag", f'"{digest}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if body:
            data = data[start:]
            if self.server.drops > 0 and len(data) > self.server.drop_after:
                self.server.drops -= 1
                data = data[: self.server.drop_after]
                self.close_connection = True
            self.wfile.write(data)
            self.wfile.flush()
            if self.close_connection:
                self.connection.shutdown(2)


@pytest.fixture
def hub(tiny: Path) -> Iterator[Hub]:
    server = Hub(tiny)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def address(hub: Hub) -> str:
    return f"http://127.0.0.1:{hub.server_address[1]}"


def test_dropped_connections_are_resumed(hub: Hub, tmp_path: Path) -> None:
    hub.drops = 2
    seen: list[float] = []
    folder = download.fetch(tmp_path / "emage", lambda f, _text: seen.append(f), endpoint=address(hub))
    assert load(folder).config.hidden == 16
    assert hub.drops == 0 and seen[-1] == 1.0 and max(seen) <= 1.0
    assert download.pinned_revision(folder) == COMMIT
    fetched = [entry for entry in hub.asked if entry[0] == "GET"]
    assert {revision for _, revision, _ in fetched} == {COMMIT}
    hub.asked.clear()
    download.fetch(folder, endpoint=address(hub))
    assert not [entry for entry in hub.asked if entry[0] == "GET"]


def test_cancel_then_go_on(hub: Hub, tmp_path: Path) -> None:
    folder, shares = tmp_path / "emage", [0.0]
    with pytest.raises(Cancelled):
        download.fetch(folder, lambda f, _text: shares.append(f), lambda: shares[-1] > 0.05, address(hub))
    with pytest.raises(OratorError):
        load(folder)
    assert load(download.fetch(folder, endpoint=address(hub))).config.codes == 16


@pytest.mark.parametrize("kind", ["safetensors", "config.json"])
def test_a_wrong_checksum_is_said(hub: Hub, tmp_path: Path, kind: str) -> None:
    hub.lie = kind
    with pytest.raises(OratorError, match="checksum differs"):
        download.fetch(tmp_path / "emage", endpoint=address(hub))


def test_the_artist_names_a_revision(hub: Hub, tmp_path: Path) -> None:
    folder = download.fetch(tmp_path / "emage", endpoint=address(hub), revision="v1")
    assert download.pinned_revision(folder) == COMMIT
    assert {revision for kind, revision, _ in hub.asked if kind == "GET"} == {COMMIT}
    with pytest.raises(OratorError, match=r"no revision 'deadbeef'.*orator-emage\.json"):
        download.fetch(tmp_path / "other", endpoint=address(hub), revision="deadbeef")


def test_a_hub_without_a_revision_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.commit = ""
    with pytest.raises(OratorError, match="did not say of which revision"):
        download.fetch(tmp_path / "emage", endpoint=address(hub))


def test_no_server_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TRIES", 2)
    with pytest.raises(OratorError, match="could not be fetched"):
        download.fetch(tmp_path / "emage", endpoint="http://127.0.0.1:9")


def test_the_artist_reads_both_licences() -> None:
    text = " ".join(download.LICENCE)
    assert "CC BY-NC 4.0" in text and "Apache-2.0" in text and "SMPL-X" in text
