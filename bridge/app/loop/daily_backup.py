"""A backup of the store a day, made by a thread of its own while the bridge goes on."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bridge.errors import StoreDamagedError, StoreError
from bridge.store import back_up, daily_path

log = logging.getLogger(__name__)

FIRST_S = 60.0  # ours: who starts the bridge wants to work, not to wait for a copy
EVERY_S = 60.0
AGAIN_S = 3600.0  # ours: a disk that is full now may have room in an hour

MakeBackup = Callable[[Path, str], object]


class DailyBackup:
    """`tick` is called from the bridge's own thread.

    Parameters
    ----------
    store_path
        Of what.
    clock, wall
        The two clocks.
    make
        Makes a copy for a day; another one in tests.
    """

    def __init__(
        self,
        store_path: Path,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        make: MakeBackup = back_up,
    ) -> None:
        self._path = store_path
        self._wall = wall
        self._make = make
        self._next_s = clock() + FIRST_S
        self._thread: threading.Thread | None = None
        self._damage: StoreDamagedError | None = None
        self._failed = False

    def tick(self, now_s: float) -> None:
        """Begin the day's backup when it is due.

        Raises
        ------
        StoreDamagedError
            The last one found the store damaged.
        """
        damage, self._damage = self._damage, None
        if damage is not None:
            raise damage
        if self._failed:
            self._failed = False
            self._next_s = now_s + AGAIN_S
        if now_s < self._next_s or (self._thread is not None and self._thread.is_alive()):
            return
        self._next_s = now_s + EVERY_S
        day = time.strftime("%Y-%m-%d", time.localtime(self._wall()))
        if daily_path(self._path, day).exists():
            return
        self._thread = threading.Thread(target=self._back_up, args=(day,), name="backup", daemon=True)
        self._thread.start()

    def renew(self) -> None:
        """Look at the next `tick` whether it is another day: the clock has jumped."""
        self._next_s = 0.0

    def join(self) -> None:
        """Wait for the backup that is being made."""
        if self._thread is not None:
            self._thread.join()

    def _back_up(self, day: str) -> None:
        try:
            self._make(self._path, day)
        except StoreDamagedError as error:
            self._damage = error
        except StoreError as error:
            self._failed = True
            log.warning("no backup today: %s", error)
