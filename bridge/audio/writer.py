"""Writing sound files so that a name holds either the whole file or nothing, and nothing existing is ever overwritten.

A file grows under a hidden temporary name in the same folder, is flushed to the disk, and takes its final name by a
link, which fails when the name is taken. Temporary files of writers that died are removed by the next writer of the
same name.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bridge.audio.kinds import BY_MASTER_ENDING, ENCODINGS
from bridge.audio.pcm import packed
from bridge.errors import AudioFileError
from bridge.filelock import is_abandoned, try_lock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEMPORARY_SUFFIX = ".part"
_ADD_PEAK_CHUNK = 0x1050  # libsndfile's SFC_SET_ADD_PEAK_CHUNK: the chunk holds the time of day
_WAV_LIMIT_BYTES = 4_000_000_000


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
        if container == "WAV" and frames * channels * _bytes_per_sample(subtype) > _WAV_LIMIT_BYTES:
            container = "RF64"
        _remove_stale(path)
        writer = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.temporary: Path = path.with_name(f"{_prefix(path)}{writer}{TEMPORARY_SUFFIX}")
        self._subtype = subtype
        self._plain = container in ("WAV", "RF64")
        self._sound: Any = None
        self._handle: int | None = None
        self._lock: int | None = None  # held as long as the temporary file is ours, also while it is measured
        self._made = False
        try:
            # a handle of our own: the system's reasons instead of libsndfile's, and names of any bytes
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._handle = os.open(self.temporary, flags, 0o666)
            self._made = True
            self._lock = os.dup(self._handle)
            try_lock(self._lock)
            self._sound = soundfile.SoundFile(
                self._handle,
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
            self.discard()
            raise AudioFileError(_cannot_write(path, error)) from error

    def set_texts(self, texts: dict[str, str]) -> None:
        """Set libsndfile's text fields (title, artist, copyright, software, comment, date, album, genre ...)."""
        for name, value in texts.items():
            setattr(self._sound, name, value)

    def write(self, block: "NDArray[np.float64] | NDArray[np.float32] | NDArray[np.int32]") -> None:
        """Append a block of shape (frames, channels)."""
        try:
            data = packed(block, self._subtype) if self._plain and block.dtype.name == "int32" else None
            if data is None:
                self._sound.write(block)
            else:
                self._write_bytes(data)
        except (OSError, RuntimeError, AssertionError) as error:
            self.discard()
            raise AudioFileError(_cannot_write(self.path, error)) from error

    def _write_bytes(self, data: "NDArray[np.uint8]") -> None:
        from soundfile import _ffi, _snd

        written = _snd.sf_write_raw(self._sound._file, _ffi.from_buffer(data), data.size)  # noqa: SLF001
        if written != data.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> Path:
        """Finish the file under its temporary name, on the disk; return that name, for measuring."""
        try:
            sound, self._sound = self._sound, None
            sound.close()
            if self._handle is not None:
                os.fsync(self._handle)
                handle, self._handle = self._handle, None
                os.close(handle)
        except (OSError, RuntimeError, AssertionError) as error:
            self.discard()
            raise AudioFileError(_cannot_write(self.path, error)) from error
        return self.temporary

    def publish(self) -> Path:
        """Give the closed file its final name, or the next free one; return it.

        A file of the same bytes that is already there is adopted: the same work done twice is one file.
        """
        return _publish(self.temporary, self.path)

    def discard(self) -> None:
        """Remove the temporary file."""
        if self._sound is not None:
            sound, self._sound = self._sound, None
            # it is thrown away, and what could not be written has been reported
            with contextlib.suppress(OSError, RuntimeError, AssertionError):
                sound.close()
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)
        if self._made:
            self.temporary.unlink(missing_ok=True)
        if self._lock is not None:
            lock, self._lock = self._lock, None
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def copy_file(source: Path, path: Path) -> Path:
    """Copy a finished sound file to another name, with the same care: whole or not at all, nothing overwritten."""
    temporary = path.with_name(f"{_prefix(path)}{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        with source.open("rb") as given, temporary.open("xb") as made:
            try_lock(made.fileno())
            shutil.copyfileobj(given, made, 1 << 20)
            made.flush()
            os.fsync(made.fileno())
            return _publish(temporary, path)
    except OSError as error:
        raise AudioFileError(_cannot_write(path, error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> Path:
    try:
        for name in _names(path):
            if _take_name(temporary, name) or _same_bytes(temporary, name):
                temporary.unlink(missing_ok=True)
                _sync_folder(name.parent)
                return name
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise AudioFileError(_cannot_write(path, error)) from error
    raise AssertionError("unreachable: there is always a next name")


def _prefix(path: Path) -> str:
    """Return what every temporary name of this file starts with; short enough for the rest."""
    return f".{os.fsdecode(os.fsencode(path.name)[:180])}."


def _bytes_per_sample(subtype: str) -> int:
    return {"PCM_16": 2, "PCM_24": 3, "DOUBLE": 8}.get(subtype, 4)


def _names(path: Path) -> Iterator[Path]:
    """Yield the name itself, then ``name (2)``, ``name (3)`` ..."""
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1


def _take_name(temporary: Path, name: Path) -> bool:
    """Give the temporary file this name unless it is taken; False when it is."""
    try:
        os.link(temporary, name)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}:
            raise
        return _take_name_without_links(temporary, name)
    return True


def _take_name_without_links(temporary: Path, name: Path) -> bool:
    """On file systems without links: claim the name with an empty file, then replace our own claim."""
    try:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    os.replace(temporary, name)  # noqa: PTH105 - Path.replace says the same less plainly
    return True


def _same_bytes(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        return hashlib.file_digest(a, "sha256").digest() == hashlib.file_digest(b, "sha256").digest()


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be synced."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems cannot; the file itself is on the disk
    finally:
        os.close(handle)


def _remove_stale(path: Path) -> None:
    """Remove temporary files of this name whose writer no longer lives."""
    prefix = _prefix(path)
    for leftover in path.parent.iterdir():
        if not (leftover.name.startswith(prefix) and leftover.name.endswith(TEMPORARY_SUFFIX)):
            continue
        if is_abandoned(leftover):
            leftover.unlink(missing_ok=True)


def _cannot_write(path: Path, error: Exception) -> str:
    text = str(getattr(error, "error_string", "") or getattr(error, "strerror", "") or error) or "the disk may be full"
    full = isinstance(error, AssertionError) or (
        isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    )
    remedy = "Free some space or choose another folder." if full else "Check the folder's permissions and free space."
    return f"{path.name} cannot be written in {path.parent} ({' '.join(text.split()).rstrip('.')}). {remedy}"
