"""What each OSC address does."""

from bridge.app.desk import Desk
from bridge.app.intake import Wish
from bridge.app.osc_desk import Deed, RefusedError
from bridge.app.wishes import Wishes
from bridge.osc import addresses as osc
from bridge.osc.codec import Value
from bridge.policy.song.modes import parse_mode
from bridge.sessions.sessions import Sessions
from bridge.songs.songbook import Songbook

Arguments = tuple[Value, ...]


def osc_deeds(wishes: Wishes, sessions: Sessions, book: Songbook, desk: Desk) -> dict[osc.Address, Deed]:
    """Return the deeds by address; each raises `FreshEarsError` with the reason when it cannot be done."""

    def cancel(args: Arguments) -> None:
        if not desk.cancel(int(args[0])):
            raise RefusedError(f"there is no job {args[0]} that waits or runs")

    def answer(args: Arguments) -> None:
        if not sessions.answer(str(args[0]), str(args[1])):
            raise RefusedError("no such warning stands, or it does not offer that answer")

    def mode(args: Arguments) -> None:
        book.say_mode(book.song(str(args[0])).id, parse_mode(str(args[1])), "you said so over OSC")

    return {
        osc.BOUNCE: lambda args: wishes.take_file(str(args[0]), None),
        osc.ANALYZE: lambda args: wishes.take_file(str(args[0]), Wish("analyse")),
        osc.MASTER: wishes.master_over_osc,
        osc.CANCEL: cancel,
        osc.ANSWER: answer,
        osc.MODE: mode,
    }
