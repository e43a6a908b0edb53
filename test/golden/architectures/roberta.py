"""RoBERTa (Liu et al. 2019, arXiv 1907.11692); XLM-R and CamemBERT are the same network."""

import torch
from torch import nn
from torch.nn import functional as F

from .bert_encoder import BertEncoder, layer_norm


def position_ids_from(input_ids, padding_idx):
    """Positions count the tokens that are not padding, from padding_idx + 1; padding itself is at padding_idx."""
    is_token = input_ids.ne(padding_idx).int()
    counted = torch.cumsum(is_token, dim=1).type_as(is_token) * is_token
    return counted.long() + padding_idx


class RobertaEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        size, self.padding_idx = config["hidden_size"], config["pad_token_id"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], size, padding_idx=self.padding_idx)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], size, padding_idx=self.padding_idx)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], size)
        self.LayerNorm = layer_norm(config)
        types = torch.zeros((1, config["max_position_embeddings"]), dtype=torch.long)
        self.register_buffer("token_type_ids", types, persistent=False)

    def forward(self, input_ids):
        batch, length = input_ids.shape
        token_type_ids = self.token_type_ids[:, :length].expand(batch, length)
        embeddings = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        positions = self.position_embeddings(position_ids_from(input_ids, self.padding_idx))
        return self.LayerNorm(embeddings + positions)


class RobertaModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = RobertaEmbeddings(config)
        self.encoder = BertEncoder(config)

    def forward(self, input_ids, attention_mask):
        return self.encoder(self.embeddings(input_ids), attention_mask)


class RobertaLMHead(nn.Module):
    def __init__(self, config, word_embeddings):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.layer_norm = layer_norm(config)
        self.decoder = nn.Linear(config["hidden_size"], config["vocab_size"])
        self.bias = nn.Parameter(torch.zeros(config["vocab_size"]))
        self.decoder.weight = word_embeddings.weight
        self.decoder.bias = self.bias

    def forward(self, hidden):
        # GELU by erf, whatever the encoder's activation.
        return self.decoder(self.layer_norm(F.gelu(self.dense(hidden))))


class RobertaForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config)
        self.lm_head = RobertaLMHead(config, self.roberta.embeddings.word_embeddings)

    def forward(self, input_ids, attention_mask):
        return self.lm_head(self.roberta(input_ids, attention_mask))


class RobertaClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.out_proj = nn.Linear(config["hidden_size"], len(config["id2label"]))

    def forward(self, hidden):
        return self.out_proj(torch.tanh(self.dense(hidden[:, 0, :])))


class RobertaForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config)
        self.classifier = RobertaClassificationHead(config)

    def forward(self, input_ids, attention_mask):
        return self.classifier(self.roberta(input_ids, attention_mask))
