"""T5 v1.0 and v1.1 (Raffel et al. 2019, arXiv 1910.10683); `feed_forward_proj` and `tie_word_embeddings` tell which."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import gelu_new
from .attention_masks import additive_mask, full_precision
from .t5_attention import T5Attention


class T5LayerNorm(nn.Module):
    """No mean is taken out and no bias added."""

    def __init__(self, config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config["d_model"]))
        self.eps = config["layer_norm_epsilon"]

    def forward(self, hidden):
        variance = full_precision(hidden).pow(2).mean(-1, keepdim=True)
        return self.weight * (hidden * torch.rsqrt(variance + self.eps))


class T5DenseActDense(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wi = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wo = nn.Linear(config["d_ff"], config["d_model"], bias=False)

    def forward(self, hidden):
        return self.wo(F.relu(self.wi(hidden)))


class T5DenseGatedActDense(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wi_0 = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wi_1 = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wo = nn.Linear(config["d_ff"], config["d_model"], bias=False)

    def forward(self, hidden):
        # `gated-gelu` means the tanh approximation: the published checkpoints were trained with it.
        return self.wo(gelu_new(self.wi_0(hidden)) * self.wi_1(hidden))


FEED_FORWARD = {"relu": T5DenseActDense, "gated-gelu": T5DenseGatedActDense}


class T5LayerFF(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.DenseReluDense = FEED_FORWARD[config.get("feed_forward_proj", "relu")](config)
        self.layer_norm = T5LayerNorm(config)

    def forward(self, hidden):
        return hidden + self.DenseReluDense(self.layer_norm(hidden))


class T5LayerSelfAttention(nn.Module):
    def __init__(self, config, is_decoder, has_relative_attention_bias):
        super().__init__()
        self.SelfAttention = T5Attention(config, is_decoder, has_relative_attention_bias)
        self.layer_norm = T5LayerNorm(config)

    def forward(self, hidden, mask, position_bias):
        normed = self.layer_norm(hidden)
        attended, position_bias = self.SelfAttention(normed, normed, mask, position_bias)
        return hidden + attended, position_bias


class T5LayerCrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.EncDecAttention = T5Attention(config, is_decoder=True, has_relative_attention_bias=False)
        self.layer_norm = T5LayerNorm(config)

    def forward(self, hidden, encoded, mask, position_bias):
        attended, position_bias = self.EncDecAttention(self.layer_norm(hidden), encoded, mask, position_bias)
        return hidden + attended, position_bias


class T5Block(nn.Module):
    def __init__(self, config, is_decoder, has_relative_attention_bias):
        super().__init__()
        self.layer = nn.ModuleList([T5LayerSelfAttention(config, is_decoder, has_relative_attention_bias)])
        if is_decoder:
            self.layer.append(T5LayerCrossAttention(config))
        self.layer.append(T5LayerFF(config))


class T5Stack(nn.Module):
    """The encoder, or the decoder. Its first block's relative bias serves all blocks."""

    def __init__(self, config, embed_tokens, is_decoder):
        super().__init__()
        self.embed_tokens = embed_tokens
        layers = config["num_decoder_layers"] if is_decoder else config["num_layers"]
        self.block = nn.ModuleList(T5Block(config, is_decoder, i == 0) for i in range(layers))
        self.final_layer_norm = T5LayerNorm(config)

    def forward(self, input_ids, mask, encoded=None, encoded_mask=None):
        hidden = self.embed_tokens(input_ids)
        self_bias, cross_bias = None, None
        for block in self.block:
            hidden, self_bias = block.layer[0](hidden, mask, self_bias)
            if encoded is not None:
                hidden, cross_bias = block.layer[1](hidden, encoded, encoded_mask, cross_bias)
            hidden = block.layer[-1](hidden)
        return self.final_layer_norm(hidden)


def decoder_mask(decoder_input_ids, dtype):
    """[b, 1, q, k] to add to scores; every decoder position counts as a token, as without a decoder_attention_mask."""
    batch, length = decoder_input_ids.shape
    positions = torch.arange(length)
    causal = positions[None, None, :].repeat(batch, length, 1) <= positions[None, :, None]
    attended = torch.ones(batch, length)
    mask = causal.to(dtype)[:, None, :, :] * attended[:, None, None, :].to(dtype)
    return (1.0 - mask) * torch.finfo(dtype).min


class T5Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.shared = nn.Embedding(config["vocab_size"], config["d_model"])
        self.encoder = T5Stack(config, self.shared, is_decoder=False)
        self.decoder = T5Stack(config, self.shared, is_decoder=True)

    def forward(self, input_ids, attention_mask, decoder_input_ids):
        dtype = self.shared.weight.dtype
        encoded_mask = additive_mask(attention_mask, dtype)
        encoded = self.encoder(input_ids, encoded_mask)
        return self.decoder(decoder_input_ids, decoder_mask(decoder_input_ids, dtype), encoded, encoded_mask)


class T5ForConditionalGeneration(T5Model):
    def __init__(self, config):
        super().__init__(config)
        self.lm_head = nn.Linear(config["d_model"], config["vocab_size"], bias=False)
        self.is_tied, self.size = config.get("tie_word_embeddings", True), config["d_model"]
        if self.is_tied:
            self.lm_head.weight = self.shared.weight

    def forward(self, input_ids, attention_mask, decoder_input_ids):
        hidden = super().forward(input_ids, attention_mask, decoder_input_ids)
        return self.lm_head(hidden * self.size**-0.5 if self.is_tied else hidden)


class T5ClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["d_model"], config["d_model"])
        self.out_proj = nn.Linear(config["d_model"], len(config["id2label"]))

    def forward(self, hidden):
        return self.out_proj(torch.tanh(self.dense(hidden)))


class T5ForSequenceClassification(nn.Module):
    """The decoder reads the encoder's input shifted right; the head, its state at the last end-of-sequence token."""

    def __init__(self, config):
        super().__init__()
        self.eos_token_id = config["eos_token_id"]
        self.start_token_id = config["decoder_start_token_id"]
        self.transformer = T5Model(config)
        self.classification_head = T5ClassificationHead(config)

    def forward(self, input_ids, attention_mask):
        decoder_input_ids = input_ids.new_zeros(input_ids.shape)
        decoder_input_ids[..., 1:] = input_ids[..., :-1].clone()
        decoder_input_ids[..., 0] = self.start_token_id
        hidden = self.transformer(input_ids, attention_mask, decoder_input_ids)
        is_end = input_ids.eq(self.eos_token_id)
        at_ends = hidden[is_end, :].view(hidden.shape[0], -1, hidden.shape[-1])
        return self.classification_head(at_ends[:, -1, :])
