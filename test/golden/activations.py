"""Writes activations.json: values and slopes of all activations, by mpmath with 60 digits.

    pip install mpmath && python activations.py

Definitions are those of PyTorch 2 (torch.nn.functional), written out here from their formulas; slopes
are derivatives worked out by hand. Numbers are rounded once, to float64.
"""

import json
from pathlib import Path

from mpmath import cos, erfc, exp, expm1, log1p, mp, mpf, pi, sech, sin, sqrt, tanh

mp.dps = 60


def sigmoid(x):
    return 1 / (1 + exp(-x))


def selu_constants():
    return mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")


def gelu_tanh_argument(x):
    return 2 * sqrt(2 / pi) * (x + mpf(0.044715) * x**3)


def gelu_tanh_slope(x):
    u = gelu_tanh_argument(x)
    climb = 2 * sqrt(2 / pi) * (1 + 3 * mpf(0.044715) * x**2)
    return sigmoid(u) + x * climb * sigmoid(u) * sigmoid(-u)


def selu(x):
    scale, a = selu_constants()
    return scale * x if x > 0 else scale * a * expm1(x)


def selu_slope(x):
    scale, a = selu_constants()
    return scale if x > 0 else scale * a * exp(x)


# name: (alphas, value, slope)
FUNCTIONS = {
    "identity": ([0], lambda x, a: x, lambda x, a: mpf(1)),
    "tanh": ([0], lambda x, a: tanh(x), lambda x, a: sech(x) ** 2),
    "sigmoid": ([0], lambda x, a: sigmoid(x), lambda x, a: sigmoid(x) * sigmoid(-x)),
    "relu": ([0], lambda x, a: max(x, 0), lambda x, a: mpf(1 if x > 0 else 0)),
    "leaky-relu": (
        [0.01, 0.3],
        lambda x, a: x if x > 0 else a * x,
        lambda x, a: mpf(1) if x > 0 else a,
    ),
    "elu": (
        [1, 0.3],
        lambda x, a: x if x > 0 else a * expm1(x),
        lambda x, a: mpf(1) if x > 0 else a * exp(x),
    ),
    "selu": ([0], lambda x, a: selu(x), lambda x, a: selu_slope(x)),
    "celu": (
        [1, 1.7],
        lambda x, a: x if x > 0 else a * expm1(x / a),
        lambda x, a: mpf(1) if x > 0 else exp(x / a),
    ),
    "gelu": (
        [0],
        lambda x, a: x * erfc(-x / sqrt(2)) / 2,
        lambda x, a: erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi),
    ),
    "gelu-tanh": ([0], lambda x, a: x * sigmoid(gelu_tanh_argument(x)), lambda x, a: gelu_tanh_slope(x)),
    "silu": (
        [0],
        lambda x, a: x * sigmoid(x),
        lambda x, a: sigmoid(x) * (1 + x * sigmoid(-x)),
    ),
    "softplus": ([0], lambda x, a: log1p(exp(-abs(x))) + max(x, 0), lambda x, a: sigmoid(x)),
    "sine": ([0], lambda x, a: sin(x), lambda x, a: cos(x)),
}


def grid():
    """Odd numbers in every decade up to 700, dense where the functions bend, and the kink."""
    positive = [1e-300, 1e-30, 1e-12, 1e-8, 3.7e-5, 1e-3]
    positive += [0.013 + 0.0917 * k for k in range(110)]
    positive += [10.3 + 1.37 * k for k in range(40)]
    positive += [68.1 + 25.3 * k for k in range(25)]
    return [0.0] + positive + [-x for x in positive]


def table(name):
    alphas, value, slope = FUNCTIONS[name]
    rows = []
    for alpha in alphas:
        for x in grid():
            arguments = mpf(x), mpf(alpha)
            rows.append([x, alpha, float(value(*arguments)), float(slope(*arguments))])
    return rows


if __name__ == "__main__":
    columns = ["x", "alpha", "value", "slope"]
    tables = {name: table(name) for name in FUNCTIONS}
    lines = [f'{json.dumps(name)}: {json.dumps(rows)}' for name, rows in tables.items()]
    text = f'{{"columns": {json.dumps(columns)},\n' + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_suffix(".json").write_text(text)
