"""What LV2 plug-ins say of themselves: their names and classes, from the Turtle files of their bundles.

Only the two statements that are needed are read, `a lv2:…Plugin` and `doap:name`, as every packaged bundle writes them;
the specification (lv2plug.in/ns/lv2core) gives their meaning. Nothing is loaded or run.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bridge.errors import UsageError

MOST_BYTES = 8 << 20  # ours: the largest packaged Turtle file (many presets) has under two megabytes
MOST_FILES = 10_000  # ours: all LV2 bundles of a distribution together hold some thousands

_SUBJECT = re.compile(r"^\s*(?=<[^<>\s]+>\s)", re.MULTILINE)
_CLASS = re.compile(r"\blv2:([A-Za-z]+Plugin)\b")
_NAME = re.compile(r'\bdoap:name\s+"((?:[^"\\\n]|\\.)*)"')


def read_lv2_bundles(path: Path) -> tuple[tuple[str, str], ...]:
    """Return the names of the plug-ins in a bundle, or in a folder of bundles, each with its LV2 class.

    A plug-in of several classes, or of none beside ``lv2:Plugin``, is left out: its class tells no purpose.

    Parameters
    ----------
    path
        A Turtle file, a bundle, or a folder that holds bundles.

    Raises
    ------
    UsageError
        A file cannot be read, or is larger than any real one; the message names it.
    """
    files = sorted(path.rglob("*.ttl"))[:MOST_FILES] if path.is_dir() else [path]
    return tuple(dict.fromkeys(found for file in files for found in _plugins(file)))


def _plugins(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: larger than any description of a plug-in")
    for block in _SUBJECT.split(data.decode("utf-8", "replace")):
        said = block.split("lv2:port", 1)[0]
        classes = set(_CLASS.findall(said))
        name = _NAME.search(block)
        if name and len(classes) == 1 and re.search(r"\blv2:Plugin\b", said):
            yield re.sub(r"\\(.)", r"\1", name.group(1)), classes.pop()
