"""The command `freshears`: its subcommands, and the one place where errors become a line and an exit code."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from bridge import __version__
from bridge.cli.commands import (
    add,
    analyze,
    checklist,
    config,
    demo,
    diff,
    doctor,
    export,
    handoff,
    import_home,
    inspect,
    install,
    master,
    mode,
    open_page,
    plugins,
    relocate,
    report,
    rest,
    retry,
    run_bridge,
    songs,
    status,
    targets,
    watch,
)
from bridge.cli.context import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE
from bridge.cli.help import PlainCommand, PlainGroup
from bridge.cli.printing.outlet import close_outlets, open_outlets
from bridge.errors import ConfigError, FreshEarsError, UsageError
from bridge.text import printable

app = typer.Typer(
    name="freshears",
    cls=PlainGroup,
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


def _command(name: str, function: Callable[..., None], what: str) -> None:
    app.command(name, cls=PlainCommand, short_help=what)(function)


_command("run", run_bridge.run, "Run the bridge: watch the folders, examine every bounce.")
_command("status", status.status, "What the bridge watches and does; where the songs stand.")
app.add_typer(songs.app, name="songs")
_command("add", add.add, "Bring in old bounces, in their order.")
_command("analyze", analyze.analyze, "Examine sound files: verdict, faults, numbers.")
_command("master", master.master, "Make a release master, or explain one.")
_command("targets", targets.targets, "What masters can be made for; the presets.")
_command("report", report.report, "Where a report is, or write one for a file.")
_command("mode", mode.mode, "Show or change the mode of a song.")
_command("handoff", handoff.handoff, "Hand a mix off: intent, what must survive, worries.")
_command("rest", rest.rest, "Whether a bounce is ready, and how long the rest lasts.")
_command("checklist", checklist.checklist, "Tick the places where you have heard a bounce.")
_command("diff", diff.diff, "Compare two bounces: what changed, in words.")
_command("retry", retry.retry, "Try again what failed, or put it away.")
app.add_typer(plugins.app, name="plugins")
_command("open", open_page.open_page, "Open the page in the browser.")
_command("inspect", inspect.inspect, "The master bus of a saved project, without its DAW.")
_command("doctor", doctor.doctor, "What is connected, what is not, and what to do.")
app.add_typer(install.install_app, name="install")
app.add_typer(install.uninstall_app, name="uninstall")
app.add_typer(config.app, name="config")
app.add_typer(watch.app, name="watch")
_command("export", export.export, "Everything that is known as one file, for a new computer.")
_command("import", import_home.import_home, "What was exported on another computer.")
_command("relocate", relocate.relocate, "A music folder was moved or renamed.")
_command("demo", demo.demo, "A song made on the spot, from bounce to master.")


def run() -> None:
    """Run the command line; every error of ours ends in one line and an exit code, whatever becomes of the output."""
    open_outlets()
    try:
        app()
    except FreshEarsError as error:
        below = error.below if isinstance(error, ConfigError) else ()
        sys.stderr.write("".join(f"{printable(line)}\n" for line in (f"freshears: {error}", *below)))
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAULT)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    finally:
        close_outlets()
