"""The losses that Hugging Face's heads compute from logits and labels; label -100 does not count."""

from torch.nn import functional as F

IGNORED = -100


def token_cross_entropy(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def next_token_cross_entropy(logits, labels):
    """The logits at position t predict the label at t + 1."""
    return token_cross_entropy(logits[:, :-1], labels[:, 1:])


def replaced_token_loss(logits, labels):
    """ELECTRA's discriminator; labels are 1 where a token was replaced. Padding is labelled -100 here."""
    counted = labels != IGNORED
    return F.binary_cross_entropy_with_logits(logits[counted], labels[counted].to(logits.dtype))


LOSSES = {
    "masked-lm": token_cross_entropy,
    "causal-lm": next_token_cross_entropy,
    "seq2seq-lm": token_cross_entropy,
    "classification": F.cross_entropy,
    "replaced-tokens": replaced_token_loss,
}
