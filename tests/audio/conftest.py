"""Other programs' decoders, to hold ours against."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.reader import open_audio
from tests.audio.odd_files import Sound

Decode = Callable[[Path, int], Sound]


@pytest.fixture(scope="session")
def by_ffmpeg(program: Callable[[str], str]) -> Decode:
    """What ffmpeg decodes of a file with this many channels, in its own order of channels, which is WAVE's."""

    def decode(path: Path, channels: int = 2) -> Sound:
        codec = ["-c:a", "libopus"] if path.suffix == ".opus" else []  # its own decoder rounds otherwise
        command = [program("ffmpeg"), "-v", "error", *codec, "-i", str(path), "-f", "f64le", "-"]
        done = subprocess.run(command, capture_output=True, check=True)
        return np.frombuffer(done.stdout, "<f8").reshape(-1, channels)

    return decode


@pytest.fixture(scope="session")
def by_flac(program: Callable[[str], str]) -> Callable[[Path, Path], Sound]:
    """What flac's own decoder makes of a file, by way of a WAVE file in a folder."""

    def decode(path: Path, folder: Path) -> Sound:
        target = folder / f"{path.stem}-decoded.wav"
        subprocess.run([program("flac"), "-s", "-f", "-d", str(path), "-o", str(target)], check=True)
        return soundfile.read(target, dtype="float64", always_2d=True)[0]

    return decode


@pytest.fixture(scope="session")
def read() -> Callable[..., Sound]:
    """What our reader makes of a file, in blocks of this size; its format says the same length."""

    def decode(path: Path, frames: int = 1 << 17) -> Sound:
        with open_audio(path) as reader:
            sound = np.concatenate([np.zeros((0, reader.format.channels)), *reader.blocks(frames)])
            assert len(sound) == reader.format.frames
            return sound

    return decode
