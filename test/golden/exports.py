"""Exports by PyTorch's TorchScript exporter, of the same models in float32."""

import warnings

import torch

from golden_values import model_with

LENGTH_OF = {"decoder_input_ids": "decoder_length"}


def export_name(head, opset, folded):
    return f"{head}.opset{opset}{'' if folded else '.unfolded'}.onnx"


def dynamic_axes(golden):
    axes = {name: {0: "batch", 1: LENGTH_OF.get(name, "length")} for name in golden["inputs"]}
    axes["logits"] = {0: "batch"}
    if golden["loss"] in ("masked-lm", "causal-lm", "replaced-tokens"):
        axes["logits"][1] = "length"
    if golden["loss"] == "seq2seq-lm":
        axes["logits"][1] = "decoder_length"
    return axes


def traced_inputs(golden):
    """Fewer and shorter rows than the golden values', which so tell whether an export carries sizes it was traced at."""
    return tuple(value[1:, :-2].contiguous() for value in golden["inputs"].values())


def export(golden, weights, opset, folded, path):
    model = model_with(golden["config"], weights, torch.float32)
    with warnings.catch_warnings():
        # The tracer warns of Python numbers that become constants; those here are sizes that do not vary.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            traced_inputs(golden),
            str(path),
            opset_version=opset,
            do_constant_folding=folded,
            input_names=list(golden["inputs"]),
            output_names=["logits"],
            dynamic_axes=dynamic_axes(golden),
        )
