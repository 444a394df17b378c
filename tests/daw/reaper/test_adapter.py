"""The adapter against the stand-in: both channels, each alone, and everything that can go wrong between them."""

import json
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.daw.contract import (
    ActionAsked,
    AnswerChoice,
    AnswerGiven,
    ConnectionChanged,
    ExportSeen,
    Notice,
    PanelMarker,
    SnapshotSeen,
)
from bridge.daw.reaper.adapter import ReaperAdapter, ReaperPorts
from bridge.daw.reaper.mailbox import MAX_REQUESTS_PER_LOOK, ReaperMailbox
from bridge.model import SessionSnapshot
from bridge.policy.bus.guard import step
from bridge.policy.bus.guard_state import GuardState, project_key
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import state_of
from tests.daw.reaper.standin.rig import Link, Rig
from tests.daw.reaper.standin.world import Fx, Project
from tests.waiting import wait_for

WATCH, PANEL = "freshears_watch.lua", "freshears_panel.lua"
LIMITER = "VST3: Pro-L 2 (FabFilter)"


@pytest.fixture
def rig(host: Host) -> Rig:
    """Return a REAPER with the scripts running and OSC set up."""
    rig = Rig(host)
    host.start(WATCH)
    rig.run(1)
    return rig


def names(snapshot: SessionSnapshot) -> list[tuple[str, bool]]:
    return [(slot.name, slot.enabled) for slot in snapshot.master_chain]


def test_both_channels_make_one_snapshot(rig: Rig) -> None:
    host = rig.host
    host.project.master.fx = [Fx(LIMITER, renamed="secret"), Fx("CLAP: Maximizer (X)", "CLAP", offline=True)]
    host.project.master.monitor_fx = [Fx("VST3: SoundID Reference (Sonarworks)")]
    host.touch()
    rig.run(1)
    snapshot = rig.latest
    assert (snapshot.project_path, snapshot.project_name, snapshot.track_count) == (host.project.path, "Tide", 2)
    assert [(s.name, s.kind, s.offline) for s in snapshot.master_chain] == [
        ("Pro-L 2 (FabFilter)", "VST3", False),
        ("Maximizer (X)", "CLAP", True),
    ]
    assert [s.name for s in snapshot.monitor_chain] == ["SoundID Reference (Sonarworks)"]
    assert rig.adapter.status().channels == ("mailbox", "osc")
    assert rig.adapter.status().missing == ()


def seconds_until(rig: Rig, reached: Callable[[SessionSnapshot], bool], limit_s: float = 5.0) -> float:
    """Let time pass until a snapshot is as wanted; return how long that took."""
    start, seen = rig.host.now_s, len(rig.snapshots)
    while rig.host.now_s - start < limit_s:
        rig.run(1 / 30)
        if any(reached(s) for s in rig.snapshots[seen:]):
            return rig.host.now_s - start
    raise AssertionError("not reached")


def test_osc_makes_it_instant_and_the_mailbox_complete(rig: Rig) -> None:
    rig.host.project.master.fx = [Fx(LIMITER)]
    rig.host.touch()
    rig.run(2)
    rig.host.project.master.fx[0].enabled = False
    assert seconds_until(rig, lambda s: names(s) == [("Pro-L 2 (FabFilter)", False)]) < 0.1
    rig.host.project.play_state = 1
    assert seconds_until(rig, lambda s: s.transport == "playing") < 0.1


@pytest.mark.slow
def test_a_hint_never_flickers_back(rig: Rig) -> None:
    """A heartbeat that still shows the chain from before the change must not undo the hint for a moment."""
    rig.host.project.master.fx = [Fx(LIMITER)]
    rig.host.touch()
    rig.run(2)
    for round_ in range(30):
        rig.run(0.1 + round_ * 0.03)
        before = len(rig.snapshots)
        enabled = not rig.host.project.master.fx[0].enabled
        rig.host.project.master.fx[0].enabled = enabled
        rig.run(2)
        said = [s.master_chain[0].enabled for s in rig.snapshots[before:]]
        assert said.count(not enabled) <= 1  # at most the periodic repetition before the hint came
        assert said[-1] is enabled
        assert said[1:] == [enabled] * (len(said) - 1)


def test_the_mailbox_alone(host: Host) -> None:
    rig = Rig(host, osc=False)
    host.start(WATCH)
    host.project.master.fx = [Fx(LIMITER)]
    rig.run(1)
    host.project.master.fx[0].enabled = False
    assert seconds_until(rig, lambda s: names(s) == [("Pro-L 2 (FabFilter)", False)]) < 1.0
    assert rig.adapter.status().channels == ("mailbox",)


def test_osc_alone_says_what_it_can_and_wakes_the_scripts(host: Host) -> None:
    rig = Rig(host)
    host.project.master.fx = [Fx(LIMITER), Fx("JS: limiter", "JS", enabled=False)]
    rig.run(0.1)
    assert names(rig.latest) == [("Pro-L 2 (FabFilter)", True), ("limiter", False)]
    assert rig.latest.project_path == ""
    assert "Only OSC is heard" in rig.of(ConnectionChanged)[0].status.missing[0]  # type: ignore[union-attr]
    rig.run(3)
    assert "/action/_FRESHEARS_WATCH" not in rig.surface.received  # scripts that are just starting are not disturbed
    rig.run(3)
    assert "/action/_FRESHEARS_WATCH" in rig.surface.received
    assert WATCH in host.scripts
    rig.run(2)
    assert rig.latest.project_path == host.project.path
    host.project.master.fx.pop(0)
    rig.run(1)
    assert names(rig.latest) == [("limiter", False)]


def test_an_emptied_chain_and_another_current_track(host: Host) -> None:
    rig = Rig(host)
    host.ext["FreshEars", "mailbox"] = str(host.resource / "nowhere")  # scripts speak elsewhere
    host.project.master.fx = [Fx(LIMITER)]
    host.project.tracks[0].fx = [Fx("VST: drum limiter")]
    rig.run(1)
    rig.surface.current_track = 1
    rig.run(1)
    assert names(rig.latest) == [("Pro-L 2 (FabFilter)", True)]
    rig.surface.current_track = 0
    host.project.master.fx = []
    rig.run(1)
    assert names(rig.latest) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_bad_link_is_put_right_within_two_seconds(host: Host, seed: int) -> None:
    """A third of the datagrams lost, a third doubled, up to three seconds late: the mailbox corrects every one."""
    rig = Rig(host, link=Link(seed, lose=0.33, double=0.33, delay_s=3.0))
    host.start(WATCH)
    host.project.master.fx = [Fx(LIMITER), Fx("VST3: Ozone 11 (iZotope)")]
    host.touch()
    rig.run(2)
    for turn in range(6):
        fx = host.project.master.fx
        if turn == 3:
            fx.reverse()
            host.touch()
        else:
            fx[turn % 2].enabled = not fx[turn % 2].enabled
        host.project.play_state = turn % 2
        rig.run(6)  # changes stop; the last late datagram has come after three seconds
        assert names(rig.latest) == [(f.name.removeprefix("VST3: "), f.enabled) for f in fx]
        assert rig.latest.transport == ("playing" if turn % 2 else "stopped")


@pytest.mark.parametrize(
    "datagram",
    [b"", b"/", b"#bundle\0", b"#bundle\0" + b"\xff" * 40, b"/fx/1/name\0\0,s\0\0", b"/fx/1/bypass\0\0\0\0,T\0\0",
     b"/fx/0/name\0\0,s\0\0x\0\0\0", b"/fx/999/name\0\0\0\0,s\0\0x\0\0\0", b"\0" * 9000,
     random.Random(6).randbytes(64)],
)  # fmt: skip
def test_hostile_datagrams_change_nothing(rig: Rig, datagram: bytes) -> None:
    assert rig.adapter.hear(datagram) is False
    rig.run(1)
    assert names(rig.latest) == []


def write(rig: Rig, data: bytes) -> None:
    (rig.host.resource / "FreshEars" / "state.json").write_bytes(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"format": 1}', b"\xff\xfe\x00", b'"' + b"x" * 2_000_000 + b'"', b"[" * 100_000,
     b'{"format":1,"instance":"x","seq":1e99,"at":1}'],
    ids=["empty", "cut", "a list", "bare", "not text", "huge", "deep", "odd number"],
)  # fmt: skip
def test_a_damaged_state_keeps_the_last_one_and_the_next_repairs_it(rig: Rig, data: bytes) -> None:
    rig.host.project.master.fx = [Fx(LIMITER)]
    rig.host.touch()
    rig.run(1)
    write(rig, data)
    rig.adapter.look()
    assert names(rig.latest) == [("Pro-L 2 (FabFilter)", True)]
    rig.run(2)
    assert rig.adapter.status().missing == ()
    assert rig.adapter.status().connected


def test_a_locked_state_is_read_later(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def locked(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "state.json":
            raise PermissionError(13, "in use")
        return real(self, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", locked)
        rig.run(1)
    rig.run(2)
    assert rig.adapter.status().missing == ()


def test_another_version_is_named(rig: Rig) -> None:
    state = state_of(rig.host)
    rig.host.quit()
    write(rig, json.dumps({**state, "format": 2, "running": True}).encode())
    rig.run(1)
    assert "another version" in rig.adapter.status().missing[0]
    assert not rig.adapter.status().connected or rig.adapter.status().channels == ("osc",)


def test_quitting_crashing_and_an_old_state(host: Host) -> None:
    rig = Rig(host, osc=False)
    host.start(WATCH)
    rig.run(2)
    host.scripts.clear()  # a crash: no goodbye
    rig.run(10)
    assert "silent" in rig.adapter.status().missing[0]
    assert rig.adapter.status().connected
    rig.run(70)
    assert not rig.adapter.status().connected
    rig.adapter = rig.new_adapter()  # the bridge is started anew: yesterday's state is not today's
    count = len(rig.snapshots)
    rig.run(3)
    assert len(rig.snapshots) == count
    host.start(WATCH)
    rig.run(2)
    assert rig.adapter.status().connected
    host.quit()
    rig.run(1)
    assert not rig.adapter.status().connected


def test_a_render_is_busy_and_not_a_crash(rig: Rig) -> None:
    seen: list[tuple[bool, bool, bool]] = []

    def look() -> None:
        rig.adapter.look()
        status = rig.adapter.status()
        seen.append((status.connected, rig.latest.rendering, bool(status.missing)))

    rig.host.on_piece = look
    rig.host.start("freshears_bounce.lua")
    assert seen[-1] == (True, True, False)  # the last piece comes many seconds after the last heartbeat
    rig.run(2)
    assert not rig.latest.rendering
    (export,) = rig.of(ExportSeen)
    assert isinstance(export, ExportSeen)
    assert (export.kind, export.project_name) == ("bounce", "Tide")
    assert Path(export.path).is_file()


def test_a_dual_print_is_a_pair(rig: Rig) -> None:
    rig.host.project.master.fx = [Fx(LIMITER, gain=0.5)]
    (rig.host.resource / "Bounces").mkdir()
    folder = str(rig.host.resource / "Bounces")
    rig.host.start("freshears_watch.lua")  # makes the mailbox
    rig.show(song="Tide", bounce_number=3, bounce_folder=folder)
    rig.run(1)
    rig.host.start("freshears_dual_print.lua")
    rig.run(1)
    exports = [(e.kind, e.pair) for e in rig.events if isinstance(e, ExportSeen)]
    assert exports == [("print-wet", "Tide – bounce 3"), ("print-dry", "Tide – bounce 3")]


def test_a_warning_travels_in_and_its_answer_out(rig: Rig) -> None:
    choice = AnswerChoice(answer="part_of_the_sound", label="Part of the sound")
    rig.show(notices=(Notice(key="w1", title="A limiter", text="is on the master", answers=(choice,), interrupt=True),))
    rig.run(1)
    screen = rig.host.screens[PANEL]
    assert "A limiter" in screen.texts()
    screen.keys.append(ord("1"))
    rig.run(1)
    (answer,) = rig.of(AnswerGiven)
    assert isinstance(answer, AnswerGiven)
    assert (answer.key, answer.answer, answer.project_path) == ("w1", "part_of_the_sound", rig.host.project.path)
    assert list((rig.host.resource / "FreshEars" / "requests").iterdir()) == []


def test_faults_become_markers_and_the_master_is_asked_for(rig: Rig) -> None:
    rig.show(
        markers=(PanelMarker(at_s=1.5, text="clipping"),), last_bounce_path="/b/x.wav",
        intents=("intimate",), targets=("spotify",),
    )  # fmt: skip
    rig.run(1)
    rig.host.start("freshears_markers.lua")
    assert [m.name for m in rig.host.project.markers] == ["Fresh Ears: clipping"]
    rig.host.start("freshears_master.lua")
    rig.run(1)
    rig.host.screens[PANEL].keys += [ord("1"), ord("2")]
    rig.run(1)
    rig.host.screens[PANEL].keys.append(ord("3"))
    rig.run(1)
    (action,) = rig.of(ActionAsked)
    assert isinstance(action, ActionAsked)
    assert action.action == "master"
    assert action.values == {"path": "/b/x.wav", "intent": "intimate", "target": "spotify"}


def test_several_tabs_and_an_unsaved_project(rig: Rig) -> None:
    rig.host.projects.append(Project(path=""))
    rig.host.current = 1
    rig.run(1)
    assert (rig.latest.project_path, rig.latest.project_name) == ("", "")
    rig.host.current = 0
    rig.run(1)
    assert rig.latest.project_name == "Tide"


def test_a_copy_that_the_render_queue_opens_is_nobodys_project(rig: Rig) -> None:
    host = rig.host
    limited = Project(path=str(host.resource / "QueuedRenders" / "qrender_Tide.rpp"))
    limited.master.fx = [Fx(LIMITER)]
    host.projects.append(limited)
    host.current = 1
    rig.run(3)
    assert (rig.latest.project_path, rig.latest.project_name, names(rig.latest)) == (host.projects[0].path, "Tide", [])
    assert rig.adapter.status().connected
    host.current = 0
    host.project.master.fx = [Fx(LIMITER)]
    host.touch()
    rig.run(2)
    assert names(rig.latest) == [("Pro-L 2 (FabFilter)", True)]


def test_a_queue_that_is_rendered_as_the_first_thing_shows_no_project(host: Host) -> None:
    rig = Rig(host)
    host.project.path = "C:\\Users\\a\\REAPER\\QueuedRenders\\qrender_Tide.rpp"
    host.start(WATCH)
    rig.run(2)
    assert (rig.latest.project_path, rig.latest.project_name) == ("", "")


def test_the_bridge_restarted_repeats_no_request(rig: Rig) -> None:
    rig.show()
    rig.run(1)
    rig.host.start("freshears_bounce.lua")
    rig.run(1)
    rig.adapter.stop()
    assert not (rig.host.resource / "FreshEars" / "board.json").exists()
    rig.adapter = rig.new_adapter()
    rig.run(3)
    assert len(rig.of(ExportSeen)) == 1


def requests_folder(rig: Rig) -> Path:
    folder = rig.host.resource / "FreshEars" / "requests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"format": 1, "id": "x", "kind": "rm -rf"}', '{"format": 9, "id": "x", "kind": "answer"}', "x" * 20_000,
     '{"format": 1, "id": "x", "kind": "bounced", "path": "relative.wav"}',
     '{"format": 1, "id": "x", "kind": "action", "action": "shell"}'],
)  # fmt: skip
def test_requests_that_make_no_sense_are_thrown_away(rig: Rig, text: str) -> None:
    (requests_folder(rig) / "00000000-000001-0001.json").write_text(text, encoding="utf-8")
    (requests_folder(rig) / "..sneaky").write_text("x", encoding="utf-8")
    rig.run(1)
    assert rig.of(ExportSeen) + rig.of(ActionAsked) + rig.of(AnswerGiven) == []
    assert [p.name for p in requests_folder(rig).iterdir()] == ["..sneaky"]


def test_a_request_that_cannot_be_removed_is_done_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use")

    body = {"format": 1, "id": "00000000-000001-0001", "kind": "answer", "key": "k", "answer": "a"}
    (requests_folder(rig) / "00000000-000001-0001.json").write_text(json.dumps(body), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        rig.run(2)
    assert len(rig.of(AnswerGiven)) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_in_the_place_of_files_are_not_waited_for_and_keep_no_request_back(tmp_path: Path) -> None:
    mailbox = ReaperMailbox(tmp_path)
    (tmp_path / "requests").mkdir()
    for name in ("state.json", "busy.json", *(f"requests/00000000-{number:06x}-0001.json" for number in range(60))):
        os.mkfifo(tmp_path / name)
    body = {"format": 1, "id": "ffffffff-000001-0001", "kind": "answer"}
    (tmp_path / "requests" / "ffffffff-000001-0001.json").write_text(json.dumps(body), encoding="utf-8")
    assert mailbox.read_state() is None
    assert "cannot be read now" in mailbox.problem
    assert mailbox.busy_since_at() is None
    assert [request.id for request in mailbox.take_requests()] == ["ffffffff-000001-0001"]


@pytest.mark.parametrize("start", ["[", '{"what":', '{"x":[', '{"project":{"x":'])
def test_json_nested_without_end_is_no_state_no_request_and_no_busy_word(tmp_path: Path, start: str) -> None:
    mailbox = ReaperMailbox(tmp_path)
    (tmp_path / "requests").mkdir()
    for name in ("state.json", "busy.json", "requests/00000000-000001-0001.json"):
        (tmp_path / name).write_text(start + "[" * 16_000, encoding="ascii")
    assert mailbox.read_state() is None
    assert "makes no sense" in mailbox.problem
    assert mailbox.busy_since_at() is None
    assert mailbox.take_requests() == []
    assert mailbox.rejected == 1


def test_a_flood_of_requests_is_taken_in_portions(tmp_path: Path) -> None:
    mailbox = ReaperMailbox(tmp_path)
    (tmp_path / "requests").mkdir()
    for number in range(MAX_REQUESTS_PER_LOOK + 10):
        name = f"00000000-{number:06x}-0001"
        body = {"format": 1, "id": name, "kind": "answer"}
        (tmp_path / "requests" / f"{name}.json").write_text(json.dumps(body), encoding="utf-8")
    assert len(mailbox.take_requests()) == MAX_REQUESTS_PER_LOOK
    assert len(mailbox.take_requests()) == 10
    assert mailbox.take_requests() == []


def test_snapshots_come_on_change_and_every_few_seconds(rig: Rig) -> None:
    count = len(rig.snapshots)
    rig.run(10)
    assert 4 <= len(rig.snapshots) - count <= 6


def test_it_works_over_a_real_socket(tmp_path: Path) -> None:
    """The thread, the port and a taken port, with nothing faked."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reaper,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        reaper.bind(("127.0.0.1", 0))
        reaper.settimeout(5)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        events: list[object] = []
        ports = ReaperPorts(bridge=port, reaper=reaper.getsockname()[1])
        adapter = ReaperAdapter(events.append, lambda: (tmp_path,), ports)
        adapter.start()
        try:
            assert reaper.recvfrom(2048)[0] == b"/action\0,i\0\0\x00\x00\xa3\x0f"  # 41743
            host = Host(tmp_path)
            host.project.master.fx = [Fx(LIMITER)]
            from tests.daw.reaper.standin.surface import Surface

            for datagram in Surface(host).poll():
                reaper.sendto(datagram, ("127.0.0.1", port))
            wait_for(lambda: any(isinstance(e, SnapshotSeen) for e in events), 5.0, "a snapshot", step_s=0.01)
            assert any(isinstance(e, SnapshotSeen) and names(e.snapshot) for e in events)
            second = ReaperAdapter(events.append, lambda: (tmp_path,), ports)
            second.look()
            assert "is taken" in second.status().missing[0]
            second.stop()
        finally:
            adapter.stop()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_raised_twice_over_a_bad_link(host: Host, seed: int) -> None:
    """The guard behind the adapter: a limiter stays for minutes; what OSC says is lost, doubled or late."""
    rig = Rig(host, link=Link(seed, lose=0.33, double=0.33, delay_s=4.0))
    state: GuardState | None = None
    raised: list[str] = []

    def watch(event: object) -> None:
        nonlocal state
        if isinstance(event, SnapshotSeen):
            snapshot = event.snapshot
            state = state or GuardState(project=project_key(snapshot))
            done = step(state, snapshot, (), "mixing", snapshot.seen_at)
            state = done.state
            raised.extend(warning.id for warning in done.to_raise)

    host.start(WATCH)
    rig.run(2)
    rig.on_event = watch
    host.project.master.fx = [Fx(LIMITER)]
    host.touch()
    for turn in range(12):
        rig.run(8)
        host.project.play_state = int(turn % 3 == 1)
        if turn in {5, 8}:  # cut in the middle, and taken away for a moment
            write(rig, b'{"format": 1, "inst')
    assert len(raised) == 1
    assert raised[0].startswith("loudness")


def test_a_board_with_names_that_are_not_utf8_is_shown(rig: Rig) -> None:
    rig.show(last_bounce_path="/b/\udcff caf\u00e9 \U0001f39a.wav", verdict="Größe \udc80 🎚 is fine")
    rig.host.start(PANEL)
    rig.run(1)
    assert "Größe \ufffd 🎚 is fine" in rig.host.screens[PANEL].texts()
