"""What the systems keep of a program that starts at login, as text: pure, and quoted as each of them reads it."""

import plistlib
from collections.abc import Sequence
from subprocess import list2cmdline
from typing import NamedTuple
from xml.sax.saxutils import escape

from bridge.errors import ServiceError

TITLE = "Fresh Ears"
WHAT = "Keeps mixing and mastering apart, beside the DAW"
LABEL = "fresh-ears.bridge"  # launchd's name of it
# ours: a bridge that ends by a fault comes back after ten seconds, and stays away after five in ten minutes. (One that
# runs in a terminal is such a fault for the second.)
_AGAIN_S, _MOST_STARTS, _WITHIN_S = 10, 5, 600
_ENDING_S = 30  # ours: it ends within 3 s; a drive that hangs may hold it longer
_ENV = "/usr/bin/env"
_RUN_CHARS = 260  # Windows reads no more


class LoginCommand(NamedTuple):
    """The command line that starts the bridge, its program by its whole path, and our folder where it is named."""

    words: tuple[str, ...]
    own_home: str = ""  # FRESHEARS_HOME


def systemd_unit(command: LoginCommand) -> bytes:
    """Return a user unit.

    Source: systemd.service(5) "Command lines" and systemd.syntax(7) "Quoting", systemd 252. The program of a unit may
    hold neither quotes nor backslashes, so ``env`` starts one that does; there, and only there, its name is expanded.

    Raises
    ------
    ServiceError
        A path holds a line break or another control character.
    """
    _refuse_controls(command)
    program, *rest = command.words
    direct = not set(program) & set("\"'\\")
    first = [_systemd_word(program)] if direct else map(_systemd_argument, _by_env(LoginCommand((program,))))
    environment = f"Environment={_systemd_word(f'FRESHEARS_HOME={command.own_home}')}\n" if command.own_home else ""
    return (
        "[Unit]\n"
        f"Description={TITLE}: {WHAT}\n"
        f"StartLimitIntervalSec={_WITHIN_S}\n"
        f"StartLimitBurst={_MOST_STARTS}\n"
        "\n[Service]\n"
        f"ExecStart={' '.join([*first, *map(_systemd_argument, rest)])}\n"
        f"{environment}"
        "Restart=on-failure\n"
        f"RestartSec={_AGAIN_S}\n"
        "KillMode=mixed\n"
        f"TimeoutStopSec={_ENDING_S}\n"
        "\n[Install]\n"
        "WantedBy=default.target\n"
    ).encode()


def desktop_entry(command: LoginCommand) -> bytes:
    """Return an entry for ``autostart``, which every Linux desktop reads.

    GLib looks for an entry's program before it reads ``%%`` as ``%``, so ``env`` starts one that holds such a sign.
    Source: Desktop Entry Specification 1.5, "The Exec key" and "Possible value types"; Desktop Application Autostart
    Specification 0.5.

    Raises
    ------
    ServiceError
        A path holds a line break or another control character.
    """
    _refuse_controls(command)
    direct = not command.own_home and "%" not in command.words[0]
    words = command.words if direct else _by_env(command)
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={TITLE}\n"
        f"Comment={WHAT}\n"
        f"Exec={' '.join(map(_exec_word, words))}\n"
        "Terminal=false\n"
        "NoDisplay=true\n"
        "StartupNotify=false\n"
    ).encode()


def launch_agent(command: LoginCommand) -> bytes:
    """Return a property list for ``~/Library/LaunchAgents``; its keys as in launchd.plist(5)."""
    agent: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": list(command.words),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _WITHIN_S // _MOST_STARTS,
        "ExitTimeOut": _ENDING_S,
    }
    if command.own_home:
        agent["EnvironmentVariables"] = {"FRESHEARS_HOME": command.own_home}
    _refuse_controls(command)
    return plistlib.dumps(agent)


def run_value(command: LoginCommand) -> str:
    """Return a value for Windows' Run key (``HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run``).

    Such a value passes no environment: a folder of our own has to be set for the user (``setx``).
    Source: "Run and RunOnce Registry Keys", Microsoft Learn: a command line of at most 260 characters.

    Raises
    ------
    ServiceError
        It would be too long, or a path holds a control character.
    """
    _refuse_controls(command)
    value = list2cmdline(command.words)
    if len(value) > _RUN_CHARS:
        raise ServiceError(f"{command.words[0]}: too long a path for Windows' Run key; install to a shorter one")
    return value


def starts_another_home(entry: bytes, own_home: str) -> bool:
    """Tell whether an entry of ours, of whichever system, starts the bridge of another folder than this one."""
    if not any(mark.encode() in entry for mark in (TITLE, LABEL)):
        return False
    if not own_home:
        return b"FRESHEARS_HOME" in entry
    word = f"FRESHEARS_HOME={own_home}"
    spelt = (_systemd_word(word), _exec_word(word), f"<string>{escape(own_home)}</string>")
    return not any(way.encode("utf-8", "surrogateescape") in entry for way in spelt)


def _refuse_controls(command: LoginCommand) -> None:
    for word in (*command.words, command.own_home):
        if any(ord(one) < 0x20 or ord(one) == 0x7F for one in word) or not _is_text(word):
            raise ServiceError(f"{word!r}: a path with such characters cannot be started at login; rename the folder")


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:  # a name of bytes that are no UTF-8
        return False
    return True


def _by_env(command: LoginCommand) -> tuple[str, ...]:
    """Return a command line whose program is the system's own, which takes ours as an argument.

    ``env`` takes what holds an equals sign for a variable: ``nice`` does not.
    """
    named = (f"FRESHEARS_HOME={command.own_home}",) if command.own_home else ()
    between = ("nice", "-n", "0") if "=" in command.words[0] else ()
    return (_ENV, *named, *between, *command.words)


def _systemd_word(word: str) -> str:
    """Quote a word that systemd does not expand variables in."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _systemd_argument(word: str) -> str:
    return _systemd_word(word).replace("$", "$$")


def _exec_word(word: str) -> str:
    """Quote a word of an Exec key: first as an argument, then as a value of a string key."""
    quoted: Sequence[str] = [f"\\{one}" if one in '"`$\\' else one for one in word.replace("%", "%%")]
    return f'"{"".join(quoted)}"'.replace("\\", "\\\\")
