"""Reading sound files block by block, exactly, with every failure as one line that names file and remedy.

libsndfile decodes; this module opens the file, checks that the header and the length agree, and watches that the file
does not change while it is read. Samples come as float32 where that holds them exactly (integer formats up to 24 bit,
float files), as float64 otherwise.
"""

import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from bridge.audio.pcm import plain_samples
from bridge.audio.probe import probe
from bridge.errors import AudioFileError
from bridge.model import AudioFormat
from bridge.pathtext import to_text
from bridge.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Audio = NDArray[np.float32] | NDArray[np.float64]

BLOCK_FRAMES = 1 << 17  # ours: 3 s at 44.1 kHz; large enough that Python's share is nothing, small enough for memory
MAX_BLOCK_SAMPLES = 1 << 21  # ours: bounds the memory of a block with many channels

_WIDE = {"PCM_32", "DOUBLE", "ALAC_32"}  # more than float32 holds
_HASH_BYTES = 1 << 20


class AudioReader:
    """An open sound file; a context manager. Made by `open_audio`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open_regular(path)
        try:
            self._before = os.fstat(self._file.fileno())
            if self._before.st_size == 0:
                raise AudioFileError(f"{_name(path)} is empty (0 bytes). Bounce it again.")
            _check_length(path)
            self._sound = _open_sound(self._file, path)
        except BaseException:
            self._file.close()
            raise
        rate_hz, frames = int(self._sound.samplerate), int(self._sound.frames)
        self.format = AudioFormat(
            rate_hz=rate_hz,
            channels=int(self._sound.channels),
            frames=frames,
            subtype=str(self._sound.subtype),
            container=str(self._sound.format),
            duration_s=frames / rate_hz,
        )

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator["Audio"]:
        """Yield the file from its start in C-contiguous blocks of shape (n, channels), ``n`` at most ``frames``.

        Raises AudioFileError when the file ends before the frames its header promises, cannot be decoded, or changed
        since it was opened.
        """
        if frames < 1:
            raise ValueError(f"frames is {frames}, allowed is 1 or more")
        step = max(1, min(frames, MAX_BLOCK_SAMPLES // self.format.channels))
        dtype = "float64" if self.format.subtype in _WIDE else "float32"
        done = 0
        try:
            # Header and descriptor position belong to libsndfile; a plain file's samples are read past it.
            plain = plain_samples(self._file, self.format.subtype, self.format.channels, self.format.frames)
            if plain is None:
                self._sound.seek(0)
            while done < self.format.frames:
                count = min(step, self.format.frames - done)
                block = plain.read(done, count) if plain else self._sound.read(count, dtype=dtype, always_2d=True)
                if block.shape[0] == 0:
                    break
                done += block.shape[0]
                yield block
        except (RuntimeError, OSError) as error:
            raise AudioFileError(
                f"{_name(self.path)} cannot be decoded after {done / self.format.rate_hz:.1f} s "
                f"({_reason(error)}). Bounce it again."
            ) from error
        if done < self.format.frames:
            raise AudioFileError(
                f"{_name(self.path)} ends at {done / self.format.rate_hz:.1f} s, its header promises "
                f"{self.format.duration_s:.1f} s. Bounce it again."
            )
        self._check_unchanged()

    def excerpts(self, count: int, frames: int) -> Iterator["Audio"]:
        """Yield up to ``count`` stretches of ``frames`` frames, spread evenly; none of a file that is shorter.

        Raises AudioFileError when the file cannot be decoded there.
        """
        last = self.format.frames - frames
        if last < 0:
            return
        count = max(1, min(count, self.format.frames // max(frames, 1)))
        try:
            for number in range(count):
                self._sound.seek(number * last // max(count - 1, 1))
                yield self._sound.read(frames, dtype="float32", always_2d=True)
        except (RuntimeError, OSError) as error:
            raise AudioFileError(
                f"{_name(self.path)} cannot be decoded ({_reason(error)}). Bounce it again."
            ) from error

    def sha256(self) -> str:
        """Return the SHA-256 of the file's bytes, as lower-case hexadecimal digits."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_HASH_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise AudioFileError(f"{_name(self.path)} vanished while it was read ({_reason(error)}).") from error
        self._check_unchanged()
        return digest.hexdigest()

    def _check_unchanged(self) -> None:
        """Raise AudioFileError when the path no longer names the file as it was opened."""
        try:
            current = self.path.stat()
        except OSError as error:
            raise AudioFileError(f"{_name(self.path)} vanished while it was read. Bounce it again.") from error
        same = (current.st_size, current.st_mtime_ns) == (self._before.st_size, self._before.st_mtime_ns)
        if not same or (current.st_ino, current.st_dev) != (self._before.st_ino, self._before.st_dev):
            raise AudioFileError(f"{_name(self.path)} changed while it was read. Try again when it is finished.")

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._sound.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_audio(path: Path) -> AudioReader:
    """Open a sound file for reading.

    Raises AudioFileError for whatever is not a readable sound file: missing, a folder, no permission, empty,
    truncated, header longer than the data, not audio. A valid file of 0 frames opens.
    """
    return AudioReader(path)


def _name(path: Path) -> str:
    """Return the path on one line, whatever bytes or control characters its name has."""
    return printable(to_text(path))


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = getattr(error, "error_string", text)  # libsndfile's own words, without the descriptor's number
    return " ".join(text.split()).rstrip(".")


def _open_regular(path: Path) -> IO[bytes]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise AudioFileError(f"{_name(path)} is a folder, not a sound file. Name the file inside it.")
        if not stat.S_ISREG(mode):
            raise AudioFileError(f"{_name(path)} is not a regular file. Copy the sound into a file first.")
        return path.open("rb", buffering=0)  # libsndfile shares the descriptor and its position
    except FileNotFoundError as error:
        raise AudioFileError(f"{_name(path)} does not exist. Check the name and the folder.") from error
    except PermissionError as error:
        raise AudioFileError(f"{_name(path)} may not be read. Change its permissions.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise AudioFileError(f"{_name(path)} cannot be opened ({_reason(error)}).") from error


def _open_sound(file: IO[bytes], path: Path) -> Any:
    import soundfile  # libsndfile loads in 0.1 s: only when a file is read

    try:
        # By descriptor: any bytes in the name, and the file we checked is the file we read. On Windows descriptors
        # do not cross into the library.
        if sys.platform == "win32":
            return soundfile.SoundFile(str(path), "r")
        return soundfile.SoundFile(file.fileno(), "r", closefd=False)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        raise AudioFileError(
            f"{_name(path)} is not a sound file we can read ({_reason(error)}). "
            "Bounce to WAV, AIFF or FLAC; a renamed file keeps its old contents."
        ) from error


def _check_length(path: Path) -> None:
    """Raise AudioFileError when the header promises more than the file has (libsndfile would quietly shorten it)."""
    try:
        found = probe(path)
    except OSError as error:
        raise AudioFileError(f"{_name(path)} vanished while it was opened ({_reason(error)}).") from error
    if found.state == "incomplete":
        raise AudioFileError(f"{_name(path)} is not complete: {found.reason}. Bounce it again.")
