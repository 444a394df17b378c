"""The mailbox shared with the scripts inside REAPER: their state in, their requests in, our panel out.

Everything read here was written by another program and may be cut, stale, locked, huge or hostile: it is bounded,
checked against a record, and never interpreted. What cannot be read now is read again at the next look.
"""

import contextlib
import os
import re
from collections import deque
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct, field

from bridge import __version__
from bridge.daw.contract import Panel
from bridge.daw.projects.rpp_chain import split_kind
from bridge.daw.projects.rpp_render import render_hazards
from bridge.daw.projects.saved import inside_containers
from bridge.daw.protocol.panel import panel_json
from bridge.daw.protocol.table import FORMAT, REQUESTS
from bridge.daw.reaper.wiring import StateWiring, WiringAnswer, answer_to
from bridge.files import open_regular, replace_whole
from bridge.files.private import FILE_MODE, tighten_folder
from bridge.model import MOST_SOURCE_FILES, BusStrip, FxSlot, Hazard, SessionSnapshot, Transport

# ours: 500 effects with the longest names REAPER shows stay below it.
MAX_STATE_BYTES = 1024 * 1024
MAX_REQUEST_BYTES = 16 * 1024
MAX_REQUESTS_PER_LOOK = 50
MAX_NAME_CHARS = 1000
MOST_BUSES = 16  # ours: the scripts watch no more; two or three in a row are many
# In REAPER's resource folder; the name is that of the project with this before it.
_QUEUED = re.compile(r"[/\\]QueuedRenders[/\\]qrender_[^/\\]*$", re.IGNORECASE)
_REQUEST_NAME = re.compile(r"[0-9a-f-]{8,64}\.json")
_REMEMBERED_REQUESTS = 256
_MOST_TRIED = 1000


class StateFx(Struct, frozen=True):
    """One effect as the scripts describe it."""

    name: str
    kind: str = ""
    renamed: str = ""
    enabled: bool = True
    offline: bool = False
    wet: float | None = None
    parallel: bool = False
    id: str = ""
    container: tuple[str, ...] = ()


class StateChain(Struct, frozen=True):
    """The master's effects and whether the chain as a whole is on."""

    enabled: bool = True
    fx: tuple[StateFx, ...] = ()


class StateBus(Struct, frozen=True):
    """A track that everything passes through, as the bridge has asked for it."""

    id: str = ""
    name: str = ""
    enabled: bool = True
    fx: tuple[StateFx, ...] = ()


class StateProject(Struct, frozen=True):
    """The project in front."""

    path: str = ""
    name: str = ""
    tracks: int | None = None
    tabs: int = 1
    dirty: bool = False
    length_s: float = 0.0
    id: str = ""
    sources: tuple[str, ...] = ()  # files it plays


class State(Struct, frozen=True):
    """What ``state.json`` holds."""

    format: int
    instance: str
    seq: int
    at: float
    running: bool = True
    scripts: str = ""
    reaper: str = ""
    problem: str = ""
    panel: bool = False  # the panel is open
    project: StateProject = field(default_factory=StateProject)
    transport: Transport = "unknown"
    rendering: bool = False
    master: StateChain = field(default_factory=StateChain)
    monitor: tuple[StateFx, ...] = ()
    wiring: StateWiring | None = None
    buses: tuple[StateBus, ...] = ()
    hazards: tuple[str, ...] = ()
    render: int = 0  # bits of RENDER_NORMALIZE

    @property
    def is_queued_render(self) -> bool:
        """Whether the project in front is a copy that REAPER's render queue opens for the time of a render."""
        return bool(_QUEUED.search(self.project.path))

    def all_hazards(self) -> tuple[Hazard, ...]:
        """Return what a bounce would catch; words of later scripts are left aside."""
        known: list[Hazard] = [hazard for hazard in get_args(Hazard) if hazard in self.hazards]
        if self.answer().hardware_only:
            known.append("hardware-only")
        if self.answer().muted:
            known.append("muted-tracks")
        return (*known, *render_hazards(self.render))

    def answer(self) -> WiringAnswer:
        """Return which tracks everything passes through, and what the project looks like."""
        return WiringAnswer() if self.wiring is None else answer_to(self.wiring)

    def snapshot(self, seen_at: float) -> SessionSnapshot:
        """Return the state as every layer speaks of it."""
        return SessionSnapshot(
            daw="reaper",
            seen_at=seen_at,
            project_path=self.project.path,
            project_name=self.project.name,
            project_id=self.project.id[:MAX_NAME_CHARS],
            track_count=self.project.tracks,
            source_files=self.project.sources if len(self.project.sources) <= MOST_SOURCE_FILES else (),
            transport=self.transport,
            rendering=self.rendering,
            master_chain_enabled=self.master.enabled,
            master_chain=inside_containers(tuple(map(_slot, self.master.fx))),
            buses=tuple(map(_bus, self.buses[:MOST_BUSES])),
            layout=self.answer().layout,
            hazards=self.all_hazards(),
            muted=self.answer().muted,
            monitor_chain=inside_containers(tuple(map(_slot, self.monitor))),
        )


class Busy(Struct, frozen=True):
    """What ``busy.json`` holds: an action that keeps the scripts from running."""

    what: str = ""
    since: float = 0.0


class ReaperRequest(Struct, frozen=True):
    """One thing the person asked for or answered."""

    format: int
    id: str
    kind: Literal["answer", "action", "bounced"]
    at: float = 0.0
    project_path: str = ""
    key: str = ""
    answer: str = ""
    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    path: str = ""
    name: str = ""
    print: Literal["bounce", "print-wet", "print-dry"] = "bounce"
    pair: str = ""

    def as_values(self) -> tuple[str, dict[str, str]]:
        """Return the request's name in `bridge.daw.protocol.table` and its values."""
        project = {"project_path": self.project_path}
        if self.kind == "answer":
            return self.kind, {**project, "key": self.key, "answer": self.answer}
        if self.kind == "bounced":
            values = {"path": self.path, "name": self.name, "print": self.print, "pair": self.pair}
            return self.kind, {**project, **values, "project_name": Path(self.project_path).stem}
        known = REQUESTS.get(self.action)
        is_action = known is not None and known.reaper == "action"
        return self.action if is_action else "", {**self.values, **project}


def _bus(bus: StateBus) -> BusStrip:
    return BusStrip(
        name=bus.name[:MAX_NAME_CHARS] or "(no name)",
        strip_id=bus.id[:64],
        chain_enabled=bus.enabled,
        chain=inside_containers(tuple(map(_slot, bus.fx))),
    )


def _slot(fx: StateFx) -> FxSlot:
    kind, name = split_kind(fx.name[:MAX_NAME_CHARS])
    return FxSlot(
        name=name,
        kind=kind or fx.kind[:32],
        enabled=fx.enabled,
        offline=fx.offline,
        wet=fx.wet,
        parallel=fx.parallel,
        container=tuple(text[:MAX_NAME_CHARS] for text in fx.container[:64]),
        slot_id=fx.id[:64],
    )


class ReaperMailbox:
    """One REAPER's mailbox. `folder` need not exist: the scripts make it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tighten_folder(folder)
        self.problem = ""  # why the state could not be read; empty when it could, or is not there
        self.rejected = 0  # requests that were thrown away because they made no sense
        self._stamp: tuple[int, int, int] | None = None
        self._state: State | None = None
        self._handled: deque[str] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._serial = 0

    def read_state(self) -> State | None:
        """Return the latest state that could be read; None when there is none."""
        path = self.folder / "state.json"
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp == self._stamp:
                return self._state
            data = _read(path, MAX_STATE_BYTES)
            state = msgspec.json.decode(data, type=State)
        except FileNotFoundError:
            self._stamp, self._state, self.problem = None, None, ""
        except OSError as error:
            self.problem = f"{path}: cannot be read now ({error.strerror or error})"
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.problem = f"{path}: makes no sense ({str(error)[:120]})"
        else:
            self._stamp, self.problem = stamp, ""
            self._state = state if state.format == FORMAT else None
            if state.format != FORMAT:
                self.problem = "version"
        return self._state

    def busy_since_at(self) -> float | None:
        """Return when the running blocking action began (POSIX seconds); None when there is none."""
        try:
            busy = msgspec.json.decode(_read(self.folder / "busy.json", MAX_REQUEST_BYTES), type=Busy)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return busy.since

    def take_requests(self) -> list[ReaperRequest]:
        """Return what the person asked since the last look, oldest first, each once; their files are removed."""
        try:
            with os.scandir(self.folder / "requests") as entries:
                names = sorted(e.name for e in entries if _REQUEST_NAME.fullmatch(e.name))
        except OSError:
            return []
        found: list[ReaperRequest] = []
        for name in names[:_MOST_TRIED]:  # what cannot be read, however much of it, keeps nothing else waiting
            if len(found) >= MAX_REQUESTS_PER_LOOK:
                break
            path = self.folder / "requests" / name
            request = self._request(path)
            if request is not None and request.id not in self._handled:
                self._handled.append(request.id)
                found.append(request)
        return found

    def _request(self, path: Path) -> ReaperRequest | None:
        """Read and remove one request; None when it cannot be read yet, or makes no sense."""
        request: ReaperRequest | None = None
        try:
            request = msgspec.json.decode(_read(path, MAX_REQUEST_BYTES), type=ReaperRequest)
        except OSError:
            return None  # locked, or gone: at the next look
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.rejected += 1
        if request is not None and request.format != FORMAT:
            request, self.rejected = None, self.rejected + 1
        try:
            path.unlink()
        except OSError:
            if request is not None and request.id not in self._handled:
                return request  # cannot be removed: remembered, so not done twice
            return None
        return request

    def write_panel(self, panel: Panel, at: float) -> bool:
        """Write the panel; False when it could not be written."""
        if not self.folder.is_dir():
            return False
        self._serial += 1
        head = {
            # First, so that the scripts see by the first bytes whether anything is new.
            "serial": f"{int(at)}.{self._serial}",
            "format": FORMAT,
            "at": int(at),
            "bridge": __version__,
        }
        try:
            replace_whole(
                self.folder / "board.json", panel_json(panel, head).encode("ascii"), durable=False, mode=FILE_MODE
            )
        except OSError:
            return False
        return True

    def remove_panel(self) -> None:
        """Tell the scripts that nobody is here any more."""
        with contextlib.suppress(OSError):
            (self.folder / "board.json").unlink()


def _read(path: Path, limit: int) -> bytes:
    with open_regular(path) as stream:  # a pipe of that name would be waited for
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError("too large")
    return data
