"""Face converters: ARKit weights to another set of shapes, as data files in core/rig/converters.

Each file says what every shape of its set looks like in ARKit weights. A frame is converted by least squares: the
weights in [0, 1] whose looks add up nearest to the frame, with a small price on using a shape at all, so that sets with
fewer shapes show as much as they can.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..arkit import ARKIT, INDEX
from ..arrays import Array
from ..errors import OratorError
from .description import MeshDescription

FOLDER: Final = Path(__file__).parent / "converters"
_SMALL: Final = 0.1
"""Squared size of a look below which it costs less: pressed lips are a small move, and seen."""
_SHUTS: Final = 0.5
"""How much mouthClose a shape must show by itself for lips to be shut over an open jaw."""
_PRICE: Final = 0.02
_SWEEPS: Final = 60
_WINDOW: Final = 8192


@dataclass(frozen=True)
class Converter:
    """One set of shapes.

    shapes     key -> names that meshes give it; after `for_mesh`, the mesh's own name alone.
    looks      key -> {ARKit name: weight}.
    prefer     lists of keys: where all but the last few exist, the last one repeats them and is dropped.
    signature  keys that tell the set.
    spread     key -> (shape, weight) of all shapes that it moves, where it moves several.
    silence    the key that shows what the mouth's other shapes leave up to 1, as sets of visemes do; '' for none.
    """

    name: str
    title: str
    shapes: dict[str, tuple[str, ...]]
    looks: dict[str, dict[str, float]]
    prefer: tuple[tuple[str, ...], ...] = ()
    signature: tuple[str, ...] = ()
    silence: str = ""
    spread: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)

    @cached_property
    def matrix(self) -> Array:
        """(K, 52) the looks, a row a shape."""
        out = np.zeros((len(self.shapes), len(ARKIT)))
        for row, key in enumerate(self.shapes):
            for name, value in self.looks[key].items():
                out[row, INDEX[name]] = value
        return out

    def shown(self) -> tuple[str, ...]:
        """ARKit weights that some shape of the set shows."""
        used = self.matrix.any(axis=0)
        return tuple(name for name, u in zip(ARKIT, used, strict=True) if u)

    def for_mesh(self, mesh: MeshDescription) -> Converter:
        """The part of the set that a mesh has, under the mesh's own names."""
        names = {_plain(re.sub(r"\.\d{3}$", "", shape.name)): shape.name for shape in mesh.shapes}
        names |= {_plain(shape.name): shape.name for shape in mesh.shapes}
        found: dict[str, tuple[str, ...]] = {}
        for key, alternatives in self.shapes.items():
            own = next((names[_plain(a)] for a in alternatives if _plain(a) in names), None)
            own = own or _prefixed(names, [_plain(a) for a in alternatives])
            if own is not None and (own,) not in found.values():
                found[key] = (own,)
        for *better, worse in self.prefer:
            if better and all(key in found for key in better[:2]):
                found.pop(worse, None)
        return replace(self, shapes=found, looks={k: self.looks[k] for k in found})

    def apply(self, face: Array) -> dict[str, Array]:
        """Values of the shapes, name -> (T,) float32 in [0, 1], for ARKit weights (T, 52)."""
        face = self._shut(face)
        weights = np.concatenate([self._solve(face[i : i + _WINDOW]) for i in range(0, len(face), _WINDOW)])
        keys = list(self.shapes)
        if self.silence in keys:
            mouth = [k for k, key in enumerate(keys) if any(n.startswith(("jaw", "mouth")) for n in self.looks[key])]
            weights[:, keys.index(self.silence)] = np.clip(1.0 - weights[:, mouth].sum(axis=1), 0.0, 1.0)
        out: dict[str, Array] = {}
        for k, (key, names) in enumerate(self.shapes.items()):
            for name, share in self.spread.get(key, ((names[0], 1.0),)):
                out[name] = np.clip(out.get(name, 0.0) + np.float32(share) * weights[:, k], 0.0, 1.0)
        return out

    def _shut(self, face: Array) -> Array:
        """The face with a jaw as open as its lips: ARKit's mouthClose shuts lips over an open jaw, visemes cannot."""
        if self.matrix[:, INDEX["mouthClose"]].max() >= _SHUTS:
            return face
        out = np.array(face)
        jaw, close = face[:, INDEX["jawOpen"]], face[:, INDEX["mouthClose"]]
        share = np.minimum(close / np.maximum(jaw, 1e-6), 1.0)
        out[:, INDEX["jawOpen"]] = jaw * (1.0 - share * np.clip(2.0 * share - 0.8, 0.0, 1.0))
        return out

    def _solve(self, face: Array) -> Array:
        """(T, K) by coordinate descent within [0, 1]."""
        looks = self.matrix
        gram = looks @ looks.T
        wanted = np.asarray(face, np.float64) @ looks.T
        out = np.zeros_like(wanted)
        for _ in range(_SWEEPS):
            for k in range(len(looks)):
                if gram[k, k] > 0.0:
                    rest = wanted[:, k] - out @ gram[:, k] + out[:, k] * gram[k, k]
                    price = _PRICE * min(1.0, gram[k, k] / _SMALL)
                    out[:, k] = np.clip((rest - price) / gram[k, k], 0.0, 1.0)
        return out.astype(np.float32)


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return re.sub(r"[\s_.\-:]+", "", unicodedata.normalize("NFKC", name)).lower()


def _prefixed(names: dict[str, str], endings: list[str]) -> str | None:
    """What a mesh put its own prefix before, of a set's names; only for names long enough not to match by chance."""
    long = tuple(ending for ending in endings if len(ending) >= 5)
    near = [(plain, name) for plain, name in names.items() if plain.endswith(long)] if long else []
    return next((name for ending in long for plain, name in near if plain.endswith(ending)), None)


def parse_converter(data: dict[str, Any], source: str) -> Converter:
    """A converter from the contents of its file; raises OratorError naming what is wrong."""
    try:
        looks = {key: {n: float(v) for n, v in entry["looks"].items()} for key, entry in data["shapes"].items()}
        unknown = {n for look in looks.values() for n in look} - set(INDEX)
        if unknown:
            raise ValueError(f"unknown face weights {sorted(unknown)}")
        return Converter(
            data["name"],
            data["title"],
            {key: tuple(entry["names"]) for key, entry in data["shapes"].items()},
            looks,
            tuple(tuple(group) for group in data.get("prefer", ())),
            tuple(data.get("signature", ())),
            data.get("silence", ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OratorError(f"The face converter {source} is broken ({error}): restore or mend the file.") from error


@lru_cache(maxsize=1)
def converters() -> tuple[Converter, ...]:
    """Every converter that ships with the extension."""
    out = []
    for path in sorted(FOLDER.glob("*.json")):
        try:
            out.append(parse_converter(json.loads(path.read_text(encoding="utf-8")), path.name))
        except (OSError, ValueError) as error:
            raise OratorError(f"The face converter {path.name} is broken: install the extension again.") from error
    return tuple(out)


def converter_for(mesh: MeshDescription, name: str = "") -> Converter | None:
    """The converter for a mesh's shapes, already cut to what the mesh has; None when no set is declared.

    What the character itself says (a VRM avatar's expressions) is taken before the shapes' names.
    """
    if not name and (declared := _declared(mesh)) is not None:
        return declared
    best: Converter | None = None
    for converter in converters():
        if name and converter.name != name:
            continue
        own = converter.for_mesh(mesh)
        found = sum(key in own.shapes for key in converter.signature)
        enough = found >= 0.6 * len(converter.signature) or (name and own.shapes)
        if enough and (best is None or len(own.shapes) > len(best.shapes)):
            best = own
    return best


def _declared(mesh: MeshDescription) -> Converter | None:
    """VRM 1's set with the shapes that the avatar's expressions move on this mesh; None where they move no mouth."""
    have = {shape.name for shape in mesh.shapes}
    declared = {key: tuple(b for b in binds if b[0] in have) for key, binds in mesh.declared.items()}
    base = next(c for c in converters() if c.name == "vrm1")
    shapes: dict[str, tuple[str, ...]] = {key: (declared[key][0][0],) for key in base.shapes if declared.get(key)}
    for *better, worse in base.prefer:
        if all(key in shapes for key in better[:2]):
            shapes.pop(worse, None)
    if not shapes or not any(key in shapes for key in (*base.signature, "blink", "blinkLeft")):
        return None
    looks = {key: base.looks[key] for key in shapes}
    spread = {key: declared[key] for key in shapes}
    return replace(base, title="VRM expressions, as assigned", shapes=shapes, looks=looks, spread=spread)
