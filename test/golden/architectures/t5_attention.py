"""T5's attention, with biases by relative position. Index legend: b batch, q query, k key."""

import math

import torch
from torch import nn

from .attention_masks import full_precision


def relative_position_bucket(relative_position, bidirectional, num_buckets, max_distance):
    """Buckets of key position - query position: half of them exact, the others ever wider up to max_distance."""
    buckets = 0
    if bidirectional:
        num_buckets //= 2
        buckets += (relative_position > 0).to(torch.long) * num_buckets
        relative_position = torch.abs(relative_position)
    else:
        relative_position = -torch.min(relative_position, torch.zeros_like(relative_position))
    max_exact = num_buckets // 2
    is_small = relative_position < max_exact
    if_large = max_exact + (
        torch.log(relative_position.float() / max_exact)
        / math.log(max_distance / max_exact)
        * (num_buckets - max_exact)
    ).to(torch.long)
    if_large = torch.min(if_large, torch.full_like(if_large, num_buckets - 1))
    buckets += torch.where(is_small, relative_position, if_large)
    return buckets


class T5Attention(nn.Module):
    def __init__(self, config, is_decoder, has_relative_attention_bias):
        super().__init__()
        self.is_decoder = is_decoder
        self.has_relative_attention_bias = has_relative_attention_bias
        self.num_buckets = config["relative_attention_num_buckets"]
        self.max_distance = config["relative_attention_max_distance"]
        self.num_heads, self.head_size = config["num_heads"], config["d_kv"]
        inner = self.num_heads * self.head_size
        self.q = nn.Linear(config["d_model"], inner, bias=False)
        self.k = nn.Linear(config["d_model"], inner, bias=False)
        self.v = nn.Linear(config["d_model"], inner, bias=False)
        self.o = nn.Linear(inner, config["d_model"], bias=False)
        if has_relative_attention_bias:
            self.relative_attention_bias = nn.Embedding(self.num_buckets, self.num_heads)

    def position_bias(self, query_length, key_length, dtype):
        """[1, head, q, k]; zeros where this layer has none of its own, as in the cross attention."""
        if not self.has_relative_attention_bias:
            return torch.zeros((1, self.num_heads, query_length, key_length), dtype=dtype)
        relative_position = torch.arange(key_length)[None, :] - torch.arange(query_length)[:, None]
        bucket = relative_position_bucket(relative_position, not self.is_decoder, self.num_buckets, self.max_distance)
        return self.relative_attention_bias(bucket).permute([2, 0, 1]).unsqueeze(0)

    def forward(self, hidden, key_value_states, mask, position_bias):
        """Attends, and returns the bias with the mask in it for the layers to come; the first gets None.

        Scores are not divided by the square root of the head size; T5 initialises its weights for that.
        """
        batch, query_length = hidden.shape[:2]

        def heads(x):  # [b, length, size] -> [b, head, length, head_size]
            return x.view(batch, -1, self.num_heads, self.head_size).transpose(1, 2)

        query = heads(self.q(hidden))
        key, value = heads(self.k(key_value_states)), heads(self.v(key_value_states))
        scores = torch.matmul(query, key.transpose(3, 2))
        if position_bias is None:
            position_bias = self.position_bias(query_length, key_value_states.shape[1], scores.dtype) + mask
        scores += position_bias
        weights = full_precision(scores).softmax(dim=-1).type_as(scores)
        context = torch.matmul(weights, value).transpose(1, 2).contiguous()
        return self.o(context.view(batch, -1, self.num_heads * self.head_size)), position_bias
