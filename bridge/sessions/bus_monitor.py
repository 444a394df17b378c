"""The guard at work: one state per project, kept in the store, stepped by snapshots, answers and time."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import get_args

import msgspec
from msgspec.structs import replace

from bridge.daw.projects.reading import home_of
from bridge.errors import FreshEarsError
from bridge.model import Answer, BusItem, BusWarning, GivenAnswer, Hazard, Purpose, SessionSnapshot
from bridge.model.events import EventHandler, WarningCleared, WarningRaised
from bridge.policy.bus.guard import active_items, before_bounce, bounce_landed, step
from bridge.policy.bus.guard_state import (
    UNSAVED,
    GuardSettings,
    GuardState,
    GuardStep,
    bus_at_bounce,
    disconnected,
    has_answers,
    hazards_at_bounce,
    project_key,
    rekey,
    said_elsewhere,
    unsaved_key,
    with_mixing_of,
    without_answers,
    worth_keeping,
)
from bridge.policy.bus.plugins import PluginList, classify
from bridge.policy.bus.saved import as_saved, at_first_sight, at_once
from bridge.sessions.modes import SessionModes
from bridge.store import Store
from bridge.text import plain_text

log = logging.getLogger(__name__)

STEP_S = 1.0
ONCE_PER_SITTING = frozenset({"same-sitting"})  # whichever of a song's projects is open
JUST_SAVED_S = 60.0  # ours: the scripts say within a second that a project was saved; network drives date files late


def date_of(path: Path) -> float:
    """Return when a file was written, POSIX seconds; raises `OSError`."""
    return path.stat().st_mtime


class BusMonitor:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        Where the states are kept between runs.
    modes
        What is done to each project.
    settings
        When the guard speaks.
    publish
        Hears of warnings that are raised and cleared.
    own
        The person's own list of plug-ins.
    wall
        POSIX seconds.
    date_of
        Says when a file was written; raises what `FreshEarsError` or `OSError` it meets.
    """

    def __init__(
        self,
        store: Store,
        modes: SessionModes,
        settings: GuardSettings,
        publish: EventHandler,
        own: PluginList | None = None,
        wall: Callable[[], float] = time.time,
        date_of: Callable[[Path], float] = date_of,
    ) -> None:
        self._store = store
        self._modes = modes
        self._settings = settings
        self._publish = publish
        self._wall = wall
        self._date_of = date_of
        self._states: dict[str, GuardState] = {}
        self._one_song: dict[str, set[str]] = {}  # project → projects in which the same song is mixed and mastered
        self._standing: dict[str, tuple[BusWarning, ...]] = {}
        self._noticed: dict[str, tuple[BusWarning, ...]] = {}
        self._names: dict[str, str] = {}  # project → name of its session
        self._shown_in: dict[str, str] = {}  # DAW → project it shows
        self._saved: dict[str, SessionSnapshot] = {}  # project → as it was saved, where no DAW shows it
        self._stepped_at = 0.0
        self._purpose_of: Callable[[str], Purpose] = lru_cache(maxsize=4096)(lambda name: classify(name, own).purpose)

    def take_settings(self, settings: GuardSettings) -> None:
        """Speak by these settings from now on."""
        self._settings = settings

    def on_saved(self, snapshot: SessionSnapshot) -> None:
        """Record a project as it was saved; ``seen_at`` is when. What stood there at first sight is not asked about."""
        project = project_key(snapshot)
        self._names[project], self._saved[project] = snapshot.project_name, snapshot
        self._count_the_mixing_of(project, self._modes.on_snapshot(project, snapshot))
        if self._store.sessions.guard(project) is None:
            met = at_first_sight(self._state(project), snapshot, self._settings, self._purpose_of)
            self._store.sessions.set_guard(project, met)
            self._states[project] = met
        # A file may be older than the one it replaces; what is read last holds.
        self._step(project, replace(snapshot, seen_at=self._wall()))

    def is_shown(self, project: str) -> bool:
        """Tell whether a DAW shows a project now."""
        return project in self._shown_in.values()

    def on_snapshot(self, snapshot: SessionSnapshot) -> None:
        """Record the state of a session."""
        project = project_key(snapshot)
        self._saved.pop(project, None)
        self._names[project] = snapshot.project_name
        self._was_saved(project, snapshot)
        before = self._shown_in.get(snapshot.daw)
        if before is not None and before != project:
            self.on_gone(snapshot.daw)
        self._shown_in[snapshot.daw] = project
        self._count_the_mixing_of(project, self._modes.on_snapshot(project, snapshot))
        self._step(project, snapshot)

    def _was_saved(self, project: str, snapshot: SessionSnapshot) -> None:
        """Carry what was known of an unsaved project along to the path it has just been saved to.

        A project that is opened in the place of an unsaved one looks the same, but its file is older than a moment,
        or it is known already.
        """
        unsaved = unsaved_key(snapshot)
        if not (snapshot.project_path and snapshot.project_id) or unsaved not in self._states:
            return
        if self._store.sessions.guard(project) is None and self._is_new(snapshot.project_path):
            self._states[project] = rekey(self._states.pop(unsaved), project)
            for said in (self._standing, self._noticed):
                said[project] = said.pop(unsaved, ())
            self._shown_in[snapshot.daw] = project
            self._store.sessions.rename_project(unsaved, project)
            self._store.sessions.set_guard(project, self._states[project])

    def _is_new(self, path: str) -> bool:
        """Tell whether a file was written a moment ago; not when its drive does not say."""
        try:
            return abs(self._wall() - self._date_of(Path(path))) <= JUST_SAVED_S
        except (OSError, ValueError, FreshEarsError):
            return False

    def on_gone(self, daw: str) -> None:
        """Record that a DAW was closed or shows another project: its warnings stand no longer."""
        project = self._shown_in.pop(daw, None)
        if project is not None:
            self._modes.on_gone(daw, project)
            self._states[project] = disconnected(self._state(project), daw)
            self._step(project, None)

    def answered(self, warning_id: str, word: str, at: float) -> bool:
        """Handle an answer to a warning that stands; False when nothing such stands or it offers no such answer."""
        if word not in get_args(Answer):
            return False
        answer: Answer = msgspec.convert(word, Answer)
        for project in self._standing:
            for warning in (*self._standing[project], *self._noticed[project]):
                if warning.id == warning_id and answer in warning.answers:
                    self._take(project, warning, answer, at)
                    return True
        return False

    def _take(self, project: str, warning: BusWarning, answer: Answer, at: float) -> None:
        song_id = self._modes.song_id(project)
        self._store.history.add("answer", {"seen": warning.seen, "answer": answer}, song_id=song_id)
        if answer == "switch-to-mastering":
            self._modes.say(project, "mastering")
        self._step(project, None, GivenAnswer(warning_id=warning.id, answer=answer, at=at))

    def take_back_answers(self, song_id: int) -> bool:
        """Forget what was answered about the master bus of a song's projects; False when nothing was."""
        known = {*self._states, *self._store.sessions.projects_of_song(song_id)}
        projects = [one for one in known if self._modes.song_id(one) == song_id and has_answers(self._state(one))]
        if projects:
            self._store.history.add("answers-taken-back", {}, song_id=song_id)
        for project in projects:
            self._states[project] = without_answers(self._state(project))
            self._store.sessions.set_guard(project, self._states[project])
            self._step(project, None)
        return bool(projects)

    def items(self, snapshot: SessionSnapshot) -> tuple[BusItem, ...]:
        """Return what is at work on the master bus of a session, without taking note of it."""
        return active_items(snapshot, self._purpose_of)

    def landing(self, project: str) -> tuple[BusItem, ...]:
        """Return what a bounce of this project that lands now was made through."""
        return bus_at_bounce(self._state(project))

    def hazards(self, project: str) -> tuple[Hazard, ...]:
        """Return what a bounce of this project that lands now caught when it was made."""
        return hazards_at_bounce(self._state(project))

    def on_landed(self, project: str, *, reminded: bool = False) -> None:
        """Record that a bounce of this project has landed; ``reminded``: what stood in its way was said before."""
        state, mode = self._state(project), self._modes.mode(project)
        settings = self._settings_of(project)
        self._keep(project, state, bounce_landed(state, mode, self._wall(), settings, reminded=reminded))

    def _settings_of(self, project: str) -> GuardSettings:
        return at_once(self._settings) if project in self._saved else self._settings

    def tick(self) -> None:
        """Let time pass."""
        now_at = self._wall()
        if abs(now_at - self._stepped_at) >= STEP_S:
            self._stepped_at = now_at
            for project, song_ids in self._modes.tick():
                self._count_the_mixing_of(project, song_ids)
            for project in set(self._shown_in.values()):
                self._step(project, None)

    def standing(self, project: str | None = None) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, of one project or of all, each with the song its project belongs to now."""
        return self._with_songs(self._standing, project)

    def noticed(self, project: str | None = None) -> tuple[BusWarning, ...]:
        """Return what has been noticed and is not said yet, of one project or of all, as `standing` does."""
        return self._with_songs(self._noticed, project)

    def _with_songs(self, said: Mapping[str, tuple[BusWarning, ...]], project: str | None) -> tuple[BusWarning, ...]:
        return tuple(
            self._placed(warning, one)
            for one in (said if project is None else (project,))
            for warning in said.get(one, ())
        )

    def _placed(self, warning: BusWarning, project: str) -> BusWarning:
        """Return a warning with the song and the session it belongs to now."""
        name = self._names.get(project, "")
        twins = [other for other, known in self._names.items() if known == name and other != project]
        is_saved = not project.startswith(UNSAVED)
        session = f"{name} ({home_of(project)})" if name and twins and is_saved else name
        if save := self._saved.get(project):
            session += ", " + as_saved(save.seen_at, self._wall(), switches_read=save.switches_read)
        return replace(warning, song_id=self._modes.song_id(project), session=plain_text(session))

    def before_bounce(self, project: str, *, dual_print: bool = False) -> tuple[str, ...]:
        """Return what a person should hear before this project is bounced, or printed twice, now."""
        return before_bounce(self._state(project), dual_print=dual_print)

    def _count_the_mixing_of(self, project: str, song_ids: frozenset[int]) -> None:
        """Count that the mix a mastering session holds was made in another project a while ago, same monitors."""
        if not song_ids:
            return
        state, now_at = self._state(project), self._wall()
        for other in list(self._states):
            if other != project and self._modes.song_id(other) in song_ids:
                state = with_mixing_of(state, self._states[other], now_at, self._settings)
                self._one_song.setdefault(project, set()).add(other)
                self._one_song.setdefault(other, set()).add(project)
        self._states[project] = state

    def _state(self, project: str) -> GuardState:
        if project not in self._states:
            kept = self._store.sessions.guard(project)
            try:
                state = msgspec.json.decode(kept, type=GuardState) if kept else GuardState(project=project)
            except msgspec.DecodeError:
                log.warning("what was known of the master bus of %s cannot be read; it is watched anew", project)
                state = GuardState(project=project)
            self._states[project] = state
        return self._states[project]

    def _step(self, project: str, snapshot: SessionSnapshot | None, *answers: GivenAnswer) -> None:
        state = self._state(project)
        mode = self._modes.mode(project)
        done = step(state, snapshot, answers, mode, self._wall(), self._settings_of(project), self._purpose_of)
        self._keep(project, state, done)

    def _keep(self, project: str, before: GuardState, done: GuardStep) -> None:
        # Concerns and answers are worth a write; the clock of the last step and times that merely pass are not.
        # The store first: what it cannot take has not happened, and is seen or answered again.
        if worth_keeping(before) != worth_keeping(done.state) or done.to_raise or done.to_clear:
            self._store.sessions.set_guard(project, done.state)
        self._states[project] = done.state
        self._standing[project] = (*done.to_keep, *done.to_raise)
        self._noticed[project] = done.noticed
        for warning in done.to_raise:
            for other in self._one_song.get(project, ()) if warning.kind in ONCE_PER_SITTING else ():
                self._states[other] = said_elsewhere(self._state(other), warning.kind)
            log_data = {"seen": warning.seen, "why": warning.why, "kind": warning.kind}
            song_id = self._modes.song_id(project)
            self._store.history.add("warning", log_data, song_id=song_id)
            self._publish(WarningRaised(self._placed(warning, project)))
        for warning_id in done.to_clear:
            self._publish(WarningCleared(warning_id))
