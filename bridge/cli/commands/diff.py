"""`freshears diff`: what changed between two bounces of a song."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service

if TYPE_CHECKING:
    from bridge.cli.mixes import Mix
    from bridge.model import BounceDiff, Progress
    from bridge.policy.bus.dual_print import BusEffect

_WHICH = 'say which bounce went through the master bus: freshears diff "Song" 4 5 --prints'


def diff(
    song: Annotated[str, typer.Argument(help="The song; or two mixes: SONG:2, or a file.", show_default=False)],
    a: Annotated[str, typer.Argument(help="Number of the first bounce, or the second mix.")] = "",
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
      freshears diff "Night Drive:2" other.wav
      freshears diff "Night Drive" 4 5 --prints
    """
    from bridge.errors import UsageError

    if prints and not a:
        raise UsageError(_WHICH)
    one, other = _mixes(song, a, b)
    effect = _bus_effect(one, other, given=prints)
    if prints:  # the dry one is called after the wet one now
        one, other = _anew(one), _anew(other)
    names = _title(one), _title(other)
    found = _compare(one.path, other.path, names)
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


def _bus_effect(a: "Mix", b: "Mix", *, given: bool) -> "BusEffect | None":
    """Return what the master bus adds when the two bounces are the prints of one mix; None for any other two."""
    from bridge.app.commands.records import PairPrints
    from bridge.cli.ordering import order
    from bridge.errors import UsageError

    if a.bounce is None or b.bounce is None:
        if given:
            raise UsageError(_WHICH)
        return None
    wet, dry = a.bounce, b.bounce
    if given:
        order(PairPrints(wet=wet.id, dry=dry.id), "freshears diff")
    with the_song_service() as song_service:
        pair = song_service.prints(wet)
        if pair is None or {one.id for one in pair} != {wet.id, dry.id}:
            return None
        return song_service.bus_effect(wet)


def _print_effect(effect: "BusEffect") -> None:
    from bridge.policy.bus.dual_print import effect_rows

    out = console()
    out.print(f"  {effect.sentence}", soft_wrap=True)
    for label, value, unit in effect_rows(effect):
        if value is not None:
            out.print(f"    {label}: {value:+.1f} {unit}", style="dim", soft_wrap=True)


def _mixes(song: str, a: str, b: str) -> tuple["Mix", "Mix"]:
    """Return the two mixes that are meant: of one song by their numbers, or each by its own name."""
    from bridge.cli.mixes import bounce_mix, named_mix
    from bridge.errors import UsageError

    if a and not a.isdecimal():
        if b:
            raise UsageError(f"{b!r}: two mixes are compared: a song and two numbers, or two names")
        return named_mix(song), named_mix(a)
    if b and not b.isdecimal():
        raise UsageError(f"{b!r} is not the number of a bounce")
    with the_song_service() as song_service:
        newer = song_service.bounce_named(song, int(b) if b else None)
        found = song_service.song(song)
        same = [
            one
            for one in song_service.store.bounces.of_song(found.id)
            if (one.version, one.is_dry) == (newer.version, newer.is_dry)
        ]
        earlier = same[: same.index(newer)]
        if not a and not earlier:
            raise UsageError(f"{found.name} has one bounce so far: there is nothing to compare it with")
        older = song_service.bounce(found, int(a)) if a else earlier[-1]
    return bounce_mix(older), bounce_mix(newer)


def _anew(mix: "Mix") -> "Mix":
    with the_song_service() as song_service:
        return mix if mix.bounce is None else mix._replace(bounce=song_service.store.bounces.by_id(mix.bounce.id))


def _title(mix: "Mix") -> str:
    from bridge.policy.song.titles import number_title

    return mix.path.name if mix.bounce is None else f"bounce {number_title(mix.bounce)}, {mix.path.name}"


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
