"""Exports of the decoders as generation runs them, with inputs and outputs as Optimum's text-generation-with-past has them:
`past_key_values.<layer>.key`, `present.<layer>.key`, and `position_ids`.

Made with Python 3.11.2 and PyTorch 1.13.0a0 on CPU, after make_goldens.py, from the weights that it wrote.

    python3 make_cached_exports.py           rewrites <model>/causal-lm-with-past.opset<N>.onnx, the same bytes each time
"""

import sys
import warnings
from pathlib import Path

import torch

sys.dont_write_bytecode = True  # this folder holds what is committed

from architectures import model_of
from architectures.llama import head_size_of
from cached_decoders import CachedGPT2, CachedLlama
from golden_models import MODELS
from golden_values import model_with, random_weights

HERE = Path(__file__).resolve().parent
PAST = 3


def gpt2_cache(config):
    return config["n_layer"], config["n_head"], config["n_embd"] // config["n_head"]


def llama_cache(config):
    return config["num_hidden_layers"], config["num_key_value_heads"], head_size_of(config)


# Name of the golden model: what runs it with a cache, the cache's shape, and the opset.
EXPORTS = {
    "gpt2-causal-lm": (CachedGPT2, gpt2_cache, 14),
    "llama-tied-causal-lm": (CachedLlama, llama_cache, 16),
}


def states(prefix, layers):
    return [f"{prefix}.{layer}.{part}" for layer in range(layers) for part in ("key", "value")]


def export(name):
    cached, cache_of, opset = EXPORTS[name]
    golden = MODELS[name]
    model = cached(model_with(golden["config"], random_weights(name, model_of(golden["config"])), torch.float32))
    layers, heads, size = cache_of(golden["config"])
    ids = golden["inputs"]["input_ids"][1:, :-2].contiguous()
    batch, length = ids.shape
    past = [torch.zeros(batch, heads, PAST, size) for _ in range(2 * layers)]
    positions = torch.arange(PAST, PAST + length)[None, :].expand(batch, -1)
    inputs = ["input_ids", "attention_mask", "position_ids", *states("past_key_values", layers)]
    outputs = ["logits", *states("present", layers)]
    rows = {0: "batch_size", 1: "sequence_length"}
    with_past = {0: "batch_size", 1: "past_sequence_length + sequence_length"}
    axes = {"input_ids": rows, "position_ids": rows, "logits": rows, "attention_mask": with_past}
    axes.update({past_: {0: "batch_size", 2: "past_sequence_length"} for past_ in states("past_key_values", layers)})
    axes.update({now: {0: "batch_size", 2: "past_sequence_length + sequence_length"} for now in outputs[1:]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(),
            (ids, torch.ones(batch, PAST + length, dtype=torch.long), positions, *past),
            str(HERE / name / f"causal-lm-with-past.opset{opset}.onnx"),
            opset_version=opset,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for model_name in EXPORTS:
        export(model_name)
