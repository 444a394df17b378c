"""Puts our scripts into REAPER, turns its OSC on, and takes everything out again.

Every change is planned first, as one file before and after, so that it can be shown, tried without being done and
repeated without changing anything. A file of the person's own is copied aside before its first change. REAPER writes
its settings when it closes, so those are changed only while it is closed; scripts may be copied at any time.
"""

import difflib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from bridge import __version__
from bridge.daw.reaper import ini
from bridge.daw.reaper.folders import EXT_STATE_FILE, EXT_STATE_SECTION, MAILBOX_NAME
from bridge.errors import DawError

SCRIPTS = "Fresh Ears"
MANIFEST = f"{MAILBOX_NAME}/install.json"
BACKUP = ".before-fresh-ears"
STARTUP_BLOCK = """do
  local path = reaper.GetResourcePath() .. "/Scripts/Fresh Ears/freshears_watch.lua"
  if reaper.file_exists(path) then
    local command = reaper.NamedCommandLookup("_FRESHEARS_WATCH")
    if command == 0 then
      command = reaper.AddRemoveReaScript(true, 0, path, true)
    end
    if command ~= 0 then
      reaper.Main_OnCommand(command, 0)
    end
  end
end"""
ACTIONS = {
    "FRESHEARS_WATCH": "watch",
    "FRESHEARS_PANEL": "panel",
    "FRESHEARS_BOUNCE": "bounce for mastering",
    "FRESHEARS_DUAL_PRINT": "dual print",
    "FRESHEARS_MASTER": "master this",
    "FRESHEARS_HANDOFF": "hand-off sheet",
    "FRESHEARS_MARKERS": "mark faults",
}


class Change(Struct, frozen=True, kw_only=True):
    """One file below the resource folder, before and after; None is a file that is not there."""

    name: str
    before: bytes | None
    after: bytes | None
    what: str
    while_running: bool  # may be written while REAPER runs


class Plan(Struct, frozen=True, kw_only=True):
    """What has to change in one resource folder, and what the person should know."""

    resource: Path
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


class Installed(Struct, frozen=True):
    """One file we wrote: what it was hashed to, and the copy of what was there before (empty: nothing was)."""

    sha256: str
    backup: str = ""


class Manifest(Struct, frozen=True):
    """What an installation left in a resource folder."""

    version: str = __version__
    files: dict[str, Installed] = {}


def scripts_source() -> Path:
    """Return the folder with our scripts: in the installed package, or beside it in a source tree.

    Raises
    ------
    DawError
        The installation is incomplete.
    """
    package = Path(__file__).parent.parent.parent
    for folder in (package / "_daw_scripts" / "reaper", package.parent / "daw_scripts" / "reaper"):
        if folder.is_dir():
            return folder
    raise DawError("the scripts for REAPER are missing from this installation of fresh-ears; install it again")


def state_of_scripts(resource: Path, source: Path) -> Literal["same", "other", "none"]:
    """Tell whether a resource folder holds our scripts, and whether they are those of this version.

    Scripts that ReaPack installed in a folder of its own count by the one file that says the version.
    """
    found = (resource / "Scripts" / SCRIPTS).is_dir()
    if not found:
        copies = list((resource / "Scripts").glob(f"*/{SCRIPTS}/lib/mailbox.lua"))
        if not copies:
            return "none"
        return "same" if copies[0].read_bytes() == (source / SCRIPTS / "lib/mailbox.lua").read_bytes() else "other"
    for path in (source / SCRIPTS).rglob("*.lua"):
        if _read(resource / "Scripts" / SCRIPTS / path.relative_to(source / SCRIPTS)) != path.read_bytes():
            return "other"
    return "same"


def plan_install(
    resource: Path,
    source: Path,
    *,
    command: tuple[str, ...],
    listen_port: int,
    reaper_port: int,
    osc: bool = True,
    platform: str = sys.platform,
    environ: Mapping[str, str] | None = None,
) -> Plan:
    """Return what has to change for our scripts to be in a REAPER.

    Parameters
    ----------
    resource
        REAPER's resource folder.
    source
        ``daw_scripts/reaper`` of this package.
    command
        The command line that starts the bridge, for the scripts.
    listen_port, reaper_port
        UDP ports of 127.0.0.1: ours, and the one REAPER will listen on.
    osc
        False leaves REAPER's OSC alone (and takes our device out if it is there).

    Raises
    ------
    DawError
        A file cannot be read.
    """
    changes: list[Change] = []
    notes: list[str] = []
    for path in sorted((source / SCRIPTS).rglob("*.lua")):
        name = f"Scripts/{SCRIPTS}/{path.relative_to(source / SCRIPTS).as_posix()}"
        changes += _change(resource, name, path.read_bytes(), "script", while_running=True)
    pattern = (source / "FreshEars.ReaperOSC").read_bytes()
    changes += _change(resource, "OSC/FreshEars.ReaperOSC", pattern, "OSC pattern", while_running=True)
    startup = ini.with_block(_read(resource / "Scripts/__startup.lua") or b"", STARTUP_BLOCK)
    changes += _change(resource, "Scripts/__startup.lua", startup, "starts the watcher", while_running=True)
    bridge = msgspec.json.format(msgspec.json.encode({"command": list(command)}), indent=1) + b"\n"
    mailbox = _mailbox(resource, platform, environ or {})
    if mailbox is None:
        changes += _change(resource, f"{MAILBOX_NAME}/bridge.json", bridge, "starts the bridge", while_running=True)
    else:
        changes += _change(Path(), str(mailbox / "bridge.json"), bridge, "starts the bridge", while_running=True)
        state = ini.with_setting(
            _read(resource / EXT_STATE_FILE) or b"", EXT_STATE_SECTION, "mailbox", mailbox.as_posix()
        )
        changes += _change(resource, EXT_STATE_FILE, state, "where the mailbox is", while_running=False)
        notes.append(f"REAPER's folder has letters its scripts cannot read on Windows; the mailbox is {mailbox}.")
    settings = _read(resource / "reaper.ini") or b""
    settings = ini.with_device(settings, listen_port, reaper_port) if osc else ini.without_device(settings)
    changes += _change(resource, "reaper.ini", settings, "OSC device", while_running=False)
    keys = _read(resource / "reaper-kb.ini") or b""
    titles = {name: (f"Fresh Ears: {title}", _script_of(name)) for name, title in ACTIONS.items()}
    changes += _change(resource, "reaper-kb.ini", ini.with_actions(keys, titles), "named actions", while_running=False)
    if osc:
        notes.append(
            f"REAPER's OSC listens on every network interface without a password. Keep UDP port {reaper_port} closed "
            "to the network, or set `osc = false` under [reaper] in the settings and install again."
        )
    if any((resource / "Scripts").glob(f"*/{SCRIPTS}/freshears_watch.lua")):
        notes.append("ReaPack has installed these scripts too; remove one of the two, or they will run twice.")
    return Plan(resource=resource, changes=tuple(changes), notes=tuple(notes))


def _script_of(action: str) -> str:
    return f"{SCRIPTS}/{action.lower()}.lua"


def _mailbox(resource: Path, platform: str, environ: Mapping[str, str]) -> Path | None:
    """Return where the mailbox has to lie instead of in the resource folder; None when it can lie there.

    Lua's files take paths in the system's code page on Windows, so a path with other letters cannot be opened.
    """
    if platform != "win32" or str(resource).isascii():
        return None
    digest = hashlib.sha256(str(resource).encode("utf-8")).hexdigest()[:8]
    return Path(environ.get("PUBLIC") or "C:/Users/Public") / MAILBOX_NAME / digest


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DawError(f"{path}: cannot be read ({error.strerror or error}); nothing was changed") from error


def _change(resource: Path, name: str, after: bytes | None, what: str, *, while_running: bool) -> list[Change]:
    before = _read(resource / name)
    if before == after or (before is None and after == b""):
        return []
    return [Change(name=name, before=before, after=after, what=what, while_running=while_running)]


def read_manifest(resource: Path) -> Manifest:
    """Return what an earlier installation left; an empty one when there is none."""
    try:
        return msgspec.json.decode(_read(resource / MANIFEST) or b"{}", type=Manifest)
    except msgspec.MsgspecError:
        return Manifest()


def plan_uninstall(resource: Path) -> Plan:
    """Return what has to change for nothing of ours to be left.

    A file that is still as we wrote it becomes what it was before, byte for byte. One that was changed since (REAPER
    rewrites its settings) only loses our lines. A script that the person changed is left, and named.

    Raises
    ------
    DawError
        A file cannot be read.
    """
    changes: list[Change] = []
    notes: list[str] = []
    edits: dict[str, Callable[[bytes], bytes]] = {
        "Scripts/__startup.lua": ini.without_block,
        "reaper.ini": ini.without_device,
        "reaper-kb.ini": ini.without_actions,
        EXT_STATE_FILE: lambda data: ini.without_section(data, EXT_STATE_SECTION),
    }
    manifest = read_manifest(resource)
    for name in dict.fromkeys([*manifest.files, *edits]):
        entry, data = manifest.files.get(name), _read(resource / name)
        if data is None:
            continue
        safe = name not in {"reaper.ini", "reaper-kb.ini", EXT_STATE_FILE}
        if entry is not None and hashlib.sha256(data).hexdigest() == entry.sha256:
            after = _read(resource / entry.backup) if entry.backup else None
            changes += _change(resource, name, after, "as it was before", while_running=safe)
        elif name in edits:
            after = edits[name](data)
            changes += _change(resource, name, after, "without our lines", while_running=safe)
        elif entry is not None and name.endswith("bridge.json"):
            changes += _change(resource, name, None, "removed", while_running=True)
        elif entry is not None:
            notes.append(f"{name} was changed since it was installed; it is left.")
    return Plan(resource=resource, changes=tuple(changes), notes=tuple(notes))


def apply_plan(plan: Plan, *, reaper_runs: bool) -> tuple[Change, ...]:
    """Make the changes of a plan; returns those that have to wait until REAPER is closed.

    Raises
    ------
    DawError
        A file cannot be written; what was changed before it stays and is repeated harmlessly.
    """
    waiting = tuple(change for change in plan.changes if reaper_runs and not change.while_running)
    manifest = dict(read_manifest(plan.resource).files)
    for change in plan.changes:
        if change in waiting:
            continue
        path = plan.resource / change.name
        try:
            if change.after is None:
                entry = manifest.pop(change.name, None)
                path.unlink(missing_ok=True)
                _forget(plan.resource, entry)
                _remove_empty(path.parent, plan.resource)
            else:
                _write(plan.resource, change, manifest)
        except OSError as error:
            raise DawError(f"{path}: cannot be written ({error.strerror or error}); try again when it can") from error
    _write_manifest(plan.resource, manifest)
    return waiting


def _write(resource: Path, change: Change, manifest: dict[str, Installed]) -> None:
    path, after = resource / change.name, change.after or b""
    restoring = change.what in {"as it was before", "without our lines"}
    entry = manifest.pop(change.name, None)
    backup = entry.backup if entry else ""
    if not restoring and entry is None and change.before is not None:
        backup = change.name + BACKUP
        number = 1
        while (resource / backup).exists():
            number += 1
            backup = f"{change.name}{BACKUP}-{number}"
        shutil.copy2(resource / change.name, resource / backup)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".fresh-ears-new")
    temporary.write_bytes(after)
    if path.exists():
        shutil.copymode(path, temporary)
    temporary.replace(path)
    if restoring:
        _forget(resource, entry)
    else:
        manifest[change.name] = Installed(hashlib.sha256(after).hexdigest(), backup)


def _forget(resource: Path, entry: Installed | None) -> None:
    if entry is not None and entry.backup:
        (resource / entry.backup).unlink(missing_ok=True)


def _write_manifest(resource: Path, files: dict[str, Installed]) -> None:
    path = resource / MANIFEST
    try:
        if files:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = msgspec.json.format(msgspec.json.encode(Manifest(files=files)), indent=1) + b"\n"
            if _read(path) != data:
                path.write_bytes(data)
        else:
            path.unlink(missing_ok=True)
            _clear_mailbox(path.parent)
            _remove_empty(path.parent, resource)
    except OSError as error:
        raise DawError(f"{path}: cannot be written ({error.strerror or error}); try again when it can") from error


def _clear_mailbox(folder: Path) -> None:
    """Take away what scripts and bridge left in the mailbox: nothing in it belongs to the person."""
    for name in ("state.json", "board.json", "busy.json"):
        (folder / name).unlink(missing_ok=True)
    for path in (folder / "requests").glob("*.json"):
        path.unlink(missing_ok=True)
    if (folder / "requests").is_dir():
        _remove_empty(folder / "requests", folder)


def _remove_empty(folder: Path, stop: Path) -> None:
    """Remove a folder and those above it while they are empty, up to ``stop``."""
    while folder != stop and folder.is_relative_to(stop):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def show(change: Change) -> str:
    """Return a change as a diff for people; a script of ours is one line."""
    if change.what in {"script", "OSC pattern", "removed"} or change.after is None:
        verb = "remove" if change.after is None else "write"
        return f"{verb} {change.name} ({change.what})\n"
    before, after = ((data or b"").decode("utf-8", errors="replace") for data in (change.before, change.after))
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), change.name, f"{change.name} ({change.what})", n=1, lineterm=""
    )
    return "\n".join(lines) + "\n"


def reaper_runs(platform: str = sys.platform, processes: Path = Path("/proc")) -> bool:
    """Tell whether a REAPER runs on this computer."""
    if platform == "win32":
        found = _output(["tasklist", "/FI", "IMAGENAME eq reaper.exe", "/NH"])
        return "reaper.exe" in found.lower()
    if platform == "darwin":
        return bool(_output(["pgrep", "-x", "REAPER"]).strip())
    for comm in processes.glob("[0-9]*/comm"):
        try:
            if comm.read_text(encoding="ascii", errors="replace").strip().lower() == "reaper":
                return True
        except OSError:  # it ended meanwhile
            continue
    return False


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
