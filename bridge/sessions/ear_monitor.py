"""The master bus by ear at work: one state per song and version, kept in the store, moved on by bounces and answers."""

import logging
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from bridge.model import Answer, Bounce, BusWarning, Measurement
from bridge.model.events import BounceExamined, EventHandler, WarningCleared, WarningRaised
from bridge.policy.bus.by_ear import KEY, EarState, heard_bus, on_bounce, warning_of, without_heard
from bridge.songs.service import SongService
from bridge.text import plain_text

MIXED = frozenset({"mixing", "resting"})

log = logging.getLogger(__name__)


class EarMonitor:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    song_service
        What is known of the songs, with the store the states are kept in.
    publish
        Hears of warnings that are raised and cleared.
    """

    def __init__(self, song_service: SongService, publish: EventHandler) -> None:
        self._song_service = song_service
        self._store = song_service.store
        self._publish = publish
        self._states = {key: _read(key, text) for key, text in self._store.sessions.guards(KEY)}

    def on_examined(self, event: BounceExamined) -> None:
        """Hold a bounce against the one before it, unless a DAW or its project said what it was made through."""
        bounce = event.bounce
        if bounce.is_dry or bounce.forgotten_at is not None:
            return
        key = f"{KEY}{bounce.song_id}:{bounce.version}"
        before = state = self._states.get(key, EarState())
        if bounce.revision <= self._latest(state, bounce):
            return  # examined again, or an older one that was added: no news
        measured = event.analysis.measurement
        heard = None
        if self._store.sessions.bus(bounce.id) is not None:
            state = without_heard(state)
        elif self._song_service.mode(bounce.song_id).mode in MIXED and (past := self._before(event)) is not None:
            heard = heard_bus(bounce.revision, measured, *past)
        self._keep(key, before, on_bounce(state, bounce.id, measured, heard, self._song_service.wall()))

    def _latest(self, state: EarState, bounce: Bounce) -> int:
        """Return the number that the newest bounce listened to has now; 0 when it is another song's, or gone."""
        try:
            latest = self._store.bounces.by_id(state.latest)
        except KeyError:
            return 0
        is_same = (latest.song_id, latest.version) == (bounce.song_id, bounce.version)
        return latest.revision if is_same else 0

    def _before(self, event: BounceExamined) -> tuple[int, Measurement] | None:
        """Return number and measurement of the bounce before; None for a first one."""
        earlier = self._store.results.examined_before(event.bounce)
        found = None if earlier is None else self._store.results.analysis(earlier)
        if earlier is None or found is None:
            return None
        return self._store.bounces.by_id(earlier).revision, found.head.measurement

    def standing(self) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, of songs that are still there."""
        return tuple(warning for _, warning in self._warnings())

    def answered(self, warning_id: str, word: str) -> bool:
        """Handle an answer; False when no such warning stands or it offers no such answer."""
        for key, warning in self._warnings():
            if warning.id == warning_id and word in warning.answers:
                answer: Answer = msgspec.convert(word, Answer)
                self._store.history.add("answer", {"seen": warning.seen, "answer": answer}, song_id=warning.song_id)
                if answer == "switch-to-mastering" and warning.song_id is not None:
                    self._song_service.say_mode(warning.song_id, "mastering", "you answered a warning so")
                state = self._states[key]
                self._keep(key, state, replace(without_heard(state), accepted=answer == "part-of-the-sound"))
                return True
        return False

    def take_back_answers(self, song_id: int) -> bool:
        """Forget that what was heard is part of a song's sound; False when nobody said so."""
        begins = f"{KEY}{song_id}:"
        keys = [key for key, state in self._states.items() if key.startswith(begins) and state.accepted]
        for key in keys:
            self._keep(key, self._states[key], replace(self._states[key], accepted=False))
        if keys:
            self._store.history.add("answers-taken-back", {}, song_id=song_id)
        return bool(keys)

    def _warnings(self) -> Iterator[tuple[str, BusWarning]]:
        for key, state in self._states.items():
            if state.heard is not None and (warning := self._warning(key, state)) is not None:
                yield key, warning

    def _warning(self, key: str, state: EarState) -> BusWarning | None:
        song = self._store.bounces.song(song_id := int(key.removeprefix(KEY).partition(":")[0]))
        return None if song is None else warning_of(state, key, song_id, plain_text(song.name))

    def _keep(self, key: str, before: EarState, after: EarState) -> None:
        # The store first: what it cannot take has not happened.
        if after == before:
            return
        self._store.sessions.set_guard(key, after)
        self._states[key] = after
        gone, new = self._warning(key, before), self._warning(key, after)
        if gone is not None and (new is None or new.id != gone.id):
            self._publish(WarningCleared(gone.id))
        if new is not None and (gone is None or new.id != gone.id):
            data = {"seen": new.seen, "why": new.why, "kind": new.kind}
            self._store.history.add("warning", data, song_id=new.song_id)
            self._publish(WarningRaised(new))


def _read(key: str, text: str) -> EarState:
    try:
        return msgspec.json.decode(text, type=EarState)
    except msgspec.DecodeError:
        log.warning("what was heard of the master bus (%s) cannot be read; it is listened to anew", key)
        return EarState()
