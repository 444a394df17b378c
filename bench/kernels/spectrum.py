"""Sums of power spectra."""

from bench.kernels import Signal
from dsp.meters import spectrum

SOURCE = spectrum
KERNELS = ("_add_powers",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    stage = spectrum.SpectrumStage(signal.rate_hz, 2)
    stage.process(signal.audio)
    stage.finish()
