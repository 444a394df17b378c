"""Synthetic programme for tests: coloured noise with beats, sections and a soft ceiling; band-limited."""

import numpy as np


def programme(seed: int, rate_hz: int, channels: int, seconds: float, top_hz: float = 20_000.0) -> np.ndarray:
    """Return audio of shape (frames, channels) with nothing above 0.42 of the rate, or ``top_hz``.

    The sections differ by up to 15 dB, so that both gates and the loudness range have something to decide. The limit
    in frequency lets a resampler carry the signal to 48 kHz without loss.
    """
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate_hz)
    hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    shape = (hz > 30.0) * np.maximum(hz, 100.0) ** -rng.uniform(0.2, 1.0)
    shape = shape * np.clip((min(0.42 * rate_hz, top_hz) - hz) / (0.02 * rate_hz), 0.0, 1.0)
    common = rng.standard_normal((frames, 1))
    noise = common + rng.uniform(0.1, 1.0) * rng.standard_normal((frames, channels))
    t = np.arange(frames) / rate_hz
    beat = 0.2 + np.exp(-((t * rng.uniform(1.5, 3.0)) % 1.0) * 4.0)
    knots = rng.uniform(-15.0, 0.0, int(seconds / 5.0) + 2)
    level = np.interp(t, np.arange(knots.size) * 5.0, knots)
    line = noise * (beat * 10 ** (level / 20))[:, None]
    line = np.fft.irfft(np.fft.rfft(line, axis=0) * shape[:, None], frames, axis=0)
    edge = np.clip(np.minimum(t, t[::-1]) / 0.05, 0.0, 1.0)[:, None]
    return line * edge * (10 ** (rng.uniform(-20.0, -1.0) / 20) / np.abs(line).max())
