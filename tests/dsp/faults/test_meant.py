"""Sounds that are made to break, stop and crackle: whatever they do is meant, and none of it is a fault."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from dsp.faults.detector import FaultDetector

pytestmark = pytest.mark.slow

Sound = NDArray[np.float64]
Make = Callable[[Sound, int, np.random.Generator], Sound]
SECONDS = 8.0


def music(t: Sound) -> Sound:
    notes = (110, 165, 220, 277, 330, 440, 554, 880)
    return sum(
        (
            np.sin(2 * np.pi * f * t + i) * (0.6 + 0.4 * np.sin(2 * np.pi * (0.1 + 0.07 * i) * t))
            for i, f in enumerate(notes)
        ),
        np.zeros_like(t),
    ) / len(notes)


def band(noise: Sound, low_hz: float, high_hz: float, rate_hz: int) -> Sound:
    edges = (low_hz, min(high_hz, 0.45 * rate_hz))
    return np.asarray(signal.sosfilt(signal.butter(2, edges, "band", fs=rate_hz, output="sos"), noise))


def pluck(t: Sound, every_s: float, decay_s: float) -> Sound:
    return np.minimum(1.0, (t % every_s) / 0.001) * np.exp(-(t % every_s) / decay_s)


def crackle(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    ticks = np.zeros_like(t)
    at = rng.integers(0, len(t) - 50, int(75 * SECONDS))
    ticks[at] = rng.uniform(-0.3, 0.3, len(at))
    return 0.7 * music(t) + signal.lfilter([1.0], [1.0, -0.6], ticks)


def granular(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    source, out = music(t), np.zeros_like(t)
    for _ in range(200):
        length = int(rng.uniform(0.02, 0.12) * rate_hz)
        start, to = rng.integers(0, len(t) - length, 2)
        out[to : to + length] += source[start : start + length] * np.hanning(length)
    return 0.8 * out / np.abs(out).max()


def gated(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    burst = band(rng.standard_normal(len(t)), 200, 8000, rate_hz) * pluck(t, 0.8, 1.0)
    return 0.7 * burst / np.abs(burst).max() * (t % 0.8 < 0.25)


def spoken(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    voice = band(rng.standard_normal(len(t)), 300, 3000, rate_hz) * np.abs(np.sin(2 * np.pi * 2.7 * t)) ** 0.5
    return 0.2 * voice * (np.sin(2 * np.pi * 2.7 * t) > 0) * (np.sin(2 * np.pi * 0.31 * t) > -0.2)


def tape_stop(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    turns = np.cumsum(np.clip((SECONDS - 0.5 - t) / 1.5, 0.0, 1.0)) / rate_hz
    return 0.5 * np.sin(2 * np.pi * 220 * turns) + 0.2 * np.sin(2 * np.pi * 331 * turns)


def bass_808(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    return 0.9 * np.tanh(2 * np.sin(2 * np.pi * (45 * t + 8 * (1 - np.exp(-(t % 1.2) * 20))))) * pluck(t, 1.2, 0.5)


def ducked(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    return music(t) * np.clip(t % 0.5 / 0.35, 0.02, 1.0) + 0.4 * np.sin(2 * np.pi * 55 * t) * pluck(t, 0.5, 0.1)


def field(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    return 0.05 * band(rng.standard_normal(len(t)), 80, 6000, rate_hz) * (1 + 0.5 * np.sin(2 * np.pi * 0.2 * t))


def sixteenths(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    return music(t) * (t % 0.25 < 0.125)


def chip(t: Sound, rate_hz: int, rng: np.random.Generator) -> Sound:
    lead = np.sign(np.sin(2 * np.pi * 220 * 2 ** ((np.floor(t * 8) % 5) / 12) * t))
    return 0.2 * lead + 0.1 * np.sign(np.sin(2 * np.pi * 55 * t)) * (t % 1 < 0.5)


MEANT: dict[str, Make] = {
    "crackle": crackle,
    "granular": granular,
    "gated reverb": gated,
    "spoken word": spoken,
    "tape stop": tape_stop,
    "808": bass_808,
    "side-chain": ducked,
    "field recording": field,
    "gate in sixteenths": sixteenths,
    "chip tune": chip,
    "bit crusher": lambda t, rate_hz, rng: np.round(music(t) * 12) / 12,
    "sample rate crusher": lambda t, rate_hz, rng: np.repeat(music(t)[::16], 16)[: len(t)],
    "stutter": lambda t, rate_hz, rng: np.resize(music(t)[: rate_hz // 10], len(t)),
    "impulses": lambda t, rate_hz, rng: 0.8 * (np.arange(len(t)) % (rate_hz // 3) == 0),
    "square": lambda t, rate_hz, rng: 0.4 * np.sign(np.sin(2 * np.pi * 110 * t)),
    "sweep": lambda t, rate_hz, rng: 0.5 * signal.chirp(t, 20, SECONDS, 0.45 * rate_hz, "logarithmic"),
    "hiss": lambda t, rate_hz, rng: rng.uniform(-0.5, 0.5, len(t)),
    "a stop before the chorus": lambda t, rate_hz, rng: music(t) * ((t < 4.0) | (t > 4.5)),
    "fade": lambda t, rate_hz, rng: music(t) * np.linspace(1.0, 0.0, len(t)) ** 2,
}


@pytest.mark.parametrize(("rate_hz", "bits"), [(8_000, 24), (44_100, 16)])
@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_no_fault(name: str, rate_hz: int, bits: int) -> None:
    t = np.arange(int(SECONDS * rate_hz)) / rate_hz
    sound = MEANT[name](t, rate_hz, np.random.default_rng(5))
    detector = FaultDetector(rate_hz, 1)
    steps = 2 ** (bits - 1)
    detector.process((np.round(sound[:, None] * steps) / steps).astype(np.float32))
    found = detector.finish()
    holes = found.holes
    said = (found.clipping, found.clicks, holes.dropouts, holes.repeats, holes.lost)
    assert [group.count for group in said] == [0] * len(said)
