"""The judge of the kills: it finds nothing in a store that is right, and every kind of loss in one that is not."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.soak.ledger import Ledger, settled, wrong
from tests.app.house import House

MASTER = "(bounce_id, job_id, target, path, sha256, data, report_path, created_at)"


class Scene:
    """A home as it is after a bounce, its report and a master."""

    def __init__(self, root: Path) -> None:
        house = House(root)
        self.store, self.folder = house.home.store_path, house.folder
        (self.folder / "Masters").mkdir()
        self.mix, self.master = self.folder / "Tide.wav", self.folder / "Masters" / "Tide.wav"
        for path in (self.mix, self.master):
            soundfile.write(path, np.zeros((100, 2)), 44_100)
        self.report = self.folder / "Tide.html"
        self.report.write_text("<html></html>\n")
        self.report.with_suffix(".json").write_text("{}")
        bounce = house.recorded("Tide.wav")
        master = house.store.jobs.add("master", self.mix, "{}", "master", bounce.id)
        house.store.jobs.end(master.id, "done")
        house.song_service.say_mode(bounce.song_id, "mixing")
        house.close()
        self.ledger = Ledger(masters={(self.mix, "cd"): True}, jobs={master.id}, modes={"Tide": [("mixing", True)]})
        self.ledger.files[self.mix] = bounce.sha256
        sha256 = hashlib.sha256(self.master.read_bytes()).hexdigest()
        made = f"VALUES ({bounce.id}, {master.id}, 'cd', '{self.master}', '{sha256}', '{{}}', '', 0)"
        self.sql(
            f"UPDATE analyses SET report_path = '{self.report}'",
            f"INSERT INTO events (at, kind, bounce_id, data) VALUES (0, 'verdict', {bounce.id}, '{{}}')",
            f"INSERT INTO masters {MASTER} {made}",
        )

    def sql(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.store)) as rows, rows:
            for statement in statements:
                rows.execute(statement)

    def found(self) -> set[str]:
        return {problem.partition(":")[0] for problem in wrong(self.ledger, self.store, self.folder)}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    return Scene(tmp_path)


def test_nothing_is_wrong_where_all_is_right(scene: Scene) -> None:
    assert list(wrong(scene.ledger, scene.store, scene.folder)) == []
    assert settled(scene.ledger, scene.store) == ""


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM analyses", "lost"),
        ("UPDATE analyses SET report_path = ''", "lost"),
        ("DELETE FROM masters", "lost"),
        ("DELETE FROM jobs WHERE id = 2", "lost"),
        ("DELETE FROM modes", "lost"),
        ("DELETE FROM bounce_paths", "lost"),
        ("UPDATE bounces SET sha256 = 'other'", "lost"),
        ("UPDATE bounces SET revision = 2", "half"),
        ("DELETE FROM events", "half"),
        ("UPDATE masters SET sha256 = 'other'", "half"),
        (f"INSERT INTO masters {MASTER} VALUES (1, 2, 'cd', 'again.wav', '', '{{}}', '', 0)", "doubled"),
    ],
)
def test_what_is_lost_doubled_or_half_in_the_store_is_found(scene: Scene, statement: str, kind: str) -> None:
    scene.sql("PRAGMA foreign_keys = OFF", statement)
    assert kind in scene.found()


def test_what_is_half_or_left_behind_on_disk_is_found(scene: Scene) -> None:
    scene.report.write_text("<html>")
    (scene.folder / ".Tide.wav.1-ab.part").touch()
    assert scene.found() == {"half", "left behind"}
    scene.report.write_text("</html>")
    scene.master.unlink()
    assert {"lost", "left behind"} <= scene.found()


def test_what_is_still_to_come_is_named(scene: Scene) -> None:
    scene.sql("UPDATE jobs SET state = 'queued' WHERE id = 2", "UPDATE analyses SET report_path = ''")
    scene.ledger.wrote(scene.folder / "Wave.wav", b"wave")
    assert settled(scene.ledger, scene.store) == "1 jobs, 1 files, 1 reports"


def test_modes_that_were_acknowledged_are_there_in_their_order(scene: Scene) -> None:
    scene.ledger.modes["Tide"] = [("mixing", True), ("resting", False), ("mixing", True)]
    assert scene.found() == set()
    scene.ledger.modes["Tide"] = [("mixing", True), ("resting", True)]
    assert scene.found() == {"lost"}
