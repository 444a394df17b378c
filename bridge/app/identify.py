"""What a finished file is: read through in the thread of its folder."""

import hashlib
import logging
from pathlib import Path
from typing import NamedTuple

from bridge.app.loop.fence import reason_of
from bridge.audio.reader import open_audio
from bridge.daw.projects.nearby import session_near
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


def identify(path: Path, stamp: Stamp) -> Identified:
    """Hash a file's content and see whether it opens as sound; runs in a thread of its folder."""
    sha256, error, passes = _read(path)
    saved = None if error else session_near(path)
    return Identified(path, stamp, sha256, error, saved, passes, stamp_of(path))


def _read(path: Path) -> tuple[str, str, bool]:
    """Return the hash of a file's content, why it is no sound, empty when it is one, and whether that may pass."""
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while block := file.read(_HASH_BLOCK_BYTES):
                digest.update(block)
        with open_audio(path) as reader:
            if reader.format.frames == 0:
                raise AudioFileError(f"{path.name}: holds no sound (0 frames); bounce it again")
    except OSError as error:
        reason = f"{path.name}: cannot be read ({error.strerror or error}); look at its rights"
        return "", reason, may_pass(error)
    except AudioFileError as error:
        return digest.hexdigest(), str(error), may_pass(error)
    except Exception as error:  # a decoder that trips over a file says nothing about the next one
        log.exception("%s cannot be identified", path)
        return digest.hexdigest(), f"{path.name}: {reason_of(error)}", False
    return digest.hexdigest(), "", False
