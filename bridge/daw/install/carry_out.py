"""Carries out a plan: all of it or, where a file changed meanwhile, nothing; noted before it is done."""

import hashlib
import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from bridge.daw.install.plan import Change, Installed, Manifest, Plan, read, read_manifest
from bridge.daw.install.standing import is_changed
from bridge.errors import DawError
from bridge.files import replace_whole

BACKUP = ".before-fresh-ears"
YOURS = ".yours"  # a script of ours that the person changed, kept when a newer one takes its place


class Applied(Struct, frozen=True, kw_only=True):
    """What was done."""

    waiting: tuple[Change, ...]  # not done: the DAW has to be closed first
    backups: tuple[Path, ...]  # copies made of the person's own files


def apply(plan: Plan, *, daw_runs: bool) -> Applied:
    """Carry out a plan, but for what has to wait until the DAW is closed.

    Raises
    ------
    DawError
        A file has changed since it was planned: nothing was done. Or it cannot be written: what was done before it
        stays, and is noted, so that the same command goes on or takes it back.
    """
    waiting = tuple(change for change in plan.changes if daw_runs and change.waits)
    due = [change for change in plan.changes if change not in waiting]
    for planned in due:
        if read(plan.root / planned.name) != planned.before:
            raise DawError(f"{plan.root / planned.name} has changed meanwhile; run the command again")
    known = read_manifest(plan.root, plan.manifest)
    files = dict(known.files) if known else {}
    backups = tuple(backup for change in due if (backup := _note(plan.root, change, files)) is not None)
    if plan.manifest:
        _write_manifest(plan, files)
    for planned in due:
        _carry_out(plan.root, planned, files)
    for name in plan.forgets:
        _forget(plan.root, name, files)
    if plan.manifest:
        _write_manifest(plan, files)
        if not files:
            _clear(plan)
    return Applied(waiting=waiting, backups=backups)


def _note(root: Path, change: Change, files: dict[str, Installed]) -> Path | None:
    """Note a change before it is made; return the copy made of what was there."""
    if change.after is None or change.restores:
        return None
    entry = files.get(change.name)
    backup, made = (entry.backup if entry else ""), None
    if entry is None and change.before is not None and not change.adopts:
        backup = _free_backup(root, change.name, BACKUP)
        made = _copied(root, change.name, backup)
    elif entry is not None and change.ours and is_changed(change.before, entry.sha256):
        made = _copied(root, change.name, _free_backup(root, change.name, YOURS))
    adopted = entry.adopted if entry else change.adopts
    files[change.name] = Installed(hashlib.sha256(change.after).hexdigest(), backup, adopted)
    return made


def _copied(root: Path, name: str, backup: str) -> Path:
    made = root / backup
    try:
        shutil.copy2(root / name, made)
    except OSError as error:
        raise _unwritten(made, error) from error
    return made


def _free_backup(root: Path, name: str, ending: str) -> str:
    backup, number = name + ending, 1
    while (root / backup).exists():
        number += 1
        backup = f"{name}{ending}-{number}"
    return backup


def _carry_out(root: Path, change: Change, files: dict[str, Installed]) -> None:
    path = root / change.name
    try:
        if change.after is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(path, change.after)
        if change.restores or change.after is None:
            entry = files.pop(change.name, None)
            if entry is not None and entry.backup:
                (root / entry.backup).unlink(missing_ok=True)
        if change.after is None:
            _remove_empty(path.parent, root)
    except OSError as error:
        raise _unwritten(path, error) from error


def _forget(root: Path, name: str, files: dict[str, Installed]) -> None:
    """Drop a note; the copy goes, too, where the file is what was copied."""
    entry = files.pop(name, None)
    if entry is not None and entry.backup and read(root / entry.backup) == read(root / name):
        (root / entry.backup).unlink(missing_ok=True)


def _write_manifest(plan: Plan, files: dict[str, Installed]) -> None:
    path = plan.root / plan.manifest
    try:
        if files:
            data = msgspec.json.format(msgspec.json.encode(Manifest(files=files)), indent=1) + b"\n"
            if read(path) != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_whole(path, data)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from error


def _clear(plan: Plan) -> None:
    """Take away what scripts and bridge left beside the manifest: nothing of it belongs to the person."""
    try:
        for pattern in plan.leftovers:
            for path in plan.root.glob(pattern):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, plan.root)
        folder = (plan.root / plan.manifest).parent
        for inner in [*folder.glob("*/"), folder]:
            _remove_empty(inner, plan.root if folder.is_relative_to(plan.root) else folder.parent)
    except OSError as error:
        raise _unwritten(plan.root / plan.manifest, error) from error


def _remove_empty(folder: Path, stop: Path) -> None:
    """Remove a folder and those above it while they are empty, up to ``stop``."""
    while folder != stop and folder.is_relative_to(stop):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _unwritten(path: Path, error: OSError) -> DawError:
    return DawError(f"{path}: cannot be written ({error.strerror or error}); try again when it can")
