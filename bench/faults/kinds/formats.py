"""Where the sound comes from: 16-bit sound after a gain."""

import numpy as np

from bench.faults.kinds.kind import Kind, SongKind
from dsp.core.arrays import F32

BIT_DEPTH = frozenset({"bit_depth"})
Made = tuple[F32, int, dict[str, float]]


def _sixteen(audio: F32, rng: np.random.Generator) -> F32:
    """Round to 16 bits, every second time with the dither of two equal random numbers."""
    dither = rng.random(audio.shape) - rng.random(audio.shape) if rng.integers(2) else 0.0
    return (np.round(audio.astype(np.float64) * 2.0**15 + dither) / 2.0**15).astype(np.float32)


def _turned(audio: F32, rate_hz: int, rng: np.random.Generator) -> Made:
    gain_db = float(rng.uniform(-20.0, 5.0))
    return _sixteen(audio, rng) * np.float32(10 ** (gain_db / 20)), rate_hz, {"gain_db": gain_db}


def _panned(audio: F32, rate_hz: int, rng: np.random.Generator) -> Made:
    gains_db = rng.uniform(-12.0, 3.0, 2)
    turned = _sixteen(audio, rng) * (10 ** (gains_db / 20)).astype(np.float32)
    return turned, rate_hz, {"gain_db": float(gains_db.min())}


def _dithered(audio: F32, rate_hz: int, rng: np.random.Generator) -> Made:
    turned, rate_hz, true = _turned(audio, rate_hz, rng)
    dither = (rng.random(audio.shape) - rng.random(audio.shape)) / 2.0**23
    return (turned + dither).astype(np.float32), rate_hz, true


def _same_gain(said: dict[str, float], true: dict[str, float]) -> bool:
    return said.get("real_bits") == 16.0 and abs(said.get("gain_db", 99.0) - true["gain_db"]) < 0.1


KINDS: tuple[Kind, ...] = (
    SongKind("16 bits after a gain", BIT_DEPTH, _turned, 0.95, names=_same_gain),
    SongKind("16 bits after a gain, in float", BIT_DEPTH, _turned, 0.95, names=_same_gain, subtype="FLOAT"),
    SongKind("16 bits after a gain and a pan", BIT_DEPTH, _panned, 0.95, names=_same_gain),
    SongKind("16 bits after a gain, dithered to 24", BIT_DEPTH, _dithered, 0.95, names=_same_gain),
)
