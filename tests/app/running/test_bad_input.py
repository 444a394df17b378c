"""Everything that can lie in a bounce folder: each gets one clear line, and the next bounce is examined."""

import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.model.events import BounceJudged, BounceLanded, FileStuck, JobFailed
from bridge.osc.addresses import ADDRESSES, PING
from bridge.osc.codec import encode
from bridge.pathtext import to_text
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
NOISE = np.random.default_rng(3).uniform(-0.3, 0.3, (RATE_HZ, 2))


def truncated(path: Path) -> None:
    sf.write(path, NOISE, RATE_HZ, subtype="PCM_24")
    path.write_bytes(path.read_bytes()[:50_000])


def header_longer_than_data(path: Path) -> None:
    sf.write(path, NOISE, RATE_HZ, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", 10**9)
    path.write_bytes(data)


def with_nan(path: Path) -> None:
    noise = NOISE.copy()
    noise[1000, 0], noise[2000, 1] = np.nan, np.inf
    sf.write(path, noise, RATE_HZ, subtype="FLOAT")


# Files that are no bounces: one line with the file's name, no song, the job recorded as failed.
REFUSED: dict[str, Callable[[Path], object]] = {
    "empty.wav": lambda path: path.touch(),
    "truncated.wav": truncated,
    "longer.wav": header_longer_than_data,
    "text.wav": lambda path: path.write_text("Dear diary, today I mixed for nine hours.\n" * 100),
    "picture.wav": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000)),
    "noframes.wav": lambda path: sf.write(path, np.zeros((0, 2)), RATE_HZ),
    "garbage.flac": lambda path: path.write_bytes(b"fLaC" + random.Random(1).randbytes(4000)),
}
# Files that are odd and still bounces: examined, with findings where something is wrong.
TAKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "silent.wav": (lambda path: sf.write(path, np.zeros((RATE_HZ, 2)), RATE_HZ), "fault"),
    "nan.wav": (with_nan, "fault"),
    "oneframe.wav": (lambda path: sf.write(path, NOISE[:1], RATE_HZ), ""),
    "eightbit.wav": (lambda path: sf.write(path, NOISE, RATE_HZ, subtype="PCM_U8"), ""),
    "double.wav": (lambda path: sf.write(path, NOISE, RATE_HZ, subtype="DOUBLE"), ""),
    "mono.wav": (lambda path: sf.write(path, NOISE[:, 0], RATE_HZ), ""),
    "many.wav": (lambda path: sf.write(path, np.tile(NOISE, 16), RATE_HZ, subtype="PCM_24"), ""),
    "slow.wav": (lambda path: sf.write(path, NOISE, 8_000), ""),
    "odd.wav": (lambda path: sf.write(path, NOISE, 37_800), ""),
    "a'quoted\" $name; rm -rf.wav": (lambda path: sf.write(path, NOISE * 0.9, RATE_HZ), ""),
    "two\nlines.wav": (lambda path: sf.write(path, NOISE * 0.8, RATE_HZ), ""),
    "<script>alert(1)<script>.flac": (lambda path: sf.write(path, NOISE * 0.7, RATE_HZ), ""),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BridgeProcess]:
    """One bridge for all of it: it must survive everything."""
    root = tmp_path_factory.mktemp("bad")
    process = BridgeProcess(root / "home", root / "Bounces", give_up_s=1.5).start()
    yield process
    assert process.stop() == 0


def test_what_is_no_bounce_is_named_once_and_the_next_bounce_is_examined(shared: BridgeProcess, sound: Sound) -> None:
    (shared.folder / "folder.wav").mkdir()
    (shared.folder / "loop.wav").symlink_to(shared.folder / "loop.wav")
    for name, make in REFUSED.items():
        make(shared.folder / name)
    (shared.folder / "After all that.wav").write_bytes(sound(1))
    reasons: dict[str, list[str]] = {}
    judged = False
    while len(reasons) < len(REFUSED) or not judged:
        event = shared.next_news()
        if isinstance(event, FileStuck):
            reasons.setdefault(Path(event.path).name, []).append(event.reason)
        assert not isinstance(event, BounceLanded) or event.bounce.song == "After all that"
        judged = judged or isinstance(event, BounceJudged)
    assert set(reasons) == set(REFUSED)
    for name, said in reasons.items():
        assert len(said) == 1
        assert name in said[0]
        assert "\n" not in said[0]


def test_odd_files_are_examined_all_the_same(shared: BridgeProcess) -> None:
    expected = dict(TAKEN)
    raw = os.fsdecode(b"S\xf6ng.wav")
    expected[raw] = (lambda path: sf.write(os.fsencode(path), NOISE * 0.6, RATE_HZ, format="WAV"), "")
    for name, (make, _) in expected.items():
        make(shared.folder / name)
    verdicts: dict[str, str] = {}
    while len(verdicts) < len(expected):
        event = shared.next_news()
        assert not isinstance(event, JobFailed | FileStuck), event
        if isinstance(event, BounceJudged):
            verdicts[event.bounce.path] = event.verdict
            assert event.report_path
    for name, (_, verdict) in expected.items():
        found = verdicts[to_text(shared.folder / name)]
        assert not verdict or found == verdict, name


def test_a_file_replaced_while_it_is_read_becomes_the_bounce_it_is(shared: BridgeProcess, sound: Sound) -> None:
    path = shared.folder / "Replaced.wav"
    path.write_bytes(sound(2, 10.0))
    shared.wait_for(BounceLanded)
    path.write_bytes(sound(3, 10.0))
    assert shared.wait_for(BounceJudged, lambda event: event.bounce.revision == 2).bounce.song == "Replaced"


def test_a_file_deleted_while_it_waits_is_let_go(shared: BridgeProcess, sound: Sound) -> None:
    path = shared.folder / "Gone.wav"
    path.write_bytes(sound(4)[:-100])
    path.unlink()
    (shared.folder / "Here.wav").write_bytes(sound(5))
    assert shared.wait_for(BounceJudged).bounce.song == "Here"


def test_ten_thousand_hostile_datagrams(shared: BridgeProcess) -> None:
    rng = random.Random(11)
    valid = [encode(a, *({"s": "/x", "i": 1, "f": 0.0}[arg.type] for arg in a.args)) for a in ADDRESSES.values()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _batch in range(100):
            for _ in range(100):
                data = bytearray(rng.choice(valid) if rng.random() < 0.6 else rng.randbytes(rng.randrange(0, 300)))
                for _ in range(rng.randrange(0, 5)):
                    if data:
                        data[rng.randrange(len(data))] = rng.randrange(256)
                sender.sendto(bytes(data), ("127.0.0.1", shared.port))
            assert shared.ask(PING).address == "/freshears/pong"


def test_a_second_bridge_is_told_of_the_first(shared: BridgeProcess) -> None:
    import subprocess
    import sys

    from tests.app.bridge_process import ROOT

    second = subprocess.run(
        [sys.executable, "-m", "bridge", "run"],
        env=shared.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"process {shared.process.pid}" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_the_bridge_is_alive_after_all_of_it(shared: BridgeProcess, sound: Sound) -> None:
    (shared.folder / "Still here.wav").write_bytes(sound(6))
    assert shared.wait_for(BounceJudged).bounce.song == "Still here"
