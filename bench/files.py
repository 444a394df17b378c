"""Bench files: the demo's song, repeated to the length wanted, the same to the bit every time."""

from pathlib import Path

import numpy as np
import soundfile

from bridge.demo import compose

_GAINS = (1.0, 0.7, 0.85, 0.5)  # repetitions differ in level, as verses do
PEAK = 0.5  # -6 dBFS, as mixes are handed over


def song_file(folder: Path, rate_hz: int, seconds: float) -> Path:
    """Write (or find) a stereo 24-bit WAV file of this rate and length and return its path."""
    path = folder / f"song-{rate_hz}-{seconds:g}s.wav"
    frames = round(rate_hz * seconds)
    if path.exists() and soundfile.info(path).frames == frames:
        return path
    song = compose(rate_hz).mix
    song = (song * (PEAK / np.abs(song).max())).astype(np.float32)
    with soundfile.SoundFile(path, "w", rate_hz, 2, subtype="PCM_24") as file:
        written = repetition = 0
        while written < frames:
            part = song[: frames - written] * np.float32(_GAINS[repetition % len(_GAINS)])
            file.write(part)
            written += part.shape[0]
            repetition += 1
    return path
