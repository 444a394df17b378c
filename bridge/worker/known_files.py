"""Files as they were recorded: a job about one must not work on another that took its name."""

import hashlib

from bridge.errors import AudioFileError, JobError
from bridge.model import KnownFile
from bridge.pathtext import to_path


def must_be_known(file: KnownFile) -> None:
    """Read a file; raise `AudioFileError` when that cannot be, `JobError` when it is not what was recorded."""
    path = to_path(file.path)
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror or error}); is its disk connected?") from error
    if found != file.sha256:
        raise JobError(f"{path}: is not the file any more that was examined; bounce it under a new name")
