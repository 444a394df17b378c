"""Holes: runs of silence or of one value."""

import numpy as np

from bench.kernels import Signal
from dsp.faults.holes import runs
from dsp.faults.holes.detector import HoleDetector

SOURCE = runs
KERNELS = ("_next_run", "_behind_run", "_equal_from")


def work(signal: Signal) -> None:
    """Do what calls them: a value that stands still, and a short silence in a soft passage."""
    audio, second = signal.audio.copy(), signal.rate_hz
    audio[second : second + 2_000] = audio[second]
    audio[second // 4 : second // 2] *= 0.006 / np.abs(audio[second // 4 : second // 2]).max()
    audio[second // 3 : second // 3 + second // 250] = 0.0
    HoleDetector.find(audio, signal.rate_hz)
