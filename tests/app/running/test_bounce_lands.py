"""Files land in a folder the way DAWs write them; each bounce is recorded and examined exactly once."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

import pytest

from bridge.model import Handoff
from bridge.model.events import BounceJudged, BounceLanded, CopySeen, MasterMade, MasterRefused, OldFilesLeft
from bridge.osc.addresses import ANALYZE, ANSWER, BOUNCE, MASTER, MODE, PING, SUBSCRIBE
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound
from tests.waiting import for_a_while

pytestmark = pytest.mark.slow

OWN_TARGET = """
[quiet-club]
title = "Quiet club"
integrated_lufs = -24.0
ceiling_dbtp = -1.0
playback = "none"
source = "the owner"
"""


def write_in_pieces(path: Path, data: bytes, pieces: int = 5, pause_s: float = 0.25) -> None:
    step = -(-len(data) // pieces)
    with path.open("wb") as file:
        for start in range(0, len(data), step):
            file.write(data[start : start + step])
            file.flush()
            for_a_while(pause_s)


def rows(process: BridgeProcess, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{process.store_path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def test_one_bounce_after_the_last_piece_a_copy_adds_none_the_next_is_revision_two(
    bridge: BridgeProcess, sound: Sound
) -> None:
    first, second = sound(1), sound(2)
    write_in_pieces(bridge.folder / "Night Drive.wav", first)
    written_at = time.time()
    on_landed = bridge.wait_for(BounceLanded).bounce
    assert (on_landed.song, on_landed.revision, on_landed.size_bytes) == ("Night Drive", 1, len(first))
    assert on_landed.seen_at >= written_at
    judged = bridge.wait_for(BounceJudged)
    assert judged.bounce == on_landed
    assert Path(judged.report_path).exists()
    assert Path(judged.report_path).with_suffix(".json").exists()

    (bridge.folder / "Night Drive copy.wav").write_bytes(first)
    assert bridge.wait_for(CopySeen).bounce.id == on_landed.id

    write_in_pieces(bridge.folder / "Night Drive v2.wav", second)
    assert bridge.wait_for(BounceLanded).bounce.revision == 2
    bridge.wait_for(BounceJudged)
    assert rows(bridge, "SELECT revision FROM bounces ORDER BY revision") == [(1,), (2,)]
    assert rows(bridge, "SELECT count(*) FROM analyses") == [(2,)]
    assert rows(bridge, "SELECT count(*) FROM songs") == [(1,)]


def test_the_daws_word_shortens_the_wait_and_a_master_is_made_once(tmp_path: Path, sound: Sound) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces", settle_s=30.0).start()
    try:
        path = bridge.folder / "Night Drive.wav"
        path.write_bytes(sound(3))
        bridge.say(BOUNCE, str(path))
        bridge.wait_for(BounceJudged)
        bridge.say(MASTER, str(path), "spotify", "a test")
        bridge.say(MASTER, str(path), "spotify", "a test")
        made = bridge.wait_for(MasterMade)
        assert made.result.after.true_peak_dbtp is not None
        assert made.result.after.true_peak_dbtp <= -1.0
        bridge.say(ANALYZE, str(path))
        bridge.wait_for(BounceJudged)
        assert rows(bridge, "SELECT count(*) FROM masters") == [(1,)]
        assert rows(bridge, "SELECT count(*) FROM bounces") == [(1,)]
    finally:
        assert bridge.stop() == 0


def test_only_files_in_the_configured_folders_are_taken(bridge: BridgeProcess, tmp_path: Path, sound: Sound) -> None:
    outside = tmp_path / "outside.wav"
    outside.write_bytes(sound(4))
    (bridge.folder / "link.wav").symlink_to(outside)
    for text in (str(outside), f"{bridge.folder}/../outside.wav", "relative.wav", "/no/such", str(bridge.folder)):
        answer = bridge.ask(BOUNCE, text)
        assert answer.address == "/freshears/refused", text
    assert bridge.ask(BOUNCE, str(bridge.folder / "link.wav")).address == "/freshears/refused"
    assert bridge.ask(PING).address == "/freshears/pong"
    assert bridge.ask(SUBSCRIBE, 0).address == "/freshears/state"


def test_old_files_are_left_alone_but_for_the_newest(tmp_path: Path, sound: Sound) -> None:
    folder = tmp_path / "Bounces"
    folder.mkdir()
    for number in (5, 6, 7):
        path = folder / f"Song {number} mix.wav"
        path.write_bytes(sound(number))
        os.utime(path, (1.79e9 + number, 1.79e9 + number))
    bridge = BridgeProcess(tmp_path / "home", folder, first_start="newest").start()
    try:
        left = bridge.wait_for(OldFilesLeft)
        assert (left.count, left.taken) == (2, "Song 7 mix.wav")
        assert bridge.wait_for(BounceLanded).bounce.song == "Song 7"
        bridge.wait_for(BounceJudged)
    finally:
        bridge.stop()
    (folder / "Song 8 mix.wav").write_bytes(sound(8))  # while no bridge runs
    bridge.start()
    try:
        assert bridge.wait_for(BounceLanded).bounce.song == "Song 8"
        bridge.wait_for(BounceJudged)
        assert rows(bridge, "SELECT count(*) FROM bounces") == [(2,)]
    finally:
        bridge.stop()


def test_the_folder_may_vanish_and_come_back(bridge: BridgeProcess, sound: Sound) -> None:
    away = bridge.folder.rename(bridge.folder.with_name("away"))
    for_a_while(1.2)  # it is looked for twice
    assert bridge.ask(PING).address == "/freshears/pong"
    away.rename(bridge.folder)
    (bridge.folder / "Back.wav").write_bytes(sound(9))
    assert bridge.wait_for(BounceJudged).bounce.song == "Back"


def test_a_mix_that_rests_is_asked_about_once_and_the_same_order_once_more_goes_on(
    bridge: BridgeProcess, sound: Sound
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(5))
    bridge.wait_for(BounceJudged)
    with contextlib.closing(Store.open(bridge.store_path)) as store:  # as `freshears handoff` does it
        song_service = SongService(store, Config())
        song_service.hand_off(
            song_service.bounce(song_service.song("Tide")),
            Handoff(intent="intimate", complete=True, written_at=time.time()),
        )
    assert bridge.ask(ANSWER, "no such warning", "not-now").address == "/freshears/refused"
    asked = bridge.ask(MASTER, str(path), "spotify")
    question = "Tide, bounce 1, rests for another 24 hours: master it now?"
    assert asked.params == [MASTER.path, f"{question} Send it once more to go on; it is written down."]
    assert bridge.wait_for(MasterRefused).text == question
    bridge.say(MASTER, str(path), "")
    made = bridge.wait_for(MasterMade)
    assert made.result.notes[0] == "Made anyway: The mix rests for another 24 hours."
    bridge.say(MODE, "Tide", "released")
    bridge.ask(PING)
    modes = rows(bridge, "SELECT mode, source FROM modes ORDER BY id")
    assert modes == [("resting", "bounce"), ("mastering", "master"), ("released", "person")]


def test_a_persons_own_targets_hold_in_the_bridge_too(bridge: BridgeProcess, sound: Sound) -> None:
    (bridge.home / "targets.toml").write_text(OWN_TARGET)
    path = bridge.folder / "Night Drive.wav"
    path.write_bytes(sound(10))
    bridge.wait_for(BounceJudged)
    bridge.say(MASTER, str(path), "quiet-club", "a test")
    made = bridge.wait_for(MasterMade).result
    assert made.after.integrated_lufs is not None
    assert abs(made.after.integrated_lufs + 24.0) < 0.1
