"""Puts our scripts into REAPER, turns its OSC on, and takes everything out again.

Here is only what is REAPER's own: which file becomes what (`bridge.daw.install` carries it out). REAPER writes its
settings when it closes, so those wait until it is closed; scripts may be copied at any time.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bridge.daw.install import (
    Change,
    Plan,
    Standing,
    change,
    plan_undo,
    read,
    read_manifest,
    renewing,
    standing_of,
)
from bridge.daw.reaper import ini
from bridge.daw.reaper.folders import EXT_STATE_FILE, EXT_STATE_SECTION, MAILBOX_NAME

SCRIPTS = "Fresh Ears"
MANIFEST = f"{MAILBOX_NAME}/install.json"
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


_VERSION = re.compile(rb'^mailbox\.SCRIPTS = "([^"]{1,40})"', re.MULTILINE)


def script_files(source: Path) -> dict[str, bytes]:
    """Return name below the resource folder → content of every script of this version."""
    return {
        f"Scripts/{SCRIPTS}/{path.relative_to(source / SCRIPTS).as_posix()}": path.read_bytes()
        for path in sorted((source / SCRIPTS).rglob("*.lua"))
    }


def scripts_version(source: Path) -> str:
    """Return the version that the scripts of this version tell."""
    found = _VERSION.search((source / SCRIPTS / "lib/mailbox.lua").read_bytes())
    return found[1].decode("ascii") if found else ""


def state_of_scripts(resource: Path, source: Path) -> Standing:
    """Tell whether a resource folder holds our scripts, and whether they are those of this version.

    Scripts that ReaPack installed in a folder of its own count by the one file that says the version.
    """
    if has_own_scripts(resource):
        return standing_of(resource, MANIFEST, script_files(source))
    copies = sorted((resource / "Scripts").glob(f"*/{SCRIPTS}/lib/mailbox.lua"))
    if not copies:
        return "none"
    return "same" if copies[0].read_bytes() == (source / SCRIPTS / "lib/mailbox.lua").read_bytes() else "older"


def has_own_scripts(resource: Path) -> bool:
    """Tell whether the installer's scripts are in a resource folder; ReaPack alone renews those it has put there."""
    return (resource / "Scripts" / SCRIPTS).is_dir()


def plan_renewal(resource: Path, source: Path) -> Plan:
    """Return what has to change for the scripts in a REAPER to be those of this version, and nothing else.

    Raises
    ------
    DawError
        A file cannot be read.
    """
    changes: list[Change] = []
    for name, data in script_files(source).items():
        changes += change(resource, name, data, "script", ours=True)
    return renewing(Plan(root=resource, changes=tuple(changes), manifest=MANIFEST))


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
    for name, data in script_files(source).items():
        changes += change(resource, name, data, "script", ours=True)
    pattern = (source / "FreshEars.ReaperOSC").read_bytes()
    changes += change(resource, "OSC/FreshEars.ReaperOSC", pattern, "OSC pattern", ours=True)
    startup = ini.with_block(read(resource / "Scripts/__startup.lua") or b"", STARTUP_BLOCK)
    changes += change(resource, "Scripts/__startup.lua", startup, "starts the watcher")
    bridge = msgspec.json.format(msgspec.json.encode({"command": list(command)}), indent=1) + b"\n"
    mailbox = _mailbox(resource, platform, environ or {})
    if mailbox is None:
        changes += change(resource, f"{MAILBOX_NAME}/bridge.json", bridge, "starts the bridge")
    else:
        changes += change(Path(), str(mailbox / "bridge.json"), bridge, "starts the bridge")
        state = ini.with_setting(
            read(resource / EXT_STATE_FILE) or b"", EXT_STATE_SECTION, "mailbox", mailbox.as_posix()
        )
        changes += change(resource, EXT_STATE_FILE, state, "where the mailbox is", waits=True)
        notes.append(f"REAPER's folder has letters its scripts cannot read on Windows; the mailbox is {mailbox}.")
    settings = read(resource / "reaper.ini") or b""
    settings = ini.with_device(settings, listen_port, reaper_port) if osc else ini.without_device(settings)
    changes += change(resource, "reaper.ini", settings, "OSC device", waits=True)
    keys = read(resource / "reaper-kb.ini") or b""
    titles = {name: (f"Fresh Ears: {title}", _script_of(name)) for name, title in ACTIONS.items()}
    changes += change(resource, "reaper-kb.ini", ini.with_actions(keys, titles), "named actions", waits=True)
    if osc:
        notes.append(
            f"REAPER's OSC listens on every network interface without a password. Keep UDP port {reaper_port} closed "
            "to the network, or set `osc = false` under [reaper] in the settings and install again."
        )
    if any((resource / "Scripts").glob(f"*/{SCRIPTS}/freshears_watch.lua")):
        notes.append("ReaPack has installed these scripts too; remove one of the two, or they will run twice.")
    return Plan(root=resource, changes=tuple(changes), notes=tuple(notes), manifest=MANIFEST)


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


def plan_uninstall(resource: Path) -> Plan:
    """Return what has to change for nothing of ours to be left in a REAPER; see `bridge.daw.install.plan_undo`.

    Raises
    ------
    DawError
        A file cannot be read.
    """
    manifest = read_manifest(resource, MANIFEST)
    noted = manifest.files if manifest else {}
    return plan_undo(
        resource,
        MANIFEST,
        edits={
            "Scripts/__startup.lua": ini.without_block,
            "reaper.ini": ini.without_device,
            "reaper-kb.ini": ini.without_actions,
            EXT_STATE_FILE: lambda data: ini.without_section(data, EXT_STATE_SECTION),
        },
        waits=frozenset({"reaper.ini", "reaper-kb.ini", EXT_STATE_FILE}),
        bridge_rewrites=frozenset(name for name in noted if name.endswith("bridge.json")),
        leftovers=tuple(f"{MAILBOX_NAME}/{name}" for name in ("*.json", "*.json.tmp", ".*.part", "requests/*.json*")),
    )


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
