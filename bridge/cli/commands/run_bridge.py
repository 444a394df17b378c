"""`freshears run`: the bridge in the foreground."""

import logging
import os
import signal
import sys
import threading
import types
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bridge.cli.context import console, fail, make_config, the_config, the_home, write_json
from bridge.cli.printing.jsontext import as_json
from bridge.cli.printing.outlet import reader_left
from bridge.errors import FreshEarsError
from bridge.model.events import Event
from bridge.plainlog import PlainFormatter, PrivateRotatingLog
from bridge.settings.home import Home

_LOG_BYTES, _LOG_FILES = 1_000_000, 3


def run(
    watch: Annotated[
        list[Path] | None,
        typer.Option(help="Watch this folder instead of the configured ones; may be given several times."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the events, one JSON object a line.")] = False,
) -> None:
    """Run the bridge: watch the bounce folders, examine every bounce, listen to the DAW.

    The first run writes a commented configuration and says where. Ctrl-C stops the bridge; what it was doing goes on
    at the next start.

    \b
    Examples:
      freshears run
      freshears run --watch ~/Music/Bounces
    """
    from bridge.app.bridge import Bridge
    from bridge.cli.transcript import Transcript

    where = the_home()
    out = console(json=json)
    if not where.config_path.exists():
        make_config(where)
        out.print(f"Wrote the settings: {where.config_path}", soft_wrap=True)
        out.print(
            f"Bounce into {where.default_bounce_folder}, or name your own folder in the settings.", soft_wrap=True
        )
    config = the_config()
    if watch:
        folders = tuple(str(folder.expanduser().absolute()) for folder in watch)
        config = msgspec.structs.replace(config, watch=msgspec.structs.replace(config.watch, folders=folders))
    where.keep_private()
    _log_to_file(where)
    _log_what_nobody_caught()

    def tell_a_program(event: Event) -> None:
        write_json(as_json(event))
        if reader_left(sys.stdout):  # who started a bridge for its events wants none without them
            bridge.stop()

    bridge = Bridge(config, where, (tell_a_program if json else Transcript(out).on_event,))

    def stop(_signal: int, _frame: types.FrameType | None) -> None:
        bridge.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        bridge.run()
    except FreshEarsError as error:
        fail(str(error))


def _log_what_nobody_caught() -> None:
    """Put what ends a thread, or the program, into the log: a bridge in the background has no terminal to say it on."""
    log = logging.getLogger("bridge")
    shown = sys.excepthook

    def ends_the_program(kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
        log.critical("the bridge ends by a fault", exc_info=(kind, error, trace))
        shown(kind, error, trace)

    def ends_a_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread is not None else "a thread"
            log.critical("%s ends by a fault", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = ends_the_program
    threading.excepthook = ends_a_thread


def _log_to_file(where: Home) -> None:
    """Keep a small rotating log; a folder that cannot be written to is no reason not to run."""
    try:
        handler: logging.Handler = PrivateRotatingLog(
            where.log_path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter(f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
