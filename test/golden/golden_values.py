"""Golden values of one model: random weights, logits, loss and gradients, in float64."""

import random

import torch

from architectures import model_of
from losses import LOSSES

SEED = 20240612
# Gradients are of the order of 0.01 to 1, and float64 sums leave about 1e-17 where exact arithmetic leaves nothing.
ZERO = 1e-14


def random_weights(name, model):
    """Weights ~ N(0, .25²), norms' ~ N(1, .2²), T5's queries ~ N(0, .1²), which makes up for scores not scaled; as
    multiples of 1/4096: exact in float32, and the same where logarithm and cosine differ in the last bit."""
    source = random.Random(f"{SEED} {name}")
    weights = {}
    for parameter, value in model.named_parameters():
        mean, deviation = 0.0, 0.25
        if value.dim() == 1 and parameter.endswith(".weight"):  # of a LayerNorm or RMSNorm
            mean, deviation = 1.0, 0.2
        if parameter.endswith(".q.weight"):
            deviation = 0.1
        numbers = [round(source.gauss(mean, deviation) * 4096) / 4096 for _ in range(value.numel())]
        weights[parameter] = torch.tensor(numbers, dtype=torch.float32).view(value.shape)
    return weights


def model_with(config, weights, dtype):
    """The model with these weights. Tied weights appear once among them, under the name that comes first."""
    model = model_of(config)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, value in weights.items():
            parameters[name].copy_(value)
    return model.to(dtype)


def golden_values(golden, weights, dtype=torch.float64):
    """Logits, loss, and the gradient of the loss by every parameter."""
    model = model_with(golden["config"], weights, dtype)
    logits = model(**golden["inputs"])
    loss = LOSSES[golden["loss"]](logits, golden["labels"])
    parameters = dict(model.named_parameters())
    gradients = dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values()))))
    return logits.detach(), loss.item(), gradients


def parameters_without_gradient(gradients):
    return [name for name, gradient in gradients.items() if gradient.abs().max() < ZERO]


def largest_relative_difference(ours, exact):
    return ((ours.double() - exact).abs().max() / exact.abs().max()).item()
