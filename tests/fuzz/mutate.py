"""Damaging files: bytes, text and the insides of .npz, each by a fixed seed so that what is found is found again."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import zipfile
from typing import Any, Final

import numpy as np

ODD_TEXTS: Final = (
    "\u2028",
    "nan", "inf", "-inf", "1e999", "-1e308", "9" * 5000, "-1", "0", "", " ", "\0", "null", "true", "[]", "{}",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin1"), "🦊", "%s%n", "../../etc/passwd", "1,5", "0x10",
    "1_000", "-" * 300, "é" * 200, "1" * 19,
    "2147483648", "00:00:00:00", "24:00:00:00", "-->", "\r\n\r\n", '"', "'", "\\",
)  # fmt: skip
ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 10**18, 10**30, 1e308, "", "x" * 3000, [], {}, [[]], {"a": {}}, "nan", 0.5, [None],
    [1e300],
)  # fmt: skip
_DEEP: Final = 20
"""Levels of nests below which nothing is damaged: what is deeper is damage already."""
ODD_BYTES: Final = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f")


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to eight blows: flips, cuts, copies, runs of one byte, odd numbers."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if not out:
            return bytes(rng.randbytes(rng.randrange(64)))
        # The beginning holds the headers: half of the blows go there.
        at = rng.randrange(min(len(out), 256) if rng.random() < 0.5 else len(out))
        blow = rng.randrange(8)
        if blow == 0:
            out[at] ^= 1 << rng.randrange(8)
        elif blow == 1:
            out[at] = rng.randrange(256)
        elif blow == 2:
            del out[at:]
        elif blow == 3:
            del out[at : at + rng.randrange(1, 64)]
        elif blow == 4:
            out[at:at] = out[at : at + rng.randrange(1, 256)]
        elif blow == 5:
            odd = rng.choice(ODD_BYTES)
            out[at : at + len(odd)] = odd
        elif blow == 6:
            out[at:at] = rng.randbytes(rng.randrange(1, 32))
        else:
            other = rng.randrange(len(out))
            out[at : at + 16] = out[other : other + 16]
    return bytes(out)


def damaged_text(data: bytes, rng: random.Random) -> bytes:
    """Numbers and words exchanged for odd ones, lines lost, doubled or swapped; or just damaged bytes."""
    if rng.random() < 0.3:
        return damaged_bytes(data, rng)
    text = data.decode("utf-8", "replace")
    for _ in range(rng.choice((1, 1, 2, 4))):
        kind = rng.randrange(5)
        if kind == 0:
            found = [m.span() for m in re.finditer(r"[-+]?\d[\d.eE+-]*", text[:200_000])]
            if found:
                a, b = rng.choice(found)
                text = text[:a] + rng.choice(ODD_TEXTS) + text[b:]
        elif kind == 1:
            found = [m.span() for m in re.finditer(r"\w+", text[:200_000])]
            if found:
                a, b = rng.choice(found)
                text = text[:a] + rng.choice(ODD_TEXTS) + text[b:]
        else:
            lines = text.split("\n")
            k, j = rng.randrange(len(lines)), rng.randrange(len(lines))
            if kind == 2:
                del lines[k]
            elif kind == 3:
                lines[k:k] = [lines[j]] * rng.choice((1, 2, 50))
            else:
                lines[k], lines[j] = lines[j], lines[k]
            text = "\n".join(lines)
    encoding = rng.choice(("utf-8",) * 8 + ("utf-16", "utf-16-le", "cp1252", "utf-32"))
    return text.encode(encoding, "replace")


def damaged_json(data: bytes, rng: random.Random) -> bytes:
    """Values exchanged for ones of other types, keys lost, renamed or added; or damaged text."""
    if rng.random() < 0.3:
        return damaged_text(data, rng)
    value = json.loads(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        places: list[tuple[Any, Any]] = []

        def walk(node: Any, level: int = 0, places: list[tuple[Any, Any]] = places) -> None:
            items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
            for key, child in items:
                places.append((node, key))
                if level < _DEEP:
                    walk(child, level + 1)

        walk(value)
        if not places:
            return json.dumps(rng.choice(ODD_VALUES)).encode()
        node, key = rng.choice(places)
        kind = rng.randrange(5)
        if kind == 0:
            del node[key]
        elif kind == 1 and isinstance(node, dict):
            node[rng.choice(("", "x", "__class__", "é" * 50, "name"))] = copy.deepcopy(rng.choice(ODD_VALUES))
        elif kind == 2 and rng.random() < 0.3:
            deep: Any = 0
            for _ in range(rng.choice((50, 500))):
                deep = [deep]
            node[key] = deep
        else:
            node[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    return json.dumps(value).encode()


def damaged_npz(data: bytes, rng: random.Random) -> bytes:  # noqa: C901  a damage a branch
    """Arrays lost, of other types, shapes and values, headers that promise too much; or damaged bytes."""
    if rng.random() < 0.35:
        return damaged_bytes(data, rng)
    with np.load(io.BytesIO(data), allow_pickle=True) as opened:
        arrays = {name: opened[name] for name in opened.files}
    raw: dict[str, bytes] = {}
    for _ in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(sorted(arrays))
        array = np.array(arrays[name])
        kind = rng.randrange(9)
        if kind == 0:
            del arrays[name]
            if not arrays:
                break
        elif kind == 1:
            types = ("f2", "f4", "f8", "i1", "i8", "u8", "?", "c8", "U3", "S2", "O", "M8[s]", ">f4", "V4")
            arrays[name] = _cast(array, rng.choice(types))
        elif kind == 2:
            arrays[name] = array[rng.randrange(array.shape[0] or 1) :] if array.ndim else array.reshape(1, 1)
        elif kind == 3:
            arrays[name] = array.reshape(-1) if array.ndim else np.array([array, array])
        elif kind == 4 and array.size and array.dtype.kind in "fiu":
            flat = array.astype(np.float64).reshape(-1)
            flat[rng.randrange(flat.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e308, -1e30, 1e9, 0.0, -0.5))
            arrays[name] = flat.reshape(array.shape)
        elif kind == 5:
            arrays[name] = np.zeros(rng.choice(((0,), (), (1,), (0, 3), (2, 0, 4), (5, 5, 5, 5))))
        elif kind == 6:
            arrays[name] = array * 0 if array.dtype.kind in "fiu" else np.array("x" * rng.choice((0, 5, 5000)))
        elif kind == 7:
            arrays[rng.choice(("extra", "../up", "é", "poses", "meta"))] = array
        else:
            raw[name] = _header(rng) + array.tobytes()[: rng.randrange(1, 4096)]
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    ) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=rng.random() < 0.5) as entry:
                if name in raw:
                    entry.write(raw[name])
                else:
                    np.lib.format.write_array(entry, array, allow_pickle=True)
    return out.getvalue()


def _cast(array: np.ndarray, kind: str) -> np.ndarray:
    try:
        return array.astype(kind)
    except (ValueError, TypeError, OverflowError):
        return np.zeros(array.shape, kind)


def _header(rng: random.Random) -> bytes:
    shape = rng.choice(
        ("(10000000000,)", "(820, 1000, 1000, 1000)", "(-1,)", "(2,) * 9", "()", "(1" + "0" * 300 + ",)")
    )
    kind = rng.choice(("<f8", "|O", "<U1000000", "|V0", "f8,f8", "<f4"))
    text = f"{{'descr': '{kind}', 'fortran_order': {rng.choice((True, False, 1))}, 'shape': {shape}, }}"
    text = text.ljust(118) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()
