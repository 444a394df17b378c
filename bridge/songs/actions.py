"""What a person asks for on a page, and what becomes of it."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from bridge.model import Intent, Mode

# SQLite numbers its rows from 1 to 2**63 - 1.
RowId = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Action(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person asked for on a page; which fields count depends on ``kind``."""

    kind: Literal[
        "master",
        "cancel",
        "retry",
        "dismiss",
        "answer",
        "mode",
        "reply",
        "tick",
        "untick",
        "sheet",
        "analyse",
        "compare",
        "references",
        "rename",
        "merge",
        "split",
        "move",
        "forget",
        "version",
        "undo",
        "watch",
        "unwatch",
        "add",
        "ask-again",
        "answer-song",
    ]
    bounce_id: RowId | None = None
    other_id: RowId | None = None  # the bounce to compare with
    master_id: RowId | None = None  # or the master
    song_id: RowId | None = None
    to_song_id: RowId | None = None  # the song to move to, or to join
    mend_id: RowId | None = None
    job_id: RowId | None = None
    target: str = ""
    preset: str = ""
    strength_percent: Annotated[float, Meta(ge=0.0, le=100.0)] | None = None
    follow_references: bool = False
    match_amount_percent: Annotated[float, Meta(ge=0.0, le=150.0)] | None = None
    codec_safe: bool = False
    mend_phase: bool = False
    without_metadata: bool = False
    mono_as: Literal["", "dual", "single"] = ""
    anyway: bool = False
    go_on: bool = False  # the answer to a question about a master that comes early
    why: str = ""
    warning_id: str = ""
    answer: str = ""
    mode: Mode | None = None
    place: str = ""
    is_new: bool = False  # a new place, although it is written like a known one
    name: str = ""
    version: str = ""
    folder: str = ""
    note: str = ""
    intent: Intent | None = None
    words: dict[str, str] = field(default_factory=dict)


class PageReply(Struct, frozen=True, kw_only=True):
    """What became of it, in words for the person."""

    ok: bool
    message: str
    # It is a question: the words of the button that goes on, which sends the same action with `go_on`.
    go_on: str | UnsetType = UNSET
    job_id: int | None = None
