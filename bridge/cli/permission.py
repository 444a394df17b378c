"""Before a master is made by hand: is the mix ready, does it still rest, and does the person go on anyway?"""

import sys
from pathlib import Path

import typer

from bridge.cli.context import console, the_config, the_home
from bridge.errors import JobError
from bridge.model import Bounce, Intent, Reason
from bridge.songs.service import SongService
from bridge.store import Store


class Permission:
    """What is known of a mix that may be mastered now."""

    def __init__(self, bounce: Bounce, intent: Intent | None, notes: tuple[str, ...]) -> None:
        self.bounce = bounce
        self.intent = intent  # from its sheet
        self.notes = notes  # what it is mastered in spite of

    def made(self) -> None:
        """Record that the master was made: the song is being mastered now."""
        store = Store.open(the_home().store_path)
        try:
            SongService(store, the_config()).on_mastered(self.bounce)
        finally:
            store.close()


def may_master(file: Path, *, anyway: bool, reason: str, ask: bool) -> Permission | None:
    """Return whether a mix may be mastered now; None when it is no bounce we know.

    What stands in the way is asked about once, in a terminal; without one it is refused, unless ``anyway``. That there
    is no sheet at all is only named. Faults are left to the master job, which finds them itself.

    Raises
    ------
    JobError
        Something stands in the way, and nobody said to go on.
    """
    if not the_home().store_path.exists():
        return None
    store = Store.open(the_home().store_path)
    try:
        song_service = SongService(store, the_config())
        bounce = store.bounces.by_path(file.expanduser().absolute())
        if bounce is None:
            return None
        reasons = tuple(found for found in song_service.in_the_way(bounce) if found.kind != "fault")
        sheet = song_service.sheet(bounce)
        goes_on = anyway and bool(reasons)
        if reasons and not anyway and not song_service.is_only_a_nudge(bounce, reasons):
            reason = _ask(file, reasons, reason, ask=ask)
            goes_on = True
        notes = song_service.go_on_anyway(bounce, reasons, reason) if goes_on else ()
        return Permission(bounce, None if sheet is None else sheet.intent, notes)
    finally:
        store.close()


def _in_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(file: Path, reasons: tuple[Reason, ...], reason: str, *, ask: bool) -> str:
    """Ask once; return the reason the person gave."""
    words = " ".join(found.text for found in reasons)
    if not (ask and _in_a_terminal()):
        raise JobError(
            f"{file.name}: {words} Ask again with --anyway to go on; it is written down, not held against you."
        )
    show = console()
    for found in reasons:
        show.print(found.text, style="yellow", markup=False, soft_wrap=True)
    if not typer.confirm("Master it anyway?", default=False):
        raise JobError(f"{file.name} waits. Good ears are worth a night.")
    return reason or str(typer.prompt("A word on why (may be empty)", default="", show_default=False))
