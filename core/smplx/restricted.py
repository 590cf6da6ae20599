"""Reading model pickles without running anything in them: only arrays, sparse matrices and plain containers.

A pickle is a program for a small machine. What this machine may call here are functions of this module and nothing
else: no class and no type of numpy is handed out, since numpy's own can be made to take any bytes for objects. Arrays
are rebuilt over the file's own bytes, of numeric types from a list, once their size agrees with them.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..reading import read_bytes, room

LARGEST_FILE: Final = 2 << 30
_DENSE: Final = 64 << 20
"""Bytes of a sparse matrix once its zeros are written out; SMPL-X's joint regressor has 4.6 MB."""
_NUMBERS: Final = frozenset(f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)) | {"f2", "f4", "f8", "b1"}
_MOST_STEPS: Final = 2_000_000
_SPARSE: Final = ("csc_matrix", "csr_matrix", "csc_array", "csr_array")


class _Refused(Exception):
    """A name that no array needs."""


class _Sealed:
    """Nothing that a pickle does to it has an effect; subclasses open what they need."""

    __slots__ = ()

    def __setstate__(self, _state: object) -> None:
        raise ValueError("this has no state")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("this is never written")


class _Function(_Sealed):
    """The only thing a name in a pickle stands for."""

    __slots__ = ("_run",)
    _run: Callable[..., object]

    def __init__(self, run: Callable[..., object]) -> None:
        object.__setattr__(self, "_run", run)

    def __setattr__(self, name: str, value: object) -> None:
        raise ValueError(f"{name} stays as it is")

    def __call__(self, *args: object) -> object:
        return self._run(*args)


class _Type(_Sealed):
    """A type of numpy: its code, and its byte order from the state that numpy writes."""

    __slots__ = ("_code", "_order")

    def __init__(self, code: str) -> None:
        self._code = code
        self._order: Literal["<", ">", "|", "="] = "="

    def __setstate__(self, state: object) -> None:
        if type(state) is tuple and len(state) > 1 and state[1] in ("<", ">", "|", "="):
            self._order = state[1]

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The numeric type; None for texts, objects and whatever else no body is made of."""
        return np.dtype(self._code).newbyteorder(self._order) if self._code in _NUMBERS else None


class _Array(_Sealed):
    """An array that is being rebuilt: `value` is None until its bytes came, and where they are no numbers."""

    __slots__ = ("_bytes", "value")

    def __init__(self, raw_bytes: Callable[[Any], bytes | bytearray]) -> None:
        self._bytes = raw_bytes
        self.value: Array | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, raw = state
        if type(kind) is not _Type or type(shape) is not tuple or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("no array of numbers")
        dtype = kind.dtype
        if dtype is None:
            return
        raw = self._bytes(raw)
        if len(raw) != math.prod(shape) * dtype.itemsize:
            raise ValueError("the bytes are not those of the shape")
        flat = np.frombuffer(raw, dtype)
        self.value = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


class _StandIn(_Sealed):
    """Stands in for array classes of old libraries: it keeps the state and does nothing else."""

    kind = ""

    def __init__(self, *_args: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class RestrictedUnpickler(pickle.Unpickler):
    """Knows a few names, each a function of this module; everything else is refused by name."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._left = room(len(data))

    def find_class(self, module: str, name: str) -> object:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            if name == "_reconstruct":
                return _Function(lambda *_args: _Array(self._raw))
            if name == "scalar":
                return _Function(self._scalar)
        if (module, name) == ("numpy", "ndarray"):
            return _Function(lambda *_args: _Array(self._raw))
        if (module, name) == ("numpy", "dtype"):
            return _Function(lambda code, *_rest: _Type(code if isinstance(code, str) else code.decode("ascii")))
        if (module, name) == ("_codecs", "encode"):
            return _Function(lambda text, _encoding="latin1": self._raw(text))
        if module in ("copy_reg", "copyreg") and name in ("_reconstructor", "__newobj__"):
            return _Function(lambda kind, *_rest: kind())
        if (module, name) in (("__builtin__", "object"), ("builtins", "object")):
            return _Function(lambda *_args: None)
        if module in ("numpy.core.numeric", "numpy._core.numeric") and name == "_frombuffer":
            return _Function(self._from_buffer)
        chumpy = module in ("chumpy.ch", "chumpy") and name == "Ch"
        if chumpy or (module.startswith("scipy.sparse") and name in _SPARSE):
            return type("StandIn", (_StandIn,), {"kind": name})
        raise _Refused(f"{module}.{name}")

    def _raw(self, value: Any) -> bytes | bytearray:
        """Bytes as they are, or out of the text that protocol 2 keeps them in; copies are counted."""
        if type(value) in (bytes, bytearray):
            return value
        if type(value) is not str:
            raise ValueError("no bytes")
        self._left -= len(value)
        if self._left < 0:
            raise ValueError("more bytes than the file can hold")
        return value.encode("latin1")

    def _scalar(self, kind: object, raw: object = b"") -> object:
        if type(kind) is not _Type:
            raise ValueError("no number")
        return np.frombuffer(self._raw(raw), kind.dtype)[0].item()

    def _from_buffer(self, raw: object, kind: object, shape: object, order: object) -> _Array:
        made = _Array(self._raw)
        made.__setstate__((1, shape, kind, order == "F", raw))
        return made


def _look_through(data: bytes) -> None:
    """Raises ValueError for steps that cost far more than they are long, before any is taken.

    The unpickler keeps a table as long as the largest place that is named, and makes room for bytes as they are
    promised.
    """
    places = 0
    for steps, (step, argument, _at) in enumerate(pickletools.genops(data), 1):
        if steps > _MOST_STEPS:
            raise ValueError("far more steps than a model has")
        if step.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            places += 1
            if argument is None or not 0 <= argument <= 2 * places + 256:
                raise ValueError("a place far beyond the others")


def _plain_array(value: Any) -> Array | None:
    """The numbers in a value: Chumpy keeps them under 'x', scipy's sparse matrices as data, indices and indptr."""
    if isinstance(value, _Array):
        return value.value
    state = value.state if isinstance(value, _StandIn) else None
    if not isinstance(state, dict):
        return None
    if isinstance(state.get("x"), _Array):
        return state["x"].value
    if {"data", "indices", "indptr"} <= state.keys():
        data, indices, indptr = (_plain_array(state[name]) for name in ("data", "indices", "indptr"))
        if data is None or indices is None or indptr is None:
            return None
        rows, columns = (int(n) for n in state.get("_shape", state.get("shape")) or ())
        by_column = "csc" in value.kind
        count = columns if by_column else rows
        lengths = np.diff(indptr)
        whole = len(indptr) == count + 1 and (lengths >= 0).all() and lengths.sum() == len(indices) == len(data)
        if not whole or min(rows, columns) < 1 or rows * columns * 8 > _DENSE:
            return None
        lines, out = np.repeat(np.arange(count), lengths), np.zeros((rows, columns))
        out[(indices, lines) if by_column else (lines, indices)] = data
        return out
    return None


def read_pickle(path: Path) -> dict[str, Array]:
    """The numeric arrays of a pickled dictionary. Raises OratorError; nothing in the file is run."""
    data = read_bytes(path, "body model", LARGEST_FILE)
    try:
        _look_through(data)
        value = RestrictedUnpickler(data).load()
        items = {name: _plain_array(entry) for name, entry in value.items()} if type(value) is dict else None
    except _Refused as error:
        raise OratorError(
            f"'{path}' asks for '{error}', which no body model needs. Nothing in it was run. Use the .npz of the model."
        ) from None
    except Exception:
        # A damaged pickle fails in many ways inside the unpickler; all mean the same to the artist.
        raise OratorError(f"'{path}' is cut off or damaged: download the model again.") from None
    if items is None:
        raise OratorError(f"'{path}' is not a body model: choose SMPLX_NEUTRAL.npz or .pkl.")
    return {
        name: array
        for name, array in items.items()
        if isinstance(name, str) and array is not None and array.dtype.kind in "fiu"
    }
