"""What a DAW adapter gives and takes; the application and the tests know no more about a DAW than this.

An adapter watches one kind of DAW and posts events: the whole state of a session (`SnapshotSeen`), a finished export
(`ExportSeen`), what the person answered or asked for inside the DAW (`AnswerGiven`, `ActionAsked`), and whether it
is connected (`ConnectionChanged`). It is given one `Panel`: everything the DAW should show, always the whole of it,
so that a lost message repairs itself with the next one. It decides nothing: what deserves a warning, and what an
answer means, is policy. It only refuses to interrupt: no window opens while the transport rolls or records.

Events are posted from the adapter's own thread. The callback must return quickly (put it in a queue).
"""

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct, field

from bridge.model import DawName, ModeQuestion, SessionSnapshot

PrintKind = Literal["export", "bounce", "print-wet", "print-dry"]
# ours: longer than most halls ring, shorter than the silence at an end that a bounce is asked about (ten seconds).
BOUNCE_TAIL_S = 8.0
NoticeKind = Literal[
    "warning",
    "master-made",
    "master-waits",
    "master-failed",
    "refused",
    "sheet-missing",
    "song-near",
    "repair",
    "scripts",
]
# "reply" answers a question of the panel: values "question" (its key) and "answer" (the text; empty takes it back).
ActionName = Literal["master", "handoff", "mode", "reply"]


class AnswerChoice(Struct, frozen=True, kw_only=True):
    """One answer a person can give to a notice."""

    answer: str  # what is sent back, one of the policy's own words
    label: str  # what the person reads


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to say to the person inside the DAW.

    ``interrupt`` asks for a window of its own, once per ``key`` and only while the transport is stopped. A notice
    without it waits until the person looks.
    """

    key: str  # means nothing to a script; what it is about stands in kind and about
    title: str
    text: str
    kind: NoticeKind = "warning"
    about: str = ""  # the path of the file it is about
    answers: tuple[AnswerChoice, ...] = ()
    interrupt: bool = False


class PanelPlace(Struct, frozen=True, kw_only=True):
    """A place of a finding; ``at_s`` counts from the start of the file."""

    at_s: float


class PanelFinding(Struct, frozen=True, kw_only=True):
    """One thing that was found in the last bounce, with the places a click leads to."""

    text: str
    kind: str  # "fault" or "listen"
    places: tuple[PanelPlace, ...] = ()


class PanelMarker(Struct, frozen=True, kw_only=True):
    """A fault of the last bounce, to be shown on the time line; ``at_s`` counts from the start of the file."""

    at_s: float
    text: str


class Panel(Struct, frozen=True, kw_only=True):
    """Everything the DAW should be able to show about one session; the latest one replaces the one before.

    How it reaches the scripts stands in `bridge.daw.protocol.table`, with a line for every field here.
    """

    project_path: str = ""
    song: str = ""
    mode: str = ""
    mode_why: str = ""  # where the mode is known from: "you said so", "bounce 3 was handed off" ...
    questions: tuple[ModeQuestion, ...] = ()  # the few the mode asks; shown where the mode is shown, never pressed
    rest_after_bounce: str = ""  # "Handed off now, fresh ears are due tomorrow at 14:20."; empty: no rest
    rest: str = ""  # "Fresh ears are due tomorrow at 14:20.", empty when nothing rests
    verdict: str = ""  # the last bounce's, one line
    verdict_kind: str = ""  # "fault", "listen" or "fine": its colour
    verdict_lines: tuple[str, ...] = ()
    findings: tuple[PanelFinding, ...] = ()  # the same with their places
    last_bounce_path: str = ""
    last_bounce_start_s: float = 0.0  # where that bounce begins on the session's time line
    bounce_folder: str = ""
    bounce_number: int = 1
    bounce_name: str = ""  # this and the next are filled in by the adapter, when the scripts read (`bounce_name.named`)
    dry_print_name: str = ""
    bounce_tail_s: float = BOUNCE_TAIL_S
    intents: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    intent_titles: tuple[str, ...] = ()  # what the person reads, in the same order
    target_titles: tuple[str, ...] = ()
    intent: str = ""  # chosen last
    target: str = ""
    sheet_survive: str = ""
    sheet_references: str = ""
    sheet_worries: str = ""
    sheet_complete: bool = False
    notices: tuple[Notice, ...] = ()
    noticed: tuple[Notice, ...] = ()  # not said yet: only for a window that the person opens
    markers: tuple[PanelMarker, ...] = ()
    last_master_path: str = ""
    before_bounce: tuple[str, ...] = ()  # what stands in the way of a bounce now, one sentence each
    before_dual_print: tuple[str, ...] = ()  # the same for a dual print
    watched: tuple[str, ...] = ()  # names of the strips that are looked at, in the order of the flow
    muted: tuple[str, ...] = ()  # names of muted tracks that hold something: they would not be in a bounce
    bus_ids: tuple[str, ...] = ()  # the DAW's own ids of those before the master: a dual print switches them, too
    wiring_key: str = ""  # this and the next are the adapter's answer to what a script said of the routing
    bus_tracks: tuple[str, ...] = ()


class DawStatus(Struct, frozen=True, kw_only=True):
    """Whether a DAW is connected, in words for `freshears status` and `freshears doctor`."""

    daw: DawName
    connected: bool
    channels: tuple[str, ...] = ()  # what is heard: "osc", "hook", "exports", "mailbox" ...
    project_name: str = ""
    project_path: str = ""
    missing: tuple[str, ...] = ()  # one sentence each: what does not work and the one thing to do
    heard_at: float | None = None
    watched: tuple[str, ...] = ()  # the strips that are looked at; filled in where sessions are known
    address: str = ""
    notice: Notice | None = None  # what the adapter asks about itself; answered by `Adapter.answer`


class SnapshotSeen(Struct, frozen=True, kw_only=True):
    """The state of the session, whole; posted on every change and at least every few seconds."""

    snapshot: SessionSnapshot


class ExportSeen(Struct, frozen=True, kw_only=True):
    """A sound file was written by the DAW and is finished, once per file.

    ``master_chain`` is left to the last snapshot; ``pair`` joins the two files of a dual print.
    """

    daw: DawName
    seen_at: float
    path: str
    name: str = ""
    project_path: str = ""
    project_name: str = ""
    kind: PrintKind = "export"
    pair: str = ""
    start_s: float = 0.0  # where the file begins on the session's time line


class AnswerGiven(Struct, frozen=True, kw_only=True):
    """The person answered a notice."""

    daw: DawName
    at: float
    project_path: str
    key: str
    answer: str


class ActionAsked(Struct, frozen=True, kw_only=True):
    """The person asked for something inside the DAW; ``values`` holds the fields of the form as text."""

    daw: DawName
    at: float
    project_path: str
    action: ActionName
    values: dict[str, str] = field(default_factory=dict)


class ConnectionChanged(Struct, frozen=True, kw_only=True):
    """The DAW came, went, or is heard on other channels than before."""

    status: DawStatus


DawEvent = SnapshotSeen | ExportSeen | AnswerGiven | ActionAsked | ConnectionChanged
Post = Callable[[DawEvent], None]


class Adapter(Protocol):
    """One kind of DAW. All methods may be called from any thread; none blocks longer than it takes to stop."""

    daw: DawName

    def start(self) -> None:
        """Begin watching, in a thread of its own; a DAW that is not there is waited for."""

    def stop(self) -> None:
        """End the thread, close sockets, remove what tells the DAW that the bridge is there."""

    def show(self, panel: Panel) -> None:
        """Replace what the DAW shows."""

    def renew(self) -> None:
        """Look at the DAW anew, at once: the computer slept, and what was heard before counts no longer."""

    def answer(self, key: str, answer: str) -> None:
        """Take the answer to the notice of `status`; what follows from it is done in the adapter's own thread."""

    def status(self) -> DawStatus:
        """Return what is connected now."""
