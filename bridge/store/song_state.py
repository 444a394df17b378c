"""What people said about songs and bounces: modes, hand-off sheets, ticks, overrides, answers, dual prints."""

from typing import NamedTuple

import msgspec

from bridge.model import Handoff, ListeningTick, Mode, ModeChange, ModeSource
from bridge.store.db import Database
from bridge.text import json_text


class Override(NamedTuple):
    """Something that was done although it was not ready."""

    what: str
    reason: str
    at: float


class StoredReply(NamedTuple):
    """An answer to a question that a mode asks."""

    mode: str
    question: str
    text: str
    at: float


class SongStateTables:
    """Reads and writes; nothing here judges, and nothing is ever deleted."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_mode(self, change: ModeChange, *, song_id: int | None = None, project: str = "") -> None:
        """Keep that a song, or a project without a song yet, came into a mode."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO modes (song_id, project, mode, source, why, at) VALUES (?, ?, ?, ?, ?, ?)",
                (song_id, project, change.mode, change.source, change.why, change.at),
            )

    def modes(self, *, song_id: int | None = None, project: str = "") -> list[ModeChange]:
        """Return the modes of a song, or of a project, oldest first."""
        where, value = ("song_id = ?", song_id) if song_id is not None else ("song_id IS NULL AND project = ?", project)
        rows = self._db.query(f"SELECT mode, source, why, at FROM modes WHERE {where} ORDER BY id", (value,))  # noqa: S608
        return [
            ModeChange(
                mode=msgspec.convert(row["mode"], Mode),
                source=msgspec.convert(row["source"], ModeSource),
                why=row["why"],
                at=row["at"],
            )
            for row in rows
        ]

    def add_handoff(self, bounce_id: int, sheet: Handoff) -> None:
        """Keep a version of a bounce's sheet."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO handoffs (bounce_id, data, written_at) VALUES (?, ?, ?)",
                (bounce_id, json_text(sheet), sheet.written_at),
            )

    def handoffs(self, bounce_id: int) -> list[Handoff]:
        """Return all versions of a bounce's sheet, oldest first."""
        rows = self._db.query("SELECT data FROM handoffs WHERE bounce_id = ? ORDER BY id", (bounce_id,))
        return [msgspec.json.decode(row["data"], type=Handoff) for row in rows]

    def add_tick(self, bounce_id: int, tick: ListeningTick) -> None:
        """Keep that a bounce was heard somewhere."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO ticks (bounce_id, place, note, heard_at) VALUES (?, ?, ?, ?)",
                (bounce_id, tick.place, tick.note, tick.heard_at),
            )

    def take_back_ticks(self, bounce_id: int, place: str, at: float) -> None:
        """Note that a bounce was not heard somewhere after all."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE ticks SET taken_back_at = ? WHERE bounce_id = ? AND place = ? AND taken_back_at IS NULL",
                (at, bounce_id, place),
            )

    def ticks(self, bounce_id: int) -> list[ListeningTick]:
        """Return where a bounce was heard, oldest first; what was taken back is left out."""
        rows = self._db.query(
            "SELECT place, note, heard_at FROM ticks WHERE bounce_id = ? AND taken_back_at IS NULL ORDER BY id",
            (bounce_id,),
        )
        return [ListeningTick(place=row["place"], note=row["note"], heard_at=row["heard_at"]) for row in rows]

    def add_override(self, bounce_id: int, what: str, reason: str, at: float) -> None:
        """Keep that somebody went on although something stood in the way."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO overrides (bounce_id, what, reason, at) VALUES (?, ?, ?, ?)", (bounce_id, what, reason, at)
            )

    def overrides(self, bounce_id: int) -> list[Override]:
        """Return a bounce's overrides, oldest first."""
        rows = self._db.query("SELECT what, reason, at FROM overrides WHERE bounce_id = ? ORDER BY id", (bounce_id,))
        return [Override(row["what"], row["reason"], row["at"]) for row in rows]

    def add_reply(self, song_id: int, mode: str, question: str, text: str, at: float) -> None:
        """Keep an answer to a question of a mode."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO replies (song_id, mode, question, text, at) VALUES (?, ?, ?, ?, ?)",
                (song_id, mode, question, text, at),
            )

    def replies(self, song_id: int) -> list[StoredReply]:
        """Return a song's answers, oldest first."""
        rows = self._db.query("SELECT mode, question, text, at FROM replies WHERE song_id = ? ORDER BY id", (song_id,))
        return [StoredReply(row["mode"], row["question"], row["text"], row["at"]) for row in rows]

    def set_prints(self, wet_id: int, dry_id: int, source: str) -> None:
        """Keep that two bounces are prints of one mix."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO prints VALUES (?, ?, ?, ?)", (wet_id, dry_id, source, self._db.wall())
            )

    def prints(self, bounce_id: int) -> tuple[int, int] | None:
        """Return (wet, dry) of the pair a bounce belongs to, None when it has no other print."""
        row = self._db.query_one(
            "SELECT wet_id, dry_id FROM prints WHERE wet_id = ? OR dry_id = ? ORDER BY at DESC", (bounce_id, bounce_id)
        )
        return None if row is None else (int(row["wet_id"]), int(row["dry_id"]))

    def set_nudged(self, bounce_id: int, at: float) -> None:
        """Keep that somebody was told that the rest is over."""
        with self._db.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO nudges VALUES (?, ?)", (bounce_id, at))

    def nudged_at(self, bounce_id: int) -> float | None:
        """Return when that was, None when it was not."""
        row = self._db.query_one("SELECT at FROM nudges WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else float(row["at"])
