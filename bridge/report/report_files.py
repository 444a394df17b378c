"""Writes a report and its JSON beside each other: whole or not at all, and never over somebody else's file."""

import os
import re
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bridge.errors import FreshEarsError
from bridge.files import PartFile, numbered, safe_name, write_anew
from bridge.files.folders import make_output_folder

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
_LONGEST_ENDING = ".html"


class ReportError(FreshEarsError):
    """A report cannot be written."""


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a report was written."""

    html: Path
    json: Path


def write_report(directory: Path, stem: str, html: str, json: str, *, tail: str = "") -> ReportPaths:
    """Write a page and its JSON into a folder, which is made when it is not there.

    Both appear under their names complete, by renaming. A report of the same bounce or master (the same SHA-256, which
    the page and the JSON both carry) is replaced; when a name is taken by anything else, the next free one is used:
    ``stem (2)``, ``stem (3)``.

    Parameters
    ----------
    directory, stem
        The folder, and the name without its ending; what cannot stand in a file name becomes ``_``.
    html, json
        What to write.
    tail
        The end of the name, which stays when a long stem is cut.

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
        make_output_folder(directory)
        for name in islice(numbered(_safe_stem(stem, tail)), _MOST_NAMES):
            paths = ReportPaths(directory / f"{name}.html", directory / f"{name}.json")
            if _place(paths, html, json, sha256):
                return paths
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"{directory}: the report cannot be written ({reason}); choose another folder") from error
    raise ReportError(f"{directory}: {_MOST_NAMES} files are already named like {stem!r}; tidy the folder up")


def _safe_stem(stem: str, tail: str = "") -> str:
    """Return the name without its ending; every ending of ours fits behind it."""
    return safe_name(stem, f"{tail}{_LONGEST_ENDING}", fallback="report").removesuffix(_LONGEST_ENDING)


def _place(paths: ReportPaths, html: str, json: str, sha256: str) -> bool:
    """Write both files under these names; False when one of them belongs to somebody else."""
    wanted = {paths.json: json, paths.html: html}
    ours = {path for path in wanted if _is_ours(path, sha256)}
    if any(path not in ours and os.path.lexists(path) for path in wanted):
        return False
    with ExitStack() as stack:
        parts = [stack.enter_context(PartFile(path)) for path in wanted]
        for part, content in zip(parts, wanted.values(), strict=True):
            part.write(content.encode("utf-8", "replace"))
            part.close()  # both are on the disk before either is seen
        return _take_names(parts, ours)


def _take_names(parts: list[PartFile], ours: set[Path]) -> bool:
    """Give finished files their names; all or none of those that are new."""
    new: list[Path] = []
    done = False
    try:
        for part in parts:
            if part.path in ours:
                part.replace()
            elif part.claim_exactly(part.path):
                new.append(part.path)
            else:
                return False  # somebody was quicker
        done = True
    finally:
        for path in () if done else new:
            path.unlink(missing_ok=True)
    return done


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


def write_sidecar(directory: Path, stem: str, ending: str, content: bytes, *, tail: str = "") -> Path:
    """Write a small file beside the reports under the first free name: whole or not at all, nothing is overwritten.

    Raises
    ------
    ReportError
        When the folder cannot be written to or is full; nothing is left behind.
    """
    try:
        make_output_folder(directory)
        return write_anew(directory / f"{_safe_stem(stem, tail)}{ending}", content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"{directory}: {stem}{ending} cannot be written ({reason}); choose another folder") from error
