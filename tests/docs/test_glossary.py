"""docs/glossary.md: one word for one thing, and one type for one name."""

import re
from collections import defaultdict
from pathlib import Path

from tests.tree import SOURCES, public_types, python_files, read, tracked

GLOSSARY = Path("docs/glossary.md")
_WORD = re.compile(r"^\| \*\*(?P<word>[^*]+)\*\* \| (?P<meaning>[^|]+) \| (?P<code>[^|]*) \|$", re.MULTILINE)
_TWICE = re.compile(r"^\| `(?P<name>\w+)` \| (?P<packages>[^|]+) \| (?P<why>[^|]+) \|$", re.MULTILINE)


def defined() -> dict[str, set[str]]:
    """Return every public type with the packages that define it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files(*SOURCES):
        for name in public_types(path):
            found[name].add(str(path.parent))
    return found


def test_no_public_type_is_defined_in_two_packages_unless_listed_here() -> None:
    twice = {name: packages for name, packages in defined().items() if len(packages) > 1}
    listed = {m["name"]: set(re.findall(r"`([\w/]+)`", m["packages"])) for m in _TWICE.finditer(read(GLOSSARY))}
    assert twice == listed, "give one of them another name, or list it in docs/glossary.md with the reason"


def test_words_stand_in_order_and_once() -> None:
    words = [m["word"] for m in _WORD.finditer(read(GLOSSARY))]
    assert len(words) >= 30
    assert words == sorted(set(words), key=str.casefold)


def test_code_that_the_glossary_names_is_there() -> None:
    types, files = set(defined()), set(map(str, tracked())) | {str(path.parent) for path in tracked()}
    for match in _WORD.finditer(read(GLOSSARY)):
        for name in re.findall(r"`([^`]+)`", match["code"]):
            known = name in types if name.isidentifier() else name in files
            assert known, f"{match['word']}: {name} is neither a type nor a file of ours"
