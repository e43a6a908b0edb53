"""The encoder of BERT, which RoBERTa and ELECTRA have too. Index legend: b batch."""

import math

import torch
from torch import nn

from .activations import ACTIVATIONS
from .attention_masks import additive_mask


def layer_norm(config, size=None):
    return nn.LayerNorm(size or config["hidden_size"], eps=config["layer_norm_eps"])


class BertSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["hidden_size"]
        self.num_heads = config["num_attention_heads"]
        self.head_size = size // self.num_heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)

    def heads(self, x):  # [b, length, size] -> [b, head, length, head_size]
        return x.view(x.size()[:-1] + (self.num_heads, self.head_size)).permute(0, 2, 1, 3)

    def forward(self, hidden, mask):
        query, key, value = self.heads(self.query(hidden)), self.heads(self.key(hidden)), self.heads(self.value(hidden))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.head_size)
        context = torch.matmul((scores + mask).softmax(dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return context.view(context.size()[:-2] + (self.num_heads * self.head_size,))


class ResidualOutput(nn.Module):
    """The end of both halves of a layer: LayerNorm(dense(x) + residual)."""

    def __init__(self, config, in_size):
        super().__init__()
        self.dense = nn.Linear(in_size, config["hidden_size"])
        self.LayerNorm = layer_norm(config)

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class BertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self = BertSelfAttention(config)
        self.output = ResidualOutput(config, config["hidden_size"])

    def forward(self, hidden, mask):
        return self.output(self.self(hidden, mask), hidden)


class BertIntermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, hidden):
        return self.activation(self.dense(hidden))


class BertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = BertAttention(config)
        self.intermediate = BertIntermediate(config)
        self.output = ResidualOutput(config, config["intermediate_size"])

    def forward(self, hidden, mask):
        attended = self.attention(hidden, mask)
        return self.output(self.intermediate(attended), attended)


class BertEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(BertLayer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, hidden, attention_mask):
        mask = additive_mask(attention_mask, hidden.dtype)
        for layer in self.layer:
            hidden = layer(hidden, mask)
        return hidden
