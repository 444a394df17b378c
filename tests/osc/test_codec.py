"""The table, the codec and the page that is written from the table."""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import OscError
from bridge.osc.address import Address
from bridge.osc.addresses import ADDRESSES, BOUNCE, PING, SUBSCRIBE, VERDICT
from bridge.osc.codec import MAX_DATAGRAM_BYTES, Message, Value, decode, encode
from bridge.osc.docs import render

EXAMPLES: dict[str, Value] = {"s": "/b/Sóng.wav", "i": 7, "f": 0.5}


def example(address: Address) -> tuple[Value, ...]:
    return tuple(EXAMPLES[arg.type] for arg in address.args)


@pytest.mark.parametrize("address", [a for a in ADDRESSES.values() if a.direction == "in"], ids=lambda a: a.path)
def test_every_incoming_address_survives_the_wire(address: Address) -> None:
    args = example(address)
    assert decode(encode(address, *args)) == [Message(address, args)]
    assert decode(encode(address, *args[: address.least_args])) == [Message(address, args[: address.least_args])]


@pytest.mark.parametrize("address", [a for a in ADDRESSES.values() if a.direction == "out"], ids=lambda a: a.path)
def test_outgoing_addresses_are_not_listened_to(address: Address) -> None:
    with pytest.raises(OscError, match="unknown"):
        decode(encode(address, *example(address)))


def raw(path: str, *args: Value) -> bytes:
    builder = OscMessageBuilder(path)
    for arg in args:
        builder.add_arg(arg)
    return builder.build().dgram


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "malformed"),
        (b"/", "malformed"),
        (b"#bundle\x00", "malformed"),
        (b"#bundle\x00" + b"\x00" * 8 + b"\x00\x00\x00\xff", "malformed"),
        (b"#bundle\x00" + b"\x00" * 8 + b"\xff\xff\xff\xff" + b"/a\x00\x00", "malformed"),
        (raw("/freshears/nothing"), "unknown"),
        (raw("/other", 1), "unknown"),
        (raw("/freshears/bounce"), "malformed"),
        (raw("/freshears/bounce", 3), "malformed"),
        (raw("/freshears/bounce", "a", "b"), "malformed"),
        (raw("/freshears/bounce", "x" * 5000), "malformed"),
        (raw("/freshears/subscribe", "9000"), "malformed"),
        (raw("/freshears/subscribe", 1.5), "malformed"),
        (b"/freshears/ping\x00" * 2000, "oversized"),
    ],
)
def test_what_does_not_fit_is_refused(datagram: bytes, why: str) -> None:
    with pytest.raises(OscError, match=why):
        decode(datagram)


def test_a_bundle_holds_several_messages_and_its_time_is_not_waited_for() -> None:
    inner = OscBundleBuilder(IMMEDIATELY)
    ping = OscMessageBuilder("/freshears/ping").build()
    inner.add_content(ping)
    outer = OscBundleBuilder(2_000_000_000)
    outer.add_content(inner.build())
    outer.add_content(ping)
    assert decode(outer.build().dgram) == [Message(PING, ()), Message(PING, ())]


def test_bundles_in_bundles_without_end_are_refused() -> None:
    datagram = encode(PING)
    for _ in range(6):
        datagram = b"#bundle\x00" + b"\x00" * 8 + struct.pack(">i", len(datagram)) + datagram
    with pytest.raises(OscError):
        decode(datagram)


def test_a_bundle_of_too_many_is_refused() -> None:
    ping = encode(PING)
    datagram = b"#bundle\x00" + b"\x00" * 8 + (struct.pack(">i", len(ping)) + ping) * 100
    with pytest.raises(OscError, match="oversized"):
        decode(datagram)


@pytest.mark.slow
@given(st.binary(max_size=200))
def test_random_bytes_never_do_more_than_be_refused(datagram: bytes) -> None:
    with contextlib.suppress(OscError):
        decode(datagram)


@pytest.mark.slow
@given(st.sampled_from([encode(a, *example(a)) for a in ADDRESSES.values()]), st.data())
def test_mutated_messages_never_do_more_than_be_refused(datagram: bytes, data: st.DataObject) -> None:
    mutated = bytearray(datagram)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mutated)))
    for candidate in (bytes(mutated), bytes(mutated[:cut]), b"#bundle\x00" + b"\x00" * 8 + bytes(mutated)):
        with contextlib.suppress(OscError):
            decode(candidate)


@pytest.mark.slow
@given(st.text())
def test_any_text_can_be_said(text: str) -> None:
    assert len(encode(VERDICT, text, 1, "fine", text, text, "")) <= 4 * MAX_DATAGRAM_BYTES


def test_saying_what_does_not_fit_is_an_error() -> None:
    with pytest.raises(OscError):
        encode(SUBSCRIBE, "9000")
    with pytest.raises(OscError):
        encode(BOUNCE)


def test_the_page_in_docs_is_current() -> None:
    page = Path(__file__).parent.parent.parent / "docs" / "osc.md"
    assert page.read_text(encoding="utf-8") == render()
