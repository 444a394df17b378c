"""Writing sound files so that a name holds either the whole file or nothing, and nothing existing is ever overwritten.

How a file grows under a temporary name and takes a free one is told in ``bridge.files``.
"""

import contextlib
import errno
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bridge.audio.kinds import BY_MASTER_ENDING, ENCODINGS
from bridge.audio.pcm import packed
from bridge.errors import AudioFileError
from bridge.files import PartFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ADD_PEAK_CHUNK = 0x1050  # libsndfile's SFC_SET_ADD_PEAK_CHUNK: the chunk holds the time of day
_WAV_LIMIT_BYTES = 4_000_000_000
_AIFF_LIMIT_BYTES = _WAV_LIMIT_BYTES  # AIFF 1.3 counts with 32 bits as well, and has no longer kind
_COPIED_BYTES = 1 << 20
_AS_GOOD_AS_FULL_BYTES = 1 << 16  # ours: no sound file is as small


class AudioWriter:
    """A sound file being written; a context manager that leaves nothing behind unless `publish` was called.

    Parameters
    ----------
    path : final name; its folder must exist. The container follows from the ending.
    rate_hz, channels, subtype : as libsndfile names them (PCM_16, PCM_24, FLOAT, VORBIS, OPUS, MPEG_LAYER_III).
    frames : expected length; decides between WAV and RF64.

    Raises AudioFileError naming the file and the remedy.
    """

    def __init__(self, path: Path, *, rate_hz: int, channels: int, subtype: str, frames: int) -> None:
        import soundfile

        self.path = path
        if not path.parent.is_dir():
            raise AudioFileError(f"The folder {path.parent} does not exist. Make it, or name another.")
        kind = BY_MASTER_ENDING.get(path.suffix.lower())
        if kind is None:
            raise AudioFileError(f"{path.name}: unknown ending. Possible are {', '.join(BY_MASTER_ENDING)}.")
        container = kind.container
        length = frames * channels * _bytes_per_sample(subtype)
        if container == "WAV" and length > _WAV_LIMIT_BYTES:
            container = "RF64"
        if container == "AIFF" and length > _AIFF_LIMIT_BYTES:
            raise AudioFileError(
                f"{path.name} would be {length / 1e9:.1f} GB long, and AIFF holds 4 GB at most. Take .wav or .flac."
            )
        self._subtype = subtype
        self._plain = container in ("WAV", "RF64")
        self._sound: Any = None
        self._part: PartFile | None = None
        try:
            self._part = PartFile(path)
            # a handle of our own: the system's reasons instead of libsndfile's, and names of any bytes
            self._sound = soundfile.SoundFile(
                self._part.handle,
                "w",
                rate_hz,
                channels,
                subtype=subtype,
                format=container,
                closefd=False,
                compression_level=ENCODINGS[subtype].compression if subtype in ENCODINGS else None,
                bitrate_mode="CONSTANT" if subtype == "MPEG_LAYER_III" else None,
            )
            soundfile._snd.sf_command(self._sound._file, _ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)  # noqa: SLF001
        except (OSError, RuntimeError, ValueError) as error:
            refused = _refusal(path, error)  # first: what is thrown away makes room
            self.discard()
            raise refused from refused.__cause__

    def write(self, block: "NDArray[np.float64] | NDArray[np.float32] | NDArray[np.int32]") -> None:
        """Append a block of shape (frames, channels)."""
        try:
            data = packed(block, self._subtype) if self._plain and block.dtype.name == "int32" else None
            if data is None:
                self._sound.write(block)
            else:
                self._write_bytes(data)
        except (OSError, RuntimeError, AssertionError) as error:
            refused = _refusal(self.path, error)  # first: what is thrown away makes room
            self.discard()
            raise refused from refused.__cause__

    def _write_bytes(self, data: "NDArray[np.uint8]") -> None:
        from soundfile import _ffi, _snd

        written = _snd.sf_write_raw(self._sound._file, _ffi.from_buffer(data), data.size)  # noqa: SLF001
        if written != data.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> Path:
        """Finish the file under its temporary name, on the disk; return that name, for measuring."""
        part = self._opened()
        try:
            sound, self._sound = self._sound, None
            if sound is not None:
                sound.close()
            return part.close()
        except (OSError, RuntimeError, AssertionError) as error:
            refused = _refusal(self.path, error)  # first: what is thrown away makes room
            self.discard()
            raise refused from refused.__cause__

    def publish(self) -> Path:
        """Give the closed file its final name, or the next free one; return it.

        A file of the same bytes that is already there is adopted: the same work done twice is one file.
        """
        try:
            return self._opened().claim(adopt_same=True)
        except OSError as error:
            refused = _refusal(self.path, error)  # first: what is thrown away makes room
            self.discard()
            raise refused from refused.__cause__

    def discard(self) -> None:
        """Remove the temporary file."""
        if self._sound is not None:
            sound, self._sound = self._sound, None
            # it is thrown away, and what could not be written has been reported
            with contextlib.suppress(OSError, RuntimeError, AssertionError):
                sound.close()
        if self._part is not None:
            self._part.discard()

    def _opened(self) -> PartFile:
        if self._part is None:
            raise ValueError("the file was never opened")
        return self._part

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def copy_file(source: Path, path: Path) -> Path:
    """Copy a finished sound file to another name, with the same care: whole or not at all, nothing overwritten."""
    try:
        with source.open("rb") as given, PartFile(path) as made:
            while block := given.read(_COPIED_BYTES):
                made.write(block)
            return made.claim(adopt_same=True)
    except OSError as error:
        raise _refusal(path, error) from error


def _bytes_per_sample(subtype: str) -> int:
    return {"PCM_16": 2, "PCM_24": 3, "DOUBLE": 8}.get(subtype, 4)


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _AS_GOOD_AS_FULL_BYTES
    except OSError:
        return False


def _refusal(path: Path, error: Exception) -> AudioFileError:
    """Return what is raised when a file cannot be written, with the system's own reason as its cause."""
    text = str(getattr(error, "error_string", "") or getattr(error, "strerror", "") or error) or "the disk may be full"
    full = isinstance(error, AssertionError) or (
        isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    )
    if text.startswith("System error"):  # libsndfile keeps to itself which one
        full = _is_full(path.parent)
        text = os.strerror(errno.ENOSPC) if full else "the system does not say why"
    remedy = "Free some space or choose another folder." if full else "Check the folder's permissions and free space."
    reason = " ".join(text.split()).rstrip(".")
    refused = AudioFileError(f"{path.name} cannot be written in {path.parent} ({reason}). {remedy}")
    hidden = full and not isinstance(error, OSError)
    refused.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if hidden else error
    return refused
