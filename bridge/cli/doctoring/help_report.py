"""`freshears doctor --report`: one file for who is to help, without names and without paths."""

import json
import os
import platform
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from bridge import __version__
from bridge.cli.context import console, fail, the_config, the_home
from bridge.errors import FreshEarsError
from bridge.files import write_anew
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.text import printable_lines

REPORT_NAME = "fresh-ears-report.txt"
_MOST_FAULTS = 40  # ours: what the last days brought; more is read by nobody


def write_help_report(out: Path) -> None:
    """Write the report, under a name that is free, or into a folder that is named, and say where it is."""
    where = the_home()
    out = out / REPORT_NAME if out.is_dir() else out
    text = printable_lines("\n".join(_lines(where))) + "\n"
    try:
        written = write_anew(out, text.encode())
    except OSError as error:
        fail(f"{out}: cannot be written ({error.strerror or error}); name another place with --out")
    console().print(
        f"The report is {written}. It holds no names and no paths; look through it before you send it.", soft_wrap=True
    )


def _lines(where: Home) -> Iterator[str]:
    yield "Fresh Ears, a report for who is to help. It holds no names of songs, files, folders or persons."
    for title, part in (
        ("Versions", _versions),
        ("Settings that are not the defaults", _settings),
        ("The bridge", _bridge),
        ("The store", _store),
        ("What went wrong last", _faults),
    ):
        yield f"\n{title}"
        try:
            found = list(part(where))
        except (FreshEarsError, OSError, sqlite3.Error) as error:  # that it cannot be read is what is to be told
            found = [f"cannot be read: {type(error).__name__}"]
        yield from (f"  {line}" for line in found or ["nothing"])


def _versions(_where: Home) -> Iterator[str]:
    yield f"Fresh Ears {__version__}"
    yield f"Python {platform.python_version()} ({platform.python_implementation()})"
    yield f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores"
    yield f"encodings: {sys.stdout.encoding}, {sys.getfilesystemencoding()}"
    for wanted in sorted(metadata.requires("fresh-ears") or ()):
        found = re.match(r"[A-Za-z0-9._-]+", wanted)
        if found is not None and "extra ==" not in wanted:
            yield _installed(found.group())


def _installed(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} is not here"


def _settings(_where: Home) -> Iterator[str]:
    yield from _differing(the_config(), Config(), "")


def _differing(found: Any, usual: Any, above: str) -> Iterator[str]:
    """Yield what differs: numbers and choices as they are, of everything else only that it is set."""
    hints = get_type_hints(type(found))
    for one in fields(found):
        value, default = getattr(found, one.name), getattr(usual, one.name)
        if isinstance(value, Struct):
            yield from _differing(value, default, f"{above}{one.name}.")
        elif value != default:
            yield f"{above}{one.name}: {_shown(value, hints.get(one.name))}"


def _shown(value: Any, hint: Any) -> str:
    if isinstance(value, bool | int | float) or value is None:
        return str(value)
    if get_origin(hint) is Literal and value in get_args(hint):
        return str(value)
    if isinstance(value, tuple | list | dict | frozenset):
        return f"{len(value)} set"
    return "set" if value else "empty"


def _bridge(where: Home) -> Iterator[str]:
    from bridge.app.status import read_status
    from bridge.daw.reaper.adapter import installed_folders
    from bridge.daw.reaper.install import state_of_scripts
    from bridge.daw.scripts_folder import scripts_folder

    config = the_config()
    status = read_status(where, config)
    yield "running" if status["running"] else "not running"
    if status["version"] != __version__:
        yield f"the one that runs is {status['version']}"
    yield f"folders there: {[folder['there'] for folder in status['folders']]}"
    yield f"project folders: {[folder['state'] is None for folder in status['project_folders']]}"
    yield f"parts that were stopped: {len(status['stopped_parts'])}"
    yield f"store in trouble: {bool(status['store_trouble'])}"
    queue = status["queue"]
    yield f"queued {queue['queued']}, failed and not put away {len(queue['failed'])}"
    yield f"songs {len(status['songs'])}, warnings {len(status['warnings'])}, noticed {len(status['noticed'])}"
    for daw in status["daws"]:
        connected = f"connected by {len(daw['channels'])} ways" if daw["connected"] else "not connected"
        yield f"{daw['daw']}: {connected}; lacks {len(daw['missing'])}"
    for resource in installed_folders(config.reaper.folders):
        yield f"scripts in a REAPER: {state_of_scripts(resource, scripts_folder('reaper'))}"


def _store(where: Home) -> Iterator[str]:
    from bridge.store import problems_of, shape_of

    if not where.store_path.exists():
        yield "not there yet"
        return
    if problems := problems_of(where.store_path):
        yield f"damaged: {len(problems)} lines of `freshears doctor --store`"
        return
    shape = shape_of(where.store_path)
    yield f"version {shape.version}, {shape.size_bytes} bytes"
    yield from (f"{table}: {count}" for table, count in shape.rows.items() if count)


def _faults(where: Home) -> Iterator[str]:
    try:
        lines = where.faults_path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines[-_MOST_FAULTS:]:
        try:
            note = json.loads(line)
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(note["at"]))
            yield f"{when} {note['level']} {note['logger']}: {note['says']}"
            for error in note.get("errors", ()):
                yield f"    {error.get('kind', '')} {error.get('errno', '')}".rstrip()
                yield from (f"      {frame}" for frame in error["at"])
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):  # half a line, or another program's
            yield "a line that cannot be read"
