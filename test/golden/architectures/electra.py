"""ELECTRA (Clark et al. 2020, arXiv 2003.10555): a BERT encoder behind embeddings of their own width."""

from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .bert import BertEmbeddings
from .bert_encoder import BertEncoder

HEAD_LAYER_NORM_EPS = 1e-12  # not the configuration's


class ElectraModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config, config["embedding_size"])
        self.has_projection = config["embedding_size"] != config["hidden_size"]
        if self.has_projection:
            self.embeddings_project = nn.Linear(config["embedding_size"], config["hidden_size"])
        self.encoder = BertEncoder(config)

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.embeddings(input_ids, token_type_ids)
        if self.has_projection:
            hidden = self.embeddings_project(hidden)
        return self.encoder(hidden, attention_mask)


class ElectraGeneratorPredictions(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.LayerNorm = nn.LayerNorm(config["embedding_size"], eps=HEAD_LAYER_NORM_EPS)
        self.dense = nn.Linear(config["hidden_size"], config["embedding_size"])

    def forward(self, hidden):
        # GELU by erf, whatever the encoder's activation.
        return self.LayerNorm(F.gelu(self.dense(hidden)))


class ElectraForMaskedLM(nn.Module):
    """The generator."""

    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.generator_predictions = ElectraGeneratorPredictions(config)
        self.generator_lm_head = nn.Linear(config["embedding_size"], config["vocab_size"])
        self.generator_lm_head.weight = self.electra.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.electra(input_ids, attention_mask, token_type_ids)
        return self.generator_lm_head(self.generator_predictions(hidden))


class ElectraDiscriminatorPredictions(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.activation = ACTIVATIONS[config["hidden_act"]]
        self.dense_prediction = nn.Linear(config["hidden_size"], 1)

    def forward(self, hidden):
        return self.dense_prediction(self.activation(self.dense(hidden))).squeeze(-1)


class ElectraForPreTraining(nn.Module):
    """The discriminator: one logit per token, positive where it takes the token for a replaced one."""

    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.discriminator_predictions = ElectraDiscriminatorPredictions(config)

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.discriminator_predictions(self.electra(input_ids, attention_mask, token_type_ids))


class ElectraClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.out_proj = nn.Linear(config["hidden_size"], len(config["id2label"]))

    def forward(self, hidden):
        return self.out_proj(F.gelu(self.dense(hidden[:, 0, :])))


class ElectraForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.classifier = ElectraClassificationHead(config)

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.classifier(self.electra(input_ids, attention_mask, token_type_ids))
