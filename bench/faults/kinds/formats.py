"""Where the sound comes from: 16-bit sound after a gain, lossy files."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.faults.kinds.kind import Kind, SongKind
from dsp.core.arrays import F32

BIT_DEPTH = frozenset({"bit_depth"})
LOSSY = frozenset({"lossy_source"})
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


@dataclass(frozen=True, slots=True)
class Encoded:
    """Encodes and decodes a song with ffmpeg, turned down or up by as much as a fader is afterwards."""

    ending: str
    options: tuple[str, ...]

    def __call__(self, audio: F32, rate_hz: int, rng: np.random.Generator) -> Made | None:
        """Return it decoded; None where there is no ffmpeg, or none with this encoder."""
        if shutil.which("ffmpeg") is None:
            return None
        with tempfile.TemporaryDirectory(prefix="encoded") as folder:
            first, coded, last = (Path(folder) / name for name in ("first.wav", f"coded{self.ending}", "last.wav"))
            soundfile.write(first, audio, rate_hz, "FLOAT")
            for command in ((str(first), *self.options, str(coded)), (str(coded), "-c:a", "pcm_f32le", str(last))):
                done = subprocess.run(["ffmpeg", "-v", "error", "-i", *command], check=False, capture_output=True)
                if done.returncode:
                    return None
            decoded, decoded_hz = soundfile.read(last, dtype="float32", always_2d=True)
        gain = np.float32(10 ** (rng.uniform(-12.0, 3.0) / 20))
        return np.ascontiguousarray(decoded * gain), decoded_hz, {}


def _lossy(name: str, ending: str, *options: str, least: float | None = None) -> SongKind:
    places = 20 if least is None else 60
    return SongKind(name, LOSSY, Encoded(ending, options), least, places, is_from_lossless=True)


def _same_gain(said: dict[str, float], true: dict[str, float]) -> bool:
    return said.get("real_bits") == 16.0 and abs(said.get("gain_db", 99.0) - true["gain_db"]) < 0.1


KINDS: tuple[Kind, ...] = (
    SongKind("16 bits after a gain", BIT_DEPTH, _turned, 0.95, names=_same_gain),
    SongKind("16 bits after a gain, in float", BIT_DEPTH, _turned, 0.95, names=_same_gain, subtype="FLOAT"),
    SongKind("16 bits after a gain and a pan", BIT_DEPTH, _panned, 0.95, names=_same_gain),
    SongKind("16 bits after a gain, dithered to 24", BIT_DEPTH, _dithered, 0.95, names=_same_gain),
    _lossy("from MP3, 320 kbit/s", ".mp3", "-c:a", "libmp3lame", "-b:a", "320k", least=0.8),
    _lossy("from MP3, V0", ".mp3", "-c:a", "libmp3lame", "-q:a", "0"),
    _lossy("from MP3, 128 kbit/s", ".mp3", "-c:a", "libmp3lame", "-b:a", "128k"),
    _lossy("from AAC, 256 kbit/s", ".m4a", "-c:a", "aac", "-b:a", "256k", least=0.8),
    _lossy("from AAC, 128 kbit/s", ".m4a", "-c:a", "aac", "-b:a", "128k"),
    _lossy("from Ogg Vorbis, quality 6", ".ogg", "-c:a", "libvorbis", "-q:a", "6"),
    _lossy("from Ogg Vorbis, quality 9", ".ogg", "-c:a", "libvorbis", "-q:a", "9"),
    _lossy("from Opus, 192 kbit/s", ".opus", "-c:a", "libopus", "-b:a", "192k"),
)
