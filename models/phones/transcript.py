"""A transcript aligned with phone posteriors: words and phones with times. Plain numpy, any length.

Viterbi over the chain of phones, two states each (so at least 20 ms), with an optional gap after every word. A gap
takes pauses and, at a price, speech that the transcript does not have. A moving window of states and paths settled
every half minute keep an hour within bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.errors import OratorError
from ...core.speech.features import FEATURE_FPS
from ...core.speech.phones import PHONE_INDEX, PHONES, Phone, Word
from ...core.speech.transcripts import Cue, cues
from .pronounce import fold_letters, spoken_letters
from .spell import Token, guess_language, tokens

FLOOR: Final = 1e-3
FOREIGN_PRICE: Final = 2.5
PAUSE_PRICE: Final = {True: 0.0, False: 1.5}
WINDOW: Final = 1600
SETTLE: Final = 3000
TICK: Final = 2000
# The share of the speech that the transcript must account for, less than which it is of another speech.
MATCH: Final = 0.4
WORD_MATCH: Final = 0.02
# A word of three phones or more that got hardly more than the least time, seconds a phone, must be heard this much.
SQUEEZED: Final = 0.025
WORD_HEARD: Final = 0.25
# Subtitles: how far their words may lie outside them for nothing, what a frame beyond costs, and the share from which
# on their times are believed without a look at how the words would lie without them.
CUE_SLACK: Final = 0.5
CUE_PRICE: Final = np.float32(1.0)
TIMED_MATCH: Final = 0.6
TIED: Final = 0.02
TRUST: Final = {False: 0.85, True: 0.6}
VOWELS: Final = frozenset(p for p in PHONES if p[0] in "AEIOU")


@dataclass(frozen=True)
class _Chain:
    """States in order: column of the emission (40 = gap), whether a state may repeat, whether it may be jumped over."""

    column: Array
    repeats: Array
    skipped: Array
    price: Array
    word: Array
    phone: Array


def align(
    posteriors: Array, transcript: str, seconds: float, tick: Callable[[float], None] | None = None
) -> tuple[Word, ...]:
    """The transcript's words with their phones, in seconds, from posteriors (N, 40) at 100 fps.

    The times of subtitles say about where their words are; where they are of another cut of the sound, the words are
    found without them. Words that cannot be heard at all are left out. Raises OratorError when there are no words, more
    words than the speech can hold, or when the transcript is plainly of another speech. `tick(fraction)` may raise
    Cancelled.
    """
    said = _spelled(transcript, seconds)
    if not said:
        raise OratorError("The transcript has no words that can be spoken. Type what is said, or clear the transcript.")
    chain = _chain([one.phones for one in said], [one.token.pause for one in said])
    if int(chain.repeats.sum() * 2) > len(posteriors):
        raise OratorError(
            f"The transcript has {len(said)} words, more than fit into {seconds:.1f} s. Shorten it to what is said."
        )
    scores = _emissions(posteriors)

    def found(shift: float | None) -> tuple[float, list[Word]]:
        bounds = None if shift is None else _bounds(chain, said, shift, len(scores))
        path = _viterbi(scores, chain, tick, bounds)
        words = _words(path, chain, [o.token.text for o in said], [o.phones for o in said], seconds)
        within = None if bounds is None else _told(bounds[:, chain.word >= 0], len(scores))
        return (_explained(posteriors, words, within) if words else 1.0), words

    share, words = found(0.0 if said[0].cue is not None else None)
    if said[0].cue is not None and share < TIMED_MATCH:
        free, loose = found(None)
        again, tied = found(_shift(said, loose))
        share, words = max((share, words), (again + TIED, tied), (free, loose), key=lambda one: one[0])
    if words and share < MATCH:
        begins = " ".join(one.token.text for one in said[:4])
        raise OratorError(
            f"The transcript does not match the speech: it begins '{begins}'. Correct it, choose the right sound, or "
            "clear the transcript, that of a line too."
        )
    return tuple(w for w in words if not _unheard(posteriors, w))


def unheard_words(transcript: str, seconds: float, heard: tuple[Word, ...]) -> tuple[tuple[str, float], ...]:
    """Words of the transcript that `align` left out, each with the second behind which it would have come."""
    said = [one.token.text for one in _spelled(transcript, seconds)]
    found = [word.text for word in heard]
    out: list[tuple[str, float]] = []
    for kind, first, last, begin, _ in SequenceMatcher(None, said, found, autojunk=False).get_opcodes():
        if kind in ("delete", "replace"):
            out += [(text, heard[begin - 1].end if begin else 0.0) for text in said[first:last]]
    return tuple(out)


def align_phones(posteriors: Array, words: list[tuple[str, ...]], seconds: float) -> tuple[Phone, ...] | None:
    """Phones with times from posteriors (N, 40) at 100 fps, where the phones of every word are known already.

    None when what is heard is plainly something else.
    """
    spoken = [tuple((name, 0 if name in VOWELS else -1) for name in word) for word in words]
    chain = _chain(spoken, [True] * len(spoken))
    if int(chain.repeats.sum() * 2) > len(posteriors):
        return None
    path = _viterbi(_emissions(posteriors), chain, None, None)
    found = _words(path, chain, [""] * len(spoken), spoken, seconds)
    if not found or _explained(posteriors, found) < MATCH:
        return None
    return tuple(phone for word in found for phone in word.phones)


@dataclass(frozen=True)
class _Said:
    """A word of the transcript with its phones, and the subtitle that it is in."""

    token: Token
    phones: tuple[tuple[str, int], ...]
    cue: Cue | None


def _spelled(transcript: str, seconds: float) -> list[_Said]:
    """The words that can be spoken; of subtitles those that begin within the speech."""
    language = guess_language(transcript)
    parts: list[tuple[str, Cue | None]] = [(cue.text, cue) for cue in cues(transcript) if cue.start < seconds]
    out = []
    for text, cue in parts or [(transcript, None)]:
        for token in tokens(text, language):
            phones = _phones(token.said, language) if token.said else ()
            if phones:
                out.append(_Said(token, phones, cue))
    return out


def _bounds(chain: _Chain, said: list[_Said], shift: float, frames: int) -> Array:
    """First and last frame (2, S) in which a state costs nothing: those of its subtitle; of gaps all."""
    out = np.array([[0], [frames]]) * np.ones(len(chain.word), int)
    for number, one in enumerate(said):
        if one.cue is not None:
            limits = (one.cue.start + shift - CUE_SLACK, one.cue.end + shift + CUE_SLACK)
            out[:, chain.word == number] = np.round(FEATURE_FPS * np.array(limits)).astype(int)[:, None]
    return out


def _told(bounds: Array, frames: int) -> Array:
    """The frames (N,) bool within any of the bounds (2, S): where subtitles say that somebody speaks."""
    out = np.zeros(frames, bool)
    for first, last in np.unique(bounds, axis=1).T:
        out[max(first, 0) : max(last, 0) + 1] = True
    return out


def _shift(said: list[_Said], words: list[Word]) -> float:
    """Seconds by which subtitles lie before their words, by what was found without their times."""
    starts: dict[float, float] = {}
    places = iter(words)
    for one in said:
        word = next(places, None)
        if word is not None and one.cue is not None:
            starts.setdefault(one.cue.start, word.start)
    return float(np.median([place - start for start, place in starts.items()])) if starts else 0.0


def sharpen(posteriors: Array, words: tuple[Word, ...]) -> Array:
    """Posteriors (N, 40) drawn towards the phones of aligned words, which a transcript makes certain.

    Within words the known phone gets TRUST of the mass, eased over 30 ms at its borders; vowels get less, since they
    are reduced and coloured more freely than a dictionary knows. Between words what was heard stays.
    """
    known = np.zeros_like(posteriors)
    for word in words:
        for phone in word.phones:
            known[_frames(phone.start, phone.end), PHONE_INDEX[phone.name]] = TRUST[phone.name in VOWELS]
    padded = np.pad(known, ((1, 1), (0, 0)), mode="edge")
    known = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    out = posteriors * (1.0 - known.sum(axis=1, keepdims=True)) + known
    return (out / out.sum(axis=1, keepdims=True)).astype(np.float32)


def phones_of(text: str, language: str) -> tuple[tuple[str, int], ...]:
    """(phone, stress) of the words of a text as they are said; stress -1 on consonants."""
    return tuple(phone for token in tokens(text, language) for phone in _phones(token.said or (), language))


def _phones(said: tuple[str, ...], language: str) -> tuple[tuple[str, int], ...]:
    """(phone, stress) of the words said; stress -1 on consonants."""
    out = []
    for word in said:
        for name in spoken_letters(fold_letters(word), language):
            bare = name.rstrip("012")
            stress = int(name[-1]) if name[-1].isdigit() else (0 if bare in VOWELS else -1)
            out.append((bare, stress))
    return tuple(out)


def _chain(spoken: list[tuple[tuple[str, int], ...]], pauses: list[bool]) -> _Chain:
    gap = len(PHONES)
    rows: list[tuple[int, bool, bool, float, int, int]] = [(gap, True, True, 0.0, -1, -1)]
    for number, (phones, pause) in enumerate(zip(spoken, pauses, strict=True)):
        for place, (name, _) in enumerate(phones):
            column = PHONE_INDEX[name]
            rows.append((column, False, False, 0.0, number, place))
            rows.append((column, True, False, 0.0, number, place))
        last = number == len(spoken) - 1
        rows.append((gap, True, True, 0.0 if last else PAUSE_PRICE[pause], -1, -1))
    columns = [np.array(values) for values in zip(*rows, strict=True)]
    return _Chain(*columns)


def _emissions(posteriors: Array) -> Array:
    """Log scores (N, 41) float32: phones, and the gap's."""
    scores = np.log(np.maximum(posteriors, FLOOR)).astype(np.float32)
    foreign = scores.max(axis=1) - np.float32(FOREIGN_PRICE)
    return np.concatenate([scores, np.maximum(scores[:, 0], foreign)[:, None]], axis=1)


def _viterbi(scores: Array, chain: _Chain, tick: Callable[[float], None] | None, bounds: Array | None = None) -> Array:
    """The best state per frame (N,) int32: stay, go on by one, or jump over a gap; window by window."""
    frames, states = len(scores), len(chain.column)
    width = min(WINDOW, states)
    path = np.empty(frames, np.int32)
    low = 0
    current = np.full(width, -np.inf, np.float32)
    current[0] = scores[0, chain.column[0]]
    if states > 1:
        current[1] = scores[0, chain.column[1]]
    moves = np.zeros((min(frames, 2 * SETTLE), width), np.uint8)
    lows = np.zeros(len(moves), np.int64)
    base = 0  # the frame of moves[0]; everything before it is settled in `path`
    stay_price = np.where(chain.repeats, 0.0, -np.inf).astype(np.float32)
    enter_price = -chain.price.astype(np.float32)
    jumpable = np.where(np.concatenate([[False, False], chain.skipped[1:-1]]), 0.0, -np.inf).astype(np.float32)
    for frame in range(1, frames):
        # The window keeps the best state, and the place where an even pace would be, in its middle.
        best = low + int(current.argmax())
        new_low = int(np.clip(best - width // 2, low, states - width))
        shift = new_low - low
        if shift:
            current = np.concatenate([current[shift:], np.full(shift, -np.inf, np.float32)])
            low = new_low
        part = slice(low, low + width)
        stay = current + stay_price[part]
        step = np.full(width, -np.inf, np.float32)
        step[1:] = current[:-1] + enter_price[low + 1 : low + width]
        jump = np.full(width, -np.inf, np.float32)
        jump[2:] = current[:-2] + jumpable[low + 2 : low + width]
        move = (step > stay).astype(np.uint8)
        top = np.maximum(step, stay)
        move[jump > top] = 2
        current = np.maximum(top, jump) + scores[frame, chain.column[part]]
        if bounds is not None:
            current -= CUE_PRICE * ((frame < bounds[0, part]) | (frame > bounds[1, part]))
        row = frame - base
        if row == len(moves):
            settled = _trace(moves, lows, base, frame - 1, best)
            path[base : base + SETTLE] = settled[:SETTLE]
            moves = np.concatenate([moves[SETTLE:], np.zeros((SETTLE, width), np.uint8)])
            lows = np.concatenate([lows[SETTLE:], np.zeros(SETTLE, np.int64)])
            base += SETTLE
            row = frame - base
        moves[row], lows[row] = move, low
        if tick is not None and frame % TICK == 0:
            tick(frame / frames)
    # The end is the last word's last state or the gap after it.
    tail = current[max(0, states - 2 - low) : states - low]
    end = max(states - 2, low) + int(tail.argmax()) if len(tail) and np.isfinite(tail).any() else low
    path[base:] = _trace(moves, lows, base, frames - 1, end)
    return path


def _trace(moves: Array, lows: Array, base: int, last: int, state: int) -> Array:
    out = np.empty(last - base + 1, np.int32)
    for row in range(last - base, -1, -1):
        out[row] = state
        if row or base:
            state -= int(moves[row, min(max(state - lows[row], 0), moves.shape[1] - 1)])
    return out


def _words(
    path: Array,
    chain: _Chain,
    texts: list[str],
    spoken: list[tuple[tuple[str, int], ...]],
    seconds: float,
) -> list[Word]:
    """Words from the path: a phone lasts from the middle between its first frame and the one before to its end."""
    word, phone = chain.word[path], chain.phone[path]
    changes = np.flatnonzero((np.diff(word) != 0) | (np.diff(phone) != 0)) + 1
    starts = np.concatenate([[0], changes])
    ends = np.concatenate([changes, [len(path)]])
    inner: dict[int, list[Phone]] = {}
    for first, last in zip(starts, ends, strict=True):
        number = int(word[first])
        if number < 0:
            continue
        name, stress = spoken[number][int(phone[first])]
        begin = max(0.0, (first - 0.5) / FEATURE_FPS)
        inner.setdefault(number, []).append(Phone(name, begin, min((last - 0.5) / FEATURE_FPS, seconds), stress))
    return [Word(texts[n], p[0].start, p[-1].end, tuple(p)) for n, p in sorted(inner.items())]


def _frames(start: float, end: float) -> slice:
    """The frames whose centres lie in [start, end), one at least."""
    first = int(np.ceil(start * FEATURE_FPS - 1e-6))
    return slice(first, max(int(np.ceil(end * FEATURE_FPS - 1e-6)), first + 1))


def _explained(posteriors: Array, words: list[Word], within: Array | None = None) -> float:
    """The share of what was heard (pauses aside), `within` these frames (N,), that the aligned phones account for."""
    heard = posteriors if within is None else posteriors[within]
    speech = float(np.delete(heard, PHONE_INDEX["SIL"], axis=1).max(axis=1).sum())
    phones = (phone for word in words for phone in word.phones)
    told = sum(float(posteriors[_frames(p.start, p.end), PHONE_INDEX[p.name]].sum()) for p in phones)
    return told / max(speech, 1.0)


def _unheard(posteriors: Array, word: Word) -> bool:
    """Whether a word was squeezed in without its phones being heard: none of them, or hardly any of a longer word.

    A word of one phone ("a") is often said in a frame that sounds like its neighbours: it tells nothing.
    """
    bests = [float(posteriors[_frames(p.start, p.end), PHONE_INDEX[p.name]].max(initial=0.0)) for p in word.phones]
    pace = (word.end - word.start) / len(bests)
    squeezed = len(bests) > 2 and pace < SQUEEZED and float(np.mean(bests)) < WORD_HEARD
    return squeezed or (len(bests) > 1 and max(bests) < WORD_MATCH and pace < 0.03)
