"""What a DAW's panel needs of the stored results of a bounce, read once for as long as the store stays as it is."""

from typing import NamedTuple

from bridge.store import Store, StoredAnalysis


class BounceResults(NamedTuple):
    """What was found in a bounce, and where its newest master is; None: not yet."""

    analysis: StoredAnalysis | None
    master_path: str | None


class BounceResultsCache:
    """A panel is made anew every second; analyses change once in a while. From the bridge's own thread only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, BounceResults] = {}
        self._known_at = (-1, -1)

    def of(self, bounce_id: int) -> BounceResults:
        """Return the results of a bounce."""
        state = self._store.database.state()
        if state != self._known_at:
            self._known_at = state
            self._known.clear()
        if bounce_id not in self._known:
            results = self._store.results
            self._known[bounce_id] = BounceResults(results.analysis(bounce_id), results.newest_master_path(bounce_id))
        return self._known[bounce_id]
