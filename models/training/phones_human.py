"""More human voices for the phone network: EmoDB with hand-made phone times, prompts in Russian and Italian.

    python -m orator.models.training.phones_human

EmoDB (Burkhardt et al., 2005): eight actors, German, seven emotions; two actors and two of the ten sentences are held
out, and what the other six say of those two is to choose by. The Russian and Italian prompts (Asterisk's, CC BY 3.0)
are aligned: espeak-ng says which phones, the phone network where. Clips of a voice are joined to paragraphs of half a
minute, as a network hears speech.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from ...core.arrays import Array
from ...core.speech.features import speech_features
from ...core.speech.phones import Phone
from ...core.speech.speech import SAMPLE_RATE, Speech
from ..phones import posteriors
from ..phones.transcript import align_phones
from .speech_corpus import SpeechItem, cache_folder
from .speech_espeak import espeak

HELD_SPEAKERS: Final = ("08", "11")
"""A woman and a man of EmoDB, never trained on."""
HELD_SENTENCES: Final = ("a05", "b03")
PARAGRAPH: Final = 30.0
GAP: Final = 0.25
_SAMPA: Final = dict(
    entry.split("=")
    for entry in (
        "I=IH i=IY E=EH e=EY a=AA A=AA @=AH 6=AH U=UH u=UW o=OW O=AO y=UW Y=UH 9=UH 2=UW aI=AY aU=AW AU=AW aO=AW "
        "ao=AW AO=AW OY=OY OU=OW C=HH x=HH X=HH h=HH H=HH R=R r=R 4=R V=V v=V B=V f=F s=S ss=S z=Z S=SH Z=ZH j=Y "
        "l=L L=L m=M n=N N=NG NN=NG p=P b=B t=T d=D D=D k=K g=G G=G .=SIL"
    ).split()
)
"""EmoDB's labels to our phones by what the lips do; a vowel with 6 ends open."""


def data_folder() -> Path:
    """The recordings: ORATOR_DATA/speech, or beside the checkout."""
    root = os.environ.get("ORATOR_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(root) / "speech"


def sampa(label: str) -> tuple[str, ...]:
    """Our phones for a label of EmoDB; none where the label only says how the phone before it was spoken."""
    name = label.split()[0] if label.split() else ""
    name = re.sub(r"[+\[].*$", "", name) if name[:1] not in "+-(" else ""
    closure = re.fullmatch(r"[_!]?([ptkbdg])(asp)?", name)
    if closure:
        return (closure.group(1).upper(),)
    if name.endswith("6") and name[:-1] in _SAMPA:
        return (_SAMPA[name[:-1]], "AH")
    return (_SAMPA[name],) if name in _SAMPA else ()


def emodb_phones(rows: list[list[str]], seconds: float) -> tuple[Phone, ...]:
    """The phones of a clip from its labels (start, end, label, modifiers), stops in one piece."""
    out: list[Phone] = []
    for start, end, label, _ in rows:
        names = sampa(str(label))
        begin, finish = float(start), min(float(end), seconds)
        if finish - begin < 1e-3:
            continue
        if not names or (out and names == (out[-1].name,) and names[0] in "PTKBDG"):
            if out:
                out[-1] = Phone(out[-1].name, out[-1].start, finish)
            continue
        edges = begin + (finish - begin) * np.linspace(0, 1, len(names) + 1)
        out += [Phone(n, float(a), float(b)) for n, a, b in zip(names, edges[:-1], edges[1:], strict=True)]
    return tuple(out)


def emodb_clips() -> Iterator[tuple[dict[str, object], Array, tuple[Phone, ...]]]:
    """EmoDB's clips whose labels are of the very recording: what is known of it, samples (N,) float32, phones."""
    folder = data_folder() / "emodb"
    with tarfile.open(folder / "wav.tar") as tar:
        for line in (folder / "phones.jsonl").read_text().splitlines():
            entry = json.loads(line)
            if not entry.get("label_exact"):
                continue
            samples = soundfile.read(io.BytesIO(_bytes_of(tar, f"wav/{entry['id']}.flac")), dtype="float32")[0]
            yield entry, samples, emodb_phones(entry["phones"], len(samples) / SAMPLE_RATE)


def prompts(language: str) -> Iterator[tuple[str, Array, tuple[Phone, ...]]]:
    """The prompts of 'ru' or 'it': name, samples (N,) float32, aligned phones; those that do not align are left out."""
    folder = data_folder() / f"asterisk_{language}"
    texts = dict(
        line.split(":", 1) for line in (folder / "transcripts.txt").read_text("utf-8-sig").splitlines()
        if ":" in line and not line.startswith(";")
    )  # fmt: skip
    with tarfile.open(folder / "g722.tar") as tar:
        for member in tar.getmembers():
            name = member.name.removeprefix("g722/").removesuffix(".g722")
            text = re.sub(r"[\[<(].*?[\])>]", " ", texts.get(name, "")).strip()
            if not member.isfile() or not any(c.isalpha() for c in text):
                continue
            samples = _decode(_bytes_of(tar, member))
            phones = _aligned(samples, text, language)
            if phones:
                yield name, samples, phones


def _bytes_of(tar: tarfile.TarFile, member: tarfile.TarInfo | str) -> bytes:
    stream = tar.extractfile(member)
    if stream is None:
        raise FileNotFoundError(f"{member} is no file of the archive")
    return stream.read()


def _decode(data: bytes) -> Array:
    command = f"ffmpeg -v error -f g722 -i - -f f32le -ar {SAMPLE_RATE} -ac 1 -".split()
    return np.frombuffer(subprocess.run(command, input=data, capture_output=True, check=True).stdout, np.float32)


def _aligned(samples: Array, text: str, language: str) -> tuple[Phone, ...]:
    """Phones of a prompt in time; none when less than half of what is heard is what the text says."""
    words = [tuple(p.name for p in word.phones) for word in espeak(text, language).words if word.phones]
    if not words or sum(map(len, words)) * 0.025 > len(samples) / SAMPLE_RATE:
        return ()
    heard = posteriors(speech_features(Speech(samples)))
    found = align_phones(heard, words, len(samples) / SAMPLE_RATE)
    return found if found is not None else ()


def _joined(
    clips: list[tuple[Array, tuple[Phone, ...]]], name: str, voice: str, language: str, split: str
) -> Iterator[SpeechItem]:
    """Paragraphs of about half a minute out of clips, each cut to what is labelled, with a pause between them."""
    rng = np.random.default_rng(len(clips))
    pieces: list[Array] = []
    phones: list[Phone] = []
    at = 0.0

    def item() -> SpeechItem:
        sound = np.concatenate(pieces) / max(float(np.abs(np.concatenate(pieces)).max()), 1e-3) * 0.7
        return SpeechItem(f"{name}-{split}-{count}", (sound * 32767).astype(np.int16), (), tuple(phones), voice,
                          language, split)  # fmt: skip

    count = 0
    for samples, marks in clips:
        first, last = marks[0].start, marks[-1].end
        cut = samples[round(first * SAMPLE_RATE) : round(last * SAMPLE_RATE)]
        quiet = rng.normal(0, 1e-4, round(GAP * SAMPLE_RATE)).astype(np.float32)
        pieces += [quiet, cut]
        phones.append(Phone("SIL", at, at + GAP))
        for mark in marks:
            start, end = mark.start - first + at + GAP, mark.end - first + at + GAP
            if start - phones[-1].end > 0.005:
                phones.append(Phone("SIL", phones[-1].end, start))
            phones.append(Phone(mark.name, start, end))
        at += GAP + len(cut) / SAMPLE_RATE
        if at > PARAGRAPH:
            yield item()
            pieces, phones, at, count = [], [], 0.0, count + 1
    if at > 5.0:
        yield item()


def make() -> list[SpeechItem]:
    """All paragraphs: 'train', 'test' (EmoDB's held-out actors and sentences; a tenth of the prompts), 'val'."""
    groups: dict[tuple[str, str, str], list[tuple[Array, tuple[Phone, ...]]]] = {}
    for entry, samples, phones in emodb_clips():
        held = entry["speaker"] in HELD_SPEAKERS
        spoken = str(entry["id"])[2:5] in HELD_SENTENCES
        # A held-out actor says held-out sentences only; what the others say of them is to choose by.
        if phones and (spoken or not held):
            split = "test" if held else "val" if spoken else "train"
            groups.setdefault((f"emodb{entry['speaker']}", "de", split), []).append((samples, phones))
    for language in ("ru", "it"):
        for k, (_, samples, phones) in enumerate(prompts(language)):
            split = "test" if k % 10 == 0 else "train"
            groups.setdefault((f"asterisk_{language}", language, split), []).append((samples, phones))
    return [
        item
        for (voice, language, split), clips in groups.items()
        for item in _joined(clips, voice, voice, language, split)
    ]


def human_items(split: str) -> list[SpeechItem]:
    """The paragraphs of 'train', 'val' or 'test', made once and kept in the cache."""
    return [item for item in kept_items(cache_folder() / "human.npz", make) if item.split == split]


def kept_items(path: Path, make_them: Callable[[], list[SpeechItem]]) -> list[SpeechItem]:
    """What `make_them` makes, without its words: made once and kept in the file."""
    if not path.exists():
        items = make_them()
        index = [
            dict(id=i.id, voice=i.voice, language=i.language, split=i.split,
                 phones=[[p.name, p.start, p.end, p.stress] for p in i.phones])
            for i in items
        ]  # fmt: skip
        arrays = {f"s{k}": item.samples for k, item in enumerate(items)}
        np.savez(path, index=np.frombuffer(json.dumps(index).encode(), np.uint8), **arrays)
    out = []
    with np.load(path) as file:
        for k, entry in enumerate(json.loads(file["index"].tobytes().decode())):
            phones = tuple(Phone(*p) for p in entry.pop("phones"))
            out.append(SpeechItem(samples=file[f"s{k}"], words=(), phones=phones, **entry))
    return out


if __name__ == "__main__":
    for part in ("train", "val", "test"):
        made = human_items(part)
        by_voice: dict[str, float] = {}
        for one in made:
            by_voice[one.voice] = by_voice.get(one.voice, 0.0) + one.seconds / 60
        print(part, {voice: round(minutes, 1) for voice, minutes in by_voice.items()})
