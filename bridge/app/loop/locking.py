"""One process at a time carries out what the store holds: a running bridge, or a command that does without one."""

import threading
from contextlib import ExitStack

from bridge.errors import AlreadyRunningError
from bridge.filelock import FileLock
from bridge.model.events import EventHandler, StartWaits
from bridge.settings.home import Home

A_BRIDGE = "freshears run"
_LOOK_S = 0.1


def is_bridge(what: str) -> bool:
    """Tell whether it is a bridge that holds the lock; one of an older version does not say what it is."""
    return what in {"", A_BRIDGE}


def wait_for_lock(home: Home, publish: EventHandler, stopping: threading.Event, stack: ExitStack) -> FileLock | None:
    """Acquire the lock of a store for a bridge, free it when ``stack`` ends; None when stopped before.

    A command of the command line is waited for, which is said once: it ends by itself when its work is done.

    Raises
    ------
    AlreadyRunningError
        Another bridge uses the same store.
    """
    lock = FileLock(home.lock_path)
    said = False
    while not lock.acquire(A_BRIDGE):
        holder = lock.holder()
        if holder is not None and is_bridge(holder.what):
            raise AlreadyRunningError(
                f"a bridge is already running (process {holder.pid}) with {home.store_path}; "
                "stop that one first, or give this one another place with FRESHEARS_HOME"
            )
        if holder is not None and not said:
            publish(StartWaits(holder.pid, holder.what))
            said = True
        if stopping.wait(_LOOK_S):
            return None
    stack.callback(lock.release)
    return lock
