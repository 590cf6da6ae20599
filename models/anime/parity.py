"""Our networks against outputs of the published code: `python -m orator.models.anime.parity FIXTURE.npz`.

A fixture holds the published networks' outputs for weights and a picture that come from formulas, so that it needs no
weights of its own; the formulas are below. Prints the largest difference of every output and fails above 1/255.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from ...core.arrays import Array
from .layout import FORMS, Form
from .poser import Poser

BOUND: Final = 1.0 / 255.0
STEP: Final = {"v1": 3, "v2": 5, "v3-separable": 8, "v3-standard": 8}
"""Every how many pixels of an output a fixture keeps."""
_FIRST: Final = {"final": 0, "combined": 1, "color_changed": 5, "resampled": 6, "grid_change": 9, "morphed": 10}
"""Where the first form's named outputs are in the list of ours."""

Keys = dict[str, list[tuple[str, list[int], str]]]


def weights_of(keys: Keys, seed: int) -> dict[str, dict[str, Tensor]]:
    """Weights from the fixtures' formula, network -> name -> tensor."""
    out: dict[str, dict[str, Tensor]] = {}
    for network, entries in keys.items():
        out[network] = {}
        for key, shape, dtype in entries:
            if dtype == "int64":
                out[network][key] = torch.zeros(shape, dtype=torch.int64)
                continue
            r = np.random.default_rng([seed, zlib.crc32(f"{network}/{key}".encode())]).standard_normal(shape)
            if len(shape) == 4:
                r = r * np.sqrt(2.0 / (shape[1] * shape[2] * shape[3]))
            elif key.endswith("running_var"):
                r = 1.0 + 0.1 * np.abs(r)
            elif key.endswith("weight"):
                r = 1.0 + 0.1 * r
            else:
                r = 0.05 * r
            out[network][key] = torch.from_numpy(np.asarray(r, np.float32))
    return out


def picture_of(size: int) -> Tensor:
    """The fixtures' picture (1, 4, size, size)."""
    y, x = np.mgrid[0:size, 0:size] / (size - 1)
    channels = (
        np.sin(7 * x + 3 * y),
        np.cos(5 * y - 4 * x * y),
        np.sin(11 * x * y + 1),
        2 / (1 + np.exp(30 * (np.hypot(x - 0.48, y - 0.52) - 0.42))) - 1,
    )
    return torch.from_numpy(np.stack(channels).astype(np.float32)[None])


def form_of(keys: Keys) -> Form:
    """Which form a fixture is of, by its networks and the layout of their weights."""
    from .files import shapes_of

    for form in FORMS.values():
        if set(form.networks) == set(keys) and all(
            {name: tuple(shape) for name, shape, _ in keys[network]} == shapes_of(form, network)
            for network in form.networks
        ):
            return form
    raise SystemExit("The fixture's networks are of none of the published forms.")


@dataclass(frozen=True)
class Difference:
    """Of an output: the largest and the median difference, and the largest that the picture's last bit makes.

    `exact` is the fixture's own median difference from our networks in double precision; nan where they were not run.

    The networks move pictures by what they computed. Under weights of chance, on a picture without a smooth spot, that
    makes rounding grow a hundredfold at every such step; where `last_bit` is above the bound, only a processor that
    rounds as the fixture's did can stay within it.
    """

    largest: float
    median: float
    last_bit: float
    exact: float = float("nan")


def _outputs(poser: Poser, picture: Tensor, pose: Array, index: int) -> dict[str, Array]:
    """Ours for a pose (P,), under the fixture's names."""
    face, turned = poser.split(torch.from_numpy(pose[None]).to(picture.dtype))
    ours = poser.turn(poser.express(poser.prepare(picture), face), turned)
    if poser.form.name == "v1":
        named = {f"{name}_{index}": ours[k] for name, k in _FIRST.items()}
    else:
        named = {f"out{k}_{index}": image for k, image in enumerate(ours)}
    step = STEP[poser.form.name]
    return {name: image[0, :, ::step, ::step].numpy() for name, image in named.items()}


def differences(fixture: dict[str, Any], last_bit: bool = True, double: bool = False) -> dict[str, Difference]:
    """The differences of every output of a fixture; `double` also runs our networks in double precision."""
    keys: Keys = json.loads(str(fixture["keys"]))
    form = form_of(keys)
    poser = Poser(form, weights_of(keys, int(fixture["seed"])))
    precise = Poser(form, weights_of(keys, int(fixture["seed"])), torch.float64) if double else None
    picture = picture_of(form.size)
    beside = torch.nextafter(picture, torch.zeros(()))
    out = {}
    for index, pose in enumerate(np.asarray(fixture["poses"], np.float32)):
        ours = _outputs(poser, picture, pose, index)
        near = _outputs(poser, beside, pose, index) if last_bit else ours
        true = _outputs(precise, picture.double(), pose, index) if precise else {}
        wanted = [name for name in fixture if name.endswith(f"_{index}") and not name.startswith("outputs")]
        if set(wanted) != set(ours):
            raise SystemExit(f"The fixture has other outputs than ours: {sorted(set(wanted) ^ set(ours))[:4]}.")
        for name, got in ours.items():
            if got.shape != fixture[name].shape or not np.isfinite(got).all():
                out[name] = Difference(np.inf, np.inf, 0.0)
                continue
            apart = np.abs(got - fixture[name])
            exact = float(np.median(np.abs(true[name] - fixture[name]))) if true else float("nan")
            bit = float(np.abs(got - near[name]).max())
            out[name] = Difference(float(apart.max()), float(np.median(apart)), bit, exact)
    return out


def orders(fixture: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """The first pose with sums in other orders: how -> largest difference of the nearest output, and of the final one.

    The nearest output is one that no warp has gone through: what rounding alone makes before it grows.
    """
    keys: Keys = json.loads(str(fixture["keys"]))
    form = form_of(keys)
    picture, pose = picture_of(form.size), np.asarray(fixture["poses"], np.float32)[0]
    out = {}
    for how in ("as drawn", "without oneDNN", "channels last"):
        layout = torch.channels_last if how == "channels last" else torch.contiguous_format
        poser = Poser(form, weights_of(keys, int(fixture["seed"])), layout=layout)
        warnings.filterwarnings("ignore", message="TF32")
        with torch.backends.mkldnn.flags(enabled=how != "without oneDNN"):
            ours = _outputs(poser, picture, pose, 0)
        apart = {name: float(np.abs(image - fixture[name]).max()) for name, image in ours.items()}
        out[how] = (min(apart.values()), next(iter(apart.values())))
    return out


def main(argv: list[str] | None = None) -> int:
    """Print and judge the differences of each fixture."""
    parser = argparse.ArgumentParser(prog="python -m orator.models.anime.parity", description=__doc__)
    parser.add_argument("fixtures", nargs="+", type=Path, metavar="FIXTURE.npz")
    parser.add_argument("--no-last-bit", action="store_true", help="in half the time, without the last column")
    parser.add_argument("--double", action="store_true", help="the fixture from double precision, the median")
    parser.add_argument("--orders", action="store_true", help="the first pose alone, with sums in other orders")
    options = parser.parse_args(argv)
    worst = 0.0
    if options.orders:
        for path in options.fixtures:
            with np.load(path) as file:
                for how, (nearest, final) in orders(dict(file)).items():
                    print(f"{path.name}: {how}: nearest output {nearest:.2e}, final {final:.2e}", flush=True)
        return 0
    for path in options.fixtures:
        with np.load(path) as file:
            found = differences(dict(file), not options.no_last_bit, options.double)
        print(f"{path.name}: output, largest difference, median, largest by the last bit of the picture")
        for name, d in found.items():
            said = "" if d.largest <= BOUND else "  FAILS"
            exact = f" {d.exact:.2e}" if options.double else ""
            print(f"  {name:18} {d.largest:.2e} {d.median:.2e} {d.last_bit:.2e}{exact}{said}")
        worst = max(worst, *(d.largest for d in found.values()))
    print(f"largest difference {worst:.2e}, allowed {BOUND:.2e}")
    return 0 if worst <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
