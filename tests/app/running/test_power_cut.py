"""The bridge is killed at ten points of its work; nothing is lost, doubled or left half done."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import soundfile as sf

from bridge.model.events import BounceJudged, BounceLanded, FileSeen, JobProgressed, MasterMade
from bridge.osc.addresses import MASTER
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound
from tests.waiting import for_a_while, wait_for

pytestmark = pytest.mark.slow

Cut = Callable[[BridgeProcess, Path], None]


def is_about(event: object, path: Path) -> bool:
    """Tell whether news are about a file (those of the one before may still be waiting to be read)."""
    if isinstance(event, FileSeen):
        return event.path == str(path)
    if isinstance(event, JobProgressed):
        return event.job.path == str(path)
    if isinstance(event, BounceLanded | BounceJudged | MasterMade) and event.bounce is not None:
        return event.bounce.path == str(path)
    return False


def progressed(fraction: float) -> Cut:
    def wait(bridge: BridgeProcess, path: Path) -> None:
        while True:  # a quick machine may be done before the point is reported: then the cut comes right after
            event = bridge.next_news()
            if not is_about(event, path):
                continue
            if isinstance(event, MasterMade):
                return
            if isinstance(event, JobProgressed) and event.job.kind == "master" and event.fraction >= fraction:
                return

    return wait


def after(kind: type, pause_s: float) -> Cut:
    def wait(bridge: BridgeProcess, path: Path) -> None:
        bridge.wait_for(kind, lambda event: is_about(event, path))
        for_a_while(pause_s)

    return wait


def master_queued(bridge: BridgeProcess, path: Path) -> None:
    def is_queued() -> bool:
        with closing(sqlite3.connect(f"file:{bridge.store_path}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("SELECT 1 FROM jobs WHERE kind = 'master' AND state != 'done'").fetchone())

    wait_for(is_queued, 60.0, "the master to be queued", step_s=0.005)


# Where the cut comes, and whether the master had been asked for by then.
POINTS: list[tuple[str, bool, Cut]] = [
    ("the file is seen", False, after(FileSeen, 0.0)),
    ("it settles", False, after(FileSeen, 0.35)),
    ("it is recorded", False, after(BounceLanded, 0.0)),
    ("it is being examined", False, after(BounceLanded, 0.3)),
    ("it has been examined", False, after(BounceJudged, 0.0)),
    ("a master is asked for", True, master_queued),
    ("the loudness is being solved", True, progressed(0.1)),
    ("the master is rendered", True, progressed(0.5)),
    ("the master is measured", True, progressed(0.8)),
    ("the master takes its name", True, progressed(0.95)),
]


@pytest.mark.timeout(1200)
def test_ten_power_cuts(tmp_path: Path, sound: Sound) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces").start()
    try:
        for number, (_name, wants_master, cut) in enumerate(POINTS):
            path = bridge.folder / f"Song {number}.wav"
            path.write_bytes(sound(number, 12.0))
            if wants_master:
                bridge.wait_for(BounceJudged, lambda event, path=path: is_about(event, path))
                bridge.say(MASTER, str(path), "spotify", "a test")
            cut(bridge, path)
            bridge.kill()
            bridge.start()
            masters = sum(point[1] for point in POINTS[: number + 1])
            wait_until_done(bridge, bounces=number + 1, masters=masters)
            check(bridge, path, number)
    finally:
        assert bridge.stop() == 0
    assert not list(bridge.folder.rglob(".*")), "a temporary file was left behind"


def wait_until_done(bridge: BridgeProcess, *, bounces: int, masters: int) -> None:
    """Wait until everything that was asked for is in the store."""
    tables = ("analyses", "masters", "jobs WHERE state NOT IN ('done')")

    def counts() -> tuple[int, ...]:
        with closing(sqlite3.connect(f"file:{bridge.store_path}?mode=ro", uri=True)) as connection:
            return tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)

    what = f"{bounces} analyses, {masters} masters and no open jobs"
    wait_for(lambda: counts() == (bounces, masters, 0), 180.0, what, step_s=0.1)


def check(bridge: BridgeProcess, path: Path, number: int) -> None:
    """Every bounce once, every master once and whole, the store sound."""
    with closing(sqlite3.connect(f"file:{bridge.store_path}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        bounces = connection.execute("SELECT id FROM bounces").fetchall()
        analysed = connection.execute("SELECT bounce_id FROM analyses").fetchall()
        stored = {Path(row[0]) for row in connection.execute("SELECT path FROM masters")}
        done = connection.execute(
            "SELECT bounce_id, count(*) FROM jobs WHERE kind = 'analyse' AND state = 'done' GROUP BY bounce_id"
        ).fetchall()
    assert len(bounces) == number + 1
    assert sorted(bounces) == sorted(analysed)
    assert all(count == 1 for _, count in done)
    masters = {found for found in path.parent.glob("Masters/*") if not found.name.startswith(".")}
    assert masters == stored
    for master in masters:
        assert sf.info(master).frames == sf.info(path).frames


def test_a_polite_end_loses_nothing(tmp_path: Path, sound: Sound) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces").start()
    (bridge.folder / "Song.wav").write_bytes(sound(1, 8.0))
    bridge.wait_for(BounceLanded)
    bridge.process.terminate()
    assert bridge.stop() == 0
    bridge.start()
    try:
        assert bridge.wait_for(BounceJudged).bounce.revision == 1
    finally:
        bridge.stop()
