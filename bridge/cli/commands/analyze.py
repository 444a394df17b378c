"""`freshears analyze`: examine files here and now, with or without a running bridge."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_config
from bridge.cli.exits import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE
from bridge.errors import FreshEarsError
from bridge.model import Analysis, Progress
from bridge.pathtext import to_text
from bridge.settings.config import Config
from bridge.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from bridge.cli.printing.console import Console

# ours: each analysis keeps two threads busy in part; two at once fill two cores.
_AT_ONCE = 2


def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(help="Sound files, folders of them, or songs (SONG, SONG:3).", show_default=False),
    ],
    series: Annotated[bool, typer.Option("--series", help="With --json: every curve over time as well.")] = False,
    reference: Annotated[
        list[Path] | None,
        typer.Option("--reference", help="A recording to compare with, level-matched; can be given several times."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Examine sound files: the verdict first, faults with their times, then the numbers.

    Exit code 1 when a file has a fault or cannot be read.

    \b
    Examples:
      freshears analyze "Night Drive.wav"
      freshears analyze ~/Music/Bounces --json
      freshears analyze mix.wav --reference "A song I love.flac"
    """
    from bridge.cli.files import sound_files

    config = the_config()
    paths = list(sound_files(files, config))
    if not paths:
        fail("no sound files there", EXIT_USAGE)
    out = console(json=json)
    beside = _references(reference or [], config, out)
    results: dict[Path, Analysis | str] = {}
    interrupted = False
    try:
        results.update(_analyse_all(paths, config, out, with_series=series or not json))
    except KeyboardInterrupt:
        interrupted = True
    ordered = [(path, results[path]) for path in paths if path in results]
    if json:
        entries = [_entry(path, result, beside, with_series=series) for path, result in ordered]
        print_json(entries[0] if len(paths) == 1 and entries else entries)
    else:
        _print_all(ordered, beside, out)
    if interrupted:
        out.print(f"Interrupted: {len(ordered)} of {len(paths)} files examined.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if any(isinstance(result, str) or _has_fault(result) for _, result in ordered):
        raise typer.Exit(EXIT_FAULT)


def _analyse_all(
    paths: list[Path], config: Config, out: "Console", *, with_series: bool
) -> Iterator[tuple[Path, Analysis | str]]:
    """Yield every file's analysis, or the reason why there is none, as they are done."""
    stop = threading.Event()
    with _progress(len(paths)) as (bars, overall):

        def one(path: Path) -> Analysis | str:
            from bridge.engine.analyse import run_analysis

            task = bars.add_task(to_text(path.name), total=1.0)

            def progress(made: Progress) -> None:
                bars.update(task, completed=made.fraction)

            try:
                return run_analysis(
                    path,
                    thresholds=config.thresholds,
                    progress=progress,
                    cancelled=stop.is_set,
                    with_series=with_series,
                )
            except FreshEarsError as error:
                return str(error)
            finally:
                bars.remove_task(task)

        pool = ThreadPoolExecutor(min(_AT_ONCE, len(paths)))
        futures = {pool.submit(one, path): path for path in dict.fromkeys(paths)}
        try:
            for future in as_completed(futures):
                bars.advance(overall)
                yield futures[future], future.result()
        except (KeyboardInterrupt, GeneratorExit):
            stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _progress(count: int) -> "Iterator[tuple[Bars, Any]]":
    """Show a bar for each file and one for all of several."""
    from bridge.cli.printing.console import bars

    with bars() as shown:
        yield shown, shown.add_task(f"{count} files", total=count, visible=count > 1)


def _references(paths: list[Path], config: Config, out: "Console") -> list[Analysis]:
    """Examine the references first: without them the comparison that was asked for cannot be made."""
    found: dict[Path, Analysis] = {}
    for path, result in _analyse_all(paths, config, out, with_series=False) if paths else ():
        if isinstance(result, str):
            fail(f"reference {result}", EXIT_USAGE)
        found[path] = msgspec.structs.replace(result, file=to_text(path))
    return [found[path] for path in dict.fromkeys(paths)]


def _entry(path: Path, result: Analysis | str, beside: list[Analysis], *, with_series: bool) -> dict[str, Any]:
    if isinstance(result, str):
        return {"file": to_text(path), "error": result}
    entry: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(result, file=to_text(path)))
    if not with_series:
        entry.pop("curves", None)
    if beside:
        from bridge.engine.references import compare_with_references

        entry["reference"] = msgspec.to_builtins(compare_with_references(result, beside))
    return entry


def _print_all(ordered: list[tuple[Path, Analysis | str]], beside: list[Analysis], out: "Console") -> None:
    from bridge.report.terminal import render_analysis

    for number, (path, result) in enumerate(ordered):
        if number:
            out.print()
        if isinstance(result, str):
            out.print(printable(f"✗ {result}"), style="red", soft_wrap=True)
        else:
            named = msgspec.structs.replace(result, file=to_text(path))
            render_analysis(named, out)
            if beside:
                from bridge.engine.references import compare_with_references
                from bridge.report.reference_text import render_comparison

                render_comparison(compare_with_references(named, beside), out)
    if len(ordered) > 1:
        bad = sum(isinstance(result, str) for _, result in ordered)
        faulty = sum(not isinstance(result, str) and _has_fault(result) for _, result in ordered)
        out.print()
        out.print(f"{len(ordered)} files: {faulty} with faults, {bad} not readable.")


def _has_fault(analysis: Analysis) -> bool:
    return any(finding.kind == "fault" for finding in analysis.findings)
