"""Clipping: tops cut off, with another process after it or below the file's maximum."""

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy import signal

from bench.faults.kinds.kind import Kind, PlaceKind, Put, SongKind
from dsp.core.arrays import F32
from dsp.core.units import db_amplitude

CLIPPED = frozenset({"clipping", "cut_tops"})
PASSAGE_S = 0.2
OVER = 8  # times the rate at which a clipper inside a plug-in works

After = Callable[[F32, int, np.random.Generator], F32]


@dataclass(frozen=True, slots=True)
class Passage:
    """Clips 200 ms so many dB under their own maximum; a bus did it, the file's maximum is elsewhere."""

    drive_db: float

    def __call__(self, audio: F32, rate_hz: int, at: int, rng: np.random.Generator) -> Put | None:
        """Put it in; None where the passage holds the song's own maximum."""
        part = audio[at : at + round(PASSAGE_S * rate_hz)]
        highest = float(np.abs(part).max())
        if highest >= float(np.abs(audio).max()):
            return None
        line = np.float32(highest * db_amplitude(-self.drive_db))
        cut = np.flatnonzero((np.abs(part) > line).any(axis=1))
        np.clip(part, -line, line, out=part)
        return Put(at + int(cut[0]), at + int(cut[-1]) + 1)


@dataclass(frozen=True, slots=True)
class Song:
    """Clips a song so many dB under its maximum, then does something else to it."""

    drive_db: float
    after: After
    oversampled: bool = False

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> tuple[F32, int, dict[str, float]]:
        """Put it in."""
        line = float(np.abs(audio).max()) * float(db_amplitude(-self.drive_db))
        if self.oversampled:
            fine = np.clip(soxr.resample(audio, rate_hz, OVER * rate_hz), -line, line)
            cut = soxr.resample(fine, OVER * rate_hz, rate_hz)[: len(audio)]
        else:
            cut = np.clip(audio, -line, line)
        return self.after(np.ascontiguousarray(cut, np.float32), rate_hz, rng), rate_hz, {}


def nothing(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Leave it as it is."""
    return audio


def dithered(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Round to 16 bits with triangular dither of two steps."""
    noise = rng.random(audio.shape) - rng.random(audio.shape)
    return np.clip(np.round(audio * 32768.0 + noise) / 32768.0, -1.0, 1.0).astype(np.float32)


def turned_down(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Turn down by a gain that is no power of two."""
    return audio * np.float32(db_amplitude(-rng.uniform(0.5, 6.0)))


def resampled(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Bring to 48 kHz (or 44.1 kHz from there) and back."""
    other = 44100 if rate_hz == 48000 else 48000
    return soxr.resample(soxr.resample(audio, rate_hz, other), other, rate_hz)[: len(audio)]  # type: ignore[no-any-return]


def high_passed(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Filter as a rumble filter does: 30 Hz, second order."""
    return signal.sosfilt(signal.butter(2, 30.0, "high", fs=rate_hz, output="sos"), audio, axis=0).astype(np.float32)  # type: ignore[no-any-return]


def as_mp3(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """Encode with LAME at 320 kbit/s and decode again."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        there, coded, back = (Path(folder) / name for name in ("a.wav", "a.mp3", "b.wav"))
        soundfile.write(there, audio, rate_hz, "PCM_24")
        subprocess.run(["lame", "--quiet", "-b", "320", there, coded], check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-i", coded, "-c:a", "pcm_f32le", back], check=True)
        return soundfile.read(back, dtype="float32", always_2d=True)[0]  # type: ignore[no-any-return]


AFTERWARDS: tuple[tuple[str, After, float | None], ...] = (
    ("nothing", nothing, None),
    ("16-bit dither", dithered, 0.9),
    ("turned down", turned_down, 0.9),
    ("resampled", resampled, 0.9),
    ("high-passed at 30 Hz", high_passed, 0.9),
    ("MP3 320", as_mp3, 0.9),
)


def _song(name: str, put: Song, least: float | None) -> SongKind:
    return SongKind(name, CLIPPED, put, least, places=20 if least is None else 60)


KINDS: tuple[Kind, ...] = (
    *(
        PlaceKind(f"bus clipped below the maximum, 200 ms by {db:g} dB", CLIPPED, Passage(db), 0.9, room_s=0.5)
        for db in (3.0, 6.0)
    ),
    *(
        _song(f"clipped by {db:g} dB, then {name}", Song(db, after), least if db == 3.0 else None)
        for db in (1.0, 3.0, 6.0)
        for name, after, least in AFTERWARDS
    ),
    *(
        _song(f"clipped by 3 dB at 8 times the rate, then {name}", Song(3.0, after, True), None)
        for name, after in (("nothing", nothing), ("MP3 320", as_mp3))
    ),
)
