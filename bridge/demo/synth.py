"""Sound sources: band-limited wavetables, frequency modulation, coloured noise, and the envelopes that shape them.

Times are seconds, levels are linear, everything is mono float64 of shape ``(frames,)`` unless said otherwise.
"""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

TABLE_FRAMES = 2048  # ours: linear interpolation in 2048 points errs below -80 dB for the few dozen harmonics used


def frames_of(duration_s: float, rate_hz: int) -> int:
    """Return how many frames a duration has, at least one."""
    return max(1, round(duration_s * rate_hz))


def wavetable(frequency_hz: float, cutoff_hz: float, rate_hz: int, *, odd_only: bool = False) -> Signal:
    """Return one period of a saw (or, with ``odd_only``, a square) without aliases, darkened above ``cutoff_hz``.

    The roll-off above the cutoff is 12 dB per octave, like the low-pass of an analogue synthesiser. No DC.
    """
    top = max(1, min(int(0.45 * rate_hz / frequency_hz), TABLE_FRAMES // 4))
    harmonic = np.arange(1, top + 1, dtype=np.float64)
    level: Signal = (2 / np.pi) / harmonic / (1 + (harmonic * frequency_hz / cutoff_hz) ** 2)
    if odd_only:
        level[1::2] = 0.0
    spectrum = np.zeros(TABLE_FRAMES // 2 + 1, dtype=np.complex128)
    spectrum[1 : top + 1] = -0.5j * TABLE_FRAMES * level
    return np.fft.irfft(spectrum, TABLE_FRAMES)


def read_table(table: Signal, phase: Signal) -> Signal:
    """Return the table read at ``phase`` (in periods, any real number), interpolated linearly."""
    position = (phase - np.floor(phase)) * TABLE_FRAMES
    index = position.astype(np.int64)
    after = table[(index + 1) % TABLE_FRAMES]
    before = table[index % TABLE_FRAMES]
    value: Signal = before + (position - index) * (after - before)
    return value


def swept_saw(
    frequency_hz: float | Signal,
    brightness: Signal,
    rate_hz: int,
    *,
    dark_hz: float,
    bright_hz: float,
    start_phase: float = 0.0,
    odd_only: bool = False,
) -> Signal:
    """Return a saw whose filter moves between ``dark_hz`` (brightness 0) and ``bright_hz`` (brightness 1).

    ``frequency_hz`` may be an array of the same length as ``brightness`` (vibrato); the tables are made for its mean.
    """
    frames = len(brightness)
    if isinstance(frequency_hz, np.ndarray):
        centre_hz = float(np.mean(frequency_hz))
        phase: Signal = start_phase + np.cumsum(frequency_hz) / rate_hz
    else:
        centre_hz = frequency_hz
        phase = start_phase + np.arange(frames, dtype=np.float64) * (frequency_hz / rate_hz)
    dark = read_table(wavetable(centre_hz, dark_hz, rate_hz, odd_only=odd_only), phase)
    bright = read_table(wavetable(centre_hz, bright_hz, rate_hz, odd_only=odd_only), phase)
    return dark + brightness * (bright - dark)


def fm_tone(frequency_hz: float, ratio: float, index: Signal, rate_hz: int) -> Signal:
    """Return a sine modulated in phase by another at ``ratio`` times its frequency, by ``index`` radians."""
    turn = 2 * np.pi * frequency_hz / rate_hz * np.arange(len(index))
    tone: Signal = np.sin(turn + index * np.sin(ratio * turn))
    return tone


def coloured_noise(frames: int, low_hz: float, high_hz: float, rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return noise between two frequencies (first-order edges below, second-order above), RMS 1."""
    white = rng.standard_normal(frames)
    frequency_hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    response = frequency_hz / np.hypot(frequency_hz, low_hz) / (1 + (frequency_hz / high_hz) ** 2)
    shaped = np.fft.irfft(np.fft.rfft(white) * response, frames)
    rms = float(np.sqrt(np.mean(shaped**2)))
    return shaped / rms if rms > 0 else shaped


def decay(frames: int, time_s: float, rate_hz: int) -> Signal:
    """Return an exponential decay from 1 that falls by 60 dB in ``time_s``."""
    envelope: Signal = np.exp(np.arange(frames) * (-np.log(1000.0) / (time_s * rate_hz)))
    return envelope


def gate(frames: int, attack_s: float, release_s: float, rate_hz: int) -> Signal:
    """Return an envelope that rises to 1, holds, and falls to 0 at its end, with rounded corners."""
    attack = min(frames // 2, round(attack_s * rate_hz))
    release = min(frames - attack, round(release_s * rate_hz))
    envelope = np.ones(frames)
    envelope[:attack] = 0.5 - 0.5 * np.cos(np.pi * np.arange(attack) / max(1, attack))
    envelope[frames - release :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(release) + 1) / max(1, release))
    return envelope


def note_hz(midi: float) -> float:
    """Return the frequency of a MIDI note number in equal temperament, A4 (69) at 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69) / 12))
