"""Holes: the run of equal samples around a place."""

from bench.kernels import Signal
from dsp.faults import dropouts

SOURCE = dropouts
KERNELS = ("_run_around",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    dropouts.DropoutDetector.find(signal.audio, signal.rate_hz)
