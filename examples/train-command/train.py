"""Local training in PyTorch for `concord member --train-command "python3 examples/train-command/train.py"`.

Needs torch (2.0 or newer; tried with 2.0.1 on CPU) and safetensors. Clipping, noise and masks are the node's business: this file knows nothing of them.
"""

import json
import os

import torch
from safetensors.torch import load_file, save_file
from torch import nn

with open(os.environ["CONCORD_ROUND_FILE"], encoding="utf-8") as file:
    task = json.load(file)
torch.manual_seed(task["seed"])

shape = task["model"]
layers = nn.ModuleDict({"output": nn.Linear(shape.get("hidden", shape["inputs"]), 1)})
if shape["kind"] == "mlp":
    layers["hidden"] = nn.Linear(shape["inputs"], shape["hidden"])
layers.load_state_dict(load_file(os.environ["CONCORD_PARAMETERS"]))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        if "hidden" in self.layers:
            x = torch.relu(self.layers["hidden"](x))
        return self.layers["output"](x).squeeze(-1)


model = Model()
data = load_file(task["records"])
features, labels = data["features"], data["labels"]
loss_of = nn.BCEWithLogitsLoss()

if task["algorithm"] == "fedAvg":
    local = task["local"]
    optimizer = torch.optim.SGD(model.parameters(), lr=local["learningRate"], momentum=local["momentum"])
    for _ in range(local["passes"]):
        for batch in torch.randperm(len(labels)).split(local["batchSize"]):
            optimizer.zero_grad()
            loss_of(model(features[batch]), labels[batch]).backward()
            optimizer.step()
    update = {name: value.detach() for name, value in layers.state_dict().items()}
else:
    parameters = {name: value.detach() for name, value in model.named_parameters()}

    def loss(weights, x, y):
        return loss_of(torch.func.functional_call(model, weights, (x.unsqueeze(0),)), y.unsqueeze(0))

    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(parameters, features, labels)
    update = {name.removeprefix("layers."): value.contiguous() for name, value in gradients.items()}

save_file(update, os.environ["CONCORD_UPDATE"])
