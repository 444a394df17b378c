"""What was acknowledged is on disk: kills at bad moments, a disk that is full, a process that goes on for another."""

import contextlib
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from pythonosc.osc_message import OscMessage

from bridge.model import Handoff
from bridge.model.events import BounceJudged, JobProgressed, MasterMade, Started, StartWaits
from bridge.osc.addresses import ANALYZE, BOUNCE, CANCEL, MASTER, MODE, PING, UNSUBSCRIBE
from bridge.osc.codec import encode
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import Store
from tests.app.bridge_process import ROOT, BridgeProcess
from tests.app.conftest import Sound
from tests.waiting import for_a_while, wait_for

pytestmark = pytest.mark.slow

DONE, REFUSED = "/freshears/done", "/freshears/refused"


@pytest.fixture
def store(bridge: BridgeProcess) -> Iterator[Store]:
    """The store, as another process sees it."""
    with contextlib.closing(Store.open(bridge.store_path)) as store:
        yield store


class CommandLine(Protocol):
    """Starts `freshears` with the home of the bridge."""

    def __call__(self, *arguments: str) -> "subprocess.Popen[str]": ...


@pytest.fixture
def command_line(bridge: BridgeProcess) -> Iterator[CommandLine]:
    """What it starts does not outlive its test, whatever becomes of that."""
    with contextlib.ExitStack() as at_end:

        def start(*arguments: str) -> "subprocess.Popen[str]":
            process = at_end.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "bridge", *arguments],
                    env=bridge.environment,
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
            at_end.callback(process.kill)
            return process

        yield start


def ended(process: "subprocess.Popen[str]", timeout_s: float = 180.0) -> tuple[int, str]:
    said, _ = process.communicate(timeout=timeout_s)
    return process.returncode, said


def is_mastering(store: Store) -> bool:
    return any(job.kind == "master" for job in store.jobs.by_state("running"))


def test_a_master_asked_for_a_file_that_is_not_known_yet_survives_a_kill(bridge: BridgeProcess, sound: Sound) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1))
    answer = bridge.ask(MASTER, str(path), "cd")  # no sheet, and nobody to be asked when its file is known
    assert (answer.address, answer.params[0]) == (DONE, MASTER.path)
    bridge.kill()
    bridge.start()
    made = bridge.wait_for(MasterMade)
    assert (made.result.target, made.bounce and made.bounce.path) == ("cd", str(path))


def test_every_order_is_answered(bridge: BridgeProcess, sound: Sound) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1))

    def said(answer: OscMessage) -> tuple[str, str]:
        return answer.address, str(answer.params[0])

    assert said(bridge.ask(BOUNCE, str(path))) == (DONE, BOUNCE.path)
    bridge.wait_for(BounceJudged)
    assert said(bridge.ask(MODE, "Tide", "mastering")) == (DONE, MODE.path)
    assert said(bridge.ask(MODE, "Tide", "mastered")) == (REFUSED, MODE.path)
    assert said(bridge.ask(MODE, "Nobody", "mixing")) == (REFUSED, MODE.path)
    assert said(bridge.ask(CANCEL, 999)) == (REFUSED, CANCEL.path)
    assert said(bridge.ask(UNSUBSCRIBE, 0)) == (DONE, UNSUBSCRIBE.path)
    answer = bridge.ask(ANALYZE, str(path))
    assert said(answer) == (DONE, ANALYZE.path)
    assert int(answer.params[2]) > 0  # the number of its job


def test_an_order_that_waits_is_answered_again_when_its_file_became_no_bounce(bridge: BridgeProcess) -> None:
    path = bridge.folder / "Broken.wav"
    path.write_bytes(b"RIFF of nothing" * 10)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(30.0)
        sender.sendto(encode(MASTER, str(path)), ("127.0.0.1", bridge.port))
        first, second = (OscMessage(sender.recv(65_536)) for _ in range(2))
    assert (first.address, first.params[2]) == (DONE, 0)
    assert (second.address, second.params[0]) == (REFUSED, MASTER.path)
    assert "Broken.wav" in str(second.params[1])


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux takes a running process's disk away")
def test_a_full_disk_is_said_nothing_is_lost_and_pings_are_answered(bridge: BridgeProcess, sound: Sound) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1))
    bridge.wait_for(BounceJudged)
    limits = resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))  # not a byte more in any file
    (bridge.folder / "Wave.wav").write_bytes(sound(2))
    for _ in range(2):
        answer = bridge.ask(MASTER, str(path), "cd", "at once")
        assert answer.address == REFUSED
        assert str(answer.params[1]).startswith("Not taken: ")
        for_a_while(1.5)  # by now the new file is finished, too, and cannot be kept
    began_s = time.monotonic()
    assert bridge.ask(PING).address == "/freshears/pong"
    assert time.monotonic() - began_s < 2.0
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, limits)
    assert bridge.wait_for(BounceJudged).bounce.song == "Wave"
    assert bridge.ask(MASTER, str(path), "cd", "at once").address == DONE
    assert bridge.wait_for(MasterMade).result.target == "cd"


def test_a_command_line_that_is_killed_has_its_master_made_by_the_bridge(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1))
    bridge.wait_for(BounceJudged)
    process = command_line("master", str(path), "--target", "cd")
    wait_for(lambda: store.commands.count_open() > 0 or is_mastering(store), 120.0, "the command to be on disk")
    process.kill()
    process.communicate()
    assert bridge.wait_for(MasterMade).result.target == "cd"


def test_a_bridge_that_is_killed_is_replaced_by_the_command_line_that_waits(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1, 12.0))
    bridge.wait_for(BounceJudged)
    process = command_line("master", str(path), "--target", "cd")
    bridge.wait_for(JobProgressed, lambda event: event.job.kind == "master")
    bridge.kill()
    code, said = ended(process)
    assert code == 0, said
    (master,) = store.results.masters(1)
    assert Path(master.path).is_file()
    assert [job.state for job in store.jobs.by_state("queued", "running", "done") if job.kind == "master"] == ["done"]


def test_a_bridge_that_starts_meanwhile_waits_and_says_for_what(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1, 12.0))
    bridge.wait_for(BounceJudged)
    bridge.stop()
    process = command_line("master", str(path), "--target", "cd")
    wait_for(lambda: is_mastering(store), 120.0, "the master to begin")
    process.send_signal(signal.SIGSTOP)  # however quick the master is, the bridge comes before its end
    bridge.launch()
    waits = bridge.wait_for(StartWaits)
    assert (waits.pid, waits.what) == (process.pid, "freshears master")
    assert not [event for event in bridge.seen if isinstance(event, Started)]
    process.send_signal(signal.SIGCONT)
    bridge.wait_until_listening()
    assert ended(process)[0] == 0
    assert len(store.results.masters(1)) == 1


def test_a_master_of_a_killed_command_line_is_made_by_the_next_bridge(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1, 12.0))
    bridge.wait_for(BounceJudged)
    bridge.stop()
    process = command_line("master", str(path), "--target", "cd")
    wait_for(lambda: is_mastering(store), 120.0, "the master to begin")
    process.kill()
    process.communicate()
    bridge.start()
    assert bridge.wait_for(MasterMade).result.target == "cd"
    assert len(store.results.masters(1)) == 1


@pytest.mark.parametrize("alone", [False, True])
def test_ctrl_c_cancels_what_was_asked_for_and_leaves_nothing(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine, alone: bool
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1, 12.0))
    bridge.wait_for(BounceJudged)
    if alone:
        bridge.stop()
    process = command_line("master", str(path), "--target", "cd")
    wait_for(lambda: is_mastering(store), 120.0, "the master to begin")
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 130, said
    assert "Traceback" not in said
    assert [job.state for job in store.jobs.by_state("cancelled", "done") if job.kind == "master"] == ["cancelled"]
    assert list(path.parent.glob("Masters/*")) == []


def test_a_command_that_nobody_watches_goes_on_inside_the_rest_and_says_it(
    bridge: BridgeProcess, store: Store, sound: Sound, command_line: CommandLine
) -> None:
    path = bridge.folder / "Tide.wav"
    path.write_bytes(sound(1))
    bridge.wait_for(BounceJudged)
    songs = SongService(store, Config())
    songs.hand_off(store.bounces.by_id(1), Handoff(complete=True, written_at=time.time()))
    code, said = ended(command_line("master", str(path)))
    assert code == 0, said
    question = "Tide, bounce 1, rests for another 24 hours: master it now?"
    assert f"{question} Nobody is asked here, so it is made; that is written down." in " ".join(said.split())
    assert len(store.song_state.overrides(1)) == 1
