"""What the pages of songs show: the list of songs, one song with its bounces, masters and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup

from bridge.model import Mode, Verdict
from bridge.report import text
from bridge.report.charts.timeline import Dot, timeline
from bridge.store import BounceSummary, StoredMaster
from bridge.web.records import PageQuestion, SongCard, SongPage, StandingWarning

_VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    "fault": ("fault", "Faults"),
    "listen": ("listen", "Listen"),
    "fine": ("fine", "No faults"),
    None: ("none", "Not examined yet"),
}
_MODES: dict[Mode, str] = {"mixing": "Mixing", "resting": "Resting", "mastering": "Mastering", "released": "Released"}


@dataclass(frozen=True, slots=True)
class SongLine:
    """A song in the list."""

    id: int
    name: str
    folder: str
    verdict: str
    verdict_words: str
    revisions: str
    when: str
    masters: str
    mode: str
    warnings: int


@dataclass(frozen=True, slots=True)
class SongsView:
    """The first page."""

    songs: tuple[SongLine, ...]
    warnings: tuple[StandingWarning, ...]


def songs_view(cards: Sequence[SongCard], warnings: Sequence[StandingWarning]) -> SongsView:
    """Prepare the list of songs."""
    names = [card.song.name for card in cards]
    lines = []
    for card in cards:
        style, words = _VERDICTS[card.verdict]
        twice = names.count(card.song.name) > 1
        lines.append(
            SongLine(
                id=card.song.id,
                name=card.song.name,
                folder=card.song.folder if twice else "",  # two songs of one name are told apart by their folders
                verdict=style,
                verdict_words=words,
                revisions=text.count_of(card.revisions, "bounce", "bounces"),
                when=text.day_and_time(card.last.seen_at) if card.last is not None else "",
                masters=text.count_of(card.masters, "master", "masters") if card.masters else "",
                mode=_MODES[card.mode] if card.mode is not None else "",
                warnings=card.warnings,
            )
        )
    return SongsView(tuple(lines), tuple(warnings))


@dataclass(frozen=True, slots=True)
class BounceLine:
    """A bounce in its song's list."""

    id: int
    revision: int
    file_name: str
    when: str
    verdict: str
    verdict_words: str
    summary: str
    loudness: str
    peak: str
    length: str


@dataclass(frozen=True, slots=True)
class MasterLine:
    """A master in a list."""

    id: int
    target: str
    file_name: str
    revision: str
    when: str
    loudness: str
    peak: str


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
    questions: tuple[PageQuestion, ...]
    rest: str
    bounces: tuple[BounceLine, ...]
    masters: tuple[MasterLine, ...]
    warnings: tuple[StandingWarning, ...]
    history: tuple[tuple[str, str], ...]
    timeline: Markup
    newest: int
    previous: int


def song_view(page: SongPage, *, linked: bool = True) -> SongView:
    """Prepare the page of one song; ``linked``: dots on the time line lead to their pages."""
    examined = [row.bounce.id for row in page.bounces if row.verdict is not None]
    return SongView(
        id=page.song.id,
        name=page.song.name,
        mode=_MODES[page.mode] if page.mode is not None else "",
        mode_key=page.mode or "",
        mode_why=page.mode_why,
        hides_loudness=page.hides_loudness,
        questions=page.questions,
        mode_means=page.mode_means,
        rest=rest_words(page.rest_until),
        bounces=tuple(_bounce_line(row) for row in page.bounces),
        masters=master_lines(page.masters),
        warnings=page.warnings,
        history=tuple((text.day_and_time(entry.at), entry.words) for entry in page.history),
        timeline=_timeline(page, linked=linked),
        newest=examined[0] if examined else 0,
        previous=examined[1] if len(examined) > 1 else 0,
    )


def _timeline(page: SongPage, *, linked: bool) -> Markup:
    bounces = [
        Dot(
            row.bounce.seen_at,
            str(row.bounce.revision),
            _VERDICTS[row.verdict][0],
            f"Bounce {row.bounce.revision}, {text.day_and_time(row.bounce.seen_at)}: {_VERDICTS[row.verdict][1]}",
            f"/bounces/{row.bounce.id}",
        )
        for row in page.bounces
    ]
    masters = [
        Dot(row.made_at, "", "", f"Master for {row.target}, {text.day_and_time(row.made_at)}", f"/masters/{row.id}")
        for row in page.masters
    ]
    return timeline(bounces, masters, page.modes, linked=linked)


def _bounce_line(row: BounceSummary) -> BounceLine:
    style, words = _VERDICTS[row.verdict]
    return BounceLine(
        id=row.bounce.id,
        revision=row.bounce.revision,
        file_name=PurePath(row.bounce.path).name,
        when=text.day_and_time(row.bounce.seen_at),
        verdict=style,
        verdict_words=words,
        summary=row.summary,
        loudness=text.number(row.integrated_lufs),
        peak=text.number(row.true_peak_dbtp),
        length=text.clock(row.duration_s) if row.duration_s is not None else text.NOTHING,
    )


def master_lines(rows: Sequence[StoredMaster]) -> tuple[MasterLine, ...]:
    """Prepare a list of masters."""
    return tuple(
        MasterLine(
            id=row.id,
            target=row.target,
            file_name=PurePath(row.path).name,
            revision=f"bounce {row.revision}" if row.revision is not None else "",
            when=text.day_and_time(row.made_at),
            loudness=text.number(row.integrated_lufs),
            peak=text.number(row.true_peak_dbtp),
        )
        for row in rows
    )


def rest_words(until: float | None) -> str:
    """Say until when a bounce rests; empty when it does not."""
    return f"Fresh ears from {text.day_and_time(until)}." if until is not None else ""
