"""Noise that does not belong: hum and whine under the whole song, noise of trial versions, tails of noise."""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from bench.faults.kinds.kind import Kind, SongKind
from dsp.core.arrays import F32

QUIET_DBFS = -50.0  # a second that lets what lies under the song be heard
STEP_S = 0.25


@dataclass(frozen=True, slots=True)
class Hum:
    """Adds 50 or 60 Hz and two to nine overtones of chance levels, in both channels or one, at a level (RMS, dBFS).

    Only to songs that have a quiet second which is not silent.
    """

    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]] | None:
        """Put it in."""
        if not has_quiet_second(audio, rate_hz):
            return None
        mains_hz = int(rng.choice((50, 60)))
        number = np.arange(1, int(rng.integers(3, 11)) + 1)
        levels = number ** -rng.uniform(0.5, 1.5) * 10 ** (rng.uniform(-6.0, 6.0, len(number)) / 20)
        exact_hz = mains_hz + rng.uniform(-0.1, 0.1)
        turns = np.arange(len(audio)) * (exact_hz / rate_hz)
        hum = np.zeros(len(audio))
        for k, level in zip(number, levels, strict=True):
            hum += level * np.sin(2 * np.pi * (k * turns + rng.random()))
        hum *= 10 ** (self.level_dbfs / 20) / np.sqrt(np.sum(levels**2) / 2)
        made = audio.copy()
        for channel in [0, 1] if rng.random() < 0.7 else [int(rng.integers(2))]:
            made[:, channel] += hum.astype(np.float32)
        return made, rate_hz, {"mains_hz": float(mains_hz)}


def has_quiet_second(audio: F32, rate_hz: int) -> bool:
    """Return whether some second has an RMS below `QUIET_DBFS` and still sounds."""
    step, steps = round(STEP_S * rate_hz), round(1 / STEP_S)
    cells = np.mean(audio[: len(audio) // step * step].astype(np.float64) ** 2, axis=1).reshape(-1, step).mean(axis=1)
    powers = np.convolve(cells, np.ones(steps) / steps, "valid")
    return bool(np.any((powers > 0.0) & (powers < 10 ** (QUIET_DBFS / 10))))


@dataclass(frozen=True, slots=True)
class Whine:
    """Adds a steady tone at a line frequency of television, or between 15.6 and 19 kHz, at a level (RMS, dBFS)."""

    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]] | None:
        """Put it in."""
        if rate_hz < 40_000:
            return None
        hz = float(rng.choice((15_625.0, 15_734.26, rng.uniform(15_600.0, 19_000.0))))
        tone = np.sqrt(2.0) * 10 ** (self.level_dbfs / 20) * np.sin(2 * np.pi * hz / rate_hz * np.arange(len(audio)))
        return audio + tone[:, None].astype(np.float32), rate_hz, {"whine_hz": hz}


@dataclass(frozen=True, slots=True)
class Rumble:
    """Adds noise from 4 to 18 Hz to a song, in both channels, so many dB under it."""

    under_db: float

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]]:
        """Put it in."""
        spectrum = np.fft.rfft(rng.standard_normal(len(audio)))
        hz = np.arange(len(spectrum)) * rate_hz / len(audio)
        noise = np.fft.irfft(spectrum * ((hz >= 4.0) & (hz <= 18.0)), len(audio))
        level = np.sqrt(np.mean(audio.astype(np.float64) ** 2)) * 10 ** (-self.under_db / 20)
        noise *= level / np.sqrt(np.mean(noise**2))
        return audio + noise[:, None].astype(np.float32), rate_hz, {}


@dataclass(frozen=True, slots=True)
class TrialNoise:
    """Adds white noise of one length every so many seconds, as plug-ins do that are not paid for (RMS, dBFS)."""

    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]] | None:
        """Put it in."""
        length = round(float(rng.choice((0.5, 1.0, 1.0, 2.0))) * rate_hz)
        apart = round(rng.uniform(8.0, 30.0) * rate_hz)
        starts = range(round(rng.uniform(1.0, 8.0) * rate_hz), len(audio) - length, apart)
        if len(starts) < 3:
            return None
        made = audio.copy()
        for start in starts:
            noise = rng.standard_normal((length, int(rng.integers(1, 3)))) * 10 ** (self.level_dbfs / 20)
            made[start : start + length] += noise.astype(np.float32)
        return made, rate_hz, {"length_s": length / rate_hz}


@dataclass(frozen=True, slots=True)
class NoiseTail:
    """Fades the song out within a second and lets noise follow for 8 to 30 s, white or darker, at a level (dBFS)."""

    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]]:
        """Put it in."""
        noise = rng.standard_normal((round(rng.uniform(8.0, 30.0) * rate_hz), 2))
        noise = signal.lfilter([1.0], [1.0, -rng.uniform(0.0, 0.95)], noise, axis=0)
        noise *= 10 ** (self.level_dbfs / 20) / np.sqrt(np.mean(noise**2))
        faded = audio.copy()
        faded[-rate_hz:] *= np.linspace(1.0, 0.0, rate_hz, dtype=np.float32)[:, None]
        return np.concatenate((faded, noise.astype(np.float32))), rate_hz, {"noise_s": len(noise) / rate_hz}


def _same_mains(said: dict[str, float], true: dict[str, float]) -> bool:
    return said["mains_hz"] == true["mains_hz"]


def _hum(level_dbfs: float, least: float | None = None) -> SongKind:
    name = f"mains hum, {level_dbfs:g} dBFS"
    places = 20 if least is None else 60
    return SongKind(name, frozenset({"hum"}), Hum(level_dbfs), least, places, names=_same_mains, seconds=None)


def _same_whine(said: dict[str, float], true: dict[str, float]) -> bool:
    return abs(said["whine_hz"] - true["whine_hz"]) < 2.0


def _same_length(said: dict[str, float], true: dict[str, float]) -> bool:
    name = "length_s" if "length_s" in true else "noise_s"
    return abs(said[name] - true[name]) < 0.1 * true[name]


def _whine(level_dbfs: float) -> SongKind:
    name = f"whine, {level_dbfs:g} dBFS"
    return SongKind(name, frozenset({"whine"}), Whine(level_dbfs), places=20, names=_same_whine)


def _trial(level_dbfs: float) -> SongKind:
    checks = frozenset({"repeated_noise"})
    name = f"noise of a trial version, {level_dbfs:g} dBFS"
    return SongKind(name, checks, TrialNoise(level_dbfs), places=20, names=_same_length, seconds=120.0)


def _tail(level_dbfs: float) -> SongKind:
    checks = frozenset({"tail_noise"})
    return SongKind(f"tail of noise, {level_dbfs:g} dBFS", checks, NoiseTail(level_dbfs), names=_same_length)


KINDS: tuple[Kind, ...] = (
    _hum(-70.0),
    _hum(-60.0, 0.95),
    _hum(-50.0, 0.95),
    _whine(-60.0),
    _whine(-40.0),
    _trial(-40.0),
    _trial(-30.0),
    _trial(-20.0),
    SongKind("rumble, 14 dB under the song", frozenset({"rumble"}), Rumble(14.0), places=20),
    SongKind("rumble, 10 dB under the song", frozenset({"rumble"}), Rumble(10.0), places=20),
    _tail(-70.0),
    _tail(-60.0),
)
