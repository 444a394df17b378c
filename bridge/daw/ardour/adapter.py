"""Ardour, watched and spoken to: the sockets, the thread and the events around `ArdourLink`.

Three ways in, each useful alone: Ardour's OSC surface (asked from the same socket that hears the answers), the hook
script's messages (to that socket, too; its port stands in the mailbox), and ``/session/exported`` on UDP 7770, a port
that is fixed in Ardour. Everything binds the loopback interface.
"""

import logging
import secrets
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge import __version__
from bridge.daw.ardour.datagrams import MAX_DATAGRAM_BYTES, decode, encode
from bridge.daw.ardour.folders import default_config_folders, session_folder
from bridge.daw.ardour.install import is_running
from bridge.daw.ardour.link import DEFAULT_PORT, ArdourLink, HookState, OscDatagram
from bridge.daw.ardour.mailbox import ArdourMailbox
from bridge.daw.ardour.popup import PopUp
from bridge.daw.ardour.renewal import ArdourScripts
from bridge.daw.ardour.requests import PREFIX, ArdourRequest, ExportLog, as_number, parse_request
from bridge.daw.ardour.running import running_ardour
from bridge.daw.ardour.slots import slot_of
from bridge.daw.bounce_name import named
from bridge.daw.contract import (
    AnswerGiven,
    ConnectionChanged,
    DawStatus,
    ExportSeen,
    Notice,
    Panel,
    Post,
    SnapshotSeen,
)
from bridge.daw.protocol.table import SCRIPTS_NOTICE
from bridge.daw.scripts_folder import scripts_folder
from bridge.model import DawName, SessionSnapshot
from bridge.socket_owner import sender_check

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
EXPORTS_PORT = 7770  # fixed in Ardour's source
WHATS_UP = "Fresh Ears: what's up"
TICK_S = 0.25
REPEAT_S = 5.0  # an unchanged state is said again this often
REBIND_S = 5.0
ANNOUNCE_S = 2.0  # scripts that were installed while the bridge runs find it after this long
NOTES_S = 10.0  # what was noted while the bridge was away is looked for this often
SLOT_S = 10.0  # the slots are read again this often: the person may move a script
MOST_AT_ONCE = 256

OSC_OFF = (
    "Ardour is not running, or its OSC is off. In Ardour: Edit > Preferences > Control Surfaces, tick "
    "Open Sound Control (OSC). Or close Ardour and run: freshears install ardour"
)
OSC_OFF_HERE = (
    "OSC is off in this Ardour session, so no warning can open inside Ardour. In Ardour: Edit > Preferences > "
    "Control Surfaces, tick Open Sound Control (OSC)"
)
NO_HOOK = "Ardour's Fresh Ears scripts are not installed or not active. Close Ardour and run: freshears install ardour"
NO_SLOT = (
    'Ardour has no slot with the script "Fresh Ears: what\'s up", so no warning can open inside Ardour. '
    "Close Ardour and run: freshears install ardour"
)
NO_MASTER = "This Ardour session has no master bus, so there is nothing to watch on it"
NO_EXPORTS = (
    "UDP port 7770 is used by another program, so exports are noticed by the bounce folder only. "
    "Close the other program; a second Fresh Ears may be running"
)
NO_WINDOW = "Warnings were sent to Ardour, but no window opened. Look at the messages in Window > Log"


class ArdourAdapter:
    """Watches Ardour in a thread of its own (see `bridge.daw.contract.Adapter`).

    Parameters
    ----------
    post : callable
        Takes every event; called from the adapter's thread, must not block.
    folders : list of Path, optional
        Ardour's settings folders; by default those of the person who runs the bridge.
    port : int
        The first UDP port Ardour's OSC is looked for.
    exports_port : int
        Where Ardour announces exports; another one only in tests.
    clock, wall : callable
        Seconds that only go forward; POSIX seconds.
    """

    daw: DawName = "ardour"

    def __init__(
        self,
        post: Post,
        *,
        folders: list[Path] | None = None,
        port: int = DEFAULT_PORT,
        exports_port: int = EXPORTS_PORT,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._post = post
        self._folders = default_config_folders() if folders is None else folders
        self._exports_port = exports_port
        # A script's socket may be gone before its owner is looked up: the mailbox, which only we two read, holds a key.
        self._key = secrets.token_hex(16)
        self._key_prefix = f"{PREFIX}{self._key}/"
        self._senders = sender_check(time.monotonic)
        self._clock, self._wall = clock, wall
        self._link = ArdourLink(self._folder_of, port, self._run_of)
        self._mailboxes = [ArdourMailbox(folder) for folder in self._folders]
        self._popup = PopUp(pair for mailbox in self._mailboxes for pair in mailbox.shown())
        self._scripts = ArdourScripts(self._folders, scripts_folder("ardour"), __version__, lambda: is_running(port))
        self._answers: deque[tuple[str, str]] = deque()  # about the scripts, from elsewhere than Ardour
        self._exports = ExportLog()
        self._panel = Panel()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ardour", daemon=True)
        self._selector = selectors.DefaultSelector()
        self._socket = self._bind(0)
        self._exports_socket: socket.socket | None = None
        self._rebind_s = -1e9
        self._snapshot: SessionSnapshot | None = None
        self._asked: tuple[str, ...] = ()  # the session and the ids of its strips that were asked for last
        self._posted_s = -1e9
        self._announced_s = -1e9
        self._notes_read_s = -1e9
        self._slot: int | None = None
        self._slot_s = -1e9
        self._status = DawStatus(daw="ardour", connected=False, missing=(OSC_OFF,))

    @property
    def hook_port(self) -> int:
        """The UDP port that hears Ardour's answers and the scripts."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begin watching; an Ardour that is not there is waited for."""
        for mailbox in self._mailboxes:
            self._try(lambda mailbox=mailbox: mailbox.announce(self.hook_port, __version__, self._key))  # type: ignore[misc]
        self._thread.start()

    def stop(self) -> None:
        """End the thread, close the sockets, tell the scripts that nobody listens."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(3.0)
        for mailbox in self._mailboxes:
            mailbox.withdraw()
        self._selector.close()
        for open_socket in (self._socket, self._exports_socket):
            if open_socket is not None:
                open_socket.close()

    def show(self, panel: Panel) -> None:
        """Replace what Ardour shows; a new notice that may interrupt opens a window as soon as nothing rolls."""
        with self._lock:
            self._panel = panel

    def renew(self) -> None:
        """Ask for everything anew: over a sleep Ardour may have dropped what it was asked to send."""
        self._rebind_s = self._announced_s = self._notes_read_s = self._posted_s = -1e9
        self._link.renew()

    def answer(self, key: str, answer: str) -> None:
        """Take an answer about the scripts; it is done at the next step."""
        self._answers.append((key, answer))

    def status(self) -> DawStatus:
        """Return what is connected now."""
        with self._lock:
            return self._status

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step(TICK_S)
            except Exception:  # the one edge of this thread: a state it was not built for must not end the watch
                log.exception("the Ardour adapter met something unexpected")
                self._stopping.wait(1.0)

    def _step(self, wait_s: float) -> None:
        self._bind_exports()
        self._announce_anew()
        for key, _ in self._selector.select(wait_s):
            self._receive(key.fileobj)  # type: ignore[arg-type]
        now_s = self._clock()
        for port, message in self._link.tick(now_s):
            self._send(port, message)
        for event in self._exports.due(now_s):
            self._post(event)
        self._publish(now_s)
        self._open_window(now_s)

    def _receive(self, source: socket.socket) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                datagram, (_, port) = source.recvfrom(MAX_DATAGRAM_BYTES)
            except OSError:  # empty, or (Windows) the answer that nobody listens where we sent
                return
            message = decode(datagram)
            if message is None:
                continue
            address, params = message
            if source is self._exports_socket:
                if address == "/session/exported":
                    self._heard_export(params)
            elif address.startswith(self._key_prefix):
                self._heard_script(PREFIX + address.removeprefix(self._key_prefix), params)
            elif not self._senders.passing({port}, is_harmless=not address.startswith(PREFIX)):
                continue  # another user of this computer
            elif address.startswith(PREFIX):  # scripts of a version that knows no key
                self._heard_script(address, params)
            else:
                self._link.heard_surface(port, address, params, self._clock())

    def _heard_export(self, params: tuple[object, ...]) -> None:
        if len(params) == 2 and all(isinstance(text, str) for text in params):
            self._exports.heard(self._export(str(params[1]), str(params[0])), self._clock())

    def _export(self, path: str, name: str) -> ExportSeen:
        known = self._snapshot
        return ExportSeen(
            daw="ardour",
            seen_at=self._wall(),
            path=path,
            name=name,
            project_path=known.project_path if known else "",
            project_name=known.project_name if known else "",
        )

    def _heard_script(self, address: str, params: tuple[object, ...]) -> None:
        if address == PREFIX + "state":
            self._link.heard_hook(params, self._clock())
            return
        if address == PREFIX + "hello":
            self._scripts.told(params)
            return
        if address == PREFIX + "muted":
            self._link.buses.heard_muted(params)
            return
        if address == PREFIX + "bus":
            self._link.heard_bus(params, self._clock())
            return
        if address == PREFIX + "routing":
            if self._link.buses.heard_routing(params):
                self._ask_for_buses(str(params[1]))
            return
        request = parse_request(address, params, self._wall())
        if isinstance(request, ArdourRequest):
            self._serve(request)
        elif isinstance(request, ExportSeen):
            self._exports.heard(request, self._clock())
        elif isinstance(request, AnswerGiven) and request.key.startswith(SCRIPTS_NOTICE):
            self._scripts.answered(request.answer)
        elif request is not None:
            self._post(request)

    def _ask_for_buses(self, project_path: str) -> None:
        """Ask the scripts for what stands on the strips that everything passes through."""
        asked = (project_path, *self._link.buses.asked(project_path))
        if asked != self._asked:
            self._asked = asked
            for mailbox in self._mailboxes:
                self._try(lambda mailbox=mailbox: mailbox.ask_for_buses(*asked))  # type: ignore[misc]

    def _serve(self, request: ArdourRequest) -> None:
        now_s = self._clock()
        if request.what == "shown":
            self._popup.confirm(request.project_path, request.values)
            for mailbox in self._mailboxes:
                self._try(lambda mailbox=mailbox: mailbox.remember_shown(self._popup.shown))  # type: ignore[misc]
            return
        with self._lock:
            panel = self._panel
        if panel.project_path != request.project_path:
            panel = Panel(project_path=request.project_path)
        panel = named(panel, "ardour")  # now: a bounce may have been made a moment ago
        if (notice := self._scripts.notice()) is not None:
            panel = replace(panel, notices=(*panel.notices, notice))
        for mailbox in self._mailboxes:
            popup = self._popup.is_opening(now_s)
            self._try(lambda mailbox=mailbox, popup=popup: mailbox.post(panel, ticket=request.values[0], popup=popup))  # type: ignore[misc]

    # -- what comes of it ---------------------------------------------------------------------------------------

    def _publish(self, now_s: float) -> None:
        while self._answers:
            key, answer = self._answers.popleft()
            if (notice := self._scripts.notice()) is not None and notice.key == key:
                self._scripts.answered(answer)
        snapshot = self._link.snapshot(now_s, self._wall())
        if snapshot is not None:
            changed = self._snapshot is None or not _same(snapshot, self._snapshot)
            if changed or now_s - self._posted_s >= REPEAT_S:
                self._post(SnapshotSeen(snapshot=snapshot))
                self._posted_s = now_s
        self._snapshot = snapshot
        self._read_notes(snapshot, now_s)
        self._popup.watch(snapshot, now_s)
        status = self._new_status(now_s)
        with self._lock:
            old, self._status = self._status, status
        if _essence(old) != _essence(status):
            self._post(ConnectionChanged(status=status))

    def _folder_of(self, name: str) -> str:
        """Return the folder of a session by the list of the Ardour that has it open, as far as that is known."""
        running = running_ardour(self._link.port or 0)
        return session_folder(name, self._folders if running is None else list(running.folders))

    def _run_of(self, port: int) -> str:
        running = running_ardour(port)
        return "" if running is None else running.run

    def _read_notes(self, snapshot: SessionSnapshot | None, now_s: float) -> None:
        """Post the bounces that the open session made while no bridge was there to hear of them."""
        if snapshot is None or not snapshot.project_path or now_s - self._notes_read_s < NOTES_S:
            return
        self._notes_read_s = now_s
        for mailbox in self._mailboxes:
            for *texts, start in mailbox.take_bounces(snapshot.project_path):
                event = parse_request(PREFIX + "bounced", (*texts, as_number(start)), self._wall())
                if isinstance(event, ExportSeen):
                    self._exports.heard(event, now_s)

    def _new_status(self, now_s: float) -> DawStatus:
        hook, port = self._link.hook(now_s), self._link.port
        self._scripts.look(hook.config_folder if hook else None if port is None else "", now_s)
        snapshot = self._snapshot
        heard = {"osc": port is not None, "hook": hook is not None, "exports": self._exports_socket is not None}
        connected = port is not None or hook is not None
        with self._lock:
            panel = self._panel
        problems = {
            OSC_OFF: not connected,
            OSC_OFF_HERE: connected and port is None,
            NO_HOOK: connected and hook is None,
            NO_SLOT: connected and hook is not None and self._slot_now(now_s) is None,
            NO_MASTER: self._link.master_missing() or (hook is not None and not hook.master_name),
            NO_EXPORTS: self._exports_socket is None,
            NO_WINDOW: self._popup.gave_up(panel),
        }
        return DawStatus(
            daw="ardour",
            connected=connected,
            channels=tuple(name for name, ok in heard.items() if ok),
            project_name=snapshot.project_name if snapshot else "",
            project_path=snapshot.project_path if snapshot else "",
            missing=(*(text for text, wrong in problems.items() if wrong), *self._scripts.sentences()),
            heard_at=self._wall() if connected else None,
            address=f"{LOOPBACK}:{port}" if port else "",
            notice=self._scripts.notice() if hook is not None else None,
        )

    def _slot_now(self, now_s: float) -> int | None:
        """Return the slot of the window's script in the Ardour that runs; a wrong one would run a stranger's script."""
        if now_s - self._slot_s >= SLOT_S:
            hook = self._link.hook(now_s)
            running = [Path(hook.config_folder)] if hook else self._folders
            self._slot = slot_of(running[0], WHATS_UP) if len(running) == 1 else None
            self._slot_s = now_s if self._slot is not None else now_s - SLOT_S + 1.0
        return self._slot

    def _open_window(self, now_s: float) -> None:
        with self._lock:
            panel = self._panel
        port = self._link.port
        hook = self._link.hook(now_s)
        if hook is not None and hook.unfinished_print:
            panel = _with_repair(panel, hook)
        if port is None or not self._popup.due(panel, self._snapshot, now_s):
            return
        slot = self._slot_now(now_s)
        if slot is None:
            return
        self._popup.open(panel, now_s)
        self._send(port, ("/access_action", (f"LuaAction/script-{slot}",)))

    # -- sockets ------------------------------------------------------------------------------------------------

    def _bind(self, port: int) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.bind((LOOPBACK, port))
        except OSError:
            bound.close()
            raise
        bound.setblocking(False)
        self._selector.register(bound, selectors.EVENT_READ)
        return bound

    def _bind_exports(self) -> None:
        now_s = self._clock()
        if self._exports_socket is None and now_s - self._rebind_s >= REBIND_S:
            self._rebind_s = now_s
            try:
                self._exports_socket = self._bind(self._exports_port)
            except OSError as error:
                log.debug("port %d: %s", self._exports_port, error)

    def _announce_anew(self) -> None:
        """Say that the bridge is there to scripts that were taken out, and are back; keep what was shown."""
        now_s = self._clock()
        if now_s - self._announced_s < ANNOUNCE_S:
            return
        self._announced_s = now_s
        for mailbox in self._mailboxes:
            if mailbox.has_scripts() and not mailbox.is_announced():
                self._try(lambda mailbox=mailbox: mailbox.announce(self.hook_port, __version__, self._key))  # type: ignore[misc]
                self._try(lambda mailbox=mailbox: mailbox.remember_shown(self._popup.shown))  # type: ignore[misc]

    def _send(self, port: int, message: OscDatagram) -> None:
        address, params = message
        try:
            self._socket.sendto(encode(address, params), (LOOPBACK, port))
        except OSError as error:  # nobody there, or the buffer is full: the next poll repairs it
            log.debug("not sent to port %d: %s", port, error)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            log.warning("the mailbox for Ardour's scripts cannot be written: %s", error)


def _same(one: SessionSnapshot, other: SessionSnapshot) -> bool:
    return replace(one, seen_at=0.0) == replace(other, seen_at=0.0)


def _essence(status: DawStatus) -> DawStatus:
    return replace(status, heard_at=None)


def _with_repair(panel: Panel, hook: HookState) -> Panel:
    """Add what the script will ask by itself when it opens: whether to switch the master's processors on again."""
    notice = Notice(key=f"repair-{hook.unfinished_print}", title="", text="", kind="repair", interrupt=True)
    if panel.project_path != hook.project_path:
        return Panel(project_path=hook.project_path, notices=(notice,))
    return replace(panel, notices=(*panel.notices, notice))
