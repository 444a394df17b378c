"""What comes in beside bounces: parts of mixes, kept as sets, and songs that look near to others, to be asked about."""

from pathlib import Path
from typing import NamedTuple

from bridge.pathtext import to_text
from bridge.store.db import Database


class StemSet(NamedTuple):
    """The parts of one mix, in one folder."""

    id: int
    folder: str
    song: str
    stems: tuple[str, ...]  # what they are called: Bass, Drums
    seen_at: float


class SongQuestion(NamedTuple):
    """A new song that may be one that is there; it stands until it is answered, or one of the two is gone."""

    id: int
    song_id: int
    song: str
    near_id: int
    near: str
    asked_at: float


class LandingTables:
    """Reads and writes sets of stems and questions about songs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_stem(self, folder: Path, key: str, song: str, path: Path, stem: str, stamp: tuple[int, int]) -> bool:
        """Keep a part of a mix with its set; ``stamp`` is size and date. Tell whether its set is a new one."""
        stored = to_text(folder)
        with self._db.transaction() as connection:
            made = connection.execute(
                "INSERT OR IGNORE INTO stem_sets (folder, key, song, seen_at) VALUES (?, ?, ?, ?)",
                (stored, key, song, self._db.wall()),
            )
            found = connection.execute(
                "SELECT id FROM stem_sets WHERE folder = ? AND key = ?", (stored, key)
            ).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO stem_files VALUES (?, ?, ?, ?, ?, ?)",
                (to_text(path), found["id"], stem, *stamp, self._db.wall()),
            )
            connection.execute("INSERT OR REPLACE INTO seen_files VALUES (?, ?, ?, 'stem')", (to_text(path), *stamp))
        return made.rowcount > 0

    def stem_sets(self, key: str | None = None) -> list[StemSet]:
        """Return the sets of stems, of one song's folded name when asked, oldest first."""
        rows = self._db.query(
            "SELECT sets.id, folder, song, sets.seen_at, stem FROM stem_sets AS sets"
            " JOIN stem_files ON set_id = sets.id WHERE ? IS NULL OR key = ? ORDER BY sets.id, stem",
            (key, key),
        )
        sets: dict[int, StemSet] = {}
        for row in rows:
            one = sets.get(row["id"]) or StemSet(row["id"], row["folder"], row["song"], (), row["seen_at"])
            sets[row["id"]] = one._replace(stems=(*one.stems, row["stem"]))
        return list(sets.values())

    def stem_at(self, path: Path) -> tuple[str, str] | None:
        """Return the song and the name of the part that a file was kept as, ``None`` where it was not."""
        row = self._db.query_one(
            "SELECT song, stem FROM stem_files JOIN stem_sets ON stem_sets.id = set_id WHERE path = ?", (to_text(path),)
        )
        return None if row is None else (row["song"], row["stem"])

    def has_stem_set(self, folder: Path, key: str) -> bool:
        """Tell whether parts of a song are kept in a folder."""
        sql = "SELECT 1 FROM stem_sets JOIN stem_files ON set_id = stem_sets.id WHERE folder = ? AND key = ?"
        return self._db.query_one(sql, (to_text(folder), key)) is not None

    def drop_stem(self, path: Path) -> None:
        """Take a file out of its set: the person says that it is a bounce."""
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM stem_files WHERE path = ?", (to_text(path),))

    def is_asked(self, song_id: int) -> bool:
        """Tell whether it is being asked if a song is another one."""
        return any(song_id == question.song_id for question in self.questions())

    def was_answered(self, song_id: int) -> bool:
        """Tell whether the person has said of a song what it is."""
        sql = "SELECT 1 FROM song_questions WHERE song_id = ? AND answer != ''"
        return self._db.query_one(sql, (song_id,)) is not None

    def ask(self, song_id: int, near_id: int) -> int | None:
        """Ask whether a new song is one that is there; return the question, ``None`` when it was asked before."""
        with self._db.transaction() as connection:
            made = connection.execute(
                "INSERT OR IGNORE INTO song_questions (song_id, near_id, asked_at) VALUES (?, ?, ?)",
                (song_id, near_id, self._db.wall()),
            )
        return int(made.lastrowid or 0) if made.rowcount else None

    def questions(self) -> list[SongQuestion]:
        """Return the questions that stand, oldest first: both songs still have bounces."""
        rows = self._db.query(
            "SELECT questions.id, song_id, songs.name AS song, near_id, near.name AS near, asked_at"
            " FROM song_questions AS questions JOIN songs ON songs.id = song_id JOIN songs AS near ON near.id = near_id"
            " WHERE answer = '' AND (SELECT count(DISTINCT bounces.song_id) FROM bounces WHERE forgotten_at IS NULL"
            " AND bounces.song_id IN (questions.song_id, near_id)) = 2 ORDER BY questions.id"
        )
        return [SongQuestion(**{name: row[name] for name in SongQuestion._fields}) for row in rows]

    def answer(self, question_id: int, answer: str) -> None:
        """Keep how a question was answered: ``new`` or ``same``; an empty answer lets it stand again."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE song_questions SET answer = ?, answered_at = ? WHERE id = ?",
                (answer, self._db.wall() if answer else None, question_id),
            )
