"""Sound files whose frame is not quite right, as Blender plays them all the same.

libsndfile believes what a file says of its own length. Here the chunks of a WAV and the frames of an MP3 are walked
first; where they tell otherwise, libsndfile is given the same sound behind a frame that tells the truth.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from typing_extensions import Buffer

STREAMED_SIZE: Final = 0x7FFF0000
"""Sizes from here on are written into a WAV by programs that stream and cannot know the length."""
_MOST_CHUNKS: Final = 10_000
_LONGEST_FORMAT: Final = 4096
_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Sample rates of MPEG 1, 2 and 2.5 by the version's bits (ISO 11172-3 and 13818-3)."""
_KBITS_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_FEWEST_FRAMES: Final = 3
_DECODER_DELAY: Final = 529
"""Samples that an MP3's decoder begins with, and that libsndfile drops once a file tells its length."""
_TAG_ROOM: Final = 160
_SEARCH: Final = 1 << 16


@dataclass(frozen=True)
class Wave:
    """Where a WAV keeps its samples. promised: what the file says they take, None where it does not know."""

    layout: bytes
    at: int
    length: int
    promised: int | None
    rate: int
    odd: bool


@dataclass(frozen=True)
class Source:
    """What libsndfile should open. lead: silent samples that it leaves out at the beginning."""

    file: str | BinaryIO
    lead: int = 0


def sound_source(path: Path) -> Source:
    """What to open for a sound file: its path, or the same sound behind a mended frame. Raises OSError."""
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            found = walk_wave(stream, os.fstat(stream.fileno()).st_size)
            if found is not None and found.odd:
                return Source(io.BufferedReader(_Behind(_wave_head(found), path, found.at, found.length)))
        elif head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0):
            stream.seek(0)
            mended = mend_mp3(stream.read())
            if mended is not None:
                return Source(io.BytesIO(mended), _DECODER_DELAY)
    return Source(str(path))


# --- WAV -----------------------------------------------------------------------------------------------------------


def walk_wave(stream: BinaryIO, size: int) -> Wave | None:
    """The samples of a RIFF WAVE; None where there are none. Chunks of odd length may lack their padding byte."""
    at, layout, odd, before_odd = 12, b"", False, False
    for _ in range(_MOST_CHUNKS):
        stream.seek(at)
        head = stream.read(8)
        if before_odd and not _is_tag(head):
            stream.seek(at - 1)
            other = stream.read(8)
            if _is_tag(other):
                head, at, odd = other, at - 1, True
        if len(head) < 8:
            return None
        tag, length = head[:4], int.from_bytes(head[4:], "little")
        if tag == b"fmt ":
            layout = stream.read(min(length, _LONGEST_FORMAT))
        if tag == b"data" and len(layout) >= 16:
            there = size - at - 8
            rate = int.from_bytes(layout[4:8], "little")
            if length == 0 and there > 0 and not _is_tag(stream.read(4)):
                return Wave(layout, at + 8, there, None, rate, True)
            promised = None if length >= STREAMED_SIZE else length
            return Wave(layout, at + 8, min(length, there), promised, rate, odd)
        at += 8 + length + (length & 1)
        before_odd = bool(length & 1)
    return None


def _is_tag(head: bytes) -> bool:
    return len(head) >= 4 and all(32 <= sign < 127 for sign in head[:4])


def _wave_head(found: Wave) -> bytes:
    layout = found.layout + b"\0" * (len(found.layout) & 1)
    body = b"WAVEfmt " + len(found.layout).to_bytes(4, "little") + layout
    length = min(found.length, STREAMED_SIZE - 1)
    body += b"data" + length.to_bytes(4, "little")
    return b"RIFF" + (len(body) + length).to_bytes(4, "little") + body


class _Behind(io.RawIOBase):
    """A piece of a file behind a head of our own."""

    def __init__(self, head: bytes, path: Path, at: int, length: int) -> None:
        self._head, self._at, self._length = head, at, length
        self._stream = path.open("rb")
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: len(self._head) + self._length}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, target: Buffer) -> int:
        buffer = memoryview(target)
        inside = self._place - len(self._head)
        if inside < 0:
            piece = self._head[self._place : self._place + len(buffer)]
        else:
            self._stream.seek(self._at + inside)
            piece = self._stream.read(max(0, min(len(buffer), self._length - inside)))
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


# --- MP3 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """One MPEG audio frame of layer III. kind: what stays the same from frame to frame."""

    kind: tuple[int, int]
    size: int
    kbits: int
    side: int


def _frame_at(data: bytes, at: int) -> _Frame | None:
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    version, rate_index, step = data[at + 1] >> 3 & 3, data[at + 2] >> 2 & 3, data[at + 2] >> 4
    if version == 1 or rate_index == 3 or step in (0, 15):
        return None
    kbits, rate = (_KBITS_1 if version == 3 else _KBITS_2)[step], _RATES[version][rate_index]
    size = (144 if version == 3 else 72) * 1000 * kbits // rate + (data[at + 2] >> 1 & 1)
    alone = data[at + 3] >> 6 == 3
    side = (17 if alone else 32) if version == 3 else (9 if alone else 17)
    return _Frame((version, rate), size, kbits, side)


def mend_mp3(data: bytes) -> bytes | None:
    """The MP3 behind a frame that tells how many there are, where the file itself tells nothing or something wrong.

    None where libsndfile finds the length by itself: constant rates, and true Xing, Info or VBRI frames.
    """
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = sum((byte & 0x7F) << 7 * (3 - k) for k, byte in enumerate(data[at + 6 : at + 10]))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    first = _next_frame(data, at, None)
    if first is None:
        return None
    start, frame = first
    told = _told_frames(data, start, frame)
    count, rates, place = 0, set(), start + frame.size if told is not None else start
    music = place
    while found := _next_frame(data, place, frame.kind):
        place = found[0] + found[1].size
        rates.add(found[1].kbits)
        count += 1
    if count < _FEWEST_FRAMES or (told is None and len(rates) == 1) or (told is not None and abs(told - count) <= 2):
        return None
    return _tag(data, start, count, len(data) - music) + data[music:]


def _next_frame(data: bytes, at: int, kind: tuple[int, int] | None) -> tuple[int, _Frame] | None:
    """The frame at a place or soon after it; one that does not follow at once must be followed by another."""
    frame = _frame_at(data, at)
    if frame is not None and kind in (None, frame.kind) and (kind is not None or _followed(data, at, frame)):
        return at, frame
    end = min(len(data), at + _SEARCH)
    while (at := data.find(b"\xff", at + 1, end)) >= 0:
        frame = _frame_at(data, at)
        if frame is not None and kind in (None, frame.kind) and _followed(data, at, frame):
            return at, frame
    return None


def _followed(data: bytes, at: int, frame: _Frame) -> bool:
    after = _frame_at(data, at + frame.size)
    return after is not None and after.kind == frame.kind


def _told_frames(data: bytes, at: int, frame: _Frame) -> int | None:
    """How many frames a Xing, Info or VBRI frame tells of; 0 where it tells nothing; None where this is none."""
    place = at + 4 + frame.side
    if data[place : place + 4] in (b"Xing", b"Info"):
        flags = int.from_bytes(data[place + 4 : place + 8], "big")
        return int.from_bytes(data[place + 8 : place + 12], "big") if flags & 1 else 0
    if data[at + 36 : at + 40] == b"VBRI":
        return int.from_bytes(data[at + 50 : at + 54], "big")
    return None


def _tag(data: bytes, at: int, count: int, size: int) -> bytes:
    """A Xing frame like the frame at `at`, large enough for the two numbers that it tells."""
    head = bytearray(data[at : at + 4])
    head[1] |= 1  # no checksum
    for step in range(1, 15):
        head[2] = step << 4 | (head[2] & 0x0C)
        frame = _frame_at(bytes(head), 0)
        if frame is not None and frame.size >= _TAG_ROOM:
            body = bytes(frame.side) + b"Xing" + (3).to_bytes(4, "big") + count.to_bytes(4, "big")
            return (bytes(head) + body + (size + frame.size).to_bytes(4, "big")).ljust(frame.size, b"\0")
    return b""
