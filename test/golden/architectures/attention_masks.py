"""Additive attention masks, and the precision of what they are added to. Index legend: b batch, k key."""

import torch


def additive_mask(attention_mask, dtype):
    """[b, k] with 1 at tokens -> [b, 1, 1, k] to add to scores: 0 at tokens, the type's lowest number at padding."""
    mask = attention_mask[:, None, None, :].to(dtype)
    return (1.0 - mask) * torch.finfo(dtype).min


def full_precision(x):
    """x in float32, as `transformers` casts it; float64 stays, as the golden values need it."""
    return x.to(torch.float64 if x.dtype == torch.float64 else torch.float32)
