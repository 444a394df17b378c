"""Parts of mixes as they come in: kept as a set, told once for all that came together."""

from collections.abc import Callable
from pathlib import Path

from bridge.model.events import EventHandler, StemsKept
from bridge.pathtext import to_text
from bridge.songs.naming import song_key
from bridge.songs.places import Place, stems_folder
from bridge.store import Store
from bridge.watch.settle import Stamp

QUIET_S = 3.0  # ours: when no further one has come for as long, all are there


class StemIntake:
    """All methods are called from the bridge's own thread."""

    def __init__(self, store: Store, publish: EventHandler, roots: Callable[[], tuple[Path, ...]]) -> None:
        self._store = store
        self._publish = publish
        self._roots = roots
        self._untold: dict[tuple[str, str], tuple[int, float]] = {}  # (song, folder) → how many, when the last one came

    def keep(self, path: Path, stamp: Stamp, place: Place, now_s: float) -> None:
        """Keep a part with its set."""
        folder = Path(stems_folder(path.parent, self._roots()) or path.parent)
        song = to_text(place.name.song)
        self._store.landings.add_stem(folder, song_key(song), song, path, to_text(place.name.label), stamp)
        count, _ = self._untold.get((song, to_text(folder)), (0, 0.0))
        self._untold[song, to_text(folder)] = count + 1, now_s

    def tick(self, now_s: float) -> None:
        """Tell of the sets that have come to rest."""
        for (song, folder), (count, last_s) in list(self._untold.items()):
            if not 0.0 <= now_s - last_s < QUIET_S:
                del self._untold[song, folder]
                self._publish(StemsKept(song, folder, count))
