"""One error base for the bridge, one class per layer; caught only at the edges.

The message is what the person reads: it names the file or setting and the remedy, in one line.
"""


class FreshEarsError(Exception):
    """Base of every error the bridge raises on purpose."""


class UsageError(FreshEarsError):
    """The command line asked for something that cannot be: exit code 2."""


class ConfigError(UsageError):
    """The configuration file is wrong; the message names file, line and remedy.

    Parameters
    ----------
    message
        One line, as of every error.
    below
        Lines that a terminal shows below it: the line that is wrong, and a caret at the place.
    """

    def __init__(self, message: str, below: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.below = below


class AudioFileError(FreshEarsError):
    """A sound file cannot be read or written."""


class StoreError(FreshEarsError):
    """The database cannot be used (locked, damaged, from a newer version)."""


class StoreDamagedError(StoreError):
    """The database is damaged, gone or another one: it must be repaired before it can be used."""


class LockFileError(FreshEarsError):
    """What stands under a lock file's name is no lock file of ours."""


class OscError(FreshEarsError):
    """The OSC socket cannot be used or a message is not valid."""


class JobError(FreshEarsError):
    """A job could not be done; the message says why."""


class JobCancelledError(JobError):
    """A job was cancelled; nothing of it is left behind."""


class ServiceError(FreshEarsError):
    """The bridge cannot be started at login, ended or begun again."""


class AlreadyRunningError(FreshEarsError):
    """Another bridge uses the same store."""


class DawError(FreshEarsError):
    """A DAW, its project file or its scripts cannot be used."""


class DriveHangsError(FreshEarsError):
    """A drive does not answer; what was asked can be asked again when it does."""
