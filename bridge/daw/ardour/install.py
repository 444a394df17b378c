"""Puts our scripts and export presets into Ardour, turns its OSC on, and takes it all out again.

Here is only what is Ardour's own: which file becomes what (`bridge.daw.install` carries it out). Nothing is written
while Ardour runs: it would overwrite the files with its own when it closes.
"""

import hashlib
import re
import socket
from pathlib import Path

from msgspec.structs import replace

from bridge.daw.ardour.folders import MAILBOX, version_of
from bridge.daw.ardour.link import DEFAULT_PORT
from bridge.daw.ardour.scripts import HOOK, WATCH_FILE, all_scripts, script_name
from bridge.daw.ardour.slots import FILE, slots, with_actions, with_hook, without_actions, without_hook
from bridge.daw.install import Change, Plan, change, plan_undo, read, read_manifest
from bridge.errors import DawError

MANIFEST = f"{MAILBOX}/install.json"
# Ardour's numbers of the signals Exported and LuaTimerS, per major version; seen in the running program.
SIGNALS = {7: (11, 46)}
HOOK_ID = 9_007_000_000_001  # ours: far above the numbers Ardour counts up from 1
_OSC_OFF = re.compile(r'<Protocol name="Open Sound Control \(OSC\)"[^>]*/>')
_OSC_ON = (
    '<Protocol name="Open Sound Control (OSC)" active="1" feedback="0" debugmode="0" address-only="0" '
    'remote-port="3820" banksize="0" striptypes="159" gainmode="0"/>'
)


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


def _text(path: Path) -> str:
    try:
        return (read(path) or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DawError(f"{path} is not UTF-8 text; it is left alone") from error


def _ours(config: Path, name: str, after: bytes, what: str) -> list[Change]:
    """Return the change of a file that is ours alone; one of 0.1.0, which noted nothing, is taken over."""
    return [
        replace(found, adopts=found.before is not None and b"Fresh Ears" in found.before)
        for found in change(config, name, after, what, ours=True)
    ]


def script_files(source: Path) -> dict[str, bytes]:
    """Return name below a settings folder → content of every script and export preset of this version."""
    scripts = {f"scripts/{name}": text.encode("utf-8") for name, text in all_scripts(source).items()}
    return scripts | {f"export/{path.name}": path.read_bytes() for path in sorted((source / "export").iterdir())}


def plan_renewal(config: Path, source: Path) -> Plan:
    """Return what has to change for the scripts in an Ardour to be those of this version.

    A script that the person changed stays, in its slot, too, where this version brings it as it was.

    Raises
    ------
    DawError
        A file of Ardour's cannot be read, or understood; nothing is planned then.
    """
    manifest = read_manifest(config, MANIFEST)
    scripts = all_scripts(source)
    for name, text in scripts.items():
        entry = manifest.files.get(f"scripts/{name}") if manifest else None
        held = (read(config / "scripts" / name) or b"").decode("utf-8", errors="replace")
        is_as_it_was = entry is not None and hashlib.sha256(text.encode("utf-8")).hexdigest() == entry.sha256
        if is_as_it_was and f'"{script_name(text)}"' in held:  # one without its name would fit no slot
            scripts[name] = held
    return plan_install(config, source, scripts)


def plan_install(config: Path, source: Path, scripts: dict[str, str] | None = None) -> Plan:
    """Return what has to change in one of Ardour's settings folders for our scripts and presets to be there.

    Parameters
    ----------
    scripts
        File name → assembled source; by default those of this version.

    Raises
    ------
    DawError
        A file of Ardour's cannot be understood; nothing is planned then.
    """
    changes: list[Change] = []
    notes: list[str] = []
    scripts = all_scripts(source) if scripts is None else scripts
    for name, text in scripts.items():
        changes += _ours(config, f"scripts/{name}", text.encode("utf-8"), "script")
    for path in sorted((source / "export").iterdir()):
        changes += _ours(config, f"export/{path.name}", path.read_bytes(), "export preset")
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
    held = _text(config / FILE)
    had_ours = HOOK in held or bool(held and set(slots(held).values()) & set(actions))
    noted = read_manifest(config, MANIFEST) is not None
    for found in change(config, FILE, assigned.encode("utf-8"), "script slots and hook"):
        changes.append(replace(found, adopts=had_ours and not noted))
    changes += _ours(config, f"{MAILBOX}/README.txt", _README.encode(), "mailbox")
    return Plan(root=config, changes=tuple(changes), notes=tuple(notes), manifest=MANIFEST)


_README = "Fresh Ears and its scripts in Ardour leave notes for each other here. Nothing here is yours to keep.\n"


def plan_uninstall(config: Path, source: Path) -> Plan:
    """Return what has to change for our scripts and presets to be gone; see `bridge.daw.install.plan_undo`.

    Raises
    ------
    DawError
        A file of Ardour's cannot be understood.
    """
    scripts = all_scripts(source)
    names = {script_name(text) for text in scripts.values()}

    def without_ours(data: bytes) -> bytes | None:
        emptied = without_actions(without_hook(data.decode("utf-8"), HOOK), names)
        return emptied.encode("utf-8") if _holds_anything(emptied) else None

    _text(config / FILE)  # says what is wrong with a file that is not text
    return plan_undo(
        config,
        MANIFEST,
        edits={FILE: without_ours},
        unnoted=script_files(source) | {f"{MAILBOX}/README.txt": _README.encode()},
        leftovers=tuple(f"{MAILBOX}/{name}" for name in ("*.txt", "*.tmp", "*.reading", ".*.part")),
    )


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
        return Plan(root=session.parent, changes=())
    if known:
        after = text[: known.start()] + _OSC_ON + text[known.end() :]
    elif "</ControlProtocols>" in text:
        after = text.replace("</ControlProtocols>", f"  {_OSC_ON}\n  </ControlProtocols>", 1)
    else:
        raise DawError(f"{session} lists no control surfaces; open and save it once in Ardour")
    found = change(session.parent, session.name, after.encode("utf-8"), "OSC on", waits=True)
    return Plan(root=session.parent, changes=tuple(found))
