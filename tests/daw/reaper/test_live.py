"""The acceptance run against the stand-in: a REAPER as the facts say passes all ten, others are told apart."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.daw.reaper.live_check import CHECKS, Result, Watcher, report, run_check
from bridge.daw.reaper.mailbox import ReaperMailbox
from bridge.daw.reaper.surface import run_action
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel
from tests.daw.reaper.standin.surface import Surface
from tests.daw.reaper.standin.world import Fx

LIMITER = "VST3: Very Private Limiter (Me)"


class Person:
    """Does in the stand-in what each check asks for."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.steps: list[Callable[[], None]] = [
            self.nothing, self.nothing, self.add, self.bypass, self.rename, self.contain, self.monitor, self.nothing,
            lambda: self.action("freshears_bounce.lua"), self.dual,
        ]  # fmt: skip

    def nothing(self) -> None:
        pass

    def add(self) -> None:
        self.host.project.master.fx.append(Fx(LIMITER, gain=0.5))
        self.host.touch()

    def bypass(self) -> None:
        fx = self.host.project.master.fx[0]
        fx.enabled = not fx.enabled

    def rename(self) -> None:
        self.host.project.master.fx[0].enabled = True
        self.host.project.master.fx[0].renamed = "secret name"
        self.host.touch()

    def contain(self) -> None:
        fx = self.host.project.master.fx.pop()
        fx.offline = True
        self.host.project.master.fx.append(Fx("Container", "Container", children=[fx]))
        self.host.touch()

    def monitor(self) -> None:
        self.host.project.master.monitor_fx.append(Fx("VST3: Room"))

    def action(self, name: str) -> None:
        self.host.start(name)

    def dual(self) -> None:
        self.host.project.master.fx[0].children[0].offline = False
        self.host.start("freshears_dual_print.lua")


def go(host: Host, *, osc: bool = True, lazy: bool = False) -> tuple[list[Result], Watcher]:
    """Run all checks with a person who does what is asked (or, lazy, leaves everything out)."""
    surface, person = Surface(host), Person(host)

    def datagrams() -> Iterator[bytes]:
        return iter(surface.poll() if osc else [])

    watcher = Watcher(ReaperMailbox(host.resource / "FreshEars"), datagrams, lambda: host.now_s)
    host.on_piece = watcher.look
    results = []
    for check, step in zip(CHECKS, person.steps, strict=True):
        turns = 0

        def wait(seconds: float, step: Callable[[], None] = step) -> bool:
            nonlocal turns
            turns += 1
            if lazy:
                return turns > 5
            if turns in {3, 20}:
                step() if turns == 3 or step == person.bypass else None
            host.run(seconds)
            return False

        def ring(action: str) -> None:
            if osc:
                surface.receive(run_action(int(action) if action.isdigit() else action))

        results.append(run_check(check, watcher, ring=ring, wait=wait, clock=lambda: host.now_s, limit_s=30))
    return results, watcher


@pytest.mark.slow
def test_a_reaper_as_the_facts_say_passes(host: Host) -> None:
    put_panel(host)
    host.start("freshears_watch.lua")
    results, watcher = go(host)
    assert [r.outcome for r in results] == ["seen"] * 10
    text = report(results, watcher.seen.state, "Linux x86_64")
    assert "10 of 10 were seen" in text
    assert "REAPER 7.78/stand-in" in text
    for private in (str(host.resource), "Private", "secret", "Tide", str(Path.home())):
        assert private not in text


@pytest.mark.slow
def test_without_osc_the_checks_that_need_it_fail(host: Host) -> None:
    put_panel(host)
    host.start("freshears_watch.lua")
    results, _ = go(host, osc=False)
    failed = [n for n, r in enumerate(results, start=1) if r.outcome == "not seen"]
    assert failed == [2, 3, 4, 8]


@pytest.mark.slow
def test_without_scripts_nothing_is_claimed(host: Host) -> None:
    host.named_actions = False
    results, watcher = go(host)
    assert results[0].outcome == "not seen"
    assert results[1].outcome == "seen"
    assert "not heard" in report(results, watcher.seen.state, "x")


def test_checks_can_be_left_out(host: Host) -> None:
    results, _ = go(host, lazy=True)
    assert {r.outcome for r in results} <= {"left out", "seen"}
    assert results[2].outcome == "left out"


def test_a_render_that_is_not_float_is_not_accepted(host: Host, tmp_path: Path) -> None:
    from bridge.daw.reaper.live_check import Seen

    path = tmp_path / "x.wav"
    for data in (b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0" + b"\0" * 8 + b"\x04\0\x18\0data\0\0\0\0"):
        path.write_bytes(data)
        assert not CHECKS[8].passed(Seen(busy=True, render=path))
    assert not CHECKS[8].passed(Seen(busy=True, render=tmp_path / "none.wav"))


def test_there_are_ten_with_their_origin() -> None:
    assert len(CHECKS) == 10
    assert {check.origin for check in CHECKS} == {"SDK", "report", "inference"}


@pytest.mark.parametrize("check", CHECKS, ids=[c.title for c in CHECKS])
def test_no_check_passes_before_anything_happened(check: object) -> None:
    from bridge.daw.reaper.live_check import Check, Seen

    assert isinstance(check, Check)
    assert not check.passed(Seen())
