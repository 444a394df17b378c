"""Masters and plans for the command line: asked for, followed with a bar, refused in its words, printed."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, Any

import typer
from msgspec.structs import replace

from bridge.app.client import Client, OnStage, SettledCommand
from bridge.app.commands.records import Done, MakeMaster, Refused
from bridge.cli.context import the_config, the_home
from bridge.cli.exits import EXIT_INTERRUPTED
from bridge.cli.mixes import Mix
from bridge.cli.ordering import error_of
from bridge.errors import FreshEarsError, JobCancelledError, JobError
from bridge.model import MasterPlan, MasterRequest, MasterResult, Progress
from bridge.pathtext import to_path, to_text
from bridge.songs.job_requests import master_folder
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console


class Making:
    """Masters and plans made so far.

    Parameters
    ----------
    show
        Where to print for people.
    shared
        How all of them are to be made.
    anyway, reason
        Whether to go on although something stands in the way, and a word on why.
    ask
        Whether the person may be asked about a mix without a sheet or inside its rest, in a terminal.
    launched
        A worker that was launched ahead.
    """

    def __init__(
        self,
        show: "Console",
        shared: MasterRequest,
        *,
        anyway: bool,
        reason: str,
        ask: bool,
        launched: Popen[bytes] | None = None,
    ) -> None:
        self._show = show
        self._shared = shared
        self._anyway = anyway
        self._reason = reason
        self._ask = ask
        self._launched = launched
        self._stop = threading.Event()
        signal.signal(signal.SIGINT, self._interrupted)
        self.results: list[MasterResult | MasterPlan | dict[str, Any]] = []
        self.failed = False

    def _interrupted(self, *_: object) -> None:
        if self._stop.is_set():  # once more: not even the cancelling is waited for
            raise KeyboardInterrupt
        self._stop.set()

    def masters(self, mix: Mix, targets: list[str]) -> list[MasterResult]:
        """Have the masters of one mix made; where one cannot be made, the others are."""
        file = mix.path
        groups = [targets]  # one pass over the mix for all of them
        settled = self._carry_out(mix, groups)
        asked = next((one.outcome for one in settled if isinstance(one.outcome, Refused)), None)
        if asked is not None and asked.kind == "asks":
            if not typer.confirm(printable(asked.text), default=True):  # one press goes on
                raise JobError(f"{file.name} waits. Good ears are worth a night.")
            settled = self._carry_out(mix, groups, go_on=True)
        if len(targets) > 1 and settled[0].job is not None and settled[0].job.state == "failed":
            groups = [[target] for target in targets]
            settled = self._carry_out(mix, groups, go_on=asked is not None)
        self._say_unasked(settled)
        made: list[MasterResult] = []
        for group, one in zip(groups, settled, strict=True):
            made += self._result(file, ",".join(group), one)
        if self._stop.is_set():
            raise typer.Exit(EXIT_INTERRUPTED)
        return made

    def _carry_out(self, mix: Mix, groups: list[list[str]], *, go_on: bool = False) -> list[SettledCommand]:
        commands = [
            MakeMaster(
                mix=to_text(mix.path) if mix.bounce is None else mix.bounce.id,
                target=first,
                also=tuple(more),
                request=self._shared,
                anyway=self._anyway,
                go_on=go_on,
                unwatched=not (self._ask and in_a_terminal()),
                why=self._reason,
            )
            for first, *more in groups
        ]
        with bar() as progress:
            client = Client(
                the_home(),
                the_config(),
                "freshears master",
                progress,
                self._say,
                self._stop,
                self._launched,
            )
            return client.carry_out(commands)

    def _say(self, word: str) -> None:
        self._show.print(word, style="yellow", soft_wrap=True)

    def _say_unasked(self, settled: list[SettledCommand]) -> None:
        """Say what would have been asked where nobody can be."""
        for text in dict.fromkeys(one.outcome.text for one in settled if isinstance(one.outcome, Done)):
            if text:
                self._say(f"{printable(text)} Nobody is asked here, so it is made; that is written down.")

    def _result(self, file: Path, target: str, settled: SettledCommand) -> list[MasterResult]:
        if settled.masters:
            self.results += settled.masters
            return list(settled.masters)
        if isinstance(settled.outcome, Refused):
            error: FreshEarsError = error_of(settled.outcome)
            if settled.outcome.may_go_on:
                how = "Ask again with --anyway to go on; it is written down, not held against you."
                error = type(error)(f"{error} {how}")
        else:
            error = JobError((settled.job.error if settled.job is not None else "") or "it was not made")
        self._failed(file, target, error)
        return []

    def _failed(self, file: Path, target: str, error: FreshEarsError) -> None:
        self.failed = True
        self.results.append({"input": to_text(file), "target": target, "error": str(error)})
        named = "" if file.name in str(error) else f"{file.name}: "
        self._show.print(printable(f"✗ {named}{error}"), style="red", soft_wrap=True)

    def plans(self, file: Path, targets: list[str]) -> list[MasterPlan]:
        """Plan the masters of one mix, here; where one cannot be planned, the others are."""
        config = the_config()
        requests = [
            replace(
                self._shared,
                input_path=to_text(file),
                target=target,
                anyway=self._anyway,
                output_folder=self._shared.output_folder or to_text(master_folder(config, file)),
                targets_file=to_text(the_home().config_path.with_name("targets.toml")),
                presets_file=to_text(the_home().config_path.with_name("presets.toml")),
            )
            for target in targets
        ]
        made = self._planned(requests)
        self.results += made
        return made

    def _planned(self, requests: list[MasterRequest]) -> list[MasterPlan]:
        from bridge.engine.mastering.job import plan_masters

        try:
            with bar() as show:

                def progress(made: Progress) -> None:
                    show(made.stage, made.fraction)

                return list(plan_masters(requests, progress=progress, cancelled=self._stop.is_set))
        except JobCancelledError:
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except FreshEarsError as error:
            if len(requests) > 1:
                return [plan for request in requests for plan in self._planned([request])]
            self._failed(to_path(requests[0].input_path), requests[0].target, error)
            return []


def in_a_terminal() -> bool:
    """Tell whether a person sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def bar() -> "Iterator[OnStage]":
    """Show how far the work is, on stderr, on a terminal only."""
    from bridge.cli.printing.console import bars

    with bars() as shown:
        task = shown.add_task("waiting", total=1.0)

        def progress(stage: str, fraction: float) -> None:
            shown.update(task, completed=fraction, description=stage)

        yield progress


def _shown_path(path_text: str) -> str:
    """Return a path as it is shortest from here."""
    path = to_path(path_text)
    return to_text(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path_text


def print_plan(plan: MasterPlan, show: "Console") -> None:
    """Print what would be done and why."""
    from rich.text import Text

    from bridge.report import text

    show.print(Text(f"Plan for {plan.target}, intent {plan.intent} (nothing is written)", "bold"), soft_wrap=True)
    for move in plan.moves:
        show.print(Text(f"  {move.what}"), Text(f"— {move.why}", "dim"), soft_wrap=True)
    for note in plan.notes:
        show.print(Text(f"  {note}", "yellow"), soft_wrap=True)
    expected = f"  Expected: {text.number(plan.expected_lufs)} LUFS, at most {text.number(plan.ceiling_dbtp)} dBTP"
    show.print(Text(expected), soft_wrap=True)


def print_result(result: MasterResult, show: "Console") -> None:
    """Print what was made, every move with its reason, before and after."""
    from rich.table import Table
    from rich.text import Text

    from bridge.report import numbers, text

    show.print(Text(f"✓ {text.visible(_shown_path(result.output))}", "bold green"), soft_wrap=True)
    for move in result.moves:
        show.print(Text(f"  {move.what}"), Text(f"— {move.why}", "dim"), soft_wrap=True)
    for note in result.notes:
        show.print(Text(f"  {note}", "yellow"), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in ("", "mix", "master"):
        table.add_column(heading, justify="right" if heading else "left")
    for change in numbers.chosen_changes(result.before, result.after, _SHOWN):
        table.add_row(f"  {change.label}", f"{change.before} {change.unit}", f"{change.after} {change.unit}")
    show.print(table)


_SHOWN = ("integrated_lufs", "true_peak_dbtp", "max_short_term_lufs", "plr_db")
