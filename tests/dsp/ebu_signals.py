"""The test signals of EBU Tech 3341 v4 and Tech 3342 v4, synthesised from their definitions.

Every tone is a 1000 Hz sine that starts at phase 0 in each segment, the same in all its channels. Signals for which
the official files can be rebuilt to the bit (test set version 05) are proved by their SHA-256.
"""

import hashlib
import struct
from pathlib import Path

import numpy as np

RATE = 48_000
HASHES = Path(__file__).parent.parent / "data" / "ebu-v05-sha256.tsv"

Segment = tuple[float, float]  # level in dBFS (-inf: silence), seconds


def tone(segments: list[Segment], hz: float = 1000.0) -> np.ndarray:
    """Return one channel of consecutive sine segments."""
    parts = []
    for level_dbfs, seconds in segments:
        n = np.arange(round(seconds * RATE))
        parts.append(10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * n / RATE))
    return np.concatenate(parts)


def stereo(segments: list[Segment]) -> np.ndarray:
    return np.repeat(tone(segments)[:, None], 2, axis=1)


SILENCE = -np.inf
CASE_3341: dict[str, list[Segment]] = {
    "1": [(-23.0, 20.0)],
    "2": [(-33.0, 20.0)],
    "3": [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)],
    "4": [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)],
    "5": [(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)],
    "9": [(-20.0, 1.34), (-30.0, 1.66)] * 5,
    "11": [s for i in range(20) for s in ((SILENCE, 0.15 * i), (-38.0 + i, 3.0), (SILENCE, 3.0 - 0.15 * i))],
    "12": [(-20.0, 0.18), (-30.0, 0.22)] * 25,
    "14": [s for i in range(20) for s in ((SILENCE, 0.02 * i), (-38.0 + i, 0.4), (SILENCE, 0.4 - 0.02 * i))],
    **{f"10-{i + 1}": [(SILENCE, 0.15 * i), (-23.0, 3.0), (SILENCE, 1.0)] for i in range(20)},
    **{f"13-{i + 1}": [(SILENCE, 0.02 * i), (-23.0, 0.4), (SILENCE, 1.0)] for i in range(20)},
}
CASE_3342: dict[str, list[Segment]] = {
    "1": [(-20.0, 20.0), (-30.0, 20.0)],
    "2": [(-20.0, 20.0), (-15.0, 20.0)],
    "3": [(-40.0, 20.0), (-20.0, 20.0)],
    "4": [(-50.0, 20.0), (-35.0, 20.0), (-20.0, 20.0), (-35.0, 20.0), (-50.0, 20.0)],
}


def official_sha256(name: str) -> str:
    """Return the SHA-256 of an official file."""
    for line in HASHES.read_text().splitlines():
        if line.startswith(name + "\t"):
            return line.split("\t")[1]
    raise KeyError(name)


def wave_sha256(segments: list[Segment], bits: int) -> str:
    """Return the SHA-256 of the segments as the official files are written: 44-byte header, rounded half up."""
    full_scale = 32767.0 if bits == 16 else 2.0**23
    samples = np.repeat(np.floor(tone(segments) * full_scale + 0.5).astype("<i4")[:, None], 2, axis=1)
    data = samples.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
    step = 2 * bits // 8
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, RATE, RATE * step, step, bits)
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE") + fmt + struct.pack("<4sI", b"data", len(data))
    return hashlib.sha256(head + data).hexdigest()


def surround_6() -> np.ndarray:
    """Case 6: 5.0 surround, L R C Ls Rs, levels -28, -28, -24, -30, -30 dBFS."""
    return np.stack([tone([(level, 20.0)]) for level in (-28.0, -28.0, -24.0, -30.0, -30.0)], axis=1)


def steady_sine(divisor: int, phase_deg: float, amplitude: float) -> np.ndarray:
    """Cases 15 to 19: a sine at rate / divisor with the given phase."""
    n = np.arange(round(3.2 * RATE))
    line = amplitude * np.sin(2 * np.pi * n / divisor + np.radians(phase_deg))
    line *= np.clip(np.minimum(n, n[::-1]) / 480.0, 0.0, 1.0)  # faded over 10 ms: an edge would ring higher
    return np.repeat(line[:, None], 2, axis=1)


def hidden_peak(offset: int) -> np.ndarray:
    """Cases 20 to 23: at four times the rate, rate/6 at half scale with one period of full scale; band-limited,
    scaled to a true peak of 0 dBTP, and every fourth sample kept, from the given one on."""
    n = np.arange(4 * RATE)
    period = 24  # at 4 x the rate
    middle = n.size // 2 // period * period
    line = 0.5 * np.sin(2 * np.pi * n / period)
    line[middle : middle + period] *= 2.0
    line *= np.clip(np.minimum(n, n[::-1]) / 1920.0, 0.0, 1.0)
    spectrum = np.fft.rfft(line)
    hz = np.fft.rfftfreq(n.size, 1 / (4 * RATE))
    spectrum *= 0.5 + 0.5 * np.cos(np.pi * np.clip((hz - 18_000.0) / 4_000.0, 0.0, 1.0))
    fine = np.fft.irfft(np.pad(spectrum, (0, 15 * (spectrum.size - 1))), 16 * n.size) * 16.0
    line = np.fft.irfft(spectrum, n.size) / np.abs(fine).max()
    return np.repeat(line[offset::4, None], 2, axis=1)
