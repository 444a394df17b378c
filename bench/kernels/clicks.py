"""Clicks: lonely steps."""

from bench.kernels import Signal
from dsp.faults import clicks

SOURCE = clicks
KERNELS = ("_lonely",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    clicks.ClickDetector.find(signal.audio, signal.rate_hz)
