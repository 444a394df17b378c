"""Clipping: tops that look cut."""

from bench.kernels import Signal
from dsp.faults.cut_tops import tops

SOURCE = tops
KERNELS = ("_halved", "_tops")


def work(signal: Signal) -> None:
    """Do what calls them."""
    for rate_hz in (signal.rate_hz, 2 * signal.rate_hz):
        tops.TopsDetector.find(signal.audio, rate_hz)
