"""The page of a real bridge: a bounce is seen, a master is asked for and heard of, nothing else is given away."""

import http.client
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import soundfile

from bridge.demo import DemoSong
from bridge.model.events import BounceJudged, JobFailed, MasterMade, Started
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.web.entering import enter, key_of

pytestmark = pytest.mark.slow


class Visitor:
    """A browser, as far as these tests need one, let in once."""

    def __init__(self, bridge: BridgeProcess) -> None:
        self.port = page_port(bridge)
        self._cookie = enter(self.port, key_of(bridge.home))

    def get(self, path: str) -> tuple[int, str]:
        status, body = self._ask("GET", path, None, {})
        return status, body.decode(errors="replace")

    def act(self, action: dict[str, object]) -> tuple[int, dict[str, object]]:
        found = re.search(r'name="freshears-token" content="([^"]+)"', self.get("/")[1])
        assert found
        headers = {"Content-Type": "application/json", "X-FreshEars-Token": found[1]}
        status, body = self._ask("POST", "/api/actions", json.dumps(action), headers)
        return status, json.loads(body)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, {"Cookie": self._cookie, **headers})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


def page_port(bridge: BridgeProcess) -> int:
    started = next(event for event in bridge.seen if isinstance(event, Started))
    assert started.page_url is not None
    return int(started.page_url.rsplit(":", 1)[1].strip("/"))


def followed(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("location", "")


@pytest.fixture
def bounce(tmp_path: Path, demo_song: DemoSong) -> Path:
    path = tmp_path / "Night Drive v1.wav"
    soundfile.write(path, demo_song.mix[: 12 * demo_song.rate_hz], demo_song.rate_hz, subtype="PCM_24")
    return path


def test_a_bounce_is_seen_and_mastered_from_its_page(tmp_path: Path, bounce: Path) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces", extra="[page]\nport = 0\n").start()
    try:
        visitor = Visitor(bridge)
        get, act = visitor.get, visitor.act
        assert "Nothing here yet" in get("/")[1]
        bounce.rename(tmp_path / "Bounces" / bounce.name)
        judged = bridge.wait_for(BounceJudged)
        assert "Night Drive" in get("/")[1]
        song, page = get(f"/songs/{judged.bounce.song_id}"), get(f"/bounces/{judged.bounce.id}")
        assert song[0] == page[0] == 200
        assert "Bounce 1" in song[1]
        assert "Integrated loudness" in page[1]
        for words, expected in ((["night"], f"songs/{judged.bounce.song_id}"), ([], "")):
            asked = [sys.executable, "-m", "bridge", "open", *words, "--json"]
            printed = subprocess.run(
                asked, env=bridge.environment, capture_output=True, text=True, timeout=60, check=True
            )
            url = json.loads(printed.stdout)["url"]
            assert followed(url) == (303, f"/{expected}")
            assert followed(url)[0] == 401  # it works once
        asked = [sys.executable, "-m", "bridge", "open", "nobody", "--json"]
        assert (
            subprocess.run(asked, env=bridge.environment, capture_output=True, timeout=60, check=False).returncode == 2
        )
        status, reply = act({"kind": "master", "bounce_id": judged.bounce.id, "target": "cd", "anyway": True})
        assert status == 200
        assert reply["ok"]
        made = bridge.wait_for(MasterMade)
        assert made.result.target == "cd"
        assert Path(made.result.output).name in get(f"/bounces/{judged.bounce.id}")[1]
        status, master = get("/masters/1")
        assert status == 200
        assert "What was done, and why" in master
        sound = get("/api/master/1/pcm?start=0&frames=100")
        assert sound[0] == 200
        # What has changed on the disk since is not played as if it were what was measured.
        (tmp_path / "Bounces" / bounce.name).write_bytes(b"something else")
        assert get(f"/api/bounce/{judged.bounce.id}/pcm?start=0&frames=100")[0] == 404
        assert act({"kind": "master", "bounce_id": 99})[1]["ok"] is False
        assert act({"kind": "cancel", "job_id": 99})[1]["ok"] is False
        assert act({"kind": "master", "bounce_id": judged.bounce.id, "target": "no-such"})[0] in {200, 409}
        failed = [event for event in bridge.seen if isinstance(event, JobFailed)]
        assert not failed
    finally:
        bridge.stop()


def test_a_taken_port_gives_another_one_and_off_is_off(tmp_path: Path) -> None:
    first = BridgeProcess(tmp_path / "a", tmp_path / "Bounces a", extra="[page]\nport = 0\n").start()
    try:
        port = page_port(first)
        second = BridgeProcess(tmp_path / "b", tmp_path / "Bounces b", extra=f"[page]\nport = {port}\n").start()
        try:
            assert page_port(second) not in {0, port}
        finally:
            second.stop()
    finally:
        first.stop()
    third = BridgeProcess(tmp_path / "c", tmp_path / "Bounces c", extra="[page]\nenabled = false\n").start()
    try:
        started = next(event for event in third.seen if isinstance(event, Started))
        assert started.page_url is None
    finally:
        third.stop()


def test_summaries_are_made_for_analyses_old_and_new(tmp_path: Path) -> None:
    from bridge.store.db import Database
    from bridge.store.schema import MIGRATIONS

    path = tmp_path / "store.db"
    data = '{"measurement": {"integrated_lufs": -18.5, "true_peak_dbtp": null}, "format": {"duration_s": 200.5}}'
    old = Database.open(path, wall=lambda: 1.0, migrations=MIGRATIONS[:2])
    with old.transaction() as connection:
        _bounce(connection, 1, data)
        _bounce(connection, 2, "not json")
    old.close()
    store = Store.open(path)
    with store.database.transaction() as connection:
        _bounce(connection, 3, data.replace("-18.5", "-12.0"))
        _bounce(connection, 4, "")
    rows = store.database.query("SELECT * FROM bounce_summaries ORDER BY bounce_id")
    assert [tuple(row) for row in rows] == [(1, "fine", -18.5, None, 200.5), (3, "fine", -12.0, None, 200.5)]
    store.close()


def _bounce(connection: sqlite3.Connection, number: int, data: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO songs (id, key, folder, name, created_at) VALUES (1, 'song', '/', 'Song', 0)"
    )
    has_dates = any(column["name"] == "bounced_at" for column in connection.execute("PRAGMA table_info(bounces)"))
    dates = ", bounced_at, sorts_at" if has_dates else ""
    connection.execute(
        "INSERT INTO bounces (id, song_id, revision, label, sha256, path, size_bytes, source, seen_at" + dates + ")"
        " VALUES (?, 1, ?, '', ?, '/x', 1, 'folder', 0" + ", 0" * dates.count(",") + ")",
        (number, number, f"{number:064x}"),
    )
    connection.execute(
        "INSERT INTO jobs (id, kind, path, params, dedup_key, state, created_at)"
        " VALUES (?, 'analyse', '', '', ?, 'done', 0)",
        (number, str(number)),
    )
    connection.execute("INSERT INTO analyses VALUES (?, ?, 'fine', ?, '', 0)", (number, number, data))
