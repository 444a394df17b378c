"""What an installation would change: files before and after, and what an earlier one noted."""

import difflib
from pathlib import Path

import msgspec
from msgspec import Struct

from bridge import __version__
from bridge.errors import DawError
from bridge.text import printable

SHOWN_CHARS = 160  # ours, of a line in a difference: Ardour's slots are one line of base64, its beginning tells enough


class Change(Struct, frozen=True, kw_only=True):
    """One file before and after; None is a file that is not there."""

    name: str  # below the plan's folder, with slashes; absolute where it lies elsewhere
    before: bytes | None
    after: bytes | None
    what: str
    ours: bool = False  # a file that holds nothing but ours
    waits: bool = False  # until the DAW is closed
    adopts: bool = False  # what stands there came from us before there was a manifest: no copy is made of it
    restores: bool = False  # takes back what was installed


class Plan(Struct, frozen=True, kw_only=True):
    """What would be changed below one folder, and what the person should know."""

    root: Path
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    manifest: str = ""  # its name; empty: nothing is noted
    forgets: tuple[str, ...] = ()  # noted, but there is nothing to take back
    leftovers: tuple[str, ...] = ()  # what DAW and bridge wrote themselves; goes when nothing of ours is left


class Installed(Struct, frozen=True):
    """One file we wrote: what it was hashed to, and the copy of what was there before (empty: nothing was)."""

    sha256: str
    backup: str = ""
    adopted: bool = False  # what was there before was ours already, so there is no copy of the person's own


class Manifest(Struct, frozen=True):
    """What an installation left below a folder."""

    version: str = __version__
    files: dict[str, Installed] = {}


def read(path: Path) -> bytes | None:
    """Return a file's bytes, None when it is not there.

    Raises
    ------
    DawError
        It is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DawError(f"{path}: cannot be read ({error.strerror or error}); nothing was changed") from error


def change(
    root: Path, name: str, after: bytes | None, what: str, *, ours: bool = False, waits: bool = False
) -> list[Change]:
    """Return the change that makes a file hold these bytes; nothing when it does already.

    Raises
    ------
    DawError
        The file cannot be read.
    """
    before = read(root / name)
    if before == after or (before is None and after == b""):
        return []
    return [Change(name=name, before=before, after=after, what=what, ours=ours, waits=waits)]


def read_manifest(root: Path, name: str) -> Manifest | None:
    """Return what an earlier installation left, None when there is none, or it is damaged."""
    data = read(root / name) if name else None
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError:
        return None


def describe(change: Change) -> str:
    """Return a change as a person reads it: a file of ours in one line, any other as a difference."""
    name = printable(change.name)
    if change.after is None:
        return f"remove {name} ({change.what})\n"
    if change.ours and not change.restores:
        return f"write {name} ({change.what})\n"
    before, after = ((data or b"").decode("utf-8", errors="replace") for data in (change.before, change.after))
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} ({change.what})", n=1, lineterm=""
    )
    return "".join((line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…") + "\n" for line in lines)
