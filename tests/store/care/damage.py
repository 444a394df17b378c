"""A store with a little of everything in it, and ways to damage it."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from bridge.model import Analysis, AudioFormat, Handoff, ListeningTick, Measurement
from bridge.store import NewBounce, Store, back_up

SONGS, BOUNCES = 4, 16


def build(path: Path) -> None:
    """Make a store of a few hundred pages; its log of changes is left beside it, not all of it is in the file yet."""
    store = Store.open(path, wall=lambda: 1_000_000.0)
    for number in range(BOUNCES):
        song = f"Song {number % SONGS}"
        file = Path(f"/music/{song} v{number}.wav")
        new = NewBounce(file, 10, number, f"{number:064d}", song, song.casefold(), "/music", f"v{number}", "folder")
        bounce, _ = store.bounces.record(new)
        job = store.jobs.add("analyse", file, '{"path":"x"}', f"analyse:{bounce.id}", bounce.id)
        store.jobs.end(job.id, "done")
        form = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
        found = Analysis(file=file.name, sha256=bounce.sha256, format=form, measurement=Measurement(), findings=())
        text = msgspec.json.encode(found).decode()
        store.results.add_analysis(bounce.id, job.id, "fine", text + " " * 3000 * (number % 5))
        store.song_state.add_handoff(bounce.id, Handoff(must_survive=(f"the breath of {number}",), written_at=1.0))
        store.song_state.add_tick(bounce.id, ListeningTick(place="Car", note="boomy", heard_at=1.0))
        store.history.add("verdict", {"text": "fine"}, song_id=bounce.song_id, bounce_id=bounce.id)
    with closing(sqlite3.connect(path)):  # as long as somebody has it open, the log stays
        store.database._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        store.commands.add("osc:9", '{"ask":"cancel","job_id":1}', state="waiting", waits_for="file:/music/x.wav")
        store.runtime.publish("bridge", {"running": True})
        kept = {side: (path.parent / f"{path.name}{side}").read_bytes() for side in ("", "-wal")}
        store.close()
    for side, data in kept.items():
        (path.parent / f"{path.name}{side}").write_bytes(data)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


class Template:
    """A store that is made once and copied as often as it is damaged."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        build(folder / "s.db")
        self.bytes_of = {side: (folder / f"s.db{side}").read_bytes() for side in ("", "-wal")}
        self.in_folder(folder / "whole")
        self.backup = back_up(folder / "whole" / "s.db", "2026-11-30").read_bytes()

    def in_folder(self, folder: Path, *, with_backup: bool = False) -> Path:
        """Put the store into a new folder."""
        folder.mkdir()
        for side, data in self.bytes_of.items():
            (folder / f"s.db{side}").write_bytes(data)
        if with_backup:
            (folder / "Backups").mkdir()
            (folder / "Backups" / "s-2026-11-30.db").write_bytes(self.backup)
        return folder / "s.db"


def read_all(path: Path) -> int:
    """Read what every page and command reads; return how many bounces there are."""
    store = Store.open(path)
    try:
        bounces = [bounce for song in store.bounces.songs() for bounce in store.bounces.of_song(song.id)]
        for bounce in bounces:
            store.results.analysis(bounce.id)
            store.song_state.handoffs(bounce.id)
            store.song_state.ticks(bounce.id)
        store.history.newest()
        store.jobs.noted()
        store.commands.waiting()
        store.runtime.published("bridge")
        store.results.masters_without_bounce()
        return len(bounces)
    finally:
        store.close()


def noise(data: bytes, seed: int) -> bytes:
    """Return data with bytes, runs or whole pages of it changed, or cut, at random places."""
    rng = random.Random(seed)
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        if not changed:
            break
        at = rng.randrange(len(changed))
        kind = rng.choice(("flip", "flip", "run", "page", "zeros", "cut"))
        if kind == "flip":
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == "run":
            length = rng.randrange(1, 200)
            changed[at : at + length] = rng.randbytes(len(changed[at : at + length]))
        elif kind in {"page", "zeros"}:
            start = at - at % 4096
            length = len(changed[start : start + 4096])
            changed[start : start + 4096] = rng.randbytes(length) if kind == "page" else bytes(length)
        elif rng.random() < 0.1:
            del changed[at:]
    return bytes(changed)
