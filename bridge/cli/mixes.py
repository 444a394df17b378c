"""What a command line names where a mix is asked for: a sound file, or a song and its bounce."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bridge.audio.kinds import BY_ENDING
from bridge.cli.context import the_config, the_home
from bridge.errors import UsageError

if TYPE_CHECKING:
    from bridge.model import Bounce


class NoFileError(UsageError):
    """A file was named that is not there."""


class Mix(NamedTuple):
    """A mix: its file, and the bounce it is where it was named by its song."""

    path: Path
    bounce: "Bounce | None" = None


def named_mix(text: str) -> Mix:
    """Return the mix a person named: a file, ``SONG`` or ``SONG:3``.

    Raises
    ------
    NoFileError
        There is no such file.
    UsageError
        There is no such song, or its bounce's file is gone.
    """
    path = Path(text)
    if _exists(path):
        return Mix(path.absolute())
    return bounce_mix(_bounce(text))


def bounce_mix(bounce: "Bounce") -> Mix:
    """Return a bounce as a mix; raises UsageError when its file is gone."""
    from bridge.pathtext import to_path
    from bridge.policy.song.titles import bounce_title
    from bridge.text import plain_text

    file = to_path(bounce.path)
    if not _exists(file):
        raise UsageError(f"{plain_text(bounce_title(bounce))}: its file is not there any more: {bounce.path}")
    return Mix(file, bounce)


def _bounce(text: str) -> "Bounce":
    from bridge.songs.service import SongService
    from bridge.store import Store

    where = the_home()
    if not where.store_path.exists():
        raise NoFileError(f"{text}: there is no such file, and there are no songs yet")
    store = Store.open(where.store_path, read_only=True)
    try:
        return SongService(store, the_config()).bounce_named(text)
    except UsageError:
        if _looks_like_a_file(text):
            raise NoFileError(f"{text}: there is no such file") from None
        raise
    finally:
        store.close()


def _looks_like_a_file(text: str) -> bool:
    return Path(text).name != text or Path(text).suffix.lower() in BY_ENDING


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # longer than any file name, or no name at all: it may still be a song's
        return False
