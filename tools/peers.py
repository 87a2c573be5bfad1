"""Peers of the field in Python: PyTorch and JAX at the workloads of the benchmark.

    python3 -m venv VENV && VENV/bin/pip install torch jax numpy        (on a GPU: jax[cuda12])
    npm run bench -- --workloads workloads.json
    VENV/bin/python tools/peers.py workloads.json [--rounds N] [--longest SECONDS] [--only TEXT] > python.json
    npm run bench -- --python python.json

Without PyTorch or without JAX the other is measured alone. On a machine without this repository the bundle of the
benchmark writes the workloads and takes the result: node bench.mjs --workloads FILE, node bench.mjs --python FILE.

l·λ₁ of the plane at every pixel, at the last hidden layer, in full float32: no TF32, no half precision. Each way
is checked against float64 (NumPy) before it is timed. A way that would take longer than `--longest` seconds
computes every k-th point and its time is multiplied, as its row says. Rounds measure ways in turn, in an order that
rotates. On a GPU both libraries are measured there and on the CPU, in rounds of their own. A GPU is kept busy for
0.2 s before a time is taken, which is that of as many runs as take 50 ms together, asked for without a wait between them.
"""

import argparse
import json
import os
import platform
import sys
import time
from typing import Callable, NamedTuple

try:
    import numpy as np
except ModuleNotFoundError:
    sys.exit('NumPy is not installed: python3 -m venv VENV && VENV/bin/pip install numpy torch jax')

# JAX would take most of the GPU's memory at once, which PyTorch has no less need of.
os.environ.setdefault('XLA_PYTHON_CLIENT_PREALLOCATE', 'false')

BOUND = 1e-3
CHECKED = 2048
LARGEST_STRIDE = 16384
# Seconds that a GPU computes before a time is taken, and that what is timed takes at least.
WARM_UP = 0.2
LEAST = 0.05


class Workload:
    """Weights [width][inputs] and biases of the hidden layers, points [count][2]."""

    def __init__(self, plain):
        self.name = plain['name']
        self.layers = [
            (
                np.asarray(layer['weights'], np.float32).reshape(layer['width'], layer['inputWidth']),
                np.asarray(layer['biases'], np.float32),
            )
            for layer in plain['layers']
        ]
        side, domain = plain['side'], plain['domain']
        ends = [(domain['sMin'], domain['sMax']), (domain['tMin'], domain['tMax'])]
        s, t = (low + (np.arange(side) + 0.5) * (high - low) / side for low, high in ends)
        grid = np.stack(np.meshgrid(s, t), axis=-1)  # [row][column][2]
        self.points = grid.reshape(-1, 2).astype(np.float32)


def exact(workload, points):
    """l·λ₁ in float64: σ_max of the Jacobian by SVD."""
    state = points.astype(np.float64)
    jacobian = np.broadcast_to(np.eye(2), (len(points), 2, 2))
    for weights, biases in workload.layers:
        matrix = weights.astype(np.float64)
        state = np.tanh(state @ matrix.T + biases)
        jacobian = (1 - state**2)[:, :, None] * (matrix @ jacobian)
    return np.log(np.linalg.svd(jacobian, compute_uv=False)[:, 0])


def log_stretch(library, u, v):
    """log of the larger singular value of [u v], whose last axis is summed."""
    a, b, c = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    half = (a - c) * 0.5
    return 0.5 * library.log((a + c) * 0.5 + library.sqrt(half * half + b * b))


def starts(points):
    """Primal and the two tangents as rows of one matrix [3·count][2]."""
    count = len(points)
    return np.concatenate(
        [points, np.tile(np.float32([1, 0]), (count, 1)), np.tile(np.float32([0, 1]), (count, 1))]
    )


class Run(NamedTuple):
    """A way at some points, ready to be computed again and again."""

    launch: Callable  # begins and gives a result, which may not be there yet
    wait: Callable  # takes the latest result, and ends when all are there
    read: Callable  # a result as a NumPy array
    on_gpu: bool


def torch_ways(device):
    """The ways of PyTorch on a device, and what it is called."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.set_float32_matmul_precision('highest')
    where = torch.cuda.get_device_name() if device == 'cuda' else f'CPU, {torch.get_num_threads()} threads'

    def layers_of(workload):
        return [(torch.tensor(w, device=device), torch.tensor(b, device=device)) for w, b in workload.layers]

    def network(layers, x):
        for weights, biases in layers:
            x = torch.tanh(torch.nn.functional.linear(x, weights, biases))
        return x

    def wait(_):
        if device == 'cuda':
            torch.cuda.synchronize()

    def finish(run):
        return Run(run, wait, lambda result: result.cpu().numpy(), device == 'cuda')

    def per_point(workload, points):
        layers, xs = layers_of(workload), torch.tensor(points, device=device)

        def run():
            values = []
            for x in xs:
                jacobian = torch.autograd.functional.jacobian(lambda y: network(layers, y), x)
                values.append(log_stretch(torch, jacobian[:, 0], jacobian[:, 1]))
            return torch.stack(values)

        return finish(run)

    def vmapped(workload, points):
        layers, xs = layers_of(workload), torch.tensor(points, device=device)
        jacobians = torch.func.vmap(torch.func.jacfwd(lambda x: network(layers, x)))

        def run():
            with torch.no_grad():
                jacobian = jacobians(xs)
                return log_stretch(torch, jacobian[..., 0], jacobian[..., 1])

        return finish(run)

    def batched(workload, points):
        layers, columns = layers_of(workload), torch.tensor(starts(points), device=device)
        count = len(points)

        def run():
            with torch.inference_mode():
                states = columns
                for weights, biases in layers:
                    states = states @ weights.T
                    state = states[:count].add_(biases).tanh_()
                    states[count:].view(2, count, -1).mul_(1 - state * state)
                return log_stretch(torch, states[count : 2 * count], states[2 * count :])

        return finish(run)

    ways = [
        ('hand-batched', batched),
        ('vmap(jacfwd)', vmapped),
        ('autograd per point', per_point),
    ]
    name = 'CUDA' if device == 'cuda' else 'CPU'
    return [(f'PyTorch {torch.__version__} ({name})', way, where, make) for way, make in ways]


def jax_ways(device):
    """Likewise of JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update('jax_default_matmul_precision', 'highest')
    place = jax.devices(device)[0]

    def arrays(workload):
        return [(jax.device_put(w, place), jax.device_put(b, place)) for w, b in workload.layers]

    def network(layers, x):
        for weights, biases in layers:
            x = jnp.tanh(weights @ x + biases)
        return x

    def finish(function, *inputs):
        compiled = jax.jit(function)
        return Run(lambda: compiled(*inputs), jax.block_until_ready, np.asarray, device == 'cuda')

    def vmapped(workload, points):
        def function(layers, xs):
            jacobian = jax.vmap(jax.jacfwd(lambda x: network(layers, x)))(xs)
            return log_stretch(jnp, jacobian[..., 0], jacobian[..., 1])

        return finish(function, arrays(workload), jax.device_put(points, place))

    def batched(workload, points):
        count = len(points)

        def function(layers, states):
            for weights, biases in layers:
                products = states @ weights.T
                state = jnp.tanh(products[:count] + biases)
                tangents = products[count:].reshape(2, count, -1) * (1 - state * state)
                states = jnp.concatenate([state, tangents.reshape(2 * count, -1)])
            return log_stretch(jnp, states[count : 2 * count], states[2 * count :])

        return finish(function, arrays(workload), jax.device_put(starts(points), place))

    ways = [('hand-batched', batched), ('jit(vmap(jacfwd))', vmapped)]
    name = {'cpu': 'CPU', 'cuda': 'CUDA'}[device]
    return [(f'JAX {jax.__version__} ({name})', way, place.device_kind, make) for way, make in ways]


def torch_devices():
    """CPU, and CUDA where it is there."""
    import torch

    return ['cpu', 'cuda'] if torch.cuda.is_available() else ['cpu']


def jax_devices():
    """Likewise of JAX."""
    import jax

    try:
        jax.devices('cuda')
    except RuntimeError:
        print('JAX has no GPU here', file=sys.stderr)
        return ['cpu']
    return ['cpu', 'cuda']


LIBRARIES = {'torch': (torch_devices, torch_ways), 'jax': (jax_devices, jax_ways)}


def all_ways():
    """Every way on every device of the libraries that are installed: tool, way, device, maker of a run."""
    ways = []
    missing = []
    for library, (devices, ways_on) in LIBRARIES.items():
        try:
            ways += [way for device in devices() for way in ways_on(device)]
        except ModuleNotFoundError as error:
            if error.name != library:
                raise
            missing.append(library)
            print(f'{library} is not installed, so it is left out', file=sys.stderr)
    if not ways:
        sys.exit(f'nothing to measure: install one of {", ".join(missing)} (pip install {" ".join(missing)})')
    return ways


def seconds_of(run):
    """Seconds of a run; on a GPU of the first batch of runs that is long enough and begins after the warm-up."""
    warm_up, least = (WARM_UP, LEAST) if run.on_gpu else (0, 0)
    count = 1
    begin = time.perf_counter()
    while True:
        start = time.perf_counter()
        for _ in range(count):
            result = run.launch()
        run.wait(result)
        seconds = time.perf_counter() - start
        if seconds < least:
            count *= 2
        elif start - begin >= warm_up:
            return seconds / count


def enter(workload, make, longest):
    """A way that is right, for as many points as it can take: run, stride, worst error."""
    stride = LARGEST_STRIDE
    while True:
        points = workload.points[::stride]
        run = make(workload, points)
        values = run.read(run.launch())  # compiles
        step = max(1, len(points) // CHECKED)
        error = np.abs(values[::step] - exact(workload, points[::step])).max()
        if not error <= BOUND:
            raise ValueError(f'error {error} on {workload.name} exceeds {BOUND}')
        seconds = min(seconds_of(run), seconds_of(run))
        if stride == 1 or 4 * seconds > longest:
            return run, stride, float(error)
        stride //= 4


class Entrant(NamedTuple):
    """A way in the rounds."""

    tool: str
    way: str
    device: str
    run: Run
    stride: int
    error: float
    times: list  # milliseconds of all points


def measure(workload, ways, rounds, longest):
    """Rows of one workload."""
    entrants = []
    for tool, way, device, make in ways:
        run, stride, error = enter(workload, make, longest)
        print(f'{workload.name}: {tool}, {way}: right within {error:.1e}, every {stride}. point', file=sys.stderr)
        entrants.append(Entrant(tool, way, device, run, stride, error, []))
    for on_gpu in (False, True):
        alike = [entrant for entrant in entrants if entrant.run.on_gpu == on_gpu]
        for turn in range(rounds):
            for i in range(len(alike)):
                entrant = alike[(i + turn) % len(alike)]
                entrant.times.append(1000 * entrant.stride * seconds_of(entrant.run))
    for entrant in entrants:
        yield {
            'workload': workload.name,
            'tool': entrant.tool,
            'way': entrant.way,
            'device': entrant.device,
            'ms': float(np.median(entrant.times)),
            'leastMs': min(entrant.times),
            'mostMs': max(entrant.times),
            'rounds': rounds,
            'stride': entrant.stride,
            'worstError': entrant.error,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('workloads', help='what `npm run bench -- --workloads FILE` wrote')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--longest', type=float, default=4, help='seconds that a run should not exceed')
    parser.add_argument('--only', default='', help='tools and ways whose names contain it')
    options = parser.parse_args()
    with open(options.workloads, encoding='utf8') as file:
        workloads = [Workload(plain) for plain in json.load(file)]
    ways = [way for way in all_ways() if options.only in f'{way[0]}, {way[1]}']
    rows = [row for one in workloads for row in measure(one, ways, options.rounds, options.longest)]
    machine = f'{platform.system()} {platform.machine()}, Python {platform.python_version()}'
    json.dump({'date': time.strftime('%Y-%m-%d'), 'machine': machine, 'rows': rows}, sys.stdout, indent=2)
    print()


if __name__ == '__main__':
    main()
