"""Clipping: flat tops."""

from bench.kernels import Signal
from dsp.faults import clipping

SOURCE = clipping
KERNELS = ("_flat_runs",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    clipping.ClippingDetector.find(signal.audio, signal.rate_hz)
