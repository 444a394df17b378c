"""What is wrong with a TOML file, shown as a person finds it: the line, a caret below the place, the remedy."""

import re
import tomllib

from bridge.errors import ConfigError

SINGLE_QUOTES = "use 'single quotes' for Windows paths: a backslash in double quotes begins an escape"
_LONGEST_LINE = 160  # ours: what of a line is shown round the place
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
# A drive, a share, or one folder below another, in double quotes.
_WINDOWS_PATH = re.compile(r'"[^"]*(?:[A-Za-z]:\\|\\\\|\w\\\w)')


def toml_error(text: str, origin: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    """Return what is wrong with a TOML text as an error that shows the place.

    Parameters
    ----------
    text, origin
        The text, and the file it comes from.
    error
        What the parser said.
    """
    message = str(error)
    found = _PLACE.search(message)
    lines = text.splitlines() or [""]
    number = min(int(found.group(1)), len(lines)) if found else len(lines)
    line = lines[number - 1]
    column = int(found.group(2)) if found else len(line) + 1
    what = _PLACE.sub("", message).removesuffix(" (at end of document)")
    remedy = SINGLE_QUOTES if _WINDOWS_PATH.search(line) else "mend it at the caret"
    return ConfigError(f"{origin}, line {number}: not valid TOML: {what}; {remedy}", below=_pointed_at(line, column))


def _pointed_at(line: str, column: int) -> tuple[str, str]:
    """Return the part of a line around a column, and a caret that stands below it."""
    line = line.replace("\t", " ")
    start = max(0, min(column - _LONGEST_LINE // 2, len(line) - _LONGEST_LINE))
    return f"  {line[start : start + _LONGEST_LINE]}", f"  {' ' * (column - 1 - start)}^"
