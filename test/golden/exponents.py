"""Makes exponents.json: Jacobians and exponents of small networks, by JAX in float64.

    pip install jax==0.10.2 && python exponents.py

Parameters come from a formula that both sides compute without rounding differences: number k, counted
row by row through W_1, b_1, W_2, ..., is float32(factor * r_k) with r_k = ((31 k + 17) k + 5) mod 1009
scaled to [-1, 1] and factor = gain for weights, 0.3 for biases. J is by reverse-mode automatic
differentiation, its singular values by LAPACK: no method is shared with what this checks. Gains are
moderate, because automatic differentiation takes 1 - tanh^2 and so loses digits in the tails.
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

ACTIVATIONS = {
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "leaky-relu": lambda x: jax.nn.leaky_relu(x, 0.01),
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "celu": jax.nn.celu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu-tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
    "sine": jnp.sin,
    "identity": lambda x: x,
}

CASES = [
    {"architecture": [2, 10, 10, 10, 1], "activation": name, "gain": 0.6} for name in ACTIVATIONS
] + [
    {"architecture": [2, 10, 10, 10, 10, 10, 10, 10, 10, 1], "activation": "tanh", "gain": 0.45},
    {"architecture": [5, 7, 3, 6, 2], "activation": "tanh", "gain": 0.8},
    {"architecture": [1, 4, 1, 4, 1], "activation": "tanh", "gain": 0.9},
    {"architecture": [2, 33, 2], "activation": "tanh", "gain": 0.9},
]

POINTS = [[0.0, 0.0], [0.7, -0.4], [-1.3, 1.1]]


def numbers(start, count, factor):
    k = np.arange(start, start + count)
    residue = ((31 * k + 17) * k + 5) % 1009
    return np.float32(factor * ((residue - 504) / 504)).astype(np.float64)


def tensors(architecture, gain):
    k = 0
    layers = []
    for fan_in, fan_out in zip(architecture, architecture[1:]):
        weight = numbers(k, fan_in * fan_out, gain)
        k += fan_in * fan_out
        bias = numbers(k, fan_out, 0.3)
        k += fan_out
        layers.append((weight.reshape(fan_out, fan_in), bias))
    return layers


def main():
    cases = []
    for case in CASES:
        layers = tensors(case["architecture"], case["gain"])
        activation = ACTIVATIONS[case["activation"]]

        def forward(x, count):
            for weight, bias in layers[:count]:
                x = activation(weight @ x + bias)
            return x

        input_width = case["architecture"][0]
        points = []
        for point in POINTS:
            x = jnp.array((point + [0.2, -0.9, 0.5])[:input_width])
            places = []
            for count in range(1, len(layers) + 1):
                matrix = np.asarray(jax.jacrev(forward)(x, count))
                places.append(
                    {
                        "state": np.asarray(forward(x, count)).tolist(),
                        "jacobian": matrix.ravel().tolist(),
                        "singular": np.linalg.svd(matrix, compute_uv=False).tolist(),
                    }
                )
            points.append({"point": x.tolist(), "layers": places})
        cases.append({**case, "points": points})
    made_by = f"exponents.py, JAX {jax.__version__}, NumPy {np.__version__}, float64"
    text = json.dumps({"madeBy": made_by, "cases": cases})
    pathlib.Path(__file__).with_name("exponents.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
