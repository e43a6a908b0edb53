"""Golden values for BERT: logits, gradients, AdamW steps and Fisher information of a tiny random model.

An implementation independent of this project's TypeScript: BERT (Devlin et al. 2018, arXiv 1810.04805) written in
plain PyTorch with Hugging Face's module names, differentiated by autograd, stepped by torch.optim.AdamW. Everything
is computed in float64 from float32 weights and rounded to float32 only when stored. Dropout is off throughout.

Made with Python 3.11.2 and PyTorch 1.13.0a0 on CPU; seed 20240605. No other package is needed.

    python3 make_bert_golden.py                  rewrites tiny-random-bert/ beside this file, the same bytes each time
    python3 make_bert_golden.py --check FOLDER   compares this implementation with FOLDER's reference.json, where
                                                 FOLDER is a Hugging Face BERT checkpoint in float32
"""

import argparse
import json
import platform
import random
import struct
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SEED = 20240605
FOLDER = Path(__file__).resolve().parent / "tiny-random-bert"

CONFIG = {
    "architectures": ["BertForMaskedLM"],
    "model_type": "bert",
    "vocab_size": 40,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 24,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "initializer_range": 0.02,
    "pad_token_id": 0,
}
NUM_LABELS = 3

# 0 is padding, 1 [CLS], 2 [SEP], 3 [MASK]. Tokens recur, within a row and between rows, so that the gradient of an
# embedding row is a sum; the lengths are 7, 5 and 4.
INPUT_IDS = [[1, 11, 3, 25, 11, 3, 2], [1, 38, 2, 3, 2, 0, 0], [1, 25, 7, 2, 0, 0, 0]]
ATTENTION_MASK = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 0, 0, 0]]
TOKEN_TYPE_IDS = [[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0]]
# 3, 2 and 1 labelled tokens, of the three kinds that masking makes: [MASK], kept, and replaced by another token.
IGNORED = -100
MLM_LABELS = [
    [IGNORED, IGNORED, 17, IGNORED, 11, 25, IGNORED],
    [IGNORED, 9, IGNORED, 38, IGNORED, IGNORED, IGNORED],
    [IGNORED, IGNORED, 31, IGNORED, IGNORED, IGNORED, IGNORED],
]
CLASS_LABELS = [2, 0, 1]
REGRESSION_LABELS = [0.5, -1.25, 2.0]

ADAMW = {"learningRate": 1e-3, "betas": [0.9, 0.999], "epsilon": 1e-8, "weightDecay": 0.01}
CLIP_NORM = 0.1
STEP_CLIP_NORM = 1.0
STEP_LEARNING_RATES = [0.001, 0.002, 0.003, 0.004, 0.005]


# ---- The model -------------------------------------------------------------------------------------------------------


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], size)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], size)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], size)
        self.LayerNorm = nn.LayerNorm(size, eps=config["layer_norm_eps"])

    def forward(self, input_ids, token_type_ids):
        positions = torch.arange(input_ids.shape[1])
        return self.LayerNorm(
            self.word_embeddings(input_ids)
            + self.position_embeddings(positions)
            + self.token_type_embeddings(token_type_ids)
        )


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["hidden_size"]
        self.num_heads = config["num_attention_heads"]
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)

    def forward(self, hidden, attention_mask):
        batch, length, size = hidden.shape
        head_size = size // self.num_heads

        def heads(projected):  # [batch, length, size] -> [batch, head, length, head_size]
            return projected.view(batch, length, self.num_heads, head_size).transpose(1, 2)

        query, key, value = heads(self.query(hidden)), heads(self.key(hidden)), heads(self.value(hidden))
        scores = query @ key.transpose(-1, -2) / head_size**0.5
        # A masked key gets exactly no weight; its own row still attends to the tokens that are there.
        scores = scores.masked_fill(attention_mask[:, None, None, :] == 0, -torch.inf)
        context = scores.softmax(dim=-1) @ value
        return context.transpose(1, 2).reshape(batch, length, size)


class ResidualOutput(nn.Module):
    """The end of both halves of a layer: LayerNorm(residual + dense(x))."""

    def __init__(self, in_size, config):
        super().__init__()
        self.dense = nn.Linear(in_size, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])

    def forward(self, x, residual):
        return self.LayerNorm(residual + self.dense(x))


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self = SelfAttention(config)
        self.output = ResidualOutput(config["hidden_size"], config)

    def forward(self, hidden, attention_mask):
        return self.output(self.self(hidden, attention_mask), hidden)


class Intermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["intermediate_size"])

    def forward(self, hidden):
        return F.gelu(self.dense(hidden))  # by erf, not the tanh approximation


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = ResidualOutput(config["intermediate_size"], config)

    def forward(self, hidden, attention_mask):
        attended = self.attention(hidden, attention_mask)
        return self.output(self.intermediate(attended), attended)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, hidden, attention_mask):
        for layer in self.layer:
            hidden = layer(hidden, attention_mask)
        return hidden


class Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])

    def forward(self, hidden):
        return self.dense(hidden[:, 0]).tanh()


class BertBase(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.pooler = Pooler(config)

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.encoder(self.embeddings(input_ids, token_type_ids), attention_mask)


class Transform(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])

    def forward(self, hidden):
        return self.LayerNorm(F.gelu(self.dense(hidden)))


class Predictions(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transform = Transform(config)
        self.bias = nn.Parameter(torch.zeros(config["vocab_size"]))

    def forward(self, hidden, word_embeddings):
        return F.linear(self.transform(hidden), word_embeddings, self.bias)


class MlmHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.predictions = Predictions(config)


class Bert(nn.Module):
    """BERT with both of its heads, so that one state dict carries Hugging Face's names of both models."""

    def __init__(self, config):
        super().__init__()
        self.bert = BertBase(config)
        self.cls = MlmHead(config)
        self.classifier = nn.Linear(config["hidden_size"], NUM_LABELS)

    def mlm_logits(self, inputs):
        return self.cls.predictions(self.bert(**inputs), self.bert.embeddings.word_embeddings.weight)

    def classification_logits(self, inputs):
        return self.classifier(self.bert.pooler(self.bert(**inputs)))

    def mlm_parameters(self):
        return {n: p for n, p in self.named_parameters() if n.startswith(("bert.", "cls.")) and ".pooler." not in n}

    def classification_parameters(self):
        return {n: p for n, p in self.named_parameters() if n.startswith(("bert.", "classifier."))}


# ---- safetensors: u64 header length, JSON header, raw little-endian data ----------------------------------------------

DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def write_safetensors(path, tensors):
    # Wider elements first, so that every tensor's offset is a multiple of its element size.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    header, blobs, end = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in ordered:
        blob = tensor.detach().contiguous().numpy().tobytes()
        offsets = [end, end + len(blob)]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        blobs.append(blob)
        end += len(blob)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(blobs))


def read_float32_safetensors(path):
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path.name}: expected F32 tensors, received {entry['dtype']} for {name}")
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(content[start:end]), dtype=torch.float32).view(entry["shape"])
    return tensors


# ---- Golden values ---------------------------------------------------------------------------------------------------


def random_weights(model):
    """Weights ~ N(0, .3²), LayerNorm weights ~ N(1, .2²), as multiples of 1/4096: exact in float32, and the same on
    platforms whose logarithm and cosine differ in the last bit."""
    source = random.Random(SEED)
    weights = {}
    for name, parameter in model.named_parameters():
        mean, deviation = (1.0, 0.2) if name.endswith("LayerNorm.weight") else (0.0, 0.3)
        values = [round(source.gauss(mean, deviation) * 4096) / 4096 for _ in range(parameter.numel())]
        weights[name] = torch.tensor(values, dtype=torch.float32).view(parameter.shape)
    return weights


def fresh_model(weights):
    model = Bert(CONFIG).double().eval()
    model.load_state_dict(weights)
    return model


def batch_inputs():
    return {
        "input_ids": torch.tensor(INPUT_IDS),
        "attention_mask": torch.tensor(ATTENTION_MASK),
        "token_type_ids": torch.tensor(TOKEN_TYPE_IDS),
    }


def classification_loss(model):
    return F.cross_entropy(model.classification_logits(batch_inputs()), torch.tensor(CLASS_LABELS))


def adamw(parameters):
    """AdamW as the field fine-tunes BERT with it: no decay of biases and of LayerNorm."""
    plain = [p for n, p in parameters.items() if n.endswith(".bias") or ".LayerNorm." in n]
    decayed = [p for n, p in parameters.items() if not (n.endswith(".bias") or ".LayerNorm." in n)]
    groups = [{"params": decayed, "weight_decay": ADAMW["weightDecay"]}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=ADAMW["learningRate"], betas=ADAMW["betas"], eps=ADAMW["epsilon"])


def train_steps(weights, learning_rates, clip_norm):
    """Steps on the one batch; returns the parameters after them, the loss and the unclipped gradient norm of each."""
    model = fresh_model(weights)
    parameters = model.classification_parameters()
    optimizer = adamw(parameters)
    losses, norms = [], []
    for learning_rate in learning_rates:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        optimizer.zero_grad()
        loss = classification_loss(model)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(parameters.values(), clip_norm)
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    return parameters, losses, norms, classification_loss(model).item()


def example_log_probabilities(model, index):
    """log p of each labelled token of one example, run alone and without its padding."""
    length = sum(ATTENTION_MASK[index])
    inputs = {name: tensor[index : index + 1, :length] for name, tensor in batch_inputs().items()}
    labels = torch.tensor(MLM_LABELS[index][:length])
    labelled = labels != IGNORED
    log_probabilities = model.mlm_logits(inputs)[0].log_softmax(dim=-1)
    return log_probabilities[labelled].gather(1, labels[labelled][:, None])[:, 0]


def fisher(weights, reduction):
    """The diagonal of the empirical Fisher information: mean over examples of (gradient of log p of one example)²."""
    model = fresh_model(weights)
    parameters = model.mlm_parameters()
    squares = {name: torch.zeros_like(p) for name, p in parameters.items()}
    log_likelihoods = []
    for index in range(len(INPUT_IDS)):
        log_probabilities = example_log_probabilities(model, index)
        log_likelihood = log_probabilities.mean() if reduction == "mean" else log_probabilities.sum()
        for name, gradient in zip(parameters, torch.autograd.grad(log_likelihood, list(parameters.values()))):
            squares[name] += gradient**2
        log_likelihoods.append(log_likelihood.item())
    return {name: total / len(INPUT_IDS) for name, total in squares.items()}, log_likelihoods


def make():
    torch.set_num_threads(1)  # the order of a sum does not depend on the machine
    weights = random_weights(Bert(CONFIG))
    model = fresh_model(weights)
    inputs = batch_inputs()
    tensors: dict[str, Tensor] = dict(inputs)

    def store(group, values):
        tensors.update({f"{group}/{name}": value.detach().float() for name, value in values.items()})

    mlm_labels = torch.tensor(MLM_LABELS)
    mlm_logits = model.mlm_logits(inputs)
    class_logits = model.classification_logits(inputs)
    tensors["mlm/labels"] = mlm_labels
    tensors["classification/labels"] = torch.tensor(CLASS_LABELS)
    store("encoder", {"last_hidden_state": model.bert(**inputs)})
    store("mlm", {"logits": mlm_logits})
    store("classification", {"logits": class_logits})

    loss = classification_loss(model)
    parameters = model.classification_parameters()
    store("gradients", dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values())))))

    one_step = [ADAMW["learningRate"]]
    stepped, _, norms, _ = train_steps(weights, one_step, float("inf"))
    store("adamw", stepped)
    clipped, _, _, _ = train_steps(weights, one_step, CLIP_NORM)
    store("adamw-clipped", clipped)
    trained, step_losses, step_norms, final_loss = train_steps(weights, STEP_LEARNING_RATES, STEP_CLIP_NORM)
    store("adamw-steps", trained)

    mean_fisher, mean_log_likelihoods = fisher(weights, "mean")
    sum_fisher, sum_log_likelihoods = fisher(weights, "sum")
    store("fisher", mean_fisher)
    store("fisher-sum", sum_fisher)

    regression_logits = class_logits[:, 0]
    regression_labels = torch.tensor(REGRESSION_LABELS, dtype=torch.float64)
    layers = range(CONFIG["num_hidden_layers"])
    golden = {
        "madeBy": "make_bert_golden.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "seed": SEED,
        "computedIn": "float64",
        "zeroGradients": [f"bert.encoder.layer.{i}.attention.self.key.bias" for i in layers],
        "classification": {"labels": CLASS_LABELS, "loss": loss.item(), "gradientNorm": norms[0]},
        "regression": {
            "labels": REGRESSION_LABELS,
            "logits": regression_logits.tolist(),
            "loss": F.mse_loss(regression_logits, regression_labels).item(),
        },
        "adamw": {**ADAMW, "withoutDecay": ["*.bias", "*.LayerNorm.*"], "clippedTo": CLIP_NORM},
        "steps": {
            "clipNorm": STEP_CLIP_NORM,
            "learningRates": STEP_LEARNING_RATES,
            "losses": step_losses,
            "gradientNorms": step_norms,
            "lossAfter": final_loss,
        },
        "mlm": {
            "loss": F.cross_entropy(mlm_logits.flatten(0, 1), mlm_labels.flatten(), ignore_index=IGNORED).item(),
            "logLikelihoods": {"mean": mean_log_likelihoods, "sum": sum_log_likelihoods},
        },
    }

    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    write_safetensors(FOLDER / "model.safetensors", weights)
    write_safetensors(FOLDER / "golden.safetensors", tensors)
    (FOLDER / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


def check(folder):
    """Compares hidden state and logits with a reference made elsewhere; float32 arithmetic there explains ~1e-5."""
    config = json.loads((folder / "config.json").read_text())
    reference = json.loads((folder / "reference.json").read_text())
    model = Bert(config).double().eval()
    missing, unexpected = model.load_state_dict(read_float32_safetensors(folder / "model.safetensors"), strict=False)
    missing = [name for name in missing if not name.startswith(("bert.pooler.", "classifier."))]
    if missing or unexpected:
        raise SystemExit(f"model.safetensors: missing {missing}, unexpected {unexpected}")
    input_ids = torch.tensor([reference["input_ids"]])
    inputs = {
        "input_ids": input_ids,
        "attention_mask": torch.ones_like(input_ids),
        "token_type_ids": torch.zeros_like(input_ids),
    }
    with torch.no_grad():
        hidden = model.bert(**inputs)[0, 0]
        logits = model.mlm_logits(inputs)[0, reference["mask_position"], :2000]
    worst = 0.0
    for name, ours in [("last_hidden_state_row_0", hidden), ("mask_logits_first_2000", logits)]:
        theirs = torch.tensor(reference[name], dtype=torch.float64)
        difference = (ours - theirs).abs().max().item()
        print(f"{name}: {len(theirs)} values up to {theirs.abs().max():.3g}, largest difference {difference:.3g}")
        worst = max(worst, difference)
    return 0 if worst < 1e-4 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=Path, metavar="FOLDER")
    folder = parser.parse_args().check
    if folder is None:
        make()
        return 0
    return check(folder)


if __name__ == "__main__":
    sys.exit(main())
