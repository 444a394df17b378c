"""`freshears diff`: what changed between two bounces of a song."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service

if TYPE_CHECKING:
    from bridge.model import BounceDiff, Progress
    from bridge.policy.bus.dual_print import BusEffect


def diff(
    song: Annotated[str, typer.Argument(help="The song; or two sound files.", show_default=False)],
    a: Annotated[str, typer.Argument(help="Number of the first bounce, or the second file.")] = "",
    b: Annotated[str, typer.Argument(help="Number of the other bounce; the newest by default.")] = "",
    prints: Annotated[
        bool, typer.Option("--prints", help="A went through the master bus, B did not: remember them as a pair.")
    ] = False,
    bands: Annotated[bool, typer.Option("--bands", help="Also print every third octave.")] = False,
    json: JsonFlag = False,
) -> None:
    """Compare two bounces: aligned, level-matched, taken from each other; what changed is said in words.

    \b
    Examples:
      freshears diff "Night Drive"            (the newest against the one before)
      freshears diff "Night Drive" 2 5
      freshears diff old.wav new.wav
      freshears diff "Night Drive" 4 5 --prints
    """

    one, other, names = _files(song, a, b)
    effect = _bus_effect(song, a, b, given=prints)
    found = _compare(one, other, names)
    if json:
        record: dict[str, Any] = msgspec.to_builtins(found)
        print_json(record | ({"bus_effect": effect} if effect is not None else {}))
        return
    out = console()
    for letter, name in zip("AB", names, strict=True):
        out.print(f"{letter}: {name}", soft_wrap=True)
    for sentence in found.sentences:
        out.print(f"  {sentence}", soft_wrap=True)
    if effect is not None:
        _print_effect(effect)
    if bands:
        _print_bands(found)


def _bus_effect(song: str, a: str, b: str, *, given: bool) -> "BusEffect | None":
    """Return what the master bus adds when the two bounces are the prints of one mix; None for any other two."""
    from bridge.app.commands.records import PairPrints
    from bridge.cli.ordering import order
    from bridge.errors import UsageError

    by_number = a.isdecimal() and (b.isdecimal() or not b)
    if given and not by_number:
        raise UsageError('say which bounce went through the master bus: freshears diff "Song" 4 5 --prints')
    if not by_number:
        return None
    with the_song_service() as song_service:
        found = song_service.song(song)
        wet, dry = song_service.bounce(found, int(a)), song_service.bounce(found, int(b) if b else None)
        if given:
            order(PairPrints(wet=wet.id, dry=dry.id), "freshears diff")
        pair = song_service.prints(wet)
        return (
            song_service.bus_effect(wet) if pair is not None and {one.id for one in pair} == {wet.id, dry.id} else None
        )


def _print_effect(effect: "BusEffect") -> None:
    from bridge.policy.bus.dual_print import effect_rows

    out = console()
    out.print(f"  {effect.sentence}", soft_wrap=True)
    for label, value, unit in effect_rows(effect):
        if value is not None:
            out.print(f"    {label}: {value:+.1f} {unit}", style="dim", soft_wrap=True)


def _files(song: str, a: str, b: str) -> tuple[Path, Path, tuple[str, str]]:
    """Return the two files and what they are called."""
    from bridge.errors import UsageError
    from bridge.pathtext import to_path

    if a and Path(song).is_file() and Path(a).is_file():
        return Path(song), Path(a), (Path(song).name, Path(a).name)
    numbers = []
    for text in (a, b):
        if text and not text.isdecimal():
            raise UsageError(f"{text!r} is not the number of a bounce, and not a sound file beside another one")
        numbers.append(int(text) if text else None)
    with the_song_service() as song_service:
        found = song_service.song(song)
        newer = song_service.bounce(found, numbers[1])
        first = numbers[0] if numbers[0] is not None else newer.revision - 1
        if first < 1:
            raise UsageError(f"{found.name} has one bounce so far: there is nothing to compare it with")
        older = song_service.bounce(found, first)
    paths = to_path(older.path), to_path(newer.path)
    names = (f"bounce {older.revision}, {paths[0].name}", f"bounce {newer.revision}, {paths[1].name}")
    return *paths, names


def _compare(one: Path, other: Path, names: tuple[str, str]) -> "BounceDiff":
    from bridge.cli.printing.console import bars
    from bridge.engine.compare import run_compare

    with bars() as shown:
        task = shown.add_task("reading", total=1.0)

        def progress(made: "Progress") -> None:
            shown.update(task, completed=made.fraction, description=made.stage)

        return run_compare(one, other, names=names, progress=progress)


def _print_bands(found: "BounceDiff") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("Hz", "B against A, dB", "give or take", "left over, dB"):
        table.add_column(heading, justify="right")
    for band in found.bands:
        left = "–" if band.residual_db is None else f"{band.residual_db:.0f}"
        table.add_row(f"{band.centre_hz:.0f}", f"{band.difference_db:+.1f}", f"{band.spread_db:.1f}", left)
    console().print(table)
