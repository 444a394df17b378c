"""Ardour's ``ui_scripts``: which script sits in which slot, read and extended without touching the person's own.

The file is XML. The action scripts are one base64 text of Lua assignments, ``scripts[3] = {} scripts[3]["n"] = "name"``
and so on: ``n`` name, ``s`` source, ``f`` the factory, ``a`` arguments. Every hook is an element of its own with the
same under ``s``. Ardour writes ``f`` as bytecode but loads it with Lua's ``load``, which takes source text as well
(tried in 7.3), so no bytecode of a particular Lua has to be made here. The person's bytes are kept as they are.
"""

import base64
import binascii
import re
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from bridge.errors import DawError

MAX_SLOTS = 9  # "LuaAction/script-1" to "script-9" can be run from outside
FILE = "ui_scripts"
_EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<UIScripts>
  <ActionScript lua="Lua 5.3"></ActionScript>
  <ActionHooks/>
</UIScripts>
"""
_ACTIONS = re.compile(r"(<ActionScript\b[^>]*?)(?:/>|>([^<]*)</ActionScript>)")
_HOOK = re.compile(r"[ \t]*<LuaCallback\b([^>]*)>[^<]*</LuaCallback>\n?")
_HOOKS_END = re.compile(r"[ \t]*</ActionHooks>")
_NO_HOOKS = re.compile(r"<ActionHooks\s*/>")
_NAME = re.compile(r'\bname="([^"]*)"')

_STRING = rb'"(?:[^"\\]|\\.)*"'
_TARGET = re.compile(rb"\s*scripts((?:\[(?:-?\d+|" + _STRING + rb")\])*) = ", re.DOTALL)
_VALUE = re.compile(rb"\{\}|" + _STRING + rb"|-?[\d.eE+-]+|true|false|nil", re.DOTALL)
_INDEX = re.compile(rb"\[(-?\d+)\]")


def lua_string(text: str) -> bytes:
    """Return a Lua string literal of printable ASCII only, for text in UTF-8."""
    out = bytearray(b'"')
    for byte in text.encode("utf-8"):
        if byte in b'"\\':
            out += b"\\" + bytes([byte])
        elif 32 <= byte < 127:
            out.append(byte)
        else:
            out += b"\\%03d" % byte
    return bytes(out + b'"')


def unquote(literal: bytes) -> str:
    """Return the text of a Lua string literal as ``%q`` or `lua_string` writes it."""

    def one(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if escaped.isdigit():
            return bytes([int(escaped) & 255])
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(escaped, escaped)

    raw = re.sub(rb"\\(\d{1,3}|.)", one, literal[1:-1], flags=re.DOTALL)
    return raw.decode("utf-8", errors="replace")


def split_statements(text: bytes) -> list[tuple[int | None, bytes]]:
    """Cut Ardour's assignments into (slot or None, bytes); the bytes joined again are the text.

    Raises
    ------
    DawError
        Something else stands there.
    """
    statements: list[tuple[int | None, bytes]] = []
    position = 0
    while text[position:].strip():
        target = _TARGET.match(text, position)
        value = _VALUE.match(text, target.end()) if target else None
        if target is None or value is None:
            raise DawError(
                f"Ardour's file {FILE} holds something unknown at byte {position} of its scripts; it is left alone. "
                "Assign the Fresh Ears scripts in Ardour: Edit > Lua Scripts > Script Manager"
            )
        slot = _INDEX.match(target[1])
        statements.append((int(slot[1]) if slot else None, text[position : value.end()]))
        position = value.end()
    if statements and text[position:]:
        statements[-1] = (statements[-1][0], statements[-1][1] + text[position:])
    return statements


def action_text(ui_scripts: str) -> bytes:
    """Return the Lua text of the action slots, empty when there is none.

    Raises
    ------
    DawError
        The file is not what Ardour writes.
    """
    found = _ACTIONS.search(ui_scripts)
    if found is None:
        raise DawError(f"Ardour's file {FILE} has no action scripts where they belong; it is left alone")
    try:
        return base64.b64decode("".join((found[2] or "").split()), validate=True)
    except binascii.Error as error:
        raise DawError(f"Ardour's file {FILE} is damaged ({error}); it is left alone") from error


def slots(ui_scripts: str) -> dict[int, str]:
    """Return slot → name of the script in it.

    Raises
    ------
    DawError
        The file is not what Ardour writes.
    """
    names: dict[int, str] = {}
    for slot, statement in split_statements(action_text(ui_scripts)):
        if slot is None:
            continue
        names.setdefault(slot, "")
        name = re.match(rb'\s*scripts\[-?\d+\]\["n"\] = (' + _STRING + rb")", statement, re.DOTALL)
        if name:
            names[slot] = unquote(name[1])
    return names


def slot_of(folder: Path, name: str) -> int | None:
    """Return the slot that holds a script, None when no slot does or the file cannot be read."""
    try:
        found = slots((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, DawError):
        return None
    return next((slot for slot, known in sorted(found.items()) if known == name), None)


def as_factory(source: str) -> str:
    """Return a Lua chunk that works as the script's factory: the whole script, then its factory called."""
    return f"local function ardour () end\n{source}\nreturn factory (...)\n"


def _fields(target: bytes, name: str, source: str) -> bytes:
    values = {b"n": lua_string(name), b"s": lua_string(source), b"f": lua_string(as_factory(source)), b"a": b"{}"}
    return b"".join(b'%s["%s"] = %s ' % (target, key, value) for key, value in values.items())


def with_actions(ui_scripts: str, scripts: dict[str, str]) -> tuple[str, dict[str, int | None]]:
    """Return the file with our actions in it, and name → slot (None: no slot was free).

    Parameters
    ----------
    ui_scripts : str
        The file's text; empty for a new one.
    scripts : dict
        Name → source. A script that has a slot keeps it; a new one takes the last free slots, so that the person's
        low numbers (and their toolbar buttons) stay theirs.
    """
    text = ui_scripts or _EMPTY
    statements = split_statements(action_text(text))
    held = slots(text)
    places = {name: next((slot for slot, known in held.items() if known == name), None) for name in scripts}
    ours = {slot for slot in places.values() if slot is not None}
    kept = b"".join(statement for slot, statement in statements if slot not in ours).rstrip() or b"scripts = {}"
    free = [slot for slot in range(1, MAX_SLOTS + 1) if slot not in held]
    missing = [name for name, slot in places.items() if slot is None]
    if missing:
        places.update(zip(missing, free[-len(missing) :], strict=False))
    for name, place in places.items():
        if place is not None:
            kept += b" scripts[%d] = {} " % place + _fields(b"scripts[%d]" % place, name, scripts[name]).rstrip()
    return _ACTIONS.sub(lambda m: f"{m[1]}>{base64.b64encode(kept).decode()}</ActionScript>", text, count=1), places


def with_hook(ui_scripts: str, name: str, source: str, signals: tuple[int, ...], identity: int) -> str:
    """Return the file with our hook in it, once.

    ``signals`` are the numbers of Ardour's signals (they differ between major versions); ``identity`` is the hook's id.
    """
    text = without_hook(ui_scripts or _EMPTY, name)
    bits = "".join("1" if bit in signals else "0" for bit in range(max(signals), -1, -1))
    body = base64.b64encode(b"s = {} " + _fields(b"s", name, source)).decode()
    element = (
        f'    <LuaCallback lua="Lua 5.3" id="{identity}" name={quoteattr(name)} signals="{bits}">{body}</LuaCallback>\n'
    )
    if _NO_HOOKS.search(text):
        return _NO_HOOKS.sub(lambda _: f"<ActionHooks>\n{element}  </ActionHooks>", text, count=1)
    if not _HOOKS_END.search(text):
        raise DawError(f"Ardour's file {FILE} has no hooks where they belong; it is left alone")
    return _HOOKS_END.sub(lambda m: element + m[0], text, count=1)


def without_hook(ui_scripts: str, name: str) -> str:
    """Return the file without the hook of this name."""

    def keep(match: re.Match[str]) -> str:
        found = _NAME.search(match[1])
        return "" if found and found[1] in (name, xml_escape(name), xml_escape(name, {"'": "&apos;"})) else match[0]

    return _HOOK.sub(keep, ui_scripts)


def without_actions(ui_scripts: str, names: set[str]) -> str:
    """Return the file with the slots of these scripts empty again."""
    held = slots(ui_scripts)
    ours = {slot for slot, name in held.items() if name in names}
    kept = b"".join(statement for slot, statement in split_statements(action_text(ui_scripts)) if slot not in ours)
    return _ACTIONS.sub(lambda m: f"{m[1]}>{base64.b64encode(kept).decode()}</ActionScript>", ui_scripts, count=1)
