"""Peaks between the samples: bounds of cells, and the cells that may hold one."""

from bench.kernels import Signal
from dsp.meters import true_peak

SOURCE = true_peak
KERNELS = (
    "_cells_kernel",
    "_peaks_kernel",
)


def work(signal: Signal) -> None:
    """Do what calls them."""
    true_peak.true_peak(signal.audio, signal.rate_hz)
