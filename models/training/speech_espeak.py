"""espeak-ng as a synthetic voice that knows its own phone times, one sentence at a time."""

from __future__ import annotations

import ctypes
import warnings
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import soxr

from ...core.arrays import Array
from ...core.speech.speech import SAMPLE_RATE
from .speech_voices import Segment, Utterance, assemble, phone_table

# espeak-ng's mnemonics to our phones by nearest articulation, lips first; unlisted ones end in the rules below.
ESPEAK_TABLE: Final = """
p=P b=B t=T d=D k=K g=G f=F v=V T=TH D=DH s=S z=Z S=SH Z=ZH h=HH m=M n=N N=NG l=L r=R w=W j=Y tS=CH dZ=JH ts=T+S
dz=D+Z pf=P+F pF=P+F x=HH C=HH Q=G B=V R=R i=IY I=IH e=EH E=EH a=AA A=AA 0=AA O=AO o=OW u=UW U=UH V=AH @=AH 3=ER
y=UW Y=UH W=UH aI=AY aU=AW eI=EY OI=OY OY=OY oU=OW e@=EH+R i@=IY+R o@=AO+R O@=AO+R A@=AA+R U@=UH+R aI@=AY+AH
aI3=AY+ER aU@=AW+ER a@=AE+R I@=IY+R EI=EY 3r=ER @L=AH+L @l=AH+L O~=AO A~=AA E~=AE W~=AH l^=L n^=N L=L *=D **=D
t#=D t2=T x2=HH ?= _|= ;=Y i2=IY I2=IH a#=AH I#=IH E#=EH @2=AH @5=AH @-= 0#=AA u#=UW 3:=ER aa=AE O2=AO OU=OW
eU=EH oI=OY ai=AY au=AW ei=EY J^=Y &=AH &~=AH
"""
ESPEAK: Final = phone_table(ESPEAK_TABLE)
GERMAN: Final[dict[str, str]] = {"3": "AH", "a": "AA"}
ENGLISH: Final[dict[str, str]] = {"a": "AE", "e": "EH", "i": "IY", "o": "OW", "V": "AH", "O": "AO", "r": "R"}
STOPS: Final = frozenset("P B T D K G CH JH".split())


class _EspeakId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _EspeakEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _EspeakId),
    )


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent))
WORD_EVENT, PHONE_EVENT = 1, 7
EVENTS: list[tuple[int, int, int, int, str]] = []
WAVES: list[Array] = []


@CALLBACK  # type: ignore[untyped-decorator]  # ctypes has no type for what it makes of a function
def _on_sound(wave: Any, count: int, events: Any) -> int:
    if wave and count:
        WAVES.append(np.ctypeslib.as_array(wave, (count,)).copy())
    index = 0
    while events[index].type:
        event = events[index]
        name = bytes(event.id.string).split(b"\0")[0].decode("utf8", "ignore") if event.type == PHONE_EVENT else ""
        EVENTS.append((event.type, event.position, event.length, event.sample, name))
        index += 1
    return 0


@lru_cache(maxsize=1)
def _espeak() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL("libespeak-ng.so.1")
    rate = library.espeak_Initialize(2, 0, None, 1)
    library.espeak_SetSynthCallback(_on_sound)
    return library, rate


def espeak(text: str, voice: str, words_a_minute: int = 165, pitch: int = 50, spread: int = 50) -> Utterance:
    """espeak-ng's voice, for instance 'en-us+f2' or 'de+m3'."""
    library, rate = _espeak()
    WAVES.clear()
    EVENTS.clear()
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise ValueError(f"espeak-ng has no voice {voice}")
    for parameter, value in ((1, words_a_minute), (3, pitch), (4, spread)):
        library.espeak_SetParameter(parameter, value, 0)
    spoken = text.encode()
    library.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    wave = np.concatenate(WAVES).astype(np.float32) / 32768.0
    samples = soxr.resample(wave, rate, SAMPLE_RATE).astype(np.float32)
    seconds = len(samples) / SAMPLE_RATE
    marks: list[tuple[str, float, int, str]] = []
    word, spelled = -1, ""
    for kind, position, length, sample, name in EVENTS:
        if kind == WORD_EVENT:
            # The event's length stops at an apostrophe; the word does not.
            following = text[position - 1 :].split(maxsplit=1) if length else []
            word, spelled = word + 1, (following[0] if following else "").strip(".,!?;:").lower()
        elif kind == PHONE_EVENT:
            marks.append((name, sample / rate, word, spelled))
    segments: list[Segment] = []
    for index, (name, start, word, spelled) in enumerate(marks):
        end = marks[index + 1][1] if index + 1 < len(marks) else seconds
        names = espeak_phones(name, voice)
        if not names and segments:
            before = segments[-1]
            segments[-1] = (*before[:2], end, *before[3:])
        for part, phone in enumerate(names):
            edge = start + (end - start) * np.arange(part, part + 2) / len(names)
            number = -1 if phone == "SIL" else word
            segments.append((phone, float(edge[0]), float(edge[1]), 0, number, spelled))
    return assemble(samples, _closures_to_stops(samples, segments))


def espeak_phones(mnemonic: str, voice: str) -> tuple[str, ...]:
    """Our phones for one of espeak-ng's mnemonics; none for glottal stops, marks, and '(en)' before a foreign word."""
    if mnemonic.startswith("("):
        return ()
    if mnemonic.startswith("_"):
        return ("SIL",) if mnemonic in ("_", "_:", "__") else ()
    bare = mnemonic.rstrip(":")
    for form in (mnemonic, bare, bare.rstrip("0123456789#;^\"'-"), bare[:1]):
        own = ENGLISH if voice.startswith("en") else GERMAN if voice.startswith("de") else {}
        if form in own:
            return (own[form],)
        if form in ESPEAK:
            return ESPEAK[form]
    if mnemonic.strip("_|?!;:'\",%=-"):
        _missing(mnemonic, voice)
    return ()


@cache
def _missing(mnemonic: str, voice: str) -> None:
    """A warning, once for each: words are learned without a phone that the table does not know."""
    warnings.warn(f"espeak-ng's '{mnemonic}' ({voice}) is not in ESPEAK_TABLE: the phone is left out.", stacklevel=3)


def _closures_to_stops(samples: Array, segments: list[Segment]) -> list[Segment]:
    """espeak-ng counts a stop's silent closure to the phone before it; move the border to where the sound stops."""
    step = SAMPLE_RATE // 200
    level = np.sqrt(np.add.reduceat(samples**2, np.arange(0, len(samples), step)) / step) + 1e-6
    quiet = level < 0.03 * np.percentile(level, 95)
    out = list(segments)
    for index in range(1, len(out)):
        name, start, end, number, stress, word = out[index]
        before = out[index - 1]
        if name not in STOPS or before[0] == "SIL":
            continue
        edge = int(start * 200)
        while edge > 0 and edge / 200 > max(start - 0.1, before[1] + 0.02) and quiet[min(edge - 1, len(quiet) - 1)]:
            edge -= 1
        moved = min(edge / 200, start)
        out[index] = (name, moved, end, number, stress, word)
        out[index - 1] = (before[0], before[1], moved, *before[3:])
    return out
