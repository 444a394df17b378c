"""The socket: hears, counts, answers, forgets."""

import logging
import queue
import random
import socket
from collections.abc import Iterator

import pytest
from pythonosc.osc_message import OscMessage

from bridge.errors import OscError
from bridge.osc.addresses import ADDRESSES, BOUNCE, PING, STATE
from bridge.osc.codec import encode
from bridge.osc.transport import BURST, LEASE_S, LOOPBACK, MAX_SUBSCRIBERS, Incoming, OscTransport
from tests.waiting import wait_for


class Clock:
    """Seconds under the test's control."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard() -> "queue.Queue[Incoming]":
    return queue.Queue(maxsize=5000)


@pytest.fixture
def transport(clock: Clock, heard: "queue.Queue[Incoming]") -> Iterator[OscTransport]:
    def take(incoming: Incoming) -> bool:
        heard.put(incoming)
        return True

    transport = OscTransport(0, take, clock)
    transport.start()
    yield transport
    transport.stop()


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((LOOPBACK, 0))
        peer.settimeout(5.0)
        yield peer


def test_a_ping_is_heard_with_the_port_to_answer_to(
    transport: OscTransport, heard: "queue.Queue[Incoming]", peer: socket.socket
) -> None:
    peer.sendto(encode(PING), (LOOPBACK, transport.port))
    incoming = heard.get(timeout=5.0)
    assert incoming.message.address is PING
    transport.pong(incoming.reply_port, "1.2.3", 42)
    answer = OscMessage(peer.recv(2000))
    assert (answer.address, answer.params) == ("/freshears/pong", ["1.2.3", 42])


@pytest.mark.slow
def test_ten_thousand_random_and_mutated_datagrams(
    transport: OscTransport, heard: "queue.Queue[Incoming]", peer: socket.socket, clock: Clock
) -> None:
    rng = random.Random(7)
    valid = [encode(a, *({"s": "x", "i": 1, "f": 0.0}[arg.type] for arg in a.args)) for a in ADDRESSES.values()]
    for _batch in range(100):
        for _ in range(100):
            data = bytearray(rng.choice(valid) if rng.random() < 0.6 else rng.randbytes(rng.randrange(0, 300)))
            for _ in range(rng.randrange(0, 5)):
                if data:
                    data[rng.randrange(len(data))] = rng.randrange(256)
            peer.sendto(bytes(data), (LOOPBACK, transport.port))
        clock.now_s += 1.0
        peer.sendto(encode(PING), (LOOPBACK, transport.port))
        while heard.get(timeout=5.0).message.address is not PING:
            pass
    assert sum(transport.dropped.values()) > 1000


@pytest.mark.slow
def test_too_many_are_dropped_and_counted_once_a_minute(
    transport: OscTransport,
    heard: "queue.Queue[Incoming]",
    peer: socket.socket,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked, ping = encode(BOUNCE, "/b/x.wav"), encode(PING)
    for number in range(int(BURST) + 200):
        peer.sendto(asked, (LOOPBACK, transport.port))
        if number < BURST:
            heard.get(timeout=5.0)
    wait_for(lambda: transport.dropped["too many"] == 200, 5.0, "200 dropped messages", step_s=0.01)
    with caplog.at_level(logging.WARNING):
        clock.now_s += 61.0
        peer.sendto(ping, (LOOPBACK, transport.port))
        heard.get(timeout=5.0)
        clock.now_s += 61.0
        peer.sendto(ping, (LOOPBACK, transport.port))
        heard.get(timeout=5.0)
    assert transport.dropped["too many"] == 200
    transport.stop()
    assert [record.getMessage() for record in caplog.records] == ["OSC messages dropped: 200 too many"]


def test_subscribers_are_few_and_leases_end(transport: OscTransport, peer: socket.socket, clock: Clock) -> None:
    port = peer.getsockname()[1]
    transport.subscribe(port)
    transport.broadcast(STATE, "idle", 0, 0)
    assert OscMessage(peer.recv(2000)).params == ["idle", 0, 0]
    for other in range(1, MAX_SUBSCRIBERS + 1):
        clock.now_s += 0.1
        transport.subscribe(other)
    assert port not in transport.subscribers()
    assert len(transport.subscribers()) == MAX_SUBSCRIBERS
    clock.now_s += LEASE_S + 1
    assert transport.subscribers() == ()
    with pytest.raises(OscError, match="65535"):
        transport.subscribe(70_000)


def test_a_taken_port_is_named_with_the_remedy(transport: OscTransport) -> None:
    with pytest.raises(OscError, match=rf"port {transport.port}.*\[osc\]"):
        OscTransport(transport.port, lambda _: True)
