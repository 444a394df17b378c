"""The core of a bridge in a folder of its own: everything that carries commands out, without a door to the world."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from bridge.app.adding.batches import FilesListed
from bridge.app.arriving.reading import Looked
from bridge.app.compose import compose_core
from bridge.app.identify import Identified
from bridge.app.loop.arrivals import Arrivals
from bridge.app.loop.event_bus import EventBus
from bridge.model import Analysis, AudioFormat, Bounce, Finding, Measurement
from bridge.model.events import Event
from bridge.settings.config import Config
from bridge.settings.home import home
from bridge.store import NewBounce
from bridge.worker.protocol import Died, Done, Failed, Progressed, Ready


def watching(folder: Path, **more: Any) -> Config:
    """Return settings that watch a folder."""
    settings = {"watch": {"folders": [str(folder)]}, **more}
    config: Config = msgspec.convert(settings, Config)
    return config


class House:
    """A core, its store, and what it has published."""

    def __init__(self, folder: Path, config: Config | None = None, wall: Callable[[], float] = time.time) -> None:
        self.folder = folder / "Bounces"
        self.folder.mkdir(exist_ok=True)
        self.home = home(str(folder / "home"))
        self.config = config or watching(self.folder)
        self.told: list[Event] = []
        self.arrivals = Arrivals()
        self.bus = EventBus(self.told.append)
        self.stack = ExitStack()
        self.core = compose_core(self.config, self.home, self.arrivals, self.bus, self.stack, wall)
        self.store = self.core.store
        self.song_service = self.core.song_service

    def close(self) -> None:
        """End it in good order."""
        self.stack.close()

    def is_at_work(self) -> bool:
        """Tell whether something is left to do."""
        core = self.core
        return bool(core.intake.is_waiting or core.adding.is_busy or self.store.jobs.by_state("queued", "running"))

    def work(self) -> None:
        """Let time pass until nothing is left to do, as the loop of a bridge does."""
        while self.is_at_work():
            self.core.inbox.tick()
            self.core.adding.tick()
            self.core.intake.tick(time.monotonic())
            self.core.job_queue.tick()
            for arrival in self.arrivals.take(0.1):
                if isinstance(arrival, Identified):
                    bounce = self.core.intake.identified(arrival, time.monotonic())
                    if bounce is not None:
                        self.core.inbox.on_bounce(arrival.path, bounce)
                elif isinstance(arrival, Looked):
                    self.core.intake.found(arrival, time.monotonic())
                elif isinstance(arrival, FilesListed):
                    self.core.adding.listed(arrival)
                elif isinstance(arrival, Ready | Progressed | Done | Failed | Died):
                    self.core.job_queue.on_message(arrival)

    def recorded(self, name: str, *findings: Finding, song: str = "Tide", examined: bool = True) -> Bounce:
        """Record a bounce without a sound; a file of that name, if there is one, is taken as it stands."""
        path = self.folder / name
        path.touch()
        stat = path.stat()
        new = NewBounce(
            path, stat.st_size, stat.st_mtime_ns, name, song, song.casefold(), str(self.folder), "", "folder"
        )
        bounce, _ = self.store.bounces.record(new)
        if examined:
            job = self.store.jobs.add("analyse", path, "{}", name, bounce.id)
            sound = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
            level = Measurement(integrated_lufs=-16.0, true_peak_dbtp=-1.0)
            analysis = Analysis(file=name, sha256=name, format=sound, measurement=level, findings=findings)
            data = msgspec.json.encode(analysis).decode()
            self.store.results.add_analysis(bounce.id, job.id, "fine", data)
            self.store.jobs.end(job.id, "done")
        return bounce
