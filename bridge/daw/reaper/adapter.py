"""The REAPER adapter: two channels, one session.

The scripts inside REAPER keep a mailbox (complete, once a second); REAPER's OSC surface says what changes (instantly,
but little). Each works alone: without the surface everything comes up to a second later; without the scripts only
the names and switches of the master's effects and the transport are known, and nothing can be shown in REAPER.
"""

import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bridge.daw.bounce_name import named
from bridge.daw.contract import (
    ConnectionChanged,
    DawStatus,
    Panel,
    Post,
    SnapshotSeen,
)
from bridge.daw.protocol.requests import event_of
from bridge.daw.protocol.table import SCRIPTS_NOTICE
from bridge.daw.reaper.folders import mailbox_folder, resource_folders
from bridge.daw.reaper.mailbox import ReaperMailbox, ReaperRequest
from bridge.daw.reaper.renewal import ReaperScripts
from bridge.daw.reaper.surface import MAX_DATAGRAM_BYTES, REFRESH_ACTION, Surface, run_action
from bridge.daw.reaper.view import SURFACE_ASK_S, SURFACE_QUIET_S, View
from bridge.daw.scripts_folder import scripts_folder
from bridge.model import DawName, SessionSnapshot
from bridge.socket_owner import sender_check

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
LOOK_S = 0.2  # five looks a second, as the scripts look for the panel
PANEL_EVERY_S = 5.0  # the scripts take a bridge that was silent for fifteen seconds for gone
SNAPSHOT_EVERY_S = 2.0
FOLDERS_EVERY_S = 10.0
WAKE_AFTER_S = 5.0  # scripts that run have written within a second; ones that start have three more
WAKE_EVERY_S = 60.0
SURFACE_ASK_LIVE_S = 60.0


class ReaperPorts(Struct, frozen=True):
    """UDP ports on this computer: ours, which REAPER's surface sends to, and REAPER's."""

    # ours: beside the bridge's own 9124; far from the 8000 and 9000 that other surfaces use by default.
    bridge: int = 9125
    reaper: int = 9126


class ReaperAdapter:
    """Watches REAPER; see `bridge.daw.contract.Adapter`.

    Parameters
    ----------
    post
        Takes events from this adapter's thread.
    folders
        Returns the resource folders to look in; asked now and then, because REAPER may be installed meanwhile.
    ports
        None: no OSC, the mailbox alone.
    clock, wall
        Seconds that only go forward, and POSIX seconds.
    """

    daw: DawName = "reaper"

    def __init__(
        self,
        post: Post,
        folders: Callable[[], tuple[Path, ...]],
        ports: ReaperPorts | None = ReaperPorts(),
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._post, self._folders, self._ports = post, folders, ports
        self._clock, self._wall = clock, wall
        self._lock = threading.Lock()
        self._surface = Surface()
        self._senders = sender_check(time.monotonic)
        self._views: dict[Path, tuple[ReaperMailbox, View]] = {}
        self._scripts: dict[Path, ReaperScripts] = {}  # by the folder of their mailbox, as the views
        self._panel = Panel()
        self._status = DawStatus(daw="reaper", connected=False)
        self._last: SessionSnapshot | None = None
        self._due = {"folders": 0.0, "panel": 0.0, "snapshot": 0.0, "ask": 0.0, "wake": clock() + WAKE_AFTER_S}
        self._instance = ""
        self._answers: deque[tuple[str, str]] = deque()  # about the scripts, from elsewhere than the panel
        self._socket: socket.socket | None = None
        self._socket_problem = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reaper", daemon=True)

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, close the socket, take the panel away so that the scripts know."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(3.0)
        if self._socket is not None:
            self._socket.close()
        for mailbox, _ in self._views.values():
            mailbox.remove_panel()

    def show(self, panel: Panel) -> None:
        """Replace what REAPER shows."""
        with self._lock:
            self._panel = panel
            self._due["panel"] = 0.0

    def renew(self) -> None:
        """Look at everything at the next look: the computer slept."""
        self._due = {**self._due, **dict.fromkeys(("folders", "panel", "snapshot", "ask"), 0.0)}

    def answer(self, key: str, answer: str) -> None:
        """Take an answer about the scripts; it is done at the next look."""
        self._answers.append((key, answer))

    def status(self) -> DawStatus:
        """Return what is connected now."""
        with self._lock:
            return self._status

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except OSError as error:  # a disk that went away; the next look may find it again
                log.warning("REAPER's mailbox could not be looked at: %s", error)
            self._hear(LOOK_S)

    def _open_socket(self) -> None:
        if self._ports is None or self._socket is not None or self._socket_problem:
            return
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.bind((LOOPBACK, self._ports.bridge))
        except OSError as error:
            opened.close()
            self._socket_problem = (
                f"UDP port {self._ports.bridge} is taken ({error.strerror or error}), so REAPER's OSC is not heard; "
                "set another `listen_port` under [reaper] and run: freshears install reaper"
            )
            return
        self._socket = opened

    def _hear(self, seconds: float) -> None:
        """Receive datagrams until_s the next look is due; a change ends the wait early."""
        until_s = time.monotonic() + seconds
        while (left := until_s - time.monotonic()) > 0 and not self._stopping.is_set():
            if self._socket is None:
                self._stopping.wait(left)
                return
            self._socket.settimeout(left)
            try:
                datagram, (_, port) = self._socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
            except TimeoutError:
                return
            except OSError:  # an ICMP answer to something we sent (Windows reports it here)
                self._stopping.wait(0.01)
                continue
            # It only tells when to look into the mailbox, many times a second while REAPER plays.
            if self._senders.passing({port}, is_harmless=True) and self.hear(datagram):
                return

    def hear(self, datagram: bytes) -> bool:
        """Handle one datagram of the surface; True when it changed something."""
        return self._surface.take(datagram, self._clock())

    def _send(self, action: int | str) -> None:
        if self._socket is None or self._ports is None:
            return
        try:
            self._socket.sendto(run_action(action), (LOOPBACK, self._ports.reaper))
        except OSError as error:
            log.debug("not sent to REAPER: %s", error)

    def _is_due(self, what: str, every_s: float) -> bool:
        now_s = self._clock()
        if now_s < self._due[what]:
            return False
        self._due[what] = now_s + every_s
        return True

    # -- one look -----------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the mailboxes once, and say what is new."""
        if self._is_due("folders", FOLDERS_EVERY_S):
            for resource in self._folders():
                folder = mailbox_folder(resource)
                if folder not in self._views:
                    self._views[folder] = (ReaperMailbox(folder), View(surface=self._surface))
                    self._scripts[folder] = ReaperScripts(resource, scripts_folder("reaper"))
            if self._views:  # no port is taken on a computer without REAPER
                self._open_socket()
        now_s, now_at = self._clock(), self._wall()
        for mailbox, view in self._views.values():
            before = view.answer_key()
            view.hear_state(mailbox.read_state(), mailbox.busy_since_at(), now_s, now_at)
            has_other_scripts = self._scripts[mailbox.folder].look(view.state, now_s)
            if view.answer_key() != before or has_other_scripts:
                self._due["panel"] = 0.0  # the scripts wait for the tracks they should look at
        current = self._current(now_s, now_at)
        self._note_status(current, now_s, now_at)
        self._note_snapshot(current[1] if current else None, now_s, now_at)
        for mailbox, view in self._views.values():
            for request in mailbox.take_requests():
                if request.kind == "answer" and request.key.startswith(SCRIPTS_NOTICE):
                    self._answer_about_scripts(mailbox, view, request.answer)
                else:
                    self._take(request)
        while self._answers:
            key, answer = self._answers.popleft()
            if current is not None and (notice := self._scripts[current[0].folder].notice()) and notice.key == key:
                self._answer_about_scripts(*current, answer)
        self._write_panel(now_at)
        self._ask(current[1] if current else None, now_s, now_at)

    def _current(self, now_s: float, now_at: float) -> tuple[ReaperMailbox, View] | None:
        """Return the REAPER that is heard best; among equals the one that spoke last."""
        order = ("live", "busy", "quiet", "surface", "closed", "none")
        return min(
            self._views.values(),
            key=lambda pair: (order.index(pair[1].life(now_s, now_at)), -(pair[1].fresh_s or 0.0)),
            default=None,
        )

    def _note_snapshot(self, view: View | None, now_s: float, now_at: float) -> None:
        snapshot = view.snapshot(now_s, now_at) if view is not None else None
        if snapshot is None:
            self._last = None
            return
        last = self._last
        changed = last is None or _without_time(snapshot) != _without_time(last)
        if self._is_due("snapshot", SNAPSHOT_EVERY_S) or changed:
            self._due["snapshot"] = now_s + SNAPSHOT_EVERY_S
            self._last = snapshot
            self._post(SnapshotSeen(snapshot=snapshot))

    def _note_status(self, current: tuple[ReaperMailbox, View] | None, now_s: float, now_at: float) -> None:
        status = self._describe(current, now_s, now_at)
        with self._lock:
            before, self._status = self._status, status
        if (before.connected, before.channels, before.missing, before.project_path, before.notice) != (
            status.connected,
            status.channels,
            status.missing,
            status.project_path,
            status.notice,
        ):
            self._post(ConnectionChanged(status=status))

    def _describe(self, current: tuple[ReaperMailbox, View] | None, now_s: float, now_at: float) -> DawStatus:
        mailbox, view = current or (None, None)
        life = view.life(now_s, now_at) if view else "none"
        heard = self._surface.heard_s
        surface = heard is not None and (life == "live" or now_s - heard <= SURFACE_QUIET_S)
        channels = (("mailbox",) if life in {"live", "busy"} else ()) + (("osc",) if surface else ())
        state = view.state if view else None
        known = state is not None and life in {"live", "busy", "quiet"}
        return DawStatus(
            daw="reaper",
            connected=life in {"live", "busy", "quiet", "surface"},
            channels=channels,
            project_name=state.project.name if state and known else "",
            project_path=state.project.path if state and known else "",
            missing=tuple(self._missing(mailbox, view, life, surface=surface)),
            heard_at=now_at if life in {"live", "busy", "surface"} else None,
            address=str(mailbox.folder) if mailbox else "",
            notice=self._scripts[mailbox.folder].notice() if mailbox and life in {"live", "busy"} else None,
        )

    def _missing(self, mailbox: ReaperMailbox | None, view: View | None, life: str, *, surface: bool) -> list[str]:
        """Return what does not work, one sentence each with the one thing to do."""
        lines: list[str] = []
        if mailbox is not None and (sentence := self._scripts[mailbox.folder].sentence) and life in {"live", "busy"}:
            lines.append(sentence)
        if mailbox is not None and mailbox.problem == "version":
            lines.append("REAPER runs scripts of another version; run: freshears install reaper, then restart REAPER.")
        elif mailbox is not None and mailbox.problem:
            lines.append(f"What REAPER's scripts write cannot be read: {mailbox.problem}.")
        if life == "quiet":
            lines.append("REAPER is silent: it waits for an answer in a window, works, or has crashed.")
        elif life == "surface":
            lines.append(
                "Only OSC is heard, not the scripts: run the action “Fresh Ears: watch” in REAPER, or: "
                "freshears install reaper."
            )
        if view is not None and view.state is not None and view.state.problem and life == "live":
            lines.append(f"REAPER's scripts met an error and went on: {view.state.problem[:200]}")
        if self._socket_problem:
            lines.append(self._socket_problem)
        elif self._ports is not None and life == "live" and not surface and self._surface.heard_s is None:
            lines.append(
                "OSC is not heard, so changes arrive up to a second later; "
                "close REAPER, run: freshears install reaper, and start REAPER again."
            )
        return lines

    def _answer_about_scripts(self, mailbox: ReaperMailbox, view: View, answer: str) -> None:
        if self._scripts[mailbox.folder].answered(view.state, answer):
            self._send("_FRESHEARS_WATCH")  # started again, the new one takes the old one's place
        self._due["panel"] = 0.0

    def _take(self, request: ReaperRequest) -> None:
        """Turn a request into an event."""
        name, values = request.as_values()
        if (event := event_of("reaper", self._wall(), name, values)) is not None:
            self._post(event)
        if name == "bounced":
            self._due["panel"] = 0.0  # the next bounce has another name

    def _write_panel(self, wall: float) -> None:
        if not self._is_due("panel", PANEL_EVERY_S):
            return
        with self._lock:
            panel = self._panel
        panel = named(panel, "reaper")
        written = [
            mailbox.write_panel(self._with_scripts(mailbox, view.answered(panel)), wall)
            for mailbox, view in self._views.values()
        ]
        if not all(written):
            self._due["panel"] = 0.0  # a script reads it just now, or has not made the folder yet: at the next look

    def _with_scripts(self, mailbox: ReaperMailbox, panel: Panel) -> Panel:
        """Return a panel that says, last, when the scripts are of another version."""
        notice = self._scripts[mailbox.folder].notice()
        return panel if notice is None else replace(panel, notices=(*panel.notices, notice))

    def _ask(self, view: View | None, now_s: float, now_at: float) -> None:
        """Ask the surface to repeat itself where that is needed, and wake scripts that do not run.

        Every surface in REAPER repeats itself then, so it is not done while the scripts speak and OSC was heard.
        """
        life = view.life(now_s, now_at) if view else "none"
        instance = view.state.instance if view and view.state else ""
        if instance != self._instance:  # started anew: what the surface said before is forgotten
            self._instance, self._due["ask"] = instance, 0.0
        if life != "surface":
            self._due["wake"] = now_s + WAKE_AFTER_S
        if life == "live":
            if self._surface.heard_s is None and self._is_due("ask", SURFACE_ASK_LIVE_S):
                self._send(REFRESH_ACTION)
        elif self._is_due("ask", SURFACE_ASK_S):
            self._send(REFRESH_ACTION)
        if life == "surface" and self._is_due("wake", WAKE_EVERY_S):
            self._send("_FRESHEARS_WATCH")


def _without_time(snapshot: SessionSnapshot) -> tuple[object, ...]:
    return tuple(getattr(snapshot, name) for name in SessionSnapshot.__struct_fields__ if name != "seen_at")


def installed_folders(extra: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Return the resource folders of the REAPERs on this computer, the named ones first."""
    return resource_folders(os.environ, Path.home(), extra=tuple(Path(text).expanduser() for text in extra))
