"""Networks run by ONNX Runtime, on the CPU.

A graph file holds no weights: it says where in the weight file beside it each tensor lies (external data of the ONNX
format), and which weight file that was, by its SHA-256.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ...core.arrays import Array
from ...core.errors import OratorError
from ..weights import FOLDER, weights_version
from ..weights.checksums import check

WEIGHTS_KEY = "orator.weights"
"""The graph's metadata entry: the version of the weight file that it was made from."""


@lru_cache(maxsize=4)
def _options(threads: int) -> object:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Waiting threads sleep: spinning ones fall apart as soon as a viewport or another program wants the core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 4
    return options


class OnnxNetwork:
    """See `Network`."""

    def __init__(self, name: str, threads: int) -> None:
        import onnxruntime

        path = FOLDER / f"{name}.onnx"
        weights = name.split(".")[0]
        version = weights_version(weights)
        if not path.is_file():
            raise OratorError(f"Orator's network file '{path.name}' is missing. Install the extension again.")
        check(path)
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), _options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has a kind of its own for every way to be damaged
            raise _damaged(path) from error
        made_from = self._session.get_modelmeta().custom_metadata_map.get(WEIGHTS_KEY)
        if made_from != version:
            raise OratorError(
                f"Orator's network file '{path.name}' does not belong to '{weights}.safetensors': one of them was "
                "changed or damaged. Install the extension again."
            )
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._inputs = {item.name for item in self._session.get_inputs()}

    def run(self, **arrays: Array) -> dict[str, Array]:
        feed = {name: np.ascontiguousarray(value) for name, value in arrays.items() if name in self._inputs}
        return dict(zip(self._outputs, self._session.run(self._outputs, feed), strict=True))


def _damaged(path: Path) -> OratorError:
    return OratorError(f"Orator's network file '{path.name}' is damaged. Install the extension again.")
