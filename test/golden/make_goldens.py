"""Golden values and ONNX exports of a tiny random model per architecture and head.

The implementations under architectures/ share no code with this project's TypeScript. Golden values are computed in
float64 from float32 weights, dropout off, and rounded to float32 only when stored; exports are float32.

Made with Python 3.11.2 and PyTorch 1.13.0a0 on CPU. No other package is needed.

    python3 make_goldens.py                  rewrites the folders beside this file, the same bytes each time
    python3 make_goldens.py --only NAME      rewrites one of them
    python3 make_goldens.py --check FOLDER   compares the implementations with the reference.json of a real checkpoint
"""

import argparse
import json
import platform
import sys
from pathlib import Path

import torch

sys.dont_write_bytecode = True  # this folder holds what is committed

from architectures import model_of
from exports import export, export_name
from golden_models import MODELS
from golden_values import (
    SEED,
    golden_values,
    largest_relative_difference,
    parameters_without_gradient,
    random_weights,
)
from real_checkpoints import check
from safetensors_file import write_safetensors

HERE = Path(__file__).resolve().parent


def make(name, golden):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    weights = random_weights(name, model_of(golden["config"]))
    logits, loss, gradients = golden_values(golden, weights)
    zero = parameters_without_gradient(gradients)
    for parameter in zero:  # what float64 leaves there depends on the order of its sums
        gradients[parameter] = torch.zeros_like(gradients[parameter])
    head = golden["loss"]
    exports = [
        {"file": export_name(head, opset, folded), "opset": opset, "constantFolding": folded}
        for opset, folded in golden["exports"]
    ]
    scalars = {
        "madeBy": "make_goldens.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "seed": SEED,
        "computedIn": "float64",
        "head": head,
        "inputs": list(golden["inputs"]),
        "loss": loss,
        "zeroGradients": zero,
        "exports": exports,
    }
    (folder / "config.json").write_text(json.dumps(golden["config"], indent=2) + "\n")
    (folder / "golden.json").write_text(json.dumps(scalars, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", weights)
    tensors = {**golden["inputs"], "labels": golden["labels"], "logits": logits.float()}
    tensors.update({f"gradient:{parameter}": gradient.float() for parameter, gradient in gradients.items()})
    write_safetensors(folder / "golden.safetensors", tensors)
    for entry in exports:
        export(golden, weights, entry["opset"], entry["constantFolding"], folder / entry["file"])
    report_float32(name, golden, weights, logits, gradients, zero)


def report_float32(name, golden, weights, logits, gradients, zero):
    """Prints how near PyTorch itself comes in float32: what a comparison in float32 may be held to."""
    logits32, _, gradients32 = golden_values(golden, weights, torch.float32)
    differences = [
        largest_relative_difference(gradients32[parameter], exact)
        for parameter, exact in gradients.items()
        if parameter not in zero
    ]
    noise = max((gradients32[parameter].abs().max().item() for parameter in zero), default=0.0)
    print(
        f"{name}: float32 differs by {largest_relative_difference(logits32, logits):.1e} in logits,"
        f" {max(differences):.1e} in gradients; {noise:.1e} where the gradient is zero ({len(zero)} tensors)"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=Path, metavar="FOLDER")
    parser.add_argument("--only", choices=MODELS, metavar="NAME")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # the order of a sum does not depend on the machine
    if arguments.check is not None:
        return check(arguments.check)
    for name, golden in MODELS.items():
        if arguments.only in (None, name):
            make(name, golden)
    return 0


if __name__ == "__main__":
    sys.exit(main())
