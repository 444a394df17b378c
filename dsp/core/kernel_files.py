"""Where the machine code of kernels is kept: the one module of `dsp` that touches files, as numba's own cache does.

It lies beside numba's own cache files (``__pycache__``, or the user's cache folder where that cannot be written); a
checksum guards against damaged files. Processes that start at once compile a kernel once: the others wait for its file.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_MAGIC = b"fresh-ears kernel 1\n"
_LOOK_S, _LOOKS = 0.02, 1500  # ours: half a minute, ten times what the slowest kernel takes; then everybody compiles


class KernelFiles:
    """The file of one kernel for one set of argument types, in the first folder where it is or can be."""

    def __init__(self, source: Path, name: str) -> None:
        """Name the file.

        Parameters
        ----------
        source : Path
            The module the kernel stands in.
        name : str
            A file name that changes with everything the machine code depends on.
        """
        self._paths = [folder / name for folder in _folders(source)]

    def read(self) -> tuple[dict[str, Any], bytes] | None:
        """Return the description and the machine code; None when there is no file, or a damaged one."""
        found = (_read(path) for path in self._paths)
        return next((code for code in found if code is not None), None)

    def write(self, description: dict[str, Any], machine_code: bytes) -> None:
        """Keep machine code in the first folder that can be written, if there is one.

        Parameters
        ----------
        description : dict
            What is needed to call it; comes back as it was, if JSON can say it.
        machine_code : bytes
            An object file.
        """
        any(_write(path, description, machine_code) for path in self._paths)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the one process that is in such a block for this file; where that cannot be had, go on without."""
        descriptor, path = -1, self._paths[0]
        for path in (p.with_name(f".{p.stem}.lock") for p in self._paths):
            with suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                break
        try:
            if descriptor >= 0:
                _wait_for(descriptor)
            yield
        finally:
            if descriptor >= 0:
                with suppress(OSError):  # who waits has it open, and finds the machine code
                    path.unlink(missing_ok=True)
                os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    """Lock an open file; the system frees it when it is closed, however its process ends. Who is held up gives up."""
    try:
        import fcntl
    except ImportError:  # Windows, where numba keeps its own
        return
    for _ in range(_LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_S)
        except OSError:  # a file system without locks
            return
        else:
            return


def _folders(source: Path) -> list[Path]:
    """Return where machine code may be kept, best first."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("NUMBA_CACHE_DIR")  # whoever moves numba's cache moves ours with it
    if chosen:
        return [Path(chosen)]
    return [source.parent / "__pycache__", user_cache_path("fresh-ears") / "kernels"]


def _read(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """Return the description and machine code in a file; None when it is missing or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, _, body = data.removeprefix(_MAGIC).partition(b"\n")
    if not data.startswith(_MAGIC) or hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    head, _, machine_code = body.partition(b"\n")
    return json.loads(head), machine_code


def _write(path: Path, description: dict[str, Any], machine_code: bytes) -> bool:
    """Keep machine code; False when the folder cannot be written."""
    body = json.dumps(description).encode() + b"\n" + machine_code
    data = _MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".kernel-", delete=False) as file:
            temporary = file.name
            file.write(data)
        Path(temporary).replace(path)  # other processes see the whole file or none
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return False
    return True
