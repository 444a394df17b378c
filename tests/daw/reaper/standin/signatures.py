"""What Lua may pass to a REAPER function and gets back, derived from its C signature.

The rules are those of REAPER's own generated Lua documentation: a ``char*`` (or ``int*`` …) whose name ends in
``Out``, ``OutNeedBig``, ``OutOptional`` … becomes a further return value; a non-const ``char*`` without ``Out`` is
passed in and returned; buffer sizes (``_sz``) vanish; ``…Optional`` inputs may be left out.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent.parent.parent / "data" / "reaper" / "signatures.json"
# Functions that get or set take what they give back, too, although their C names say "Out" alone.
_TAKES_WHAT_IT_GIVES = {"GetSet_LoopTimeRange2"}
_OUT = re.compile(r"Out(NeedBig|Need\d+|Optional)*$")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as Lua sees it."""

    kind: str  # int, double, bool, string, or the class of a pointer
    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """A function as Lua sees it: its arguments, and the kinds of what it returns."""

    name: str
    arguments: tuple[Argument, ...]
    returns: tuple[str, ...]


def _kind(c_type: str) -> str:
    plain = c_type.replace("const ", "").strip()
    if plain in {"char*", "char**", "GUID*"}:
        return "string"
    if plain in {"int", "size_t", "unsigned int", "int*"}:
        return "int"
    if plain in {"double", "float", "double*"}:
        return "double"
    if plain in {"bool", "bool*"}:
        return "bool"
    if plain.endswith("*"):
        return plain.rstrip("*")
    raise AssertionError(f"unknown C type {c_type!r}")


def signature(name: str, declared: dict[str, Any]) -> Signature:
    """Derive one function's Lua signature."""
    arguments: list[Argument] = []
    returns = [] if declared["returns"] == "void" else [_kind(declared["returns"])]
    for text in declared["args"]:
        c_type, _, arg = text.rpartition(" ")
        if arg.endswith("_sz"):
            continue
        if _OUT.search(arg):
            returns.append(_kind(c_type))
            if name not in _TAKES_WHAT_IT_GIVES:
                continue
        arguments.append(Argument(_kind(c_type), arg, "Optional" in arg))
        if c_type == "char*":
            returns.append("string")
    return Signature(name, tuple(arguments), tuple(returns))


def load() -> dict[str, Signature]:
    """Return all functions the stand-in knows, by name."""
    declared = json.loads(DATA.read_text(encoding="utf-8"))["functions"]
    return {name: signature(name, entry) for name, entry in declared.items()}
