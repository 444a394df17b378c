"""What the pages read of the store, over a connection of their own that cannot write."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bridge.files.presence import MissingFile, Presence
from bridge.model import Bounce, BusWarning
from bridge.pathtext import to_path
from bridge.policy.bus.guard_texts import ANSWER_LABELS, seen_where
from bridge.policy.mastering.presets import load_presets
from bridge.policy.mastering.targets import load_targets
from bridge.settings.config import Config
from bridge.songs.comparisons import ComparisonState, comparison_state
from bridge.songs.replies import Replies
from bridge.songs.service import SongService
from bridge.store import Store, StoredMaster
from bridge.web.records import Sound, StandingWarning
from bridge.web.sounds import Sounds


class _Choice(Struct, frozen=True):
    answer: str
    label: str


class _Asked(Struct, frozen=True):
    """What a DAW's adapter asks about itself: that its scripts are older, and may be renewed."""

    key: str
    title: str
    text: str
    answers: tuple[_Choice, ...] = ()


def _of_a_daw(asked: _Asked) -> StandingWarning:
    answers = tuple((choice.answer, choice.label) for choice in asked.answers)
    return StandingWarning(id=asked.key, song_id=None, title=asked.title, message=asked.text, answers=answers)


class PageReader:
    """Reads for the pages' server; the connection is opened by, and belongs to, the first thread that reads.

    Parameters
    ----------
    store_path, config
        The store, and the person's settings.
    settings_folder
        Where a person's own targets and presets lie, beside the configuration; None: there are none.
    wall
        POSIX seconds.
    """

    def __init__(
        self,
        store_path: Path,
        config: Config,
        settings_folder: Path | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self._path = store_path
        self._wall = wall
        self._opened: Store | None = None
        self._presence = Presence()
        own = settings_folder or Path()
        self.targets = load_targets(own / "targets.toml" if settings_folder else None)
        self.presets = load_presets(own / "presets.toml" if settings_folder else None)

    @property
    def store(self) -> Store:
        """The store, opened when it is first read; raises `StoreError` when it cannot be."""
        if self._opened is None:
            self._opened = Store.open(self._path, read_only=True)
        return self._opened

    @property
    def songs(self) -> SongService:
        """What people said about their songs."""
        return SongService(self.store, self.config, self._wall)

    @property
    def replies(self) -> Replies:
        """What modes ask, and the answers."""
        return Replies(self.store, self._wall)

    @property
    def sounds(self) -> Sounds:
        """The sound files behind the pages."""
        return Sounds(self.store)

    def missing(self, bounces: Iterable[Bounce]) -> dict[int, MissingFile]:
        """Return what of the files of bounces is missing, asked once and not waited for long."""
        paths = {to_path(bounce.path): bounce.id for bounce in bounces}
        return {paths[path]: missing for path, missing in self._presence.missing(paths).items()}

    def close(self) -> None:
        """Close the connection; called from the thread that reads."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def warnings(self) -> list[StandingWarning]:
        """Return all warnings that stand, as the running bridge last published them; none when it does not run."""
        published = self.store.runtime.published("bridge")
        if published is None or not published[0].get("running"):
            return []
        asked = [daw["notice"] for daw in published[0].get("daws", []) if daw.get("notice")]
        return [
            StandingWarning(
                id=warning.id,
                song_id=warning.song_id,
                title=seen_where(warning),
                message=f"{warning.why} {warning.remedy}",
                answers=tuple((answer, ANSWER_LABELS[answer]) for answer in warning.answers),
            )
            for warning in msgspec.convert(published[0].get("warnings", []), list[BusWarning])
        ] + list(map(_of_a_daw, msgspec.convert(asked, list[_Asked])))

    def titled(self, masters: Sequence[StoredMaster]) -> tuple[StoredMaster, ...]:
        """Return masters newest first, each with its target's name for people."""
        return tuple(replace(master, target=self.target_title(master.target)) for master in reversed(masters))

    def target_title(self, name: str) -> str:
        """Return a target's name for people; its key when it is not known any more."""
        target = self.targets.get(name)
        return target.title if target is not None else name

    def rest_until(self, bounce: Bounce) -> float | None:
        """Return until when a bounce rests, POSIX seconds; None when it does not."""
        rest = self.songs.rest(bounce)
        return rest.until if rest is not None and not rest.is_over else None

    def comparison(self, a: Sound, b: Sound) -> ComparisonState | None:
        """Return how B differs from A, as far as that is known; None when one of them is not known."""
        first, second = self.sounds.known(a), self.sounds.known(b)
        return comparison_state(self.store, first, second) if first is not None and second is not None else None
