"""The guard at work: one state per project, kept in the store, stepped by snapshots, answers and time."""

import time
from collections.abc import Callable
from typing import get_args

import msgspec

from bridge.daw.adapter import AnswerGiven
from bridge.model import Answer, BusWarning, GivenAnswer, Mode, SessionSnapshot
from bridge.policy.guard import before_bounce, bounce_landed, step
from bridge.policy.guard_state import GuardSettings, GuardState, GuardStep, disconnected, project_key
from bridge.policy.modes import parse_mode
from bridge.store import Store

STEP_S = 1.0


class Conscience:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        Where the states are kept between runs.
    settings
        When the guard speaks.
    wall
        POSIX seconds.
    """

    def __init__(self, store: Store, settings: GuardSettings, wall: Callable[[], float] = time.time) -> None:
        self._store = store
        self._settings = settings
        self._wall = wall
        self._states: dict[str, GuardState] = {}
        self._standing: dict[str, tuple[BusWarning, ...]] = {}
        self._shown_in: dict[str, str] = {}  # DAW → project it shows
        self._stepped_at = 0.0

    def saw(self, snapshot: SessionSnapshot) -> None:
        """Take the state of a session."""
        project = project_key(snapshot)
        before = self._shown_in.get(snapshot.daw)
        if before is not None and before != project:
            self.gone(snapshot.daw)
        self._shown_in[snapshot.daw] = project
        self._step(project, snapshot)

    def gone(self, daw: str) -> None:
        """Take that a DAW was closed or shows another project: its warnings stand no longer."""
        project = self._shown_in.pop(daw, None)
        if project is not None:
            self._keep(project, GuardStep(state=disconnected(self._state(project), daw)))

    def answered(self, given: AnswerGiven) -> bool:
        """Take an answer; False when it is none of the guard's words."""
        if given.answer not in get_args(Answer):
            return False
        answer: Answer = msgspec.convert(given.answer, Answer)
        for project, warnings in self._standing.items():
            if any(warning.id == given.key for warning in warnings):
                if answer == "switch-to-mastering":
                    self.set_mode(project, "mastering")
                self._step(project, None, GivenAnswer(warning_id=given.key, answer=answer, at=given.at))
                return True
        return False

    def landed(self, project: str) -> None:
        """Take that a bounce of this project has landed."""
        self._keep(project, bounce_landed(self._state(project), self.mode(project), self._wall(), self._settings))

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

    def mode(self, project: str) -> Mode:
        """Return what is done to this project: mixing until the person says otherwise."""
        kept = self._store.results.runtime(f"mode:{project}")
        return parse_mode(str(kept[0])) if kept else "mixing"

    def set_mode(self, project: str, mode: Mode) -> None:
        """Keep what the person said."""
        self._store.results.set_runtime(f"mode:{project}", mode)

    def _state(self, project: str) -> GuardState:
        if project not in self._states:
            kept = self._store.results.runtime(f"guard:{project}")
            self._states[project] = msgspec.convert(kept[0], GuardState) if kept else GuardState(project=project)
        return self._states[project]

    def _step(self, project: str, snapshot: SessionSnapshot | None, *answers: GivenAnswer) -> None:
        state = self._state(project)
        self._keep(project, step(state, snapshot, answers, self.mode(project), self._wall(), self._settings))

    def _keep(self, project: str, done: GuardStep) -> None:
        before = self._states.get(project)
        self._states[project] = done.state
        standing = (*done.to_keep, *done.to_raise)
        self._standing[project] = standing
        # Concerns and answers are worth a write; the clock of the last step is not.
        if before is None or (before.concerns, before.accepted) != (done.state.concerns, done.state.accepted):
            self._store.results.set_runtime(f"guard:{project}", done.state)
