"""A computer that slept, a clock that was set, a turn that took minutes: what was waited for is looked at anew."""

from pathlib import Path
from queue import SimpleQueue

import pytest

from bridge.app.bridge import Bridge
from bridge.app.loop.waking import APART_S, LONG_S, Waking
from bridge.daw.ardour.link import ArdourLink
from bridge.osc.transport import LEASE_S, OscTransport
from bridge.settings.home import home
from bridge.watch.folder import FolderRules
from bridge.watch.hands import FolderHands
from bridge.watch.listing import FolderLook
from bridge.watch.watcher import FolderWatcher
from tests.app.doors import QUIET
from tests.app.house import watching
from tests.waiting import wait_for


class Clocks:
    """The three clocks, turned by hand."""

    def __init__(self) -> None:
        self.mono_s, self.wall, self.boot_s = 100.0, 1_000_000.0, 5_000.0
        self.waking = Waking(lambda: self.mono_s, lambda: self.wall, lambda: self.boot_s)

    def pass_by(self, mono_s: float, wall_s: float, boot_s: float) -> str:
        self.mono_s += mono_s
        self.wall += wall_s
        self.boot_s += boot_s
        return self.waking.slept()


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ((0.2, 0.2, 0.2), ""),
        ((0.2, 0.2 + APART_S, 0.2), ""),
        ((LONG_S, LONG_S, LONG_S), ""),
        ((0.2, 3600.0, 3600.0), "slept for 3600 s"),
        ((0.2, 3600.0, 0.2), "clock was set by +3600 s"),
        ((0.2, -86_400.0, 0.2), "clock was set by -86400 s"),
        ((3600.0, 3600.0, 3600.0), "nothing was done for 3600 s"),
    ],
)
def test_a_jump_is_told_from_time_that_passes(passed: tuple[float, float, float], words: str) -> None:
    clocks = Clocks()
    assert words in clocks.pass_by(*passed)
    assert bool(clocks.pass_by(0.0, 0.0, 0.0)) is False
    assert clocks.pass_by(0.2, 0.2, 0.2) == ""


def test_every_watch_is_taken_anew(tmp_path: Path) -> None:
    hands = FolderHands((tmp_path,))
    looks: SimpleQueue[FolderLook] = SimpleQueue()
    watcher = FolderWatcher((tmp_path,), FolderRules(("*.wav",)), hands, looks.put, poll_s=600.0)
    try:
        watcher.tick()
        assert looks.get(timeout=30.0).is_first
        events = watcher._watched[tmp_path]._events
        wait_for(lambda: events._observer is not None, 30.0, "events", 0.01)
        before = events._observer
        watcher.renew()
        watcher.tick()  # although nothing is due for ten minutes
        wait_for(lambda: events._observer not in {None, before}, 30.0, "new events", 0.01)
    finally:
        watcher.stop()
        hands.stop()


def test_who_listens_over_osc_has_a_whole_lease_again() -> None:
    now_s = [0.0]
    transport = OscTransport(0, lambda _: True, clock=lambda: now_s[0])
    try:
        transport.subscribe(9)
        now_s[0] = LEASE_S + 10.0
        transport.renew()
        assert transport.subscribers() == (9,)
        now_s[0] += LEASE_S + 1.0
        assert transport.subscribers() == ()
    finally:
        transport.stop()


def test_ardour_is_asked_for_everything_again() -> None:
    link = ArdourLink(lambda _: "")
    link.heard_surface(3819, "/transport_speed", (0.0,), 0.0)
    first = [message for _, message in link.tick(0.5)]
    assert any(address == "/set_surface" for address, _ in first)
    assert not any(address == "/set_surface" for _, (address, _) in link.tick(0.6))
    link.renew()
    assert any(address == "/set_surface" for _, (address, _) in link.tick(1.0))


def test_the_bridge_looks_at_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[str] = []
    slept = ["the computer slept for 3600 s"]
    (tmp_path / "Bounces").mkdir()
    bridge = Bridge(watching(tmp_path / "Bounces", **QUIET), home(str(tmp_path / "home")))
    monkeypatch.setattr(bridge._waking, "slept", lambda: slept.pop() if slept else bridge.stop() or "")
    monkeypatch.setattr(FolderWatcher, "renew", lambda _: renewed.append("folders"))
    monkeypatch.setattr("bridge.app.loop.daily_backup.DailyBackup.renew", lambda _: renewed.append("backup"))
    monkeypatch.setattr("bridge.sessions.registry.SessionRegistry.renew", lambda _: renewed.append("DAWs"))
    bridge.run()
    assert renewed == ["backup", "folders", "folders", "DAWs"]  # those of bounces, and of projects
