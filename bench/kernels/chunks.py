"""What the detectors of faults read of every chunk."""

from bench.kernels import Signal
from dsp.faults import chunks
from dsp.faults.clicks import ClickDetector

SOURCE = chunks
KERNELS = ("_summarise",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    ClickDetector.find(signal.audio, signal.rate_hz)
