"""What a person does to a song on the page or inside a DAW: answers, modes, ticks, sheets."""

from collections.abc import Callable, Mapping

from bridge.model import Bounce
from bridge.policy.song import handoff
from bridge.policy.song.modes import parse_mode
from bridge.songs.actions import Action, PageReply
from bridge.songs.replies import Replies
from bridge.songs.service import SongService

_YES = {"1", "yes", "true", "on"}
AnswerHandler = Callable[[str, str], bool]


class SongCommands:
    """All methods are called from the bridge's own thread; they raise `FreshEarsError` with the reason."""

    def __init__(self, song_service: SongService, answer: AnswerHandler) -> None:
        self._song_service = song_service
        self._answer = answer
        self._questions = Replies(song_service.store, song_service.wall)

    def do(self, action: Action) -> PageReply | None:
        """Do what was asked on a page; None when it is nothing of ours. `KeyError`: there is no such bounce."""
        if action.kind == "answer":
            done = self._answer(action.warning_id, action.answer)
            return PageReply(ok=done, message="Thank you." if done else "That warning does not stand any more.")
        if action.kind == "mode" and action.song_id is not None and action.mode is not None:
            self._song_service.say_mode(action.song_id, parse_mode(action.mode), "you said so on the page")
            return PageReply(ok=True, message=f"The song is in the mode {action.mode}.")
        if action.kind == "reply" and action.song_id is not None:
            with self._song_service.store.database.transaction():  # all of a form, or none of it
                for key, text in action.words.items():
                    self._questions.answer(key, text, action.song_id)
            return PageReply(ok=True, message="Kept.")
        if action.bounce_id is None:
            return None
        bounce = self._song_service.store.bounces.by_id(action.bounce_id)
        if action.kind == "tick":
            tick = self._song_service.tick(bounce, action.place, action.note)
            return PageReply(ok=True, message=f"Heard: {tick.place}.")
        if action.kind == "sheet":
            words = dict(action.words)
            if action.intent is not None:
                words["intent"] = action.intent
            record_sheet(self._song_service, bounce, words)
            return PageReply(ok=True, message="The sheet is kept.")
        return None


def record_sheet(song_service: SongService, bounce: Bounce, values: Mapping[str, str]) -> None:
    """Keep a sheet from the fields of a form; fields that are not there keep what the sheet said before.

    Raises
    ------
    UsageError
        The intent is not known, or an entry is far too long.
    """
    old = song_service.sheet(bounce)
    lists: dict[str, list[str]] = {}
    for field, before in (
        ("survive", old.must_survive if old else ()),
        ("references", old.references if old else ()),
        ("worries", old.worries if old else ()),
    ):
        lists[field] = [line for line in values[field].splitlines() if line.strip()] if field in values else [*before]
    complete = values.get("complete")
    intent = values.get("intent") or (old.intent if old else "neutral")
    sheet = handoff.make_sheet(
        intent,
        lists["survive"],
        lists["references"],
        lists["worries"],
        complete=complete.strip().casefold() in _YES if complete is not None else bool(old and old.complete),
        written_at=song_service.wall(),
    )
    song_service.hand_off(bounce, sheet)
