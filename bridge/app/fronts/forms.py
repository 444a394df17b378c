"""The fields of a form, as pages and DAWs send them."""

from collections.abc import Mapping

from bridge.app.commands.records import BounceRef, WriteSheet

_YES = {"1", "yes", "true", "on"}


def sheet_command(bounce: BounceRef, values: Mapping[str, str], intent: str | None = None) -> WriteSheet:
    """Return the command for the fields of a hand-off form; a field that is not there says nothing.

    ``survive``, ``references`` and ``worries`` hold an entry a line.
    """

    def lines(field: str) -> tuple[str, ...] | None:
        if field not in values:
            return None
        return tuple(line for line in values[field].splitlines() if line.strip())

    complete = values.get("complete")
    return WriteSheet(
        bounce=bounce,
        intent=intent or values.get("intent") or None,
        must_survive=lines("survive"),
        references=lines("references"),
        worries=lines("worries"),
        complete=None if complete is None else complete.strip().casefold() in _YES,
    )
