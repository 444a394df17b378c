"""What the pages need from the rest of the bridge: records to read, and one door for the few things they may ask.

The server knows neither the store nor the worker. The application hands it a `Source` (its own, read-only view of the
store) and an `Ask` (called for every action, in a thread of its own).
"""

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from bridge.model import (
    Analysis,
    Bounce,
    Curves,
    Handoff,
    Job,
    MasterResult,
    Mode,
    ModeChange,
    Readiness,
    Series,
    Song,
    Verdict,
    Zoom,
)
from bridge.songs.actions import Action, PageReply
from bridge.songs.comparisons import ComparisonState, ReferencesState
from bridge.store import BounceSummary, StoredMaster

AudioKind = Literal["bounce", "master", "reference"]
Sound = tuple[AudioKind, int]
Choice = tuple[str, str]  # what is sent, what is shown


class SongCard(Struct, frozen=True, kw_only=True):
    """A song in the list of songs."""

    song: Song
    revisions: int
    masters: int
    last: Bounce | None
    verdict: Verdict | None
    mode: Mode | None = None
    warnings: int = 0


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One line of a song's history, in words."""

    at: float
    words: str


class StandingWarning(Struct, frozen=True, kw_only=True):
    """A warning that stands and can be answered."""

    id: str
    song_id: int | None
    title: str
    message: str
    answers: tuple[Choice, ...]


class ListeningPlace(Struct, frozen=True, kw_only=True):
    """A place on the listening checklist and when the bounce was heard there."""

    place: str
    heard_at: float | None = None
    note: str = ""


class PageQuestion(Struct, frozen=True, kw_only=True):
    """A question that a mode asks, and the answer so far."""

    key: str
    text: str
    answer: str = ""


class BusEffectRecord(Struct, frozen=True, kw_only=True):
    """What the master bus adds to a mix, where it was printed with and without it."""

    sentence: str
    wet: Bounce
    dry: Bounce
    rows: tuple[tuple[str, float | None, str], ...]  # label, with minus without, unit


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
    questions: tuple[PageQuestion, ...] = ()
    rest_until: float | None = None
    warnings: tuple[StandingWarning, ...] = ()


class BouncePage(Struct, frozen=True, kw_only=True):
    """Everything the page of one bounce shows."""

    bounce: Bounce
    analysis: Analysis | None
    analysed_at: float | None
    job: Job | None = None  # the one that waits, runs or failed, while there is no analysis
    masters: tuple[StoredMaster, ...] = ()
    master_job: Job | None = None
    mode: Mode | None = None
    hides_loudness: bool = False
    sheet: Handoff | None = None
    readiness: Readiness | None = None
    remarks: tuple[str, ...] = ()
    checklist: tuple[ListeningPlace, ...] = ()
    master_bus: tuple[str, ...] = ()
    bus_adds: BusEffectRecord | None = None
    references: ReferencesState = ReferencesState()
    rest_until: float | None = None


class MasterPage(Struct, frozen=True, kw_only=True):
    """Everything the page of one master shows."""

    id: int
    made_at: float
    result: MasterResult
    target_title: str = ""
    bounce: Bounce | None
    mix: Analysis | None
    curves: Curves | None = None
    beside: ComparisonState = ComparisonState()
    references: ReferencesState = ReferencesState()
    notes: tuple[Choice, ...] = ()  # the sheet it was made with
    playback: tuple["PlaybackLevel", ...] = ()


class PlaybackLevel(Struct, frozen=True, kw_only=True):
    """How a service sets the level of what it plays, for hearing it."""

    name: str
    label: str
    level_lufs: float
    turns_up: bool = False
    peak_dbtp: float | None = None  # quiet music is raised only as far as this peak


class AudioSlice(Struct, frozen=True, kw_only=True):
    """A stretch of a sound file: float32, little endian, interleaved."""

    rate_hz: int
    channels: int
    frames: int  # of the whole file
    start: int
    data: bytes


class MasterOptions(Struct, frozen=True, kw_only=True):
    """What a master can be made with."""

    targets: tuple[Choice, ...]
    presets: tuple[Choice, ...] = ()


class Source(Protocol):
    """Reads what the pages show; ``None`` means there is no such thing. Called from the server's own thread only."""

    def songs(self) -> list[SongCard]:
        """Return all songs, the one with the newest bounce first."""

    def song(self, song_id: int) -> SongPage | None:
        """Return one song."""

    def bounce(self, bounce_id: int) -> BouncePage | None:
        """Return one bounce."""

    def master(self, master_id: int) -> MasterPage | None:
        """Return one master."""

    def warnings(self) -> list[StandingWarning]:
        """Return all warnings that stand."""

    def options(self) -> "MasterOptions":
        """Return what a master can be made with."""

    def beside(self, a: Sound, b: Sound) -> ComparisonState | None:
        """Return how one known sound differs from another."""

    def loudness(self, kind: AudioKind, item_id: int) -> Series | None:
        """Return the short-term loudness of a known bounce or master as finely as it was kept."""

    def zoom(self, kind: AudioKind, item_id: int, level: int) -> Zoom | None:
        """Return the waveform of a known bounce at one zoom; level 0 is the finest."""

    def zoom_steps(self, kind: AudioKind, item_id: int) -> list[float]:
        """Return the step of every zoom there is, in seconds, the finest first."""

    def audio_path(self, kind: AudioKind, item_id: int) -> str | None:
        """Return the sound file of a known bounce, master or reference, as text of `bridge.pathtext`."""

    def audio(self, kind: AudioKind, item_id: int, start: int, frames: int) -> AudioSlice | None:
        """Return a stretch of the sound of a known bounce, master or reference; shorter at its end."""

    def close(self) -> None:
        """Let go of what reading needed."""


Ask = Callable[[Action], PageReply]


class Happened(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, told to the pages that are open; ids say which pages it touches."""

    kind: Literal["progress", "changed", "state", "hello"]
    song_id: int | None = None
    bounce_id: int | None = None
    job_id: int | None = None
    stage: str = ""
    fraction: float | None = None
    message: str = ""
