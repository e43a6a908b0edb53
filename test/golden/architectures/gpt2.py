"""GPT-2 (Radford et al. 2019)."""

import torch
from torch import nn

from .activations import ACTIVATIONS
from .attention_masks import additive_mask
from .last_token import before_first_padding


class Conv1D(nn.Module):
    """A linear layer whose weight is [in, out]."""

    def __init__(self, in_size, out_size):
        super().__init__()
        self.out_size = out_size
        self.weight = nn.Parameter(torch.empty(in_size, out_size))
        self.bias = nn.Parameter(torch.zeros(out_size))

    def forward(self, x):
        flat = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return flat.view(x.size()[:-1] + (self.out_size,))


class GPT2Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.size, self.num_heads = config["n_embd"], config["n_head"]
        self.c_attn = Conv1D(self.size, 3 * self.size)
        self.c_proj = Conv1D(self.size, self.size)
        positions = config["n_positions"]
        causal = torch.tril(torch.ones((positions, positions), dtype=torch.bool)).view(1, 1, positions, positions)
        self.register_buffer("bias", causal, persistent=False)

    def heads(self, x):  # [b, length, size] -> [b, head, length, head_size]
        return x.view(x.size()[:-1] + (self.num_heads, self.size // self.num_heads)).permute(0, 2, 1, 3)

    def forward(self, hidden, mask):
        query, key, value = (self.heads(x) for x in self.c_attn(hidden).split(self.size, dim=2))
        scores = torch.matmul(query, key.transpose(-1, -2))
        scores = scores / torch.full([], value.size(-1) ** 0.5, dtype=scores.dtype)
        length = query.size(-2)
        causal = self.bias[:, :, 0:length, :length]
        scores = torch.where(causal, scores, torch.full([], torch.finfo(scores.dtype).min, dtype=scores.dtype))
        context = torch.matmul((scores + mask).softmax(dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return self.c_proj(context.view(context.size()[:-2] + (self.size,)))


class GPT2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        inner = config["n_inner"] or 4 * config["n_embd"]
        self.c_fc = Conv1D(config["n_embd"], inner)
        self.c_proj = Conv1D(inner, config["n_embd"])
        self.activation = ACTIVATIONS[config["activation_function"]]

    def forward(self, hidden):
        return self.c_proj(self.activation(self.c_fc(hidden)))


class GPT2Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])
        self.attn = GPT2Attention(config)
        self.ln_2 = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])
        self.mlp = GPT2MLP(config)

    def forward(self, hidden, mask):
        hidden = self.attn(self.ln_1(hidden), mask) + hidden
        return hidden + self.mlp(self.ln_2(hidden))


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config["vocab_size"], config["n_embd"])
        self.wpe = nn.Embedding(config["n_positions"], config["n_embd"])
        self.h = nn.ModuleList(GPT2Block(config) for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])

    def forward(self, input_ids, attention_mask):
        position_ids = torch.arange(0, input_ids.size(-1), dtype=torch.long).unsqueeze(0)
        hidden = self.wte(input_ids) + self.wpe(position_ids)
        mask = additive_mask(attention_mask, hidden.dtype)
        for block in self.h:
            hidden = block(hidden, mask)
        return self.ln_f(hidden)


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, attention_mask):
        return self.lm_head(self.transformer(input_ids, attention_mask))


class GPT2ForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.pad_token_id = config["pad_token_id"]
        self.transformer = GPT2Model(config)
        self.score = nn.Linear(config["n_embd"], len(config["id2label"]), bias=False)

    def forward(self, input_ids, attention_mask):
        logits = self.score(self.transformer(input_ids, attention_mask))
        return before_first_padding(logits, input_ids, self.pad_token_id)
