"""Buffers that are played again."""

from bench.kernels import Signal
from dsp.faults.holes import repeats
from dsp.faults.holes.detector import HoleDetector

SOURCE = repeats
KERNELS = ("_equal_around",)
_FRAMES = 512


def work(signal: Signal) -> None:
    """Do what calls them: half of the buffers of a second come twice."""
    audio = signal.audio.copy()
    for start in range(signal.rate_hz // 2, signal.rate_hz, 4 * _FRAMES):
        audio[start : start + _FRAMES] = audio[start - _FRAMES : start]
    HoleDetector.find(audio, signal.rate_hz)
