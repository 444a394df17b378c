"""Noise that does not belong: mains hum under the whole song."""

from dataclasses import dataclass

import numpy as np

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


def _same_mains(said: dict[str, float], true: dict[str, float]) -> bool:
    return said["mains_hz"] == true["mains_hz"]


def _hum(level_dbfs: float, least: float | None = None) -> SongKind:
    name = f"mains hum, {level_dbfs:g} dBFS"
    return SongKind(name, frozenset({"hum"}), Hum(level_dbfs), least, names=_same_mains, seconds=None)


KINDS: tuple[Kind, ...] = (_hum(-70.0), _hum(-60.0, 0.95), _hum(-50.0, 0.95))
