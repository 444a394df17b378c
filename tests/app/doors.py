"""The doors of a bridge, real ones, and what a command asked through one of them leaves in the store."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from pythonosc.osc_message import OscMessage
from typer.testing import CliRunner

from bridge.app.bridge import Bridge
from bridge.app.commands.records import command_from_json
from bridge.app.fronts.daw import DawFront
from bridge.app.fronts.osc import OscFront
from bridge.app.fronts.page import PageCommand, PageFront
from bridge.cli.root import app
from bridge.daw.ardour.requests import PREFIX, ArdourRequest, parse_request
from bridge.daw.contract import ActionAsked, AnswerGiven, DawEvent, ExportSeen, Panel, SnapshotSeen
from bridge.daw.protocol.requests import event_of
from bridge.daw.reaper.mailbox import ReaperMailbox
from bridge.errors import FreshEarsError
from bridge.model import Analysis, AudioFormat, DawName, Finding, FxSlot, Handoff, Measurement, SessionSnapshot
from bridge.model.events import Event, Started
from bridge.osc import addresses as osc
from bridge.osc.codec import decode, encode
from bridge.osc.transport import Incoming, OscTransport
from bridge.settings.config import Config
from bridge.settings.home import Home, home
from bridge.settings.watched import watched
from bridge.songs.actions import Action
from bridge.songs.mending import Mending
from bridge.songs.service import SongService
from bridge.store import NewBounce, Store
from tests.app.house import House, watching
from tests.store.fresh import fresh_store

PROJECT = "/songs/Tide.rpp"
LIMITER = "VST3: Pro-L 2 (FabFilter)"
QUIET = {
    "osc": {"enabled": False},
    "page": {"enabled": False},
    "reaper": {"enabled": False},
    "ardour": {"enabled": False},
}
CLIP = Finding(kind="fault", check="clipping", message="It clips.", remedy="Turn it down.")
WHY = "the label waits"


class Seed(NamedTuple):
    """What every home holds at first: bounce 1 is ready, 2 has faults, 3 rests, 4 is of the song of 1."""

    home: Home
    folder: Path
    config: Config

    def path(self, name: str) -> str:
        return str(self.folder / name)


def seeded(root: Path, sound: Callable[[int], bytes]) -> Seed:
    """Make a home with bounces in it, the same every time."""
    where, folder = home(str(root / "home")), root / "Bounces"
    folder.mkdir(parents=True)
    config = watching(folder, **QUIET)
    store = fresh_store(where.store_path)
    for number, (name, song) in enumerate(
        (("Tide.wav", "Tide"), ("Loud.wav", "Loud"), ("Rests.wav", "Rests"), ("Tide v2.wav", "Tide"))
    ):
        path = folder / name
        path.write_bytes(sound(number))
        stat, sha256 = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
        new = NewBounce(path, stat.st_size, stat.st_mtime_ns, sha256, song, song.casefold(), str(folder), "", "folder")
        bounce, _ = store.bounces.record(new)
        job = store.jobs.add("analyse", path, "{}", f"seed:{number}", bounce.id)
        store.jobs.end(job.id, "done")
        form = AudioFormat(rate_hz=44_100, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
        level = Measurement(integrated_lufs=-16.0, true_peak_dbtp=-1.0)
        findings = (CLIP,) if song == "Loud" else ()
        analysis = Analysis(file=name, sha256=sha256, format=form, measurement=level, findings=findings)
        store.results.add_analysis(bounce.id, job.id, "fine", msgspec.json.encode(analysis).decode())
    songs = SongService(store, config)
    songs.hand_off(store.bounces.by_id(1), Handoff(complete=True, written_at=time.time() - 2 * 86_400.0))
    songs.hand_off(store.bounces.by_id(3), Handoff(complete=True, written_at=time.time()))
    songs.tick(store.bounces.by_id(1), "phone", "")
    Mending(store).rename(songs.song("Loud"), "Loud Song")
    store.bounces.set_baseline(folder)
    store.close()
    (root / "Renders").mkdir()
    _write_settings(where, folder)
    return Seed(where, folder, config)


def _write_settings(where: Home, folder: Path) -> None:
    off = "".join(f"[{name}]\nenabled = false\n" for name in QUIET)
    where.config_path.write_text(f"[watch]\nfolders = {json.dumps([str(folder)])}\n{off}")


def record(seed: Seed) -> dict[str, Any]:
    """Return everything a command may leave behind, without times and the words that say through which door it came."""
    store = Store.open(seed.home.store_path, read_only=True)
    songs = [song.id for song in store.bounces.songs()]
    bounces = [bounce for song in songs for bounce in store.bounces.of_song(song)]
    jobs = store.jobs.by_state("queued", "running", "done", "failed", "cancelled")
    found = {
        "modes": [[(change.mode, change.source) for change in store.song_state.modes(song_id=song)] for song in songs],
        "replies": [[(r.mode, r.question, r.text) for r in store.song_state.replies(song)] for song in songs],
        "ticks": [[(t.place, t.note) for t in store.song_state.ticks(bounce.id)] for bounce in bounces],
        "sheets": [[msgspec.structs.replace(sheet, written_at=0.0) for sheet in store.song_state.handoffs(bounce.id)]
                   for bounce in bounces],
        "overrides": [[(o.what, o.reason) for o in store.song_state.overrides(bounce.id)] for bounce in bounces],
        "prints": [store.song_state.prints(bounce.id) for bounce in bounces],
        "bounces": [(bounce.song, bounce.version, bounce.revision, Path(bounce.path).name) for bounce in bounces],
        "mends": [(mend.kind, mend.words, mend.undone_at is not None) for mend in store.mends.newest()],
        "jobs": [[job.kind, job.bounce_id, job.state, _without_home(job.params, seed)]
                 for job in jobs if job.params != "{}"],
        "noted": [job.id for job in store.jobs.noted()],
        "masters": [(made.target, Path(made.path).name)
                    for bounce in bounces for made in store.results.masters(bounce.id)],
        "guards": [
            kept
            for song in songs
            for one in store.sessions.projects_of_song(song)
            if (kept := store.sessions.guard(one)) is not None
        ],
        "answers": [(row.song_id, row.data["answer"]) for row in store.history.newest(kind="answer")],
        "watched": [folder.replace(str(seed.folder.parent), "") for folder in watched(seed.home.config_path)],
        "open": [(row.state, type(command_from_json(row.data))) for row in store.commands.waiting()],
    }  # fmt: skip
    store.close()
    return found


def _without_home(params: str, seed: Seed) -> Any:
    return json.loads(params.replace(str(seed.folder.parent), ""))


class Screen:
    """A DAW that shows what it is given."""

    def __init__(self, daw: DawName) -> None:
        self.daw = daw
        self.panel = Panel()

    def show(self, panel: Panel) -> None:
        self.panel = panel


class Inside:
    """A bridge in this thread, and what stands before its doors."""

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self.at = time.time()
        self.house = House(seed.folder.parent, seed.config, lambda: self.at)
        self.screens: dict[DawName, Screen] = {"ardour": Screen("ardour"), "reaper": Screen("reaper")}
        self.core = self.house.core
        self.core.sessions.connect(tuple(self.screens.values()))  # type: ignore[arg-type]
        self.daw = DawFront(
            self.core.sessions, self.core.intake, (seed.folder,), self.core.handler.handle, self.core.hands
        )
        self.house.bus.subscribe(self.daw.on_event)
        self.sent: list[bytes] = []
        self.transport = OscTransport(0, lambda _: True)
        self.transport._send = lambda datagram, _port: self.sent.append(datagram)  # type: ignore[method-assign]
        self.osc = OscFront(self.transport, self.core.handler.handle)

    def close(self) -> None:
        self.transport.stop()
        self.house.close()

    def shows(self, daw: DawName, *chain: str) -> None:
        self.at += 5.0
        snapshot = SessionSnapshot(
            daw=daw, seen_at=self.at, project_path=PROJECT, project_name="Tide", transport="stopped",
            master_chain=tuple(FxSlot(name=name) for name in chain),
        )  # fmt: skip
        self.daw.handle(SnapshotSeen(snapshot=snapshot))

    def warning(self, daw: DawName = "reaper") -> str:
        """Have a warning raised; return its id."""
        for _ in range(7):
            self.shows(daw, LIMITER)
        (standing,) = self.core.sessions.warnings()
        return standing.id

    def question(self, daw: DawName, kind: str = "master-waits") -> str:
        """Return the key of the notice that asks."""
        self.core.sessions.changed()
        self.core.sessions.tick()
        return next(n.key for n in self.screens[daw].panel.notices if n.kind == kind)

    # the doors: each returns whether what was asked is done, and what was said -----------------------------------

    def over_osc(self, address: osc.Address, *args: str | int) -> tuple[bool, str]:
        (message,) = decode(encode(address, *args))
        self.sent.clear()
        self.osc.handle(Incoming(message, 1))
        (answer,) = map(OscMessage, self.sent)
        assert answer.params[0] == address.path
        return answer.address == osc.DONE.path, str(answer.params[1])

    def on_the_page(self, **action: Any) -> tuple[bool, str]:
        asked = PageCommand(msgspec.json.decode(json.dumps(action), type=Action), Future())
        PageFront(self.core.handler.handle).handle(asked)
        reply = asked.reply.result(0)
        return reply.ok, reply.message

    def in_a_daw(self, daw: DawName, event: DawEvent | ArdourRequest | None) -> tuple[bool, str]:
        assert isinstance(event, ActionAsked | AnswerGiven | ExportSeen)
        if self.core.sessions.project_of(daw) is None:
            self.shows(daw)
        self.daw.handle(event)
        self.core.sessions.changed()
        self.core.sessions.tick()
        said = [
            n.text for n in self.screens[daw].panel.notices if n.kind in {"master-waits", "master-failed", "refused"}
        ]
        return not said, " ".join(said)

    def in_ardour(self, name: str, *values: str | int | float) -> tuple[bool, str]:
        return self.in_a_daw("ardour", parse_request(f"{PREFIX}{name}", values, self.at))

    def in_reaper(self, kind: str, **fields: Any) -> tuple[bool, str]:
        box = ReaperMailbox(self.seed.folder.parent / "box")
        (box.folder / "requests").mkdir(parents=True, exist_ok=True)
        request = {"format": 1, "id": "0a1b2c3d", "kind": kind, "project_path": PROJECT, **fields}
        (box.folder / "requests" / "0a1b2c3d.json").write_text(json.dumps(request))
        (taken,) = box.take_requests()
        name, values = taken.as_values()
        return self.in_a_daw("reaper", event_of("reaper", self.at, name, values))


class BridgeThread:
    """A bridge in a thread of its own, as a process beside the command line is."""

    def __init__(self, seed: Seed) -> None:
        self.started = threading.Event()
        self.bridge = Bridge(seed.config, seed.home, (self.on_event,))
        self.thread = threading.Thread(target=self.bridge.run)

    def on_event(self, event: Event) -> None:
        if isinstance(event, Started):
            self.started.set()

    def __enter__(self) -> None:
        self.thread.start()
        assert self.started.wait(30.0)

    def __exit__(self, *_: object) -> None:
        self.bridge.stop()
        self.thread.join(30.0)
        assert not self.thread.is_alive()


def typed(seed: Seed, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[bool, str]:
    """Type a command."""
    monkeypatch.setenv("FRESHEARS_HOME", str(seed.home.store_path.parent))
    monkeypatch.setenv("NO_COLOR", "1")
    ran = CliRunner().invoke(app, arguments)
    if ran.exception is not None and not isinstance(ran.exception, FreshEarsError | SystemExit):
        raise ran.exception
    return ran.exit_code == 0, ran.output + str(ran.exception or "")
