"""Writes the embedded networks as ONNX graphs beside their weights, for ONNX Runtime.

    python -m orator.models.training.export_onnx [FOLDER] [--if-needed]

FOLDER (models/weights) holds the weight files. A graph holds no weights of its own: it points at the tensors' places in
the weight file (external data), in the half precision they are stored in; casts make them single again on loading.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from ..runtime.onnx_runtime import WEIGHTS_KEY
from ..runtime.torch_runtime import graph_names, make_graph
from ..weights import FOLDER, weights_version
from ..weights.checksums import listed, write_lists

OPSET = 17
HALF = "@half"


def traced(name: str) -> onnx.ModelProto:
    """The graph `name` as PyTorch traces it, weights inside, parameters called as in the weight file."""
    graph = make_graph(name)
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.module,
            tuple(graph.example.values()),
            out,  # type: ignore[arg-type]  # a stream does as well as a path
            dynamo=False,
            opset_version=OPSET,
            input_names=list(graph.example),
            output_names=list(graph.outputs),
            dynamic_axes=graph.axes,
            # As stored, nothing merged: every parameter can then be found in the weight file.
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )
    return onnx.load_from_string(out.getvalue())


def tensor_places(path: Path) -> dict[str, tuple[int, int, str, list[int]]]:
    """Of each tensor of a safetensors file: its first byte in the file, bytes, type and shape."""
    with path.open("rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    return {
        key: (8 + size + at["data_offsets"][0], at["data_offsets"][1] - at["data_offsets"][0], at["dtype"], at["shape"])
        for key, at in header.items()
    }


def without_weights(model: onnx.ModelProto, weights: Path, version: str) -> onnx.ModelProto:
    """The model with its parameters replaced by their places in the weight file. Raises ValueError for differences."""
    places = tensor_places(weights)
    raw = weights.read_bytes()
    kept, casts = [], []
    for tensor in model.graph.initializer:
        key = tensor.name.removeprefix("net.")
        if key not in places:
            kept.append(tensor)
            continue
        first, count, kind, shape = places[key]
        if kind != "F16" or list(tensor.dims) != shape:
            kept.append(tensor)
            continue
        stored = np.frombuffer(raw[first : first + count], np.float16).astype(np.float32)
        if not np.array_equal(stored, onnx.numpy_helper.to_array(tensor).reshape(-1)):
            kept.append(tensor)
            continue
        half = TensorProto(name=tensor.name + HALF, data_type=TensorProto.FLOAT16, dims=shape)
        half.data_location = TensorProto.EXTERNAL
        for entry, value in (("location", weights.name), ("offset", str(first)), ("length", str(count))):
            half.external_data.add(key=entry, value=value)
        kept.append(half)
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(casts + nodes)
    helper.set_model_props(model, {WEIGHTS_KEY: version})
    return model


def export(name: str, folder: Path = FOLDER) -> Path:
    """Writes the graph `name` beside its weights; returns its path."""
    weights = name.split(".")[0]
    model = without_weights(traced(name), FOLDER / f"{weights}.safetensors", weights_version(weights))
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def up_to_date(folder: Path = FOLDER) -> bool:
    """Whether every graph is there, with its checksum, and made from the weights that are there."""
    if set(listed(folder, ".onnx")) != {f"{name}.onnx" for name in graph_names()}:
        return False
    for name in graph_names():
        path = folder / f"{name}.onnx"
        if not path.is_file():
            return False
        made_from = {entry.key: entry.value for entry in onnx.load(str(path), load_external_data=False).metadata_props}
        if made_from.get(WEIGHTS_KEY) != weights_version(name.split(".")[0]):
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where the graphs go (models/weights)")
    parser.add_argument("--if-needed", action="store_true", help="only where a graph is missing or of other weights")
    options = parser.parse_args()
    if options.if_needed and up_to_date(options.folder):
        return 0
    for old in options.folder.glob("*.onnx"):
        old.unlink()
    size = 0
    for name in graph_names():
        size += export(name, options.folder).stat().st_size
    write_lists(options.folder, (".onnx",))
    print(f"{len(graph_names())} ONNX graphs, {size / 1e3:.0f} kB, in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
