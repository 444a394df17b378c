"""Dither, plain and shaped."""

import numpy as np

from bench.kernels import Signal
from dsp.mastering import dither

SOURCE = dither
KERNELS = (
    "_quantise_kernel",
    "_shaped_kernel",
)


def work(signal: Signal) -> None:
    """Do what calls them."""
    for shaped in (False, True):
        dither.Quantiser(signal.rate_hz, 2, 16, np.random.default_rng(1), shaped=shaped).process(signal.audio)
