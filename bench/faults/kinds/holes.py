"""Holes: the sound is gone for a while, cut hard or with fades, in both channels or in one."""

from dataclasses import dataclass

import numpy as np

from bench.faults.kinds.kind import Kind, PlaceKind, Put
from dsp.core.arrays import F32

HOLE = frozenset({"dropout"})


@dataclass(frozen=True, slots=True)
class Hole:
    """Puts in a hole of a length between two, on a logarithmic scale, with straight fades on both sides."""

    shortest_s: float
    longest_s: float
    one_channel: bool = False
    fades_s: tuple[float, float] | None = None

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put:
        """Put it in."""
        length = round(float(np.exp(rng.uniform(np.log(self.shortest_s), np.log(self.longest_s)))) * rate_hz)
        gain = np.zeros(length, np.float32)
        if self.fades_s is not None:
            fade = min(round(float(rng.uniform(*self.fades_s)) * rate_hz), length // 2)
            gain[:fade] = np.linspace(1.0, 0.0, fade, dtype=np.float32)
            gain[length - fade :] = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        for channel in [int(rng.integers(2))] if self.one_channel else [0, 1]:
            audio[at : at + length, channel] *= gain
        return Put(at, at + length)


KINDS: tuple[Kind, ...] = (
    PlaceKind("hole, hard, 1.5-50 ms", HOLE, Hole(0.0015, 0.05), 0.99),
    PlaceKind("hole, hard, 50 ms-3 s", HOLE, Hole(0.05, 3.0), 0.99),
)
