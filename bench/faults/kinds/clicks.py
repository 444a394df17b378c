"""Clicks, hard edits, pops and gain steps; whether each stands out of the music is asked of a model of the ear."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.faults.kinds.kind import Kind, PlaceKind, Put
from bench.faults.masking import noise_to_mask_db
from dsp.core.arrays import F32, F64

CLICK = frozenset({"click", "jump"})
STANDS_OUT_DB = 10.0  # over the masked threshold
SMOOTH_S = 0.01  # the same edit or change of gain done well: what the hard one is compared with
BACK_S = 0.5  # how slowly the song goes back to what it was, where it was changed for longer
CHANGED_S = 2.9
POP_DECAY_S = 0.004
BUFFER = 256  # frames


@dataclass(frozen=True, slots=True)
class Click:
    """Adds so many samples of one value, in one channel or in both."""

    samples: int
    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put:
        """Put it in."""
        added = np.full(self.samples, _height(self.level_dbfs, rng))
        return _add(audio, rate_hz, at, added, [[0], [1], [0, 1]][int(rng.integers(3))])


@dataclass(frozen=True, slots=True)
class Pop:
    """Adds a jump that dies away exponentially, in both channels, where a buffer begins."""

    level_dbfs: float

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put:
        """Put it in."""
        at = -(-at // BUFFER) * BUFFER
        t = np.arange(round(10 * POP_DECAY_S * rate_hz)) / rate_hz
        return _add(audio, rate_hz, at, _height(self.level_dbfs, rng) * np.exp(-t / POP_DECAY_S), [0, 1])


@dataclass(frozen=True, slots=True)
class Edit:
    """Leaves out a piece of the song without a crossfade; seconds later it slowly goes back to where it was."""

    skipped_s: float

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put:
        """Put it in."""
        skip = round(self.skipped_s * rate_hz)

        def edited(part: F32, after: F64) -> F32:
            moved = np.roll(part, -skip, axis=0)
            return (part + (moved - part) * after[:, None]).astype(np.float32)

        return _change(audio, rate_hz, at, edited, skip)


@dataclass(frozen=True, slots=True)
class GainStep:
    """Turns the song up or down from one sample to the next; it slowly goes back to where it was."""

    step_db: float

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put:
        """Put it in."""
        step_db = self.step_db * float(rng.choice([-1.0, 1.0]))

        def turned(part: F32, after: F64) -> F32:
            return (part * 10 ** (step_db / 20 * after[:, None])).astype(np.float32)

        return _change(audio, rate_hz, at, turned, 0)


def _height(level_dbfs: float, rng: np.random.Generator) -> float:
    return float(10 ** (level_dbfs / 20) * rng.choice([-1.0, 1.0]))


def _add(audio: F32, rate_hz: int, at: int, added: F64, channels: list[int]) -> Put:
    clean = audio.copy()
    end = at + len(added)
    audio[at:end, channels] += added.astype(np.float32)[:, None]
    ratio_db = noise_to_mask_db(clean, audio, at, end, rate_hz)
    return Put(at, at + 1, ratio_db >= STANDS_OUT_DB)


def _change(audio: F32, rate_hz: int, at: int, changed: Callable[[F32, F64], F32], spare: int) -> Put:
    """Change the song from ``at`` on, and ask how the sudden change stands out of the same one with a short ramp."""
    length, half, back = (round(s * rate_hz) for s in (CHANGED_S, SMOOTH_S / 2, BACK_S))
    part = audio[at - half : at + length + spare].copy()
    after = np.zeros(len(part))
    after[half : half + length] = 1.0
    after[half + length - back : half + length] = np.linspace(1.0, 0.0, back)
    smooth = after.copy()
    smooth[: 2 * half] = np.linspace(0.0, 1.0, 2 * half)
    clean = audio.copy()
    clean[at - half : at + length] = changed(part, smooth)[: half + length]
    audio[at - half : at + length] = changed(part, after)[: half + length]
    ratio_db = noise_to_mask_db(clean, audio, at - half, at + half, rate_hz)
    return Put(at, at + 1, ratio_db >= STANDS_OUT_DB)


def _kind(name: str, put: Click | Pop | Edit | GainStep, least: float) -> PlaceKind:
    return PlaceKind(name, CLICK, put, least, places=150, only_standing_out=True)


KINDS: tuple[Kind, ...] = (
    *(_kind(f"click of 1 sample at {db} dBFS", Click(1, db), 0.95) for db in (-50, -40, -30, -20, -10)),
    *(_kind(f"click of 3 samples at {db} dBFS", Click(3, db), 0.95) for db in (-30, -20, -10)),
    *(_kind(f"hard edit, {1000 * s:.0f} ms left out", Edit(s), 0.90) for s in (0.003, 0.011, 0.037)),
    *(_kind(f"pop that decays in 4 ms, {db} dBFS", Pop(db), 0.90) for db in (-40, -30, -20)),
    *(_kind(f"gain step of {db} dB", GainStep(db), 0.60) for db in (1, 3, 6)),
)
