"""Clipping: tops that look cut."""

from bench.kernels import Signal
from dsp.faults import tops

SOURCE = tops
KERNELS = ("_tops",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    tops.TopsDetector.find(signal.audio, signal.rate_hz)
