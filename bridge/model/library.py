"""Songs, their bounces, and the work on them."""

from typing import Literal

from msgspec import Struct


class Progress(Struct, frozen=True, kw_only=True):
    """How far a job is: ``fraction`` is 0..1 over the whole job, ``stage`` a word for people."""

    stage: str
    fraction: float


JobState = Literal["queued", "running", "done", "failed", "cancelled"]

Verdict = Literal["fault", "listen", "fine"]
FolderState = Literal["there", "missing", "hangs"]  # of a watched folder; it hangs where its drive does not answer


class Song(Struct, frozen=True, kw_only=True):
    """A song: what its bounces have in common."""

    id: int
    name: str
    folder: str
    created_at: float


class Bounce(Struct, frozen=True, kw_only=True):
    """One bounce of a song, identified by its content."""

    id: int
    song_id: int
    song: str
    revision: int
    label: str
    sha256: str
    path: str
    size_bytes: int
    source: str
    seen_at: float
    version: str = ""  # of the song; '' is the song itself: instrumental, a cappella, radio edit ...
    is_dry: bool = False  # printed without the master bus: an annex of the bounce of its number
    bounced_at: float = 0.0  # the file's own date
    forgotten_at: float | None = None  # the person does not want to see it any more


class Job(Struct, frozen=True, kw_only=True):
    """One piece of work for the worker process."""

    id: int
    kind: str  # of `bridge.worker.jobs`
    bounce_id: int | None
    path: str
    params: str  # JSON
    state: JobState
    attempts: int
    error: str
    created_at: float
