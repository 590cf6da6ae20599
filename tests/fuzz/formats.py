"""The readers that files from outside go through: a few whole files of each format, and what reads them."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from fuzz.kept import KEPT
from fuzz.kind import Format
from fuzz.mutate import damaged_bytes, damaged_json, damaged_npz, damaged_text
from helpers.motions import moving
from helpers.styled import gesturing, state
from orator.core import arkit, skeleton
from orator.core.anime.mouths import MouthCue
from orator.core.batch.runner import lines_of_table
from orator.core.directing.kept import kept_from_json, kept_to_json
from orator.core.directing.pins import check_pose_pins, unreachable_pins
from orator.core.emotion import parse_emotion
from orator.core.formats.bvh import read_bvh, write_bvh
from orator.core.formats.livelink import read_livelink, write_livelink
from orator.core.formats.pins import Pins, posed
from orator.core.formats.pins_npz import read_pins, write_pins
from orator.core.formats.rhubarb import read_mouths, write_mouths
from orator.core.formats.smplx_npz import read_smplx, write_smplx
from orator.core.formats.take_npz import read_take, write_take
from orator.core.formats.timing import read_timing, write_timing
from orator.core.performance import Take
from orator.core.reading import parse_json
from orator.core.rig import profile as profiles
from orator.core.smplx.model_file import FLAME, read_hand_mean, read_model
from orator.core.smplx.restricted import read_pickle
from orator.core.speech.load import load_speech
from orator.core.speech.transcripts import cues, plain_words, read_transcript
from orator.core.speech.words import PlacedWord
from orator.core.storage import pack, unpack
from orator.core.style.file import read_style, write_style
from orator.core.style.sources import Piece, learn_from
from orator.core.style.words import described


def _written(write: Callable[[Path], Any], folder: Path, suffix: str) -> bytes:
    path = folder / f"seed{suffix}"
    write(path)
    return path.read_bytes()


def _takes(folder: Path) -> list[bytes]:
    take = Take(moving(12), "Take 1", {"seed": 3, "settings": {"energy": 1.0}})
    spoken = Take(moving(5, 24.0).__class__(**{**vars(moving(5)), "expressions": np.zeros((5, 100), np.float32)}))
    return [_written(lambda path, t=t: write_take(t, path), folder, ".npz") for t in (take, spoken)]


def _some_pins(count: int = 3) -> Pins:
    motion = moving(count)
    joints = np.zeros((count, skeleton.JOINT_COUNT), bool)
    joints[:, 12:20] = True
    faces = np.zeros((count, arkit.COUNT), bool)
    return Pins(
        np.arange(count) * 10, motion.rotations, joints, motion.translation, np.ones(count, bool), motion.face, faces
    )


def _read_pins(path: Path) -> None:
    given = posed(read_pins(path))
    check_pose_pins(given, 1.0)
    unreachable_pins(given)


def _amass(folder: Path) -> list[bytes]:
    rng = np.random.default_rng(0)
    parts = {"root_orient": rng.normal(size=(6, 3)), "pose_body": rng.normal(size=(6, 63)), "trans": np.zeros((6, 3))}
    out = io.BytesIO()
    np.savez(out, **parts, pose_hand=np.zeros((6, 90)), mocap_framerate=120.0, gender=np.array("female"))
    return [_written(lambda path: write_smplx(moving(6), path), folder, ".npz"), out.getvalue()]


def _model_arrays() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "v_template": rng.normal(size=(40, 3)), "shapedirs": rng.normal(size=(40, 3, 20)).astype(np.float32),
        "weights": np.eye(40)[:, :5], "kintree_table": np.array([[4294967295, 0, 1, 1, 1], range(5)], np.uint32),
        "f": np.zeros((6, 3), np.uint32), "J_regressor": np.eye(40)[:5], "hands_meanl": np.zeros(45),
        "hands_meanr": np.zeros(45, ">f8"), "counts": np.arange(3), "name": "model", "more": {"a": [1, 2.0, "b"]},
    }  # fmt: skip


def _pickles(_folder: Path) -> list[bytes]:
    from scipy.sparse import csc_matrix

    arrays = _model_arrays()
    sparse = {**arrays, "J_regressor": csc_matrix(arrays["J_regressor"]), "f4": np.float32(3)}
    return [pickle.dumps(arrays, 2), pickle.dumps(arrays, 4), pickle.dumps(sparse, 2), pickle.dumps(arrays, 5)]


def _model(folder: Path) -> list[bytes]:
    """FLAME, the smaller layout that is read, with as few directions and digits as it may have."""
    rng, count, joints = np.random.default_rng(1), FLAME.vertices, len(FLAME.joints)
    parents = np.array([[4294967295, *FLAME.parents[1:]], range(joints)], np.uint32)
    whole: dict[str, Any] = {
        "v_template": rng.normal(size=(count, 3)).astype(np.float16),
        "shapedirs": np.zeros((count, 3, 20), np.float16),
        "weights": np.eye(joints, dtype=np.float16)[np.arange(count) % joints],
        "kintree_table": parents, "f": np.arange(300, dtype=np.uint32).reshape(-1, 3),
        "J_regressor": np.full((joints, count), 1.0 / count, np.float16),
    }  # fmt: skip
    return [_written(lambda path: np.savez(path, **whole), folder, ".npz")]


def _read_model(path: Path) -> None:
    read_hand_mean(path)
    read_model(path)


def _profiles(_folder: Path) -> list[bytes]:
    joints = {joint: f"Bone {k}" for k, joint in enumerate(skeleton.JOINTS[:22])}
    limb = profiles.IkLimb("hand.ik", "pole", "", (("prop", "IK", 1.0),), True)
    whole = profiles.RigProfile(
        "mixamo", "Mixamo", joints, root="Root", twists={"twist": "left_elbow"}, also={"x": "head"},
        aims={"eye": ("left_eye_smplhf", "eye bone")}, lids={"lid": "left_upper"}, ik={"left_wrist": "hand.ik"},
        switches=(("a", "b", 0.5),), ik_limbs={"left_arm": limb}, reads={"head": "Head"}, faces={"m/s": "jawOpen"},
        adjust={"jawOpen": profiles.ShapeAdjust(0.5)}, notes=("a note",),
    )  # fmt: skip
    return [profiles.to_json(whole).encode(), profiles.to_json(profiles.RigProfile()).encode()]


def _styles(folder: Path) -> list[bytes]:
    out = []
    for smile in (0.0, 0.6):
        style = learn_from([Piece(gesturing([state(20, 10, 30)] * 2, smile=smile))], "Fuzz")
        out.append(_written(lambda path, s=style: write_style(s, path), folder, ".npz"))
    return out


def _given(_folder: Path) -> list[bytes]:
    from orator.core.directing.kept import KeptMotion

    motion = moving(8)
    joints, channels = np.zeros(skeleton.JOINT_COUNT, bool), np.zeros(arkit.COUNT, bool)
    joints[10:14], channels[:3] = True, True
    times = np.arange(8) / 30.0
    given = KeptMotion("a", times, motion.rotations, joints, motion.translation, True, motion.face, channels, times[:2])
    return [json.dumps(kept_to_json(given)).encode()]


def _table(_folder: Path) -> list[bytes]:
    return [
        b"speech,output,seed,energy,transcript\na.wav,a.npz,1,1.2,Hello there.\nb.wav,,2,,\n",
        'sep=;\nspeech;takes\nä.wav;3\n"b;c.wav";1\n'.encode("utf-16"),
    ]


def _sound(kind: str, subtype: str) -> Callable[[Path], list[bytes]]:
    def seeds(folder: Path) -> list[bytes]:
        import soundfile

        rng = np.random.default_rng(2)
        out = []
        for rate, channels in ((16000, 1), (44100, 2)):
            wave = 0.2 * rng.normal(size=(rate // 5, channels))
            path = folder / f"seed.{kind}"
            soundfile.write(path, np.clip(wave, -1, 1), rate, subtype=subtype or None)
            out.append(path.read_bytes())
        return out

    return seeds


def _timings(folder: Path) -> list[bytes]:
    words = (PlacedWord("Hello", 0.1, 0.5), PlacedWord("there", 0.5, 0.9))
    return [_written(lambda p: write_timing(p, words, 2.0), folder, suffix) for suffix in (".TextGrid", ".srt")]


def _mouths(suffix: str) -> Callable[[Path], list[bytes]]:
    cues = [MouthCue(k / 4, (k + 1) / 4, shape) for k, shape in enumerate("XABCDEFGHX")]
    return lambda folder: [_written(lambda p: write_mouths(p, cues, "a.wav"), folder, suffix)]


def _transcripts(_folder: Path) -> list[bytes]:
    srt = "1\n00:00:00,500 --> 00:00:02,000\nHello <i>there</i>.\n\n2\n00:01:02,100 --> 00:01:03,000\n42 apples\n"
    vtt = "WEBVTT\n\nNOTE x\n\n00:00.500 --> 00:02.000 align:start\n<v Anna>Hello &amp; welcome.</v>\n"
    rtf = r"{\rtf1\ansi{\fonttbl{\f0\fswiss Arial;}}\pard\f0 Caf\'e9 na\u239?ve \{so\}.\par\b bold\b0 .\par}"
    return [text.encode() for text in (srt, vtt, rtf, "ANNA: Plain words, 3.5 of them.\nAnd more.")]


def _read_words(path: Path) -> None:
    text = read_transcript(str(path))
    cues(text)
    plain_words(text)


def _emotion(path: Path) -> None:
    parse_emotion(path.read_bytes().decode("utf-8", "replace")).at(np.arange(3.0))


def _unpack(path: Path) -> None:
    unpack(path.read_bytes())


FORMATS: dict[str, Format] = {
    "take .npz": Format(".npz", _takes, damaged_npz, read_take),
    "pins .npz": Format(
        ".npz", lambda f: [_written(lambda p: write_pins(_some_pins(), p), f, ".npz")], damaged_npz, _read_pins
    ),
    "style .npz": Format(".npz", _styles, damaged_npz, lambda path: described(read_style(path))),
    "SMPL-X motion .npz": Format(".npz", _amass, damaged_npz, read_smplx),
    "body model .npz": Format(".npz", _model, damaged_npz, _read_model),
    "body model .pkl": Format(".pkl", _pickles, damaged_bytes, read_pickle),
    "BVH": Format(
        ".bvh", lambda f: [_written(lambda p: write_bvh(moving(4), p), f, ".bvh")], damaged_text, read_bvh
    ),
    "Live Link Face .csv": Format(
        ".csv", lambda f: [_written(lambda p: write_livelink(moving(20), p), f, ".csv")], damaged_text, read_livelink
    ),
    "rig profile .json": Format(".json", _profiles, damaged_json, profiles.load),
    "batch table .csv": Format(
        ".csv", _table, damaged_text, lambda path: lines_of_table(path, path.parent / "out", ".npz", {})
    ),
    "stored performance": Format(".bin", lambda _f: [pack(moving(20)), pack(moving(3))], damaged_bytes, _unpack),
    "given motion": Format(
        ".json", _given, damaged_json, lambda path: kept_from_json(parse_json(path.read_bytes(), "The motion"))
    ),
    "timing": Format(".TextGrid", _timings, damaged_text, read_timing),
    "mouths .tsv": Format(".tsv", _mouths(".tsv"), damaged_text, read_mouths),
    "mouths .json": Format(".json", _mouths(".json"), damaged_json, read_mouths),
    "transcript": Format(".srt", _transcripts, damaged_text, _read_words),
    "emotion": Format(
        ".txt", lambda _f: [b"happy:0.8", b"0=neutral,2.5=angry:0.7", b"sad:0.5+fear:0.2"], damaged_text, _emotion
    ),
    ".wav": Format(".wav", _sound("wav", "PCM_16"), damaged_bytes, load_speech),
    ".wav of floats": Format(".wav", _sound("wav", "FLOAT"), damaged_bytes, load_speech),
    ".flac": Format(".flac", _sound("flac", ""), damaged_bytes, load_speech),
    ".mp3": Format(".mp3", _sound("mp3", ""), damaged_bytes, load_speech),
    ".ogg": Format(".ogg", _sound("ogg", ""), damaged_bytes, load_speech),
    **KEPT,
}  # fmt: skip
