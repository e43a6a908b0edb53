"""The batches of token ids and labels. Rows differ in length, and tokens recur within and between rows, so that the
gradient of an embedding row is a sum."""

import torch

from losses import IGNORED


def padded(rows, padding):
    length = max(len(row) for row in rows)
    return torch.tensor([row + [padding] * (length - len(row)) for row in rows])


def mask_of(rows):
    return padded([[1] * len(row) for row in rows], 0)


def encoder_inputs(first, separator, mask, padding, token_types):
    """Rows of 7, 5 and 3 tokens, as [CLS] … [SEP] and [CLS] … [SEP] … [SEP]."""
    rows = [[first, 11, mask, 25, 11, mask, separator], [first, 38, separator, mask, separator], [first, 25, 7]]
    inputs = {"input_ids": padded(rows, padding), "attention_mask": mask_of(rows)}
    if token_types:
        inputs["token_type_ids"] = padded([[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1], [0, 0, 0]], 0)
    return inputs


def masked_labels():
    """3, 2 and 1 labelled tokens, of the three kinds that masking makes: masked, kept, and replaced by another."""
    none = IGNORED
    rows = [[none, none, 17, none, 11, 25, none], [none, 9, none, 38, none], [none, none, 31]]
    return padded(rows, IGNORED)


def decoder_inputs(padding):
    """Rows of 7, 5 and 3 tokens."""
    rows = [[3, 11, 5, 25, 11, 7, 2], [4, 38, 9, 11, 6], [8, 25, 7]]
    return {"input_ids": padded(rows, padding), "attention_mask": mask_of(rows)}


def next_token_labels():
    """The inputs themselves, except where they pad and in the first row's prompt of three tokens."""
    return padded([[IGNORED] * 3 + [25, 11, 7, 2], [4, 38, 9, 11, 6], [8, 25, 7]], IGNORED)


def seq2seq_inputs(with_decoder=True):
    """Encoder rows of 8, 5 and 3 tokens that end in 1; the decoder reads its labels shifted right behind a 0."""
    rows = [[3, 39, 5, 25, 11, 38, 2, 1], [4, 38, 9, 39, 1], [8, 25, 1]]
    inputs = {"input_ids": padded(rows, 0), "attention_mask": mask_of(rows)}
    if with_decoder:
        labels = seq2seq_labels()
        shifted = torch.cat([torch.zeros_like(labels[:, :1]), labels[:, :-1]], dim=1)
        inputs["decoder_input_ids"] = shifted.masked_fill(shifted == IGNORED, 0)
    return inputs


def seq2seq_labels():
    return padded([[39, 11, 7, 38, 25, 11, 1], [39, 6, 39, 1], [9, 1]], IGNORED)


def class_labels(numbers):
    return torch.tensor(numbers)


def replaced_labels():
    return padded([[0, 0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 0, 1]], IGNORED)
