"""Makes the sample files of demo/public/samples: small trained networks as frameworks save them, and data for them.

    pip install torch==2.15.0 onnx==1.23.2 onnxscript==0.7.2 safetensors==0.8.0 scikit-learn==1.9.1 skl2onnx==1.20.0
    python make_samples.py

circle.safetensors    PyTorch, 2-10x8-1, tanh: inside or outside of a circle
spirals.onnx          PyTorch's dynamo exporter, 2-24x4-2, tanh: which of two spirals
iris.onnx, .npy       scikit-learn: StandardScaler, then an MLP 4-10-10-3; the flowers it learned from
digits.onnx, .npy     scikit-learn: an MLP 64-32-32-10 on images of 8 by 8 pixels; 120 of the images
"""

import pathlib
import sys
import warnings

import numpy as np
import safetensors.torch
import torch
from skl2onnx import to_onnx
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "public/samples"
sys.path.append(str(HERE.parent / "tools"))
from forget_traces import forget_traces  # noqa: E402


def stack(widths):
    pairs = list(zip(widths, widths[1:]))
    return nn.Sequential(*(part for i, o in pairs for part in (nn.Linear(i, o), nn.Tanh())))


def train(model, sample, loss_of, steps, rate):
    optimizer = torch.optim.Adam(model.parameters(), rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x, label = sample(512)
        loss = loss_of(model(x), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    x, label = sample(10_000)
    y = model(x)
    guess = y[:, 0] > 0 if y.shape[1] == 1 else y.argmax(1)
    print(f"{(guess.long() == label).double().mean():.4f} right")


def circle():
    torch.manual_seed(3)
    model = stack([2] + [10] * 8 + [1])

    def sample(count):
        x = (torch.rand(count, 2) - 0.5) * 2 * 3**0.5
        return x, (x.square().sum(1) < 6 / torch.pi).long()

    train(model, sample, lambda y, label: (y[:, 0] - (2 * label - 1)).square().mean(), 1500, 0.005)
    safetensors.torch.save_file(model.state_dict(), FOLDER / "circle.safetensors")


def spirals():
    torch.manual_seed(5)
    hidden = stack([2] + [24] * 4)
    model = nn.Sequential(*hidden, nn.Linear(24, 2))

    def sample(count):
        label = torch.randint(2, (count,))
        turn = torch.rand(count).sqrt()
        angle = 3.2 * torch.pi * turn + torch.pi * label
        x = 1.6 * turn[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
        return x + 0.03 * torch.randn(count, 2), label

    train(model, sample, nn.functional.cross_entropy, 4000, 0.005)
    # Softmax as at the end of many saved classifiers.
    network = nn.Sequential(*model, nn.Softmax(-1)).eval()
    example = (torch.zeros(1, 2),)
    path = str(FOLDER / "spirals.onnx")
    torch.onnx.export(network, example, path, dynamo=True, external_data=False, verbose=False)
    forget_traces(path)


def save_pipeline(name, pipeline, data, labels):
    pipeline.fit(data, labels)
    print(f"{pipeline.score(data, labels):.4f} right")
    model = to_onnx(pipeline, data[:1], options={"zipmap": False})
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def iris():
    data, labels = load_iris(return_X_y=True)
    data = data.astype(np.float32)
    network = MLPClassifier((10, 10), activation="tanh", alpha=1e-3, max_iter=2000, random_state=0)
    save_pipeline("iris", make_pipeline(StandardScaler(), network), data, labels)
    np.save(FOLDER / "iris.npy", data)


def digits():
    data, labels = load_digits(return_X_y=True)
    data = (data / 16).astype(np.float32)
    # The penalty takes the weights of pixels that are always dark to 0.
    network = MLPClassifier((32, 32), activation="tanh", alpha=0.1, max_iter=600, random_state=0)
    save_pipeline("digits", make_pipeline(network), data, labels)
    # The first twelve of each digit, in turns: row 10 k + d shows the digit d.
    rows = np.stack([np.flatnonzero(labels == digit)[:12] for digit in range(10)], 1).ravel()
    # Sixteenths are exact in half precision.
    np.save(FOLDER / "digits.npy", data[rows].astype(np.float16))


FOLDER.mkdir(parents=True, exist_ok=True)
circle()
spirals()
iris()
digits()
