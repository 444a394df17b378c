"""Clean music of many kinds, synthesised from a seed, for the tests of the fault detectors.

Nothing in here clicks, clips or drops out: whatever a detector finds in it is a false alarm. Some of it is as hard as
clean sound gets: square leads, chip tunes, dry drum samples, limiters driven far, fades to nothing at 16 bits.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

Audio = NDArray[np.float64]
Rng = np.random.Generator


def envelope(frames: int, rate_hz: int, attack_s: float, release_s: float) -> Audio:
    """Return a gate with exponential attack and release that starts and ends near 0."""
    t = np.arange(frames) / rate_hz
    rest = np.maximum(frames / rate_hz - t, 0.0)
    return (1 - np.exp(-t / attack_s)) * (1 - np.exp(-rest / release_s))


def noise_band(rng: Rng, frames: int, rate_hz: int, low_hz: float, high_hz: float) -> Audio:
    """Return noise of unit power between two frequencies."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    f = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum *= 1 / (1 + (f / high_hz) ** 4) * (f / low_hz) ** 2 / (1 + (f / low_hz) ** 2)
    out = np.fft.irfft(spectrum, frames)
    return out / (np.std(out) + 1e-12)


def saw(frequency_hz: float, frames: int, rate_hz: int, top_hz: float = 8000.0, phase: float = 0.0) -> Audio:
    """Return a sawtooth of the harmonics below ``top_hz``, as a filtered synthesiser gives it."""
    top_hz = min(top_hz, 0.45 * rate_hz)
    first = np.exp(2j * np.pi * (frequency_hz * np.arange(frames) / rate_hz + phase))
    harmonic, out = np.ones_like(first), np.zeros(frames)
    for k in range(1, min(int(top_hz / frequency_hz), 40) + 1):
        harmonic *= first
        out += harmonic.imag / k
    return 0.6 * out


def drums(rng: Rng, frames: int, rate_hz: int, hard: bool = False) -> Audio:
    """Return kick, snare and hat; ``hard``: dry machine samples that start on their first sample."""
    out = np.zeros(frames)
    step = int(rate_hz * rng.uniform(0.11, 0.16))
    for n, start in enumerate(range(int(0.02 * rate_hz), frames - step, step)):
        if n % 4 == 0:
            length = min(int(0.25 * rate_hz), frames - start)
            t = np.arange(length) / rate_hz
            body = np.sin(2 * np.pi * (50 * t + 4.0 * (1 - np.exp(-t / 0.02)))) * np.exp(-t / 0.07)
            click = rng.standard_normal(length) * np.exp(-t / 0.0015) * (0.5 if hard else 0.2)
            out[start : start + length] += 0.8 * body * np.minimum(1.0, (length - np.arange(length)) / 400) + click
        if n % 8 == 4:
            length = min(int(0.18 * rate_hz), frames - start)
            t = np.arange(length) / rate_hz
            snare = rng.standard_normal(length) * np.exp(-t / 0.05) + np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.06)
            out[start : start + length] += 0.4 * snare * np.minimum(1.0, (length - np.arange(length)) / 400)
        length = min(int(0.06 * rate_hz), frames - start)
        t = np.arange(length) / rate_hz
        hat = np.diff(rng.standard_normal(length + 1)) * np.exp(-t / 0.012) * 0.2
        if not hard:
            hat *= np.minimum(1.0, np.arange(length) / 30)
        out[start : start + length] += hat * np.minimum(1.0, (length - np.arange(length)) / 200)
    return out


def notes(
    rng: Rng, frames: int, rate_hz: int, voice: Callable[[float, int], Audio], attack_s: float, low: int, high: int
) -> Audio:
    """Return a line of notes of one voice, each with its envelope."""
    out = np.zeros(frames)
    at = int(0.03 * rate_hz)
    while at < frames - 2000:
        length = min(int(rate_hz * rng.choice([0.15, 0.3, 0.6])), frames - at)
        pitch = 440.0 * 2 ** ((int(rng.integers(low, high)) - 69) / 12)
        out[at : at + length] += voice(pitch, length) * envelope(length, rate_hz, attack_s, 0.02)
        at += length
    return out


def pop(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return drums, bass, chords and a lead over a quiet floor."""
    bass = notes(rng, frames, rate_hz, lambda f, n: saw(f, n, rate_hz, 900), 0.004, 33, 48)
    pads = [
        notes(rng, frames, rate_hz, lambda f, n: saw(f, n, rate_hz, 3000, rng.random()), 0.03, 55, 72) for _ in range(3)
    ]
    lead = notes(rng, frames, rate_hz, lambda f, n: saw(f, n, rate_hz, 9000, rng.random()), 0.01, 67, 84)
    beat = drums(rng, frames, rate_hz)
    air = 0.002 * noise_band(rng, frames, rate_hz, 200, 0.3 * rate_hz)
    left = 0.5 * beat + 0.4 * bass + 0.25 * (pads[0] + 0.5 * pads[1]) + 0.25 * lead + air
    right = 0.5 * beat + 0.4 * bass + 0.25 * (pads[2] + 0.5 * pads[1]) + 0.2 * lead + np.roll(air, 311)
    return np.stack([left, right], axis=1)


def ambient(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return slow chords over a little air."""
    middle, *sides = (
        notes(rng, frames, rate_hz, lambda f, n: saw(f, n, rate_hz, 1500, rng.random()), 0.1, 45, 70) for _ in range(3)
    )
    air = [0.003 * noise_band(rng, frames, rate_hz, 300, 0.2 * rate_hz) for _ in range(2)]
    return np.stack([middle + 0.7 * side + a for side, a in zip(sides, air, strict=True)], axis=1)


def plucks(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return plucked tones, each from phase 0 at once, decaying, with nothing around them."""

    def pluck(f: float, n: int) -> Audio:
        t = np.arange(n) / rate_hz
        return np.sin(2 * np.pi * f * t) * np.exp(-t / 0.15) + 0.3 * np.sin(4 * np.pi * f * t) * np.exp(-t / 0.08)

    return np.stack([notes(rng, frames, rate_hz, pluck, 1e-4, 50, 84) for _ in range(2)], axis=1)


def rock(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return distorted guitars (saturated smoothly), bass and drums."""
    guitars = [
        np.tanh(3 * notes(rng, frames, rate_hz, lambda f, n: saw(f, n, rate_hz, 5000, rng.random()), 0.005, 40, 60))
        for _ in range(2)
    ]
    beat = drums(rng, frames, rate_hz)
    return np.stack([0.3 * g + 0.6 * beat for g in guitars], axis=1)


def machine(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return dry drum samples with digital silence between them."""
    beat = drums(rng, frames, rate_hz, hard=True)
    return np.stack([beat, 0.9 * beat], axis=1)


def techno(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return hard machine drums and blips with sharp edges over a loud held bass and a pad."""
    t = np.arange(frames) / rate_hz
    bass = np.sin(2 * np.pi * 44.0 * t + 0.3 * np.sin(2 * np.pi * 88.0 * t))
    pad = saw(110.0 * 2 ** (int(rng.integers(12)) / 12), frames, rate_hz, 4000)
    blips = notes(rng, frames, rate_hz, lambda f, n: np.sin(2 * np.pi * f * np.arange(n) / rate_hz), 2e-4, 60, 90)
    mix = drums(rng, frames, rate_hz, hard=True) + 0.4 * bass + 0.1 * pad + 0.2 * blips
    mix *= envelope(frames, rate_hz, 0.01, 0.05)
    return np.stack([mix, mix + 0.05 * np.roll(pad, 99) * envelope(frames, rate_hz, 0.01, 0.05)], axis=1)


def saturated(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return a mix driven hard into smooth saturation, as tape and transformers do it."""
    mix = pop(rng, frames, rate_hz)
    return np.tanh(mix / np.abs(mix).max() * rng.uniform(1.0, 4.0))


def square_lead(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return a square-wave lead: naive or with softened edges, gated, swelling or at one level."""
    soft, shape = rng.random() < 0.5, int(rng.integers(3))
    duty = rng.choice([0.5, 0.25, 0.125])

    def square(f: float, n: int) -> Audio:
        t = np.arange(n) * f / rate_hz % 1.0
        wave = np.where(t < duty, 1.0, -1.0)
        if soft:  # polynomial correction over one sample on both sides of each edge
            dt = f / rate_hz
            for edge, sign in ((0.0, 1.0), (duty, -1.0)):
                u = ((t - edge + 0.5) % 1.0 - 0.5) / dt
                wave += sign * np.where((u >= 0) & (u < 1), 2 * u - u * u - 1, 0.0)
                wave += sign * np.where((u < 0) & (u > -1), u * u + 2 * u + 1, 0.0)
        return wave

    out = np.zeros(frames)
    at, level = int(0.03 * rate_hz), 0.6
    while at < frames - 4000:
        length = min(int(rate_hz * rng.choice([0.1, 0.2, 0.4])), frames - at)
        tone = square(440.0 * 2 ** ((int(rng.integers(45, 88)) - 69) / 12), length)
        ramp = np.minimum(1.0, np.minimum(np.arange(length), length - np.arange(length)) / (0.004 * rate_hz))
        if shape == 1:
            ramp = ramp * np.exp(-np.arange(length) / (0.3 * rate_hz))
        out[at : at + length] = level * tone * (ramp if shape else 1.0)
        at += length
    return np.stack([out, out if rng.random() < 0.5 else 0.7 * np.roll(out, 200)], axis=1)


def chip(rng: Rng, frames: int, rate_hz: int) -> Audio:
    """Return a chip tune: two pulses with 4-bit volumes, a stepped triangle, one-bit noise, 8-bit output."""
    out = np.zeros(frames)
    step = int(rate_hz * 0.12)
    for start in range(0, frames - step, step):
        n = np.arange(step)
        decay = np.floor(15 * np.maximum(1 - n / step / rng.choice([0.6, 1.0, 3.0]), 0.0)) / 15
        for duty in (0.5, 0.25):
            if rng.random() < 0.8:
                f = 440.0 * 2 ** ((int(rng.integers(57, 84)) - 69) / 12)
                out[start : start + step] += 0.25 * decay * np.where(n * f / rate_hz % 1 < duty, 1, -1)
        f = 110.0 * 2 ** (int(rng.integers(0, 12)) / 12)
        out[start : start + step] += 0.3 * (np.floor(np.abs(n * f / rate_hz % 1 - 0.5) * 32) / 8 - 1)
        if rng.random() < 0.5:
            length = int(0.04 * rate_hz)
            held = np.repeat(rng.choice([-1.0, 1.0], length // 4 + 1), 4)[:length]
            out[start : start + length] += 0.15 * held * np.floor(8 * (1 - np.arange(length) / length)) / 8
    out = np.round(np.clip(out, -1, 1) * 100) / 128
    return np.stack([out, out], axis=1)


def limit(audio: Audio, rate_hz: int, drive_db: float, ceiling: float) -> Audio:
    """Return the music driven into a look-ahead limiter with a smoothed gain that never passes its ceiling."""
    loud = audio / np.abs(audio).max() * 10 ** (drive_db / 20)
    peak = np.abs(loud).max(axis=1)
    window = int(0.003 * rate_hz) | 1
    padded = np.pad(np.minimum(1.0, 1.0 / np.maximum(peak, 1e-9)), window, mode="edge")
    lowest = minimum_filter1d(padded, window)[window // 2 : len(padded) - window // 2]
    gain = np.convolve(lowest, np.hanning(window + 2)[1:-1] / np.hanning(window + 2).sum(), mode="valid")
    gain = gain[(len(gain) - len(peak)) // 2 :][: len(peak)]
    return ceiling * loud * gain[:, None]


def fade_out(audio: Audio, power: float) -> Audio:
    """Return the music faded to nothing."""
    return audio * np.linspace(1.0, 0.0, len(audio))[:, None] ** power


def quantise(audio: Audio, bits: int, rng: Rng | None = None) -> Audio:
    """Return the music rounded to integers of so many bits, with triangular dither when a generator is given."""
    scale = 2.0 ** (bits - 1)
    noise = 0.0 if rng is None else rng.random(audio.shape) - rng.random(audio.shape)
    return np.clip(np.round(audio * scale + noise), -scale, scale - 1) / scale


STYLES: dict[str, Callable[[Rng, int, int], Audio]] = {
    "pop": pop,
    "ambient": ambient,
    "plucks": plucks,
    "rock": rock,
    "drum machine": machine,
    "techno": techno,
    "saturated": saturated,
    "square lead": square_lead,
    "chip tune": chip,
}


def clip_of(style: str, seed: int, length_s: float = 3.0, rate_hz: int = 44_100, peak: float = 0.7) -> Audio:
    """Return a clip of a style, normalised to a peak."""
    return peak * _clip(style, seed, length_s, rate_hz)


@cache
def _clip(style: str, seed: int, length_s: float, rate_hz: int) -> Audio:
    rng = np.random.default_rng([seed, *style.encode()])
    audio = STYLES[style](rng, int(length_s * rate_hz), rate_hz)
    return audio / np.abs(audio).max()
