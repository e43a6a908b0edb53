"""Independent implementations of transformer architectures, with Hugging Face's module and parameter names.

Each file holds one architecture, or a part of some, in plain PyTorch and computes what Hugging Face `transformers`
computes in eval mode. A model is made from a `config.json`, is called with Hugging Face's inputs by name, and returns
its logits. The order of operations follows `transformers` closely, so that an export has the operators that exports of
the real thing have.
"""

from .albert import AlbertForMaskedLM, AlbertForSequenceClassification
from .bert import BertForMaskedLM, BertForSequenceClassification
from .distilbert import DistilBertForMaskedLM, DistilBertForSequenceClassification
from .electra import ElectraForMaskedLM, ElectraForPreTraining, ElectraForSequenceClassification
from .gpt2 import GPT2ForSequenceClassification, GPT2LMHeadModel
from .llama import LlamaForCausalLM, LlamaForSequenceClassification
from .roberta import RobertaForMaskedLM, RobertaForSequenceClassification
from .t5 import T5ForConditionalGeneration, T5ForSequenceClassification

MODELS = {
    model.__name__: model
    for model in (
        AlbertForMaskedLM,
        AlbertForSequenceClassification,
        BertForMaskedLM,
        BertForSequenceClassification,
        DistilBertForMaskedLM,
        DistilBertForSequenceClassification,
        ElectraForMaskedLM,
        ElectraForPreTraining,
        ElectraForSequenceClassification,
        GPT2ForSequenceClassification,
        GPT2LMHeadModel,
        LlamaForCausalLM,
        LlamaForSequenceClassification,
        RobertaForMaskedLM,
        RobertaForSequenceClassification,
        T5ForConditionalGeneration,
        T5ForSequenceClassification,
    )
}


def model_of(config):
    """The model that a config.json describes, in eval mode; its weights are not set."""
    (architecture,) = config["architectures"]
    return MODELS[architecture](config).eval()
