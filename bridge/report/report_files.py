"""Writes a report and its JSON beside each other: whole or not at all, and never over somebody else's file."""

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import FreshEarsError
from bridge.filelock import is_abandoned, try_lock

_OURS = re.compile(r'<meta name="freshears-of" content="([0-9a-f]{64})">')
_HEAD_BYTES = 8192  # the mark stands in the page's head, before its style sheet
# The JSON beside it is known by its first fields, an Analysis' or a MasterResult's: whatever lies under our name, of
# whatever length and depth, only this much of it is read.
_JSON_HEAD_BYTES = 1 << 16  # ours: two paths as long as they can be, every byte of them escaped
_TEXT = r'"(?:[^"\\]|\\.)*+"'
_SHA256 = '"([0-9a-f]{64})"'


def _first_fields(*fields: str) -> re.Pattern[str]:
    return re.compile(r"\s*\{\s*" + r"\s*,\s*".join(field.replace(":", r"\s*:\s*", 1) for field in fields))


_OURS_AS_JSON = (
    _first_fields(f'"file":{_TEXT}', f'"sha256":{_SHA256}', r'"format":\{[^{}]*\}', r'"measurement":\{'),
    _first_fields(f'"input":{_TEXT}', f'"input_sha256":{_TEXT}', f'"output":{_TEXT}', f'"output_sha256":{_SHA256}'),
)
_MOST_NAMES = 1000
_LONGEST_STEM_BYTES = 200  # file names hold 255 bytes on every system we know; a number and an ending follow
# Characters Windows refuses in names; the slash would leave the folder.
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')


class ReportError(FreshEarsError):
    """A report cannot be written."""


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a report was written."""

    html: Path
    json: Path


def write_report(directory: Path, stem: str, html: str, json: str) -> ReportPaths:
    """Write ``stem.html`` and ``stem.json`` into a folder, which is made when it is not there.

    Both appear under their names complete, by renaming. A report of the same bounce or master (the same SHA-256, which
    the page and the JSON both carry) is replaced; when a name is taken by anything else, the next free one is used:
    ``stem (2)``, ``stem (3)``. Characters that cannot stand in a file name become ``_``.

    Raises
    ------
    ReportError
        When the folder cannot be written to or is full; nothing is left behind.
    ValueError
        When the page carries no mark of ours, or the JSON is of another bounce.
    """
    sha256 = _sha256_of_page(html)
    if sha256 is None or _sha256_of_json(json) != sha256:
        raise ValueError("html and json must be a report of one bounce or master: both must carry its sha256")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _sweep(directory, sha256)
        locks: list[int] = []  # as long as they are held, nobody takes the parts for leftovers
        parts: list[Path] = []
        try:
            for content in (json, html):
                part, lock = _part(directory, sha256, content)
                parts.append(part)
                locks.append(lock)
            for name in _names(safe_stem(stem)):
                paths = ReportPaths(directory / f"{name}.html", directory / f"{name}.json")
                if _place(parts, paths, sha256):
                    return paths
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
            for lock in locks:
                os.close(lock)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"{directory}: the report cannot be written ({reason}); choose another folder") from error
    raise ReportError(f"{directory}: {_MOST_NAMES} files are already named like {stem!r}; tidy the folder up")


def _names(stem: str) -> list[str]:
    return [stem, *(f"{stem} ({n})" for n in range(2, _MOST_NAMES))]


def safe_stem(stem: str) -> str:
    """Return a text as the stem of a file name: nothing that a file system refuses, not too long."""
    safe = _NOT_IN_NAMES.sub("_", stem).strip(" .") or "report"
    return os.fsdecode(os.fsencode(safe)[:_LONGEST_STEM_BYTES]).rstrip(" .")


def _place(parts: list[Path], paths: ReportPaths, sha256: str) -> bool:
    """Give the finished parts their names; False when one of the names belongs to somebody else."""
    finals = (paths.json, paths.html)
    ours = [_is_ours(path, sha256) for path in finals]
    if any(not mine and os.path.lexists(path) for mine, path in zip(ours, finals, strict=True)):
        return False
    linked: list[Path] = []
    for part, path, mine in zip(parts, finals, ours, strict=True):
        if mine:
            part.replace(path)
            continue
        try:
            _name_anew(part, path)
        except FileExistsError:  # somebody was quicker
            for other in linked:
                other.unlink(missing_ok=True)
            return False
        linked.append(path)
    return True


def _name_anew(part: Path, path: Path) -> None:
    """Give a file a name that must not exist yet; a rename alone would silently replace."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without links (FAT, some network folders): claim the name, then rename over it
        path.open("x").close()
        part.replace(path)


def _is_ours(path: Path, sha256: str) -> bool:
    """Tell whether a file is an earlier report, page or JSON, of the same bounce."""
    if path.is_symlink() or not path.is_file():
        return False
    is_page = path.suffix == ".html"
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES if is_page else _JSON_HEAD_BYTES).decode("utf-8", "replace")
    return (_sha256_of_page(head) if is_page else _sha256_of_json(head)) == sha256


def _sha256_of_json(text: str) -> str | None:
    """Return which sound file an Analysis or a MasterResult is of, None for anything else."""
    found = (pattern.match(text, 0, _JSON_HEAD_BYTES) for pattern in _OURS_AS_JSON)
    return next((match.group(1) for match in found if match), None)


def _sha256_of_page(html: str) -> str | None:
    match = _OURS.search(html[:_HEAD_BYTES])
    return match.group(1) if match else None


def _part(directory: Path, sha256: str, content: str) -> tuple[Path, int]:
    """Write a text beside its place under a hidden name, flushed to the disk; return it with its lock, still held."""
    handle, name = tempfile.mkstemp(dir=directory, prefix=_part_prefix(sha256), suffix=".part")
    lock = os.dup(handle)
    try_lock(lock)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # mkstemp keeps files to oneself; a report is as readable as the bounce beside it
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        os.close(lock)
        raise
    return Path(name), lock


def _sweep(directory: Path, sha256: str) -> None:
    """Remove what a crash left of an earlier attempt at this report."""
    for old in directory.glob(f"{_part_prefix(sha256)}*.part"):
        if is_abandoned(old):
            with suppress(OSError):
                old.unlink()


def _part_prefix(sha256: str) -> str:
    return f".freshears-report-{sha256[:16]}-"


def write_sidecar(directory: Path, stem: str, ending: str, content: bytes) -> Path:
    """Write a small file beside the reports under the first free name: whole or not at all, nothing is overwritten.

    Raises
    ------
    ReportError
        When the folder cannot be written to or is full; nothing is left behind.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=directory, prefix=".freshears-", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            for free in _names(safe_stem(stem)):
                path = directory / f"{free}{ending}"
                if os.path.lexists(path):
                    continue
                with suppress(FileExistsError):
                    _name_anew(part, path)
                    return path
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"{directory}: {stem}{ending} cannot be written ({reason}); choose another folder") from error
    raise ReportError(f"{directory}: {_MOST_NAMES} files are already named like {stem!r}; tidy the folder up")
