"""docs/map.md names every package; what documents say of the tree is there; no folder is a heap."""

import re
from collections import Counter
from pathlib import Path

from tests.tree import CODE, ROOT, SOURCES, packages, read, tracked

MAP = Path("docs/map.md")
LARGEST = 14  # ours: about what a person can look over without counting
# Folders that may hold more, because every file in them is one of a kind.
OF_ONE_KIND = {
    "bridge/cli/commands": "one command a file",
    "bench/kernels": "one module of kernels a file, named as its source",
}
# Documents that speak of the tree as it is; decisions tell what was, and keep their old names.
SPEAKING = sorted(
    path
    for path in tracked()
    if path.suffix == ".md" and path.parts[:2] != ("docs", "decisions") and path.parts[0] != "tests"
)
_TOPS = "bridge|dsp|daw_scripts|tests|bench|docs|tools"
_IN_CODE = re.compile(rf"`((?:{_TOPS})/[^`\n]*)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)[)#]")


def paths_in(document: Path) -> set[str]:
    """Return the files and folders of ours that a document names, in code or as links, from the root."""
    prose = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    code = {ROOT / name for name in _IN_CODE.findall(prose) if not re.search(r"[<…*{ ]", name)}
    links = {ROOT / document.parent / name for name in _LINK.findall(prose)}
    return {str(path.resolve()) for path in code | links}


def test_the_map_names_every_package() -> None:
    missing = sorted(str(package) for package in packages() if f"`{package}`" not in read(MAP))
    assert not missing, "say in docs/map.md in one line what they are"


def test_the_map_names_no_package_that_is_gone() -> None:
    named = set(re.findall(rf"^\| `((?:{'|'.join(SOURCES)})[\w/]*)` \|", read(MAP), re.MULTILINE))
    assert named == set(map(str, packages()))


def test_the_stations_of_the_flows_are_there() -> None:
    drawn = "".join(re.findall(r"```\n(.*?)```", read(MAP), re.DOTALL))
    layers = "|".join(sorted(path.name for path in packages() if len(path.parts) == 2 and path.parts[0] == "bridge"))
    stations = set(re.findall(rf"(?<![\w/])((?:bridge|dsp|{layers})(?:/\w+)+)", drawn))
    assert len(stations) > 20
    places = {name: Path(name if name.startswith(SOURCES) else f"bridge/{name}") for name in stations}
    known = {path.with_suffix("") for path in tracked()} | packages()
    assert not sorted(name for name, place in places.items() if place not in known)


def test_files_and_folders_in_documents_are_there() -> None:
    gone = {str(document): gone for document in SPEAKING if (gone := _gone_from(document))}
    assert not gone


def _gone_from(document: Path) -> list[str]:
    return sorted(path for path in paths_in(document) if not Path(path).exists())


def test_no_folder_is_a_heap() -> None:
    files = [path for path in tracked() if path.suffix in CODE and path.name != "__init__.py"]
    heaps = {str(folder): count for folder, count in Counter(path.parent for path in files).items() if count > LARGEST}
    assert set(heaps) <= set(OF_ONE_KIND), f"sort these folders into smaller ones: {heaps}"
    assert set(heaps) == set(OF_ONE_KIND), "an exception that is none any more: take it off the list"
