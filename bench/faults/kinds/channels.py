"""The two sides against each other: one of them late."""

from dataclasses import dataclass

import numpy as np

from bench.faults.kinds.kind import Kind, SongKind
from dsp.core.arrays import F32

DELAY = frozenset({"channel_delay"})
BANDS_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)  # centres of octaves
SHARED = 0.25  # in half of these octaves: less, and nobody can tell which lag was meant


@dataclass(frozen=True, slots=True)
class Delay:
    """Makes one channel late by a whole number of frames between two, on a logarithmic scale.

    Only in songs whose sides share something.
    """

    shortest: int
    longest: int

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]] | None:
        """Put it in."""
        if shared(audio, rate_hz) < SHARED:
            return None
        late = round(float(np.exp(rng.uniform(np.log(self.shortest), np.log(self.longest)))))
        channel = int(rng.integers(2))
        made = audio.copy()
        made[late:, channel] = audio[:-late, channel]
        made[:late, channel] = 0.0
        return made, rate_hz, {"delay_frames": float(late if channel else -late)}


def shared(audio: F32, rate_hz: int) -> float:
    """Return how alike the two sides are: the median of their correlations in octaves from 125 Hz to 4 kHz."""
    length = 1 << 15
    cross = np.zeros(length // 2 + 1)
    powers = np.zeros((2, length // 2 + 1))
    for start in range(0, len(audio) - length + 1, length):
        left, right = np.fft.rfft(audio[start : start + length].T * np.hanning(length))
        cross += np.real(np.conj(left) * right)
        powers += np.abs((left, right)) ** 2
    hz = np.arange(length // 2 + 1) * rate_hz / length
    octaves = [(hz >= c / 2**0.5) & (hz < c * 2**0.5) for c in BANDS_HZ]
    alike = [cross[o].sum() / np.sqrt(powers[0, o].sum() * powers[1, o].sum() + 1e-20) for o in octaves]
    return float(np.median(alike))


def _same_delay(said: dict[str, float], true: dict[str, float]) -> bool:
    return said["delay_frames"] == true["delay_frames"]


KINDS: tuple[Kind, ...] = (
    SongKind("delay of one channel, 1-44 samples", DELAY, Delay(1, 44), 0.95, names=_same_delay),
    SongKind("delay of one channel, 45-2000 samples", DELAY, Delay(45, 2000), 0.95, names=_same_delay),
)
