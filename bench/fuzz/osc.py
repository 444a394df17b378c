"""Mutated OSC: through decoder, rate limit and front in this process; and through a real socket to a real bridge."""

import contextlib
import random
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.fuzz.mutate import mutated
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.state import State
from bridge.app.commands.records import Asker, Command, Done, Outcome, Refused, command_from_json, to_json
from bridge.app.fronts.osc import OscFront
from bridge.osc.addresses import ADDRESSES, MODE, PING, Address
from bridge.osc.codec import decode, encode
from bridge.osc.transport import Incoming, OscTransport
from tests.app.bridge_process import BridgeProcess

MOST_S = 2.0
PING_PATIENCE_S = 5.0
_IN = [address for address in ADDRESSES.values() if address.direction == "in"]
_TEXTS = tuple(
    text.encode("utf-8", "surrogateescape")
    for text in (
        "",
        "/",
        "/tmp/Tide.wav",
        "Tide",
        "mixing",
        "spotify",
        "\udcff/x",
        "\u202e\x1b[2J",
        "C:\\Tide.wav",
        "%s%n",
        "{}",
        "\n",
    )
)
_LONG = tuple(text.encode() for text in ("a" * 4097, "../" * 200, "é" * 3000))
_NUMBERS = (0, 1, -1, 999, 65_535, 65_536, 2**31 - 1, -(2**31))
_WORDS = (
    b"#bundle\0",
    b",s\0\0",
    b",ssss\0\0\0",
    b",i\0\0",
    b",f\0\0",
    b",b\0\0",
    b",[i]\0\0\0\0",
    b",T\0\0",
    *(address.path.encode() + b"\0" for address in _IN),
)


def message(rng: random.Random, address: Address) -> bytes:
    """Return a message that fits its address, with odd values where it may have them."""
    wanted = rng.randint(address.least_args, len(address.args))
    tags = "".join(arg.type for arg in address.args[:wanted])
    if rng.random() < 0.1:
        tags += rng.choice("sifbTFNIhdt[]")
    body = b""
    for tag in tags:
        if tag == "s":
            body += _padded(rng.choice(_TEXTS if rng.random() < 0.99 else _LONG))
        elif tag == "f":
            body += struct.pack(">f", rng.choice((0.0, float("nan"), float("inf"), 1.0)))
        else:
            body += struct.pack(">i", rng.choice(_NUMBERS))
    return _padded(address.path.encode()) + _padded(b"," + tags.encode()) + body


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def bundle(rng: random.Random, depth: int = 0) -> bytes:
    """Return a bundle of messages and bundles."""
    parts = b"#bundle\0" + struct.pack(">Q", rng.choice((0, 1, 2**64 - 1, rng.getrandbits(64))))
    for _ in range(rng.choice((0, 1, 2, 3, 8)) if rng.random() < 0.99 else 100):
        inner = bundle(rng, depth + 1) if depth < 6 and rng.random() < 0.2 else message(rng, rng.choice(_IN))
        size = len(inner) if rng.random() < 0.97 else rng.choice((0, -1, 2**31 - 1, len(inner) + 4))
        parts += struct.pack(">i", size) + inner
    return parts


def datagram(rng: random.Random) -> bytes:
    """Return a datagram: right, odd, damaged or nonsense."""
    kind = rng.random()
    made = bundle(rng) if kind < 0.1 else message(rng, rng.choice(_IN))
    return mutated(rng, made, (), _WORDS) if rng.random() < 0.85 else made


class _Nobody(OscTransport):
    """A transport without a thread that sends to nobody, and has no limit to how many messages it takes."""

    def _send(self, datagram: bytes, port: int) -> None:
        self.sent = getattr(self, "sent", 0) + 1

    def _has_token(self) -> bool:
        return True


class _Decoder:
    """What a bridge does with a datagram, up to the command and back to the answer."""

    def __init__(self) -> None:
        self.transport = _Nobody(0, self._on_message, time.monotonic)
        self.front = OscFront(self.transport, self._handle)
        self.commands = 0

    def _on_message(self, incoming: Incoming) -> bool:
        self.front.handle(incoming)
        return True

    def _handle(self, command: Command, _: Asker) -> Outcome:
        """Keep the command as the store does: what was read is what was asked."""
        self.commands += 1
        if command_from_json(to_json(command)) != command:
            raise AssertionError(f"{command!r} is kept as something else")
        return Done(job_id=1) if self.commands % 2 else Refused(kind="wrong", text="No \udcff.")

    def take(self, data: bytes) -> None:
        """Take a datagram as the socket's thread does."""
        self.transport._take(data, 40_000)  # noqa: SLF001


@contextmanager
def _decoder(_: Path) -> Iterator[Work]:
    decoder = _Decoder()

    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        before = decoder.commands
        for _ in range(count):
            data = datagram(rng)
            began_s = time.process_time()
            try:
                decoder.take(data)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                batch.failures.append(failure_of(error, data))
            took_s = time.process_time() - began_s
            if took_s > MOST_S:
                batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", data))
            batch.peak("slowest_s", took_s)
            batch.done += 1
        batch.count("commands", decoder.commands - before)
        return batch

    try:
        yield work
    finally:
        decoder.transport.stop()


def _decode_again(_: Path, data: bytes) -> Failure | None:
    decoder = _Decoder()
    try:
        decoder.take(data)
        decode(encode(PING))
    except Exception as error:  # noqa: BLE001
        return failure_of(error, data)
    finally:
        decoder.transport.stop()
    return None


@contextmanager
def _socket(folder: Path) -> Iterator[Work]:
    """A real bridge; after every burst it must answer a ping, and at the end of a batch do what is asked."""
    bridge = BridgeProcess(folder / "home", folder / "Bounces").start()

    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        while batch.done < count:
            burst = [datagram(rng) for _ in range(min(100, count - batch.done))]
            for data in burst:
                bridge._sender.sendto(data[:60_000], ("127.0.0.1", bridge.port))  # noqa: SLF001
            batch.done += len(burst)
            took_s = _answered_after_s(bridge)
            if took_s is None:
                batch.failures.append(Failure("no answer to a ping", f"process: {bridge.process.poll()}", burst[-1]))
            batch.peak("slowest ping_s", took_s or PING_PATIENCE_S)
        answer = bridge.ask(MODE, "Nobody's song", "mixing")
        if answer.address != "/freshears/refused":
            batch.failures.append(Failure("an order after it is not refused as it should be", str(answer.params)))
        return batch

    try:
        yield work
    finally:
        code = bridge.stop()
        if code:
            raise RuntimeError(f"the bridge ended with {code}")


def _answered_after_s(bridge: BridgeProcess) -> float | None:
    """Return how long a ping took; the system may drop one where a burst has filled the socket's buffer."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < PING_PATIENCE_S:
        with contextlib.suppress(TimeoutError):
            bridge.ask(PING, timeout_s=0.25)
            return time.monotonic() - began_s
    return None


def _decoder_result(state: State) -> str:
    return f"{int(state.sums.get('commands', 0)):,} became commands; the slowest took {_ms(state, 'slowest_s')}"


def _socket_result(state: State) -> str:
    return f"a ping after every 100: the slowest was answered after {_ms(state, 'slowest ping_s')}"


def _ms(state: State, name: str) -> str:
    return f"{1000 * state.peaks.get(name, 0.0):.0f} ms"


LANES = (
    Lane(
        "osc",
        "OSC datagrams through decoder, front and the form in which commands are kept",
        5_000_000,
        20_000,
        4_000,
        _decoder,
        _decoder_result,
        _decode_again,
    ),
    Lane("osc-socket", "OSC datagrams to the socket of a running bridge", 200_000, 5_000, 300, _socket, _socket_result),
)
