"""The guard at work: one state per project, kept in the store, stepped by snapshots, answers and time."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import get_args

import msgspec

from bridge.app.news import Listener, WarningCleared, WarningRaised
from bridge.app.songbook import Songbook
from bridge.model import Answer, BusWarning, GivenAnswer, Mode, ModeChange, Purpose, SessionSnapshot
from bridge.policy import modes
from bridge.policy.guard import active_items, before_bounce, bounce_landed, step
from bridge.policy.guard_state import (
    BusItem,
    GuardSettings,
    GuardState,
    GuardStep,
    bus_at_bounce,
    disconnected,
    project_key,
)
from bridge.policy.plugins import PluginList, classify
from bridge.store import Store
from bridge.watch.naming import song_key

log = logging.getLogger(__name__)

STEP_S = 1.0


class Conscience:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, book
        Where the states are kept between runs, and what is known of the songs.
    settings
        When the guard speaks.
    tell
        Hears of warnings that are raised and cleared.
    own
        The person's own list of plug-ins.
    wall
        POSIX seconds.
    """

    def __init__(
        self,
        store: Store,
        book: Songbook,
        settings: GuardSettings,
        tell: Listener,
        own: PluginList | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._book = book
        self._settings = settings
        self._tell = tell
        self._wall = wall
        self._states: dict[str, GuardState] = {}
        self._names: dict[str, str] = {}  # project → name of its session
        self._standing: dict[str, tuple[BusWarning, ...]] = {}
        self._shown_in: dict[str, str] = {}  # DAW → project it shows
        self._stepped_at = 0.0
        self._purpose_of: Callable[[str], Purpose] = lru_cache(maxsize=4096)(lambda name: classify(name, own).purpose)

    def saw(self, snapshot: SessionSnapshot) -> None:
        """Take the state of a session."""
        project = project_key(snapshot)
        before = self._shown_in.get(snapshot.daw)
        if before is not None and before != project:
            self.gone(snapshot.daw)
        self._shown_in[snapshot.daw] = project
        self._names[project] = snapshot.project_name
        self._guess(project, snapshot)
        self._step(project, snapshot)

    def gone(self, daw: str) -> None:
        """Take that a DAW was closed or shows another project: its warnings stand no longer."""
        project = self._shown_in.pop(daw, None)
        if project is not None:
            self._states[project] = disconnected(self._state(project), daw)
            self._step(project, None)

    def answered(self, warning_id: str, word: str, at: float) -> bool:
        """Take an answer to a warning that stands; False when nothing such stands or it offers no such answer."""
        if word not in get_args(Answer):
            return False
        answer: Answer = msgspec.convert(word, Answer)
        for project, warnings in self._standing.items():
            for warning in warnings:
                if warning.id == warning_id and answer in warning.answers:
                    self._take(project, warning, answer, at)
                    return True
        return False

    def _take(self, project: str, warning: BusWarning, answer: Answer, at: float) -> None:
        song_id = self.song_id(project)
        self._store.results.log("answer", {"seen": warning.seen, "answer": answer}, song_id=song_id)
        if answer == "switch-to-mastering":
            self.set_mode(project, "mastering")
        self._step(project, None, GivenAnswer(warning_id=warning.id, answer=answer, at=at))

    def items(self, snapshot: SessionSnapshot) -> tuple[BusItem, ...]:
        """Return what is at work on the master bus of a session, without taking note of it."""
        return active_items(snapshot, self._purpose_of)

    def landing(self, project: str) -> tuple[BusItem, ...]:
        """Return what a bounce of this project that lands now was made through."""
        return bus_at_bounce(self._state(project))

    def landed(self, project: str) -> None:
        """Take that a bounce of this project has landed."""
        state = self._state(project)
        self._keep(project, state, bounce_landed(state, self.mode(project), self._wall(), self._settings))

    def tick(self) -> None:
        """Let time pass."""
        now = self._wall()
        if abs(now - self._stepped_at) >= STEP_S:
            self._stepped_at = now
            for project in set(self._shown_in.values()):
                self._step(project, None)

    def standing(self, project: str | None = None) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, of one project or of all."""
        if project is not None:
            return self._standing.get(project, ())
        return tuple(warning for warnings in self._standing.values() for warning in warnings)

    def before_bounce(self, project: str) -> tuple[str, ...]:
        """Return what a person should hear before this project is bounced now."""
        return before_bounce(self._state(project))

    def song_id(self, project: str) -> int | None:
        """Return the song a project's bounces go to, None before the first one."""
        key = song_key(self._names.get(project, ""))
        found = [song for song in self._store.bounces.songs() if key and song_key(song.name) == key]
        return found[-1].id if found else None

    def mode(self, project: str) -> Mode:
        """Return what is done to this project: mixing until something says otherwise."""
        return self.mode_known(project).mode

    def mode_known(self, project: str) -> ModeChange:
        """Return the mode of this project and where it is known from."""
        song_id = self.song_id(project)
        own = self._store.conscience.modes(project=project)
        if song_id is not None:
            history = self._store.conscience.modes(song_id=song_id)
            if history or not own:
                return modes.current(history)
        return modes.current(own)

    def set_mode(self, project: str, mode: Mode) -> None:
        """Keep what the person said inside a session."""
        song_id = self.song_id(project)
        if song_id is not None:
            self._book.say_mode(song_id, mode, "you said so in your DAW")
        else:
            change = modes.by_person(mode, self._wall(), "you said so in your DAW")
            self._store.conscience.add_mode(change, project=project)

    def _guess(self, project: str, snapshot: SessionSnapshot) -> None:
        """Take what a session looks like, where nothing better is known."""
        looks = modes.guess(snapshot.track_count, holds_own_bounce=False, at=self._wall())
        song_id = self.song_id(project)
        if looks is not None and song_id is not None and not self._store.conscience.modes(song_id=song_id):
            self._store.conscience.add_mode(looks, song_id=song_id)

    def _state(self, project: str) -> GuardState:
        if project not in self._states:
            kept = self._store.conscience.guard(project)
            try:
                state = msgspec.json.decode(kept, type=GuardState) if kept else GuardState(project=project)
            except msgspec.DecodeError:
                log.warning("what was known of the master bus of %s cannot be read; it is watched anew", project)
                state = GuardState(project=project)
            self._states[project] = state
        return self._states[project]

    def _step(self, project: str, snapshot: SessionSnapshot | None, *answers: GivenAnswer) -> None:
        state = self._state(project)
        mode = self.mode(project)
        done = step(state, snapshot, answers, mode, self._wall(), self._settings, self._purpose_of)
        self._keep(project, state, done)

    def _keep(self, project: str, before: GuardState, done: GuardStep) -> None:
        self._states[project] = done.state
        self._standing[project] = (*done.to_keep, *done.to_raise)
        # Concerns and answers are worth a write; the clock of the last step and times that merely pass are not.
        if _worth_keeping(before) != _worth_keeping(done.state) or done.to_raise or done.to_clear:
            self._store.conscience.set_guard(project, done.state)
        for warning in done.to_raise:
            log_data = {"seen": warning.seen, "why": warning.why, "kind": warning.kind}
            self._store.results.log("warning", log_data, song_id=self.song_id(project))
            self._tell(WarningRaised(warning))
        for warning_id in done.to_clear:
            self._tell(WarningCleared(warning_id))


def _worth_keeping(state: GuardState) -> tuple[object, ...]:
    concerns = {
        kind: (concern.generation, concern.warning, concern.muted, concern.fired)
        for kind, concern in state.concerns.items()
    }
    return state.accepted, state.remind, state.resting_bus, concerns
