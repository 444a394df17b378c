"""`freshears run`: the bridge in the foreground."""

import contextlib
import logging
import os
import signal
import sys
import threading
import types
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bridge.cli.context import console, fail, the_config, the_home, write_json
from bridge.cli.printing.jsontext import as_json
from bridge.cli.printing.outlet import reader_left
from bridge.errors import FreshEarsError
from bridge.model.events import Event, SettingsTaken, Started
from bridge.plainlog import FaultFormatter, PlainFormatter, PrivateRotatingLog
from bridge.settings.home import Home
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console

_LOOK_S = 1.0  # ours: at the first start somebody waits
_LOG_BYTES, _LOG_FILES, _FAULT_BYTES = 1_000_000, 3, 100_000
# ours: threads that read thousands of files let the one that answers have its turn five times as soon as usual.
_SWITCH_S = 0.001


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
        _first_run(where, out)
    config = the_config()
    pinned = tuple(str(folder.expanduser().absolute()) for folder in watch) if watch else None
    if pinned is not None:
        config.watch = msgspec.structs.replace(config.watch, folders=pinned)
    where.keep_private()
    _log_to_file(where)
    _log_what_nobody_caught()

    def tell_of_folders(event: Event) -> None:
        if isinstance(event, Started) or (isinstance(event, SettingsTaken) and "watch.folders" in event.changed):
            _say_missing(config.watch.folders, out)

    def tell_a_program(event: Event) -> None:
        write_json(as_json(event))
        if reader_left(sys.stdout):  # who started a bridge for its events wants none without them
            bridge.stop()

    tell = (tell_a_program,) if json else (Transcript(out).on_event, tell_of_folders)
    sys.setswitchinterval(_SWITCH_S)
    bridge = Bridge(config, where, tell, pinned)

    def stop(_signal: int, _frame: types.FrameType | None) -> None:
        bridge.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        bridge.run()
    except FreshEarsError as error:
        fail(str(error))


def _first_run(where: Home, out: "Console") -> None:
    from bridge.app.saves.finding import find_projects, silent_daws, usual_places
    from bridge.settings.first_run import make_config

    make_config(where)
    out.print(f"Wrote the settings: {where.config_path}", soft_wrap=True)
    out.print(f"Bounce into {where.default_bounce_folder}, or: freshears watch add FOLDER", soft_wrap=True)
    if titles := silent_daws(find_projects(usual_places(), within_s=_LOOK_S)):
        out.print(f"Projects of {titles} were found; to follow what is saved: freshears projects find", soft_wrap=True)


def _say_missing(folders: tuple[str, ...], out: "Console") -> None:
    """Say which folders are not there, beside the bridge's own thread: a drive that hangs answers nobody."""

    def say() -> None:
        from bridge.settings.folders import folder_trouble

        for folder in folders:
            if trouble := folder_trouble(Path(folder).expanduser().absolute()):
                out.print(f"          {printable(trouble)}", style="yellow", soft_wrap=True)

    threading.Thread(target=say, name="looking for the folders", daemon=True).start()


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
    with contextlib.suppress(OSError):
        faults = PrivateRotatingLog(
            where.faults_path, maxBytes=_FAULT_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
        )
        faults.setLevel(logging.WARNING)
        faults.setFormatter(FaultFormatter())
        logging.getLogger().addHandler(faults)
