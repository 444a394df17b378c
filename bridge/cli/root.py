"""The command `freshears`: its subcommands, and the one place where errors become a line and an exit code."""

import sys
from typing import Annotated

import typer

from bridge import __version__
from bridge.cli.exits import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE
from bridge.cli.loading import CommandEntry, loading_group
from bridge.cli.printing.outlet import close_outlets, open_outlets
from bridge.errors import ConfigError, FreshEarsError, UsageError
from bridge.text import printable

COMMANDS = {
    "run": CommandEntry("run_bridge:run", "Run the bridge: watch the folders, examine every bounce."),
    "stop": CommandEntry("stop:stop", "End the bridge that runs."),
    "restart": CommandEntry("stop:restart", "End the bridge and start it in the background."),
    "service": CommandEntry("service:app", "Start the bridge whenever you log in."),
    "status": CommandEntry("status:status", "What the bridge watches and does; where the songs stand."),
    "songs": CommandEntry("songs:app", "List the songs, their bounces, verdicts and masters; and put them right."),
    "add": CommandEntry("add:add", "Bring in old bounces, in their order."),
    "analyze": CommandEntry("analyze:analyze", "Examine sound files: verdict, faults, numbers."),
    "master": CommandEntry("master:master", "Make a release master, or explain one."),
    "targets": CommandEntry("targets:targets", "What masters can be made for; the presets."),
    "report": CommandEntry("report:report", "Where a report is, or write one for a file."),
    "mode": CommandEntry("mode:mode", "Show or change the mode of a song."),
    "handoff": CommandEntry("handoff:handoff", "Hand a mix off: intent, what must survive, worries."),
    "rest": CommandEntry("rest:rest", "Whether a bounce is ready, and how long the rest lasts."),
    "checklist": CommandEntry("checklist:checklist", "Tick the places where you have heard a bounce."),
    "diff": CommandEntry("diff:diff", "Compare two bounces: what changed, in words."),
    "retry": CommandEntry("retry:retry", "Try again what failed, or put it away."),
    "plugins": CommandEntry("plugins:app", "What plug-ins are for."),
    "open": CommandEntry("open_page:open_page", "Open the page in the browser."),
    "inspect": CommandEntry("inspect:inspect", "The master bus of a saved project, without its DAW."),
    "doctor": CommandEntry("doctor:doctor", "What is connected, what is not, and what to do."),
    "install": CommandEntry("install:install_app", "Put Fresh Ears into your DAW."),
    "uninstall": CommandEntry(
        "install:uninstall_app", "Take Fresh Ears out of your DAW; alone, it says what is where."
    ),
    "config": CommandEntry("config:app", "Show or change the settings."),
    "watch": CommandEntry("watch:app", "Add, remove and list the watched folders."),
    "projects": CommandEntry("projects:app", "Find, add, remove and list the folders of saved projects."),
    "export": CommandEntry("export:export", "Everything that is known as one file, for a new computer."),
    "import": CommandEntry("import_home:import_home", "What was exported on another computer."),
    "relocate": CommandEntry("relocate:relocate", "A music folder was moved or renamed."),
    "demo": CommandEntry("demo:demo", "A song made on the spot, from bounce to master."),
}

app = typer.Typer(
    name="freshears",
    cls=loading_group(COMMANDS),
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
