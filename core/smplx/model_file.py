"""SMPL-X bodies and FLAME heads from their model files (.npz or .pkl): read without running anything, checked, posed.

Formats and sizes are those of the public releases (SMPL-X: Pavlakos et al., CVPR 2019; FLAME: Li et al., SIGGRAPH Asia
2017); no data of them is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..npz import npz_names, read_npz
from ..rotations import from_rotvec, to_matrix
from ..skeleton import HANDS, JOINTS, PARENTS
from .restricted import read_pickle

BETAS: Final = 300
EXPRESSIONS: Final = 100
LANDMARKS: Final = 51
_NEEDED: Final = ("v_template", "shapedirs", "J_regressor", "weights", "kintree_table", "f")
_MEAN_HANDS: Final = ("hands_meanl", "hands_meanr")
_OPTIONAL: Final = ("posedirs", *_MEAN_HANDS, "lmk_faces_idx", "lmk_bary_coords", "vt", "ft")
_HINT: Final = "Choose SMPLX_NEUTRAL.npz (or _2020) from your SMPL-X download, or FLAME's generic_model.pkl."
FLAME_LANDMARKS: Final = "flame_static_embedding.pkl"
"""Beside FLAME's model file, from the same download: where its face landmarks lie."""


@dataclass(frozen=True)
class Layout:
    """What tells the two kinds of model apart: vertices, joints and their parents."""

    title: str
    vertices: int
    joints: tuple[str, ...]
    parents: tuple[int, ...]


_LARGEST: Final = 1e6
SMPLX: Final = Layout("SMPL-X", 10475, tuple(JOINTS), tuple(PARENTS))
FLAME: Final = Layout("FLAME", 5023, ("global", "neck", "jaw", "left_eye", "right_eye"), (-1, 0, 1, 1, 1))


@dataclass(frozen=True)
class SmplxModel:
    """SMPL-X axes, metres; J joints (55, or 5 of a FLAME head).

    template (V, 3); faces (F, 3); betas (V, 3, B); expressions (V, 3, E); regressor (J, V); weights (V, J);
    pose_correctives (V, 3, 9 * (J - 1)) or None; hand_mean (30, 3) rotation vectors, left then right; uv (F, 3, 2) or
    None. Directions are in single precision, as the `smplx` package keeps them.
    """

    layout: Layout
    template: Array
    faces: Array
    betas: Array
    expressions: Array
    regressor: Array
    weights: Array
    pose_correctives: Array | None
    hand_mean: Array
    landmarks: tuple[Array, Array] | None
    """Vertex numbers (51, 3) and their weights (51, 3)."""
    uv: Array | None

    def shaped(self, betas: Array | None = None, expressions: Array | None = None) -> Array:
        """Vertices (V, 3) of the rest pose with coefficients."""
        out = self.template.copy()
        for directions, amounts in ((self.betas, betas), (self.expressions, expressions)):
            if amounts is not None:
                out += directions[..., : len(amounts)] @ np.asarray(amounts, np.float64)
        return out

    def joints(self, vertices: Array) -> Array:
        """Joint positions (J, 3) of rest vertices."""
        return self.regressor @ vertices

    def stood(self, turns: Array, rest: Array, places: Array) -> tuple[Array, Array]:
        """Vertices (..., V, 3) and joints (..., J, 3) of rest vertices (..., V, 3) with joints at `places` (..., J, 3).

        turns: local rotations (J, 3, 3), the same for all.
        """
        world, origin = np.empty(turns.shape), np.empty(places.shape)
        for j, parent in enumerate(self.layout.parents):
            if parent < 0:
                world[j], origin[..., j, :] = turns[j], places[..., j, :]
            else:
                world[j] = world[parent] @ turns[j]
                along = places[..., j, :] - places[..., parent, :]
                origin[..., j, :] = origin[..., parent, :] + along @ world[parent].T
        shift = origin - np.einsum("jab,...jb->...ja", world, places)
        return self.turned(world, rest) + self.weights @ shift, origin

    def turned(self, world: Array, vectors: Array) -> Array:
        """Vectors (..., V, 3) at the rest vertices as joints that turn by `world` (J, 3, 3) carry them."""
        blend = (self.weights @ world.reshape(-1, 9)).reshape(-1, 3, 3)
        return np.matmul(blend, vectors[..., None])[..., 0]

    def posed(
        self,
        rotations: Array,
        translation: Array,
        betas: Array | None = None,
        expressions: Array | None = None,
        correctives: bool = True,
    ) -> Array:
        """Vertices (V, 3) of one frame: rotations (J, 4) wxyz, translation (3,)."""
        rest = self.shaped(betas, expressions)
        places = self.joints(rest)
        turns = to_matrix(rotations)
        if correctives and self.pose_correctives is not None:
            rest = rest + self.pose_correctives @ (turns[1:] - np.eye(3)).reshape(-1)
        return self.stood(turns, rest, places)[0] + translation


def _arrays(path: Path, names: tuple[str, ...]) -> dict[str, Array]:
    if path.suffix.lower() == ".pkl":
        return read_pickle(path)
    try:
        # The release also holds pickled tables that a body does not need: they are never opened.
        there = [name for name in npz_names(path, "body model") if name in names]
        needed = tuple(name for name in _NEEDED if name in there)
        return read_npz(path, needed, "body model", [name for name in there if name not in needed])
    except OratorError as error:
        raise OratorError(f"{error} {_HINT}") from None


def _opened(path: Path, names: tuple[str, ...]) -> dict[str, Array]:
    """The arrays of these names that the file has; of a pickle all."""
    if path.suffix.lower() not in (".npz", ".pkl"):
        raise OratorError(f"'{path}' is neither .npz nor .pkl. {_HINT}")
    return _arrays(path, names)


def read_hand_mean(path: Path) -> Array | None:
    """The mean hands (30, 3) of a model file, left then right, rotation vectors; None where it has none.

    Raises OratorError for files that cannot be read.
    """
    data = _opened(Path(path).expanduser(), _MEAN_HANDS)
    sides = [np.asarray(data[name]) for name in _MEAN_HANDS if name in data]
    whole = len(sides) == 2 and all(s.dtype.kind in "fiu" and s.size == 45 and np.isfinite(s).all() for s in sides)
    return _hands(data) if whole else None


def _sound(numbers: Array) -> bool:
    """Whether they are all numbers, and none so large that single precision would lose it."""
    if numbers.dtype.kind != "f" or not numbers.size:
        return numbers.dtype.kind in "iuf"
    return bool(numbers.min() > -_LARGEST and numbers.max() < _LARGEST)


def read_model(path: Path) -> SmplxModel:
    """An SMPL-X model from the artist's file. Raises OratorError that says what is wrong with it."""
    path = Path(path).expanduser()
    data = _opened(path, (*_NEEDED, *_OPTIONAL))
    missing = [name for name in _NEEDED if name not in data]
    if missing:
        raise OratorError(f"'{path}' lacks {', '.join(missing)}: it is not an SMPL-X model. {_HINT}")
    bad = [name for name, numbers in data.items() if not _sound(numbers)]
    if bad:
        raise OratorError(f"'{path}': {', '.join(bad)} are not all numbers. {_HINT}")
    template, dirs = np.asarray(data["v_template"], np.float64), data["shapedirs"]
    layout = _layout(path, template, data["weights"])
    count, joints = layout.vertices, len(layout.joints)
    regressor, kin = np.asarray(data["J_regressor"], np.float64), data["kintree_table"]
    directed = dirs.ndim == 3 and dirs.shape[:2] == (count, 3) and dirs.shape[2] >= 20
    if not directed or regressor.shape != (joints, count):
        raise OratorError(f"'{path}' has shape directions {dirs.shape}, not ({count}, 3, 400 or 20). {_HINT}")
    parents = tuple(int(n) for n in kin[0][1:]) if kin.shape == (2, joints) else ()
    faces = np.asarray(data["f"]).astype(np.int64)
    shaped = faces.ndim == 2 and faces.shape[1] == 3 and len(faces) > 0
    if parents != layout.parents[1:] or not shaped or faces.min() < 0 or faces.max() >= count:
        raise OratorError(f"'{path}' has joints or triangles in another order than {layout.title}. {_HINT}")
    if layout is FLAME:
        data |= _embedding(path.parent / FLAME_LANDMARKS)
    full = dirs.shape[2] >= BETAS + EXPRESSIONS
    first = BETAS if full else 10
    count = EXPRESSIONS if full else 10
    return SmplxModel(
        layout=layout,
        template=template,
        faces=faces,
        betas=np.asarray(dirs[..., :first], np.float32),
        expressions=np.asarray(dirs[..., first : first + count], np.float32),
        regressor=regressor,
        weights=np.asarray(data["weights"], np.float64),
        pose_correctives=_correctives(data.get("posedirs"), layout),
        hand_mean=_hands(data),
        landmarks=_landmarks(data, faces),
        uv=_uv(data, faces),
    )


def _layout(path: Path, template: Array, weights: Array) -> Layout:
    for layout in (SMPLX, FLAME):
        if template.shape == (layout.vertices, 3) and weights.shape == (layout.vertices, len(layout.joints)):
            return layout
    joints = weights.shape[-1] if weights.ndim else 0
    raise OratorError(
        f"'{path}' has {len(template) if template.ndim else 0} vertices and {joints} joints; SMPL-X has 10475 and 55, "
        f"FLAME 5023 and 5 (SMPL and SMPL-H files are other models). {_HINT}"
    )


def _embedding(path: Path) -> dict[str, Array]:
    """FLAME's landmarks under the names that SMPL-X files give theirs; empty without the file."""
    try:
        found = read_pickle(path) if path.is_file() else {}
    except OratorError:
        # The head is whole without them; the face sentence says that they are missing.
        found = {}
    names = {"lmk_face_idx": "lmk_faces_idx", "lmk_b_coords": "lmk_bary_coords"}
    return {ours: np.asarray(found[theirs]) for theirs, ours in names.items() if theirs in found}


def _correctives(dirs: Array | None, layout: Layout) -> Array | None:
    wanted = (layout.vertices, 3, 9 * (len(layout.joints) - 1))
    return np.asarray(dirs, np.float32) if dirs is not None and dirs.shape == wanted else None


def _hands(data: dict[str, Array]) -> Array:
    sides = [data.get(name) for name in _MEAN_HANDS]
    return np.stack([np.zeros(45) if s is None or s.size != 45 else s.reshape(45) for s in sides]).reshape(30, 3)


def _landmarks(data: dict[str, Array], faces: Array) -> tuple[Array, Array] | None:
    index, share = data.get("lmk_faces_idx"), data.get("lmk_bary_coords")
    if index is None or share is None or index.shape != (LANDMARKS,) or share.shape != (LANDMARKS, 3):
        return None
    return faces[np.clip(index.astype(np.int64), 0, len(faces) - 1)], np.asarray(share, np.float64)


def _uv(data: dict[str, Array], faces: Array) -> Array | None:
    points, corners = data.get("vt"), data.get("ft")
    if points is None or corners is None or corners.shape != faces.shape or points.ndim != 2:
        return None
    corners = corners.astype(np.int64)
    return points[corners][..., :2] if corners.min() >= 0 and corners.max() < len(points) else None


def mean_hand_turns(model: SmplxModel) -> Array:
    """The mean hands as local rotation matrices (J, 3, 3): all others, and those of a FLAME head, do not turn."""
    turns = np.tile(np.eye(3), (len(model.layout.joints), 1, 1))
    if model.layout is SMPLX:
        turns[list(HANDS)] = to_matrix(from_rotvec(model.hand_mean))
    return turns
