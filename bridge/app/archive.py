"""What Fresh Ears knows as one file, to be taken to a new computer: the store, the settings, the list of references.

A zip with a list of what may be in it, each part by its own name: nothing else is ever unpacked, and nothing beside
the home. Sound files are not in it; they go their own way, and `--map` says where they are now. The page's key is a
secret of one computer and stays there.
"""

import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec
from msgspec import Struct

from bridge import __version__
from bridge.errors import FreshEarsError, UsageError
from bridge.files import PartFile, replace_whole
from bridge.files.private import FILE_MODE, private_folder
from bridge.pathtext import to_text
from bridge.settings.config import load, template
from bridge.settings.home import Home
from bridge.settings.relocation import relocate_settings
from bridge.store import Store, problems_of
from bridge.store.relocation import Move, paths_elsewhere, relocate
from bridge.text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
MANIFEST, STORE, SETTINGS, REFERENCES = "fresh-ears.json", "freshears.db", "config.toml", "references.json"
OWN_FILES = ("plugins.toml", "targets.toml", "presets.toml")
_PARTS = {MANIFEST, STORE, SETTINGS, REFERENCES, *OWN_FILES}
# ours: a store of ten thousand bounces has a tenth of that; more is no archive of ours, or means harm
_MOST_BYTES = {STORE: 20 << 30, MANIFEST: 1 << 16, REFERENCES: 1 << 26}
_MOST_TEXT_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20


class ArchiveHead(Struct, frozen=True, kw_only=True):
    """What an archive says of itself."""

    format: int
    version: str
    made_at: float
    songs: int = 0
    bounces: int = 0


class Imported(Struct, frozen=True, kw_only=True):
    """What came in, and the folders of bounces that are not on this computer."""

    manifest: ArchiveHead
    not_here: tuple[str, ...] = ()


def export_home(home: Home, path: Path) -> ArchiveHead:
    """Write everything that is known into a file that is not there yet; a bridge may run meanwhile.

    Raises
    ------
    UsageError
        The file is there already, or there is nothing to export.
    FreshEarsError
        The store cannot be read, or the file cannot be written; nothing is left behind.
    """
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path}: is there already; name another file")
    if not home.store_path.exists():
        raise UsageError("there is nothing to export yet: no bounce has landed")
    store = Store.open(home.store_path, read_only=True)
    try:
        with tempfile.TemporaryDirectory(prefix="freshears-") as folder:
            copy = Path(folder) / STORE
            store.database.copy_to(copy)
            manifest = _manifest(store)
            _write(path, home, copy, manifest, store.display.reference_files())
    except OSError as error:
        raise FreshEarsError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        store.close()
    return manifest


def _manifest(store: Store) -> ArchiveHead:
    songs = store.bounces.songs()
    bounces = sum(len(store.bounces.of_song(song.id)) for song in songs)
    return ArchiveHead(format=FORMAT, version=__version__, made_at=time.time(), songs=len(songs), bounces=bounces)


def _write(path: Path, home: Home, copy: Path, manifest: ArchiveHead, references: Sequence[tuple[str, str]]) -> None:
    with PartFile(path) as part:
        with part.temporary.open("r+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json_text(manifest))
            archive.write(copy, STORE)
            archive.writestr(REFERENCES, json_text([{"path": name, "sha256": sha256} for name, sha256 in references]))
            for name in (SETTINGS, *OWN_FILES):
                own = home.config_path.with_name(name)
                if own.is_file():
                    archive.write(own, name)
        part.temporary.chmod(FILE_MODE)
        if not part.claim_exactly(path):
            raise UsageError(f"{path}: is there already; name another file")


def import_home(home: Home, path: Path, moves: Sequence[tuple[str, str]] = ()) -> Imported:
    """Take an archive into an empty home: all of it, or nothing. The caller holds the bridge's lock.

    Parameters
    ----------
    home
        Where it goes; what is there must be as a first run leaves it.
    path
        The archive.
    moves
        Folders that are elsewhere on this computer, as (old, new).

    Raises
    ------
    UsageError
        The home is in use, or the file is no archive of ours; nothing is changed.
    """
    _must_be_empty(home)
    private_folder(home.store_path.parent)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=home.store_path.parent) as folder:
        try:
            manifest = _unpack(path, Path(folder))
        except (OSError, zipfile.BadZipFile, msgspec.DecodeError, EOFError, ValueError) as error:
            raise UsageError(f"{path}: is no archive of Fresh Ears, or it is damaged ({error})") from error
        not_here = _prepared(Path(folder), moves)
        try:
            _place(home, Path(folder))
        except OSError as error:
            raise FreshEarsError(f"{home.store_path.parent}: cannot be written ({error.strerror or error})") from error
    return Imported(manifest=manifest, not_here=not_here)


def _must_be_empty(home: Home) -> None:
    if home.store_path.exists():
        store = Store.open(home.store_path, read_only=True)
        try:
            if store.bounces.songs():
                raise UsageError(f"{home.store_path}: has songs already; an archive goes into an empty home only")
        finally:
            store.close()
    first = template(home.default_bounce_folder, home.default_library_folder)
    if home.config_path.exists() and home.config_path.read_text(encoding="utf-8", errors="replace") != first:
        raise UsageError(f"{home.config_path}: settings of your own are there; move the file away first")
    for name in OWN_FILES:
        if home.config_path.with_name(name).exists():
            raise UsageError(f"{home.config_path.with_name(name)}: is there already; move it away first")


def _unpack(path: Path, folder: Path) -> ArchiveHead:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if strange := sorted(set(names) - _PARTS):
            raise ValueError(f"{strange[0]!r} has no place in it")
        if len(names) != len(set(names)) or not {MANIFEST, STORE} <= set(names):
            raise ValueError("a part is missing, or there twice")
        for name in names:
            with archive.open(name) as packed, (folder / name).open("xb") as file:
                _copy(packed, file, _MOST_BYTES.get(name, _MOST_TEXT_BYTES), name)
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=ArchiveHead)
    if manifest.format > FORMAT:
        raise UsageError(f"{path}: written by a newer Fresh Ears ({manifest.version}); update Fresh Ears first")
    return manifest


def _copy(packed: IO[bytes], file: IO[bytes], most_bytes: int, name: str) -> None:
    while block := packed.read(_BLOCK_BYTES):
        most_bytes -= len(block)
        if most_bytes < 0:
            raise ValueError(f"{name} is larger than any of ours")
        file.write(block)


def _prepared(folder: Path, moves: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Check the parts and let their paths follow the moves; return the folders of bounces that are not here."""
    settings = folder / SETTINGS
    if problems := problems_of(folder / STORE):
        raise UsageError(f"the store in the archive is damaged ({problems[0]})")
    if settings.exists():
        load(settings)
    store = Store.open(folder / STORE)  # brought up to this version
    try:
        for old, new in moves:
            relocate(store.database, to_text(old), to_text(new))
            relocate_settings(settings, Move(old.rstrip("/\\"), new.rstrip("/\\")).of)
        store.runtime.forget()
        return tuple(name for name in paths_elsewhere(store.database) if not Path(name).is_dir())
    finally:
        store.close()


def _place(home: Home, folder: Path) -> None:
    """Give the parts their names, the store last; what fails takes back what was placed before it."""
    with _undone_on_failure() as undo:
        for name in (*OWN_FILES, SETTINGS):
            part, target = folder / name, home.config_path.with_name(name)
            if part.exists():
                before = target.read_bytes() if target.exists() else None
                private_folder(target.parent)
                undo(lambda target=target, before=before: _put_back(target, before))  # type: ignore[misc]
                replace_whole(target, part.read_bytes(), mode=FILE_MODE)
        for leftover in home.store_path.parent.glob(f"{home.store_path.name}-*"):
            leftover.unlink()  # of the empty store that was there
        (folder / STORE).replace(home.store_path)


@contextmanager
def _undone_on_failure() -> "Iterator[Callable[[Callable[[], None]], object]]":
    with ExitStack() as stack:
        yield stack.callback
        stack.pop_all()


def _put_back(target: Path, before: bytes | None) -> None:
    if before is None:
        target.unlink(missing_ok=True)
    else:
        replace_whole(target, before, mode=FILE_MODE)
