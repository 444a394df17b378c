"""Holes: the sound is gone for a while, hard or faded, in both channels or one; buffers lost, repeated, stuck."""

from dataclasses import dataclass

import numpy as np

from bench.faults.kinds.kind import Kind, PlaceKind, Put, SongKind
from dsp.core.arrays import F32

HOLE = frozenset({"dropout", "hole"})
RATES_HZ = (8_000, 16_000, 22_050, 48_000, 96_000, 192_000)
Rng = np.random.Generator


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """Return a number between two, evenly on a logarithmic scale."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def channels_of(rng: Rng, one_channel: bool) -> list[int]:
    """Return both channels, or one by chance."""
    return [int(rng.integers(2))] if one_channel else [0, 1]


@dataclass(frozen=True, slots=True)
class Hole:
    """Puts in a hole of a length between two, on a logarithmic scale, with straight fades on both sides."""

    shortest_s: float
    longest_s: float
    one_channel: bool = False
    fades_s: tuple[float, float] | None = None
    noise: float = 0.0  # what stays in it: dither or a converter's noise

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
        """Put it in."""
        length = round(log_uniform(rng, self.shortest_s, self.longest_s) * rate_hz)
        gain = np.zeros(length, np.float32)
        if self.fades_s is not None:
            fade = min(round(float(rng.uniform(*self.fades_s)) * rate_hz), length // 2)
            gain[:fade] = np.linspace(1.0, 0.0, fade, dtype=np.float32)
            gain[length - fade :] = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        for channel in channels_of(rng, self.one_channel):
            audio[at : at + length, channel] *= gain
            audio[at : at + length, channel] += np.float32(self.noise) * rng.standard_normal(length).astype(np.float32)
        return Put(at, at + length)


def at_zero_crossings(audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
    """Cut each channel where it next crosses zero, and let it come back where it does."""
    length = round(log_uniform(rng, 0.002, 1.0) * rate_hz)
    starts, ends = [], []
    for channel in (0, 1):
        signs = np.signbit(audio[at : at + length + round(0.05 * rate_hz), channel])
        crossings = at + 1 + np.flatnonzero(signs[1:] != signs[:-1])
        later = crossings[crossings >= at + length]
        starts.append(int(crossings[0]) if len(crossings) else at)
        ends.append(int(later[0]) if len(later) else at + length)
        audio[starts[-1] : ends[-1], channel] = 0.0
    return Put(min(starts), max(ends))


@dataclass(frozen=True, slots=True)
class Frozen:
    """Holds the last sample for a while, as a converter or a driver that stalls does."""

    one_channel: bool = False

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
        """Put it in."""
        length = round(log_uniform(rng, 0.004, 0.5) * rate_hz)
        for channel in channels_of(rng, self.one_channel):
            audio[at : at + length, channel] = audio[at - 1, channel]
        return Put(at, at + length)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Plays a buffer again, some times, in place of what should have followed."""

    again: int

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
        """Put it in."""
        buffer = int(rng.choice([64, 128, 256, 441, 480, 512, 1024]))
        end = at + self.again * buffer
        audio[at:end] = np.tile(audio[at - buffer : at].copy(), (self.again, 1))
        return Put(at, end)


def skipped(audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
    """Leave a buffer out: what follows comes early, up to where it is repaired far behind."""
    buffer = int(rng.choice([64, 128, 256, 441, 512, 1024]))
    stretch = round(1.5 * rate_hz)
    audio[at : at + stretch] = audio[at + buffer : at + buffer + stretch].copy()
    return Put(at, at + 1)


def swapped(audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
    """Play two buffers that follow each other in the wrong order."""
    buffer = int(rng.choice([64, 128, 256, 441, 512, 1024]))
    first, second = audio[at : at + buffer].copy(), audio[at + buffer : at + 2 * buffer].copy()
    audio[at : at + 2 * buffer] = np.concatenate((second, first))
    return Put(at, at + 2 * buffer)


def periodic(audio: F32, rate_hz: int, at: int, rng: Rng) -> Put:
    """Lose a part of every buffer, or ten milliseconds every fifth of a second, for three seconds."""
    if rng.random() < 0.5:
        step = int(rng.choice([2048, 4096, 8192]))
        lost = int(rng.choice([64, 128, 256, 512]))
    else:
        step, lost = round(rng.uniform(0.1, 0.3) * rate_hz), round(rng.uniform(0.003, 0.02) * rate_hz)
    end = at + round(2.8 * rate_hz)
    for start in range(at, end - step, step):
        audio[start : start + lost] = 0.0
    return Put(at, end)


@dataclass(frozen=True, slots=True)
class DemoMutes:
    """Mutes a song every few seconds for as long, as plug-ins that are not paid for do."""

    fade_s: float

    def __call__(self, audio: F32, rate_hz: int, rng: Rng) -> tuple[F32, int, dict[str, float]] | None:
        """Put them in."""
        step_s, length_s = rng.uniform(5.0, 15.0), log_uniform(rng, 0.3, 2.0)
        fade = max(1, round(self.fade_s * rate_hz))
        muted = np.ones(len(audio), np.float32)
        first = rng.uniform(2.0, 5.0)
        starts = [round(s * rate_hz) for s in np.arange(first, len(audio) / rate_hz - length_s - 1.0, step_s)]
        for start in starts:
            muted[start : start + round(length_s * rate_hz)] = 0.0
        if self.fade_s > 0.0:
            padded = np.pad(muted, fade, mode="edge").astype(np.float64)
            sums = np.cumsum(np.concatenate(([0.0], padded)))
            muted = ((sums[fade:] - sums[:-fade]) / fade)[: len(muted)].astype(np.float32)
            muted[muted < 1e-6] = 0.0
        return audio * muted[:, None], rate_hz, {"count": float(len(starts))}


def dies(audio: F32, rate_hz: int, rng: Rng) -> tuple[F32, int, dict[str, float]] | None:
    """Let one channel die somewhere in the song, where both sound."""
    at = _sounding(audio, rate_hz, rng)
    if at is None:
        return None
    audio = audio.copy()
    audio[at:, int(rng.integers(2))] = 0.0
    return audio, rate_hz, {"start_s": at / rate_hz}


def cut_before_silence(audio: F32, rate_hz: int, rng: Rng) -> tuple[F32, int, dict[str, float]] | None:
    """Cut the end of the song off, and let silence follow."""
    at = _sounding(audio, rate_hz, rng)
    if at is None:
        return None
    silence = np.zeros((round(rng.uniform(0.1, 9.0) * rate_hz), audio.shape[1]), np.float32)
    return np.concatenate((audio[:at], silence)), rate_hz, {"start_s": at / rate_hz}


def at_the_place(said: dict[str, float], true: dict[str, float]) -> bool:
    """Say whether a finding names the time."""
    return abs(said.get("start_s", -1.0) - true["start_s"]) <= 0.03


def _sounding(audio: F32, rate_hz: int, rng: Rng) -> int | None:
    """Return a frame before which every channel sounds, and which lies well inside the song."""
    side = round(0.05 * rate_hz)
    for _ in range(100):
        at = int(rng.integers(len(audio) // 4, len(audio) - 2 * rate_hz))
        around = (audio[at - side : at], audio[at : at + side])
        if min(float(np.mean(part**2, axis=0).min()) for part in around) > 10 ** (-45 / 10):
            return at
    return None


KINDS: tuple[Kind, ...] = (
    PlaceKind("hole, hard, 1.5-50 ms", HOLE, Hole(0.0015, 0.05), 0.99, rates_hz=RATES_HZ),
    PlaceKind("hole, hard, 50 ms-3 s", HOLE, Hole(0.05, 3.0), 0.99, rates_hz=RATES_HZ),
    PlaceKind(
        "hole, faded over 1-20 ms, 20 ms-3 s", HOLE, Hole(0.02, 3.0, fades_s=(0.001, 0.02)), 0.95, rates_hz=RATES_HZ
    ),
    PlaceKind(
        "hole, hard, one channel, 1.5-50 ms", HOLE, Hole(0.0015, 0.05, one_channel=True), 0.99, rates_hz=RATES_HZ
    ),
    PlaceKind("hole, hard, one channel, 50 ms-3 s", HOLE, Hole(0.05, 3.0, one_channel=True), 0.99, rates_hz=RATES_HZ),
    PlaceKind("hole, faded, one channel, 20 ms-3 s", HOLE, Hole(0.02, 3.0, True, (0.001, 0.02)), 0.95),
    PlaceKind("hole, hard, dither in it, 5 ms-3 s", HOLE, Hole(0.005, 3.0, noise=2e-5), 0.99),
    PlaceKind("hole, at zero crossings, 2 ms-1 s", HOLE, at_zero_crossings, 0.99),
    PlaceKind("frozen value, 4-500 ms", HOLE, Frozen(), 0.95),
    PlaceKind("frozen value, one channel, 4-500 ms", HOLE, Frozen(one_channel=True), 0.95),
    PlaceKind("buffer repeated once", HOLE | {"repeated_buffer"}, Repeated(1), 0.9),
    PlaceKind("buffer repeated ten times", HOLE | {"repeated_buffer"}, Repeated(10), 0.9),
    PlaceKind("periodic losses", HOLE, periodic, 0.9),
    PlaceKind("buffer skipped", HOLE | {"click", "repeated_buffer"}, skipped, places=100),
    PlaceKind("buffers swapped", HOLE | {"click", "repeated_buffer"}, swapped, places=100),
    SongKind("demo mutes, hard", frozenset({"demo_mutes"}), DemoMutes(0.0), 0.99, places=100),
    SongKind("demo mutes, faded over 5 ms", frozenset({"demo_mutes"}), DemoMutes(0.005), 0.99, places=100),
    SongKind("a channel dies", frozenset({"channel_dies", "channel_ends"}), dies, 0.99, places=100, names=at_the_place),
    SongKind(
        "end cut before silence", frozenset({"cut_tail"}), cut_before_silence, 0.99, places=100, names=at_the_place
    ),
)
