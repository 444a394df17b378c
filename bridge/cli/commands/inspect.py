"""`freshears inspect`: what a saved project says about its master bus, without the DAW."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bridge.cli.context import JsonFlag, console, print_json, the_home

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console
    from bridge.daw.projects.saved import RenderSettings, SavedProject
    from bridge.model import FxSlot, ModeChange, Purpose


def inspect(
    project: Annotated[Path, typer.Argument(help="A saved project of a known DAW, or an Ardour session folder.")],
    monitor: Annotated[
        Path | None, typer.Option(help="REAPER's reaper-hwoutfx.ini, when it is not in the usual place.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Show the master chain and the render settings of a saved project; the DAW need not run.

    \b
    Examples:
      freshears inspect Tide.rpp
      freshears inspect ~/Sessions/Tide --json
    """
    from bridge.daw.projects.reading import read_project
    from bridge.daw.reaper.folders import resource_folders

    if monitor is None:
        folders = resource_folders(os.environ, Path.home())
        monitor = next((f / "reaper-hwoutfx.ini" for f in folders if (f / "reaper-hwoutfx.ini").is_file()), None)
    found = read_project(project, monitor_file=monitor)
    looks = _looks_like(found)
    if json:
        print_json(_as_json(found) | {"looks_like": looks and looks.mode, "looks_like_why": looks and looks.why})
    else:
        _print(found, console())
        if looks is not None:
            console().print(f"It looks like {looks.mode}: {looks.why}.", soft_wrap=True)


def _looks_like(found: "SavedProject") -> "ModeChange | None":
    """Return the mode a project looks like; a bounce in it is known by the store, if there is one."""
    import time

    from bridge.daw.projects.nearby import as_session
    from bridge.policy.bus.guard import mastering_before_master
    from bridge.policy.song import modes

    held = ""
    if found.source_files and the_home().store_path.exists():
        from bridge.sessions.source_files import SourceFiles
        from bridge.store import Store

        store = Store.open(the_home().store_path, read_only=True)
        sources = SourceFiles(store)
        try:
            folder = str(Path(found.path).absolute().parent)
            held = modes.held_words(sources.held_now(found.source_files, found.track_count, folder))
        finally:
            sources.close()
            store.close()
    chain = mastering_before_master(as_session(found, 0.0), lambda name: _purpose_of(name)[0])
    return modes.guess(found.track_count, held=held, layout=found.layout, chain=chain, at=time.time())


def _as_json(found: "SavedProject") -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(found)
    chains = [(found.master_chain, record["master_chain"]), (found.monitor_chain, record["monitor_chain"])]
    chains += [(bus.chain, row["chain"]) for bus, row in zip(found.buses, record["buses"], strict=True)]
    for slots, rows in chains:
        for slot, row in zip(slots, rows, strict=True):
            row["purpose"], row["why"] = _purpose(slot)
    return record


def _purpose(slot: "FxSlot") -> "tuple[Purpose, str]":
    return ("utility", "it holds other effects") if slot.kind == "CONTAINER" else _purpose_of(slot.name)


def _purpose_of(name: str) -> "tuple[Purpose, str]":
    from bridge.policy.bus.plugins import classify
    from bridge.settings.own_plugins import own_plugin_list

    known = classify(name, own_plugin_list(the_home()))
    return known.purpose, known.why


def _print(found: "SavedProject", out: "Console") -> None:
    from bridge.daw.projects.reading import title_of
    from bridge.text import plain_text

    program = title_of(found.daw)
    tracks = "1 track" if found.track_count == 1 else f"{found.track_count} tracks"
    out.print(f"{plain_text(found.name)}  ({program}, {tracks})", style="bold", soft_wrap=True)
    if found.queued:
        files = ", ".join(plain_text(file, 200) for file in found.queued[:4]) + (", …" if len(found.queued) > 4 else "")
        out.print(f"As it waits in the render queue, for {files}", soft_wrap=True)
    for bus in found.buses:
        off = "" if bus.chain_enabled else ": switched off as a whole"
        name = plain_text(bus.name, 80)
        empty = "" if bus.chain else ": nothing"
        out.print(f"On {name}, which everything passes through{off or empty}", soft_wrap=True)
        if bus.chain:
            _print_chain(bus.chain, out)
    if found.master_chain:
        off = "" if found.master_chain_enabled else ": switched off as a whole"
        out.print(f"On the master{off}")
        _print_chain(found.master_chain, out)
    else:
        out.print("Nothing on the master.")
    if not found.switches_read and (found.master_chain or any(bus.chain for bus in found.buses)):
        out.print(f"Whether an effect is switched off cannot be read from {program}'s files yet.", soft_wrap=True)
    if found.monitor_chain:
        out.print("For monitoring only (never in a bounce)")
        _print_chain(found.monitor_chain, out)
    if found.render is not None:
        out.print(f"Last rendered as {_render(found.render)}", soft_wrap=True)


def _print_chain(chain: "tuple[FxSlot, ...]", out: "Console") -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from bridge.text import plain_text

    table = Table(box=None, show_header=False, pad_edge=False)
    for slot in chain:
        state = ", ".join(_states(slot))
        name = "  " * len(slot.container) + plain_text(slot.name, 80)
        purpose = "" if slot.kind == "CONTAINER" else _purpose(slot)[0]
        table.add_row(Text(name), Text(slot.kind, style="dim"), Text(purpose), Text(state, style="yellow"))
    out.print(Padding(table, (0, 0, 0, 2), expand=False))


def _states(slot: "FxSlot") -> "Iterator[str]":
    """Yield what makes an effect less than fully at work."""
    if not slot.enabled:
        yield "bypassed"
    if slot.offline:
        yield "offline"
    if slot.from_template:
        yield "put there by the DAW's own template"
    if slot.wet is not None and slot.wet < 1.0:
        yield "dry" if slot.wet <= 0.0 else f"{slot.wet:.0%} wet"
    if slot.parallel:
        yield "in parallel"


def _render(render: "RenderSettings") -> str:
    parts = [render.container or "an unknown format"]
    if render.bit_depth:
        parts.append(f"{render.bit_depth} bit")
    parts.append("the project's rate" if render.rate_hz is None else f"{render.rate_hz} Hz")
    if render.channels:
        parts.append({1: "mono", 2: "stereo"}.get(render.channels, f"{render.channels} channels"))
    if render.bounds:
        parts.append(render.bounds)
    if render.limits:
        parts.append("limited by the render itself: switch that off for a bounce for mastering")
    if render.normalises:
        parts.append("normalised: switch that off for a bounce for mastering")
    return ", ".join(parts)
