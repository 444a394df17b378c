"""Another user of the computer, without rights: gets nothing, and is not obeyed. And what is whose, by mode."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.model.events import BounceJudged, MasterMade
from bridge.osc.addresses import MASTER, MODE, PING, SUBSCRIBE
from bridge.osc.codec import encode
from bridge.settings.page_key import page_key
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.app.fronts.test_page import page_port
from tests.web.entering import enter

NOBODY = 65_534
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to become another user without rights"
    ),
]

# What the other user does, in a process of their own that imports nothing of ours.
STRANGER = """
import encodings.idna, email.parser, http.client, json, os, socket, sys  # all of it: theirs is not ours to read
asked = json.loads(sys.stdin.readline())
os.setgroups([]); os.setgid(65534); os.setuid(65534)
found = {"pages": [], "answers": [], "files": []}
for method, path, headers, body in asked["pages"]:
    connection = http.client.HTTPConnection("127.0.0.1", asked["page"], timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found["pages"].append([answer.status, answer.read().decode(errors="replace")])
    except OSError as error:
        found["pages"].append([0, str(error)])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.settimeout(1.0)
    for datagram in asked["datagrams"]:
        sender.sendto(bytes.fromhex(datagram), ("127.0.0.1", asked["osc"]))
        try:
            found["answers"].append(sender.recv(65536).hex())
        except TimeoutError:
            pass
for path in asked["files"]:
    try:
        with open(path, "rb") as file:
            found["files"].append(path)
    except OSError:
        pass
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, sound: Callable[..., bytes]) -> Iterator[BridgeProcess]:
    root = tmp_path_factory.mktemp("house")
    for folder in (root, *root.parents):  # what is tested is our own folder, not those around it
        if folder.stat().st_uid == 0 and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o055)
    bridge = BridgeProcess(root / "home", root / "Bounces", extra="[page]\nport = 0\n")
    bridge.home.chmod(0o755)  # as an older version left it
    (bridge.home / "plugins.toml").write_text("")
    for file in bridge.home.iterdir():
        file.chmod(0o644)
    bridge.start()
    (bridge.folder / "Night.wav").write_bytes(sound(0))
    bridge.wait_for(BounceJudged)
    yield bridge
    bridge.stop()


def stranger(bridge: BridgeProcess, **asked: object) -> dict[str, list[object]]:
    """Return what another user got."""
    wanted = {"page": page_port(bridge), "osc": bridge.port, "pages": [], "datagrams": [], "files": []} | asked
    done = subprocess.run(
        [sys.executable, "-I", "-c", STRANGER],
        input=json.dumps(wanted) + "\n", capture_output=True, text=True, timeout=120, check=True, cwd="/",
    )  # fmt: skip
    found: dict[str, list[object]] = json.loads(done.stdout)
    return found


def test_another_user_sees_no_page_and_hears_no_sound_even_with_a_pass_or_a_code(bridge: BridgeProcess) -> None:
    import time

    port = page_port(bridge)
    cookie = enter(port, page_key(bridge.home / "freshears.page-key"))  # taken from the person's browser, somehow
    code = page_key(bridge.home / "freshears.page-key").new_code(time.time())
    paths = ("/", "/songs/1", "/songs/1?json", "/bounces/1", "/api/bounce/1/file", "/api/bounce/1/pcm?start=0&frames=9")
    paths += ("/api/reference/1/file", "/api/events", "/static/live.js", f"/enter?code={code}")
    pages = [["GET", path, headers, None] for path in paths for headers in ({}, {"Cookie": cookie})]
    action = json.dumps({"kind": "mode", "song_id": 1, "mode": "released"})
    pages.append(["POST", "/api/actions", {"Cookie": cookie, "Content-Type": "application/json"}, action])
    got = stranger(bridge, pages=pages)["pages"]
    assert len(got) == len(pages)
    for status, body in got:  # type: ignore[misc]
        assert status in {0, 403}
        assert "Night" not in body


def test_another_users_orders_over_osc_are_not_heard_and_counted(bridge: BridgeProcess) -> None:
    path = str(bridge.folder / "Night.wav")
    orders = [(PING,), (SUBSCRIBE, 0), (MODE, "Night", "released"), (MASTER, path, "spotify", "I want to")]
    datagrams = [encode(address, *args).hex() for address, *args in orders]  # type: ignore[arg-type]
    assert stranger(bridge, datagrams=datagrams)["answers"] == []
    assert bridge.ask(PING).address == "/freshears/pong"  # we are heard as before
    store = Store.open(bridge.store_path, read_only=True)
    modes = [change.mode for change in store.song_state.modes(song_id=1)]
    masters = [job for job in store.jobs.by_state("queued", "running", "done") if job.kind == "master"]
    store.close()
    assert "released" not in modes
    assert not masters
    assert not any(isinstance(event, MasterMade) for event in bridge.seen)


def test_another_user_reads_none_of_our_files(bridge: BridgeProcess) -> None:
    files = [str(path) for path in bridge.home.rglob("*") if path.is_file()]
    assert len(files) >= 6
    assert stranger(bridge, files=files)["files"] == []


def test_our_folder_and_files_are_their_owners_only(bridge: BridgeProcess) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in bridge.home.iterdir() if path.is_file()}
    expected = {"config.toml", "plugins.toml", "freshears.db", "freshears.db-wal", "freshears.db-shm", "freshears.log"}
    expected |= {"freshears.lock", "freshears.page-key", "freshears.worker-lock"}
    assert expected <= set(modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert stat.S_IMODE(bridge.home.stat().st_mode) == 0o700
