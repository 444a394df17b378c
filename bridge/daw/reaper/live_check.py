"""The acceptance run in a real REAPER: ten things nobody here could try, each watched while a person does it.

The facts this bridge is built on come from REAPER's SDK, from reports of others, and partly from inference. Each
check names what to do, watches what really arrives on both channels, and is *seen*, *not seen* or *left out*.
The report holds no paths, no project names and no names of effects.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from bridge import __version__
from bridge.daw.reaper.mailbox import ReaperMailbox, ReaperRequest, State
from bridge.daw.reaper.surface import Surface, received_messages

CheckOutcome = Literal["seen", "not seen", "left out"]
Origin = Literal["SDK", "report", "inference"]


class Seen(Struct):
    """Everything that arrived since the current check began."""

    first: State | None = None  # the state when the check began
    state: State | None = None
    states: list[State] = field(default_factory=list)
    osc: list[tuple[str, object]] = field(default_factory=list)
    requests: list[ReaperRequest] = field(default_factory=list)
    busy: bool = False  # a blocking action was announced
    longest_silence_s: float = 0.0
    render: Path | None = None

    def addresses(self) -> set[str]:
        """Return the OSC addresses that came."""
        return {address for address, _ in self.osc}

    def any_state(self, test: Callable[[State], bool]) -> bool:
        """Tell whether some state since the check began passes."""
        return any(test(state) for state in self.states)


class Check(Struct, frozen=True):
    """One thing to confirm."""

    title: str
    origin: Origin
    todo: str
    passed: Callable[[Seen], bool]
    ring: str = ""  # an action to run over OSC when the check begins


class Result(Struct, frozen=True):
    """What came of one check."""

    check: Check
    outcome: CheckOutcome
    after_s: float
    addresses: tuple[str, ...] = ()
    note: str = ""


def _fx_changed(seen: Seen) -> bool:
    before = len(seen.first.master.fx) if seen.first else 0
    return seen.any_state(lambda s: len(s.master.fx) > before)


def _bypass_both_ways(seen: Seen) -> bool:
    """The surface said 0 and 1 for an effect, and at the end both channels agree."""
    values = {bool(v) for address, v in seen.osc if address.endswith("/bypass") and isinstance(v, int | float)}
    if values != {True, False} or seen.state is None:
        return False
    surface = Surface()
    for address, value in seen.osc:
        surface.apply(address, [value])
    top = [fx for fx in seen.state.master.fx if not fx.container]
    return all(top[n - 1].enabled == on for n, on in surface.enabled.items() if n <= len(top))


def _guids(seen: Seen) -> bool:
    return seen.any_state(lambda s: any(fx.renamed and fx.name != fx.renamed and fx.id.startswith("{")
                                        for fx in s.master.fx))  # fmt: skip


def _float_wav(path: Path | None) -> bool:
    """Tell whether a file is a finished 32-bit float WAV."""
    try:
        head = path.read_bytes()[:4096] if path is not None else b""
    except OSError:
        return False
    at = head.find(b"fmt ")
    return (
        head.startswith((b"RIFF", b"RF64"))
        and at > 0
        and int.from_bytes(head[at + 22 : at + 24], "little") == 32
        and path is not None
        and path.stat().st_size > len(head) // 2
    )


CHECKS: tuple[Check, ...] = (
    Check("The scripts run and their heartbeat comes", "report",
          "Start REAPER with a project that has a few tracks.",
          lambda seen: len(seen.states) >= 3),
    Check("OSC reaches us, and a refresh makes REAPER repeat itself", "SDK",
          "Nothing to do; wait a few seconds.",
          lambda seen: {"/play", "/stop"} & seen.addresses() != set(), ring="41743"),
    Check("Adding an effect to the master is reported over OSC", "inference",
          "Add any effect to the master track (one you know is harmless).",
          lambda seen: _fx_changed(seen) and any(a.endswith("/name") for a in seen.addresses())),
    Check("/fx/N/bypass means enabled = 1, for the master too", "SDK",
          "Switch that effect's bypass on, wait two seconds, and off again.",
          _bypass_both_ways),
    Check("Names and ids of effects are what the scripts expect", "inference",
          "Rename that effect (right-click in the effect chain, Rename instance).",
          _guids),
    Check("Offline effects and containers are seen", "inference",
          "Put the effect into a container (right-click, Move to container) and set it offline.",
          lambda seen: seen.any_state(lambda s: any(fx.offline and fx.container for fx in s.master.fx))),
    Check("Monitoring effects are read", "SDK",
          "Add any effect to the monitoring chain (View > Monitoring FX), then remove it.",
          lambda seen: seen.any_state(lambda s: len(s.monitor) > (len(seen.first.monitor) if seen.first else 0))),
    Check("A named action runs over OSC", "inference",
          "Nothing to do: the panel should open in REAPER by itself; close it afterwards.",
          lambda seen: seen.any_state(lambda s: s.panel), ring="_FRESHEARS_PANEL"),
    Check("A bounce is one float file, announced as busy, and REAPER asks nothing", "report",
          "Run “Fresh Ears: bounce for mastering” from REAPER's action list.",
          lambda seen: seen.busy and _float_wav(seen.render)),
    Check("A dual print switches the master's effects off and on again", "report",
          "Bring the effect online, run “Fresh Ears: dual print”, and look that the effects are on afterwards.",
          lambda seen: {"print-wet", "print-dry"} <= {r.print for r in seen.requests if r.kind == "bounced"}
          and seen.state is not None and seen.state.master.enabled),
)  # fmt: skip


class Watcher:
    """Collects what arrives. ``datagrams`` yields what came on the OSC port since it was last asked."""

    def __init__(
        self,
        mailbox: ReaperMailbox,
        datagrams: Callable[[], Iterator[bytes]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mailbox, self._datagrams, self._clock = mailbox, datagrams, clock
        self.seen = Seen()
        self._heard_s = clock()
        self._key: tuple[str, int] | None = None

    def begin(self) -> None:
        """Start a check: forget what came before, keep the state as it is."""
        self.look()
        self.seen = Seen(first=self.seen.state, state=self.seen.state)
        self._heard_s = self._clock()

    def look(self) -> None:
        """Read what has arrived."""
        seen, now_s = self.seen, self._clock()
        for datagram in self._datagrams():
            seen.osc += received_messages(datagram)
        seen.busy = seen.busy or self._mailbox.busy_since_at() is not None
        state = self._mailbox.read_state()
        if state is not None and (state.instance, state.seq) != self._key:
            self._key = (state.instance, state.seq)
            seen.state = state
            seen.states.append(state)
            seen.longest_silence_s = max(seen.longest_silence_s, now_s - self._heard_s)
            self._heard_s = now_s
        for request in self._mailbox.take_requests():
            seen.requests.append(request)
            if request.kind == "bounced":
                seen.render = Path(request.path)


def run_check(
    check: Check,
    watcher: Watcher,
    *,
    ring: Callable[[str], None],
    wait: Callable[[float], bool],
    clock: Callable[[], float] = time.monotonic,
    limit_s: float = 120.0,
) -> Result:
    """Watch for one check until it passes, the person leaves it out, or the time is up.

    Parameters
    ----------
    ring
        Runs an action in REAPER over OSC.
    wait
        Lets time pass; returns True when the person wants to leave this check out.
    """
    watcher.begin()
    start_s = clock()
    if check.ring:
        ring(check.ring)
    outcome: CheckOutcome = "not seen"
    while clock() - start_s < limit_s:
        watcher.look()
        if check.passed(watcher.seen):
            outcome = "seen"
            break
        if wait(0.2):
            outcome = "left out"
            break
    seen = watcher.seen
    silence = f"scripts silent for {seen.longest_silence_s:.1f} s" if seen.longest_silence_s > 2 else ""
    addresses = tuple(sorted({_general(address) for address in seen.addresses()}))
    return Result(check, outcome, clock() - start_s, addresses, silence)


def _general(address: str) -> str:
    """Return an address with its numbers taken out, so that a list of them stays short."""
    return "/".join("N" if part.isdigit() else part for part in address.split("/"))[:60]


def report(results: list[Result], state: State | None, system: str) -> str:
    """Return the shareable report as Markdown: versions and outcomes, nothing private."""
    lines = [
        "# Fresh Ears in REAPER: acceptance report",
        "",
        f"- Fresh Ears {__version__}, scripts {state.scripts if state else 'not heard'}",
        f"- REAPER {state.reaper if state else 'not heard'}",
        f"- {system}",
        "",
        "| # | what | known from | outcome | after | OSC that came | note |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, result in enumerate(results, start=1):
        heard = ", ".join(f"`{address}`" for address in result.addresses[:12]) or "–"
        lines.append(
            f"| {number} | {result.check.title} | {result.check.origin} | **{result.outcome}** | "
            f"{result.after_s:.1f} s | {heard} | {result.note or '–'} |"
        )
    count = sum(result.outcome == "seen" for result in results)
    lines += ["", f"{count} of {len(results)} were seen.", ""]
    return "\n".join(lines)
