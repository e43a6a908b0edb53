"""GPT-2 and Llama as generation runs them: keys and values of earlier tokens come in, those with the new tokens go out.

The modules and their parameters are those of `architectures`; only what the cache changes is written again, in the order
of operations of `transformers`. Past and present are a key and a value per layer, [batch, head, length, size] each.
"""

import math

import torch
from torch import nn

from architectures.attention_masks import additive_mask, full_precision
from architectures.gpt2 import GPT2Attention, GPT2Block
from architectures.llama import LlamaAttention, LlamaDecoderLayer, repeat_heads
from architectures.rotary import rotate


class CachedGPT2Attention(GPT2Attention):
    def forward(self, hidden, mask, past_key, past_value):
        query, key, value = (self.heads(x) for x in self.c_attn(hidden).split(self.size, dim=2))
        key, value = torch.cat((past_key, key), dim=-2), torch.cat((past_value, value), dim=-2)
        scores = torch.matmul(query, key.transpose(-1, -2))
        scores = scores / torch.full([], value.size(-1) ** 0.5, dtype=scores.dtype)
        query_length, key_length = query.size(-2), key.size(-2)
        causal = self.bias[:, :, key_length - query_length : key_length, :key_length]
        scores = torch.where(causal, scores, torch.full([], torch.finfo(scores.dtype).min, dtype=scores.dtype))
        context = torch.matmul((scores + mask).softmax(dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return self.c_proj(context.view(context.size()[:-2] + (self.size,))), key, value


class CachedGPT2Block(GPT2Block):
    def forward(self, hidden, mask, past_key, past_value):
        attended, key, value = self.attn(self.ln_1(hidden), mask, past_key, past_value)
        hidden = attended + hidden
        return hidden + self.mlp(self.ln_2(hidden)), key, value


class CachedGPT2(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.transformer, self.lm_head = model.transformer, model.lm_head
        for block in self.transformer.h:
            block.__class__, block.attn.__class__ = CachedGPT2Block, CachedGPT2Attention

    def forward(self, input_ids, attention_mask, position_ids, *past):
        hidden = self.transformer.wte(input_ids) + self.transformer.wpe(position_ids)
        mask = additive_mask(attention_mask, hidden.dtype)
        present = []
        for layer, block in enumerate(self.transformer.h):
            hidden, *states = block(hidden, mask, *past[2 * layer : 2 * layer + 2])
            present += states
        return (self.lm_head(self.transformer.ln_f(hidden)), *present)


class CachedLlamaAttention(LlamaAttention):
    def forward(self, hidden, mask, cos, sin, past_key, past_value):
        batch, length, _ = hidden.size()

        def heads(x, count):
            return x.view(batch, length, count, self.head_size).transpose(1, 2)

        query = rotate(heads(self.q_proj(hidden), self.num_heads), cos, sin)
        key = rotate(heads(self.k_proj(hidden), self.num_key_heads), cos, sin)
        value = heads(self.v_proj(hidden), self.num_key_heads)
        key, value = torch.cat((past_key, key), dim=-2), torch.cat((past_value, value), dim=-2)
        group = self.num_heads // self.num_key_heads
        keys, values = repeat_heads(key, group), repeat_heads(value, group)
        scores = torch.matmul(query, keys.transpose(2, 3)) / math.sqrt(self.head_size)
        weights = full_precision(scores + mask[:, :, :, : keys.shape[-2]]).softmax(dim=-1).to(query.dtype)
        context = torch.matmul(weights, values).transpose(1, 2).contiguous()
        return self.o_proj(context.reshape(batch, length, -1)), key, value


class CachedLlamaLayer(LlamaDecoderLayer):
    def forward(self, hidden, mask, cos, sin, past_key, past_value):
        attended, key, value = self.self_attn(self.input_layernorm(hidden), mask, cos, sin, past_key, past_value)
        hidden = hidden + attended
        return hidden + self.mlp(self.post_attention_layernorm(hidden)), key, value


def causal_mask_after(past_length, attention_mask, length, dtype):
    """[b, past + q] -> [b, 1, q, past + q]: the type's lowest number at keys after the query and at padding, else 0."""
    lowest = torch.finfo(dtype).min
    mask = torch.full((length, past_length + length), fill_value=lowest, dtype=dtype)
    mask = mask * (torch.arange(past_length + length) > torch.arange(past_length, past_length + length).reshape(-1, 1))
    mask = mask[None, None, :, :].expand(attention_mask.shape[0], 1, -1, -1)
    is_padding = (mask + attention_mask[:, None, None, :]) == 0
    return mask.masked_fill(is_padding, lowest)


class CachedLlama(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model, self.lm_head = model.model, model.lm_head
        for layer in self.model.layers:
            layer.__class__, layer.self_attn.__class__ = CachedLlamaLayer, CachedLlamaAttention

    def forward(self, input_ids, attention_mask, position_ids, *past):
        hidden = self.model.embed_tokens(input_ids)
        mask = causal_mask_after(past[0].shape[2], attention_mask, input_ids.shape[1], hidden.dtype)
        cos, sin = self.model.rotary_emb(hidden, position_ids)
        present = []
        for index, layer in enumerate(self.model.layers):
            hidden, *states = layer(hidden, mask, cos, sin, *past[2 * index : 2 * index + 2])
            present += states
        return (self.lm_head(self.model.norm(hidden)), *present)
