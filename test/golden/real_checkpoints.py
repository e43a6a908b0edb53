"""Comparison of the implementations with real checkpoints, whose reference.json was made by other implementations."""

import json

import torch
from torch.nn import functional as F

from architectures import model_of
from safetensors_file import read_float32_safetensors

# The references were computed in float32; logits reach 20 or so.
TOLERANCE = 1e-4


def load(folder):
    """The checkpoint's model in float64, and its vocabulary's logits for one row of tokens."""
    config = json.loads((folder / "config.json").read_text())
    model = model_of(config)
    stored = read_float32_safetensors(folder / "model.safetensors")
    values = model.state_dict(keep_vars=True)
    loaded = {id(value) for name, value in values.items() if name in stored}
    missing = [name for name, value in values.items() if id(value) not in loaded]  # a tied weight is stored once
    if missing:
        raise SystemExit(f"model.safetensors: missing {missing}")
    with torch.no_grad():
        for name in values.keys() & stored.keys():
            values[name].copy_(stored[name])
        changed = [name for name in values.keys() & stored.keys() if not values[name].equal(stored[name])]
    if changed:
        raise SystemExit(f"model.safetensors: tied weights that differ: {changed}")
    print(f"{config['architectures'][0]}: not read {sorted(stored.keys() - values.keys())}")
    return model.double()


def run(model, tokens):
    input_ids = torch.tensor([tokens])
    inputs = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
    if hasattr(model, "bert") or hasattr(model, "albert"):
        inputs["token_type_ids"] = torch.zeros_like(input_ids)
    with torch.no_grad():
        return model(**inputs)[0]


def mean_nll(logits, tokens):
    return F.cross_entropy(logits[:-1], torch.tensor(tokens[1:])).reshape(1)


def comparisons(model, reference):
    """What the reference holds: its name, our values and theirs."""
    tokens = reference.get("input_ids") or reference["input_ids_masked"]
    logits = run(model, tokens)
    if "mask_logits_first_2000" in reference:  # tiny-wiki-bert
        yield "mask_logits_first_2000", logits[reference["mask_position"], :2000], reference["mask_logits_first_2000"]
        hidden = model.bert(torch.tensor([tokens]), torch.ones(1, len(tokens)), torch.zeros(1, len(tokens)).long())
        yield "last_hidden_state_row_0", hidden[0, 0].detach(), reference["last_hidden_state_row_0"]
    if "logits_last_row" in reference:  # capp-gpt2
        yield "logits_last_row", logits[-1], reference["logits_last_row"]
        yield "mean_nll_of_next_tokens", mean_nll(logits, tokens), [reference["mean_nll_of_next_tokens"]]
    if "logits_first_masked" in reference:  # rxnmapper-albert
        positions = reference["masked_positions"]
        yield "logits_first_masked", logits[positions[0]], reference["logits_first_masked"]
        yield "argmax_at_masked", logits[positions].argmax(-1), reference["argmax_at_masked"]
    if "logits_at_position_0" in reference:  # stories260K
        yield "logits_at_position_0", logits[0], reference["logits_at_position_0"]
        yield "mean_nll", mean_nll(logits, tokens), [reference["mean_nll"]]
        greedy = logits[:-1].argmax(-1)
        yield "greedy continuation", greedy, tokens[1:]


def check(folder):
    reference = json.loads((folder / "reference.json").read_text())
    worst = 0.0
    for name, ours, theirs in comparisons(load(folder), reference):
        theirs = torch.tensor(theirs, dtype=torch.float64)
        difference = (ours.double() - theirs).abs().max().item()
        print(f"{name}: {len(theirs)} values up to {theirs.abs().max():.3g}, largest difference {difference:.3g}")
        worst = max(worst, difference)
    return 0 if worst < TOLERANCE else 1
