"""DistilBERT (Sanh et al. 2019, arXiv 1910.01108)."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

LAYER_NORM_EPS = 1e-12  # not in the configuration


class DistilBertEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config["vocab_size"], config["dim"], padding_idx=config["pad_token_id"])
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], config["dim"])
        self.LayerNorm = nn.LayerNorm(config["dim"], eps=LAYER_NORM_EPS)
        positions = torch.arange(config["max_position_embeddings"]).expand((1, -1))
        self.register_buffer("position_ids", positions, persistent=False)

    def forward(self, input_ids):
        position_ids = self.position_ids[:, : input_ids.shape[1]]
        return self.LayerNorm(self.word_embeddings(input_ids) + self.position_embeddings(position_ids))


class DistilBertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dim, self.n_heads = config["dim"], config["n_heads"]
        self.q_lin = nn.Linear(self.dim, self.dim)
        self.k_lin = nn.Linear(self.dim, self.dim)
        self.v_lin = nn.Linear(self.dim, self.dim)
        self.out_lin = nn.Linear(self.dim, self.dim)

    def forward(self, hidden, attention_mask):
        batch, length = hidden.shape[:2]
        head_size = self.dim // self.n_heads

        def heads(x):
            return x.view(batch, -1, self.n_heads, head_size).transpose(1, 2)

        query = heads(self.q_lin(hidden)) / math.sqrt(head_size)
        key, value = heads(self.k_lin(hidden)), heads(self.v_lin(hidden))
        scores = torch.matmul(query, key.transpose(2, 3))
        is_padding = (attention_mask == 0).view(batch, 1, 1, length).expand_as(scores)
        scores = scores.masked_fill(is_padding, torch.tensor(torch.finfo(scores.dtype).min))
        context = torch.matmul(scores.softmax(dim=-1), value)
        return self.out_lin(context.transpose(1, 2).contiguous().view(batch, -1, self.n_heads * head_size))


class DistilBertFFN(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.lin1 = nn.Linear(config["dim"], config["hidden_dim"])
        self.lin2 = nn.Linear(config["hidden_dim"], config["dim"])
        self.activation = ACTIVATIONS[config["activation"]]

    def forward(self, hidden):
        return self.lin2(self.activation(self.lin1(hidden)))


class DistilBertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = DistilBertAttention(config)
        self.sa_layer_norm = nn.LayerNorm(config["dim"], eps=LAYER_NORM_EPS)
        self.ffn = DistilBertFFN(config)
        self.output_layer_norm = nn.LayerNorm(config["dim"], eps=LAYER_NORM_EPS)

    def forward(self, hidden, attention_mask):
        attended = self.sa_layer_norm(self.attention(hidden, attention_mask) + hidden)
        return self.output_layer_norm(self.ffn(attended) + attended)


class DistilBertTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(DistilBertLayer(config) for _ in range(config["n_layers"]))

    def forward(self, hidden, attention_mask):
        for layer in self.layer:
            hidden = layer(hidden, attention_mask)
        return hidden


class DistilBertModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = DistilBertEmbeddings(config)
        self.transformer = DistilBertTransformer(config)

    def forward(self, input_ids, attention_mask):
        return self.transformer(self.embeddings(input_ids), attention_mask)


class DistilBertForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.activation = ACTIVATIONS[config["activation"]]
        self.distilbert = DistilBertModel(config)
        self.vocab_transform = nn.Linear(config["dim"], config["dim"])
        self.vocab_layer_norm = nn.LayerNorm(config["dim"], eps=LAYER_NORM_EPS)
        self.vocab_projector = nn.Linear(config["dim"], config["vocab_size"])
        self.vocab_projector.weight = self.distilbert.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask):
        transformed = self.activation(self.vocab_transform(self.distilbert(input_ids, attention_mask)))
        return self.vocab_projector(self.vocab_layer_norm(transformed))


class DistilBertForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBertModel(config)
        self.pre_classifier = nn.Linear(config["dim"], config["dim"])
        self.classifier = nn.Linear(config["dim"], len(config["id2label"]))

    def forward(self, input_ids, attention_mask):
        first = self.distilbert(input_ids, attention_mask)[:, 0]
        return self.classifier(F.relu(self.pre_classifier(first)))
