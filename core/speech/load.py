"""Any sound file, or any samples, to a Speech: mono, 16 kHz, finite, in [-1, 1].

Files are read in blocks and resampled as they stream (soxr, the resampler librosa uses), so that an hour at
192 kHz needs little more memory than its 16 kHz result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..reading import decode_text, ordinary_file, sentence_for
from .channels import check_channel, speechness
from .containers import sound_source, walk_wave
from .speech import SAMPLE_RATE, Speech

BLOCK_SECONDS: Final = 10.0
LOWEST_RATE: Final = 2000
SILENT_PEAK: Final = 10.0 ** (-60.0 / 20.0)
MISSING_SHARE: Final = 0.02
HIGHEST_RATE: Final = 1_000_000
LONGEST: Final = 2 * 3600.0
"""Seconds of the longest speech that is taken at once: 460 MB of samples."""
MOST_AT_ONCE: Final = 1 << 23
DENSEST: Final = 1e-3
"""Seconds of sound in a byte that room is made for on a file's word: 8 kbit/s. Denser ones are read too."""
MOST_CHANNELS: Final = 16
QUIET_CHANNEL: Final = 1e-3
"""Power against the loudest channel below which a channel holds nothing."""
SAME: Final = 0.5
"""Correlation from which on two channels hold the same, with room and bleed between them."""
CONVERT: Final = "Convert it to WAV or FLAC and choose that file."


class NothingThere(OratorError):
    """The sound ends before the part that is wanted."""


@dataclass(frozen=True)
class Part:
    """Seconds of a sound: from `first` on, `seconds` long."""

    first: float
    seconds: float


@dataclass
class _Tally:
    """What was seen while the blocks went by."""

    frames: int = 0
    broken: int = 0
    peak: float = 0.0
    mixed_power: float = 0.0
    channels: int = 1
    together: Array | None = None
    """(C, C) sums of products of the channels, of the first MOST_CHANNELS of them."""

    def mono(self, block: Array, channel: int | None) -> Array:
        """One block (n, C) to (n,) float32; counts and mends what is not a number."""
        block = np.array(block, np.float32, ndmin=2)
        good = np.isfinite(block)
        if not good.all():
            self.broken += int((~good).any(axis=1).sum())
            block[~good] = 0.0
        mixed = block.mean(axis=1) if channel is None else block[:, channel]
        few = block[:, :MOST_CHANNELS].astype(np.float64)
        together = few.T @ few
        self.together = together if self.together is None else self.together + together
        self.channels = block.shape[1]
        self.mixed_power += float(np.dot(mixed.astype(np.float64), mixed))
        self.frames += len(block)
        return np.ascontiguousarray(mixed, np.float32)

    def cancelled_channel(self) -> int | None:
        """The loudest channel when the channels cancel each other in the mix, else None."""
        if self.together is None or self.channels < 2:
            return None
        power = np.diag(self.together)
        weak = self.mixed_power < 0.1 * float(power.max()) / self.channels**2
        return int(power.argmax()) if weak else None

    def apart(self) -> list[int]:
        """The channels that hold something, when they do not hold the same; else none."""
        if self.together is None or self.channels < 2:
            return []
        power = np.diag(self.together)
        heard = np.flatnonzero(power > QUIET_CHANNEL * power.max())
        level = np.sqrt(power[heard])
        alike = self.together[np.ix_(heard, heard)] / np.maximum(np.outer(level, level), 1e-30)
        return [] if len(heard) < 2 or alike.min() > SAME else [int(k) for k in heard]


class _Resampler:
    """Streams mono blocks into one growing 16 kHz array, of which only a part may be kept."""

    def __init__(self, rate: int, expected: int, part: Part) -> None:
        import soxr

        self.stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32") if rate != SAMPLE_RATE else None
        self.first = max(0, round(part.first * SAMPLE_RATE))
        self.last = self.first + max(1, round(part.seconds * SAMPLE_RATE))
        self.samples = np.empty(max(0, min(expected, self.last) - self.first), np.float32)
        self.passed = self.kept = 0

    def add(self, block: Array, last: bool = False) -> None:
        out = block if self.stream is None else self.stream.resample_chunk(block, last=last)
        piece = out[max(0, self.first - self.passed) : max(0, self.last - self.passed)]
        self.passed += len(out)
        if self.kept + len(piece) > len(self.samples):
            grown = np.empty(max(self.kept + len(piece), int(1.5 * len(self.samples)) + SAMPLE_RATE), np.float32)
            grown[: self.kept] = self.samples[: self.kept]
            self.samples = grown
        self.samples[self.kept : self.kept + len(piece)] = piece
        self.kept += len(piece)

    def finish(self, length: int) -> Array:
        """What was kept, of a whole that is `length` samples long."""
        self.add(np.zeros(0, np.float32), last=True)
        if self.passed < length:
            self.stream = None
            self.add(np.zeros(length - self.passed, np.float32))
        return self.samples[: max(0, min(self.kept, length - self.first))]


def load_speech(path: str | Path, start: float = 0.0, channel: str = "auto", part: Part | None = None) -> Speech:
    """The speech in a sound file; `start` is its second on the timeline.

    channel: 'auto' mixes channels that hold the same and chooses among others the one with speech; 'mix', or '1', '2'
    ... for one of them. part: the seconds that are wanted, of the whole file where it is None.
    Raises OratorError for a file that is missing, empty, cut short, too long or not sound, and says what to do.
    """
    try:
        path = ordinary_file(path, "sound file")
        size = path.stat().st_size
    except OratorError as error:
        if "does not exist" in str(error):
            raise OratorError(f"The sound file '{path}' does not exist. Choose it again or relink the strip.") from None
        raise
    except OSError as error:
        raise OratorError(f"The sound file '{path}' cannot be opened ({error.strerror}).") from None
    if size == 0:
        raise OratorError(f"The sound file '{path.name}' is empty (0 bytes). Export it again or choose another file.")
    check_channel(channel)
    with sentence_for(f"'{path.name}' is not a sound file that can be read here, or is damaged. {CONVERT}"):
        return _chosen(lambda one: _read(path, start, one, part), channel, path.name)


def _chosen(read: Callable[[int | None], tuple[Speech, _Tally]], channel: str, name: str) -> Speech:
    """The speech of the channel that was asked for, or that speech is in."""
    if channel not in ("auto", "mix"):
        return read(int(channel) - 1)[0]
    speech, tally = read(None)
    count = tally.channels
    if channel == "mix" or count < 2:
        return speech
    cancelled, heard = tally.cancelled_channel(), tally.apart()
    if cancelled is None and len(heard) < 2:
        return speech
    del speech  # an hour of it; the channel is read in its place
    if cancelled is not None:
        return read(cancelled)[0]
    best, rating = None, -1.0
    for one in heard:
        other, _ = read(one)
        found = speechness(other)
        if found > rating:
            best, rating, chosen = other, found, one
    assert best is not None
    note = (
        f"The channels of '{name}' are not the same: only channel {chosen + 1} of {count}, which sounds most like "
        "speech, was taken. Choose the channel by hand if that is wrong."
    )
    return replace(best, notes=(*best.notes, note))


def speech_from_samples(
    samples: Array, rate: int, start: float = 0.0, name: str = "speech", channel: str = "auto"
) -> Speech:
    """Speech from samples (N,) or (N, C), float in [-1, 1] or any integer type, at `rate` Hz; see load_speech.

    Raises OratorError when there are none, when none are numbers, or when the rate cannot hold speech.
    """
    samples = np.asarray(samples)
    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise OratorError(f"'{name}' has no usable channels. Choose another sound.")
    step = max(1, int(BLOCK_SECONDS * max(rate, 1)))

    def blocks() -> Iterator[Array]:
        for first in range(0, len(samples), step):
            yield _as_float(samples[first : first + step])

    check_channel(channel)
    return _chosen(lambda one: _collect(blocks(), rate, len(samples), start, name, one), channel, name)


def _as_float(block: Array) -> Array:
    if block.dtype == np.uint8:
        return (block.astype(np.float32) - 128.0) / 128.0
    if np.issubdtype(block.dtype, np.integer):
        return block.astype(np.float32) / float(-int(np.iinfo(block.dtype).min))
    return block.astype(np.float32)


def _read(path: Path, start: float, channel: int | None, part: Part | None) -> tuple[Speech, _Tally]:
    import soundfile

    _refuse_short_wav(path)
    source = sound_source(path)
    try:
        handle = soundfile.SoundFile(source.file)
    except (RuntimeError, TypeError, ValueError) as error:
        return _read_other(path, start, channel, error, part)
    with handle:
        promised, rate = handle.frames, handle.samplerate
        known = 0 < promised < 2**62
        cut = _range(part, rate)
        step = max(1, min(int(BLOCK_SECONDS * rate), MOST_AT_ONCE // handle.channels))

        def blocks() -> Iterator[Array]:
            if source.lead:
                yield np.zeros((source.lead, handle.channels), np.float32)
            done = 0
            while done < cut.stop:
                try:
                    block = handle.read(step, dtype="float32", always_2d=True)
                except (RuntimeError, ValueError) as error:
                    raise _cut_short(path.name, done / rate, promised / rate if known else None) from error
                if len(block) == 0:
                    return
                done += len(block)
                yield block

        expected = min(promised, int(DENSEST * path.stat().st_size * rate) + rate) if known else promised
        speech, tally = _collect(blocks(), rate, expected, start, path.name, channel, part)
    if known and promised - tally.frames > max(MISSING_SHARE * promised, 0.25 * rate) and tally.frames < cut.stop:
        raise _cut_short(path.name, tally.frames / rate, promised / rate)
    return speech, tally


def _range(part: Part | None, rate: int) -> range:
    """The file's own samples up to which it has to be read for a part: a second more, for the resampler's tail."""
    return range(0, 2**63) if part is None else range(0, int((part.first + part.seconds + 1.0) * rate))


def _read_other(
    path: Path, start: float, channel: int | None, cause: Exception, part: Part | None
) -> tuple[Speech, _Tally]:
    """What libsndfile does not know (AAC, most films), through whatever decoder audioread finds."""
    if _looks_like_no_sound(path):
        raise OratorError(f"'{path.name}' is not a sound file that can be read here. {CONVERT}") from cause
    try:
        import audioread

        with audioread.audio_open(str(path)) as handle:
            count = handle.channels
            blocks = (
                np.frombuffer(raw[: len(raw) // (2 * count) * 2 * count], "<i2").reshape(-1, count).astype(np.float32)
                / 32768.0
                for raw in handle
            )
            expected = int(min(handle.duration, DENSEST * path.stat().st_size + 1.0) * handle.samplerate)
            return _collect(blocks, handle.samplerate, expected, start, path.name, channel, part)
    except OratorError:
        raise
    except Exception as error:  # audioread's backends each raise their own kinds
        raise OratorError(f"'{path.name}' is not a sound file that can be read here. {CONVERT}") from (cause or error)


def _collect(
    blocks: Iterator[Array], rate: int, expected: int, start: float, name: str, channel: int | None,
    part: Part | None = None,
) -> tuple[Speech, _Tally]:  # fmt: skip
    """Streams blocks (n, C) at `rate` into a Speech. Raises OratorError for no samples, no numbers, a useless rate."""
    if rate < LOWEST_RATE:
        raise OratorError(f"'{name}' has {rate} samples a second, too few for speech. Use 8000 Hz or more.")
    if rate > HIGHEST_RATE:
        raise OratorError(f"'{name}' has {rate} samples a second, which no sound has. Export it again.")
    tally = _Tally()
    expected = int(min(expected, LONGEST * rate)) if 0 < expected < 2**62 else rate
    wanted = part or Part(0.0, 2.0 * LONGEST)
    resampler = _Resampler(int(rate), int(expected * SAMPLE_RATE / rate) + SAMPLE_RATE, wanted)
    for block in blocks:
        if channel is not None and channel >= block.shape[1]:
            count = f"{block.shape[1]} channel{'s' if block.shape[1] > 1 else ''}"
            raise OratorError(f"'{name}' has {count}: there is no channel {channel + 1}. Choose another.")
        resampler.add(tally.mono(block, channel))
        if resampler.kept > LONGEST * SAMPLE_RATE:
            raise OratorError(
                f"'{name}' lasts longer than {LONGEST / 3600:g} hours. Cut it into pieces, or trim its strip."
            )
    if tally.frames == 0:
        raise OratorError(f"The sound file '{name}' holds no sound (0 samples). Export it again.")
    if 2 * tally.broken > tally.frames:
        raise OratorError(f"Most of '{name}' is not numbers (NaN or infinite). Export the sound again.")
    samples = resampler.finish(max(1, round(tally.frames * SAMPLE_RATE / rate)))
    if len(samples) == 0:
        raise NothingThere(f"Nothing of '{name}' lies in the chosen part: it ends earlier. Choose another part.")
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


def _refuse_short_wav(path: Path) -> None:
    """Raises OratorError for a WAV whose samples are fewer than it says: libsndfile silently shortens it."""
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return
        found = walk_wave(stream, path.stat().st_size)
    if found is None or found.promised is None:
        return
    bytes_a_second = int.from_bytes(found.layout[8:12], "little")
    if found.promised - found.length > max(MISSING_SHARE * found.promised, 0.05 * found.rate):
        a_second = bytes_a_second if bytes_a_second > 0 else 1
        raise _cut_short(path.name, found.length / a_second, found.promised / a_second if bytes_a_second else None)


def _looks_like_no_sound(path: Path) -> bool:
    """Whether a file is one of the kinds that libsndfile reads (and could not), or text: no other decoder may help."""
    with path.open("rb") as stream:
        head = stream.read(512)
    known = head[:4] in (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b"FORM", b"caff", b".snd", b"riff")
    return known or (b"\0" not in head and decode_text(head) is not None and head[:3] != b"ID3" and head[:1] < b"\x80")
