"""Holes: runs of silence or of one value."""

from bench.kernels import Signal
from dsp.faults.holes import runs
from dsp.faults.holes.detector import HoleDetector

SOURCE = runs
KERNELS = ("_next_run", "_behind_run", "_equal_from")


def work(signal: Signal) -> None:
    """Do what calls them: silence, and a value that stands still."""
    audio = signal.audio.copy()
    audio[signal.rate_hz : signal.rate_hz + 2_000] = audio[signal.rate_hz]
    HoleDetector.find(audio, signal.rate_hz)
