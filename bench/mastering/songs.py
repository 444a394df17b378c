"""Six short songs of different character, synthesised from a seed, each peaking at -6 dBFS; and what limiters fear."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
SECONDS = 12.0
Song = NDArray[np.float64]


def songs() -> dict[str, Song]:
    """Return the songs by name."""
    made = {
        "demo": _demo(),
        "ballad": _ballad(),
        "rock": _rock(),
        "electronic": _electronic(),
        "swell": _swell(),
        "speech over music": _speech(),
    }
    return {name: np.ascontiguousarray(song * (0.5 / np.abs(song).max())) for name, song in made.items()}


def _time() -> NDArray[np.float64]:
    return np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ


def _random(name: str) -> np.random.Generator:
    return np.random.default_rng([ord(c) for c in name])


def _demo() -> Song:
    from bridge.demo.song import compose

    mix = compose(RATE_HZ).mix
    start = max(0, (mix.shape[0] - round(SECONDS * RATE_HZ)) // 2)
    return np.asarray(mix[start : start + round(SECONDS * RATE_HZ)], dtype=np.float64)


def _coloured(random: np.random.Generator, frames: int, slope: float) -> NDArray[np.float64]:
    """Return noise whose amplitude falls with frequency to this power, band-limited to 18 kHz."""
    frequency = np.fft.rfftfreq(frames, 1 / RATE_HZ)
    shape = np.maximum(frequency, 20.0) ** slope * (frequency < 18_000)
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(frames)) * shape, frames)
    return noise / np.abs(noise).max()


def _note(frequency_hz: float, seconds: float, harmonics: int, decay: float) -> NDArray[np.float64]:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    partials = sum(np.sin(2 * np.pi * frequency_hz * k * t + k) / k**1.4 for k in range(1, harmonics + 1))
    return np.asarray(partials * np.exp(-decay * t) * np.minimum(1, t / 0.004))


def _add(song: Song, note: NDArray[np.float64], at_s: float, left: float, right: float) -> None:
    start = round(at_s * RATE_HZ)
    length = min(note.size, song.shape[0] - start)
    if length > 0:
        song[start : start + length, 0] += note[:length] * left
        song[start : start + length, 1] += note[:length] * right


def _ballad() -> Song:
    random, t = _random("ballad"), _time()
    song = np.zeros((t.size, 2))
    for i, at in enumerate(np.arange(0.2, SECONDS - 1, 0.75)):
        hertz = 110 * 2 ** (random.choice([0, 3, 7, 10, 12, 15]) / 12)
        _add(song, _note(hertz, 2.5, 12, 1.6), at, 0.5 + 0.1 * (i % 3), 0.6)
    voice = (
        np.sin(2 * np.pi * 220 * t + 3 * np.sin(2 * np.pi * 5 * t)) * np.maximum(0, np.sin(2 * np.pi * 0.21 * t)) ** 2
    )
    song += (0.9 * voice * (0.4 + 0.6 * (t > SECONDS / 2)))[:, None]
    return song


def _rock() -> Song:
    random, t = _random("rock"), _time()
    song = np.zeros((t.size, 2))
    for at in np.arange(0, SECONDS, 0.25):
        root = 82.4 * 2 ** (int(at / 2) % 4 * 2 / 12)
        chord = np.tanh(4 * (_note(root, 0.26, 20, 1.0) + _note(root * 1.498, 0.26, 20, 1.0)))
        _add(song, chord, at, 0.35, 0.25)
        _add(song, np.tanh(4 * _note(root * 1.003, 0.26, 20, 1.0)), at, 0.2, 0.35)
        _add(song, _note(root / 2, 0.25, 6, 2.0), at, 0.4, 0.4)
    for at in np.arange(0, SECONDS, 0.5):
        _add(song, _kick(), at, 1.1, 1.1)
        _add(song, _coloured(random, 8_000, -0.2) * np.exp(-np.arange(8_000) / 1_600), at + 0.25, 1.0, 0.9)
    loud = 0.45 + 0.55 * ((t > 4) & (t < 10))
    return song * loud[:, None]


def _kick() -> NDArray[np.float64]:
    t = np.arange(round(0.3 * RATE_HZ)) / RATE_HZ
    return np.sin(2 * np.pi * (48 * t + 6 * (1 - np.exp(-t * 30)))) * np.exp(-t * 14) * np.minimum(1, t / 0.001)


def _electronic() -> Song:
    random, t = _random("electronic"), _time()
    song = np.zeros((t.size, 2))
    for at in np.arange(0, SECONDS, 0.4688):
        _add(song, _kick(), at, 1.3, 1.3)
        for step in range(4):
            hat = _coloured(random, 2_000, 0.3) * np.exp(-np.arange(2_000) / 250)
            _add(song, hat, at + step * 0.1172, 0.35, 0.45)
    bass = np.tanh(2 * np.sin(2 * np.pi * 55 * t)) * (0.5 - 0.5 * np.cos(2 * np.pi * t / 0.4688))
    song += 0.45 * bass[:, None] * (t > 3)[:, None]
    pad = sum(np.sin(2 * np.pi * f * t + p) for p, f in enumerate((220.0, 277.2, 329.6, 415.3)))
    song[:, 0] += 0.1 * pad
    song[:, 1] += 0.1 * np.roll(pad, 300)
    return song * (0.35 + 0.65 * (t > 4.7))[:, None]


def _swell() -> Song:
    random, t = _random("swell"), _time()
    rise = 0.02 + 0.98 * (t / SECONDS) ** 3
    song = np.zeros((t.size, 2))
    for k, hertz in enumerate((65.4, 98, 130.8, 164.8, 196, 261.6, 329.6, 392, 523.3)):
        beat = 1 + 0.2 * np.sin(2 * np.pi * (0.3 + 0.13 * k) * t + k)
        partials = sum(np.sin(2 * np.pi * hertz * n * t + n * k) / n**1.3 for n in range(1, 9))
        song[:, 0] += partials * beat * (0.3 + 0.05 * k)
        song[:, 1] += np.roll(partials, 90) * beat * (0.6 - 0.04 * k)
    cymbal = _coloured(random, t.size, 0.2)
    return song * rise[:, None] * 0.2 + (cymbal * rise**2 * 0.5)[:, None]


def _speech() -> Song:
    random, t = _random("speech"), _time()
    pulses = np.zeros(t.size)
    position = 0.0
    while position < t.size - 1:
        pulses[int(position)] = 1.0
        position += RATE_HZ / (120 + 25 * np.sin(position / 9_000))
    voice = np.zeros(t.size)
    for centre, width in ((500, 90), (1_500, 130), (2_500, 180)):
        ring = np.arange(2_000) / RATE_HZ
        voice += np.convolve(pulses, np.sin(2 * np.pi * centre * ring) * np.exp(-np.pi * width * ring), "same")
    syllables = np.maximum(0, np.sin(2 * np.pi * 3.1 * t + 2 * np.sin(2 * np.pi * 0.4 * t))) ** 1.5
    pauses = (np.sin(2 * np.pi * 0.17 * t) > -0.6).astype(float)
    music = 0.15 * _coloured(random, t.size, -1.0) + 0.1 * np.sin(2 * np.pi * 146.8 * t) * (
        1 + np.sin(2 * np.pi * 0.5 * t)
    )
    mono = voice / np.abs(voice).max() * syllables * pauses
    return np.stack([mono + music, mono + np.roll(music, 2_000)], axis=1)


def adversaries() -> dict[str, Song]:
    """Return signals that make limiters overshoot, 2 dB over full scale where they have a level."""
    random = _random("adversaries")
    n = RATE_HZ * 2
    k = np.arange(n)
    made = {
        "quarter-rate sine at 45°": 1.2589 * np.sqrt(2) * np.sin(np.pi / 2 * k + np.pi / 4),
        "5 kHz bursts": 1.2589 * np.sin(2 * np.pi * 5_000 * k / RATE_HZ) * (k % 4_410 < 900),
        "noise to 18 kHz": 1.2589 * _coloured(random, n, 0.0),
        "white noise": 0.4 * random.standard_normal(n),
        "random signs": 1.2589 * random.choice([-1.0, 1.0], n),
    }
    return {name: np.stack([line, line], axis=1) for name, line in made.items()}
