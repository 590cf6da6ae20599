"""The published checkpoint on paper: what the configs say, and the name and shape of every tensor that follows.

No torch here: files are checked against this before a single weight is read, and tests write files from it.
Sizes and names are facts of the published files (H-Liu1997/emage_audio).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...core.errors import OratorError

Shapes = dict[str, tuple[int, ...]]

VQ_PARTS: Final = ("face", "upper", "hands", "lower", "global")
VQ_WIDTHS: Final[dict[str, int]] = {"face": 106, "upper": 78, "hands": 180, "lower": 61, "global": 61}
"""Channels of each part: rot6d of its joints; face + 100 expressions; lower and global + translation 3, contact 4."""
VQ_LAYERS: Final[dict[str, int]] = {"face": 2, "upper": 2, "hands": 2, "lower": 4, "global": 4}
HINT_WIDTH: Final = 337
WAV_STRIDES: Final = (5, 6, 1, 6, 1, 3)
WAV_KERNEL: Final = 15
WAV_FIRST_PADDING: Final = 1600
HEADS: Final = 4
CROSS_LAYERS: Final = 8
FACE_LAYERS: Final = 4
HINT_LAYERS: Final = 3

KNOWN_UNUSED: Final = ("transformer_en_layer.", "audio_motion_cross_attn_layer.")
"""Prototype layers: the published stacks are copies of them; they are stored but never run."""


@dataclass(frozen=True)
class Config:
    """What the root config.json decides."""

    hidden: int
    audio: int
    motion: int
    codes: int
    speakers: int
    window: int
    seeds: int
    by_class: tuple[str, ...]
    """The parts that take the arg-max class; the others take the code nearest to the regressed latent."""
    latent: dict[str, int]
    """Width of each part's latent."""

    @property
    def hop(self) -> int:
        return self.window - self.seeds


def _whole(config: Mapping[str, object], key: str, where: str, low: int = 1, high: int = 1 << 16) -> int:
    value = config.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OratorError(
            f"{where} says {key} = {value!r}, which is not a whole number from {low} to {high}: "
            "the file is not EMAGE's, or was changed. Download the checkpoint again."
        )
    return value


def _latent(part: str, raw: Mapping[str, object], codes: int) -> int:
    """The width of a part's codes. Raises OratorError for a config that is not this part's."""
    at = f"EMAGE's emage_vq/{part}/config.json"
    kind = "emage_vaeconv" if part == "global" else "emage_vqvaeconv"
    if raw.get("model_type") != kind:
        raise OratorError(
            f"{at} describes the model '{raw.get('model_type')}', not '{kind}': the folders are mixed up."
        )
    if raw.get("vae_test_dim") != VQ_WIDTHS[part] or raw.get("vae_layer") != VQ_LAYERS[part]:
        raise OratorError(
            f"{at} has {raw.get('vae_test_dim')} channels and {raw.get('vae_layer')} layers, but "
            f"the {part} part has {VQ_WIDTHS[part]} and {VQ_LAYERS[part]}: the folders are swapped or not EMAGE's."
        )
    width = _whole(raw, "vae_length", at)
    if part != "global" and _whole(raw, "vae_codebook_size", at) != codes:
        raise OratorError(
            f"{at} has another codebook size than EMAGE's config.json: the files are of different checkpoints."
        )
    return width


def root_config(raw: Mapping[str, object], parts: Mapping[str, Mapping[str, object]]) -> Config:
    """The checked configuration from the root config and the five parts' configs (as read from JSON).

    Raises OratorError that names the entry that is wrong.
    """
    where = "EMAGE's config.json"
    if raw.get("model_type") != "emage_audio":
        raise OratorError(
            f"{where} describes the model '{raw.get('model_type')}', not 'emage_audio': "
            "choose the folder that holds EMAGE's own config.json."
        )
    for key, value in (("pose_dims", 330), ("pose_fps", 30), ("audio_sr", 16000)):
        if raw.get(key) != value:
            raise OratorError(f"{where} says {key} = {raw.get(key)!r}; Orator runs EMAGE checkpoints with {value}.")
    codes = _whole(raw, "vae_codebook_size", where)
    latent = {part: _latent(part, parts[part], codes) for part in VQ_PARTS}
    by_class = []
    for part in ("face", "upper", "hands", "lower"):
        regress, classify = f"l{part[0]}", f"c{part[0]}"
        if _whole(raw, classify, where, 0) > 0:
            by_class.append(part)
        elif _whole(raw, regress, where, 0) == 0:
            raise OratorError(f"{where} switches the {part} part off ({regress} and {classify} are 0).")
        elif latent[part] != codes:
            raise OratorError(f"{where} regresses {codes} numbers for the {part} part; its codes have {latent[part]}.")
    config = Config(
        hidden=_whole(raw, "hidden_size", where),
        audio=_whole(raw, "audio_f", where),
        motion=_whole(raw, "motion_f", where),
        codes=codes,
        speakers=_whole(raw, "speaker_dims", where),
        window=_whole(raw, "pose_length", where, 8, 4096),
        seeds=_whole(raw, "seed_frames", where),
        by_class=tuple(by_class),
        latent=latent,
    )
    if config.hidden % HEADS or config.hidden % 2 or config.audio % 4 or config.seeds * 2 > config.window:
        raise OratorError(f"{where} has widths that do not fit: hidden {config.hidden}, audio {config.audio}.")
    return config


def _linear(name: str, inputs: int, outputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (outputs, inputs)
    yield f"{name}.bias", (outputs,)


def _conv(name: str, inputs: int, outputs: int, kernel: int = 3) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (outputs, inputs, kernel)
    yield f"{name}.bias", (outputs,)


def _batch_norm(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for leaf in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{leaf}", (width,)
    yield f"{name}.num_batches_tracked", ()


def _mlp(name: str, inputs: int, middle: int, outputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _linear(f"{name}.fc1", inputs, middle)
    yield from _linear(f"{name}.fc2", middle, outputs)


def _residual(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _conv(f"{name}.model.0", width, width)
    yield from _conv(f"{name}.model.2", width, width)


def _attention(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.in_proj_weight", (3 * width, width)
    yield f"{name}.in_proj_bias", (3 * width,)
    yield from _linear(f"{name}.out_proj", width, width)


def _layer(name: str, width: int, decoder: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _attention(f"{name}.self_attn", width)
    if decoder:
        yield from _attention(f"{name}.multihead_attn", width)
    yield from _linear(f"{name}.linear1", width, 2 * width)
    yield from _linear(f"{name}.linear2", 2 * width, width)
    for k in range(1, 4 if decoder else 3):
        yield f"{name}.norm{k}.weight", (width,)
        yield f"{name}.norm{k}.bias", (width,)


def _wav_encoder(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    widths = (1, width // 4, width // 4, width // 4, width // 2, width // 2, width)
    for k in range(len(WAV_STRIDES)):
        inputs, outputs = widths[k], widths[k + 1]
        block = f"{name}.feat_extractor.{k}"
        yield from _conv(f"{block}.conv1", inputs, outputs, WAV_KERNEL)
        yield from _batch_norm(f"{block}.bn1", outputs)
        yield from _conv(f"{block}.conv2", outputs, outputs, WAV_KERNEL)
        yield from _batch_norm(f"{block}.bn2", outputs)
        if WAV_STRIDES[k] > 1:
            yield from _conv(f"{block}.downsample.0", inputs, outputs, WAV_KERNEL)
            yield from _batch_norm(f"{block}.downsample.1", outputs)


def _conv_encoder(name: str, inputs: int, width: int, layers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for k in range(layers):
        yield from _conv(f"{name}.main.{3 * k}", inputs if k == 0 else width, width)
        yield from _residual(f"{name}.main.{3 * k + 2}", width)


def _conv_decoder(name: str, width: int, outputs: int, layers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _residual(f"{name}.main.0", width)
    yield from _residual(f"{name}.main.1", width)
    for k in range(layers):
        yield from _conv(f"{name}.main.{2 + 2 * k}", width, outputs if k == layers - 1 else width)
    yield from _conv(f"{name}.main.{2 + 2 * layers}", outputs, outputs)


def part_shapes(part: str, config: Config) -> Shapes:
    """Every tensor of emage_vq/<part>."""
    width, channels, layers = config.latent[part], VQ_WIDTHS[part], VQ_LAYERS[part]
    out = dict(_conv_encoder("encoder", channels, width, layers))
    out.update(_conv_decoder("decoder", width, channels, layers))
    if part != "global":
        out["quantizer.embedding.weight"] = (config.codes, width)
    return out


def root_shapes(config: Config) -> Shapes:
    """Every tensor of the root file, the known-unused ones included."""
    hidden, motion, codes = config.hidden, config.motion, config.codes

    def tensors() -> Iterator[tuple[str, tuple[int, ...]]]:
        yield "mask_embedding", (1, 1, HINT_WIDTH)
        # The published buffer repeats its period once more than the window needs.
        yield "position_embeddings.pe", (1, 2 * config.window, hidden)
        for which in ("face", "body"):
            yield from _wav_encoder(f"audio_encoder_{which}", config.audio)
            yield f"speaker_embedding_{which}.weight", (config.speakers, hidden)
            yield from _mlp(f"bodyhints_{which}", motion, hidden, motion)
        yield from _conv_encoder("motion_encoder", HINT_WIDTH, motion, HINT_LAYERS)
        yield from _linear("audio_body_motion_proj", config.audio, hidden)
        yield from _linear("audio_face_motion_proj", config.audio + motion, hidden)
        yield from _linear("moton_proj", motion, hidden)
        yield from _layer("transformer_en_layer", hidden, decoder=False)
        yield from _layer("motion_self_encoder.layers.0", hidden, decoder=False)
        yield from _layer("audio_motion_cross_attn_layer", hidden, decoder=True)
        for k in range(CROSS_LAYERS):
            yield from _layer(f"audio_motion_cross_attn.layers.{k}", hidden, decoder=True)
        for k in range(FACE_LAYERS):
            yield from _layer(f"face_motion_decoder.layers.{k}", hidden, decoder=True)
        for part in ("upper", "hands", "lower"):
            yield from _mlp(f"motion2latent_{part}", hidden, hidden, hidden)
            yield from _layer(f"body_motion_decoder_{part}.layers.0", hidden, decoder=True)
            yield from _linear(f"motion_out_proj_{part}", hidden, codes)
            yield from _mlp(f"motion_cls_{part}", codes, hidden, codes)
        yield from _linear("face_out_proj", hidden, codes)
        yield from _mlp("face_cls", codes, hidden, codes)

    return dict(tensors())


def parameter_count(shapes: Shapes) -> int:
    """Trained numbers: everything but batch-norm statistics and the position code."""
    buffers = ("running_mean", "running_var", "num_batches_tracked", "position_embeddings.pe")
    return sum(math.prod(shape) for name, shape in shapes.items() if not name.endswith(buffers))
