"""The command `freshears`: its subcommands, and the one place where errors become a line and an exit code."""

import sys
from typing import Annotated

import typer

from bridge import __version__
from bridge.cli.commands import (
    analyze,
    checklist,
    config,
    demo,
    diff,
    doctor,
    handoff,
    inspect,
    install,
    master,
    mode,
    open_page,
    plugins,
    report,
    rest,
    run_bridge,
    songs,
    status,
    targets,
)
from bridge.cli.context import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE
from bridge.cli.printing.outlet import close_outlets, open_outlets
from bridge.errors import FreshEarsError, UsageError
from bridge.text import printable

app = typer.Typer(
    name="freshears",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would cost 0.15 s of every start
    pretty_exceptions_enable=False,
    help="Keeps mixing and mastering apart, inside the DAW you already use.",
    epilog="Start with `freshears demo`, then `freshears run`.",
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"freshears {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Keeps mixing and mastering apart, inside the DAW you already use."""


app.command("run")(run_bridge.run)
app.command("status")(status.status)
app.command("songs")(songs.songs)
app.command("analyze")(analyze.analyze)
app.command("master")(master.master)
app.command("targets")(targets.targets)
app.command("report")(report.report)
app.command("mode")(mode.mode)
app.command("handoff")(handoff.handoff)
app.command("rest")(rest.rest)
app.command("checklist")(checklist.checklist)
app.command("diff")(diff.diff)
app.add_typer(plugins.app, name="plugins")
app.command("open")(open_page.open_page)
app.command("inspect")(inspect.inspect)
app.command("doctor")(doctor.doctor)
app.add_typer(install.install_app, name="install")
app.add_typer(install.uninstall_app, name="uninstall")
app.add_typer(config.app, name="config")
app.command("demo")(demo.demo)


def run() -> None:
    """Run the command line; every error of ours ends in one line and an exit code, whatever becomes of the output."""
    open_outlets()
    try:
        app()
    except FreshEarsError as error:
        sys.stderr.write(f"freshears: {printable(str(error))}\n")
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAULT)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    finally:
        close_outlets()
