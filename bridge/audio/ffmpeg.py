"""AAC and ALAC, which libsndfile does not know: decoded by ffmpeg, where that is installed.

The whole sound is written once into a file of its own that has no name and is gone when it is closed; from there it is
read like any other, its channels in ffmpeg's order, which is WAVE's.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from bridge.audio.containers.base import ContainerError, Window
from bridge.audio.containers.mpeg4 import Mpeg4

CODECS = {b"mp4a": "AAC", b"alac": "ALAC", b"fLaC": "FLAC", b"Opus": "OPUS", b"ac-3": "AC3", b"ec-3": "EAC3"}
_AS_IT_IS = "Bounce to WAV, AIFF or FLAC, or install ffmpeg (https://ffmpeg.org), which such files are read with."
_QUIET = ("-nostdin", "-v", "error", "-xerror")
_TITLES: dict[Mpeg4, str] = {
    "MP4": "an MP4 file (AAC or ALAC)",
    "ADTS": "an AAC file",
    "CAF": "a CAF file (AAC or ALAC)",
}


def codec_of(window: Window, kind: Mpeg4) -> str:
    """Return what the first sound of a file is coded as: AAC, ALAC, or another; MP4 where it does not say."""
    if kind == "ADTS":
        return "AAC"
    if kind == "CAF":
        return "ALAC" if window.find(b"alac", 0, 64) >= 0 else "AAC"
    at = -1
    while (at := window.find(b"stsd", at + 1, window.size)) >= 0:  # 14496-12, 8.5.2: sample descriptions
        name = window.at(at + 16, 4)
        if name in CODECS:
            return CODECS[name]
    return "MP4"


def decoded(path: Path, kind: Mpeg4) -> IO[bytes]:
    """Return an open WAVE file with the first sound of a file, in 32-bit floats; integers up to 24 bit fit in.

    Raises ContainerError where ffmpeg is missing, or stumbles over anything at all: it would go on without it.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise ContainerError(f"is {_TITLES[kind]}, and ffmpeg is not installed", _AS_IT_IS)
    target = tempfile.TemporaryFile(prefix="freshears-", suffix=".wav", buffering=0)  # noqa: SIM115 - the caller closes it
    name = f"file:{path.absolute()}"
    source = ("-i", name, "-map", "0:a:0")
    command = [program, *_QUIET, *source, "-c:a", "pcm_f32le", "-f", "wav", "-"]
    try:
        done = subprocess.run(command, stdout=target, stderr=subprocess.PIPE, check=False)
        said = " ".join(done.stderr.decode("utf-8", "replace").replace(f"{name}: ", "").split())
        if done.returncode or said:
            reason = said.rpartition("] ")[2][:120].rstrip(". ") or f"ffmpeg ended with {done.returncode}"
            raise ContainerError(f"cannot be decoded ({reason})")
    except BaseException:
        target.close()
        raise
    return target
