"""Clipping: a high-pass filter is undone before tops are looked at."""

from bench.kernels import Signal
from dsp.faults.cut_tops import undone

SOURCE = undone
KERNELS = ("_filtered",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    undone.UndoneTopsDetector.find(signal.audio, signal.rate_hz)
