"""The two sides against each other: one of them late; swapped, inverted or lower from here to there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.faults.kinds.kind import Kind, PlaceKind, Put, SongKind
from dsp.core.arrays import F32

DELAY = frozenset({"channel_delay"})
BANDS_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)  # centres of octaves
SHARED = 0.25  # in half of these octaves: less, and nobody can tell which lag was meant
LONGEST_S = 2.8
DIFFERENT = 0.02  # of the power: sides that differ by less have no picture that could be swapped


@dataclass(frozen=True, slots=True)
class Switched:
    """Changes the sides from here to there, ``ramp_s`` from the one to the other; both ends are told, or one is."""

    change: Callable[[F32, int], F32]  # of a piece of the song, and a channel
    ramp_s: float = 0.0

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put | None:
        """Put it in; not where the sides are alike, about either end."""
        end, channel, ramp = (
            at + round(rng.uniform(1.0, LONGEST_S) * rate_hz),
            int(rng.integers(2)),
            round(self.ramp_s * rate_hz),
        )
        for middle in (at, end):
            near = audio[middle - rate_hz // 4 : middle + rate_hz // 4]
            if np.square(near[:, 0] - near[:, 1]).mean() < DIFFERENT * np.square(near).mean():
                return None
        part = audio[at:end].copy()
        weight = np.ones(len(part), np.float32)
        if ramp:
            weight[:ramp] = np.linspace(0.0, 1.0, ramp)
            weight[-ramp:] = weight[ramp - 1 :: -1]
        audio[at:end] = part + (self.change(part, channel) - part) * weight[:, None]
        return Put(at, end)


def _exchanged(part: F32, channel: int) -> F32:
    return part[:, ::-1]


def _one_times(gain: float) -> Callable[[F32, int], F32]:
    def change(part: F32, channel: int) -> F32:
        changed = part.copy()
        changed[:, channel] *= np.float32(gain)
        return changed

    return change


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
    PlaceKind("sides swapped from here to there", frozenset({"sides_swapped"}), Switched(_exchanged)),
    PlaceKind("one side inverted from here to there", frozenset({"side_inverted"}), Switched(_one_times(-1.0))),
    PlaceKind("one side 6 dB lower from here to there", frozenset({"side_level"}), Switched(_one_times(0.5))),
    PlaceKind("sides swapped from here to there, in 5 ms", frozenset({"sides_swapped"}), Switched(_exchanged, 0.005)),
)
