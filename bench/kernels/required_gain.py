"""The gain a limiter needs, before and after a first one."""

from bench.kernels import Signal
from dsp.mastering.limiter import required_gain
from dsp.mastering.limiter.limiter import limit

SOURCE = required_gain
KERNELS = (
    "_required_kernel",
    "_limited_kernel",
)


def work(signal: Signal) -> None:
    """Do what calls them."""
    limit(signal.audio * 2.0, signal.rate_hz)
