"""Linear prediction: its error in every piece."""

from bench.kernels import Signal
from dsp.faults import prediction
from dsp.faults.clicks import ClickDetector

SOURCE = prediction
KERNELS = ("_error_peaks",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    ClickDetector.find(signal.audio, signal.rate_hz)
