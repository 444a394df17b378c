"""What Ardour says over OSC and through the hook script, folded into one session state; no sockets, no clock.

Ardour's OSC surface is asked (plug-in changes are not pushed, so the master's list is read once a second); the hook,
where it is installed, pushes the same and more. While the hook is heard its chain counts; without it OSC is enough.

Observed in Ardour 7.3: the master has the type code ``MA`` whatever its name is; strip ids move when tracks are added,
so a changed chain is believed only after the strip list has confirmed the id; a surface that asked for feedback 24
(heartbeat 8, master section 16) hears transport, recording and session name at once, and a heartbeat every second.

When a session is closed Ardour empties the surface (the session's name becomes a space) and waits for its OSC thread to
end. A request that arrives just then is answered from memory that is being freed, and Ardour hangs: so nothing is sent
for a moment after that, and no notice is answered at once.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from msgspec import Struct

from bridge.daw.ardour.routing import ArdourBuses
from bridge.model import MOST_SOURCE_FILES, FxSlot, SessionSnapshot, Transport

DEFAULT_PORT = 3819
PORT_TRIES = 20  # Ardour takes the next port when one is in use, at most twenty
STRIP_TYPES = 1 + 2 + 4 + 8 + 16 + 32 + 64  # tracks, busses, VCAs, master, monitor
FEEDBACK = 8 + 16  # heartbeat, master section
POLL_S = 1.0
LIST_S = 15.0  # the strip list is asked again this often even when nothing was announced
SILENT_S = 3.0  # ours: three heartbeats missed; together with the probe back within five seconds
CLOSING_S = 2.0  # ours: many times what Ardour takes to end its OSC
NOTICE_S = 0.3  # ours: notices come in bursts, and just before a session is closed
FORGOTTEN_S = 2.5  # replies arrive but no heartbeat: Ardour has dropped our surface (a session was switched)
HICCUP_S = 60.0  # ours: a busy Ardour is silent for seconds; one that ends in good order says so
MAX_PLUGINS = 512
MAX_NAME = 300
MAX_RENAMED = 60  # what a person calls a processor, cut so that the plug-in's own name stays in sight
MAX_PATH = 4096

OscDatagram = tuple[str, tuple[object, ...]]


class HookState(Struct, frozen=True):
    """One message of the hook script."""

    config_folder: str
    project_path: str
    project_name: str
    snapshot_name: str
    track_count: int
    transport: Transport
    rendering: bool
    master_name: str
    unfinished_print: str  # a mark of the dual print that never came to its end, else empty
    master_chain: tuple[FxSlot, ...]
    monitor_chain: tuple[FxSlot, ...]
    source_files: tuple[str, ...] = ()  # what the session plays, when it is little


@dataclass(slots=True)
class _Surface:
    """What one connection to Ardour's OSC has told so far."""

    port: int
    heard_s: float
    heartbeat_s: float
    set_up_s: float = -1e9
    listed_s: float = -1e9
    noticed_s: float = -1e9
    polled_s: float = -1e9
    list_wanted: bool = True
    name: str | None = None
    run: str = ""
    rolling: bool = False
    recording: bool = False
    master: int | None = None
    master_name: str = ""
    monitor: int | None = None
    tracks: int | None = None
    listed: bool = False
    folder: str = ""
    chain: tuple[FxSlot, ...] | None = None
    candidate: tuple[FxSlot, ...] | None = None
    monitor_chain: tuple[FxSlot, ...] = ()
    rows: list[tuple[object, ...]] = field(default_factory=list)


def parse_chain(params: Sequence[object]) -> tuple[FxSlot, ...] | None:
    """Return the plug-ins of a ``/strip/plugin/list`` reply, None if malformed.

    The reply is the strip id, then index, name and enabled (1 or 0) for each plug-in.
    """
    triples = params[1:]
    if len(triples) % 3 or len(triples) > 3 * MAX_PLUGINS:
        return None
    slots = []
    for index, name, enabled in zip(triples[0::3], triples[1::3], triples[2::3], strict=True):
        if not isinstance(name, str) or not isinstance(index, int) or not isinstance(enabled, int | float):
            return None
        slots.append(FxSlot(name=name[:MAX_NAME], enabled=bool(enabled)))
    return tuple(slots)


def _hook_chain(values: Sequence[object]) -> tuple[FxSlot, ...]:
    slots = []
    for i in range(0, len(values), 5):
        name, plugin, kind, enabled, slot_id = values[i : i + 5]
        texts = [str(v)[:MAX_NAME] for v in (name, plugin, kind, slot_id)]
        name = _slot_name(*texts[:3])
        slots.append(FxSlot(name=name, kind=texts[2], enabled=bool(enabled), slot_id=texts[3]))
    return tuple(slots)


def _slot_name(name: str, plugin: str, kind: str) -> str:
    """Return a processor's name; one that was renamed still says what it is: ``Magic / LV2: LSP Limiter Stereo``."""
    if not name or not plugin or name == plugin:
        return name or plugin
    return f"{name[:MAX_RENAMED]} / {kind}: {plugin}"


def _hook_sources(values: Sequence[object]) -> tuple[str, ...] | None:
    """Return the files at the end of a message; none in one of an older script, None if malformed."""
    if not values:
        return ()
    count, *paths = values
    if count != len(paths) or len(paths) > MOST_SOURCE_FILES or not all(isinstance(path, str) for path in paths):
        return None
    return tuple(str(path)[:MAX_PATH] for path in paths)


def parse_hook(params: Sequence[object]) -> HookState | None:
    """Return what the hook's ``state`` message says, None if it is not one of ours or of another version."""
    if len(params) < 12 or params[0] != 1:
        return None
    _, config, path, name, snapshot, tracks, transport, rendering, master, unfinished, count = params[:11]
    rest = list(params[11:])
    if not isinstance(count, int) or not 0 <= count <= MAX_PLUGINS or len(rest) < 5 * count + 1:
        return None
    monitors = rest[5 * count]
    if not isinstance(monitors, int) or not 0 <= monitors <= MAX_PLUGINS or not isinstance(tracks, int):
        return None
    end = 5 * (count + monitors) + 1
    sources = _hook_sources(rest[end:])
    if len(rest) < end or sources is None:
        return None
    if not all(isinstance(text, str) for text in (config, path, name, snapshot, transport, master, unfinished)):
        return None
    known: dict[str, Transport] = {"stopped": "stopped", "playing": "playing", "recording": "recording"}
    return HookState(
        config_folder=str(config),
        project_path=str(path),
        project_name=str(name)[:MAX_NAME],
        snapshot_name=str(snapshot)[:MAX_NAME],
        track_count=tracks,
        transport=known.get(str(transport), "unknown"),
        rendering=bool(rendering),
        master_name=str(master)[:MAX_NAME],
        unfinished_print=str(unfinished)[:MAX_NAME],
        master_chain=_hook_chain(rest[: 5 * count]),
        monitor_chain=_hook_chain(rest[5 * count + 1 : end]),
        source_files=sources,
    )


class ArdourLink:
    """The state of one Ardour, built from messages; `tick` says what to send next.

    Parameters
    ----------
    folder_of : callable
        Session name → session folder or "", for the time without the hook (OSC does not tell the path).
    port : int
        The first port to try.
    run_of : callable
        Port → what tells this run of Ardour from others, "" where nobody says: a session whose folder is not known is
        known for one run.
    """

    def __init__(
        self, folder_of: Callable[[str], str], port: int = DEFAULT_PORT, run_of: Callable[[int], str] = lambda _: ""
    ) -> None:
        self._folder_of = folder_of
        self._run_of = run_of
        self._lost: tuple[str, str, float] | None = None  # name and run of a session that fell silent, and when
        self._first_port = port
        self._probe = 0
        self._probed_s = -1e9
        self._surface: _Surface | None = None
        self._silent_until_s = -1e9
        self.buses = ArdourBuses()
        self._hook: HookState | None = None
        self._hook_s = -1e9

    # -- what is heard ------------------------------------------------------------------------------------------

    def heard_surface(self, port: int, address: str, params: tuple[object, ...], now_s: float) -> None:
        """Handle one message that came from a UDP port of this machine."""
        surface = self._surface
        if surface is None:
            if address != "/transport_speed" or not self._first_port <= port < self._first_port + PORT_TRIES:
                return
            surface = self._surface = _Surface(port=port, heard_s=now_s, heartbeat_s=now_s)
        if port != surface.port:
            return
        surface.heard_s = now_s
        match address, params:
            case "/heartbeat", _:
                surface.heartbeat_s = now_s
            case "#reply", ("end_route_list", *_):
                self._list_complete(surface)
            case "#reply", (str(), str(), *_) if len(surface.rows) < 10_000:
                surface.rows.append(params)
            case "/strip/list", ():
                surface.list_wanted, surface.noticed_s = True, now_s
            case "/strip/plugin/list", (int(ssid), *_):
                self._chain_heard(surface, ssid, parse_chain(params))
            case "/transport_play", (float() | int() as value, *_):
                surface.rolling = value > 0
            case "/record_tally", (float() | int() as value, *_):
                surface.recording = value > 0
            case "/session_name", (str(name), *_) if not name.strip():
                self._surface, self._silent_until_s, self._lost = None, now_s + CLOSING_S, None
            case "/session_name", (str(name), *_) if name != surface.name:
                surface.name, surface.run = name, self._run(surface.port, name, now_s)
                surface.chain = surface.candidate = None
                surface.list_wanted, surface.noticed_s = True, now_s

    def _run(self, port: int, name: str, now_s: float) -> str:
        """Return what tells this run from others; a session that was silent for a moment is the same one."""
        lost, self._lost = self._lost, None
        if run := self._run_of(port):
            return run
        if lost is not None and lost[0] == name and now_s - lost[2] <= HICCUP_S:
            return lost[1]
        return secrets.token_hex(4)

    def heard_hook(self, params: tuple[object, ...], now_s: float) -> bool:
        """Handle one ``state`` message of the hook script; False when it is not valid."""
        state = parse_hook(params)
        if state is None:
            return False
        self._hook, self._hook_s = state, now_s
        return True

    def heard_bus(self, params: tuple[object, ...], now_s: float) -> bool:
        """Handle one ``bus`` message of the hook script; False when it is not valid."""
        if len(params) < 4 or params[0] != 1 or not isinstance(params[3], int) or not 0 <= params[3] <= MAX_PLUGINS:
            return False
        if len(params) != 4 + 5 * params[3]:
            return False
        self.buses.heard_chain(params[1], params[2], _hook_chain(params[4:]), now_s)
        return True

    def _list_complete(self, surface: _Surface) -> None:
        kinds = [(row[0], row[1], row[-1]) for row in surface.rows]
        surface.rows = []
        surface.tracks = sum(1 for kind, _, _ in kinds if kind in ("AT", "MT"))
        # A track's row has one value more (armed) after its id; master and monitor end with the id.
        masters = [(str(name), ssid) for kind, name, ssid in kinds if kind == "MA" and isinstance(ssid, int)]
        monitors = [ssid for kind, _, ssid in kinds if kind == "MO" and isinstance(ssid, int)]
        new = masters[0][1] if masters else None
        if new != surface.master:
            surface.candidate = None
            surface.polled_s = -1e9  # ask the right strip at once
        surface.master, surface.master_name = new, masters[0][0] if masters else ""
        surface.monitor = monitors[0] if monitors else None
        if surface.monitor is None:
            surface.monitor_chain = ()
        if new is None:
            surface.chain = ()
        surface.listed = True
        surface.folder = self._folder_of(surface.name) if surface.name else ""

    def _chain_heard(self, surface: _Surface, ssid: int, chain: tuple[FxSlot, ...] | None) -> None:
        if chain is None:
            return
        if ssid == surface.monitor:
            surface.monitor_chain = chain
        if ssid != surface.master:
            return
        if chain == surface.chain:
            surface.candidate = None
        elif chain == surface.candidate and surface.listed:
            surface.chain, surface.candidate = chain, None
        else:  # something changed: believe it once the strip list has said that this is still the master
            surface.candidate, surface.listed = chain, False
            surface.list_wanted, surface.polled_s = True, -1e9

    # -- what to say --------------------------------------------------------------------------------------------

    def tick(self, now_s: float) -> list[tuple[int, OscDatagram]]:
        """Return the messages to send now, each with its UDP port; call it a few times a second."""
        surface = self._surface
        if surface is not None and now_s - surface.heard_s > SILENT_S:
            self._lost = (surface.name, surface.run, now_s) if surface.name else None
            self._surface = surface = None
            self._probe = 0
        if surface is None:
            return self._probes(now_s)
        out: list[OscDatagram] = []
        forgotten = now_s - surface.heartbeat_s > FORGOTTEN_S
        if surface.set_up_s < 0 or (forgotten and now_s - surface.set_up_s > FORGOTTEN_S):
            # bank size 0: no banking; gain mode, send page, plug-in page 0; port 0: answer where it came from.
            out.append(("/set_surface", (0, STRIP_TYPES, FEEDBACK, 0, 0, 0, 0)))
            surface.set_up_s = now_s
            surface.list_wanted = True
        wanted = surface.list_wanted and now_s - surface.noticed_s >= NOTICE_S
        if wanted or now_s - surface.listed_s >= LIST_S:
            out.append(("/strip/list", ()))
            surface.list_wanted, surface.listed_s = False, now_s
            surface.rows = []
        if now_s - surface.polled_s >= POLL_S:
            strips = [ssid for ssid in (surface.master, surface.monitor) if ssid is not None]
            out += [("/strip/plugin/list", (ssid,)) for ssid in strips]
            if strips:
                surface.polled_s = now_s
        return [(surface.port, message) for message in out]

    def _probes(self, now_s: float) -> list[tuple[int, OscDatagram]]:
        if now_s - self._probed_s < POLL_S or now_s < self._silent_until_s:
            return []
        self._probed_s = now_s
        # The usual port every time, the other nineteen in turn.
        ports = {self._first_port, self._first_port + self._probe}
        self._probe = (self._probe + 1) % PORT_TRIES
        return [(port, ("/transport_speed", ())) for port in sorted(ports)]

    # -- what is known ------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Set the surface up and list the strips anew at the next tick."""
        surface = self._surface
        if surface is not None:
            surface.set_up_s, surface.list_wanted, surface.polled_s = -1.0, True, -1e9
        self._probed_s = -1e9

    @property
    def port(self) -> int | None:
        """The port of the Ardour that answers, None while none does."""
        return self._surface.port if self._surface else None

    def hook(self, now_s: float) -> HookState | None:
        """Return what the hook said last, None when it has been silent."""
        return self._hook if now_s - self._hook_s <= SILENT_S else None

    def master_missing(self) -> bool:
        """Return True when the strip list has been read and holds no master bus."""
        return self._surface is not None and self._surface.listed and self._surface.master is None

    def snapshot(self, now_s: float, now_at: float) -> SessionSnapshot | None:
        """Return the state of the session, None while nothing is connected or the chain has not been read yet."""
        hook = self.hook(now_s)
        return self._from_surface(now_at) if hook is None else self._from_hook(hook, now_s, now_at)

    def _transport(self) -> Transport:
        surface = self._surface
        if surface is None or surface.name is None:
            return "unknown"
        if not surface.rolling:
            return "stopped"
        return "recording" if surface.recording else "playing"

    def _from_hook(self, hook: HookState, now_s: float, now_at: float) -> SessionSnapshot:
        transport = self._transport()  # OSC says it at once, the hook within a second
        return SessionSnapshot(
            daw="ardour",
            seen_at=now_at,
            project_path=hook.project_path,
            project_name=hook.project_name,
            track_count=hook.track_count,
            transport=hook.transport if transport == "unknown" else transport,
            rendering=hook.rendering,
            master_chain=hook.master_chain,
            buses=self.buses.strips(hook.project_path, now_s),
            layout=self.buses.layout(hook.project_path),
            hazards=self.buses.hazards(hook.project_path),
            muted=self.buses.muted(hook.project_path),
            monitor_chain=hook.monitor_chain,
            source_files=hook.source_files,
        )

    def _from_surface(self, now_at: float) -> SessionSnapshot | None:
        surface = self._surface
        if surface is None or surface.name is None or surface.chain is None:
            return None
        folder = surface.folder
        return SessionSnapshot(
            daw="ardour",
            seen_at=now_at,
            project_path=folder,
            project_name=PurePath(folder).name if folder else surface.name,
            track_count=surface.tracks,
            transport=self._transport(),
            master_chain=surface.chain,
            monitor_chain=surface.monitor_chain,
            project_id="" if folder else f"{surface.name}, run {surface.run}",
        )
