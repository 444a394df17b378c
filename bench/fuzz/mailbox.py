"""Mutated mailboxes and datagrams of both DAWs: through the real adapters into the real core with a real store."""

import json
import random
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.fuzz.mutate import mutated
from bench.fuzz.texts import mutated_json, mutated_text
from bench.lanes.folders import fast_folder
from bench.lanes.isolated import tried
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.state import State
from bridge.app.fronts.daw import DawFront
from bridge.daw.ardour import datagrams
from bridge.daw.ardour.adapter import ArdourAdapter
from bridge.daw.ardour.requests import PREFIX
from bridge.daw.contract import DawEvent
from bridge.daw.protocol.panel import line
from bridge.daw.protocol.table import FORMAT, REQUESTS
from bridge.daw.reaper.adapter import ReaperAdapter
from bridge.daw.reaper.folders import mailbox_folder
from tests.app.house import House

MOST_S = 2.0
_TICK_EVERY = 50
_PROJECT = "/songs/Tide.rpp"
_FX = {"name": "VST3: Pro-L 2 (FabFilter)", "enabled": True, "offline": False, "wet": 1.0, "id": "{1}", "container": []}
_STATE = {
    "format": FORMAT, "instance": "1-2", "seq": 3, "at": 1.7e9, "running": True, "scripts": "0.2.0", "reaper": "7.22",
    "project": {"path": _PROJECT, "name": "Tide", "tracks": 4, "tabs": 1, "dirty": True, "length_s": 180.0, "id": "x",
                "sources": ["/songs/a.wav"]},
    "transport": "stopped", "rendering": False, "master": {"enabled": True, "fx": [_FX, {**_FX, "container": ["G"]}]},
    "monitor": [{**_FX, "name": "JS: loser/3BandEQ"}], "panel": True,
}  # fmt: skip
_VALUES = {
    "path": "/songs/Tide.wav", "target": "cd", "intent": "intimate", "survive": "the breath", "references": "a.wav",
    "worries": "bass", "complete": "1", "mode": "mixing", "question": "needs", "answer": "air",
}  # fmt: skip
_NAMES = (
    "answer action bounced mode master handoff reply print-wet print-dry recording playing unknown sources container"
)
_WORDS = tuple(f'"{name}"'.encode() for name in _NAMES.split())

Feed = Callable[[bytes], None]


def _request(**fields: object) -> bytes:
    return json.dumps(
        {"format": FORMAT, "id": "6b0d4469-0001", "at": 1.7e9, "project_path": _PROJECT, **fields}
    ).encode()


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def _osc(address: str, *values: str | int | float) -> bytes:
    """Return a datagram as Ardour and its scripts send them."""
    tags, body = ",", b""
    for value in values:
        tags += "s" if isinstance(value, str) else "i" if isinstance(value, int) else "f"
        body += (
            _padded(value.encode())
            if isinstance(value, str)
            else struct.pack(">i" if isinstance(value, int) else ">f", value)
        )
    return _padded(address.encode()) + _padded(tags.encode()) + body


def _state_datagram() -> bytes:
    plugin = ("Limiter", "LSP Limiter", "lv2", 1, "7")
    values = (1, "/cfg", "/songs/Tide", "Tide", "Tide", 4, "stopped", 0, "Master", "", 2, *plugin, *plugin)
    return _osc(f"{PREFIX}state", *values, 1, *plugin, 1, "/a.wav")


_KINDS = {"text": "/songs/Tide.wav", "yes": 1, "seconds": 1.5, "whole": 2}
SEEDS: dict[str, list[bytes]] = {
    "state": [json.dumps(_STATE).encode()],
    "busy": [json.dumps({"what": "rendering", "since": 1.7e9}).encode()],
    "request": [
        _request(kind="answer", key="w:1", answer="part-of-the-sound"),
        *(_request(kind="action", action=name, values=_VALUES) for name in ("master", "handoff", "mode", "reply")),
        _request(kind="bounced", path="/songs/Tide.wav", name="Tide", print="print-wet", pair="1"),
    ],
    "datagram": [
        _state_datagram(),
        *(_osc(PREFIX + name, *(_KINDS[arg.kind] for arg in known.arguments)) for name, known in REQUESTS.items()),
    ],
    "notes": [line("bounced", "/songs/Tide/a.wav", "Tide", "bounce", "", "/songs/Tide", "Tide", "0").encode() * 2],
}  # fmt: skip


class _Bridge:
    """Both adapters before a core, without threads; what they post is handled at once."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        core = self.house.core
        self.front = DawFront(core.sessions, core.intake, (self.house.folder,), core.handler.handle, core.hands)
        self.house.bus.subscribe(self.front.on_event)
        resource, config = folder / "REAPER", folder / "ardour8"
        self.box = mailbox_folder(resource)
        (self.box / "requests").mkdir(parents=True)
        config.mkdir()
        self.now_s = 1000.0
        self.reaper = ReaperAdapter(self._post, lambda: (resource,), None, clock=self._clock, wall=time.time)
        self.ardour = ArdourAdapter(self._post, folders=[config], exports_port=0, clock=self._clock, wall=time.time)
        self.notes = self.ardour._mailboxes[0].folder  # noqa: SLF001
        self.notes.mkdir(exist_ok=True)
        self._tries = 0
        self.events = 0

    def close(self) -> None:
        self.ardour.stop()
        self.house.close()

    def feed(self, kind: str, data: bytes) -> None:
        """Take one input as its adapter does, and let the core handle what comes of it."""
        self.now_s += 0.5
        self._tries += 1
        if kind == "datagram":
            message = datagrams.decode(data)
            if message is not None:
                self.ardour._heard_script(*message)  # noqa: SLF001
        elif kind == "notes":
            self.now_s += 60.0
            (self.notes / "bounced.txt").write_bytes(data)
            (self.notes / "bounced.reading").unlink(missing_ok=True)
            self.ardour._mailboxes[0].take_bounces("/songs/Tide")  # noqa: SLF001
            (self.notes / "shown.txt").write_bytes(data)
            self.ardour._mailboxes[0].shown()  # noqa: SLF001
        else:
            name = {"state": "state.json", "busy": "busy.json"}.get(kind, f"requests/{self._tries:08x}.json")
            (self.box / name).write_bytes(data)
        self.ardour._publish(self.now_s)  # noqa: SLF001
        self.reaper.look()
        if self._tries % _TICK_EVERY == 0:
            self.house.core.sessions.tick()
            self.front.tick()

    def _clock(self) -> float:
        return self.now_s

    def _post(self, event: DawEvent) -> None:
        self.events += 1
        self.front.handle(event)


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    root = fast_folder()
    current = root / "current"

    def work(first: int, count: int, rng: random.Random) -> Batch:
        base = rng.getrandbits(60)
        bridges: list[_Bridge] = []

        def attempt(number: int, batch: Batch) -> None:
            if not bridges:
                folder = root / f"{first}-{number}"
                folder.mkdir()
                bridges.append(_Bridge(folder))
            own = random.Random(base + number)
            kind, data = _input(own)
            current.write_bytes(kind.encode() + b"\0" + data)
            _try(bridges[0], kind, data, batch)

        def at_end() -> None:
            bridges[0].close()

        batch = tried(count, attempt, current, at_end=at_end)
        for left in root.glob(f"{first}-*"):
            shutil.rmtree(left)
        return batch

    try:
        yield work
    finally:
        shutil.rmtree(root)


def _input(rng: random.Random) -> tuple[str, bytes]:
    kind = rng.choice(("state", "state", "request", "request", "request", "datagram", "datagram", "notes", "busy"))
    seed = rng.choice(SEEDS[kind])
    if rng.random() < 0.1:
        return kind, seed
    if kind == "datagram":
        return kind, mutated(rng, seed, SEEDS[kind], ())
    if kind != "notes" and rng.random() < 0.6:
        return kind, mutated_json(rng, seed)
    return kind, mutated_text(rng, seed, SEEDS[kind], _WORDS)


def _try(bridge: _Bridge, kind: str, data: bytes, batch: Batch) -> None:
    kept = kind.encode() + b"\0" + data
    before = bridge.events
    began_s = time.process_time()
    try:
        bridge.feed(kind, data)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        batch.failures.append(failure_of(error, kept))
    took_s = time.process_time() - began_s
    batch.peak("slowest_s", took_s)
    batch.count("events", bridge.events - before)
    if took_s > MOST_S:
        batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", kept))


def _again(_: Path, data: bytes) -> Failure | None:
    root = fast_folder()
    kind, _, text = data.partition(b"\0")

    def attempt(_: int, batch: Batch) -> None:
        bridge = _Bridge(root)
        _try(bridge, kind.decode(), text, batch)
        bridge.close()

    try:
        batch = tried(1, attempt, root / "current")
    finally:
        shutil.rmtree(root)
    return batch.failures[0] if batch.failures else None


def _result(state: State) -> str:
    slowest_s = state.peaks.get("slowest_s", 0.0)
    return (
        f"{int(state.sums.get('events', 0)):,} became events that the core handled; the slowest took {slowest_s:.2f} s"
    )


LANES = (
    Lane("mailbox", "Mailbox files, notes and datagrams of both DAWs, through the adapters into core and store",
         100_000, 1_000, 60, _opened, _result, _again),
)  # fmt: skip
