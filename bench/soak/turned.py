"""The real bridge in this process, with clocks that are turned and a worker that works where it is asked."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import bridge.app.bridge
import bridge.app.compose
from bridge.app.bridge import Bridge
from bridge.app.compose import compose_core
from bridge.app.doors import open_doors
from bridge.app.loop.daily_backup import DailyBackup
from bridge.app.loop.locking import wait_for_lock
from bridge.errors import FreshEarsError
from bridge.model.events import Event, PartFailed
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.worker.jobs import JOB_TYPES
from bridge.worker.protocol import Done, Failed, Ready, WorkerMessage

_REAL_WAIT_S = 0.002
_BUSY_STEP_S = 0.25
_MOST_TURNS = 5000


class Clock:
    """Both clocks of a program, in step."""

    def __init__(self, at: float) -> None:
        self.at = at
        self._began_at = at
        self._wrong_s = 0.0

    @contextmanager
    def set_back(self, seconds: float) -> Iterator[None]:
        """Set the wall clock back for as long as that lasts; the other one goes on."""
        self._wrong_s = seconds
        yield
        self._wrong_s = 0.0

    def wall(self) -> float:
        return self.at - self._wrong_s

    def monotonic(self) -> float:
        return 1000.0 + self.at - self._began_at

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let everything that asks for the time ask this clock; Python's own queues and locks do not."""
        with patch.object(time, "time", self.wall), patch.object(time, "monotonic", self.monotonic):
            yield


class WorkerHere:
    """A worker without a process: a job is done at once, and its outcome posted as the process would."""

    def __init__(self, _lock_path: Path, post: Callable[[WorkerMessage], None], launched: object = None) -> None:
        self._post = post
        self.is_alive = False
        self.starts = 0

    def start(self) -> None:
        self.is_alive = True
        self.starts += 1
        self._post(Ready(0))

    def run(self, job: int, kind: str, params: str) -> None:
        self.is_alive = True
        try:
            self._post(Done(job, JOB_TYPES[kind].run_as_json(params, lambda _: None, lambda: False)))
        except FreshEarsError as error:
            self._post(Failed(job, str(error)))

    def use_threads(self, threads: int) -> None:
        """It has the threads it has."""

    def cancel(self, job: int) -> None:
        """Nothing can be cancelled that is done at once."""

    def kill(self) -> None:
        self.is_alive = False

    stop = kill


class TurnedBridge:
    """A bridge whose time passes when it is told to."""

    def __init__(self, config: Config, home: Home, clock: Clock, on_event: Callable[[Event], None]) -> None:
        self.clock = clock
        self.faults: list[str] = []
        self._stack = ExitStack()
        self._stack.enter_context(clock.in_place())
        self._stack.enter_context(patch.object(bridge.app.compose, "WorkerClient", WorkerHere))
        self._stack.enter_context(patch.object(bridge.app.bridge, "_TICK_S", 0.0))
        self._bridge = Bridge(config, home, (self._note, on_event))
        self._bridge._backups = DailyBackup(home.store_path, clock.monotonic, clock.wall)  # noqa: SLF001
        bus, arrivals = self._bridge._bus, self._bridge._arrivals  # noqa: SLF001
        assert wait_for_lock(home, bus.publish, self._bridge._stopping, self._stack)  # noqa: SLF001
        self.core = compose_core(config, home, arrivals, bus, self._stack, clock.wall)
        self.doors = open_doors(config, home, self.core, arrivals, bus, self._stack)
        bus.fence.once("failed jobs", self.core.retries.at_start)

    def close(self) -> None:
        """End it in good order."""
        self._stack.close()

    @property
    def is_busy(self) -> bool:
        """Tell whether anything is to do now."""
        jobs = self.core.store.jobs.by_state("queued", "running")
        return bool(self.core.intake.is_waiting or jobs or self.core.store.results.without_report())

    def pass_time(self, seconds: float, step_s: float) -> int:
        """Let time pass; in small steps while something is to do. Return how often the loop turned."""
        ends_at = self.clock.at + seconds
        turns = 0
        while self.clock.at < ends_at:
            self._bridge._turn(self.core, self.doors)  # noqa: SLF001
            turns += 1
            if self.is_busy:
                self.clock.at += min(_BUSY_STEP_S, ends_at - self.clock.at)
                _really_wait(_REAL_WAIT_S)  # for the threads that read and write files
            else:
                self.clock.at += min(step_s, ends_at - self.clock.at)
        return turns

    def until(self, condition: Callable[[], object]) -> None:
        """Turn, without letting the clock pass, until what other threads do on their own has happened."""
        for _ in range(_MOST_TURNS):
            if condition():
                return
            self._bridge._turn(self.core, self.doors)  # noqa: SLF001
            _really_wait(_REAL_WAIT_S)

    def _note(self, event: Event) -> None:
        if isinstance(event, PartFailed):
            self.faults.append(f"{event.part}: {event.reason}")


_really_wait = time.sleep
