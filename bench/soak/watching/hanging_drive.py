# ruff: noqa: PTH102, PTH104, PTH108, PTH101, PTH208 - the calls of a file system are those of the system
"""A file system in user space that shows a folder, and hangs or fails for as long as a control file says so.

Run as ``python -m bench.soak.watching.hanging_drive BACKING MOUNT CONTROL``: while ``CONTROL`` exists, every call
waits; if it holds a number, every call answers with that error. Needs Linux, /dev/fuse, libfuse and the right to mount.
"""

import contextlib
import functools
import inspect
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LOOK_S = 0.02


def serve(backing: str, mount: str, control: str) -> None:
    """Serve until it is unmounted."""
    import mfusepy

    class HangingDrive(mfusepy.Operations):  # type: ignore[misc]
        """Everything is done in the backing folder, when the drive answers."""

        use_ns = True

        def _at(self, path: str) -> str:
            return backing + path

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            found = os.lstat(self._at(path))
            names = ("st_mode", "st_nlink", "st_size", "st_uid", "st_gid", "st_ino")
            times = {f"st_{kind}": getattr(found, f"st_{kind}_ns") for kind in ("atime", "mtime", "ctime")}
            return {name: getattr(found, name) for name in names} | times

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", *os.listdir(self._at(path))]

        def open(self, path: str, flags: int) -> int:
            return os.open(self._at(path), flags)

        def create(self, path: str, mode: int, fi: Any = None) -> int:
            return os.open(self._at(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            return os.pread(fh, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            return os.pwrite(fh, data, offset)

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            os.truncate(self._at(path) if fh is None else fh, length)
            return 0

        def release(self, path: str, fh: int) -> int:
            os.close(fh)
            return 0

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            return 0

        def mkdir(self, path: str, mode: int) -> int:
            os.mkdir(self._at(path), mode)
            return 0

        def unlink(self, path: str) -> int:
            os.unlink(self._at(path))
            return 0

        def rename(self, old: str, new: str) -> int:
            os.rename(self._at(old), self._at(new))
            return 0

        def link(self, target: str, source: str) -> int:
            os.link(self._at(source), self._at(target))
            return 0

        def chmod(self, path: str, mode: int) -> int:
            os.chmod(self._at(path), mode)
            return 0

        def utimens(self, path: str, times: Any = None) -> int:
            return 0

    for name, call in [(name, call) for name, call in vars(HangingDrive).items() if inspect.isfunction(call)]:
        if not name.startswith("_"):
            setattr(HangingDrive, name, _obeying(call, control))
    mfusepy.FUSE(HangingDrive(), mount, foreground=True, nothreads=False, attr_timeout=0, entry_timeout=0)


def _obeying(call: Callable[..., Any], control: str) -> Callable[..., Any]:
    """Return a call that waits, or fails, while the control file says so."""

    @functools.wraps(call)
    def obeying(*args: Any, **kwargs: Any) -> Any:
        while (said := _said(control)) is not None:
            if said:
                raise OSError(said, os.strerror(said))
            time.sleep(_LOOK_S)
        return call(*args, **kwargs)

    return obeying


def _said(control: str) -> int | None:
    """Return what the control file says: None when there is none, 0 to wait, else an error."""
    with contextlib.suppress(OSError):
        return int(Path(control).read_text() or "0")
    return None


if __name__ == "__main__":
    serve(*sys.argv[1:4])
