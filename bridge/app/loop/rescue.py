"""A running bridge whose store is damaged, taken away or replaced: saved, repaired, and gone on with."""

import logging
import time
from collections.abc import Callable

from bridge.errors import StoreDamagedError, StoreError
from bridge.model.events import EventHandler, StoreRepaired
from bridge.settings.home import Home
from bridge.store import Store, repair_store

log = logging.getLogger(__name__)

MOST_REPAIRS = 3  # ours: within an hour; a disk that breaks a store that often is no place for one
WITHIN_S = 3600.0


class Rescue:
    """Belongs to the bridge's own thread.

    Parameters
    ----------
    home
        Whose store.
    publish
        Hears what a repair came to.
    clock, wall
        The two clocks.
    """

    def __init__(
        self,
        home: Home,
        publish: EventHandler,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._path = home.store_path
        self._copy = home.store_path.with_name(f"{home.store_path.name}.kept")
        self._publish = publish
        self._clock = clock
        self._wall = wall
        self._repairs_s: list[float] = []
        self._was_open = False

    def at_start(self) -> None:
        """Go on with what a bridge that was ended in the middle of it had kept, if the store is still gone.

        Raises
        ------
        StoreError
            It could not be put in its place.
        """
        if self._copy.exists() and not self._path.exists():
            self.repair(StoreDamagedError(f"{self._path}: was taken away while it was in use"))

    def opened(self) -> None:
        """Note that the store was ours to use: whatever lies in its place now is put aside."""
        self._was_open = True

    def keep(self, store: Store) -> None:
        """Copy what is still open, before it is closed: of a file that was taken away that is all there is."""
        self._copy.unlink(missing_ok=True)
        try:
            store.database.must_be_in_place()
        except StoreDamagedError:
            try:
                store.database.copy_to(self._copy)
            except StoreError as error:
                log.warning("what was open could not be kept: %s", error)

    def repair(self, damage: StoreDamagedError) -> None:
        """Put a sound store in its place, and say so.

        Raises
        ------
        StoreError
            It could not be repaired, or was damaged again and again.
        """
        now_s = self._clock()
        self._repairs_s = [at_s for at_s in self._repairs_s if now_s - at_s < WITHIN_S]
        if len(self._repairs_s) >= MOST_REPAIRS:
            raise StoreError(f"{damage}; that was the {MOST_REPAIRS + 1}th time within an hour: look at its disk")
        self._repairs_s.append(now_s)
        log.warning("%s", damage)
        copy = self._copy if self._copy.exists() else None
        found = repair_store(self._path, self._wall(), copy=copy, was_ours=self._was_open)
        log.warning("%s", found.sentence)
        self._publish(StoreRepaired(str(damage), found.sentence))
