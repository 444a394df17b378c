"""`freshears status`: what the bridge is doing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.printing.folder_states import FOLDER_IS
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console


def status(json: JsonFlag = False) -> None:
    """Show whether the bridge runs, what it watches and does, and where the songs stand.

    \b
    Examples:
      freshears status
      freshears status --json
    """
    from bridge.app.status import read_status

    found = read_status(the_home(), the_config())
    if json:
        print_json(found)
    else:
        _print(found, console())


def _print(found: dict[str, Any], out: "Console") -> None:
    from bridge.settings.folders import folder_trouble

    if found["running"]:
        port = f", OSC on 127.0.0.1:{found['osc_port']}" if found["osc_port"] else ""
        out.print("●", style="green", end=" ")
        out.print(f"The bridge runs (process {found['pid']}, version {found['version']}{port}).", soft_wrap=True)
    else:
        out.print("○", style="dim", end=" ")
        out.print("The bridge is not running. Start it with `freshears run`.")
    if found["store_trouble"]:
        out.print(f"  nothing is safe just now: {found['store_trouble']}", style="red", soft_wrap=True)
    for folder in found["folders"]:
        out.print(f"  watching {folder['path']}", soft_wrap=True)
        if folder.get("state") == "hangs":  # whoever asks it now waits for it
            out.print(f"    {FOLDER_IS['hangs']}", style="yellow", soft_wrap=True)
        elif not folder["there"] and (trouble := folder_trouble(Path(folder["path"]).expanduser().absolute())):
            out.print(f"    {printable(trouble)}; it is watched when it comes back", style="yellow", soft_wrap=True)
        for left in folder.get("left_alone", ()):
            out.print(f"    {Path(left['path']).name} is left alone: {left['why']}", style="yellow", soft_wrap=True)
    for folder in found["project_folders"]:
        out.print(f"  reading projects saved in {folder['path']}", soft_wrap=True)
        if folder["state"] in {"missing", "hangs"}:
            out.print(f"    {FOLDER_IS[folder['state']]}", style="yellow", soft_wrap=True)
    queue = found["queue"]
    for name in queue["waiting_for"]:
        out.print(f"  waiting until {name} is finished", soft_wrap=True)
    for part, reason in found["stopped_parts"].items():
        out.print(f"  stopped until the next start: {part}: {reason}", style="red", soft_wrap=True)
    if queue["current"]:
        doing = {"analyse": "examining", "master": "mastering"}.get(queue["current"]["kind"], "comparing")
        out.print(f"  {doing} {queue['current']['path']}", soft_wrap=True)
    if queue["waits_for_daw"] and queue["queued"]:
        held = f"nothing is begun while {queue['waits_for_daw']} records; it begins when the recording stops"
        out.print(f"  {held}", style="yellow", soft_wrap=True)
    if queue["queued"]:
        out.print(f"  {queue['queued']} more to do")
    for failed in queue["failed"][-3:]:
        out.print(f"  failed (job {failed['job']}): {failed['reason']}", style="red", soft_wrap=True)
    if queue["failed"]:
        out.print("    `freshears retry` tries again, `freshears retry --dismiss` puts it away", style="dim")
    for warning in found["warnings"]:
        out.print(f"  ! {_where(warning)}{warning['seen']}", style="yellow", soft_wrap=True)
        out.print(f"    {warning['remedy']}", style="dim", soft_wrap=True)
    for noticed in found["noticed"]:
        out.print(f"  · {_where(noticed)}{noticed['seen']}", soft_wrap=True)
        wait = f"said when it has stayed for {found['settle_s']:g} s and the transport stands"
        out.print(f"    noticed just now; {wait}", style="dim", soft_wrap=True)
    for asked in found["song_questions"]:
        out.print(f"  ? {asked['question']}", style="yellow", soft_wrap=True)
        out.print(f'    freshears songs answer "{asked["song"]}" {asked["answers"]}', style="dim", soft_wrap=True)
    count = len(found["songs"])
    out.print(f"{count} song{'' if count == 1 else 's'}; `freshears songs` lists them.")


def _where(warning: dict[str, Any]) -> str:
    return f"{warning['session']}: " if warning.get("session") else ""
