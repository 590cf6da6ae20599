"""EMAGE's network, arranged so that what no window's result feeds is computed once for all windows.

Architecture: Liu et al., "EMAGE", CVPR 2024; layer sizes follow from the checkpoint (layout.py). Shapes in comments:
N windows, T frames of a window, S audio steps, D hidden, C codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .convolutions import Tensors, conv_encode, encode_audio, wav_blocks
from .layout import CROSS_LAYERS, FACE_LAYERS, HEADS, HINT_LAYERS, Config

BODY_PARTS = ("upper", "hands", "lower")
HINT_REACH = 3 * HINT_LAYERS
"""Frames to each side that the hint encoder sees."""
BLOCK = 384
"""Columns of a matrix that are multiplied at a time: for 64 rows this is 1.5 times faster than all at once."""

HALF_FROM = 1 << 18
"""Numbers from which a matrix is worth keeping in bfloat16."""

Memory = tuple[Tensor, Tensor]
"""Keys and values (N, heads, S, D / heads) of what a layer attends to."""


@dataclass(frozen=True)
class AudioMemory:
    """All of the audio features that no other input touches."""

    body: list[Memory]
    """Of each of the body's cross-attention layers."""
    face: Tensor
    """(N, S, D): the audio's half of the face memory, before the hints' half is added."""


@dataclass(frozen=True)
class HintMemory:
    """Hint features of windows."""

    body: Tensor
    """(N, T, D) projected hint features of the body."""
    face: Tensor
    """(N, T, D) the hints' half of the face memory, bias included."""


@dataclass(frozen=True)
class WindowOutput:
    """Of one window: regressed latents (T, width) and, of the parts that have classes, logits (T, C)."""

    latent: dict[str, Tensor]
    logits: dict[str, Tensor]


class Linear:
    """A matrix with its bias: in column blocks, each contiguous, or whole in bfloat16 with sums in float32."""

    def __init__(self, weight: Tensor, bias: Tensor, half: bool) -> None:
        self._outputs, self._bias = len(weight), bias
        self._half = weight.to(torch.bfloat16).t().contiguous() if half and weight.numel() >= HALF_FROM else None
        blocks = () if self._half is not None else weight.split(BLOCK)
        self._columns = [block.t().contiguous() for block in blocks]
        self._biases = bias.split(BLOCK)

    def __call__(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        rows = x.reshape(-1, x.shape[-1])
        if self._half is not None:
            return (rows.to(torch.bfloat16) @ self._half).float().add_(self._bias).view(*x.shape[:-1], self._outputs)
        out = rows.new_empty(len(rows), self._outputs)
        for piece, columns, bias in zip(out.split(BLOCK, dim=1), self._columns, self._biases, strict=True):
            torch.addmm(bias, rows, columns, out=piece)
        return out.view(*x.shape[:-1], self._outputs)


def _heads(x: Tensor) -> Tensor:
    """(N, T, D) to (N, heads, T, D / heads)."""
    return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Weights:
    """Tensors under their published names, matrices made ready; takes the tensors out of `source`."""

    def __init__(self, source: Tensors, half: bool) -> None:
        self._linear: dict[str, Linear] = {}
        self._kept: Tensors = {}
        for name in list(source):
            if name not in source:
                continue
            value = source.pop(name)
            layer, _, leaf = name.rpartition(".")
            if value.ndim != 2 or "embedding" in name:
                self._kept[name] = value
            elif leaf == "in_proj_weight":
                bias, width = source.pop(f"{layer}.in_proj_bias", None), value.shape[1]
                if bias is None:
                    bias = self._kept.pop(f"{layer}.in_proj_bias")
                cut = 3 * width if layer.endswith("self_attn") else width
                self._linear[f"{layer}.query"] = Linear(value[:cut], bias[:cut], half)
                if cut == width:
                    self._linear[f"{layer}.memory"] = Linear(value[cut:], bias[cut:], half)
            else:
                bias = source.pop(f"{layer}.bias", None)
                bias = self._kept.pop(f"{layer}.bias") if bias is None else bias
                self._linear[layer] = Linear(value, bias, half)

    def __getitem__(self, name: str) -> Tensor:
        return self._kept[name]

    @property
    def tensors(self) -> Tensors:
        """Everything that is not a matrix."""
        return self._kept

    def linear(self, name: str, x: Tensor) -> Tensor:
        return self._linear[name](x)

    def mlp(self, name: str, x: Tensor) -> Tensor:
        return self.linear(f"{name}.fc2", F.leaky_relu_(self.linear(f"{name}.fc1", x), 0.1))

    def norm(self, name: str, x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], self[f"{name}.weight"], self[f"{name}.bias"])

    def _attend(self, name: str, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        y = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(-2)
        return self.linear(f"{name}.out_proj", y)

    def memory(self, layer: str, x: Tensor) -> Memory:
        """Keys and values of a decoder layer's memory (N, S, D)."""
        key, value = self.linear(f"{layer}.multihead_attn.memory", x).chunk(2, dim=-1)
        return _heads(key), _heads(value)

    def after_self(self, layer: str, x: Tensor) -> Tensor:
        """Self-attention and its norm; (N, T, D)."""
        qkv = self.linear(f"{layer}.self_attn.query", x).chunk(3, dim=-1)
        return self.norm(f"{layer}.norm1", x + self._attend(f"{layer}.self_attn", *map(_heads, qkv)))

    def after_memory(self, layer: str, x: Tensor, memory: Memory) -> Tensor:
        """Attention to the memory and its norm, then the feed-forward; (N, T, D)."""
        name = f"{layer}.multihead_attn"
        query = _heads(self.linear(f"{name}.query", x))
        x = self.norm(f"{layer}.norm2", x + self._attend(name, query, *memory))
        return self.feed_forward(layer, x, "norm3")

    def feed_forward(self, layer: str, x: Tensor, norm: str) -> Tensor:
        y = self.linear(f"{layer}.linear2", F.relu_(self.linear(f"{layer}.linear1", x)))
        return self.norm(f"{layer}.{norm}", x + y)


class EmageNetwork:
    """The published network. It takes the root file's tensors out of `source`, so that they are held once.

    With `half` the transformers multiply bfloat16 matrices: more than twice as fast where the processor has units for
    them, but near ties between classes may fall the other way, so never in reference mode.
    """

    def __init__(self, config: Config, source: Tensors, half: bool = False) -> None:
        self.config = config
        self._wav = {}
        for which in ("face", "body"):
            prefix = f"audio_encoder_{which}."
            mine = [name for name in source if name.startswith(prefix)]
            self._wav[which] = wav_blocks({name[len(prefix) :]: source.pop(name) for name in mine})
        face = source.pop("audio_face_motion_proj.weight")
        source["face_hears.weight"] = face[:, : config.audio]
        source["face_given.weight"] = face[:, config.audio :]
        source["face_given.bias"] = source.pop("audio_face_motion_proj.bias")
        source["face_hears.bias"] = torch.zeros(config.hidden)
        self._w = Weights(source, half)
        self._face_start: dict[tuple[int, int], Tensor] = {}

    def _position(self, frames: int) -> Tensor:
        return self._w["position_embeddings.pe"][:, :frames]

    def audio(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Wav features (N, S, width) of windows of samples (N, L): the face's and the body's."""
        return encode_audio(self._wav["face"], windows), encode_audio(self._wav["body"], windows)

    def audio_memory(self, face: Tensor, body: Tensor) -> AudioMemory:
        """What the stacks attend to, from wav features (N, S, width)."""
        memory = self._w.linear("audio_body_motion_proj", body)
        layers = [self._w.memory(f"audio_motion_cross_attn.layers.{k}", memory) for k in range(CROSS_LAYERS)]
        return AudioMemory(layers, self._w.linear("face_hears", face))

    def hint_memory(self, motion: Tensor, mask: Tensor) -> HintMemory:
        """Features of hints (N, T, 337) where the mask is 0; elsewhere the learned embedding stands in."""
        w = self._w
        features = conv_encode(
            w.tensors, "motion_encoder", torch.where(mask == 1, w["mask_embedding"], motion), HINT_LAYERS
        )
        body = w.linear("moton_proj", w.mlp("bodyhints_body", features))
        return HintMemory(body, w.linear("face_given", w.mlp("bodyhints_face", features)))

    def with_seeds(self, hints: HintMemory, motion: Tensor, mask: Tensor) -> HintMemory:
        """One window's (1, T, 337) memory brought up to date after its first `seeds` frames changed."""
        changed = min(self.config.seeds + HINT_REACH, motion.shape[1])
        seen = min(changed + HINT_REACH, motion.shape[1])
        new = self.hint_memory(motion[:, :seen], mask[:, :seen])
        return HintMemory(
            torch.cat([new.body[:, :changed], hints.body[:, changed:]], 1),
            torch.cat([new.face[:, :changed], hints.face[:, changed:]], 1),
        )

    def window(
        self, audio: AudioMemory, hints: HintMemory, beat: Callable[[], None] = lambda: None, speaker: int = 0
    ) -> WindowOutput:
        """The transformer stacks on one window; the audio and hint memories have N = 1. `beat` may stop the work."""
        w, frames = self._w, hints.body.shape[1]
        latent = {"face": w.linear("face_out_proj", self._face(audio.face[:, :frames] + hints.face, speaker))}
        beat()
        who = w["speaker_embedding_body.weight"][speaker]
        x = w.after_self("motion_self_encoder.layers.0", hints.body + self._position(frames) + who)
        x = w.feed_forward("motion_self_encoder.layers.0", x, "norm2") + who + self._position(frames)
        y = x
        for k, memory in enumerate(audio.body):
            layer = f"audio_motion_cross_attn.layers.{k}"
            y = w.after_memory(layer, w.after_self(layer, y), memory)
            beat()
        x = x + y
        parts = {part: w.mlp(f"motion2latent_{part}", x) for part in BODY_PARTS}
        for part in BODY_PARTS:
            layer = f"body_motion_decoder_{part}.layers.0"
            first, second = (parts[other] for other in BODY_PARTS if other != part)
            y = w.after_memory(layer, w.after_self(layer, parts[part] + who), w.memory(layer, first + second))
            latent[part] = w.linear(f"motion_out_proj_{part}", parts[part] + y)
        heads = {part: "face_cls" if part == "face" else f"motion_cls_{part}" for part in self.config.by_class}
        logits = {part: w.mlp(name, latent[part])[0] for part, name in heads.items()}
        return WindowOutput({part: value[0] for part, value in latent.items()}, logits)

    def _face(self, memory: Tensor, speaker: int) -> Tensor:
        """(1, T, D) from the face memory (1, T, D)."""
        w, frames = self._w, memory.shape[1]
        layers = [f"face_motion_decoder.layers.{k}" for k in range(FACE_LAYERS)]
        # Speaker and position alone enter the first self-attention: the same for every window of a length.
        if (frames, speaker) not in self._face_start:
            who = w["speaker_embedding_face.weight"][speaker]
            self._face_start[frames, speaker] = w.after_self(layers[0], who + self._position(frames))
        x = self._face_start[frames, speaker]
        for k, layer in enumerate(layers):
            x = w.after_memory(layer, w.after_self(layer, x) if k else x, w.memory(layer, memory))
        return x
