"""Llama-style decoders (Touvron et al. 2023, arXiv 2302.13971): rotary positions, grouped queries, RMSNorm, SwiGLU."""

import math

import torch
from torch import nn

from .activations import ACTIVATIONS
from .attention_masks import full_precision
from .last_token import rightmost_non_padding
from .rotary import RotaryEmbedding, rotate


class RMSNorm(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config["hidden_size"]))
        self.eps = config["rms_norm_eps"]

    def forward(self, hidden):
        wide = full_precision(hidden)
        variance = wide.pow(2).mean(-1, keepdim=True)
        return self.weight * (wide * torch.rsqrt(variance + self.eps)).to(hidden.dtype)


def head_size_of(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def repeat_heads(x, times):
    """[b, key head, length, size] -> [b, key head * times, length, size]: each head is read by its group of queries."""
    if times == 1:
        return x
    batch, heads, length, size = x.shape
    return x[:, :, None, :, :].expand(batch, heads, times, length, size).reshape(batch, heads * times, length, size)


class LlamaAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, self.head_size = config["hidden_size"], head_size_of(config)
        self.num_heads, self.num_key_heads = config["num_attention_heads"], config["num_key_value_heads"]
        bias = config.get("attention_bias", False)
        self.q_proj = nn.Linear(hidden, self.num_heads * self.head_size, bias=bias)
        self.k_proj = nn.Linear(hidden, self.num_key_heads * self.head_size, bias=bias)
        self.v_proj = nn.Linear(hidden, self.num_key_heads * self.head_size, bias=bias)
        self.o_proj = nn.Linear(self.num_heads * self.head_size, hidden, bias=bias)

    def forward(self, hidden, mask, cos, sin):
        batch, length, _ = hidden.size()

        def heads(x, count):
            return x.view(batch, length, count, self.head_size).transpose(1, 2)

        query = rotate(heads(self.q_proj(hidden), self.num_heads), cos, sin)
        key = rotate(heads(self.k_proj(hidden), self.num_key_heads), cos, sin)
        value = heads(self.v_proj(hidden), self.num_key_heads)
        group = self.num_heads // self.num_key_heads
        key, value = repeat_heads(key, group), repeat_heads(value, group)
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(self.head_size)
        weights = full_precision(scores + mask[:, :, :, : key.shape[-2]]).softmax(dim=-1).to(query.dtype)
        context = torch.matmul(weights, value).transpose(1, 2).contiguous()
        return self.o_proj(context.reshape(batch, length, -1))


class LlamaMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner, bias = config["hidden_size"], config["intermediate_size"], config.get("mlp_bias", False)
        self.gate_proj = nn.Linear(hidden, inner, bias=bias)
        self.up_proj = nn.Linear(hidden, inner, bias=bias)
        self.down_proj = nn.Linear(inner, hidden, bias=bias)
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, hidden):
        return self.down_proj(self.activation(self.gate_proj(hidden)) * self.up_proj(hidden))


class LlamaDecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn = LlamaAttention(config)
        self.mlp = LlamaMLP(config)
        self.input_layernorm = RMSNorm(config)
        self.post_attention_layernorm = RMSNorm(config)

    def forward(self, hidden, mask, cos, sin):
        hidden = hidden + self.self_attn(self.input_layernorm(hidden), mask, cos, sin)
        return hidden + self.mlp(self.post_attention_layernorm(hidden))


def causal_mask(attention_mask, dtype):
    """[b, k] -> [b, 1, q, k]: the type's lowest number at keys after the query and at padding, else 0."""
    lowest = torch.finfo(dtype).min
    batch, length = attention_mask.shape
    mask = torch.full((length, length), fill_value=lowest, dtype=dtype)
    mask = torch.triu(mask, diagonal=1)
    mask = mask[None, None, :, :].expand(batch, 1, -1, -1).clone()
    is_padding = (mask[:, :, :, :length] + attention_mask[:, None, None, :]) == 0
    mask[:, :, :, :length] = mask[:, :, :, :length].masked_fill(is_padding, lowest)
    return mask


class LlamaModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"], config.get("pad_token_id"))
        self.layers = nn.ModuleList(LlamaDecoderLayer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config)
        self.rotary_emb = RotaryEmbedding(head_size_of(config), config["rope_theta"])

    def forward(self, input_ids, attention_mask):
        hidden = self.embed_tokens(input_ids)
        position_ids = torch.arange(0, hidden.shape[1]).unsqueeze(0)
        mask = causal_mask(attention_mask, hidden.dtype)
        cos, sin = self.rotary_emb(hidden, position_ids)
        for layer in self.layers:
            hidden = layer(hidden, mask, cos, sin)
        return self.norm(hidden)


class LlamaForCausalLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = LlamaModel(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config["tie_word_embeddings"]:
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(self, input_ids, attention_mask):
        return self.lm_head(self.model(input_ids, attention_mask))


class LlamaForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.pad_token_id = config["pad_token_id"]
        self.model = LlamaModel(config)
        self.score = nn.Linear(config["hidden_size"], len(config["id2label"]), bias=False)

    def forward(self, input_ids, attention_mask):
        logits = self.score(self.model(input_ids, attention_mask))
        return rightmost_non_padding(logits, input_ids, self.pad_token_id)
