"""The tables of docs/accuracy.md that real music gives. What is known is kept, so that kinds can be run in parts."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.document import replace_section, table
from bench.faults.clean import Said
from bench.faults.judgements import judgement_of
from bench.faults.kinds.kind import Kind, PlaceKind
from bench.faults.music import Track
from bench.faults.run import Result

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "accuracy.md"
STATE = Path(__file__).parent.parent.parent / ".bench" / "faults"
_TITLES = ["put in", "asked", "found", "of", "standing out or not", "at other rates"]


def keep_results(music: str, results: Iterable[Result]) -> None:
    """Keep the rows of a run, instead of what was known of the same kinds."""
    rows = _known(music)
    for result in results:
        rows[f"{result.kind.name}|{result.rate_hz}"] = [
            sum(o.found for o in result.asked),
            len(result.asked),
            sum(o.found for o in result.outcomes),
            len(result.outcomes),
        ]
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / f"{music}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")


def write_results(music: str, families: dict[str, tuple[Kind, ...]], songs: list[Track]) -> None:
    """Renew the table of what was found in the songs of a set."""
    rows = _known(music)
    packages = Counter(song.package for song in songs)
    named = ", ".join(f"{package} ({count})" for package, count in packages.items())
    parts = [
        (
            f"{len(songs)} songs: {named}. Found is a *fault* or a *listen* within 30 ms of the place, or, of what "
            f"concerns the whole song, with the true value. Written by `python -m bench.faults --set {music} --write`."
        )
    ]
    for family, kinds in families.items():
        lines = [_row(kind, rows) for kind in kinds if f"{kind.name}|0" in rows]
        if lines:
            parts += [f"**{family.capitalize()}**", table(_TITLES, lines)]
    _write(f"faults-{music}", "\n\n".join(parts))


def write_clean(music: str, said: list[Said], songs: list[Track]) -> None:
    """Renew the table of what is said of songs into which nothing was put, with what was seen in the samples."""
    counts = Counter(one.kind for one in said)
    silent = len(songs) - len({one.track for one in said})
    rows = [[one.track, one.kind, one.message, judgement_of(one)] for one in said]
    head = (
        f"{len(songs)} songs as they are, decoded to 24 bits: {counts['fault']} faults, {counts['listen']} *listen* "
        f"({counts['listen'] / len(songs):.2f} a song); {silent} songs have neither. Written by `python -m "
        f"bench.faults --set {music} --clean --write`; judged in `bench/faults/judgements.toml`."
    )
    _write(f"clean-{music}", f"{head}\n\n{table(['song', 'kind', 'said', 'seen in the samples'], rows)}")


def _row(kind: Kind, rows: dict[str, list[int]]) -> list[str]:
    found, asked, all_found, every = rows[f"{kind.name}|0"]
    rates = kind.rates_hz if isinstance(kind, PlaceKind) else ()
    others = [(rate, rows[f"{kind.name}|{rate}"]) for rate in rates if f"{kind.name}|{rate}" in rows]
    return [
        kind.name,
        "" if kind.least is None else f"{100 * kind.least:.0f} %",
        _percent(found, asked),
        f"{asked:,}",
        f"{_percent(all_found, every)} of {every:,}" if every != asked else "",
        ", ".join(f"{rate / 1000:g} kHz {some[0]} of {some[1]}" for rate, some in others),
    ]


def _percent(found: int, asked: int) -> str:
    return f"{100 * found / asked:.1f} %" if asked else "none was put in"


def _known(music: str) -> dict[str, list[int]]:
    path = STATE / f"{music}.json"
    rows: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return rows


def _write(section: str, body: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(replace_section(text, section, body), encoding="utf-8")
