# Writes exported-model.onnx and exported-model.json: a small network of random weights, with a subgraph, as PyTorch's
# exporter writes it. Made once with Python 3.11, PyTorch 1.13.0 (Debian's python3-torch), seed 7:
#   python3 exported-model.py
import json
import torch


@torch.jit.script
def branch(x):
    if bool(x[0, 0, 0] > 0):
        y = torch.tanh(x)
    else:
        y = x * 2.0
    return y


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(20, 8)
        self.query = torch.nn.Linear(8, 8)
        self.value = torch.nn.Linear(8, 8)
        self.norm = torch.nn.LayerNorm(8)
        self.classifier = torch.nn.Linear(8, 3)

    def forward(self, ids):
        hidden = self.embedding(ids)
        weights = torch.softmax(self.query(hidden) @ hidden.transpose(1, 2), -1)
        attended = weights @ self.value(hidden)
        hidden = branch(self.norm(hidden + attended))
        return self.classifier(hidden.mean(1))


torch.manual_seed(7)
network = Network().eval()
cases = [torch.randint(0, 20, (2, 5)) for _ in range(4)]
with torch.no_grad():
    torch.onnx.export(
        network,
        (cases[0],),
        'exported-model.onnx',
        opset_version=14,
        input_names=['ids'],
        output_names=['logits'],
        dynamic_axes={'ids': {0: 'batch', 1: 'length'}, 'logits': {0: 'batch'}},
    )
    answers = [{'ids': ids.tolist(), 'logits': network(ids).tolist()} for ids in cases]
with open('exported-model.json', 'w') as file:
    json.dump({'torch': torch.__version__, 'seed': 7, 'cases': answers}, file)
