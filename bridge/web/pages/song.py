"""The page of one song: its bounces, masters, mode, questions and history."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from markupsafe import Markup
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bridge.files.presence import MISSING_WORDS, MissingFile
from bridge.model import Mode, ModeChange, ModeQuestion, Song
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from bridge.policy.song.modes import MEANING, hides_loudness
from bridge.policy.song.titles import newest_of, number_title, version_title
from bridge.report import text
from bridge.report.charts.timeline import Dot, timeline
from bridge.store import BounceSummary, StoredMaster
from bridge.text import clock
from bridge.web.http_helpers import path_number
from bridge.web.pages.lines import MODES, VERDICTS, BounceLine, MasterLine, master_lines, rest_words
from bridge.web.pages.mending import Mendable, MendView, mend_view, read_mendable
from bridge.web.pages.shown import Shown
from bridge.web.reader import PageReader
from bridge.web.records import StandingWarning

_HISTORY_LINES = 100


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One line of a song's history, in words."""

    at: float
    words: str


class SongPage(Struct, frozen=True, kw_only=True):
    """Everything the page of one song shows."""

    song: Song
    bounces: tuple[BounceSummary, ...]  # newest first
    masters: tuple[StoredMaster, ...]
    history: tuple[HistoryEntry, ...] = ()
    mode: Mode | None = None
    modes: tuple[ModeChange, ...] = ()  # all it went through, oldest first
    mode_why: str = ""
    hides_loudness: bool = False
    mode_means: str = ""
    questions: tuple[ModeQuestion, ...] = ()
    rest_until: float | None = None
    warnings: tuple[StandingWarning, ...] = ()
    mendable: Mendable = Mendable()
    missing: dict[int, MissingFile] = {}  # what of the files of bounces is missing, by their ids


def read_song(reader: PageReader, song_id: int) -> SongPage | None:
    """Return one song with its bounces, newest first; None when there is none."""
    store = reader.store
    song = store.bounces.song(song_id)
    bounces = store.results.summaries(song_id)
    if song is None or not bounces:
        return None
    newest = newest_of(row.bounce for row in bounces)
    mode = reader.songs.mode(song_id)
    return SongPage(
        song=song,
        mode=mode.mode,
        modes=tuple(store.song_state.modes(song_id=song_id)),
        mode_why=mode.why,
        mode_means=MEANING[mode.mode],
        hides_loudness=hides_loudness(mode.mode),
        rest_until=reader.rest_until(newest) if newest is not None else None,
        warnings=tuple(warning for warning in reader.warnings() if warning.song_id == song_id),
        bounces=tuple(reversed(bounces)),
        masters=reader.titled(store.results.masters_of_song(song_id)),
        history=_history(reader, song_id),
        questions=reader.replies.of(mode.mode, song_id),
        mendable=read_mendable(reader, song),
        missing=reader.missing(row.bounce for row in bounces),
    )


def _history(reader: PageReader, song_id: int) -> tuple[HistoryEntry, ...]:
    lines = (
        (event.at, history_words(event.kind, event.data))
        for event in reader.store.history.newest(song_id=song_id, limit=_HISTORY_LINES)
    )
    return tuple(HistoryEntry(at=at, words=words) for at, words in lines if words)


def history_words(kind: str, data: dict[str, Any]) -> str:
    """Return a line of the history for people; empty for what is not for them."""
    if kind == "verdict":
        return str(data.get("text", ""))
    if kind == "master":
        return f"Master for {data.get('target', '?')}: {Path(str(data.get('path', ''))).name}"
    if kind == "mode":
        return f"{str(data.get('mode', '?')).capitalize()}: {data.get('why', '')}"
    if kind == "handoff":
        return f"Handed off as {data.get('intent', '?')}" + (
            "" if data.get("complete") else ", not called complete yet"
        )
    if kind == "override":
        return f"Mastered anyway {data.get('reason', '')}".strip()
    if kind == "warning":
        return str(data.get("seen", ""))
    if kind == "answer":
        return f"Answered: {ANSWER_LABELS.get(data.get('answer', 'not-now'), '')}"
    if kind in {"mend", "mend-undone"}:
        return f"{'Undone: ' if kind == 'mend-undone' else ''}{data.get('words', '')}"
    if kind == "answers-taken-back":
        return "Answers about the master bus taken back"
    if kind == "untick":
        return f"Not heard after all: {data.get('place', '')}"
    if kind == "failed":
        return f"Failed: {data.get('reason', '')}"
    return ""


@dataclass(frozen=True, slots=True)
class SongView:
    """The page of one song."""

    id: int
    name: str
    mode: str
    mode_key: str
    mode_why: str
    hides_loudness: bool
    mode_means: str
    questions: tuple[ModeQuestion, ...]
    rest: str
    bounces: tuple[BounceLine, ...]
    masters: tuple[MasterLine, ...]
    warnings: tuple[StandingWarning, ...]
    history: tuple[tuple[str, str], ...]
    timeline: Markup
    newest: int
    previous: int
    mend: MendView


def song_view(page: SongPage, *, linked: bool = True) -> SongView:
    """Prepare the page of one song; ``linked``: dots on the time line lead to their pages."""
    examined = [row.bounce.id for row in page.bounces if row.verdict is not None]
    return SongView(
        id=page.song.id,
        name=page.song.name,
        mode=MODES[page.mode] if page.mode is not None else "",
        mode_key=page.mode or "",
        mode_why=page.mode_why,
        hides_loudness=page.hides_loudness,
        questions=page.questions,
        mode_means=page.mode_means,
        rest=rest_words(page.rest_until),
        bounces=tuple(_bounce_line(row, page.missing.get(row.bounce.id)) for row in page.bounces),
        masters=master_lines(page.masters),
        warnings=page.warnings,
        history=tuple((text.day_and_time(entry.at), entry.words) for entry in page.history),
        timeline=_timeline(page, linked=linked),
        newest=examined[0] if examined else 0,
        previous=examined[1] if len(examined) > 1 else 0,
        mend=mend_view(page.song, [row.bounce for row in page.bounces], page.mendable),
    )


def _timeline(page: SongPage, *, linked: bool) -> Markup:
    bounces = [
        Dot(
            row.bounce.bounced_at,
            number_title(row.bounce),
            VERDICTS[row.verdict][0],
            f"Bounce {_named(row)}, {text.day_and_time(row.bounce.bounced_at)}: {VERDICTS[row.verdict][1]}",
            f"/bounces/{row.bounce.id}",
        )
        for row in page.bounces
    ]
    masters = [
        Dot(row.made_at, "", "", f"Master for {row.target}, {text.day_and_time(row.made_at)}", f"/masters/{row.id}")
        for row in page.masters
    ]
    return timeline(bounces, masters, page.modes, linked=linked)


def _named(row: BounceSummary) -> str:
    """Return a bounce's number, and which version of the song it is of."""
    return version_title(number_title(row.bounce), row.bounce.version)


def _bounce_line(row: BounceSummary, missing: MissingFile | None) -> BounceLine:
    style, words = VERDICTS[row.verdict]
    return BounceLine(
        id=row.bounce.id,
        revision=row.bounce.revision,
        title=_named(row),
        file_name=PurePath(row.bounce.path).name,
        when=text.day_and_time(row.bounce.bounced_at),
        verdict=style,
        verdict_words=words,
        summary=row.summary,
        loudness=text.number(row.integrated_lufs),
        peak=text.number(row.true_peak_dbtp),
        length=clock(row.duration_s) if row.duration_s is not None else text.NOTHING,
        missing=MISSING_WORDS[missing] if missing is not None else "",
    )


def show(reader: PageReader, request: Request) -> Shown:
    """Show one song; in a page to keep, nothing leads elsewhere."""
    song_id = path_number(request, "song_id")
    joined = reader.store.song_names.joined_to(song_id)
    if joined is not None:
        raise HTTPException(307, headers={"Location": f"/songs/{joined}"})
    page = read_song(reader, song_id)
    if page is None:
        raise HTTPException(404, "There is no such song.")
    view = song_view(page, linked="export" not in request.query_params)
    return Shown("song.html", page.song.name, "Song", page, {"view": view}, song_id=page.song.id)
