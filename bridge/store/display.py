"""What pages draw of a sound file and how files compare, kept by the files' content.

What is kept arrives as the JSON the worker wrote; what is read are records.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.model import AudioFormat, BounceDiff, Curves, ReferenceComparison, Zoom
from bridge.store.db import Database
from bridge.store.records import read


class KnownReference(NamedTuple):
    """A reference as it was listened to."""

    id: int
    path: str
    sha256: str
    rate_hz: int
    frames: int


class DisplayTables:
    """Reads and writes drawings and comparisons."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set_curves(self, sha256: str, curves: str) -> None:
        """Keep a file's curves; newer ones replace them."""
        with self._db.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO drawings VALUES (?, ?)", (sha256, curves))

    def curves(self, sha256: str) -> Curves | None:
        """Return a file's curves, ``None`` when they were not kept."""
        row = self._db.query_one("SELECT curves FROM drawings WHERE sha256 = ?", (sha256,))
        return None if row is None else read(row["curves"], Curves, f"the curves of {sha256[:8]}")

    def set_zooms(self, sha256: str, zooms: Sequence[Zoom]) -> None:
        """Keep a file's waveform at several zooms, the finest first, instead of what was kept before."""
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM zooms WHERE sha256 = ?", (sha256,))
            connection.executemany(
                "INSERT INTO zooms VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (sha256, level, zoom.step_s, zoom.channels, zoom.full_scale, zoom.peaks)
                    for level, zoom in enumerate(zooms)
                ],
            )

    def zoom(self, sha256: str, level: int) -> Zoom | None:
        """Return a file's waveform at one zoom; level 0 is the finest."""
        row = self._db.query_one("SELECT * FROM zooms WHERE sha256 = ? AND level = ?", (sha256, level))
        return None if row is None else Zoom(**{name: row[name] for name in Zoom.__struct_fields__})

    def zoom_steps(self, sha256: str) -> list[float]:
        """Return the step of every zoom in seconds, the finest first."""
        rows = self._db.query("SELECT step_s FROM zooms WHERE sha256 = ? ORDER BY level", (sha256,))
        return [row["step_s"] for row in rows]

    def set_comparison(self, a_sha256: str, b_sha256: str, data: str) -> None:
        """Keep how B differs from A."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO comparisons VALUES (?, ?, ?, ?)", (a_sha256, b_sha256, data, self._db.wall())
            )

    def comparison(self, a_sha256: str, b_sha256: str) -> BounceDiff | None:
        """Return how B differs from A, ``None`` when nobody asked yet."""
        row = self._db.query_one(
            "SELECT data FROM comparisons WHERE a_sha256 = ? AND b_sha256 = ?", (a_sha256, b_sha256)
        )
        return None if row is None else read(row["data"], BounceDiff, "a comparison")

    def set_references(self, sha256: str, files: str, data: str) -> None:
        """Keep a mix beside its references."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO reference_comparisons VALUES (?, ?, ?, ?)",
                (sha256, files, data, self._db.wall()),
            )

    def references(self, sha256: str, files: str) -> ReferenceComparison | None:
        """Return a mix beside these references, ``None`` when they were not heard yet."""
        row = self._db.query_one(
            "SELECT data FROM reference_comparisons WHERE sha256 = ? AND files = ?", (sha256, files)
        )
        return None if row is None else read(row["data"], ReferenceComparison, "a comparison with references")

    def add_reference(self, path: str, sha256: str, audio: AudioFormat) -> None:
        """Remember a reference that was listened to; the same file again is the same reference."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO reference_files (path, sha256, rate_hz, frames) VALUES (?, ?, ?, ?)",
                (path, sha256, audio.rate_hz, audio.frames),
            )

    def reference(self, reference_id: int) -> KnownReference | None:
        """Return a reference by its number."""
        row = self._db.query_one("SELECT * FROM reference_files WHERE id = ?", (reference_id,))
        return None if row is None else KnownReference(*row)

    def reference_files(self) -> list[tuple[str, str]]:
        """Return (path, content hash) of every reference that was ever heard."""
        rows = self._db.query("SELECT path, sha256 FROM reference_files ORDER BY id")
        return [(row["path"], row["sha256"]) for row in rows]

    def reference_id(self, path: str, sha256: str) -> int | None:
        """Return the number of a reference, ``None`` when it was never listened to."""
        row = self._db.query_one("SELECT id FROM reference_files WHERE path = ? AND sha256 = ?", (path, sha256))
        return None if row is None else int(row["id"])
