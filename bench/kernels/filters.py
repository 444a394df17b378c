"""A cascade of two biquads."""

import numpy as np

from bench.kernels import Signal
from dsp.core import filters

SOURCE = filters
KERNELS = ("_cascade_kernel",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    rows = np.array([filters.high_pass(30.0, 0.707, signal.rate_hz), filters.bell(1000.0, 3.0, 1.0, signal.rate_hz)])
    filters.Cascade(rows, 2).process(signal.audio)
