"""The compressor's gain."""

from bench.kernels import Signal
from dsp.mastering import compressor

SOURCE = compressor
KERNELS = ("_gain_kernel",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    settings = compressor.CompressorSettings(threshold_dbfs=-18.0)
    compressor.Compressor(signal.rate_hz, 2, settings).process(signal.audio)
