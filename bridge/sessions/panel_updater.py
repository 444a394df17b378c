"""What the DAWs show: makes the panel of every open session, and shows it when it differs from the last one."""

import time
from collections.abc import Mapping

from msgspec.structs import replace

from bridge.daw.contract import Adapter, AnswerChoice, Notice, NoticeKind, Panel
from bridge.model import Bounce, Handoff, Mode, SessionSnapshot
from bridge.policy.bus.guard_state import project_key
from bridge.policy.song.rest import after_bounce, words
from bridge.sessions.bounce_results import BounceResults, BounceResultsCache
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.sessions.panel import notice_of, panel_for
from bridge.settings.config import Config
from bridge.songs.near import answers_about, question_about, seen_of
from bridge.songs.replies import Replies
from bridge.songs.service import SongService

GO_ON = "go-on"  # the answer that has a master made which was asked about
_WAITS = "waits:"
_SHEET = "sheet:"
SONG = "song:"  # begins the key of a question about a song, and its number follows
PROMPT_FOR_S = 24 * 3600.0  # ours: a day later the sheet is no news
PANEL_S = 1.0  # a panel is made anew at most this often, and shown when it differs
_NOTHING = BounceResults(analysis=None, master_path=None)
_CLOSE = AnswerChoice(answer="seen", label="Close")
_GO_ON = AnswerChoice(answer=GO_ON, label="Yes, make it now")
_LATER = AnswerChoice(answer="seen", label="Not for this one")


class PanelUpdater:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    song_service, config, bus_monitor, modes, questions
        What there is to show.
    starts_s
        Path of a bounce → where it begins on its session's time line; kept up to date by its owner.
    """

    def __init__(
        self,
        song_service: SongService,
        config: Config,
        bus_monitor: BusMonitor,
        modes: SessionModes,
        questions: Replies,
        starts_s: Mapping[str, float],
    ) -> None:
        self._song_service = song_service
        self._config = config
        self._bus_monitor = bus_monitor
        self._modes = modes
        self._questions = questions
        self._starts_s = starts_s
        self._results = BounceResultsCache(song_service.store)
        self._panels: dict[str, Panel] = {}
        self._made_s = 0.0
        self._failures: dict[str, Notice] = {}  # DAW → why what was asked there was not done
        self._asked_in: dict[str, str] = {}  # path → DAW in which its master was asked for
        self._waiting: dict[str, Notice] = {}  # path → why its master waits; asked again, it is made
        self._unprompted: set[str] = set()  # keys of prompts for a sheet that were closed

    def changed(self) -> None:
        """Record that what the DAWs show may have changed: panels are made at the next chance."""
        self._made_s = 0.0

    def forget(self, daw: str) -> None:
        """Record that a DAW is gone: it is shown everything anew when it comes back."""
        self._panels.pop(daw, None)

    def master_asked(self, daw: str, path: str) -> bool:
        """A master was asked for in a DAW; return whether it waited already, so that asking again means yes."""
        self._failures.pop(daw, None)
        self._asked_in[path] = daw
        return self._waiting.pop(path, None) is not None

    def master_waits(self, daw: str, path: str, text: str, *, asks: bool) -> None:
        """Say in a DAW why a master asked for there was refused, or ask whether to go on; asked again, it is made."""
        self._asked_in[path] = daw
        key = f"{_WAITS}{int(time.time())}:{path}"  # a window opens once a key: asked anew, it is asked anew
        if asks:
            notice = _notice(key, "Before the master", text, "master-waits", path)
            self._waiting[path] = replace(notice, answers=(_GO_ON, *notice.answers))
        else:
            remedy = "Ask once more to master it anyway; that is written down, not held against you."
            self._waiting[path] = _notice(key, "The master was not made", f"{text}\n{remedy}", "master-waits", path)
        self.changed()

    def master_asked_about(self, key: str) -> str | None:
        """Return the mix that a notice asks about, None when it asks about none."""
        return next((path for path, notice in self._waiting.items() if notice.key == key), None)

    def say(self, daw: str, title: str, text: str, kind: NoticeKind, about: str = "") -> None:
        """Say in a DAW what became of something asked for there, until it is closed."""
        self._failures[daw] = _notice(f"failed-{int(time.time())}", title, text, kind, about)
        self.changed()

    def take_back(self, daw: str) -> None:
        """Take back what was said last of something asked for in a DAW: it holds no longer."""
        self._failures.pop(daw, None)
        self.changed()

    def closed(self, daw: str, key: str) -> bool:
        """Record that a person closed a notice made here; False when it is none of them."""
        failure = self._failures.get(daw)
        if failure is not None and failure.key == key:
            del self._failures[daw]
            return True
        if key.startswith(_WAITS):
            path = self.master_asked_about(key)
            if path is not None:
                del self._waiting[path]
            return True
        if key.startswith(_SHEET):
            self._unprompted.add(key)
            return True
        return False

    def tick(self, snapshots: Mapping[str, SessionSnapshot], adapters: Mapping[str, Adapter]) -> None:
        """Show every DAW what it should show, when that has changed."""
        now_s = time.monotonic()
        if now_s - self._made_s < PANEL_S:
            return
        self._made_s = now_s
        for daw, snapshot in snapshots.items():
            panel = self.panel(snapshot)
            if panel != self._panels.get(daw) and daw in adapters:
                self._panels[daw] = panel
                adapters[daw].show(panel)

    def panel(self, snapshot: SessionSnapshot) -> Panel:
        """Return everything that one session should show now."""
        project = project_key(snapshot)
        song_id = self._modes.song_id(project)
        last = None if song_id is None else self._song_service.store.bounces.newest(song_id)
        mode = self._modes.known(project)
        panel = panel_for(
            snapshot,
            self._config,
            last,
            _NOTHING if last is None else self._results.of(last.id),
            self._notices_first(snapshot.daw),
            self._bus_monitor.standing(project),
            self._starts_s,
        )
        panel = replace(
            panel,
            mode=mode.mode,
            mode_why=mode.why,
            bounce_number=1 if song_id is None else self._song_service.store.bounces.next_number(song_id),
            questions=self._questions.of(mode.mode, song_id, project),
            noticed=tuple(notice_of(warning) for warning in self._bus_monitor.noticed(project)),
            before_bounce=self._bus_monitor.before_bounce(project),
            before_dual_print=self._bus_monitor.before_bounce(project, dual_print=True),
            rest=self._rest_words(last) if mode.mode == "resting" else "",
            rest_after_bounce=self._rest_after_bounce() if mode.mode in {"mixing", "resting"} else "",
        )
        if last is not None and (prompt := self._prompt(last, mode.mode)) is not None:
            panel = replace(panel, notices=(*panel.notices, prompt))
        panel = replace(panel, notices=(*panel.notices, *self._song_questions(song_id)))
        if snapshot.daw in self._failures:
            panel = replace(panel, notices=(*panel.notices, self._failures[snapshot.daw]))
        sheet = None if last is None else self._song_service.sheet(last)
        return panel if sheet is None else _with_sheet(panel, sheet)

    def _notices_first(self, daw: str) -> tuple[Notice, ...]:
        return tuple(notice for path, notice in self._waiting.items() if self._asked_in.get(path) == daw)

    def _prompt(self, bounce: Bounce, mode: Mode) -> Notice | None:
        """Return the friendly word that a new bounce has no sheet yet; no window opens for it."""
        key = f"{_SHEET}{bounce.id}"
        is_new = 0.0 <= self._song_service.wall() - bounce.seen_at <= PROMPT_FOR_S
        if key in self._unprompted or mode != "mixing" or not is_new or self._song_service.sheet(bounce) is not None:
            return None
        prints = self._song_service.prints(bounce)
        if prints is not None and self._song_service.sheet(prints[0]) is not None:
            return None
        return Notice(
            key=key,
            title=f"Bounce {bounce.revision} has no hand-off sheet",
            kind="sheet-missing",
            about=bounce.path,
            text="If this is the mix, write down what must survive while you still hear it; its rest begins with that.",
            answers=(_LATER,),
        )

    def _song_questions(self, song_id: int | None) -> tuple[Notice, ...]:
        """Return what is asked about a session's song: is it a new one?"""
        return tuple(
            Notice(
                key=f"{SONG}{one.song_id}",
                title=question_about(one.song, one.near),
                text=seen_of(one.song, one.near),
                kind="song-near",
                answers=tuple(
                    AnswerChoice(answer=answer, label=label) for answer, label in answers_about(one.song, one.near)
                ),
            )
            for one in self._song_service.store.landings.questions()
            if song_id in {one.song_id, one.near_id}
        )

    def _rest_after_bounce(self) -> str:
        return after_bounce(self._song_service.wall(), self._config.rest.hours * 3600.0)

    def _rest_words(self, bounce: Bounce | None) -> str:
        found = None if bounce is None else self._song_service.rest(bounce)
        return "" if found is None else words(found, self._song_service.wall())


def _notice(key: str, title: str, text: str, kind: NoticeKind, about: str) -> Notice:
    return Notice(key=key, title=title, text=text, kind=kind, about=about, answers=(_CLOSE,), interrupt=True)


def _with_sheet(panel: Panel, sheet: Handoff) -> Panel:
    """Return a panel that knows what the person has said about the last bounce."""
    return replace(
        panel,
        intent=sheet.intent,
        sheet_survive="\n".join(sheet.must_survive),
        sheet_references="\n".join(sheet.references),
        sheet_worries="\n".join(sheet.worries),
        sheet_complete=sheet.complete,
    )
