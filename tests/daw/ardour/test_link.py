"""Ardour's state from its messages, with a fake clock: no sockets, no waiting."""

import random

import pytest

from bridge.daw.ardour.datagrams import decode, encode
from bridge.daw.ardour.link import CLOSING_S, HICCUP_S, NOTICE_S, ArdourLink, OscDatagram, parse_chain, parse_hook
from bridge.model import FxSlot, SessionSnapshot
from bridge.policy.bus.guard_state import project_key
from bridge.policy.bus.plugins import plain_name

PORT = 3819
LIMITER = ("LSP Limiter Stereo", 1)


class FakeArdour:
    """Answers as Ardour 7.3 was seen to answer."""

    def __init__(self, link: ArdourLink) -> None:
        self.link = link
        self.now_s = 100.0
        self.name = "Song"
        self.strips: list[tuple[str, str]] = [("AT", "Drums"), ("MT", "Keys"), ("MA", "Master")]
        self.plugins: list[tuple[str, int]] = []
        self.alive = True
        self.knows_us = False
        self.port = PORT

    def hear(self, address: str, *params: object) -> None:
        self.link.heard_surface(self.port, address, params, self.now_s)

    def answer(self, message: OscDatagram) -> None:
        address, params = message
        if address == "/transport_speed":
            self.hear("/transport_speed", 0.0)
        elif address == "/set_surface":
            assert params == (0, 127, 24, 0, 0, 0, 0)
            self.knows_us = True
            self.hear("/transport_play", 0.0)
            self.hear("/session_name", self.name)
        elif address == "/strip/list":
            for number, (kind, name) in enumerate(self.strips, 1):
                more = (0,) if kind in ("AT", "MT") else ()
                self.hear("#reply", kind, name, 2, 2, 0, 0, number, *more)
            self.hear("#reply", "end_route_list", 48000, 0, 0)
        elif address == "/strip/plugin/list":
            assert isinstance(params[0], int)
            kind = self.strips[params[0] - 1][0] if 0 < params[0] <= len(self.strips) else "?"
            listed = self.plugins if kind == "MA" else [("Track EQ", 1)]
            flat = [value for i, (name, on) in enumerate(listed, 1) for value in (i, name, on)]
            self.hear("/strip/plugin/list", params[0], *flat)

    def run(self, seconds: float, step_s: float = 0.25) -> None:
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            for port, message in self.link.tick(self.now_s):
                if self.alive and port == self.port:
                    self.answer(message)
            if self.alive and self.knows_us and self.now_s % 1.0 == 0:
                self.hear("/heartbeat", 1.0)

    def snapshot(self) -> SessionSnapshot | None:
        return self.link.snapshot(self.now_s, 1e9)


@pytest.fixture
def ardour() -> FakeArdour:
    return FakeArdour(ArdourLink(lambda name: f"/music/{name}"))


def chain(ardour: FakeArdour) -> list[tuple[str, bool]]:
    seen = ardour.snapshot()
    assert seen is not None
    return [(slot.name, slot.enabled) for slot in seen.master_chain]


def test_finds_the_master_and_its_chain_within_two_seconds(ardour: FakeArdour) -> None:
    ardour.plugins = [LIMITER, ("EBU R128 Meter", 0)]
    ardour.run(2.0)
    seen = ardour.snapshot()
    assert seen is not None
    assert (seen.project_name, seen.project_path, seen.track_count) == ("Song", "/music/Song", 2)
    assert seen.transport == "stopped"
    assert chain(ardour) == [("LSP Limiter Stereo", True), ("EBU R128 Meter", False)]


def test_a_plug_in_added_bypassed_and_removed_is_seen_within_two_seconds(ardour: FakeArdour) -> None:
    ardour.run(3.0)
    assert chain(ardour) == []
    ardour.plugins = [LIMITER]
    ardour.run(2.0)
    assert chain(ardour) == [("LSP Limiter Stereo", True)]
    ardour.plugins = [("LSP Limiter Stereo", 0)]
    ardour.run(2.0)
    assert chain(ardour) == [("LSP Limiter Stereo", False)]
    ardour.plugins = []
    ardour.run(2.0)
    assert chain(ardour) == []


def test_a_moved_strip_id_never_shows_another_strips_plug_ins(ardour: FakeArdour) -> None:
    ardour.plugins = [LIMITER]
    ardour.run(3.0)
    ardour.strips.insert(0, ("AT", "New"))  # the master's id is now the one that was behind it
    for _ in range(16):
        ardour.run(0.25)
        assert chain(ardour) == [("LSP Limiter Stereo", True)]
    assert ardour.snapshot() is not None


def test_a_renamed_master_is_still_the_master_and_an_absent_one_is_noticed(ardour: FakeArdour) -> None:
    ardour.strips[-1] = ("MA", "2-Bus")
    ardour.plugins = [LIMITER]
    ardour.run(3.0)
    assert chain(ardour) == [("LSP Limiter Stereo", True)]
    assert not ardour.link.master_missing()
    del ardour.strips[-1]
    ardour.hear("/strip/list")
    ardour.run(2.0)
    assert ardour.link.master_missing()
    assert chain(ardour) == []


def test_transport_and_recording_are_pushed(ardour: FakeArdour) -> None:
    ardour.run(2.0)
    for play, tally, said in ((1.0, 0.0, "playing"), (1.0, 1.0, "recording"), (0.0, 1.0, "stopped")):
        ardour.hear("/transport_play", play)
        ardour.hear("/record_tally", tally)
        seen = ardour.snapshot()
        assert seen is not None
        assert seen.transport == said


def test_a_killed_ardour_is_gone_in_four_seconds_and_back_within_two(ardour: FakeArdour) -> None:
    ardour.plugins = [LIMITER]
    ardour.run(3.0)
    ardour.alive = False
    ardour.knows_us = False
    ardour.run(4.0)
    assert ardour.snapshot() is None
    assert ardour.link.port is None
    ardour.alive = True
    ardour.run(2.5)
    assert chain(ardour) == [("LSP Limiter Stereo", True)]


def test_a_switched_session_forgets_the_old_chain_and_sets_the_surface_up_again(ardour: FakeArdour) -> None:
    ardour.plugins = [LIMITER]
    ardour.run(3.0)
    ardour.name, ardour.plugins, ardour.knows_us = "Other", [("EQ", 1)], False  # Ardour drops surfaces with a session
    ardour.run(5.0)
    seen = ardour.snapshot()
    assert seen is not None
    assert (seen.project_name, chain(ardour)) == ("Other", [("EQ", True)])


def unsaved_key_of(ardour: FakeArdour) -> str:
    ardour.run(4.0)
    snapshot = ardour.snapshot()
    assert snapshot is not None
    assert snapshot.project_path == ""
    return project_key(snapshot)


def closed(ardour: FakeArdour) -> None:
    ardour.hear("/session_name", " ")
    ardour.knows_us = False
    ardour.run(CLOSING_S)


def test_a_session_whose_folder_nobody_says_is_known_for_one_run() -> None:
    ardour = FakeArdour(ArdourLink(lambda _name: ""))
    first = unsaved_key_of(ardour)
    ardour.alive = ardour.knows_us = False
    ardour.run(10.0)  # it loads a plug-in
    ardour.alive = True
    assert unsaved_key_of(ardour) == first
    closed(ardour)
    assert unsaved_key_of(ardour) != first  # a session of that name, of whichever folder
    ardour.alive = ardour.knows_us = False
    second = unsaved_key_of_after(ardour, HICCUP_S)
    assert second not in {"", first}


def unsaved_key_of_after(ardour: FakeArdour, silent_s: float) -> str:
    ardour.run(silent_s + 5.0)
    ardour.alive = True
    return unsaved_key_of(ardour)


def test_a_run_that_the_system_tells_is_one_whatever_happens_to_the_bridge() -> None:
    keys = {unsaved_key_of(FakeArdour(ArdourLink(lambda _name: "", run_of=lambda _: "77-1"))) for _ in range(2)}
    assert len(keys) == 1
    assert len(keys | {unsaved_key_of(FakeArdour(ArdourLink(lambda _name: "", run_of=lambda _: "78-9")))}) == 2


def test_nothing_is_sent_while_a_session_is_closed(ardour: FakeArdour) -> None:
    ardour.run(3.0)
    for address in ("/master/name", "/session_name", "/marker"):
        ardour.hear(address, " ")  # as Ardour empties the surface
    ardour.hear("/strip/list")
    assert ardour.link.port is None
    for _ in range(round(CLOSING_S / 0.25) - 1):
        ardour.now_s += 0.25
        assert ardour.link.tick(ardour.now_s) == []
    ardour.name, ardour.knows_us = "Other", False
    ardour.run(3.0)
    seen = ardour.snapshot()
    assert seen is not None
    assert seen.project_name == "Other"


def test_a_burst_of_notices_is_answered_once_and_not_at_once(ardour: FakeArdour) -> None:
    ardour.run(3.0)
    asked: list[float] = []
    for step in range(20):
        ardour.now_s += 0.05
        if step < 4:
            ardour.hear("/strip/list")
        asked += [ardour.now_s for _, message in ardour.link.tick(ardour.now_s) if message[0] == "/strip/list"]
    assert len(asked) == 1
    assert asked[0] >= 103.2 + NOTICE_S


def test_another_port_is_found_when_the_usual_one_is_taken(ardour: FakeArdour) -> None:
    ardour.port = PORT + 7
    ardour.plugins = [LIMITER]
    ardour.run(25.0)
    assert ardour.link.port == PORT + 7
    assert chain(ardour) == [("LSP Limiter Stereo", True)]


def hook_message(*plugins: tuple[str, str, str, int, str], transport: str = "stopped") -> tuple[object, ...]:
    flat = [value for plugin in plugins for value in plugin]
    return (1, "/conf", "/music/Song", "Song", "Song", 4, transport, 0, "Master", "", len(plugins), *flat, 0)


@pytest.mark.parametrize("kind", ["LV2", "LADSPA", "Lua", "VST", "VST3", "AU"])
def test_a_renamed_processor_is_known_by_what_it_is(kind: str) -> None:
    state = parse_hook(hook_message(("A" * 500, "LSP Limiter Stereo", kind, 1, "7"), ("Loud", "Loud", kind, 1, "8")))
    assert state is not None
    renamed, plain = state.master_chain
    assert plain_name(renamed.name).text == "LSP Limiter Stereo"
    assert plain.name == "Loud"


def test_the_files_a_session_plays_are_said_when_they_are_few() -> None:
    state = parse_hook((*hook_message(), 2, "/b/a.wav", "/b/b.wav"))
    assert state is not None
    assert state.source_files == ("/b/a.wav", "/b/b.wav")
    older = parse_hook(hook_message())  # scripts of an older installation do not say it
    assert older is not None
    assert older.source_files == ()


def test_the_hook_alone_is_enough_and_counts_while_it_is_heard(ardour: FakeArdour) -> None:
    ardour.alive = False
    assert ardour.link.heard_hook(hook_message(("My glue", "ACE Compressor", "LV2", 1, "77")), ardour.now_s)
    seen = ardour.snapshot()
    assert seen is not None
    named = "My glue / LV2: ACE Compressor"
    assert seen.master_chain == (FxSlot(name=named, kind="LV2", enabled=True, slot_id="77"),)
    assert (seen.project_path, seen.track_count) == ("/music/Song", 4)
    ardour.run(4.0)
    assert ardour.snapshot() is None


@pytest.mark.parametrize(
    "params",
    [
        (),
        (1,),
        (2, *hook_message()[1:]),
        hook_message()[:-1],
        (*hook_message(), 5),
        (*hook_message(), 1, 7),
        (*hook_message(), 9, *["/b/a.wav"] * 9),
        (1, "/conf", "/m", "S", "S", "many", "stopped", 0, "Master", "", 0, 0),
        (1, "/conf", "/m", "S", "S", 4, "stopped", 0, "Master", "", 10**6, 0),
        (1, "/conf", "/m", "S", "S", 4, "stopped", 0, "Master", "", -1, 0),
    ],
)
def test_a_malformed_hook_message_is_refused(params: tuple[object, ...]) -> None:
    assert parse_hook(params) is None


def test_malformed_chains_are_refused_and_long_names_cut() -> None:
    assert parse_chain((4, 1, "EQ")) is None
    assert parse_chain((4, 1, 2, 3)) is None
    assert parse_chain((4,)) == ()
    long = parse_chain((4, 1, "x" * 10_000, 1))
    assert long is not None
    assert len(long[0].name) == 300


def test_random_messages_neither_raise_nor_break_the_state(ardour: FakeArdour) -> None:
    ardour.plugins = [LIMITER]
    ardour.run(3.0)
    rng = random.Random(6)
    addresses = ["#reply", "/strip/list", "/strip/plugin/list", "/session_name", "/transport_play", "/heartbeat", "/x"]
    values: list[object] = [0, 1, -1, 4, 0.5, float("nan"), "", "MA", "Song", "end_route_list", True, 2**31 - 1]
    for _ in range(5000):
        params = tuple(rng.choice(values) for _ in range(rng.randrange(6)))
        ardour.link.heard_surface(PORT, rng.choice(addresses), params, ardour.now_s)
        ardour.link.heard_hook(params, ardour.now_s)
    ardour.run(4.0)
    ardour.hear("/session_name", "Song")
    ardour.run(4.0)
    assert chain(ardour) == [("LSP Limiter Stereo", True)]


def test_only_readable_datagrams_are_decoded() -> None:
    assert decode(encode("/a", (1, "b", 0.5))) == ("/a", (1, "b", 0.5))
    reply = b"#reply\x00\x00,s\x00\x00MA\x00\x00"
    assert decode(reply) == ("#reply", ("MA",))
    rng = random.Random(7)
    good = encode("/strip/plugin/list", (4, 1, "LSP", 1))
    for datagram in (b"", b"/", b"#bundle\x00" + bytes(8), b"hello world!", good[:-2], good.replace(b",", b"?")):
        assert decode(datagram) is None
    for _ in range(5000):
        broken = bytearray(good)
        for _ in range(rng.randrange(1, 5)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        decode(bytes(broken))
