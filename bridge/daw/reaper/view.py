"""One REAPER as both channels together show it. Pure: states, hints and times in, snapshots and a verdict out.

The mailbox is complete and comes once a second; the surface is instant and knows little. A hint is laid over the
mailbox's state for a moment, so a datagram that is lost, doubled, late or out of order is put right within two
seconds.
"""

from typing import Literal

from msgspec import Struct, structs

from bridge.daw.contract import Panel
from bridge.daw.reaper.mailbox import State
from bridge.daw.reaper.surface import Surface
from bridge.model import SessionSnapshot

# The scripts write at least once a second; three missed beats are silence.
QUIET_S = 3.5
# The scripts look at the chain twice a second: a beat that follows a hint may still show the chain from before it.
HINT_HOLD_S = 1.2
# ours: a window REAPER holds open stops its scripts; people close those within a minute.
GONE_S = 60.0
# ours: no render takes longer than this without anybody looking.
BUSY_LIMIT_S = 6 * 3600.0
# The surface is asked to repeat itself this often when it is all we hear; three missed answers are silence.
SURFACE_ASK_S = 5.0
SURFACE_QUIET_S = 16.0

Life = Literal["live", "busy", "quiet", "closed", "surface", "none"]


def _without_queue(state: State, known: State | None) -> State:
    """Return a state in which a queued render is nobody's project: what was in front before it still is.

    The copies that the render queue opens are nothing a person works on: they are no songs, and what is on them was
    there when they were queued.
    """
    if not state.is_queued_render:
        return state
    before = known or State(format=state.format, instance=state.instance, seq=state.seq, at=state.at)
    return structs.replace(
        before, instance=state.instance, seq=state.seq, at=state.at, running=state.running, scripts=state.scripts,
        reaper=state.reaper, problem=state.problem, panel=state.panel, transport=state.transport,
        rendering=state.rendering,
    )  # fmt: skip


class View(Struct):
    """What is known about one REAPER. Times: ``now_s`` only goes forward, ``now_at`` is POSIX seconds."""

    surface: Surface
    state: State | None = None
    fresh_s: float | None = None  # when the state last changed
    busy_since_at: float | None = None

    def hear_state(self, state: State | None, busy_since_at: float | None, now_s: float, now_at: float) -> bool:
        """Read what the mailbox holds; True when it is new."""
        self.busy_since_at = busy_since_at
        known = self.state
        if state is None:
            self.state = None
            return known is not None
        if known is not None and (known.instance, known.seq, known.running) == (
            state.instance,
            state.seq,
            state.running,
        ):
            return False
        first = known is None
        if known is not None and known.instance != state.instance:
            self.surface.forget()  # REAPER, or the project's tab, was started anew
        self.state = _without_queue(state, known)
        # The first one may have lain there since yesterday: only its own time tells.
        if not first or abs(now_at - state.at) <= QUIET_S:
            self.fresh_s = now_s
        return True

    def life(self, now_s: float, now_at: float) -> Life:
        """Return how this REAPER is heard.

        ``live``: the scripts speak. ``busy``: they said that they would be silent (a render). ``quiet``: they are
        silent (REAPER asks something, works, or has crashed). ``closed``: they said goodbye. ``surface``: only OSC is
        heard.
        """
        state, heard = self.state, self.surface.heard_s
        surface = heard is not None and now_s - heard <= SURFACE_QUIET_S
        if state is not None and state.running and self.fresh_s is not None:
            silence = now_s - self.fresh_s
            if silence <= QUIET_S:
                return "live"
            if self.busy_since_at is not None and 0 <= now_at - self.busy_since_at < BUSY_LIMIT_S:
                return "busy"
            if silence <= GONE_S:
                return "quiet"
        if surface:
            return "surface"
        return "closed" if state is not None and not state.running else "none"

    def answer_key(self) -> str:
        """Return which reading of the routing the scripts wait for an answer to; empty while there is none."""
        return "" if self.state is None or self.state.wiring is None else self.state.wiring.key

    def answered(self, panel: Panel) -> Panel:
        """Return a panel that answers the scripts' reading of the routing."""
        if self.state is None or self.state.wiring is None:
            return panel
        answer = self.state.answer()
        return structs.replace(panel, wiring_key=answer.key, bus_tracks=tuple(map(str, answer.tracks)))

    def snapshot(self, now_s: float, now_at: float) -> SessionSnapshot | None:
        """Return the session as it is known now; None when nothing is heard."""
        life = self.life(now_s, now_at)
        if life == "surface":
            return SessionSnapshot(
                daw="reaper",
                seen_at=now_at,
                project_path="",
                project_name="",
                transport=self.surface.transport() or "unknown",
                master_chain=self.surface.chain(),
            )
        if self.state is None or life in {"closed", "none"}:
            return None
        snapshot = self.state.snapshot(now_at)
        if life == "busy":
            return structs.replace(snapshot, rendering=True)
        hinted = self.surface.changed_s
        if hinted is not None and (now_s - hinted <= HINT_HOLD_S or hinted > (self.fresh_s or now_s)):
            snapshot = structs.replace(
                snapshot,
                master_chain=self.surface.over(snapshot.master_chain),
                transport=self.surface.transport() or snapshot.transport,
            )
        return snapshot
