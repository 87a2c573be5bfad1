"""Prints the polynomials of shaders/lib/activation.wgsl: least relative error, by Remez exchange.

    pip install mpmath numpy && python activation-polynomials.py

    exponential   (exp r − 1 − r) / r²            |r| ≤ 0.354
    logarithm     (atanh w / w − 1) / w²          as a polynomial in z = w², 0 ≤ z ≤ 0.1123
    normal tail   Φ(−t) exp(t²/2) / w             w = 1/(1 + t/4), 0 ≤ t ≤ 39
"""

import numpy as np
from mpmath import atanh, cos, erfc, exp, expm1, log, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 40


def remez(function, low, high, degree, exchanges=8, points=3000):
    """Coefficients from the constant up, and the largest relative error."""
    count = degree + 2
    nodes = [(low + high) / 2 - (high - low) / 2 * cos(pi * i / (count - 1)) for i in range(count)]
    grid = [low + (high - low) * mpf(i) / points for i in range(points + 1)]
    wanted = [function(x) for x in grid]
    for _ in range(exchanges):
        system = matrix(count, count)
        for i, x in enumerate(nodes):
            y = function(x)
            for j in range(degree + 1):
                system[i, j] = x**j / y
            system[i, degree + 1] = (-1) ** i
        solution = lu_solve(system, matrix([1] * count))
        coefficients = [solution[j] for j in range(degree + 1)]
        errors = [polyval(coefficients[::-1], x) / y - 1 for x, y in zip(grid, wanted)]
        peaks = [0]
        for k in range(1, len(grid)):
            if (errors[k] > 0) != (errors[peaks[-1]] > 0):
                peaks.append(k)
            elif abs(errors[k]) > abs(errors[peaks[-1]]):
                peaks[-1] = k
        if len(peaks) != count:
            break
        nodes = [grid[k] for k in peaks]
    return coefficients, max(abs(error) for error in errors)


def exponential(r):
    return (expm1(r) - r) / r**2 if abs(r) > mpf(10) ** -10 else mpf(1) / 2 + r / 6


def logarithm(z):
    return (atanh(sqrt(z)) / sqrt(z) - 1) / z if z > mpf(10) ** -12 else mpf(1) / 3 + z / 5


def normal_tail(w):
    t = 4 * (1 / w - 1)
    return erfc(t / sqrt(2)) * exp(t * t / 2) / 2 / w


bound = log(2) / 2 * mpf("1.02")
FITS = {
    "exponential": (exponential, -bound, bound, 4),
    "logarithm": (logarithm, mpf(0), mpf("1.01") / 9, 4),
    "normal tail": (normal_tail, 1 / (1 + mpf(39) / 4), mpf(1), 9),
}

if __name__ == "__main__":
    for name, fit in FITS.items():
        coefficients, error = remez(*fit)
        rounded = [str(np.float32(float(c))) for c in coefficients]
        print(f"{name}: relative error {nstr(error, 3)}\n  {'  '.join(rounded)}")
