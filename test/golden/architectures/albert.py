"""ALBERT (Lan et al. 2019, arXiv 1909.11942): factorised embeddings, layers shared within groups."""

import math

import torch
from torch import nn

from .activations import ACTIVATIONS
from .attention_masks import additive_mask
from .bert import BertEmbeddings
from .bert_encoder import layer_norm


class AlbertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["hidden_size"]
        self.num_heads = config["num_attention_heads"]
        self.head_size = size // self.num_heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.dense = nn.Linear(size, size)
        self.LayerNorm = layer_norm(config)

    def heads(self, x):  # [b, length, size] -> [b, head, length, head_size]
        return x.view(x.size()[:-1] + (self.num_heads, self.head_size)).permute(0, 2, 1, 3)

    def forward(self, hidden, mask):
        query, key, value = self.heads(self.query(hidden)), self.heads(self.key(hidden)), self.heads(self.value(hidden))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.head_size)
        context = torch.matmul((scores + mask).softmax(dim=-1), value)
        return self.LayerNorm(hidden + self.dense(context.transpose(2, 1).flatten(2)))


class AlbertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.full_layer_layer_norm = layer_norm(config)
        self.attention = AlbertAttention(config)
        self.ffn = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.ffn_output = nn.Linear(config["intermediate_size"], config["hidden_size"])
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, hidden, mask):
        attended = self.attention(hidden, mask)
        return self.full_layer_layer_norm(self.ffn_output(self.activation(self.ffn(attended))) + attended)


class AlbertLayerGroup(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert_layers = nn.ModuleList(AlbertLayer(config) for _ in range(config["inner_group_num"]))

    def forward(self, hidden, mask):
        for layer in self.albert_layers:
            hidden = layer(hidden, mask)
        return hidden


class AlbertTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embedding_hidden_mapping_in = nn.Linear(config["embedding_size"], config["hidden_size"])
        self.albert_layer_groups = nn.ModuleList(AlbertLayerGroup(config) for _ in range(config["num_hidden_groups"]))
        layers = config["num_hidden_layers"]
        self.group_of_layer = [i * config["num_hidden_groups"] // layers for i in range(layers)]

    def forward(self, embeddings, mask):
        hidden = self.embedding_hidden_mapping_in(embeddings)
        for group in self.group_of_layer:
            hidden = self.albert_layer_groups[group](hidden, mask)
        return hidden


class AlbertModel(nn.Module):
    def __init__(self, config, add_pooling_layer):
        super().__init__()
        self.embeddings = BertEmbeddings(config, config["embedding_size"])
        self.encoder = AlbertTransformer(config)
        self.pooler = nn.Linear(config["hidden_size"], config["hidden_size"]) if add_pooling_layer else None

    def forward(self, input_ids, attention_mask, token_type_ids):
        embeddings = self.embeddings(input_ids, token_type_ids)
        return self.encoder(embeddings, additive_mask(attention_mask, embeddings.dtype))


class AlbertMLMHead(nn.Module):
    def __init__(self, config, word_embeddings):
        super().__init__()
        self.LayerNorm = layer_norm(config, config["embedding_size"])
        self.bias = nn.Parameter(torch.zeros(config["vocab_size"]))
        self.dense = nn.Linear(config["hidden_size"], config["embedding_size"])
        self.decoder = nn.Linear(config["embedding_size"], config["vocab_size"])
        self.decoder.weight = word_embeddings.weight
        self.decoder.bias = self.bias
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, hidden):
        return self.decoder(self.LayerNorm(self.activation(self.dense(hidden))))


class AlbertForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert = AlbertModel(config, add_pooling_layer=False)
        self.predictions = AlbertMLMHead(config, self.albert.embeddings.word_embeddings)

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.predictions(self.albert(input_ids, attention_mask, token_type_ids))


class AlbertForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert = AlbertModel(config, add_pooling_layer=True)
        self.classifier = nn.Linear(config["hidden_size"], len(config["id2label"]))

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.albert(input_ids, attention_mask, token_type_ids)
        return self.classifier(torch.tanh(self.albert.pooler(hidden[:, 0])))
