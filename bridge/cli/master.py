"""`freshears master`: make a release master here and now, with or without a running bridge."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.context import EXIT_FAULT, JsonFlag, console, existing_file, print_json, the_config
from bridge.errors import FreshEarsError, JobCancelledError
from bridge.model import MasterRequest, MasterResult, Progress
from bridge.pathtext import to_text

if TYPE_CHECKING:
    from rich.console import Console


def master(
    files: Annotated[list[Path], typer.Argument(help="The mixes.", show_default=False)],
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="What it is for: spotify, apple, cd ... (`freshears targets`).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the masters; `Masters` beside the mix by default.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Make a release master: it holds its ceiling, says what it did, and is measured again from disk.

    The mix is never touched and nothing is ever overwritten.

    \b
    Examples:
      freshears master "Night Drive.wav"
      freshears master mix.wav --target spotify,cd --out ~/Release
    """
    from bridge.app.plans import master_folder

    config = the_config()
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    show = console(json=json)
    targets = [name.strip() for name in (target or config.master.target).split(",") if name.strip()]
    results: list[MasterResult | dict[str, Any]] = []
    failed = False
    for file in files:
        existing_file(file)
        for name in targets:
            request = MasterRequest(
                input_path=to_text(file.absolute()),
                target=name,
                output_folder=str(out or master_folder(config, file.absolute())),
            )
            try:
                result = _one(request, stop, show)
            except JobCancelledError:
                raise
            except FreshEarsError as error:
                failed = True
                results.append({"input": to_text(file), "target": name, "error": str(error)})
                show.print(f"✗ {error}", style="red", markup=False, soft_wrap=True)
                continue
            results.append(result)
            if not json:
                _print(result, show)
    if json:
        print_json(results[0] if len(results) == 1 else results)
    if failed:
        raise typer.Exit(EXIT_FAULT)


def _one(request: MasterRequest, stop: threading.Event, show: "Console") -> MasterResult:
    """Make one master, with a bar for anything over a second."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    from bridge.jobs.master import run_master
    from bridge.jobs.master_task import make_folder

    make_folder(request)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True, disable=not show.is_terminal) as bars:
        task = bars.add_task("reading", total=1.0)

        def progress(made: Progress) -> None:
            bars.update(task, completed=made.fraction, description=made.stage)

        return run_master(request, progress=progress, cancelled=stop.is_set)


def _print(result: MasterResult, show: "Console") -> None:
    """Print what was made, every move with its reason, before and after."""
    from rich.table import Table
    from rich.text import Text

    from bridge.report import text

    show.print(Text(f"✓ {text.visible(result.output)}", "bold green"), soft_wrap=True)
    for move in result.moves:
        show.print(Text(f"  {move.what}"), Text(f"— {move.why}", "dim"), soft_wrap=True)
    for note in result.notes:
        show.print(Text(f"  {note}", "yellow"), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in ("", "mix", "master"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, unit, name in _SHOWN:
        before, after = getattr(result.before, name), getattr(result.after, name)
        table.add_row(f"  {label}", f"{text.number(before)} {unit}", f"{text.number(after)} {unit}")
    show.print(table)


_SHOWN = (
    ("Integrated loudness", "LUFS", "integrated_lufs"),
    ("True peak", "dBTP", "true_peak_dbtp"),
    ("Loudest 3 s", "LUFS", "max_short_term_lufs"),
    ("Peak to loudness", "dB", "plr_db"),
)
