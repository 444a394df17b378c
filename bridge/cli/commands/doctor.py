"""`freshears doctor`: what is connected, what is not, and the one thing to do about it."""

import platform
import select
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_config, the_home
from bridge.cli.exits import EXIT_FAULT
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.settings.config import ReaperConfig


def doctor(
    reaper_live: Annotated[
        bool, typer.Option("--reaper-live", help="Try ten things in a running REAPER with you, and write a report.")
    ] = False,
    report: Annotated[
        bool,
        typer.Option("--report", help="Write a file for who is to help, without names or paths."),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Where --report or --reaper-live writes.")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Look through the store, and repair it where it is damaged.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --store: change nothing.")] = False,
    json: JsonFlag = False,
) -> None:
    """Say in plain words which DAW is connected, what does not work, and what to do.

    \b
    Examples:
      freshears doctor
      freshears doctor --store
      freshears doctor --report
      freshears doctor --reaper-live
    """
    if store:
        from bridge.cli.doctoring.store_doctor import look_after

        look_after(json=json, dry_run=dry_run)
        return
    if report:
        from bridge.cli.doctoring.help_report import write_help_report

        write_help_report(out or Path())
        return
    if reaper_live:
        _reaper_live(out or Path("reaper-acceptance.md"))
        return
    from bridge.app.status import read_status

    found = read_status(the_home(), the_config())
    if json:
        print_json({"running": found["running"], "daws": found["daws"]})
    else:
        for line in (*_lines(found), *_folders(), *_reaper_setup()):
            console().print(line, soft_wrap=True)
    if not found["running"]:
        raise typer.Exit(EXIT_FAULT)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    if not found["running"]:
        yield (
            "The bridge is not running, so no DAW can be heard. Start it with: freshears run, or at every login: "
            "freshears service install"
        )
        return
    if not found["daws"]:
        yield "No DAW has been heard yet. Start yours; `freshears install` sets it up."
    from bridge.daw.projects.reading import title_of
    from bridge.policy.bus.guard_texts import name_list

    for daw in found["daws"]:
        name = title_of(daw["daw"])
        if daw["connected"]:
            project = daw["project_name"] or "a project without a name"
            yield f"{name} is connected ({', '.join(daw['channels']) or 'silent just now'}): {project}"
        else:
            yield f"{name} is not connected."
        yield from (f"  {sentence}" for sentence in daw["missing"])
        if watched := daw.get("watched"):
            yield f"  Watched: {name_list(watched)}."


def _folders() -> Iterator[str]:
    """Yield what is wrong with the watched folders; a drive may be unplugged, so this is no failure."""
    from bridge.settings.folders import folder_trouble

    folders = the_config().watch.folders
    if not folders:
        yield "No folder is watched. Add one: freshears watch add FOLDER"
    for folder in folders:
        if trouble := folder_trouble(Path(folder).expanduser().absolute()):
            yield f"{printable(trouble)}. It is watched when it comes back."


def _reaper_setup() -> Iterator[str]:
    """Yield what a REAPER on this computer lacks on its side."""
    from bridge.daw.reaper.adapter import installed_folders
    from bridge.daw.reaper.install import state_of_scripts
    from bridge.daw.scripts_folder import scripts_folder

    config = the_config().reaper
    if not config.enabled:
        return
    for resource in installed_folders(config.folders):
        state = state_of_scripts(resource, scripts_folder("reaper"))
        if state == "none":
            yield f"REAPER in {resource} has no scripts of Fresh Ears; run: freshears install reaper"
        elif state == "older":
            yield f"REAPER in {resource} has older scripts; renew them in the panel, or run: freshears install reaper"


def _reaper_live(out: Path) -> None:
    """Guide a person through the acceptance run, and write what came of it."""
    from bridge.daw.reaper.adapter import installed_folders
    from bridge.daw.reaper.folders import mailbox_folder
    from bridge.daw.reaper.live_check import CHECKS, Watcher, report, run_check
    from bridge.daw.reaper.mailbox import ReaperMailbox
    from bridge.daw.reaper.surface import run_action
    from bridge.filelock import FileLock

    config = the_config().reaper
    if not sys.stdin.isatty():
        fail("--reaper-live asks you to do things in REAPER and needs a terminal")
    if FileLock(the_home().lock_path).holder_pid() is not None:
        fail("the bridge is running and would take REAPER's messages; stop it (Ctrl-C) and run this again")
    folders = installed_folders(config.folders)
    if not folders:
        fail("no REAPER was found; start REAPER once, then: freshears install reaper")
    if out.exists():
        fail(f"{out} exists already; name another file with --out")
    print_ = console().print
    link = _socket(config)
    try:
        watcher = Watcher(ReaperMailbox(mailbox_folder(folders[0])), lambda: _waiting(link))

        def ring(action: str) -> None:
            link.sendto(run_action(int(action) if action.isdigit() else action), ("127.0.0.1", config.reaper_port))

        results = []
        for number, check in enumerate(CHECKS, start=1):
            print_(f"{number} of {len(CHECKS)}: {check.title}", style="bold")
            print_(f"   {check.todo}  (Enter leaves it out)", soft_wrap=True)
            result = run_check(check, watcher, ring=ring, wait=_enter_within)
            print_(f"   {result.outcome}", style="green" if result.outcome == "seen" else "yellow")
            results.append(result)
    finally:
        link.close()
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    out.write_text(report(results, watcher.seen.state, system), encoding="utf-8")
    print_(f"The report is {out}. It holds no paths and no names; please share it with the project.")


def _socket(config: "ReaperConfig") -> socket.socket:
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setblocking(False)
    try:
        link.bind(("127.0.0.1", config.listen_port))
    except OSError as error:
        link.close()
        fail(f"UDP port {config.listen_port} is taken ({error.strerror or error}); close the program that uses it")
    return link


def _waiting(link: socket.socket) -> Iterator[bytes]:
    """Yield the datagrams that have come; never waits."""
    for _ in range(1000):
        try:
            yield link.recv(8192)
        except BlockingIOError:
            return
        except OSError:  # an ICMP answer: REAPER is not there
            continue


def _enter_within(seconds: float) -> bool:
    """Wait a moment; True when the person pressed Enter."""
    if sys.platform == "win32":
        import msvcrt
        import time

        time.sleep(seconds)
        pressed = False
        while msvcrt.kbhit():
            pressed = msvcrt.getwch() in "\r\n" or pressed
        return pressed
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(ready) and bool(sys.stdin.readline())
