"""Synthetic voices that know their own phone times: flite, festival and espeak-ng, each one sentence at a time."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
import soxr

from ...core.arrays import Array
from ...core.speech.phones import PHONE_INDEX, Phone, Word
from ...core.speech.speech import SAMPLE_RATE
from .speech_snap import snap

LATIN_1: Final = ("lp_diphone", "pc_diphone", "suo_fi_lj_diphone", "hy_fi_mv_diphone", "upc_ca_ona_hts")
ENCODINGS: Final = {
    **dict.fromkeys(LATIN_1, "latin-1"),
    **dict.fromkeys(("czech_dita", "czech_machac"), "iso8859-2"),
}
RENAMED: Final = {"AX": "AH", "AXR": "ER", "EL": "L", "EM": "M", "EN": "N", "NX": "N", "DX": "D"}

# The phones of Festival's other languages, where a letter does not speak for itself.
FESTIVAL_TABLE: Final = """
a=AA e=EH E=EH i=IY o=OW O=AO u=UW ax=AH y=Y j=Y w=W L=L J=N S=SH Z=ZH tS=CH dZ=JH ts=T+S dz=D+Z rr=R D=DH G=G B=B
c=T+S c~=CH s~=SH z~=ZH r~=ZH t~=T d~=D n~=N ch=HH dz~=JH ng=NG @=AE 7=UH N=NG #=SIL ##=SIL pau=SIL _=
"""
FESTIVAL_OWN: Final = {
    "cs": "i=IH i:=IY y=IH",
    "fi": "y=UW i=IH i:=IY",
    "ru": "aa=AA a=AH oo=OW uu=UW ii=IY i=IH yy=IH y=IH ee=EH e=EH ay=IH ae=IH ur=UH sch=SH sh=SH zh=ZH ch=CH h=HH",
}


def _table(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (entry.rsplit("=", 1) for entry in text.split())
    return {name: tuple(phones.split("+")) if phones else () for name, phones in pairs}


# espeak-ng's mnemonics to our phones by nearest articulation, lips first; unlisted ones end in the rules below.
ESPEAK_TABLE: Final = """
p=P b=B t=T d=D k=K g=G f=F v=V T=TH D=DH s=S z=Z S=SH Z=ZH h=HH m=M n=N N=NG l=L r=R w=W j=Y tS=CH dZ=JH ts=T+S
dz=D+Z pf=P+F pF=P+F x=HH C=HH Q=G B=V R=R i=IY I=IH e=EH E=EH a=AA A=AA 0=AA O=AO o=OW u=UW U=UH V=AH @=AH 3=ER
y=UW Y=UH W=UH aI=AY aU=AW eI=EY OI=OY OY=OY oU=OW e@=EH+R i@=IY+R o@=AO+R O@=AO+R A@=AA+R U@=UH+R aI@=AY+AH
aI3=AY+ER aU@=AW+ER a@=AE+R I@=IY+R EI=EY 3r=ER @L=AH+L @l=AH+L O~=AO A~=AA E~=AE W~=AH l^=L n^=N L=L *=D **=D
t#=D t2=T x2=HH ?= _|= ;=Y i2=IY I2=IH a#=AH I#=IH E#=EH @2=AH @5=AH @-= 0#=AA u#=UW 3:=ER aa=AE O2=AO OU=OW
eU=EH oI=OY ai=AY au=AW ei=EY J^=Y
"""
ESPEAK: Final = _table(ESPEAK_TABLE)
GERMAN: Final[dict[str, str]] = {"3": "AH", "a": "AA"}
ENGLISH: Final[dict[str, str]] = {"a": "AE", "e": "EH", "i": "IY", "o": "OW", "V": "AH", "O": "AO", "r": "R"}
STOPS: Final = frozenset("P B T D K G CH JH".split())


@dataclass(frozen=True)
class Utterance:
    """One spoken sentence: samples (N,) float32 at 16 kHz, words with phones, and phones without gaps."""

    samples: Array
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]


def arpabet(name: str) -> str:
    """A US English segment name of flite or festival in our phone set."""
    name = name.upper()
    name = RENAMED.get(name, name)
    return name if name in PHONE_INDEX else "SIL"


def other_phones(name: str, language: str) -> tuple[str, ...]:
    """Our phones for a segment of Festival's Italian, Czech, Finnish, Russian or Catalan; none for a glottal stop."""
    own, common = _table(FESTIVAL_OWN.get(language, "")), _table(FESTIVAL_TABLE)
    bare = name.rstrip(":0123456789*") or name
    for form in (name, bare, bare[: len(bare) // 2] if bare[: len(bare) // 2] * 2 == bare else bare):
        if form in own or form in common:
            return own[form] if form in own else common[form]
    bare = form.upper()
    return (RENAMED.get(bare, bare),) if RENAMED.get(bare, bare) in PHONE_INDEX else ({"H": "HH"}.get(bare, "SIL"),)


def assemble(samples: Array, segments: list[tuple[str, float, float, int, int, str]]) -> Utterance:
    """An utterance from (phone, start, end, stress, word id or -1, word text) in order."""
    phones: list[Phone] = []
    words: list[Word] = []
    current: list[Phone] = []
    last = (-1, "")

    def close() -> None:
        if current and last[0] >= 0:
            words.append(Word(last[1], current[0].start, current[-1].end, tuple(current)))

    for name, start, end, stress, word, text in segments:
        vowel = name[0] in "AEIOU"
        phone = Phone(name, start, end, stress if vowel else -1)
        if end - start > 1e-4:
            phones.append(phone)
        if word != last[0]:
            close()
            current = []
            last = (word, text)
        if name != "SIL" and end - start > 1e-4:
            current.append(phone)
    close()
    return Utterance(samples, tuple(words), tuple(phones))


class _FliteVoice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _FliteWave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate", ctypes.c_int),
        ("count", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@lru_cache(maxsize=1)
def _flite() -> ctypes.CDLL:
    library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    for other in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
        ctypes.CDLL(other, mode=ctypes.RTLD_GLOBAL)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    for name, arguments in {
        "flite_synth_text": [text, handle],
        "utt_wave": [handle],
        "utt_relation": [handle, text],
        "relation_head": [handle],
        "item_next": [handle],
    }.items():
        function = getattr(library, name)
        function.restype, function.argtypes = handle, arguments
    library.ffeature_string.restype, library.ffeature_string.argtypes = text, [handle, text]
    library.item_feat_float.restype, library.item_feat_float.argtypes = ctypes.c_float, [handle, text]
    library.delete_utterance.argtypes = [handle]
    library.feat_set_float.argtypes = [handle, text, ctypes.c_float]
    library.flite_init()
    return library


@lru_cache(maxsize=8)
def _flite_voice(voice: str) -> int:
    register = getattr(ctypes.CDLL(f"libflite_cmu_us_{voice}.so.1"), f"register_cmu_us_{voice}")
    register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    return register(None)


def flite(text: str, voice: str, stretch: float = 1.0, pitch: float | None = None) -> Utterance:
    """Flite's voice at a duration stretch, optionally with a mean pitch in Hz."""
    library, handle = _flite(), _flite_voice(voice)
    features = ctypes.cast(handle, ctypes.POINTER(_FliteVoice))[0].features
    library.feat_set_float(features, b"duration_stretch", stretch)
    if pitch is not None:
        library.feat_set_float(features, b"int_f0_target_mean", pitch)
    utterance = library.flite_synth_text(text.encode("ascii", "ignore"), handle)
    wave = ctypes.cast(library.utt_wave(utterance), ctypes.POINTER(_FliteWave))[0]
    samples = np.ctypeslib.as_array(wave.samples, (wave.count,)).astype(np.float32) / 32768.0
    rate = wave.rate
    segments: list[Any] = []
    start, word, seen = 0.0, -1, ""
    item = library.relation_head(library.utt_relation(utterance, b"Segment"))
    while item:
        name = arpabet(library.ffeature_string(item, b"name").decode())
        end = float(library.item_feat_float(item, b"end"))
        spelled = library.ffeature_string(item, b"R:SylStructure.parent.parent.name").decode()
        # Two neighbours of one spelling differ in what follows them.
        key = spelled + "|" + library.ffeature_string(item, b"R:SylStructure.parent.parent.R:Word.n.name").decode()
        if spelled != "0" and key != seen:
            word, seen = word + 1, key
        stress = int(library.ffeature_string(item, b"R:SylStructure.parent.stress") == b"1")
        segments.append((name, start, end, stress, word if spelled != "0" else -1, spelled))
        start, item = end, library.item_next(item)
    library.delete_utterance(utterance)
    return _at_16k(samples, rate, segments)


FESTIVAL_SCRIPT: Final = """
(define (say text name)
  (set! u (utt.synth (eval (list 'Utterance 'Text text))))
  (utt.save.wave u (string-append name ".wav") 'riff)
  (set! fd (fopen (string-append name ".txt") "w"))
  (mapcar (lambda (s) (format fd "%s %f %s %s %s\\n" (item.name s) (item.feat s "end")
    (item.feat s "R:SylStructure.parent.parent.name") (item.feat s "R:SylStructure.parent.stress")
    (item.feat s "R:SylStructure.parent.parent.id"))) (utt.relation.items u 'Segment))
  (fclose fd))
"""


def festival(texts: list[str], voice: str, stretch: float = 1.0, language: str = "en") -> list[Utterance | None]:
    """Festival's voice, a batch at a time since starting it costs most; None where a sentence failed."""
    out: list[Utterance | None] = []
    with tempfile.TemporaryDirectory() as folder:
        lines = [FESTIVAL_SCRIPT, f"(voice_{voice})", f"(Parameter.set 'Duration_Stretch {stretch:.3f})"]
        for index, text in enumerate(texts):
            spoken = text.replace('"', "").replace("\\", "")
            lines.append(f'(say "{spoken}" "{folder}/{index}")')
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines), encoding=ENCODINGS.get(voice, "utf-8"), errors="ignore")
        subprocess.run(["festival", "-b", str(script)], check=False, capture_output=True)
        for index in range(len(texts)):
            wave, table = Path(folder) / f"{index}.wav", Path(folder) / f"{index}.txt"
            if not (wave.exists() and table.exists()):
                out.append(None)
                continue
            samples, rate = soundfile.read(wave, dtype="float32")
            ids: dict[str, int] = {}
            segments, start = [], 0.0
            for line in table.read_text(ENCODINGS.get(voice, "utf-8"), errors="replace").splitlines():
                name, end, spelled, stress, word = line.split()
                ids.setdefault(word, len(ids))
                known = spelled != "0"
                number = ids[word] if known else -1
                names = (arpabet(name),) if language == "en" else other_phones(name, language)
                stressed = int(stress == "1" or name.endswith("1"))
                edges = np.linspace(start, float(end), len(names) + 1)
                for part, phone in enumerate(names):
                    segments.append((phone, edges[part], edges[part + 1], stressed, number, spelled.lower()))
                # A glottal stop belongs to what follows.
                start = float(end) if names else start
            out.append(_at_16k(samples, rate, segments))
    return out


def _at_16k(samples: Array, rate: int, segments: list[tuple[str, float, float, int, int, str]]) -> Utterance:
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, rate, SAMPLE_RATE).astype(np.float32)
    seconds = len(samples) / SAMPLE_RATE
    clipped = [(n, min(a, seconds), min(b, seconds), s, w, t) for n, a, b, s, w, t in segments]
    return assemble(samples, snap(samples, clipped))


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
    segments: list[Any] = []
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
    """Our phones for one of espeak-ng's mnemonics; none for glottal stops and marks."""
    if mnemonic.startswith("_"):
        return ("SIL",) if mnemonic in ("_", "_:", "__") else ()
    bare = mnemonic.rstrip(":")
    for form in (mnemonic, bare, bare.rstrip("0123456789#;^\"'-"), bare[:1]):
        own = ENGLISH if voice.startswith("en") else GERMAN if voice.startswith("de") else {}
        if form in own:
            return (own[form],)
        if form in ESPEAK:
            return ESPEAK[form]
    return ()


def _closures_to_stops(
    samples: Array, segments: list[tuple[str, float, float, int, int, str]]
) -> list[tuple[str, float, float, int, int, str]]:
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
