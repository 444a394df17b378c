"""A mix for the tests of the master job."""

from pathlib import Path

import numpy as np

from bridge.model import MasterRequest

RATE_HZ = 44_100


def song(seconds: float = 8.0, rate_hz: int = RATE_HZ, channels: int = 2) -> np.ndarray:
    """Return a quiet verse and a loud chorus: a chord with a beat, peaks well above the rest."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    chord = sum(np.sin(2 * np.pi * f * t) for f in (110.0, 277.2, 329.6)) / 3
    beat = np.exp(-((t % 0.5) * 30)) * np.sin(2 * np.pi * 60 * t)
    rng = np.random.default_rng(3)
    level = np.where(t < seconds / 2, 0.05, 0.2)
    left = level * (chord + 2.0 * beat) + 0.002 * rng.standard_normal(t.size)
    return np.ascontiguousarray(np.stack([left, np.roll(left, 20) * 0.9], axis=1)[:, :channels])


def request(mix: Path, folder: Path, **changes: object) -> MasterRequest:
    """Return a request for a master of this mix into this folder."""
    return MasterRequest(input_path=str(mix), output_folder=str(folder), **changes)  # type: ignore[arg-type]
