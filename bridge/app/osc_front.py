"""What arrives over OSC, turned into commands; and the events, turned into OSC."""

import math
import os
from collections.abc import Callable
from pathlib import Path

from bridge import __version__
from bridge.errors import FreshEarsError, OscError
from bridge.model.events import (
    BounceJudged,
    Event,
    FileStuck,
    JobFailed,
    JobProgressed,
    MasterMade,
    MasterRefused,
    RestOver,
    StateChanged,
    WarningCleared,
    WarningRaised,
)
from bridge.osc import addresses as osc
from bridge.osc.codec import Message, Value
from bridge.osc.transport import Incoming, OscTransport
from bridge.worker.jobs import is_background

Handler = Callable[[tuple[Value, ...]], None]


class RefusedError(FreshEarsError):
    """Something asked over OSC cannot be; the message says why and what to do."""


def path_inside(text: str, folders: tuple[Path, ...]) -> Path:
    """Return the path a text names, if it is a file inside one of the folders (links followed).

    Raises
    ------
    RefusedError
        It is not absolute, not there, or lies elsewhere.
    """
    path = Path(text)
    if "\x00" in text or not path.is_absolute():
        raise RefusedError(f"{text}: not a full path")
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise RefusedError(f"{text}: not there") from error
    if not resolved.is_file():
        raise RefusedError(f"{text}: not a file")
    for folder in folders:
        if resolved.is_relative_to(folder.resolve()):
            return folder / resolved.relative_to(folder.resolve())
    raise RefusedError(f"{text}: lies in none of the configured folders; add its folder under [watch]")


class OscFront:
    """Answers OSC messages by calling the handlers the application gave it, and publishes events to subscribers."""

    def __init__(self, transport: OscTransport, handlers: dict[osc.Address, Handler]) -> None:
        self._transport = transport
        self._handlers = handlers
        self._state: tuple[str, int, int] = ("idle", 0, 0)

    def handle(self, incoming: Incoming) -> None:
        """Do what a checked message asks; say to its sender when that cannot be."""
        message, port = incoming
        try:
            if not self._about_the_line(message, port):
                handler = self._handlers.get(message.address)
                if handler is None:
                    raise RefusedError("this bridge cannot do that")
                handler(message.args)
        except FreshEarsError as error:
            self._transport.send(port, osc.REFUSED, message.address.path, str(error))

    def _about_the_line(self, message: Message, port: int) -> bool:
        if message.address is osc.PING:
            self._transport.pong(port, __version__, os.getpid())
        elif message.address in {osc.SUBSCRIBE, osc.UNSUBSCRIBE}:
            wanted = int(message.args[0]) or port
            if not 0 < wanted < 65_536:
                raise OscError(f"port {wanted} must lie between 0 and 65535")
            if message.address is osc.SUBSCRIBE:
                self._transport.subscribe(wanted)
                self._transport.send(wanted, osc.STATE, *self._state)
            else:
                self._transport.unsubscribe(wanted)
        else:
            return False
        return True

    def on_event(self, event: Event) -> None:
        """Send events to the subscribers."""
        match event:
            case JobProgressed(job, stage, fraction) if not is_background(job.kind):
                self._transport.broadcast(osc.PROGRESS, job.id, Path(job.path).name, stage, fraction)
            case BounceJudged(bounce, verdict, text, _, report):
                self._transport.broadcast(osc.VERDICT, bounce.song, bounce.revision, verdict, text, bounce.path, report)
            case MasterMade(bounce, result):
                self._transport.broadcast(
                    osc.MASTER_DONE,
                    bounce.song if bounce else "",
                    result.target,
                    result.output,
                    _finite(result.after.integrated_lufs),
                    _finite(result.after.true_peak_dbtp),
                )
            case JobFailed(job, reason, _) if not is_background(job.kind):
                self._transport.broadcast(osc.FAILED, job.path, reason)
            case WarningRaised(warning):
                text = f"{warning.why} {warning.remedy}"
                self._transport.broadcast(osc.WARNING, warning.id, warning.seen, text, "|".join(warning.answers))
            case WarningCleared(warning_id):
                self._transport.broadcast(osc.WARNING_CLEARED, warning_id)
            case RestOver(bounce):
                self._transport.broadcast(osc.RESTED, bounce.song, bounce.revision, bounce.path)
            case MasterRefused(bounce, text):
                self._transport.broadcast(osc.FAILED, bounce.path, text)
            case FileStuck(path, reason):
                self._transport.broadcast(osc.FAILED, path, reason)
            case StateChanged(state, queued, warnings):
                self._state = (state, queued, warnings)
                self._transport.broadcast(osc.STATE, state, queued, warnings)
            case _:
                pass


def _finite(value: float | None) -> float:
    return value if value is not None else -math.inf
