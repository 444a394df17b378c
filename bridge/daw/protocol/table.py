"""The panel protocol: every field of the panel and every request of the scripts, in one table for all DAWs.

The bridge writes the panel, whole, into a file (`bridge.daw.protocol.panel`); scripts inside a DAW read and show it,
and send requests back (`bridge.daw.protocol.requests`). REAPER's scripts exchange JSON, Ardour's lines of text and
OSC messages; both are made from this table, and so is ``docs/daw-protocol.md``. A new field is a line here, a field
of `bridge.daw.contract.Panel` and whatever shows it.

Scripts and bridges of different versions meet: a person updates one and not the other. So a name is never given
another meaning, nothing is taken away, and what a version renamed is written under its old name, too (``old``).
"""

from typing import Literal

from msgspec import Struct

from bridge.model import DawName

VERSION = 2
# What scripts check before they read on; it changes only when older scripts could not go on reading.
FORMAT = 1

MAX_TEXT_CHARS = 4000  # ours, of one value of the panel: a screen holds less
MAX_REQUEST_CHARS = 4096  # of one value: the longest path on Linux
MAX_PANEL_BYTES = 200 * 1024  # REAPER's scripts read 256 KiB at most

Kind = Literal["text", "whole", "seconds", "yes", "texts", "records"]
KIND_WORDS: dict[Kind, str] = {
    "text": "text",
    "whole": "whole number",
    "seconds": "seconds",
    "yes": "yes or no",
    "texts": "list of texts",
    "records": "list of records",
}


class Field(Struct, frozen=True, kw_only=True):
    """One field of the panel, or of a record in it; ``name`` is its key in JSON and the attribute in the bridge."""

    name: str
    kind: Kind
    meaning: str
    most: int = 0  # entries of a list
    line: str = ""  # key of its line in Ardour's file, one line per entry of a list; empty: the name
    fields: tuple["Field", ...] = ()  # of the records in a list
    old: str = ""  # its name in JSON before version 2, written beside the new one
    old_line: str = ""  # the same in Ardour's file
    since: int = 1


class Argument(Struct, frozen=True, kw_only=True):
    """One value of a request."""

    name: str
    kind: Kind
    meaning: str


class Request(Struct, frozen=True, kw_only=True):
    """What a script may send; ``reaper`` is its ``kind`` in JSON, and the others' values stand in ``values``."""

    name: str
    meaning: str
    arguments: tuple[Argument, ...]
    daws: tuple[DawName, ...] = ("ardour", "reaper")
    reaper: Literal["answer", "action", "bounced", ""] = "action"


def _text(name: str, meaning: str, *, line: str = "", old_line: str = "", since: int = 1) -> Field:
    return Field(name=name, kind="text", meaning=meaning, line=line, old_line=old_line, since=since)


_ANSWER = Field(
    name="answers",
    kind="records",
    meaning="what the person may answer, in the order in which it is shown",
    most=9,
    line="answer",
    fields=(_text("answer", "what is sent back"), _text("label", "what the person reads")),
)
_NOTICE = (
    _text("key", "names the notice; an answer and *shown* say it again. Its text means nothing to a script"),
    _text("title", "one line"),
    _text("text", "one sentence or more; a line end begins a paragraph"),
    _text("kind", "what it is about, one of the kinds below", since=2),
    _text("about", "the path of the file it is about; empty where it is about none", since=2),
    Field(name="interrupt", kind="yes", meaning="asks for a window, once per key, while nothing rolls", since=2),
    _ANSWER,
)

PANEL: tuple[Field, ...] = (
    _text("project_path", "the project it is about; a script shows nothing of a panel about another one"),
    _text("song", "the song's name"),
    _text("mode", "mixing, resting, mastering or released; empty: not known"),
    _text("mode_why", "where the mode is known from"),
    Field(
        name="questions",
        kind="records",
        meaning="the few the mode asks; shown with the mode, never pressed",
        most=20,
        line="question",
        fields=(
            _text("key", "what a reply names"),
            _text("text", "what the person reads"),
            _text("answer", "what was replied last"),
        ),
    ),
    _text("rest_after_bounce", "when fresh ears are due if the song is handed off now; empty: no rest"),
    _text("rest", "when fresh ears are due; empty when nothing rests"),
    _text("verdict", "of the last bounce, one line"),
    _text("verdict_kind", "fault, listen or fine; its colour", since=2),
    Field(name="verdict_lines", kind="texts", meaning="what was found, one line each", most=8, line="verdict_line"),
    Field(
        name="findings",
        kind="records",
        meaning="the same, with the places a click leads to",
        most=8,
        line="finding",
        since=2,
        fields=(
            _text("text", "the line"),
            _text("kind", "fault or listen"),
            Field(
                name="places",
                kind="records",
                meaning="where it is, the first ones",
                most=6,
                line="place",
                fields=(Field(name="at_s", kind="seconds", meaning="from the start of the file"),),
            ),
        ),
    ),
    _text("last_bounce_path", "the last bounce's file", old_line="last_bounce"),
    Field(
        name="last_bounce_start_s",
        kind="seconds",
        meaning="where that file begins on the time line",
        old_line="last_bounce_start",
    ),
    _text("bounce_folder", "where the next bounce goes; REAPER's scripts make it where it is missing"),
    Field(
        name="bounce_number",
        kind="whole",
        meaning="the number of the next bounce",
        old="next_mix",
        old_line="next_mix",
        since=2,
    ),
    _text("bounce_name", "the next bounce's file name without its ending: safe, and no file has it", since=2),
    _text("dry_print_name", "the same for the print without the master bus", since=2),
    Field(name="bounce_tail_s", kind="seconds", meaning="how long a bounce goes on after the project's end", since=2),
    Field(name="intents", kind="texts", meaning="what a master may protect", most=20, line="intent_choice"),
    Field(name="targets", kind="texts", meaning="what a master may be made for", most=100, line="target_choice"),
    Field(
        name="intent_titles",
        kind="texts",
        meaning="the intents as the person reads them, in the same order",
        most=20,
        line="intent_title",
        since=2,
    ),
    Field(
        name="target_titles",
        kind="texts",
        meaning="the targets as the person reads them, in the same order",
        most=100,
        line="target_title",
        since=2,
    ),
    _text("intent", "chosen last"),
    _text("target", "chosen last"),
    _text("sheet_survive", "the hand-off sheet: what must survive"),
    _text("sheet_references", "the hand-off sheet: references"),
    _text("sheet_worries", "the hand-off sheet: worries"),
    Field(name="sheet_complete", kind="yes", meaning="the hand-off sheet: complete, not perfect"),
    Field(
        name="notices",
        kind="records",
        meaning="what is said to the person. A window that the bridge opens in Ardour holds only those that interrupt",
        most=50,
        line="notice",
        fields=_NOTICE,
    ),
    Field(
        name="noticed",
        kind="records",
        meaning="not said yet: only for a window that the person opens (in Ardour after the notices, as such)",
        most=20,
        line="notice",
        fields=_NOTICE,
    ),
    Field(
        name="markers",
        kind="records",
        meaning="the faults of the last bounce",
        most=100,
        line="marker",
        fields=(
            Field(name="at_s", kind="seconds", meaning="from the start of the file"),
            _text("text", "what is wrong there"),
        ),
    ),
    _text("last_master_path", "the last master's file", old_line="last_master"),
    Field(
        name="before_bounce",
        kind="texts",
        meaning="what stands in the way of a bounce now, one sentence each; the person may bounce anyway",
        most=20,
    ),
    Field(
        name="before_dual_print",
        kind="texts",
        meaning="the same for a dual print; left out by older bridges, which mean `before_bounce`",
        most=20,
        since=2,
    ),
    Field(
        name="watched",
        kind="texts",
        meaning="the strips that are looked at, in the order of the flow; the master is the last",
        most=20,
        since=2,
    ),
    Field(
        name="muted",
        kind="texts",
        meaning="names of muted tracks that hold something: they would not be in a bounce",
        most=20,
        since=2,
    ),
    Field(
        name="bus_ids",
        kind="texts",
        meaning="ids, as the DAW has them, of the strips before the master: a dual print switches their processors off",
        most=20,
        since=2,
    ),
    _text("wiring_key", "REAPER alone: which reading of the routing `bus_tracks` answers", since=2),
    Field(
        name="bus_tracks",
        kind="texts",
        meaning="REAPER alone: numbers, from 1, of the tracks that everything passes through",
        most=20,
        since=2,
    ),
)

SCRIPTS_NOTICE = "scripts:"  # begins the key of a notice about the scripts themselves, which its adapter serves

NOTICE_KINDS = {
    "warning": "something on the master bus; what may be answered is with it",
    "master-made": "a master is there; `about` is its file",
    "master-waits": "a master was asked for and waits, for an answer or to be asked for again. `about` is the bounce",
    "master-failed": "a master was asked for and not made",
    "refused": "something else that was asked for was not kept, or is not safe yet",
    "sheet-missing": "a new bounce has no hand-off sheet; `about` is the bounce",
    "song-near": "a new song may be one that is there",
    "scripts": "the scripts are of another version than the bridge; the answer `renew` renews them",
    "repair": "Ardour alone, never shown as text: a dual print left processors switched off",
}


def _argument(name: str, meaning: str, kind: Kind = "text") -> Argument:
    return Argument(name=name, kind=kind, meaning=meaning)


_PROJECT = _argument("project_path", "the open project, as the DAW names it")
REQUESTS: dict[str, Request] = {
    request.name: request
    for request in (
        Request(
            name="answer",
            meaning="The person answered a notice.",
            arguments=(_PROJECT, _argument("key", "the notice's"), _argument("answer", "one of the notice's answers")),
            reaper="answer",
        ),
        Request(
            name="bounced",
            meaning="A bounce of ours is finished.",
            arguments=(
                _argument("path", "the file, absolute"),
                _argument("name", "its name without the ending"),
                _argument("print", "bounce, print-wet or print-dry"),
                _argument("pair", "the same text for both prints of one mix; empty for a bounce"),
                _PROJECT,
                _argument("project_name", "as the DAW names it"),
                _argument("start_s", "where the file begins on the time line; left out: at its beginning", "seconds"),
            ),
            reaper="bounced",
        ),
        Request(
            name="exported",
            meaning="The DAW itself finished an export.",
            arguments=(
                _argument("name", "of the exported range"),
                _argument("path", "the file, absolute"),
                _PROJECT,
                _argument("project_name", "as the DAW names it"),
            ),
            daws=("ardour",),
            reaper="",
        ),
        Request(
            name="master",
            meaning="Make a master.",
            arguments=(
                _PROJECT,
                _argument("path", "the bounce"),
                _argument("intent", "what to protect; empty: as last time"),
                _argument("target", "what for; empty: as set"),
            ),
        ),
        Request(
            name="mode",
            meaning="The person says what is done with the song.",
            arguments=(_PROJECT, _argument("mode", "one of the modes")),
        ),
        Request(
            name="reply",
            meaning="The person replied to a question of the mode; an empty reply takes it back.",
            arguments=(_PROJECT, _argument("question", "its key"), _argument("answer", "the text")),
        ),
        Request(
            name="handoff",
            meaning="The person filled in the hand-off sheet. A value that is left out (REAPER) stays as it was.",
            arguments=(
                _PROJECT,
                _argument("intent", "what to protect"),
                _argument("survive", "what must survive"),
                _argument("references", "references"),
                _argument("worries", "worries"),
                _argument("complete", "complete, not perfect", "yes"),
            ),
        ),
        Request(
            name="ask",
            meaning="Write the panel now; `board.txt` repeats the ticket.",
            arguments=(_argument("ticket", "names the question"), _PROJECT),
            daws=("ardour",),
            reaper="",
        ),
        Request(
            name="shown",
            meaning="These notices are on the screen: no window opens for them again.",
            arguments=(_PROJECT, _argument("keys", "their keys, escaped as in a file, with tabs between them")),
            daws=("ardour",),
            reaper="",
        ),
    )
}
