"""EMAGE in the published order of operations, on torch's own layers: the yardstick of the benchmark, not the product.

Every window encodes its audio and hints anew, batch norms run as layers, and whole windows are decoded for four seeds.
Its state_dict has the published names, so that loading a checkpoint into it also checks layout.py from another side.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...emage.codes import Channels, Codes
from ...emage.layout import CROSS_LAYERS, FACE_LAYERS, HEADS, HINT_LAYERS, HINT_WIDTH, WAV_KERNEL, WAV_STRIDES, Config
from ...emage.reference import SAMPLES_A_FRAME
from ...emage.windows import identity_hints, published_windows

PARTS = ("upper", "hands", "lower")


class _WavBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, padding: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(inputs, outputs, WAV_KERNEL, stride, padding)
        self.bn1 = nn.BatchNorm1d(outputs)
        self.conv2 = nn.Conv1d(outputs, outputs, WAV_KERNEL, padding=WAV_KERNEL // 2)
        self.bn2 = nn.BatchNorm1d(outputs)
        self.act = nn.LeakyReLU(inplace=True)
        self.downsample = None
        if stride > 1:
            shortcut = nn.Conv1d(inputs, outputs, WAV_KERNEL, stride, padding)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm1d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        return self.act(y + (x if self.downsample is None else self.downsample(x)))


class _Wav(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        widths = (1, width // 4, width // 4, width // 4, width // 2, width // 2, width)
        paddings = [1600] + [0 if s > 1 else 7 for s in WAV_STRIDES[1:]]
        self.feat_extractor = nn.Sequential(
            *(_WavBlock(widths[k], widths[k + 1], s, paddings[k]) for k, s in enumerate(WAV_STRIDES))
        )

    def forward(self, audio: Tensor) -> Tensor:
        return self.feat_extractor(audio[:, None]).transpose(1, 2)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv1d(width, width, 3, 1, 1), nn.LeakyReLU(0.2, True), nn.Conv1d(width, width, 3, 1, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.model(x)


class _Hints(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for k in range(HINT_LAYERS):
            first = nn.Conv1d(HINT_WIDTH if k == 0 else width, width, 3, 1, 1)
            layers += [first, nn.LeakyReLU(0.2, True), _Residual(width)]
        self.main = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x.transpose(1, 2)).transpose(1, 2)


class _Mlp(nn.Module):
    def __init__(self, inputs: int, middle: int, outputs: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(inputs, middle), nn.Linear(middle, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(nn.functional.leaky_relu(self.fc1(x), 0.1))


class _Position(nn.Module):
    pe: Tensor

    def __init__(self, window: int, width: int) -> None:
        super().__init__()
        self.register_buffer("pe", torch.zeros(1, 2 * window, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.pe[:, : x.shape[1]]


class PublishedOrder(nn.Module):
    """The root network under its published names."""

    audio_encoder_face: nn.Module
    audio_encoder_body: nn.Module
    speaker_embedding_face: nn.Module
    speaker_embedding_body: nn.Module
    bodyhints_face: nn.Module
    bodyhints_body: nn.Module

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        hidden, motion, codes = config.hidden, config.motion, config.codes
        self.mask_embedding = nn.Parameter(torch.zeros(1, 1, HINT_WIDTH))
        self.position_embeddings = _Position(config.window, hidden)
        self.transformer_en_layer = nn.TransformerEncoderLayer(hidden, HEADS, 2 * hidden)
        self.motion_self_encoder = nn.TransformerEncoder(self.transformer_en_layer, 1, enable_nested_tensor=False)
        self.audio_motion_cross_attn_layer = nn.TransformerDecoderLayer(hidden, HEADS, 2 * hidden)
        self.audio_motion_cross_attn = nn.TransformerDecoder(self.audio_motion_cross_attn_layer, CROSS_LAYERS)
        self.face_motion_decoder = nn.TransformerDecoder(self.audio_motion_cross_attn_layer, FACE_LAYERS)
        self.motion_encoder = _Hints(motion)
        for which in ("face", "body"):
            setattr(self, f"audio_encoder_{which}", _Wav(config.audio))
            setattr(self, f"speaker_embedding_{which}", nn.Embedding(config.speakers, hidden))
            setattr(self, f"bodyhints_{which}", _Mlp(motion, hidden, motion))
        for part in PARTS:
            setattr(self, f"motion2latent_{part}", _Mlp(hidden, hidden, hidden))
            setattr(self, f"body_motion_decoder_{part}", nn.TransformerDecoder(self.audio_motion_cross_attn_layer, 1))
            setattr(self, f"motion_out_proj_{part}", nn.Linear(hidden, codes))
            setattr(self, f"motion_cls_{part}", _Mlp(codes, hidden, codes))
        self.audio_body_motion_proj = nn.Linear(config.audio, hidden)
        self.audio_face_motion_proj = nn.Linear(config.audio + motion, hidden)
        self.moton_proj = nn.Linear(motion, hidden)
        self.face_out_proj = nn.Linear(hidden, codes)
        self.face_cls = _Mlp(codes, hidden, codes)

    def forward(self, audio: Tensor, motion: Tensor, mask: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """One window: samples (1, L), hints and mask (1, T, 337); latents and logits by part."""
        hint = self.motion_encoder(torch.where(mask == 1, self.mask_embedding.expand_as(motion), motion))
        for_body, for_face = self.bodyhints_body(hint), self.bodyhints_face(hint)
        heard_face, heard_body = self.audio_encoder_face(audio), self.audio_encoder_body(audio)
        frames = motion.shape[1]
        memory = self.audio_face_motion_proj(torch.cat([heard_face[:, :frames], for_face], dim=2))
        who = torch.zeros(1, 1, dtype=torch.long)
        face_who = self.speaker_embedding_face(who).repeat(1, frames, 1)
        who = self.speaker_embedding_body(who).repeat(1, frames, 1)
        face = self._run(self.face_motion_decoder, self.position_embeddings(face_who), memory)
        latent = {"face": self.face_out_proj(face)}
        logits = {"face": self.face_cls(latent["face"])}
        x = who + self.position_embeddings(self.moton_proj(for_body))
        x = self.position_embeddings(self.motion_self_encoder(x.transpose(0, 1)).transpose(0, 1) + who)
        x = x + self._run(self.audio_motion_cross_attn, x, self.audio_body_motion_proj(heard_body))
        parts = {part: getattr(self, f"motion2latent_{part}")(x) for part in PARTS}
        for part in PARTS:
            rest = sum(value for other, value in parts.items() if other != part)
            y = self._run(getattr(self, f"body_motion_decoder_{part}"), parts[part] + who, rest)
            latent[part] = getattr(self, f"motion_out_proj_{part}")(parts[part] + y)
            logits[part] = getattr(self, f"motion_cls_{part}")(latent[part])
        return latent, logits

    @staticmethod
    def _run(stack: nn.Module, x: Tensor, memory: Tensor) -> Tensor:
        return stack(x.transpose(0, 1), memory.transpose(0, 1)).transpose(0, 1)


@torch.no_grad()
def run_published_order(model: PublishedOrder, codes: Codes, samples: Tensor) -> tuple[Channels, Tensor]:
    """Samples (L,) to the decoded motion and root travel (T, 3), one window after the other."""
    frames = len(samples) * 30 // 16000
    motion = identity_hints(frames)[None]
    mask, seeds = torch.ones_like(motion), model.config.seeds
    last = motion[:, :seeds]
    index: dict[str, list[Tensor]] = {part: [] for part in ("face", *PARTS)}
    for window in published_windows(frames, model.config):
        span = slice(window.start, window.start + window.frames)
        seeded, given = motion[:, span].clone(), mask[:, span].clone()
        seeded[:, :seeds] = torch.where(given[:, :seeds] == 0, seeded[:, :seeds], last)
        given[:, :seeds] = 0
        heard = samples[None, span.start * SAMPLES_A_FRAME : span.stop * SAMPLES_A_FRAME]
        latent, logits = model(heard, seeded, given)
        picked = {part: logits[part][0].log_softmax(1).argmax(1) for part in PARTS}
        picked["face"] = codes.nearest("face", latent["face"][0])
        last = codes.decode(picked).as_hints()[None, -seeds:]
        for part, value in picked.items():
            index[part].append(value[: window.kept])
    channels = codes.decode({part: torch.cat(values) for part, values in index.items()})
    return channels, codes.travel(channels.parts["lower"])
