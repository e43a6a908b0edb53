"""Activation functions by the names that config.json uses."""

import math

import torch
from torch.nn import functional as F


def gelu_new(x):
    """The tanh approximation of GELU, as GPT-2 and BERT's first repository wrote it out."""
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


ACTIVATIONS = {"gelu": F.gelu, "gelu_new": gelu_new, "relu": F.relu, "silu": F.silu}
