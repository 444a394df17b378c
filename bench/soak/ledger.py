"""What was put down and what was acknowledged, and what must be there after it: judged without any code of the store.

Rows are read with plain sqlite3, files from the disk.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import soundfile


@dataclass(slots=True)
class Ledger:
    """What the outside knows: files that were whole, and orders that were sent and answered."""

    files: dict[Path, str] = field(default_factory=dict)  # and the SHA-256 of what is in them
    masters: dict[tuple[Path, str], bool] = field(default_factory=dict)  # and whether that was acknowledged
    jobs: set[int] = field(default_factory=set)  # numbers of jobs that were acknowledged
    modes: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)

    def wrote(self, path: Path, data: bytes) -> None:
        """Note a file that is whole."""
        self.files[path] = hashlib.sha256(data).hexdigest()


def settled(ledger: Ledger, store: Path) -> str:
    """Return what is still to come; empty when nothing is."""
    with closing(_open(store)) as rows:
        open_jobs = _number(rows, "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
        bounces = {row[0] for row in rows.execute("SELECT sha256 FROM bounces")}
        waiting = _number(rows, "SELECT count(*) FROM commands WHERE state IN ('asked', 'waiting')")
        owed = _number(rows, "SELECT count(*) FROM analyses WHERE report_path = ''")
    missing = set(ledger.files.values()) - bounces
    parts = {"jobs": open_jobs, "files": len(missing), "commands": waiting, "reports": owed}
    return ", ".join(f"{count} {name}" for name, count in parts.items() if count)


def failed_for_good(store: Path) -> list[tuple[int, str, str, str]]:
    """Return the jobs that failed because their worker died twice: (id, kind, path, error)."""
    with closing(_open(store)) as rows:
        return list(
            rows.execute(
                "SELECT id, kind, path, error FROM jobs j WHERE state = 'failed' AND NOT EXISTS"
                " (SELECT 1 FROM jobs k WHERE k.dedup_key = j.dedup_key AND k.id > j.id)"
            )
        )


def wrong(ledger: Ledger, store: Path, folder: Path) -> Iterator[str]:
    """Yield everything that is not as it must be, now that nothing is left to do."""
    with closing(_open(store)) as rows:
        if (found := rows.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            yield f"half: the store: {found[:3]}"
        if found := rows.execute("PRAGMA foreign_key_check").fetchall():
            yield f"half: rows without what they belong to: {found[:3]}"
        yield from _wrong_bounces(ledger, rows)
        yield from _wrong_masters(ledger, rows, folder)
        yield from _wrong_reports(rows)
        yield from _wrong_orders(ledger, rows)
    for path in (*folder.rglob("*"), *store.parent.rglob("*")):
        if path.name.startswith(".") or path.suffix in {".part", ".new", ".tmp"}:
            yield f"left behind: {path.name}"


def processes_left(home: Path) -> list[str]:
    """Return the processes that still work for a home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(home) in word for word in words):
            found.append(" ".join(words)[:200])
    return found


def _open(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30.0)


def _number(rows: sqlite3.Connection, sql: str) -> int:
    return int(rows.execute(sql).fetchone()[0])


def _wrong_bounces(ledger: Ledger, rows: sqlite3.Connection) -> Iterator[str]:
    bounces = rows.execute("SELECT id, song_id, revision, sha256 FROM bounces").fetchall()
    counted = Counter(row[3] for row in bounces)
    for path, sha256 in ledger.files.items():
        if counted[sha256] != 1:
            yield f"{'lost' if not counted[sha256] else 'doubled'}: the bounce of {path.name}: {counted[sha256]} rows"
    for sha256 in set(counted) - set(ledger.files.values()):
        yield f"half: a bounce that no whole file ever was: {sha256[:12]}"
    known = {
        row[0]: row[1]
        for row in rows.execute("SELECT bounce_paths.path, sha256 FROM bounce_paths JOIN bounces ON bounce_id = id")
    }
    for path, sha256 in ledger.files.items():
        if known.get(str(path)) != sha256:
            yield f"lost: the path {path.name}"
    for song in {row[1] for row in bounces}:
        numbers = sorted(row[2] for row in bounces if row[1] == song)
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"half: numbers of song {song}: {numbers}"
    analysed = Counter(row[0] for row in rows.execute("SELECT bounce_id FROM analyses"))
    for row in bounces:
        if analysed[row[0]] != 1:
            yield f"lost: the verdict of bounce {row[0]}: {analysed[row[0]]} rows"
    verdicts = Counter(row[0] for row in rows.execute("SELECT bounce_id FROM events WHERE kind = 'verdict'"))
    done = Counter(row[0] for row in rows.execute("SELECT bounce_id FROM jobs WHERE kind='analyse' AND state='done'"))
    for row in bounces:
        if verdicts[row[0]] != done[row[0]]:
            yield f"half: bounce {row[0]}: {done[row[0]]} analyses done, {verdicts[row[0]]} verdicts in its history"


def _wrong_masters(ledger: Ledger, rows: sqlite3.Connection, folder: Path) -> Iterator[str]:
    made: Counter[tuple[str, str]] = Counter()
    stored: dict[Path, str] = {}
    mixes: dict[Path, str] = {}
    for mix, target, path, sha256 in rows.execute(
        "SELECT bounces.path, target, masters.path, masters.sha256 FROM masters JOIN bounces ON bounces.id = bounce_id"
    ):
        made[mix, target] += 1
        stored[Path(path)], mixes[Path(path)] = sha256, mix
    for (path, target), acknowledged in ledger.masters.items():
        count = made[str(path), target]
        if count > 1:
            yield f"doubled: the master of {path.name} for {target}: {count}"
        elif count == 0 and acknowledged:
            yield f"lost: the master of {path.name} for {target}"
    for mix, target in set(made) - {(str(path), target) for path, target in ledger.masters}:
        yield f"doubled: a master nobody asked for: {Path(mix).name} for {target}"
    on_disk = {path for path in folder.glob("Masters/*") if path.suffix == ".wav"}
    for path in on_disk ^ set(stored):
        yield f"{'left behind' if path in on_disk else 'lost'}: the master {path.name}"
    for path in on_disk & set(stored):
        if hashlib.sha256(path.read_bytes()).hexdigest() != stored[path]:
            yield f"half: {path.name} is not what was measured"
        elif abs(soundfile.info(path).duration - soundfile.info(mixes[path]).duration) > 1e-3:
            yield f"half: {path.name} is not as long as its mix"


def _wrong_reports(rows: sqlite3.Connection) -> Iterator[str]:
    for (text,) in rows.execute("SELECT report_path FROM analyses"):
        page = Path(text) if text else None
        if page is None or not page.is_file():
            yield f"lost: a report: {text}"
        elif not page.read_text(encoding="utf-8").rstrip().endswith("</html>"):
            yield f"half: {page.name}"
        elif not page.with_suffix(".json").is_file():
            yield f"half: {page.name} without its JSON"


def _wrong_orders(ledger: Ledger, rows: sqlite3.Connection) -> Iterator[str]:
    states = dict(rows.execute("SELECT id, state FROM jobs"))
    for number in ledger.jobs:
        if number not in states:
            yield f"lost: job {number}"
    for song, said in ledger.modes.items():
        sources = rows.execute(
            "SELECT mode FROM modes JOIN songs ON songs.id = song_id WHERE songs.name = ? ORDER BY modes.id", (song,)
        )
        yield from _lost_mode(song, [row[0] for row in sources], [mode for mode, heard in said if heard])


def _lost_mode(song: str, kept: list[str], acknowledged: list[str]) -> Iterator[str]:
    """Each acknowledged mode must be there in its order; one that the song was in already adds no row."""
    at = 0
    for mode in acknowledged:
        found = next((place for place in range(max(at - 1, 0), len(kept)) if kept[place] == mode), None)
        if found is None:
            yield f"lost: the mode {mode} of {song}; kept: {kept}, acknowledged: {acknowledged}"
            return
        at = found + 1
