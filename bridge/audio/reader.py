"""Reading sound files block by block, exactly and whole, with every failure as one line that names file and remedy.

`bridge.audio.containers.contents` counts what the file holds, `bridge.audio.decoder` decodes it and holds the two
against each other; this module opens the file and watches that it does not change while it is read. Samples come as
float32 where that holds them exactly (integer formats up to 24 bit, float files), as float64 otherwise; channels in the
order of `bridge.audio.containers.layout`.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from bridge.audio.containers.base import ContainerError, Window
from bridge.audio.containers.contents import contents_of
from bridge.audio.containers.mpeg4 import Mpeg4, caf_frames, check_mpeg4, mpeg4_kind
from bridge.audio.decoder import Decoder, reason_of
from bridge.audio.ffmpeg import codec_of, decoded
from bridge.errors import AudioFileError
from bridge.pathtext import to_text
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.audio.decoder import Audio

BLOCK_FRAMES = 1 << 17  # ours: 3 s at 44.1 kHz; large enough that Python's share is nothing, small enough for memory
MAX_BLOCK_SAMPLES = 1 << 21  # ours: bounds the memory of a block with many channels

_HASH_BYTES = 1 << 20


class AudioReader:
    """An open sound file; a context manager. Made by `open_audio`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open_regular(path)
        self._sound: IO[bytes] | None = None  # in a file of its own, where libsndfile does not know the path's kind
        try:
            self._before = os.fstat(self._file.fileno())
            if self._before.st_size == 0:
                raise AudioFileError(f"{_name(path)} is empty (0 bytes). Bounce it again.")
            self._decoder = self._decode()
        except ContainerError as error:
            self.close()
            raise _refusal(path, error) from error
        except OSError as error:
            self.close()
            raise AudioFileError(f"{_name(path)} vanished while it was opened ({reason_of(error)}).") from error
        except BaseException:
            self.close()
            raise
        self.format = self._decoder.format

    def _decode(self) -> Decoder:
        window = Window(self._file, self._before.st_size)
        kind = mpeg4_kind(window)
        if kind in (None, "CAF"):
            contents = contents_of(self._file, self._before.st_size)
            try:
                return Decoder(self._file, self.path, contents)
            except ContainerError:
                if kind is None:  # ALAC in CAF is read where libsndfile knows its flavour
                    raise
        return self._decode_mpeg4(window, kind)

    def _decode_mpeg4(self, window: Window, kind: Mpeg4) -> Decoder:
        """Have a file decoded into another, and hold its length against what the container says."""
        check_mpeg4(window, kind)
        self._sound = decoded(self.path, kind)
        contents = contents_of(self._sound, os.fstat(self._sound.fileno()).st_size)
        decoder = Decoder(self._sound, self.path, replace(contents, container=kind, subtype=codec_of(window, kind)))
        promised = caf_frames(window) if kind == "CAF" else None
        if promised is not None and decoder.format.frames not in promised:
            raise ContainerError(f"holds {decoder.format.frames} frames, its header promises {promised.stop - 1}")
        return decoder

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator["Audio"]:
        """Yield the file from its start in C-contiguous blocks of shape (n, channels), ``n`` at most ``frames``.

        Raises AudioFileError when the file ends before the frames that were counted, cannot be decoded, or changed
        since it was opened.
        """
        if frames < 1:
            raise ValueError(f"frames is {frames}, allowed is 1 or more")
        try:
            yield from self._decoder.blocks(max(1, min(frames, MAX_BLOCK_SAMPLES // self.format.channels)))
        except ContainerError as error:
            raise _refusal(self.path, error) from error
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
            yield from self._decoder.excerpts((n * last // max(count - 1, 1) for n in range(count)), frames)
        except ContainerError as error:
            raise _refusal(self.path, error) from error

    def sha256(self) -> str:
        """Return the SHA-256 of the file's bytes, as lower-case hexadecimal digits."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_HASH_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise AudioFileError(f"{_name(self.path)} vanished while it was read ({reason_of(error)}).") from error
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
        if self._sound is not None:
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


def _refusal(path: Path, error: ContainerError) -> AudioFileError:
    return AudioFileError(f"{_name(path)} {error}. {error.remedy}")


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
        raise AudioFileError(f"{_name(path)} cannot be opened ({reason_of(error)}).") from error
