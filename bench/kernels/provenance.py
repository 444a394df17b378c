"""Bits in use and quiet passages."""

from bench.kernels import Signal
from dsp.meters import provenance

SOURCE = provenance
KERNELS = ("_look_kernel",)


def work(signal: Signal) -> None:
    """Do what calls them."""
    provenance.ProvenanceStage.find(signal.audio, signal.rate_hz)
