"""K-weighted energy, peaks and sums of granules."""

from bench.kernels import Signal
from dsp.meters import levels

SOURCE = levels
KERNELS = ("_levels_kernel",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    levels.GranuleFilter(signal.rate_hz, 2).process(signal.audio)
