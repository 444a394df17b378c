"""Puts our scripts and export presets into Ardour, turns its OSC on, and takes it all out again.

Every change is planned first, as (file, text before, text after), so that it can be shown, tried without being done,
and repeated without changing anything. A file of the person's own is copied aside before it is changed. Nothing is
written while Ardour runs: it would overwrite the files with its own when it closes.
"""

import difflib
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from bridge.daw.ardour.folders import MAILBOX, version_of
from bridge.daw.ardour.link import DEFAULT_PORT
from bridge.daw.ardour.scripts import HOOK, WATCH_FILE, all_scripts, script_name
from bridge.daw.ardour.slots import FILE, slots, with_actions, with_hook, without_actions, without_hook
from bridge.errors import DawError

BACKUP = ".before-fresh-ears"
# Ardour's numbers of the signals Exported and LuaTimerS, per major version; seen in the running program.
SIGNALS = {7: (11, 46)}
HOOK_ID = 9_007_000_000_001  # ours: far above the numbers Ardour counts up from 1
_OSC_OFF = re.compile(r'<Protocol name="Open Sound Control \(OSC\)"[^>]*/>')
_OSC_ON = (
    '<Protocol name="Open Sound Control (OSC)" active="1" feedback="0" debugmode="0" address-only="0" '
    'remote-port="3820" banksize="0" striptypes="159" gainmode="0"/>'
)


class Change(Struct, frozen=True, kw_only=True):
    """One file before and after; None is a file that is not there."""

    path: Path
    before: bytes | None
    after: bytes | None
    what: str


class Plan(Struct, frozen=True, kw_only=True):
    """What an installation would do, and what it says to the person."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def is_running(port: int = DEFAULT_PORT, processes: Path = Path("/proc")) -> bool:
    """Return True when an Ardour seems to run: its process (Linux) or a taken OSC port."""
    for comm in processes.glob("[0-9]*/comm"):
        try:
            name = comm.read_text(encoding="ascii", errors="replace").strip().lower()
        except OSError:  # it ended meanwhile, or is somebody else's
            continue
        if name.startswith(("ardour-", "ardourgui", "ardour7", "ardour8", "hardour")):
            return True
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False


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
        raise DawError(f"{path} cannot be read: {error.strerror or error}") from error


def _text(path: Path) -> str:
    try:
        return (read(path) or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DawError(f"{path} is not UTF-8 text; it is left alone") from error


def _change(path: Path, after: bytes | None, what: str) -> list[Change]:
    before = read(path)
    return [] if before == after else [Change(path=path, before=before, after=after, what=what)]


def plan_install(config: Path, source: Path) -> Plan:
    """Return what has to change in one of Ardour's settings folders for our scripts and presets to be there.

    Raises
    ------
    DawError
        A file of Ardour's cannot be understood; nothing is planned then.
    """
    changes: list[Change] = []
    notes: list[str] = []
    scripts = all_scripts(source)
    for name, text in scripts.items():
        changes += _change(config / "scripts" / name, text.encode("utf-8"), "script")
    for path in sorted((source / "export").iterdir()):
        changes += _change(config / "export" / path.name, path.read_bytes(), "export preset")
    actions = {script_name(text): text for name, text in scripts.items() if name != WATCH_FILE}
    assigned, places = with_actions(_text(config / FILE), actions)
    homeless = [name for name, slot in places.items() if slot is None]
    if homeless:
        notes.append(
            f"All of Ardour's nine script slots are taken, so these stay without one: {', '.join(homeless)}. "
            "Empty a slot in Ardour (Edit > Lua Scripts > Script Manager) and install again"
        )
    signals = SIGNALS.get(version_of(config))
    if signals is None:
        notes.append(
            f"Ardour {version_of(config)} has not been tried: add the hook yourself in Ardour, Edit > Lua Scripts > "
            f'Script Manager > Callback Hooks > New Hook, "{HOOK}"'
        )
    else:
        assigned = with_hook(assigned, HOOK, scripts[WATCH_FILE], signals, HOOK_ID)
    changes += _change(config / FILE, assigned.encode("utf-8"), "script slots and hook")
    if not (config / MAILBOX).is_dir():
        changes += _change(config / MAILBOX / "README.txt", _README.encode(), "mailbox")
    return Plan(changes=tuple(changes), notes=tuple(notes))


_README = "Fresh Ears and its scripts in Ardour leave notes for each other here. Nothing here is yours to keep.\n"


def plan_uninstall(config: Path, source: Path) -> Plan:
    """Return what has to change for our scripts and presets to be gone; what the person has added stays."""
    changes: list[Change] = []
    scripts = all_scripts(source)
    ours = [config / "scripts" / name for name in scripts]
    ours += [config / "export" / path.name for path in sorted((source / "export").iterdir())]
    ours += sorted((config / MAILBOX).glob("*.txt"))
    for path in ours:
        changes += _change(path, None, "ours")
    text = _text(config / FILE)
    if text:
        names = {script_name(source_text) for source_text in scripts.values()}
        emptied = without_actions(without_hook(text, HOOK), names)
        backup = read(config / (FILE + BACKUP))
        if backup is None and not _holds_anything(emptied):
            changes += _change(config / FILE, None, "script slots and hook")
        else:
            changes += _change(config / FILE, emptied.encode("utf-8"), "script slots and hook")
    return Plan(changes=tuple(changes), notes=())


def _holds_anything(ui_scripts: str) -> bool:
    return bool(slots(ui_scripts)) or "<LuaCallback" in ui_scripts


def plan_osc(session: Path) -> Plan:
    """Return what turns OSC on in one session file (``NAME.ardour``); OSC runs per session in Ardour.

    Raises
    ------
    DawError
        It is not an Ardour session, or has no list of control surfaces.
    """
    text = _text(session)
    if "<Session " not in text[:2000]:
        raise DawError(f"{session} is not an Ardour session file")
    known = _OSC_OFF.search(text)
    if known and 'active="1"' in known[0]:
        return Plan(changes=(), notes=())
    if known:
        after = text[: known.start()] + _OSC_ON + text[known.end() :]
    elif "</ControlProtocols>" in text:
        after = text.replace("</ControlProtocols>", f"  {_OSC_ON}\n  </ControlProtocols>", 1)
    else:
        raise DawError(f"{session} lists no control surfaces; open and save it once in Ardour")
    return Plan(changes=tuple(_change(session, after.encode("utf-8"), "OSC on")), notes=())


def apply(changes: Iterable[Change]) -> list[Path]:
    """Do what was planned; return the copies made of the person's own files.

    Raises
    ------
    DawError
        A file has changed since it was planned, or cannot be written.
    """
    backups = []
    for change in changes:
        if read(change.path) != change.before:
            raise DawError(f"{change.path} has changed meanwhile; run the command again")
        try:
            if change.after is None:
                change.path.unlink()
                continue
            change.path.parent.mkdir(parents=True, exist_ok=True)
            backup = change.path.with_name(change.path.name + BACKUP)
            if change.before is not None and change.what in ("script slots and hook", "OSC on") and not backup.exists():
                backup.write_bytes(change.before)
                backups.append(backup)
            temporary = change.path.with_name(change.path.name + ".tmp")
            temporary.write_bytes(change.after)
            temporary.replace(change.path)
        except OSError as error:
            raise DawError(f"{change.path} cannot be written: {error.strerror or error}") from error
    return backups


def describe(change: Change) -> str:
    """Return the change as a person reads it: new and removed files by name, changed ones as a difference."""
    if change.after is None:
        return f"remove {change.path}"
    if change.before is None:
        return f"create {change.path} ({len(change.after)} bytes, {change.what})"
    before = change.before.decode("utf-8", errors="replace").splitlines()
    after = change.after.decode("utf-8", errors="replace").splitlines()
    lines = difflib.unified_diff(before, after, str(change.path), str(change.path), lineterm="", n=0)
    # The script slots are one line of base64: the beginning tells enough.
    return "\n".join(line if len(line) <= 160 else line[:157] + "..." for line in lines)
