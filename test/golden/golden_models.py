"""The models that golden values are made of: one per architecture and head, tiny, each with its configuration, batch,
loss and exports. Most classifiers have one layer, to keep the files small; the language models have two or more."""

import batches
from configs import ALBERT, BERT, DISTILBERT, ELECTRA, GPT2, LLAMA, ROBERTA, T5, T5_V1_1, config_of, labelled


def golden_model(config, loss, inputs, labels, exports):
    """`exports`: pairs of opset and whether the exporter folded constants."""
    return {"config": config, "loss": loss, "inputs": inputs, "labels": labels, "exports": exports}


BERT_INPUTS = batches.encoder_inputs(first=1, separator=2, mask=3, padding=0, token_types=True)
ROBERTA_INPUTS = batches.encoder_inputs(first=0, separator=2, mask=39, padding=1, token_types=False)
DISTILBERT_INPUTS = batches.encoder_inputs(first=1, separator=2, mask=3, padding=0, token_types=False)
ALBERT_INPUTS = batches.encoder_inputs(first=2, separator=3, mask=4, padding=0, token_types=True)
GPT2_INPUTS = batches.decoder_inputs(padding=39)
LLAMA_INPUTS = batches.decoder_inputs(padding=0)

MODELS = {
    "bert-masked-lm": golden_model(
        config_of(BERT, "BertForMaskedLM"),
        "masked-lm",
        BERT_INPUTS,
        batches.masked_labels(),
        [(13, True), (14, False), (15, True), (16, False), (17, True)],
    ),
    "bert-classification": golden_model(
        config_of(BERT, "BertForSequenceClassification", **labelled(3)),
        "classification",
        BERT_INPUTS,
        batches.class_labels([2, 0, 1]),
        [(17, False)],
    ),
    "roberta-masked-lm": golden_model(
        config_of(ROBERTA, "RobertaForMaskedLM"),
        "masked-lm",
        ROBERTA_INPUTS,
        batches.masked_labels(),
        [(14, True)],
    ),
    "roberta-classification": golden_model(
        config_of(ROBERTA, "RobertaForSequenceClassification", num_hidden_layers=1, **labelled(2)),
        "classification",
        ROBERTA_INPUTS,
        batches.class_labels([1, 0, 1]),
        [(16, False)],
    ),
    "distilbert-masked-lm": golden_model(
        config_of(DISTILBERT, "DistilBertForMaskedLM"),
        "masked-lm",
        DISTILBERT_INPUTS,
        batches.masked_labels(),
        [(17, False)],
    ),
    "distilbert-classification": golden_model(
        config_of(DISTILBERT, "DistilBertForSequenceClassification", n_layers=1, **labelled(3)),
        "classification",
        DISTILBERT_INPUTS,
        batches.class_labels([0, 2, 1]),
        [(13, True)],
    ),
    # Three layers in two groups: the first group serves two of them.
    "albert-masked-lm": golden_model(
        config_of(ALBERT, "AlbertForMaskedLM"),
        "masked-lm",
        ALBERT_INPUTS,
        batches.masked_labels(),
        [(15, True)],
    ),
    # Two layers of one group; each runs the group's two inner layers.
    "albert-classification": golden_model(
        config_of(
            ALBERT,
            "AlbertForSequenceClassification",
            inner_group_num=2,
            num_hidden_groups=1,
            num_hidden_layers=2,
            **labelled(3),
        ),
        "classification",
        ALBERT_INPUTS,
        batches.class_labels([1, 2, 0]),
        [(17, False)],
    ),
    "electra-masked-lm": golden_model(
        config_of(ELECTRA, "ElectraForMaskedLM"),
        "masked-lm",
        BERT_INPUTS,
        batches.masked_labels(),
        [(16, True)],
    ),
    "electra-discriminator": golden_model(
        config_of(ELECTRA, "ElectraForPreTraining", num_hidden_layers=1),
        "replaced-tokens",
        BERT_INPUTS,
        batches.replaced_labels(),
        [(15, False)],
    ),
    "electra-classification": golden_model(
        config_of(ELECTRA, "ElectraForSequenceClassification", num_hidden_layers=1, **labelled(2)),
        "classification",
        BERT_INPUTS,
        batches.class_labels([0, 1, 1]),
        [(14, True)],
    ),
    "gpt2-causal-lm": golden_model(
        config_of(GPT2, "GPT2LMHeadModel"),
        "causal-lm",
        GPT2_INPUTS,
        batches.next_token_labels(),
        [(13, True)],
    ),
    "gpt2-classification": golden_model(
        config_of(GPT2, "GPT2ForSequenceClassification", pad_token_id=39, n_inner=24, n_layer=1, **labelled(3)),
        "classification",
        GPT2_INPUTS,
        batches.class_labels([2, 1, 0]),
        [(16, True)],
    ),
    "t5-seq2seq-lm": golden_model(
        config_of(T5, "T5ForConditionalGeneration"),
        "seq2seq-lm",
        batches.seq2seq_inputs(),
        batches.seq2seq_labels(),
        [(17, True)],
    ),
    "t5-v1_1-seq2seq-lm": golden_model(
        config_of(T5_V1_1, "T5ForConditionalGeneration", num_decoder_layers=1),
        "seq2seq-lm",
        batches.seq2seq_inputs(),
        batches.seq2seq_labels(),
        [(13, False)],
    ),
    "t5-classification": golden_model(
        config_of(T5, "T5ForSequenceClassification", num_layers=1, num_decoder_layers=1, **labelled(3)),
        "classification",
        batches.seq2seq_inputs(with_decoder=False),
        batches.class_labels([1, 0, 2]),
        [(14, True)],
    ),
    "llama-tied-causal-lm": golden_model(
        config_of(LLAMA, "LlamaForCausalLM", tie_word_embeddings=True),
        "causal-lm",
        LLAMA_INPUTS,
        batches.next_token_labels(),
        [(14, True)],
    ),
    # One key head for four queries, heads wider than hidden size / heads, and another base of the rotary angles.
    "llama-causal-lm": golden_model(
        config_of(LLAMA, "LlamaForCausalLM", num_key_value_heads=1, head_dim=6, rope_theta=100.0),
        "causal-lm",
        LLAMA_INPUTS,
        batches.next_token_labels(),
        [(17, False)],
    ),
    "llama-classification": golden_model(
        config_of(LLAMA, "LlamaForSequenceClassification", pad_token_id=0, num_hidden_layers=1, **labelled(3)),
        "classification",
        LLAMA_INPUTS,
        batches.class_labels([0, 2, 1]),
        [(16, True)],
    ),
}
