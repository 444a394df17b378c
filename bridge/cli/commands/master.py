"""`freshears master`: make a release master here and now, with or without a running bridge."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer
from msgspec.structs import replace

from bridge.cli.context import EXIT_FAULT, JsonFlag, console, existing_file, print_json, the_config, the_home
from bridge.errors import FreshEarsError, JobCancelledError, UsageError
from bridge.model import Intent, MasterPlan, MasterRequest, MasterResult, Progress, ReferenceMatch
from bridge.pathtext import to_path, to_text

if TYPE_CHECKING:
    from rich.console import Console

    from bridge.cli.permission import Permission

MadeMaster = TypeVar("MadeMaster", MasterResult, MasterPlan)


def master(
    files: Annotated[list[Path], typer.Argument(help="The mixes.", show_default=False)],
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="What it is for: spotify,cd,vinyl ... (`freshears targets`).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the masters; `Masters` beside the mix by default.")
    ] = None,
    intent: Annotated[
        str | None, typer.Option(help="What to protect: neutral, intimate, energetic, strange.", show_default=False)
    ] = None,
    strength: Annotated[float | None, typer.Option(help="How far corrections go, 0 to 100 %.")] = None,
    preset: Annotated[str | None, typer.Option(help="Settings by name (`freshears targets` lists them).")] = None,
    off: Annotated[str, typer.Option(help="Stages to leave out: eq,width,compressor,clipper,subsonic,dither.")] = "",
    reference: Annotated[
        list[Path] | None, typer.Option(help="A record to go towards; more than once for several.", show_default=False)
    ] = None,
    weights: Annotated[
        str, typer.Option(help="How much each reference counts, in order: 2,1. All the same without it.")
    ] = "",
    match: Annotated[str, typer.Option(help="What to take from references: tone,dynamics,width,loudness.")] = "tone",
    like: Annotated[
        Path | None, typer.Option(help="Take every setting from this master: for instrumentals and alternate mixes.")
    ] = None,
    format: Annotated[str, typer.Option(help="wav, flac, aiff, mp3, ogg or opus.")] = "wav",  # noqa: A002
    lufs: Annotated[float | None, typer.Option(help="Loudness in LUFS instead of the target's.")] = None,
    ceiling: Annotated[float | None, typer.Option(help="Highest true peak in dBTP instead of the target's.")] = None,
    codec_safe: Annotated[bool, typer.Option("--codec-safe", help="Trim until the decoded file keeps it.")] = False,
    linear_phase: Annotated[bool, typer.Option("--linear-phase", help="Equalise without phase shift.")] = False,
    noise_shaping: Annotated[
        bool, typer.Option("--noise-shaping", help="Into 16 bits: move the dither's hiss to where the ear hears least.")
    ] = False,
    cross_check: Annotated[bool, typer.Option("--cross-check", help="Measure with pyloudnorm as well.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the plan and make nothing.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Master a mix that has faults, no sheet or still rests; it is recorded.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="A word on why, with --anyway.")] = "",
    json: JsonFlag = False,
) -> None:
    """Make a release master: it holds its ceiling, says what it did, and is measured again from disk.

    The mix is never touched and nothing is ever overwritten.

    \b
    Examples:
      freshears master "Night Drive.wav"
      freshears master mix.wav --target spotify,cd --out ~/Release
      freshears master mix.wav --intent intimate --explain
      freshears master mix.wav --reference A.flac --reference B.flac --weights 2,1 --match tone,width
      freshears master instrumental.wav --like "Masters/Night Drive – master spotify 24-48.wav"
    """
    from bridge.cli.permission import may_master
    from bridge.songs.job_requests import master_folder

    config = the_config()
    show = console(json=json)
    shared = MasterRequest(
        input_path="",
        intent=_one_of("--intent", intent, Intent) if intent is not None else None,
        strength_percent=strength,
        preset=preset,
        off=tuple(_names(off)),
        linear_phase=linear_phase,
        noise_shaping=noise_shaping,
        references=tuple(to_text(existing_file(path).absolute()) for path in reference or ()),
        reference_weights=_numbers("--weights", weights),
        match=tuple(_one_of("--match", name, ReferenceMatch) for name in _names(match)),
        like=to_text(existing_file(like).absolute()) if like is not None else None,
        integrated_lufs=lufs,
        ceiling_dbtp=ceiling,
        extension=f".{format.lower().lstrip('.')}",
        codec_safe=codec_safe,
        cross_check=cross_check,
        anyway=anyway,
        targets_file=to_text(the_home().config_path.with_name("targets.toml")),
        presets_file=to_text(the_home().config_path.with_name("presets.toml")),
    )
    work = _Work(show)
    for file in files:
        existing_file(file)
        permission = None if explain else may_master(file, anyway=anyway, reason=reason, ask=not json)
        own = replace(shared, intent=shared.intent or permission.intent) if permission is not None else shared
        requests = [
            replace(
                own,
                input_path=to_text(file.absolute()),
                target=name,
                output_folder=to_text(out.absolute() if out else master_folder(config, file.absolute())),
            )
            for name in _names(target or config.master.target)
        ]
        made = work.plans(requests) if explain else work.masters(requests, permission)
        if not json:
            for result in made:
                _print_plan(result, show) if isinstance(result, MasterPlan) else _print(result, show)
    if json:
        found = [replace(made, drawn=None) if isinstance(made, MasterResult) else made for made in work.results]
        print_json(found[0] if len(found) == 1 else found)  # what is drawn is thousands of numbers
    if work.failed:
        raise typer.Exit(EXIT_FAULT)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(name) for name in _names(text))
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}; numbers separated by commas are possible, such as 2,1.") from error


def _one_of(option: str, value: str, allowed: Any) -> Any:
    if value not in get_args(allowed):
        raise UsageError(f"{option} is {value!r}; possible are {', '.join(get_args(allowed))}.")
    return value


class _Work:
    """Masters and plans made so far, with a bar while they are made."""

    def __init__(self, show: "Console") -> None:
        self._show = show
        self._stop = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        self.results: list[MasterResult | MasterPlan | dict[str, Any]] = []
        self.failed = False

    def masters(self, requests: list[MasterRequest], permission: "Permission | None" = None) -> list[MasterResult]:
        """Make the masters of one mix; what they were made in spite of stands in their notes."""
        from bridge.engine.mastering.job import run_masters
        from bridge.worker.jobs.master import make_folder

        make_folder(requests[0])
        before = len(self.results)
        made = self._each(requests, run_masters)
        if permission is None or not made:
            return made
        noted = [replace(result, notes=(*permission.notes, *result.notes)) for result in made]
        self.results[before:] = [
            noted[made.index(result)] if isinstance(result, MasterResult) else result
            for result in self.results[before:]
        ]
        permission.made()
        return noted

    def plans(self, requests: list[MasterRequest]) -> list[MasterPlan]:
        """Plan the masters of one mix."""
        from bridge.engine.mastering.job import plan_masters

        return self._each(requests, plan_masters)

    def _each(self, requests: list[MasterRequest], make: Callable[..., tuple[MadeMaster, ...]]) -> list[MadeMaster]:
        """Make all of them in one go; where one cannot be made, the others are."""
        try:
            made = list(self._run(requests, make))
        except JobCancelledError:
            raise
        except FreshEarsError as error:
            if len(requests) > 1:
                return [made for request in requests for made in self._each([request], make)]
            self.failed = True
            self.results.append({"input": requests[0].input_path, "target": requests[0].target, "error": str(error)})
            self._show.print(f"✗ {error}", style="red", markup=False, soft_wrap=True)
            return []
        self.results.extend(made)
        return made

    def _run(
        self, requests: list[MasterRequest], make: Callable[..., tuple[MadeMaster, ...]]
    ) -> tuple[MadeMaster, ...]:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
        hidden = not self._show.is_terminal
        with Bars(*columns, console=Console(stderr=True), transient=True, disable=hidden) as bars:
            task = bars.add_task("reading", total=1.0)

            def progress(made: Progress) -> None:
                bars.update(task, completed=made.fraction, description=made.stage)

            return make(requests, progress=progress, cancelled=self._stop.is_set)


def _shown_path(path_text: str) -> str:
    """Return a path as it is shortest from here."""
    path = to_path(path_text)
    return to_text(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path_text


def _print_plan(plan: MasterPlan, show: "Console") -> None:
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


def _print(result: MasterResult, show: "Console") -> None:
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
