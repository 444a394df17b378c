"""Lossless real music: tracker modules, MIDI files and LMMS songs from Debian's packages, rendered here.

What can be downloaded as sound was encoded by somebody; these were not. They are set aside in halves as the encoded
songs are (`bench.faults.music`): modules by package, the songs of the two larger collections by their names.
"""

import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import soundfile

from bench.faults.music import FOLDER, SHORTEST_S, MusicError, Track, extracted

RATE_HZ = 44100
LONGEST_S = 150  # of a song: rendering takes its time
RENDER_S = 300.0  # and ends somewhere: a few LMMS songs are slower than they sound
MODULE_ENDINGS = {".mod", ".xm", ".s3m", ".it"}
# Every second package by its name, before any of them was looked into; one may turn out to hold no modules.
MODULES = {
    "development": (
        "alex4-data",
        "bomberclone-data",
        "criticalmass-data",
        "freedroid-data",
        "heroes-sound-tracks",
        "luola-data",
        "milkytracker",
        "overgod-data",
        "pingus-data",
        "rafkill-data",
        "tuxmath-data",
        "xblast-tnt-musics",
    ),
    "held-out": (
        "alienblaster-data",
        "circuslinux-data",
        "dodgindiamond2",
        "garden-of-coloured-lights-data",
        "ketm-data",
        "kraptor-data",
        "madbomber-data",
        "njam-data",
        "pachi-data",
        "powermanga-data",
        "tecnoballz-data",
        "wing-data",
    ),
}
MIDI, SOUNDFONT, LMMS = "openttd-openmsx", "timgm6mb-soundfont", "lmms-common"


def rendered_tracks(of: str) -> tuple[list[Track], list[str]]:
    """Return the rendered songs of a set (``development`` or ``held-out``), and a line for each kind left out and why.

    Renders what is missing, 32-bit float; a song that is shorter than half a minute or cannot be rendered is left out.
    """
    found: list[Track] = []
    lacking = []
    for kind, program, sources in (
        ("tracker modules", "openmpt123", _modules),
        ("MIDI files", "fluidsynth", _midi),
        ("LMMS songs", "lmms", _lmms),
    ):
        if shutil.which(program) is None:
            lacking.append(f"{kind} are left out: {program} is not installed (in Debian the package {program})")
            continue
        try:
            found += [t for package, path in sources(of) if (t := _track(package, path, program)) is not None]
        except MusicError as error:
            lacking.append(f"{kind} are left out: {error}")
    return found, lacking


def _modules(of: str) -> Iterator[tuple[str, Path]]:
    for package in MODULES[of]:
        for path in sorted(extracted(package).rglob("*")):
            if path.suffix.lower() in MODULE_ENDINGS and path.is_file() and not path.is_symlink():
                yield package, path


def _midi(of: str) -> Iterator[tuple[str, Path]]:
    extracted(SOUNDFONT)
    yield from _half(MIDI, of, {".mid"})


def _lmms(of: str) -> Iterator[tuple[str, Path]]:
    yield from _half(LMMS, of, {".mmpz", ".mmp"}, within="demos")


def _half(package: str, of: str, endings: set[str], within: str = "") -> Iterator[tuple[str, Path]]:
    for path in sorted(extracted(package).rglob("*")):
        there = path.suffix.lower() in endings and path.is_file() and within in (*path.parts[:-1], "")
        if there and (zlib.crc32(path.name.encode()) % 2 == 1) == (of == "held-out"):
            yield package, path


def _track(package: str, source: Path, program: str) -> Track | None:
    """Return a song as it was rendered, now or before; None where that gave no song."""
    target = FOLDER / "rendered" / package / f"{source.name}.wav"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(".half.wav")
        command = _command(program, source, half)
        try:
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
            subprocess.run(command, check=True, capture_output=True, timeout=RENDER_S, env=environment)
            _kept(half, target)
        except (subprocess.SubprocessError, OSError, soundfile.LibsndfileError):
            target.touch()  # not again
        half.unlink(missing_ok=True)
    if target.stat().st_size == 0 or soundfile.info(target).duration < SHORTEST_S:
        return None
    return Track(package, source.stem, target, is_lossless=True)


def _kept(rendered: Path, target: Path) -> None:
    audio, rate_hz = soundfile.read(rendered, frames=LONGEST_S * RATE_HZ, dtype="float32", always_2d=True)
    soundfile.write(target, audio, rate_hz, "FLOAT")


def _command(program: str, source: Path, target: Path) -> list[str]:
    if program == "openmpt123":
        wanted = ["--float", "--samplerate", str(RATE_HZ), "--end-time", str(LONGEST_S), "--output", str(target)]
        return [program, "--batch", "--quiet", *wanted, str(source)]
    if program == "fluidsynth":
        soundfont = next(extracted(SOUNDFONT).rglob("*.sf2"))
        return [
            program,
            "-ni",
            "-r",
            str(RATE_HZ),
            "-T",
            "wav",
            "-O",
            "float",
            "-F",
            str(target),
            str(soundfont),
            str(source),
        ]
    root = ["--allowroot"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    return [program, *root, "render", str(source), "-f", "wav", "-a", "-s", str(RATE_HZ), "-o", str(target)]
