"""K-weighting of what a limiter changes."""

from bench.kernels import Signal
from dsp.mastering.limiter import model_builder
from dsp.mastering.limiter.gain_curve import LimiterSettings

SOURCE = model_builder
KERNELS = ("_k_kernel",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    builder = model_builder.LimitedLoudness(signal.rate_hz, 2, LimiterSettings(), 12.0)
    builder.process(signal.audio)
    builder.finish()
