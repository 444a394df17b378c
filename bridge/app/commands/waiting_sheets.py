"""Sheets that were written inside a project before it had a bounce."""

import logging

import msgspec

from bridge.app.commands.records import Done, Outcome, Refused, WriteSheet, command_from_json, refuse, to_json
from bridge.app.commands.song_commands import PROJECT, SongCommands
from bridge.errors import FreshEarsError, StoreError
from bridge.model import Bounce
from bridge.store import Store, StoredCommand

log = logging.getLogger(__name__)


class WaitingSheets:
    """Belongs to the bridge's own thread."""

    def __init__(self, store: Store, songs: SongCommands) -> None:
        self._store = store
        self._songs = songs

    def adopt(self, bounce: Bounce) -> None:
        """Give a bounce the sheets that wait for the first one of its project.

        Belongs into the transaction that records the bounce: its report shows what its sheet says.
        """
        project = self._store.sessions.project_of_bounce(bounce.id)
        for row in self._store.commands.waiting(f"{PROJECT}{project}") if project else ():
            outcome = self._settle(row, bounce)
            self._store.commands.end(row.id, "done" if isinstance(outcome, Done) else "refused", to_json(outcome))

    def _settle(self, row: StoredCommand, bounce: Bounce) -> Outcome:
        try:
            command = command_from_json(row.data)
            if not isinstance(command, WriteSheet):
                raise refuse("wrong", "Only sheets wait for a project's first bounce.")
            return self._songs.sheet_for(command, bounce)
        except StoreError:
            raise
        except (FreshEarsError, msgspec.DecodeError) as error:
            log.warning("a sheet for %s could not be kept: %s", bounce.path, error)
            return Refused(kind="wrong", text=str(error))
