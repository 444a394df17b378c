"""Threads that read in the folders, one for each: a drive that hangs costs its own folder and nothing else."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any


class DaemonExecutor(Executor):
    """Does one thing after the other in a thread of its own, which nobody waits for at the end.

    The threads of ``concurrent.futures`` are joined when Python ends; one that hangs in a system call would keep it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_ended = False

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
                do()


class FolderHands:
    """An executor for each watched folder, and one for all other places."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._by_folder = {folder: DaemonExecutor(f"reading {folder.name}") for folder in folders}
        self._elsewhere = DaemonExecutor("reading")

    def of(self, path: Path) -> Executor:
        """Return who reads a file."""
        for folder in (path, *path.parents):
            if folder in self._by_folder:
                return self._by_folder[folder]
        return self._elsewhere

    def watch(self, folders: tuple[Path, ...]) -> None:
        """Have hands for these folders, too; those of others end what they have begun."""
        for folder in folders:
            self._by_folder.setdefault(folder, DaemonExecutor(f"reading {folder.name}"))

    def stop(self) -> None:
        """Begin nothing more."""
        for executor in (*self._by_folder.values(), self._elsewhere):
            executor.shutdown()
