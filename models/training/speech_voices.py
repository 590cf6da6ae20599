"""Synthetic voices that know their own phone times, one sentence at a time: flite and festival (espeak-ng is apart)."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

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
    **dict.fromkeys(("czech_dita", "czech_machac", "czech_krb", "czech_ph"), "iso8859-2"),
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
    # One table of Hindi, Marathi and Telugu: th, dh, T, D are stops at the teeth and behind them, f is a breathed P.
    "hi": "a=AH aa=AA eh=EH ee=EY ay=EH aw=AO oh=OW oo=OW f=P @=AH T=T D=D N=N L=L R=R td=T th=T tth=T dh=D ddh=D kh=K "
    "gh=G bh=B zh=R ksh=K+SH sri=SH+R sh=SH ch=CH j=JH w=W v=V x=SIL",
    "ru": "aa=AA a=AH oo=OW uu=UW ii=IY i=IH yy=IH y=IH ee=EH e=EH ay=IH ae=IH ur=UH sch=SH sh=SH zh=ZH ch=CH h=HH",
}


def phone_table(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (entry.rsplit("=", 1) for entry in text.split())
    return {name: tuple(phones.split("+")) if phones else () for name, phones in pairs}


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
    own, common = phone_table(FESTIVAL_OWN.get(language, "")), phone_table(FESTIVAL_TABLE)
    bare = name.rstrip(":0123456789*") or name
    for form in (name, bare, bare[: len(bare) // 2] if bare[: len(bare) // 2] * 2 == bare else bare):
        if form in own or form in common:
            return own[form] if form in own else common[form]
    bare = form.upper()
    return (RENAMED.get(bare, bare),) if RENAMED.get(bare, bare) in PHONE_INDEX else ({"H": "HH"}.get(bare, "SIL"),)


Segment = tuple[str, float, float, int, int, str]
"""Phone, start, end, stress, number of the word or -1, the word's text."""


def assemble(samples: Array, segments: list[Segment]) -> Utterance:
    """An utterance from its segments in order."""
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
    segments: list[Segment] = []
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
    return at_16k(samples, rate, segments)


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
            out.append(at_16k(samples, rate, segments))
    return out


def at_16k(samples: Array, rate: int, segments: list[tuple[str, float, float, int, int, str]]) -> Utterance:
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, rate, SAMPLE_RATE).astype(np.float32)
    seconds = len(samples) / SAMPLE_RATE
    clipped = [(n, min(a, seconds), min(b, seconds), s, w, t) for n, a, b, s, w, t in segments]
    return assemble(samples, snap(samples, clipped))
