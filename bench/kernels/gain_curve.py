"""The limiter's gain: minima, release, running means."""

from bench.kernels import Signal
from dsp.mastering.limiter import gain_curve
from dsp.mastering.limiter.limiter import limit

SOURCE = gain_curve
KERNELS = (
    "_means_kernel",
    "_minima_kernel",
    "_release_kernel",
)


def work(signal: Signal) -> None:
    """Do what calls them."""
    limit(signal.audio * 2.0, signal.rate_hz)
