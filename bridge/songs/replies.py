"""The few questions of a mode with the answers kept so far, wherever they are asked; for songs and before them."""

from collections.abc import Callable

from bridge.errors import UsageError
from bridge.model import Mode, ModeQuestion
from bridge.policy.song.modes import QUESTIONS
from bridge.store import Store
from bridge.text import plain_text

LONGEST_ANSWER = 2000

_MODE_OF: dict[str, Mode] = {question.key: mode for mode, questions in QUESTIONS.items() for question in questions}


class Replies:
    """Reads and keeps answers; nobody scores them.

    Parameters
    ----------
    store
        Where they are kept.
    wall
        POSIX seconds.
    """

    def __init__(self, store: Store, wall: Callable[[], float]) -> None:
        self._store = store
        self._wall = wall

    def of(self, mode: Mode, song_id: int | None, project: str = "") -> tuple[ModeQuestion, ...]:
        """Return what a mode asks about a song, or about a project that has none yet; the newest answer counts."""
        store = self._store
        kept = store.sessions.project_replies(project) if song_id is None else store.song_state.replies(song_id)
        said = {reply.question: reply.text for reply in kept if reply.mode == mode}
        return tuple(ModeQuestion(key=q.key, text=q.text, answer=said.get(q.key, "")) for q in QUESTIONS[mode])

    def answer(self, key: str, text: str, song_id: int | None, project: str = "") -> None:
        """Keep an answer. The key says which mode asked: the song may have left it while somebody was writing.

        Raises
        ------
        UsageError
            No mode asks that.
        """
        mode = _MODE_OF.get(key)
        if mode is None:
            raise UsageError(f"{plain_text(key, 60)!r} is no question; there are {', '.join(_MODE_OF)}")
        said = plain_text(text, LONGEST_ANSWER)
        if said == next(question.answer for question in self.of(mode, song_id, project) if question.key == key):
            return
        if song_id is None:
            self._store.sessions.add_project_reply(project, mode, key, said, self._wall())
        else:
            self._store.song_state.add_reply(song_id, mode, key, said, self._wall())

    def adopt(self, project: str, song_id: int) -> None:
        """Give a song that has just got its first bounce what was answered inside its project before."""
        if self._store.song_state.replies(song_id):
            return
        for reply in self._store.sessions.project_replies(project):
            self._store.song_state.add_reply(song_id, reply.mode, reply.question, reply.text, reply.at)
