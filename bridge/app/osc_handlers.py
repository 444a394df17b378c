"""What each OSC address does."""

from bridge.app.commands import CommandHandler
from bridge.app.intake import FileCommand
from bridge.app.job_queue import JobQueue
from bridge.app.osc_front import Handler, RefusedError
from bridge.osc import addresses as osc
from bridge.osc.codec import Value
from bridge.policy.song.modes import parse_mode
from bridge.sessions.registry import SessionRegistry
from bridge.songs.service import SongService

Arguments = tuple[Value, ...]


def osc_handlers(
    commands: CommandHandler, sessions: SessionRegistry, song_service: SongService, job_queue: JobQueue
) -> dict[osc.Address, Handler]:
    """Return the handlers by address; each raises `FreshEarsError` with the reason when it cannot be done."""

    def cancel(args: Arguments) -> None:
        if not job_queue.cancel(int(args[0])):
            raise RefusedError(f"there is no job {args[0]} that waits or runs")

    def answer(args: Arguments) -> None:
        if not sessions.answer(str(args[0]), str(args[1])):
            raise RefusedError("no such warning stands, or it does not offer that answer")

    def mode(args: Arguments) -> None:
        song_service.say_mode(song_service.song(str(args[0])).id, parse_mode(str(args[1])), "you said so over OSC")

    return {
        osc.BOUNCE: lambda args: commands.file_named(str(args[0]), None),
        osc.ANALYZE: lambda args: commands.file_named(str(args[0]), FileCommand("analyse")),
        osc.MASTER: commands.master_over_osc,
        osc.CANCEL: cancel,
        osc.ANSWER: answer,
        osc.MODE: mode,
    }
