"""Whose messages Ardour's adapter hears: our scripts', by their key, and what this user's programs send."""

import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.daw.ardour import adapter as adapter_module
from bridge.daw.ardour.adapter import ArdourAdapter
from bridge.daw.ardour.datagrams import encode
from bridge.daw.contract import AnswerGiven
from bridge.socket_owner import SenderCheck

VALUES = ("/songs/Tide.ardour", "w1", "not-now")


@pytest.fixture
def heard() -> "queue.Queue[object]":
    return queue.Queue()


@pytest.fixture(params=[True, False], ids=["ours", "foreign"])
def adapter(
    request: pytest.FixtureRequest, tmp_path: Path, heard: "queue.Queue[object]", monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ArdourAdapter, bool]]:
    check = SenderCheck(lambda ports: set(ports) if request.param else set(), lambda: 0.0)
    monkeypatch.setattr(adapter_module, "sender_check", lambda _clock: check)
    adapter = ArdourAdapter(heard.put, folders=[tmp_path], port=1, exports_port=0)
    adapter.start()
    yield adapter, request.param
    adapter.stop()


def answers(heard: "queue.Queue[object]", wait_s: float) -> list[AnswerGiven]:
    found: list[AnswerGiven] = []
    while True:
        try:
            event = heard.get(timeout=wait_s)
        except queue.Empty:
            return found
        if isinstance(event, AnswerGiven):
            found.append(event)
            wait_s = 0.3


def say(adapter: ArdourAdapter, address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:  # gone at once, as a script's is
        sender.sendto(encode(address, VALUES), ("127.0.0.1", adapter.hook_port))


@pytest.mark.slow
def test_the_key_in_the_mailbox_is_heard_from_anywhere(
    adapter: tuple[ArdourAdapter, bool], tmp_path: Path, heard: "queue.Queue[object]"
) -> None:
    lines = dict(line.split("\t") for line in (tmp_path / "freshears" / "bridge.txt").read_text().splitlines())
    say(adapter[0], f"/freshears/ardour/{lines['key']}/answer")
    assert len(answers(heard, 5.0)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("middle", ["", "0123456789abcdef0123456789abcdef/", "//"])
def test_without_the_key_only_this_users_programs_are_heard(
    adapter: tuple[ArdourAdapter, bool], heard: "queue.Queue[object]", middle: str
) -> None:
    say(adapter[0], f"/freshears/ardour/{middle}answer")
    assert len(answers(heard, 0.8)) == (adapter[1] and not middle)
