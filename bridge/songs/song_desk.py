"""What a person does to a song on the page or inside a DAW: answers, modes, ticks, sheets."""

from collections.abc import Callable, Mapping

from bridge.model import Bounce
from bridge.policy.song import handoff
from bridge.policy.song.modes import parse_mode
from bridge.songs.questions import Questions
from bridge.songs.songbook import Songbook
from bridge.web.contract import Action, Reply

_YES = {"1", "yes", "true", "on"}
Answer = Callable[[str, str], bool]


class SongDesk:
    """All methods are called from the bridge's own thread; they raise `FreshEarsError` with the reason."""

    def __init__(self, book: Songbook, answer: Answer) -> None:
        self._book = book
        self._answer = answer
        self._questions = Questions(book.store, book.wall)

    def do(self, action: Action) -> Reply | None:
        """Do what was asked on a page; None when it is nothing of ours. `KeyError`: there is no such bounce."""
        if action.kind == "answer":
            done = self._answer(action.warning_id, action.answer)
            return Reply(ok=done, message="Thank you." if done else "That warning does not stand any more.")
        if action.kind == "mode" and action.song_id is not None and action.mode is not None:
            self._book.say_mode(action.song_id, parse_mode(action.mode), "you said so on the page")
            return Reply(ok=True, message=f"The song is in the mode {action.mode}.")
        if action.kind == "reply" and action.song_id is not None:
            with self._book.store.database.transaction():  # all of a form, or none of it
                for key, text in action.words.items():
                    self._questions.answer(key, text, action.song_id)
            return Reply(ok=True, message="Kept.")
        if action.bounce_id is None:
            return None
        bounce = self._book.store.bounces.by_id(action.bounce_id)
        if action.kind == "tick":
            tick = self._book.tick(bounce, action.place, action.note)
            return Reply(ok=True, message=f"Heard: {tick.place}.")
        if action.kind == "sheet":
            words = dict(action.words)
            if action.intent is not None:
                words["intent"] = action.intent
            take_sheet(self._book, bounce, words)
            return Reply(ok=True, message="The sheet is kept.")
        return None


def take_sheet(book: Songbook, bounce: Bounce, values: Mapping[str, str]) -> None:
    """Keep a sheet from the fields of a form; fields that are not there keep what the sheet said before.

    Raises
    ------
    UsageError
        The intent is not known, or an entry is far too long.
    """
    old = book.sheet(bounce)
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
        written_at=book.wall(),
    )
    book.hand_off(bounce, sheet)
