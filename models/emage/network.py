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

from ..interface.memory import give_back
from .convolutions import Encoder, Tensors, WavEncoder, encoder_reach
from .layout import CROSS_LAYERS, FACE_LAYERS, HEADS, HINT_LAYERS, Config
from .linear import Linear

BODY_PARTS = ("upper", "hands", "lower")
ENCODER = "motion_self_encoder.layers.0"
BODY_LAYERS = [f"audio_motion_cross_attn.layers.{k}" for k in range(CROSS_LAYERS)]
FACE_STACK = [f"face_motion_decoder.layers.{k}" for k in range(FACE_LAYERS)]
HINT_REACH = encoder_reach(HINT_LAYERS)
"""Frames to each side that the hint encoder sees."""
SPEAKER = 0
"""The published inference speaks as speaker 0."""
TAKEN_AT_ONCE = 1 << 23
"""Numbers of matrices that are made ready before the memory of their tensors goes back to the system."""
Parts = dict[str, Tensor]
"""Body part to (1, T, D)."""


@dataclass(frozen=True)
class AudioMemory:
    """All of the audio that the stacks attend to and no other input touches."""

    body: tuple[Tensor, ...]
    """Of each of the body's cross-attention layers its keys and values (N, S, 2 * D)."""
    face: tuple[Tensor, ...]
    """Of each of the face layers the audio's share of them (N, S, 2 * D), biases included."""

    def window(self, k: int) -> AudioMemory:
        """That of the k-th of N windows."""
        body, face = (tuple(layer[k : k + 1] for layer in stack) for stack in (self.body, self.face))
        return AudioMemory(body, face)


@dataclass(frozen=True)
class HintMemory:
    """What hints alone decide in windows."""

    body: Tensor
    """(N, T, D): what the body's stack starts from, place and speaker included."""
    first: Tensor
    """(N, T, 3 * D): queries, keys and values of the body's first self-attention."""
    face: Tensor
    """(N, T, hint features): what the face's layers are told."""

    def window(self, k: int) -> HintMemory:
        """That of the k-th of N windows."""
        return HintMemory(self.body[k : k + 1], self.first[k : k + 1], self.face[k : k + 1])


@dataclass(frozen=True)
class WindowOutput:
    """Of one window: regressed latents (T, width) and, of the parts that have classes, logits (T, C)."""

    latent: dict[str, Tensor]
    logits: dict[str, Tensor]


def _heads(x: Tensor) -> Tensor:
    """(N, T, D) to (N, heads, T, D / heads)."""
    return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Weights:
    """Tensors under their published names, matrices made ready; takes the tensors out of `source`."""

    def __init__(self, source: Tensors, half: bool) -> None:
        self._linear: dict[str, Linear] = {}
        self._kept: Tensors = {}
        taken = 0
        for name in list(source):
            if name not in source:
                continue
            value = source.pop(name)
            taken += value.numel()
            if taken > TAKEN_AT_ONCE:
                give_back()
                taken = 0
            layer, _, leaf = name.rpartition(".")
            if value.ndim != 2 or "embedding" in name:
                self._kept[name] = value
            elif leaf == "in_proj_weight":
                bias, width = source.pop(f"{layer}.in_proj_bias", None), value.shape[1]
                if bias is None:
                    bias = self._kept.pop(f"{layer}.in_proj_bias")
                cut = 3 * width if layer.endswith("self_attn") else width
                self._linear[f"{layer}.query"] = Linear(value[:cut], bias[:cut], half)
                if len(value) > cut:
                    self._linear[f"{layer}.memory"] = Linear(value[cut:], bias[cut:], half)
            else:
                bias = source.pop(f"{layer}.bias", None)
                bias = self._kept.pop(f"{layer}.bias") if bias is None else bias
                self._linear[layer] = Linear(value, bias, half)

    def __getitem__(self, name: str) -> Tensor:
        return self._kept[name]

    def linear(self, name: str, x: Tensor) -> Tensor:
        return self._linear[name](x)

    def mlp(self, name: str, x: Tensor) -> Tensor:
        return self.linear(f"{name}.fc2", F.leaky_relu_(self.linear(f"{name}.fc1", x), 0.1))

    def norm(self, name: str, x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], self[f"{name}.weight"], self[f"{name}.bias"])

    def _attend(self, name: str, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        y = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(-2)
        return self.linear(f"{name}.out_proj", y)

    def memory(self, layer: str, x: Tensor) -> Tensor:
        """Keys and values (N, S, 2 * D) of a decoder layer's memory (N, S, D)."""
        return self.linear(f"{layer}.multihead_attn.memory", x)

    def attended(self, layer: str, x: Tensor, queries: Tensor) -> Tensor:
        """Self-attention of x (N, T, D) by its queries, keys and values (N, T, 3 * D), and its norm."""
        qkv = map(_heads, queries.chunk(3, dim=-1))
        return self.norm(f"{layer}.norm1", self._attend(f"{layer}.self_attn", *qkv).add_(x))

    def after_self(self, layer: str, x: Tensor) -> Tensor:
        """Self-attention and its norm; (N, T, D)."""
        return self.attended(layer, x, self.linear(f"{layer}.self_attn.query", x))

    def after_memory(self, layer: str, x: Tensor, memory: Tensor) -> Tensor:
        """Attention to the memory (N, S, 2 * D) and its norm, then the feed-forward; (N, T, D)."""
        return self.answered(layer, x, self.queries(layer, x), memory)

    def queries(self, layer: str, x: Tensor) -> Tensor:
        """(N, heads, T, D / heads): what a layer asks its memory."""
        return _heads(self.linear(f"{layer}.multihead_attn.query", x))

    def answered(self, layer: str, x: Tensor, queries: Tensor, memory: Tensor) -> Tensor:
        """`after_memory` with the queries at hand."""
        attended = self._attend(f"{layer}.multihead_attn", queries, *map(_heads, memory.chunk(2, dim=-1)))
        return self.feed_forward(layer, self.norm(f"{layer}.norm2", attended.add_(x)), "norm3")

    def feed_forward(self, layer: str, x: Tensor, norm: str) -> Tensor:
        y = self.linear(f"{layer}.linear2", F.relu_(self.linear(f"{layer}.linear1", x)))
        return self.norm(f"{layer}.{norm}", y.add_(x))


def _through(layer: str, weight: Tensor, bias: Tensor | None, source: Tensors) -> tuple[Tensor, Tensor]:
    """A layer's keys and values (2 * D, inputs) straight from what a projection `weight` takes.

    Nothing but that projection lies between, so the two matrices are one, and a narrower one. `bias` is the
    projection's; None leaves all biases out.
    """
    width = len(weight)
    both, own = (source[f"{layer}.multihead_attn.in_proj_{leaf}"][width:].double() for leaf in ("weight", "bias"))
    made = torch.zeros(2 * width) if bias is None else (both @ bias.double() + own).float()
    return (both @ weight.double()).float(), made


class EmageNetwork:
    """The published network. It takes the root file's tensors out of `source`, so that they are held once.

    With `half` the transformers multiply bfloat16 matrices: more than twice as fast where the processor has units for
    them, but near ties between classes may fall the other way, so never in reference mode.
    """

    def __init__(self, config: Config, source: Tensors, half: bool = False) -> None:
        self.config = config

        def taken(prefix: str) -> Tensors:
            return {name[len(prefix) :]: source.pop(name) for name in list(source) if name.startswith(prefix)}

        self._wav = {which: WavEncoder(taken(f"audio_encoder_{which}.")) for which in ("face", "body")}
        self._hints = Encoder(taken("motion_encoder."), "main", HINT_LAYERS)
        heard, face = taken("audio_body_motion_proj."), taken("audio_face_motion_proj.")
        hears, given = face["weight"].split((config.audio, config.motion), dim=1)

        def through(layers: list[str], weight: Tensor, bias: Tensor | None) -> list[Linear]:
            return [Linear(*_through(layer, weight, bias, source), half) for layer in layers]

        self._body_heard = through(BODY_LAYERS, heard["weight"], heard["bias"])
        self._face_heard = through(FACE_STACK, hears, face["bias"])
        self._face_given = through(FACE_STACK, given, None)
        for layer in BODY_LAYERS + FACE_STACK:
            for leaf in ("weight", "bias"):
                name = f"{layer}.multihead_attn.in_proj_{leaf}"
                source[name] = source[name][: config.hidden].clone()
        self._w = Weights(source, half)
        self._face_start: dict[int, tuple[Tensor, Tensor]] = {}

    def _position(self, frames: int) -> Tensor:
        return self._w["position_embeddings.pe"][:, :frames]

    def _who(self, which: str) -> Tensor:
        return self._w[f"speaker_embedding_{which}.weight"][SPEAKER]

    def audio(self, which: str, samples: Tensor, pause: Callable[[], None]) -> Tensor:
        """Wav features (N, S, width) for the "face" or the "body" of windows' samples (N, L).

        `pause` is called every few milliseconds.
        """
        return self._wav[which](samples, pause)

    def audio_memory(self, face: Tensor, body: Tensor) -> AudioMemory:
        """What the stacks attend to, from wav features (N, S, width)."""
        return AudioMemory(
            tuple(layer(body) for layer in self._body_heard), tuple(layer(face) for layer in self._face_heard)
        )

    def hint_memory(self, motion: Tensor, mask: Tensor, frames: int | None = None) -> HintMemory:
        """Of the first `frames` frames of hints (N, T, 337) where the mask is 0; elsewhere the learned embedding
        stands in.
        """
        w = self._w
        features = self._hints(torch.where(mask == 1, w["mask_embedding"], motion))[:, :frames]
        body = w.linear("moton_proj", w.mlp("bodyhints_body", features))
        body += self._position(body.shape[1]) + self._who("body")
        first = w.linear(f"{ENCODER}.self_attn.query", body)
        return HintMemory(body, first, w.mlp("bodyhints_face", features))

    def with_seeds(self, hints: HintMemory, motion: Tensor, mask: Tensor) -> HintMemory:
        """One window's (1, T, 337) memory brought up to date after its first `seeds` frames changed."""
        changed = min(self.config.seeds + HINT_REACH, motion.shape[1])
        seen = changed + HINT_REACH
        new = self.hint_memory(motion[:, :seen], mask[:, :seen], changed)
        pairs = ((new.body, hints.body), (new.first, hints.first), (new.face, hints.face))
        return HintMemory(*(torch.cat([start, rest[:, changed:]], dim=1) for start, rest in pairs))

    def face(self, audio: AudioMemory, hints: HintMemory) -> Tensor:
        """The face's latents (T, width) in one window; the memories have N = 1."""
        frames, given = hints.face.shape[1], self._face_given
        memory = [layer(hints.face).add_(heard[:, :frames]) for layer, heard in zip(given, audio.face, strict=True)]
        return self._w.linear("face_out_proj", self._face(memory))[0]

    def body(self, audio: AudioMemory, hints: HintMemory, beat: Callable[[], None] = lambda: None) -> Parts:
        """What the body's parts start from in one window; the memories have N = 1. `beat` may stop the work."""
        w, frames = self._w, hints.body.shape[1]
        x = w.attended(ENCODER, hints.body, hints.first)
        x = w.feed_forward(ENCODER, x, "norm2") + (self._who("body") + self._position(frames))
        y = x
        for layer, memory in zip(BODY_LAYERS, audio.body, strict=True):
            y = w.after_memory(layer, w.after_self(layer, y), memory)
            beat()
        x = x + y
        return {part: w.mlp(f"motion2latent_{part}", x) for part in BODY_PARTS}

    def part(self, part: str, parts: Parts) -> Tensor:
        """A body part's latents (T, width)."""
        w, layer = self._w, f"body_motion_decoder_{part}.layers.0"
        first, second = (parts[other] for other in BODY_PARTS if other != part)
        y = w.after_self(layer, parts[part] + self._who("body"))
        y = w.after_memory(layer, y, w.memory(layer, first + second))
        return w.linear(f"motion_out_proj_{part}", y.add_(parts[part]))[0]

    def output(self, latent: dict[str, Tensor]) -> WindowOutput:
        """All parts' latents with the logits of those that have classes."""
        heads = {part: "face_cls" if part == "face" else f"motion_cls_{part}" for part in self.config.by_class}
        return WindowOutput(latent, {part: self._w.mlp(name, latent[part]) for part, name in heads.items()})

    def _face(self, memory: list[Tensor]) -> Tensor:
        """(1, T, D) from each layer's keys and values (1, T, 2 * D)."""
        w, frames = self._w, memory[0].shape[1]
        if frames not in self._face_start:
            # Speaker and position alone enter the first self-attention: the same for every window of a length.
            start = w.after_self(FACE_STACK[0], self._who("face") + self._position(frames))
            self._face_start[frames] = start, w.queries(FACE_STACK[0], start)
        x, queries = self._face_start[frames]
        for k, (layer, pair) in enumerate(zip(FACE_STACK, memory, strict=True)):
            if k:
                x = w.after_self(layer, x)
                queries = w.queries(layer, x)
            x = w.answered(layer, x, queries, pair)
        return x
