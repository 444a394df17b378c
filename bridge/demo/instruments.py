"""The players: each function returns one hit or note, mono ``(frames,)`` or stereo ``(frames, 2)``, peak near 1."""

import numpy as np

from bridge.demo.synth import (
    Signal,
    coloured_noise,
    decay,
    fm_tone,
    frames_of,
    gate,
    note_hz,
    read_table,
    swept_saw,
    wavetable,
)


def kick(rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a bass drum: a sine falling from 190 Hz to 50 Hz, with the beater's click."""
    frames = frames_of(0.42, rate_hz)
    fall = decay(frames, 0.11, rate_hz)
    phase = np.cumsum(50.0 + 140.0 * fall) / rate_hz
    body: Signal = np.sin(2 * np.pi * phase) * decay(frames, 0.62, rate_hz)
    click = coloured_noise(frames, 1500, 6000, rate_hz, rng) * decay(frames, 0.018, rate_hz)
    hit: Signal = (np.tanh(1.6 * body) / np.tanh(1.6) + 0.16 * click) * gate(frames, 0.0006, 0.08, rate_hz)
    return hit


def snare(rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a stereo snare drum: two modes of the head and a wide rattle."""
    frames = frames_of(0.36, rate_hz)
    time_s = np.arange(frames) / rate_hz
    head = np.sin(2 * np.pi * 192 * time_s) * decay(frames, 0.2, rate_hz)
    head += 0.6 * np.sin(2 * np.pi * 331 * time_s) * decay(frames, 0.13, rate_hz)
    middle = coloured_noise(frames, 900, 8500, rate_hz, rng)
    side = coloured_noise(frames, 2500, 11000, rate_hz, rng)
    rattle = decay(frames, 0.34, rate_hz) * gate(frames, 0.0008, 0.1, rate_hz)
    left = 0.5 * head + 0.24 * rattle * (middle + 0.35 * side)
    right = 0.5 * head + 0.24 * rattle * (middle - 0.35 * side)
    return np.stack([left, right], axis=1)


def hat(rate_hz: int, rng: np.random.Generator, *, ring_s: float) -> Signal:
    """Return a hi-hat stroke that falls by 60 dB in ``ring_s``."""
    frames = frames_of(min(ring_s * 1.1, 0.7), rate_hz)
    noise = coloured_noise(frames, 9000, 15000, rate_hz, rng)
    return 0.3 * noise * decay(frames, ring_s, rate_hz) * gate(frames, 0.0005, 0.02, rate_hz)


def crash(rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a stereo crash cymbal, 2.2 s long."""
    frames = frames_of(2.2, rate_hz)
    shape = (0.55 * decay(frames, 2.6, rate_hz) + 0.45 * decay(frames, 0.35, rate_hz)) * gate(
        frames, 0.002, 0.6, rate_hz
    )
    sides = [coloured_noise(frames, 4500, 13000, rate_hz, rng) for _ in range(2)]
    return 0.3 * shape[:, np.newaxis] * np.stack(sides, axis=1)


def tom(midi: float, rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a tom tuned to a note."""
    frames = frames_of(0.4, rate_hz)
    phase = np.cumsum(note_hz(midi) * (1 + 0.6 * decay(frames, 0.12, rate_hz))) / rate_hz
    skin = coloured_noise(frames, 500, 3000, rate_hz, rng) * decay(frames, 0.05, rate_hz)
    return (np.sin(2 * np.pi * phase) * decay(frames, 0.5, rate_hz) + 0.08 * skin) * gate(frames, 0.001, 0.1, rate_hz)


def bass(midi: float, duration_s: float, drive: float, rate_hz: int) -> Signal:
    """Return a bass note: a saw through a closing filter over a sine, gently saturated by ``drive``."""
    frames = frames_of(duration_s, rate_hz)
    frequency_hz = note_hz(midi)
    closing = 0.15 + 0.85 * decay(frames, 0.55, rate_hz)
    saw = swept_saw(frequency_hz, closing, rate_hz, dark_hz=180, bright_hz=900 + 700 * drive, start_phase=0.5)
    sine = np.sin(2 * np.pi * frequency_hz / rate_hz * np.arange(frames))
    body: Signal = np.tanh((1 + drive) * (0.75 * sine + 0.7 * saw)) / np.tanh(1 + drive)
    return body * gate(frames, 0.004, 0.05, rate_hz) * (0.7 + 0.3 * decay(frames, 0.9, rate_hz))


def electric_piano(midi: float, duration_s: float, velocity: float, rate_hz: int) -> Signal:
    """Return a note of an electric piano: a soft tone and the tine's chime, brighter when played harder."""
    frames = frames_of(duration_s, rate_hz)
    frequency_hz = note_hz(midi)
    bark = (0.25 + 1.3 * velocity**2) * decay(frames, 0.9, rate_hz)
    tone = fm_tone(frequency_hz, 1.0, bark, rate_hz) * decay(frames, 4.5, rate_hz)
    chime = fm_tone(frequency_hz, 14.0, 0.5 * decay(frames, 0.2, rate_hz), rate_hz) if frequency_hz < 500 else 0.0
    return (0.85 * tone + 0.1 * velocity * chime * decay(frames, 0.35, rate_hz)) * gate(frames, 0.002, 0.12, rate_hz)


def pad(midi: float, duration_s: float, brightness: float, rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a stereo string-like pad note: six slightly detuned saws, spread from left to right."""
    frames = frames_of(duration_s, rate_hz)
    table = wavetable(note_hz(midi), 1200 + 4500 * brightness, rate_hz)
    out = np.zeros((frames, 2))
    steps = np.arange(frames) / rate_hz
    for cents, place in ((-11, 0.05), (-7, 0.8), (-2, 0.3), (3, 0.7), (8, 0.2), (12, 0.95)):
        voice = read_table(table, rng.random() + steps * (note_hz(midi) * 2.0 ** (cents / 1200)))
        out[:, 0] += np.cos(0.5 * np.pi * place) * voice
        out[:, 1] += np.sin(0.5 * np.pi * place) * voice
    return 0.33 * out * gate(frames, 0.06, 0.22, rate_hz)[:, np.newaxis]


def pluck(midi: float, duration_s: float, velocity: float, rate_hz: int) -> Signal:
    """Return a glassy plucked note for the verse."""
    frames = frames_of(duration_s, rate_hz)
    chime = (0.4 + 1.2 * velocity) * decay(frames, 0.45, rate_hz)
    return fm_tone(note_hz(midi), 3.0, chime, rate_hz) * decay(frames, 1.5, rate_hz) * gate(frames, 0.002, 0.1, rate_hz)


def lead(midi: float, duration_s: float, velocity: float, rate_hz: int) -> Signal:
    """Return a singing lead note: square and saw, vibrato that arrives late, a filter that opens and settles."""
    frames = frames_of(duration_s, rate_hz)
    time_s = np.arange(frames) / rate_hz
    late = np.clip((time_s - 0.22) / 0.35, 0.0, 1.0)
    scoop = -0.35 * decay(frames, 0.09, rate_hz)  # the note is approached from just below, as a singer does
    semitones = scoop + 0.22 * late * np.sin(2 * np.pi * 5.3 * time_s)
    frequency_hz = note_hz(midi) * 2.0 ** (semitones / 12)
    opening = np.clip(0.25 + 0.75 * velocity * decay(frames, 1.3, rate_hz), 0.0, 1.0)
    square = swept_saw(frequency_hz, opening, rate_hz, dark_hz=1200, bright_hz=6000, odd_only=True)
    saw = swept_saw(frequency_hz * 1.0023, opening, rate_hz, dark_hz=900, bright_hz=5000, start_phase=0.37)
    return (0.75 * square + 0.55 * saw) * gate(frames, 0.012, 0.07, rate_hz)
