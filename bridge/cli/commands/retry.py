"""`freshears retry`: try again what failed, or put it away."""

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.exits import EXIT_FAULT
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.app.client import SettledCommand
    from bridge.model import Job


def retry(
    jobs: Annotated[
        list[int] | None,
        typer.Argument(help="Numbers of jobs, as `freshears status` shows them; all that failed of late without one."),
    ] = None,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Do not try again: show it no longer.")] = False,
    json: JsonFlag = False,
) -> None:
    """Try failed jobs again: once there is room, the drive is back, other programs are closed.

    What failed through no fault of its file is tried again once by itself, when the bridge starts next.

    \b
    Examples:
      freshears retry
      freshears retry 12
      freshears retry --dismiss
    """
    from bridge.app.client import Client
    from bridge.app.commands.records import Dismiss, Retry

    numbers = jobs or [job.id for job in _noted()]
    if not numbers:
        _nothing(json=json)
        return
    kind = Dismiss if dismiss else Retry
    said = console(json=True)
    client = Client(the_home(), the_config(), "freshears retry", on_word=lambda word: said.print(word, soft_wrap=True))
    settled = client.carry_out([kind(job_id=number) for number in numbers])
    became = [_became(number, one, dismissed=dismiss) for number, one in zip(numbers, settled, strict=True)]
    if json:
        print_json([{"job": number, "ok": ok, "text": text} for number, ok, text in became])
    for _, ok, text in () if json else became:
        console().print(printable(f"{'✓' if ok else '✗'} {text}"), style="" if ok else "red", soft_wrap=True)
    if not all(ok for _, ok, _ in became):
        raise typer.Exit(EXIT_FAULT)


def _nothing(*, json: bool) -> None:
    if json:
        print_json([])
    else:
        console().print("Nothing has failed of late.")


def _noted() -> "list[Job]":
    """Return the jobs that failed of late."""
    from bridge.store import Store

    path = the_home().store_path
    if not path.exists():
        return []
    store = Store.open(path)
    try:
        return store.jobs.noted()
    finally:
        store.close()


def _became(number: int, settled: "SettledCommand", *, dismissed: bool) -> tuple[int, bool, str]:
    """Return a job, whether all went well with it, and that in a line."""
    from bridge.app.commands.records import Refused

    if isinstance(settled.outcome, Refused):
        return number, False, settled.outcome.text
    if dismissed:
        return number, True, f"job {number} is put away"
    if settled.job is None:
        return number, True, f"job {number}: its file is looked at again by the bridge"
    name = PurePath(settled.job.path).name
    if settled.job.state == "done":
        return number, True, f"{name} is done"
    return number, False, settled.job.error or f"{name}: {settled.job.state}"
