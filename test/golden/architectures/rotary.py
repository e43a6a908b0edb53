"""Rotary position embeddings (Su et al. 2021, arXiv 2104.09864), by halves as Llama has them."""

import torch
from torch import nn

from .attention_masks import full_precision


class RotaryEmbedding(nn.Module):
    def __init__(self, head_size, base):
        super().__init__()
        frequencies = 1.0 / (base ** (torch.arange(0, head_size, 2, dtype=torch.int64).float() / head_size))
        self.register_buffer("inv_freq", frequencies, persistent=False)

    def forward(self, hidden, position_ids):
        """Cosines and sines of [1, length] positions: [1, length, head_size] each."""
        inverse = full_precision(self.inv_freq[None, :, None]).expand(position_ids.shape[0], -1, 1)
        positions = position_ids[:, None, :].to(inverse.dtype)
        angles = (inverse @ positions).transpose(1, 2)
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(hidden.dtype), angles.sin().to(hidden.dtype)


def rotate(x, cos, sin):
    """x [batch, head, length, size] turned by the angles of its positions; elements i and i + size / 2 are a pair."""
    return x * cos.unsqueeze(1) + rotate_half(x) * sin.unsqueeze(1)


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)
