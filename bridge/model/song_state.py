"""Keeping mixing and mastering apart: modes, hand-off sheets, readiness, warnings and their answers."""

from typing import Literal

from msgspec import Struct

Mode = Literal["mixing", "resting", "mastering", "released"]

Intent = Literal["intimate", "energetic", "strange", "neutral"]

Purpose = Literal[
    "loudness", "suite", "glue", "tone", "saturation", "stereo", "space", "meter", "reference", "room-correction",
    "monitor", "utility", "instrument", "unknown",
]  # fmt: skip


class Classification(Struct, frozen=True, kw_only=True):
    """What a plug-in is for, and how we know."""

    name: str  # without what hosts and formats hang on it, safe to show
    purpose: Purpose
    why: str


ModeSource = Literal["person", "bounce", "guess", "master"]


class ModeChange(Struct, frozen=True, kw_only=True):
    """When a song came into a mode, and where that was known from."""

    mode: Mode
    source: ModeSource
    why: str
    at: float


class ModeQuestion(Struct, frozen=True, kw_only=True):
    """A question that a mode asks of a song; nobody scores the answer."""

    key: str  # what a reply names
    text: str  # what the person reads
    answer: str = ""  # kept so far


class Handoff(Struct, frozen=True, kw_only=True):
    """What the person says about a bounce before it is mastered; texts are kept, never interpreted."""

    intent: Intent = "neutral"
    must_survive: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # files or words
    worries: tuple[str, ...] = ()  # about translation
    complete: bool = False  # "complete, not perfect", declared by the person
    written_at: float = 0.0


class ListeningTick(Struct, frozen=True, kw_only=True):
    """A place where a bounce was listened to."""

    place: str
    heard_at: float
    note: str = ""


ReadinessVerdict = Literal["ready", "ready-when-rested", "fix-first", "not-examined"]


class Reason(Struct, frozen=True, kw_only=True):
    """One thing that stands between a bounce and its master, or that is worth knowing before."""

    kind: Literal["fault", "sheet", "rest", "bus", "listen"]
    text: str
    remedy: str
    blocks: bool
    asks: str = ""  # it is asked about, not refused: what a question says of the bounce, "rests for another 3 hours"


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether a bounce is ready to be mastered, and why not."""

    verdict: ReadinessVerdict
    headline: str
    reasons: tuple[Reason, ...] = ()


class BusItem(Struct, frozen=True):
    """A processor that is at work on the master, or on a strip before it that everything passes through."""

    name: str
    purpose: Purpose
    strip: str = ""  # the name of that strip, safe to show; empty: the master


WarningKind = Literal["loudness", "glue", "stacked", "resting", "room-correction", "bounce-reminder", "same-sitting"]

Answer = Literal["part-of-the-sound", "at-the-bounce", "not-now", "switch-to-mastering"]


class BusWarning(Struct, frozen=True, kw_only=True):
    """One thing said to a person about the master bus: what was seen, why it matters, what can be done."""

    id: str  # the same for as long as it is the same warning; a new one only after an answer
    project: str  # see `policy.guard.project_key`
    kind: WarningKind | Literal["by-ear"]  # the latter: no DAW said it, a bounce sounds so
    plugins: tuple[str, ...]  # names that are safe to show
    seen: str
    why: str
    remedy: str
    answers: tuple[Answer, ...]
    song_id: int | None = None  # None: the project has no bounce yet, or an older version wrote this
    session: str = ""  # as a person tells it from others: its name, and its folder where two have one name
    raised_at: float | None = None  # None: it waits for the transport to stop and is shown only where someone looks


class GivenAnswer(Struct, frozen=True, kw_only=True):
    """What a person answered to a warning, and when."""

    warning_id: str
    answer: Answer
    at: float
