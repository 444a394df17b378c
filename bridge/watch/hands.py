"""Threads that work in the folders: a drive that hangs costs its own folder and nothing else.

Each folder has a thread for each kind of work, so that a question is not kept waiting by a long file. Only these
threads touch the bounce folders; the bridge's own asks them, and waits no longer than `ANSWER_S` for an answer.
"""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, ParamSpec, TypeVar

from bridge.errors import DriveHangsError

Work = Literal["looking", "asking", "reading", "writing"]
P = ParamSpec("P")
T = TypeVar("T")

ANSWER_S = 0.25  # ours: a network drive answers in a few hundredths; a ping, too, waits for as long
HANGS_AFTER_S = 4.0  # ours: a disk that has to spin up first takes a few seconds; its folder is told of after these
WRITTEN_S = 1.0  # ours: a page of text on a slow disk; the person waits for it, and so do all others
_MOST_LEFT = 8  # ours: threads outside of the folders that never came back; after these, nothing there answers


class DaemonExecutor(Executor):
    """Does one thing after the other in a thread of its own, which nobody waits for at the end.

    The threads of ``concurrent.futures`` are joined when Python ends; one that hangs in a system call would keep it.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_ended = False
        self._since_s: float | None = None
        self.is_late = False  # somebody has stopped waiting for what is being done

    @property
    def busy_s(self) -> float:
        """Return for how long nothing has been heard of what is being done; 0 when nothing is."""
        since_s = self._since_s
        return 0.0 if since_s is None else self._clock() - since_s

    def beat(self) -> None:
        """Note that what is being done goes on; called by it, between two calls to the drive."""
        self._since_s = self._clock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Do something later; raises `RuntimeError` after `shutdown`."""
        if self._is_ended:
            raise RuntimeError(f"{self._name} has ended")
        future: Future[Any] = Future()

        def do() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 - it is the future that has it
                    future.set_exception(error)

        self._todo.put(do)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing more after what is being done now; it is not waited for, whatever ``wait`` says."""
        self._is_ended = True
        self._todo.put(None)

    def _work(self) -> None:
        while (do := self._todo.get()) is not None:
            if not self._is_ended:
                self.beat()
                do()
                self._since_s, self.is_late = None, False


class FolderHands:
    """Threads for each watched folder, and for all other places together; started when they are first needed.

    All methods are called from the bridge's own thread, or from one other thread.
    """

    def __init__(self, folders: tuple[Path, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._folders: list[tuple[str, Path]] = []
        self.watch(folders)
        self._clock = clock
        self._lanes: dict[tuple[Path | None, Work], DaemonExecutor] = {}
        self._left: list[DaemonExecutor] = []  # outside of the folders, hanging when they were needed

    def watch(self, folders: tuple[Path, ...]) -> None:
        """Have threads for these folders from now on; those of others end what they have begun."""
        # The innermost first, and by its text: ten thousand files are asked for in a second.
        self._folders = [(os.path.join(folder, ""), folder) for folder in sorted(folders, reverse=True)]  # noqa: PTH118

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the watched folders."""
        return tuple(folder for _, folder in self._folders)

    def folder_of(self, path: Path) -> Path | None:
        """Return the watched folder a path is named in, None for one that lies elsewhere."""
        text = os.path.join(path, "")  # noqa: PTH118
        return next((folder for prefix, folder in self._folders if text.startswith(prefix)), None)

    def of(self, path: Path, work: Work = "reading") -> DaemonExecutor:
        """Return who does a kind of work where a path lies."""
        folder = self.folder_of(path)
        lane = self._lanes.get((folder, work))
        if lane is not None and folder is None and self._keeps_waiting(lane) and work == "asking":
            lane = self._without_those_that_hang(lane)
        if lane is None:
            name = f"{work}{'' if folder is None else f' in {folder.name}'}"
            lane = self._lanes[folder, work] = DaemonExecutor(name, self._clock)
        return lane

    def ask(self, path: Path, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a quick call says that touches the drive of ``path``.

        Raises
        ------
        DriveHangsError
            No answer in `ANSWER_S`. A drive that is known to hang is not waited for.
        """
        lane = self.of(path, "asking")
        if not self._keeps_waiting(lane) and not self.hangs(path):
            answer: Future[T] = lane.submit(fn, *args, **kwargs)
            try:
                return answer.result(ANSWER_S)
            except FutureTimeoutError:
                if answer.done():  # it is the call's own
                    raise
                lane.is_late = not answer.cancel()
        raise DriveHangsError(f"{self.folder_of(path) or path}: does not answer; it goes on when the drive is back")

    def write(self, path: Path, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Have something written where ``path`` is, and return what that says.

        Raises
        ------
        DriveHangsError
            It is not written within `WRITTEN_S`; it still is when the drive is back.
        """
        written: Future[T] = self.of(path, "writing").submit(fn, *args, **kwargs)
        try:
            return written.result(0.0 if self.hangs(path) else WRITTEN_S)
        except FutureTimeoutError:
            if written.done():  # it is the call's own
                raise
        raise DriveHangsError(f"{self.folder_of(path) or path}: does not answer; it is written when the drive is back")

    def hanging(self) -> tuple[Path, ...]:
        """Return the watched folders that have not answered for a while."""
        return tuple(folder for _, folder in self._folders if self.hangs(folder))

    def hangs(self, path: Path) -> bool:
        """Tell whether the watched folder a path lies in has not answered for a while."""
        folder = self.folder_of(path)
        works: tuple[Work, ...] = ("looking", "asking")
        lanes = (self._lanes.get((folder, work)) for work in works)
        return folder is not None and any(lane is not None and lane.busy_s > HANGS_AFTER_S for lane in lanes)

    def stop(self) -> None:
        """Begin nothing more."""
        for executor in (*self._lanes.values(), *self._left):
            executor.shutdown()

    @staticmethod
    def _keeps_waiting(lane: DaemonExecutor) -> bool:
        """Tell whether a question would wait in vain; a thread that began late is not busy for as long as its asker."""
        return lane.busy_s > (0.0 if lane.is_late else ANSWER_S)

    def _without_those_that_hang(self, hanging: DaemonExecutor) -> DaemonExecutor | None:
        """Outside of the folders one place that hangs must not stand for all others; None: make another thread."""
        self._left = [lane for lane in self._left if lane.busy_s > 0.0]
        if len(self._left) >= _MOST_LEFT:
            return hanging
        hanging.shutdown()
        self._left.append(hanging)
        return None
