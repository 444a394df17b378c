"""The lists of real names (`tests/data/names`), and how a reading of them is compared with the right answer."""

import csv
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bridge.songs.naming import NameNumber, song_key
from bridge.songs.places import Place, place_of

LISTS = Path(__file__).parents[1] / "data" / "names"
ROOT = PurePosixPath("/music of ours")


class Row(NamedTuple):
    """A line of a list."""

    folder: str
    name: str
    project: str
    song: str
    version: str
    numbers: str
    kind: str
    near: str
    source: str

    @property
    def path(self) -> PurePosixPath:
        return ROOT / self.folder / self.name


class Answer(NamedTuple):
    """What is read of a name, comparable."""

    song: str
    version: str
    numbers: frozenset[tuple[str, str]]
    is_stem: bool


def rows(name: str) -> list[Row]:
    """Read a list."""
    with (LISTS / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def right(row: Row) -> Answer:
    """Return the right answer of a line."""
    numbers = [NameNumber(*part.split(" ", 1)) for part in row.numbers.split("; ") if part]
    return _answer(row.song, row.version, numbers, is_stem=row.kind == "stem")


def read(row: Row) -> Answer:
    """Return what the rules read."""
    place: Place = place_of(row.path, project=row.project, roots=(ROOT,))
    return _answer(place.name.song, place.name.version, list(place.name.numbers), is_stem=place.is_stem)


def _answer(song: str, version: str, numbers: list[NameNumber], *, is_stem: bool) -> Answer:
    if is_stem:  # which part it is is no number of a bounce
        return Answer(song_key(song), "", frozenset(), True)
    kinds = {"ver": "v", "version": "v", "r": "rev"}
    plain = frozenset((kinds.get(kind, kind), _digits(kind, text)) for kind, text in numbers)
    return Answer(song_key(song), version, plain, False)


def _digits(kind: str, text: str) -> str:
    if kind == "date":
        return "".join(filter(str.isdigit, text))
    return text.lstrip("0") or "0"
