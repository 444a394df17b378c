"""Real music to listen to: released songs from Debian's packages, downloaded, never committed.

Half of the packages were set aside before any detector was written against the other half: `HELD_OUT` is measured for
the document and for nothing else, and no threshold is chosen on it.
"""

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from dsp.core.arrays import F32

FOLDER = Path(__file__).parent.parent.parent / ".bench" / "music"
ENDINGS = {".ogg", ".mp3", ".opus", ".flac"}
SHORTEST_S = 30.0  # a jingle is no song
PEAK = 10 ** (-6 / 20)  # where every song is put: what is added has room

DEVELOPMENT = ("asc-music", "drascula-music", "fb-music-high", "hyperrogue-music")
HELD_OUT = ("planetblupi-music-ogg", "ufoai-music", "warzone2100-music")
SETS = {"development": DEVELOPMENT, "held-out": HELD_OUT}


class MusicError(Exception):
    """The music cannot be had here."""


@dataclass(frozen=True, slots=True)
class Track:
    """A song on disk, by the package it comes from and its name there."""

    package: str
    name: str
    path: Path
    is_lossless: bool = False


def tracks(of: str) -> list[Track]:
    """Return the songs of a set (``development`` or ``held-out``), in order of their names; downloads what is missing.

    Raises MusicError where the packages cannot be downloaded: that needs `apt-get` and `dpkg-deb`, and no rights.
    """
    found: dict[tuple[str, str], Track] = {}
    for package in SETS[of]:
        for path in sorted(extracted(package).rglob("*")):
            # The same file under two names is one song.
            is_sound = path.suffix.lower() in ENDINGS and path.is_file() and not path.is_symlink()
            if is_sound and soundfile.info(path).duration >= SHORTEST_S:
                found.setdefault((package, path.stem), Track(package, path.stem, path))
    return list(found.values())


def load(track: Track, seconds: float | None = None) -> tuple[F32, int]:
    """Return a song as ``(frames, 2)`` with its largest sample at `PEAK`, and its rate in Hz.

    ``seconds`` takes so much from its middle. A mono song has two equal channels.
    """
    with soundfile.SoundFile(track.path) as file:
        rate_hz = int(file.samplerate)
        count = -1
        if seconds is not None and file.frames > seconds * rate_hz:
            file.seek(int((file.frames - seconds * rate_hz) / 2))
            count = int(seconds * rate_hz)
        audio = file.read(count, dtype="float32", always_2d=True)
    audio = audio[:, :2] if audio.shape[1] > 1 else np.repeat(audio, 2, axis=1)
    highest = float(np.abs(audio).max(initial=0.0))
    return np.ascontiguousarray(audio * np.float32(PEAK / highest if highest else 1.0)), rate_hz


def extracted(package: str) -> Path:
    """Return the folder with a package's files; downloads it first. Raises MusicError where that cannot be done."""
    folder = FOLDER / package
    if folder.is_dir():
        return folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    half = Path(f"{folder}.new")
    try:
        subprocess.run(["apt-get", "download", "-q", package], cwd=FOLDER, check=True, capture_output=True)
        deb = next(FOLDER.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", deb, half], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise MusicError(f"{package} cannot be downloaded: it needs Debian's apt-get and dpkg-deb ({error})") from error
    deb.unlink()
    for archive in half.rglob("*.pk3"):  # a game's own archive is a ZIP file
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(archive.with_suffix(""))
    half.rename(folder)
    return folder
