"""Where a decoder's classification head reads: the last token of each row that is not padding."""

import torch


def before_first_padding(logits, input_ids, pad_token_id):
    """[b, length, c] -> [b, c]; without padding argmax is 0, and 0 - 1 counts from the end (transformers 4.31-4.48)."""
    last = torch.eq(input_ids, pad_token_id).int().argmax(-1) - 1
    last = last % input_ids.shape[-1]
    return logits[torch.arange(input_ids.shape[0]), last]


def rightmost_non_padding(logits, input_ids, pad_token_id):
    """[b, length, c] -> [b, c]; right for padding on either side (transformers from 4.49)."""
    is_token = (input_ids != pad_token_id).to(torch.int32)
    last = (torch.arange(input_ids.shape[-1], dtype=torch.int32) * is_token).argmax(-1)
    return logits[torch.arange(input_ids.shape[0]), last]
