"""One word for one thing: old private words do not come back, and people read of bounces, never of revisions.

The words are those of docs/glossary.md; what was renamed stands in docs/decisions/0014-one-vocabulary.md. Stored data
keeps its words: columns, JSON keys and OSC arguments may be called `revision`, sentences may not hold it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tree import nodes, python_files, read, tracked

# Words of our own that the craft's words have replaced; as parts of names of modules, classes, functions, attributes.
OLD_NAMES = {"wish", "wishes", "deed", "deeds", "songbook", "conscience"}
# Words that mean something else elsewhere, but say nothing as parts of names of classes.
OLD_CLASSES = OLD_NAMES | {"desk", "news", "board", "beside"}
CODE = [path for path in tracked() if path.suffix in {".py", ".lua", ".js", ".html"} and "vendor" not in path.parts]
PAGES = [path for path in tracked() if path.suffix == ".md" and path.parts[:2] != ("docs", "decisions")]
REVISION = re.compile(r"\brevisions?\b", re.IGNORECASE)


def words_of(name: str) -> set[str]:
    """Return the words in a name written in any of the usual ways."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def names_in(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield (name, line, is a class) of what a module defines."""
    for node in nodes(path):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno, True
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, False
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, False
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno, False
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno, False


def names_of_script(text: str) -> Iterator[tuple[str, int]]:
    """Yield (name, line) of everything a script or template names outside its comments."""
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"--.*|//.*|/?\*.*", "", line)
        yield from ((name, number) for name in re.findall(r"[A-Za-z_][\w-]*", code))


def old_words_in(path: Path) -> Iterator[str]:
    """Yield where a file uses a word that was replaced."""
    if words_of(path.stem) & OLD_NAMES:
        yield f"{path} itself"
    if path == Path("bridge/store/schema/__init__.py"):
        return  # a migration keeps the name it was recorded under
    if path.suffix == ".py":
        for name, line, is_class in names_in(path):
            if words_of(name) & (OLD_CLASSES if is_class else OLD_NAMES):
                yield f"{path}:{line} {name}"
    else:
        for name, line in names_of_script(read(path)):
            if words_of(name) & OLD_NAMES:
                yield f"{path}:{line} {name}"


def test_old_words_do_not_come_back() -> None:
    found = [where for path in CODE for where in old_words_in(path)]
    assert not found, "docs/glossary.md has the words there are now"


def sentences_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts in a file that people may read; keys and single words are none."""
    text = read(path)
    if path.suffix == ".py":
        yield from _python_sentences(path)
    elif path.suffix == ".html":
        shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<script.*?</script>", _blank, text, flags=re.DOTALL)
        yield from enumerate(shown.splitlines(), 1)
    elif path.suffix == ".md":
        prose = re.sub(r"```.*?```|`[^`\n]*`|^#+ `.*$", _blank, text, flags=re.DOTALL | re.MULTILINE)
        yield from enumerate(prose.splitlines(), 1)
    else:
        for number, line in enumerate(text.splitlines(), 1):
            for quoted in re.findall(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`', line):
                yield number, quoted if " " in quoted else ""


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _python_sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield texts with a space in them: in `bridge/cli` docstrings as well, which are the help people read."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    helps = path.parts[:2] == ("bridge", "cli")
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (helps or id(node) not in docstrings):
            yield node.lineno, node.value if " " in node.value else ""


def _is_shown(path: Path) -> bool:
    """Tell whether a file holds texts for people: everything but the store's SQL, tests and benchmarks."""
    return path.parts[0] in {"bridge", "daw_scripts"} and path.parts[:2] != ("bridge", "store")


def test_people_read_of_bounces_never_of_revisions() -> None:
    found = [
        f"{path}:{line} {text.strip()[:80]}"
        for path in [*filter(_is_shown, CODE), *PAGES]
        for line, text in sentences_in(path)
        if REVISION.search(text)
    ]
    assert not found, "in front of people it is `bounce 3`, never `revision 3`"


def test_the_rules_see_what_they_are_made_for(tmp_path: Path) -> None:
    assert words_of("PageDesk") == {"page", "desk"}
    assert words_of("osc_deeds") == {"osc", "deeds"}
    assert words_of("OSCWish") == {"osc", "wish"}
    page = tmp_path / "page.html"
    page.write_text('<p title="revision 3">{{ view.revision }}</p>\n<b>Revisions</b>', encoding="utf-8")
    assert [line for line, text in sentences_in(page) if REVISION.search(text)] == [1, 2]
    code = tmp_path / "code.py"
    code.write_text('x = {"revision": 1}\ny = f"it is revision {x}"\n', encoding="utf-8")
    assert [line for line, text in sentences_in(code) if REVISION.search(text)] == [2]
    lua = tmp_path / "code.lua"
    lua.write_text('local a = { revision = "revision" }\nshow("The next revision")\n', encoding="utf-8")
    assert [line for line, text in sentences_in(lua) if REVISION.search(text)] == [2]


def test_python_files_of_all_kinds_are_looked_at() -> None:
    assert {path.parts[0] for path in CODE if path.suffix == ".py"} >= {"bridge", "dsp", "tests", "bench"}
    assert len(python_files("bridge", "dsp")) > 100
