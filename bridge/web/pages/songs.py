"""The first page: all songs, and the warnings that stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request

from bridge.files.presence import MISSING_WORDS, MissingFile
from bridge.model import Bounce, Job, Mode, Song, Verdict
from bridge.policy.song.titles import newest_of
from bridge.report import text
from bridge.songs.actions import Action
from bridge.songs.near import answers_about, question_about, seen_of
from bridge.store import SongQuestion, StoredMaster
from bridge.text import json_text
from bridge.web.pages.lines import MODES, VERDICTS, JobLine, MasterLine, job_line, master_lines
from bridge.web.pages.shown import Shown
from bridge.web.reader import PageReader
from bridge.web.records import StandingWarning


class SongCard(Struct, frozen=True, kw_only=True):
    """A song in the list of songs."""

    song: Song
    revisions: int
    masters: int
    last: Bounce | None
    verdict: Verdict | None
    mode: Mode | None = None
    warnings: int = 0
    missing: MissingFile | None = None  # of the last bounce's file


def read_songs(reader: PageReader, standing: Sequence[StandingWarning]) -> list[SongCard]:
    """Return all songs, the one with the newest bounce first; ``standing`` are the warnings that stand."""
    store = reader.store
    masters = store.results.masters_by_song()
    cards = []
    for song in store.bounces.songs():
        bounces = store.bounces.of_song(song.id)
        last = newest_of(bounces)
        cards.append(
            SongCard(
                song=song,
                revisions=len(bounces),
                masters=masters.get(song.id, 0),
                last=last,
                verdict=store.results.verdict(last.id) if last is not None else None,
                mode=reader.songs.mode(song.id).mode,
                warnings=sum(warning.song_id == song.id for warning in standing),
            )
        )
    missing = reader.missing(card.last for card in cards if card.last is not None)
    cards = [replace(card, missing=missing.get(card.last.id)) if card.last is not None else card for card in cards]
    return sorted(cards, key=lambda card: -(card.last.seen_at if card.last is not None else 0.0))


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
    missing: str = ""  # what of its last bounce's file is missing, in words


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """What is asked about a new song, and the answers as (word, what the button says)."""

    song_id: int
    title: str
    text: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SongsView:
    """The first page."""

    songs: tuple[SongLine, ...]
    warnings: tuple[StandingWarning, ...]
    other_masters: tuple[MasterLine, ...] = ()  # of files that are no bounces of ours
    failed: tuple[JobLine, ...] = ()  # of late, and not dismissed
    watched: tuple[tuple[str, str], ...] = ()  # folders, each with the command that watches it no longer
    questions: tuple[QuestionLine, ...] = ()  # about new songs


def songs_view(
    cards: Sequence[SongCard],
    warnings: Sequence[StandingWarning],
    other_masters: Sequence[StoredMaster] = (),
    failed: Sequence[Job] = (),
    folders: Sequence[str] = (),
    questions: Sequence[SongQuestion] = (),
) -> SongsView:
    """Prepare the list of songs."""
    names = [card.song.name for card in cards]
    lines = []
    for card in cards:
        style, words = VERDICTS[card.verdict]
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
                mode=MODES[card.mode] if card.mode is not None else "",
                warnings=card.warnings,
                missing=MISSING_WORDS[card.missing] if card.missing is not None else "",
            )
        )
    jobs = tuple(line for line in map(job_line, failed) if line is not None)
    watched = tuple((folder, json_text(Action(kind="unwatch", folder=folder))) for folder in folders)
    return SongsView(
        tuple(lines), tuple(warnings), master_lines(other_masters), jobs, watched, tuple(map(_question, questions))
    )


def show(reader: PageReader, _: Request) -> Shown:
    """Show all songs."""
    warnings = reader.warnings()
    cards = read_songs(reader, warnings)
    others = reader.titled(reader.store.results.masters_without_bounce())
    questions = reader.store.landings.questions()
    folders = reader.config.watch.folders
    view = songs_view(cards, warnings, others, reader.store.jobs.noted(), folders, questions)
    return Shown("songs.html", "Songs", "Songs", cards, {"view": view})


def _question(asked: SongQuestion) -> QuestionLine:
    title, text = question_about(asked.song, asked.near), seen_of(asked.song, asked.near)
    return QuestionLine(asked.song_id, title, text, answers_about(asked.song, asked.near))
