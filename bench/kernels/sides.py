"""Holes: what stands on either side of a run of silence."""

from bench.kernels import Signal
from dsp.faults.holes import sides
from dsp.faults.holes.detector import HoleDetector

SOURCE = sides
KERNELS = ("_read",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    HoleDetector.find(signal.audio, signal.rate_hz)
