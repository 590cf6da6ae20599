"""Any sound file, or any samples, to a Speech: mono, 16 kHz, finite, in [-1, 1].

Files are read in blocks and resampled as they stream (soxr, the resampler librosa uses), so that an hour at
192 kHz needs little more memory than its 16 kHz result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ..errors import OratorError
from .speech import SAMPLE_RATE, Speech

BLOCK_SECONDS: Final = 10.0
LOWEST_RATE: Final = 2000
SILENT_PEAK: Final = 10.0 ** (-60.0 / 20.0)
# Sizes that programs write into a WAV header when they stream and cannot know the length.
STREAMED_SIZE: Final = 0x7FFF0000
MISSING_SHARE: Final = 0.02
CONVERT: Final = "Convert it to WAV or FLAC and choose that file."


@dataclass
class _Tally:
    """What was seen while the blocks went by."""

    frames: int = 0
    broken: int = 0
    peak: float = 0.0
    mixed_power: float = 0.0
    channel_power: np.ndarray | None = None

    def mono(self, block: np.ndarray, channel: int | None) -> np.ndarray:
        """One block (n, C) to (n,) float32; counts and mends what is not a number."""
        block = np.array(block, np.float32, ndmin=2)
        good = np.isfinite(block)
        if not good.all():
            self.broken += int((~good).any(axis=1).sum())
            block[~good] = 0.0
        mixed = block.mean(axis=1) if channel is None else block[:, channel]
        power = np.einsum("nc,nc->c", block, block).astype(np.float64)
        self.channel_power = power if self.channel_power is None else self.channel_power + power
        self.mixed_power += float(np.dot(mixed, mixed))
        self.frames += len(block)
        return np.ascontiguousarray(mixed, np.float32)

    def cancelled_channel(self) -> int | None:
        """The loudest channel when the channels cancel each other in the mix, else None."""
        if self.channel_power is None or len(self.channel_power) < 2:
            return None
        loudest = float(self.channel_power.max())
        count = len(self.channel_power)
        return int(self.channel_power.argmax()) if self.mixed_power < 0.1 * loudest / count**2 else None


class _Resampler:
    """Streams mono blocks into one growing 16 kHz array."""

    def __init__(self, rate: int, expected: int) -> None:
        import soxr

        self.stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32") if rate != SAMPLE_RATE else None
        self.samples = np.empty(expected, np.float32)
        self.filled = 0

    def add(self, block: np.ndarray, last: bool = False) -> None:
        out = block if self.stream is None else self.stream.resample_chunk(block, last=last)
        if self.filled + len(out) > len(self.samples):
            grown = np.empty(max(self.filled + len(out), int(1.5 * len(self.samples)) + SAMPLE_RATE), np.float32)
            grown[: self.filled] = self.samples[: self.filled]
            self.samples = grown
        self.samples[self.filled : self.filled + len(out)] = out
        self.filled += len(out)

    def finish(self, length: int) -> np.ndarray:
        self.add(np.zeros(0, np.float32), last=True)
        if self.filled < length:
            self.add_tail(length - self.filled)
        return self.samples[:length]

    def add_tail(self, count: int) -> None:
        stream, self.stream = self.stream, None
        self.add(np.zeros(count, np.float32))
        self.stream = stream


def load_speech(path: str | Path, start: float = 0.0) -> Speech:
    """The speech in a sound file; `start` is its second on the timeline.

    Raises OratorError for a file that is missing, empty, cut short or not sound, and says what to do.
    """
    path = Path(path)
    if path.is_dir():
        raise OratorError(f"'{path}' is a folder, not a sound file. Choose a sound file.")
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            head = handle.read(4096)
    except FileNotFoundError:
        raise OratorError(f"The sound file '{path}' does not exist. Choose it again or relink the strip.") from None
    except OSError as error:
        reason = error.strerror or error
        raise OratorError(f"The sound file '{path}' cannot be opened ({reason}). Check its permissions.") from error
    if size == 0:
        raise OratorError(f"The sound file '{path.name}' is empty (0 bytes). Export it again or choose another file.")
    _refuse_short_wav(path.name, head, size)
    speech, tally = _read(path, start, None)
    channel = tally.cancelled_channel()
    if channel is not None:
        speech, tally = _read(path, start, channel)
    return speech


def speech_from_samples(samples: np.ndarray, rate: int, start: float = 0.0, name: str = "speech") -> Speech:
    """Speech from samples (N,) or (N, C), float in [-1, 1] or any integer type, at `rate` Hz.

    Raises OratorError when there are none, when none are numbers, or when the rate cannot hold speech.
    """
    samples = np.asarray(samples)
    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise OratorError(f"'{name}' has no usable channels. Choose another sound.")
    step = max(1, int(BLOCK_SECONDS * max(rate, 1)))

    def blocks() -> Iterator[np.ndarray]:
        for first in range(0, len(samples), step):
            yield _as_float(samples[first : first + step])

    speech, tally = _collect(blocks(), rate, len(samples), start, name, None)
    channel = tally.cancelled_channel()
    return speech if channel is None else _collect(blocks(), rate, len(samples), start, name, channel)[0]


def _as_float(block: np.ndarray) -> np.ndarray:
    if block.dtype == np.uint8:
        return (block.astype(np.float32) - 128.0) / 128.0
    if np.issubdtype(block.dtype, np.integer):
        return block.astype(np.float32) / float(-int(np.iinfo(block.dtype).min))
    return block.astype(np.float32)


def _read(path: Path, start: float, channel: int | None) -> tuple[Speech, _Tally]:
    import soundfile

    try:
        handle = soundfile.SoundFile(str(path))
    except (RuntimeError, TypeError, ValueError) as error:
        return _read_other(path, start, channel, error)
    with handle:
        promised, rate = handle.frames, handle.samplerate
        step = max(1, int(BLOCK_SECONDS * rate))
        known = 0 < promised < 2**62

        def blocks() -> Iterator[np.ndarray]:
            done = 0
            while True:
                try:
                    block = handle.read(step, dtype="float32", always_2d=True)
                except (RuntimeError, ValueError) as error:
                    raise _cut_short(path.name, done / rate, promised / rate if known else None) from error
                if len(block) == 0:
                    return
                done += len(block)
                yield block

        speech, tally = _collect(blocks(), rate, promised, start, path.name, channel)
    if known and promised - tally.frames > max(MISSING_SHARE * promised, 0.25 * rate):
        raise _cut_short(path.name, tally.frames / rate, promised / rate)
    return speech, tally


def _read_other(path: Path, start: float, channel: int | None, cause: Exception) -> tuple[Speech, _Tally]:
    """What libsndfile does not know (AAC, most films), through whatever decoder audioread finds."""
    try:
        import audioread

        with audioread.audio_open(str(path)) as handle:
            count = handle.channels
            blocks = (
                np.frombuffer(raw[: len(raw) // (2 * count) * 2 * count], "<i2").reshape(-1, count).astype(np.float32)
                / 32768.0
                for raw in handle
            )
            expected = int(handle.duration * handle.samplerate)
            return _collect(blocks, handle.samplerate, expected, start, path.name, channel)
    except OratorError:
        raise
    except Exception as error:  # audioread's backends each raise their own kinds
        raise OratorError(f"'{path.name}' is not a sound file that can be read here. {CONVERT}") from (cause or error)


def _collect(
    blocks: Iterator[np.ndarray], rate: int, expected: int, start: float, name: str, channel: int | None
) -> tuple[Speech, _Tally]:
    """Streams blocks (n, C) at `rate` into a Speech. Raises OratorError for no samples, no numbers, a useless rate."""
    if rate < LOWEST_RATE:
        raise OratorError(f"'{name}' has {rate} samples a second, too few for speech. Use 8000 Hz or more.")
    tally = _Tally()
    expected = expected if 0 < expected < 2**36 else rate
    resampler = _Resampler(int(rate), int(expected * SAMPLE_RATE / rate) + SAMPLE_RATE)
    for block in blocks:
        resampler.add(tally.mono(block, channel))
    if tally.frames == 0:
        raise OratorError(f"The sound file '{name}' holds no sound (0 samples). Export it again.")
    if 2 * tally.broken > tally.frames:
        raise OratorError(f"Most of '{name}' is not numbers (NaN or infinite). Export the sound again.")
    samples = resampler.finish(max(1, round(tally.frames * SAMPLE_RATE / rate)))
    peak = float(max(samples.max(), -samples.min()))
    if peak > 1.0:
        samples /= peak
    return Speech(samples, float(start), name, _notes(name, tally, peak)), tally


def _notes(name: str, tally: _Tally, peak: float) -> tuple[str, ...]:
    notes = []
    if tally.broken:
        notes.append(f"{tally.broken} samples of '{name}' were not numbers and were taken as silence.")
    if peak < SILENT_PEAK:
        notes.append(f"'{name}' is silent: the performance will only idle. Check the file or the strip's trim.")
    return tuple(notes)


def _cut_short(name: str, got: float, promised: float | None) -> OratorError:
    promise = f"of the {promised:.1f} s it promises " if promised else ""
    return OratorError(
        f"The sound file '{name}' is cut short or damaged: {promise}only {got:.1f} s can be read. "
        "Export or copy it again."
    )


def _refuse_short_wav(name: str, head: bytes, size: int) -> None:
    """Raises OratorError for a WAV whose data chunk is longer than the file: libsndfile silently shortens it."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return
    at, rate = 12, 0
    while at + 8 <= len(head):
        tag, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if tag == b"fmt ":
            rate = int.from_bytes(head[at + 16 : at + 20], "little")
        if tag == b"data":
            there = size - at - 8
            if length < STREAMED_SIZE and length - there > max(MISSING_SHARE * length, 0.05 * rate):
                raise _cut_short(name, there / rate, length / rate) if rate else _cut_short(name, 0.0, None)
            return
        at += 8 + length + (length & 1)
