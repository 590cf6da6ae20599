"""Reading model pickles without running anything in them: only arrays, sparse matrices and plain containers."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import OratorError

_LIMIT: Final = 2 << 30


class _Refused(Exception):
    """A name that no array needs."""


class _Ignored:
    """Stands in for array classes of old libraries: it keeps the state and does nothing else."""

    def __init__(self, *args: Any) -> None:
        self.args = args
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _plain_array(value: Any) -> np.ndarray | None:
    """The array in a stand-in: Chumpy keeps it under 'x', scipy's sparse matrices as data, indices and indptr."""
    state = value.state if isinstance(value, _Ignored) else None
    if isinstance(state, dict) and isinstance(state.get("x"), np.ndarray):
        return state["x"]
    if isinstance(state, dict) and {"data", "indices", "indptr"} <= state.keys():
        shape = tuple(int(n) for n in state.get("_shape", state.get("shape")))
        by_column = "csc" in value.kind
        count = shape[1] if by_column else shape[0]
        if len(state["indptr"]) != count + 1 or int(np.prod(shape)) * 8 > _LIMIT:
            return None
        lines = np.repeat(np.arange(count), np.diff(state["indptr"]))
        out = np.zeros(shape)
        rows, columns = (state["indices"], lines) if by_column else (lines, state["indices"])
        out[rows, columns] = state["data"]
        return out
    return None


def _stand_in(kind: str) -> type:
    return type("StandIn", (_Ignored,), {"kind": kind})


def _encode(text: str, encoding: str) -> bytes:
    return str(text).encode("latin1" if encoding in ("latin1", "latin-1") else "utf-8")


def _reconstruct(_kind: Any, shape: Any, code: Any) -> np.ndarray:
    return np.ndarray.__new__(np.ndarray, shape, np.dtype("u1"))


def _dtype(name: Any, *_rest: Any) -> np.dtype:
    found = np.dtype(name if isinstance(name, str) else name.decode("ascii"))
    if found.hasobject and found != np.dtype(object):
        raise _Refused("an array of objects")
    return found


def _scalar(dtype: np.dtype, raw: Any = b"") -> Any:
    return np.frombuffer(raw.encode("latin1") if isinstance(raw, str) else raw, dtype)[0]


class RestrictedUnpickler(pickle.Unpickler):
    """Knows numpy arrays by name and nothing that acts; everything else is refused by name."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            if name == "_reconstruct":
                return _reconstruct
            if name == "scalar":
                return _scalar
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return _dtype
        if (module, name) == ("_codecs", "encode"):
            return _encode
        if module.startswith("scipy.sparse") and name in ("csc_matrix", "csr_matrix", "csc_array", "csr_array"):
            return _stand_in(name)
        if module in ("chumpy.ch", "chumpy") and name == "Ch":
            return _stand_in(name)
        raise _Refused(f"{module}.{name}")


def read_pickle(path: Path) -> dict[str, np.ndarray]:
    """The numeric arrays of a pickled dictionary. Raises OratorError; nothing in the file is run."""
    try:
        raw = Path(path).read_bytes()
        value = RestrictedUnpickler(io.BytesIO(raw), encoding="latin1").load()
    except _Refused as error:
        raise OratorError(
            f"'{path}' asks for '{error}', which no body model needs. Nothing in it was run. Use the .npz of the model."
        ) from None
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror}). Choose another file.") from None
    except Exception:
        # A damaged pickle fails in many ways inside the unpickler; all mean the same to the artist.
        raise OratorError(f"'{path}' is cut off or damaged: download the model again.") from None
    if not isinstance(value, dict):
        raise OratorError(f"'{path}' is not a body model: choose SMPLX_NEUTRAL.npz or .pkl.")
    out = {}
    for name, entry in value.items():
        array = entry if isinstance(entry, np.ndarray) else _plain_array(entry)
        if isinstance(name, str) and array is not None and array.dtype.kind in "fiu":
            out[name] = array
    return out
