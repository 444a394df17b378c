"""What a finished file is: read through in the thread of its folder."""

import hashlib
import logging
from pathlib import Path
from typing import NamedTuple

from bridge.app.loop.fence import reason_of
from bridge.audio.reader import open_audio
from bridge.daw.projects.nearby import project_beside, session_near
from bridge.errors import AudioFileError
from bridge.files import open_regular
from bridge.model import SessionSnapshot
from bridge.watch.folder import stamp_of
from bridge.watch.settle import Stamp
from bridge.worker.passing import may_pass

log = logging.getLogger(__name__)

_HASH_BLOCK_BYTES = 1 << 20


class Identified(NamedTuple):
    """What a finished file is: its content hash, or why it cannot be read; and the saved session beside it."""

    path: Path
    stamp: Stamp
    sha256: str
    error: str
    saved: SessionSnapshot | None = None
    may_pass: bool = False  # the error says nothing of the file: its drive was away
    stamp_after: Stamp | None = None  # when it had been read; None: it is gone
    length_s: float = 0.0
    project: str = ""  # that lies beside it


def identify(path: Path, stamp: Stamp) -> Identified:
    """Hash a file's content and see whether it opens as sound; runs in a thread of its folder."""
    read = _read(path)
    if not read.error:
        read = read._replace(saved=session_near(path), project=project_beside(path))
    return read._replace(stamp=stamp, stamp_after=stamp_of(path))


def _read(path: Path) -> Identified:
    """Return the hash of a file's content, how long it is, or why it is no sound, and whether that may pass."""
    nothing = Identified(path, Stamp(0, 0), "", "")
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while block := file.read(_HASH_BLOCK_BYTES):
                digest.update(block)
        with open_audio(path) as reader:
            length_s = reader.format.duration_s
            if reader.format.frames == 0:
                raise AudioFileError(f"{path.name}: holds no sound (0 frames); bounce it again")
    except OSError as error:
        reason = f"{path.name}: cannot be read ({error.strerror or error}); look at its rights"
        return nothing._replace(error=reason, may_pass=may_pass(error))
    except AudioFileError as error:
        return nothing._replace(sha256=digest.hexdigest(), error=str(error), may_pass=may_pass(error))
    except Exception as error:  # a decoder that trips over a file says nothing about the next one
        log.exception("%s cannot be identified", path)
        return nothing._replace(sha256=digest.hexdigest(), error=f"{path.name}: {reason_of(error)}")
    return nothing._replace(sha256=digest.hexdigest(), length_s=length_s)
