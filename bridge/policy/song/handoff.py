"""The hand-off sheet: what the person says about a bounce before it becomes a master.

It is edited as a short Markdown text, in any editor, and kept as a record. Nothing in it is interpreted but the
intent, which sets caps, and "complete, not perfect", which only the person can say.
"""

from collections.abc import Iterable, Sequence
from typing import get_args

import msgspec

from bridge.errors import UsageError
from bridge.model import Handoff, Intent
from bridge.policy.song.rest import moment
from bridge.text import plain_text

INTENTS: tuple[Intent, ...] = get_args(Intent)
LONGEST_ITEM = 500
MOST_ITEMS = 50

CAPS: dict[Intent, str] = {
    "intimate": "Gain reduction and compression stay small, and quiet sections stay quiet. The level follows.",
    "energetic": "Transients are kept: limiting stays shallow, the crest is protected.",
    "strange": "The balance is yours: EQ moves stay tiny, nothing is made more usual.",
    "neutral": "Every move stays moderate.",
}

_HEADINGS = ("Intent", "What must survive", "References", "Worries about translation", "Complete, not perfect")
_HELP = {
    "Intent": f"One of: {', '.join(INTENTS)}.",
    "What must survive": "The moments and colours that the master must not touch, one in a line.",
    "References": "Songs or files that feel right, one in a line.",
    "Worries about translation": "Where do you fear that it will not work?",
    "Complete, not perfect": "yes, when there is nothing left that you would change in the mix; no otherwise.",
}


def to_markdown(sheet: Handoff, title: str) -> str:
    """Return the sheet as the text a person edits and reads; `from_markdown` gives the same sheet back."""
    parts = [f"# Hand-off: {plain_text(title)}", ""]
    bodies: dict[str, list[str]] = {
        "Intent": [sheet.intent],
        "What must survive": _listed(sheet.must_survive),
        "References": _listed(sheet.references),
        "Worries about translation": _listed(sheet.worries),
        "Complete, not perfect": ["yes" if sheet.complete else "no"],
    }
    for heading in _HEADINGS:
        parts += [f"## {heading}", "", f"> {_HELP[heading]}", "", *bodies[heading], ""]
    return "\n".join(parts)


def _listed(texts: Iterable[str]) -> list[str]:
    return [f"- {plain_text(text, LONGEST_ITEM)}" for text in texts]


def from_markdown(text: str, written_at: float) -> Handoff:
    """Read an edited sheet.

    Raises
    ------
    UsageError
        The intent or the "complete" line cannot be understood, or an item is far too long; the message names it.
    """
    sections: dict[str, list[str]] = {heading: [] for heading in _HEADINGS}
    inside: list[str] | None = None
    known = {heading.casefold(): heading for heading in _HEADINGS}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("## "):
            heading = known.get(stripped[3:].strip().casefold())
            if heading is None:
                raise UsageError(f"line {number}: {plain_text(stripped, 60)!r} is not a heading of the sheet")
            inside = sections[heading]
        elif inside is not None and stripped and not stripped.startswith(">"):
            inside.append(_item(stripped, number))
    return Handoff(
        intent=parse_intent(" ".join(sections["Intent"]) or "neutral"),
        must_survive=_items(sections["What must survive"]),
        references=_items(sections["References"]),
        worries=_items(sections["Worries about translation"]),
        complete=_yes(" ".join(sections["Complete, not perfect"])),
        written_at=written_at,
    )


def make_sheet(
    intent: str,
    must_survive: Sequence[str],
    references: Sequence[str],
    worries: Sequence[str],
    *,
    complete: bool,
    written_at: float,
) -> Handoff:
    """Return a sheet from single answers; raises UsageError as `from_markdown` does."""
    return Handoff(
        intent=parse_intent(intent),
        must_survive=_items([_item(text) for text in must_survive]),
        references=_items([_item(text) for text in references]),
        worries=_items([_item(text) for text in worries]),
        complete=complete,
        written_at=written_at,
    )


def parse_intent(text: str) -> Intent:
    """Return the intent a person named; raises UsageError listing the intents."""
    wanted = text.strip().casefold()
    if wanted not in INTENTS:
        raise UsageError(f"the intent {plain_text(text, 40)!r} is not known; use one of {', '.join(INTENTS)}")
    return wanted


def to_json(sheet: Handoff, song: str, revision: int, sha256: str) -> bytes:
    """Return the sidecar for other programs: the sheet with the bounce it belongs to."""
    record = {"song": song, "revision": revision, "sha256": sha256, "handoff": sheet, "caps": CAPS[sheet.intent]}
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


def summary(sheet: Handoff, now_at: float) -> str:
    """Return one line about a sheet."""
    kept = f", {len(sheet.must_survive)} to keep" if sheet.must_survive else ""
    complete = "complete" if sheet.complete else "not called complete"
    return f"Handed off {moment(sheet.written_at, now_at)} as {sheet.intent}{kept}; {complete}."


def _item(line: str, number: int = 0) -> str:
    text = line.strip()
    text = text[2:].strip() if text.startswith(("- ", "* ")) else "" if text in {"-", "*"} else text
    if len(text) > LONGEST_ITEM:
        where = f"line {number}: " if number else ""
        raise UsageError(f"{where}longer than {LONGEST_ITEM} characters; say it in a sentence")
    return plain_text(text, LONGEST_ITEM)


def _items(found: Sequence[str]) -> tuple[str, ...]:
    items = tuple(item for item in found if item)
    if len(items) > MOST_ITEMS:
        raise UsageError(f"{len(items)} entries in one part of the sheet; {MOST_ITEMS} are the most it holds")
    return items


def _yes(text: str) -> bool:
    wanted = text.strip().casefold()
    if wanted in {"yes", "y", "true", "x", "[x]"}:
        return True
    if wanted in {"no", "n", "false", "", "[ ]", "-"}:
        return False
    raise UsageError(f'"Complete, not perfect" must be yes or no, not {plain_text(text, 40)!r}')


def sheet_notes(sheet: Handoff | None) -> tuple[tuple[str, str], ...]:
    """Return a hand-off sheet as questions and answers for the printed page."""
    if sheet is None:
        return ()
    lists = (
        ("What must survive", sheet.must_survive),
        ("References", sheet.references),
        ("Worries about translation", sheet.worries),
    )
    return (("Intent", sheet.intent), *((name, "\n".join(entries)) for name, entries in lists if entries))
